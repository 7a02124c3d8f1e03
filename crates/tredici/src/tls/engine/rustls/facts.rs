//! What a handshake agreed on, in OpenSSL's and the standard's names.

use rustls::{CommonState, HandshakeKind, ProtocolVersion};

use super::{
    super::{Der, EphemeralKeyInfo, Facts, policy::GROUPS},
    policy,
    unbuffered::Unbuffered,
};
use crate::options::TlsVersion;

pub(super) fn facts(tls: &Unbuffered, local_certificate: Option<Der>) -> Facts {
    let is_client = matches!(tls, Unbuffered::Client(_));
    Facts {
        version: match tls.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => TlsVersion::Tls1_3,
            _ => TlsVersion::Tls1_2,
        },
        cipher: tls.negotiated_cipher_suite().and_then(|suite| policy::cipher(suite.suite())),
        ephemeral_key_info: is_client.then(|| ephemeral_key_info(tls)).flatten(),
        alpn: tls.alpn_protocol().map(Into::into),
        resumed: tls.handshake_kind() == Some(HandshakeKind::Resumed),
        local_certificate,
    }
}

fn ephemeral_key_info(tls: &CommonState) -> Option<EphemeralKeyInfo> {
    let number = u16::from(tls.negotiated_key_exchange_group()?.name());
    GROUPS.iter().find(|group| group.number == number).map(|group| group.info.clone())
}
