//! What a handshake agreed on, in OpenSSL's and the standard's names.

use rustls::{CommonState, HandshakeKind, NamedGroup, ProtocolVersion};

use super::{
    super::{Der, EphemeralKeyInfo, Facts},
    policy,
    unbuffered::Unbuffered,
};

pub(super) fn facts(tls: &Unbuffered, servername: Option<String>, local_certificate: Option<Der>) -> Facts {
    let is_client = matches!(tls, Unbuffered::Client(_));
    Facts {
        version: match tls.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            _ => "TLSv1.2",
        },
        cipher: tls.negotiated_cipher_suite().and_then(|suite| policy::cipher(suite.suite())),
        ephemeral_key_info: is_client.then(|| ephemeral_key_info(tls)).flatten(),
        alpn: tls.alpn_protocol().map(<[u8]>::to_vec),
        servername,
        resumed: tls.handshake_kind() == Some(HandshakeKind::Resumed),
        local_certificate,
    }
}

fn ephemeral_key_info(tls: &CommonState) -> Option<EphemeralKeyInfo> {
    let ecdh = |name: &'static str, size| EphemeralKeyInfo {
        kind: "ECDH",
        name: Some(name.into()),
        size: Some(size),
    };
    Some(match tls.negotiated_key_exchange_group()?.name() {
        NamedGroup::X25519 => ecdh("X25519", 253),
        NamedGroup::secp256r1 => ecdh("prime256v1", 256),
        NamedGroup::secp384r1 => ecdh("secp384r1", 384),
        NamedGroup::X25519MLKEM768 => {
            EphemeralKeyInfo { kind: "TLSGroup", name: Some("X25519MLKEM768".into()), size: None }
        }
        _ => return None,
    })
}
