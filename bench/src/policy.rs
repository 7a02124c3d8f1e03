//! The terms that hold for everybody: tredici's own defaults, told to OpenSSL by hand, and TLS 1.3 alone.

use openssl::{
    error::ErrorStack,
    ssl::{SslContextBuilder, SslVersion},
    version,
};
use serde::{Deserialize, Serialize};

/// The name that is verified; it is not looked up.
pub(crate) const HOSTNAME: &str = "localhost";

/// What a server chooses of what a client offers, which is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Groups {
    /// X25519.
    Elliptic,
    /// X25519MLKEM768.
    Hybrid,
}

/// OpenSSL 3.5: the first with ML-KEM.
const WITH_HYBRIDS: i64 = 0x3050_0000;

/// A client's.
pub(crate) fn client(context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    context.set_groups_list(match version::number() < WITH_HYBRIDS {
        true => "X25519:P-256:P-384",
        // Stars are before the groups of which a key goes with the first message.
        false => "*X25519MLKEM768/*X25519:P-256:P-384",
    })?;
    common(context)
}

/// A server's.
pub(crate) fn server(context: &mut SslContextBuilder, groups: Groups) -> Result<(), ErrorStack> {
    context.set_groups_list(match groups {
        Groups::Elliptic => "X25519:P-256:P-384",
        Groups::Hybrid => "X25519MLKEM768",
    })?;
    common(context)
}

fn common(context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    context.set_security_level(2);
    context.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    context.set_max_proto_version(Some(SslVersion::TLS1_3))?;
    context.set_ciphersuites("TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256")?;
    context.set_sigalgs_list(
        "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:\
         rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:\
         rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512",
    )
}
