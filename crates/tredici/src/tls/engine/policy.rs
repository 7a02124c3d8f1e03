//! What every engine is set to where no option says otherwise: one policy, by the names of the standards.
//!
//! The cipher suites are the default of the option `ciphers` ([`Suites`](crate::options::Suites)); RSA keys are taken
//! from 2048 bits on.
#![cfg_attr(
    not(all(feature = "rustls", feature = "openssl")),
    expect(dead_code, reason = "rustls goes by the numbers, OpenSSL by the names")
)]

use std::borrow::Cow;

use super::EphemeralKeyInfo;

/// A group of the key exchange that every engine has.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its number in IANA's registry.
    pub(crate) number: u16,
    /// Its name in IANA's registry.
    pub(crate) name: &'static str,
    /// What Node tells of a key of it.
    pub(crate) info: EphemeralKeyInfo,
}

const fn ecdh(number: u16, name: &'static str, short: &'static str, size: u32) -> Group {
    let info = EphemeralKeyInfo { kind: "ECDH", name: Some(Cow::Borrowed(short)), size: Some(size) };
    Group { number, name, info }
}

const fn hybrid(number: u16, name: &'static str) -> Group {
    let info = EphemeralKeyInfo { kind: HYBRID, name: Some(Cow::Borrowed(name)), size: None };
    Group { number, name, info }
}

impl Group {
    /// Whether it is two in one, the newer of which a quantum computer does not break either.
    pub(crate) fn is_hybrid(&self) -> bool {
        self.info.kind == HYBRID
    }
}

const HYBRID: &str = "TLSGroup";

/// Of so many groups a client sends a key with its first message, so that nearly every server can answer at once.
/// Beside the hybrid one the second costs nothing: it is half of the first.
pub(crate) const KEY_SHARES: usize = 2;

/// The groups, the preferred first.
pub(crate) static GROUPS: [Group; 4] = [
    hybrid(0x11EC, "X25519MLKEM768"),
    ecdh(0x001D, "x25519", "X25519", 253),
    ecdh(0x0017, "secp256r1", "prime256v1", 256),
    ecdh(0x0018, "secp384r1", "secp384r1", 384),
];

/// A signature algorithm that every engine has.
#[derive(Debug)]
pub(crate) struct Signature {
    /// Its number in IANA's registry.
    pub(crate) number: u16,
    /// Its name there.
    pub(crate) name: &'static str,
}

const fn signature(number: u16, name: &'static str) -> Signature {
    Signature { number, name }
}

/// The signature algorithms, the preferred first (RFC 8446 section 4.2.3).
pub(crate) static SIGNATURES: [Signature; 10] = [
    signature(0x0403, "ecdsa_secp256r1_sha256"),
    signature(0x0503, "ecdsa_secp384r1_sha384"),
    signature(0x0603, "ecdsa_secp521r1_sha512"),
    signature(0x0807, "ed25519"),
    signature(0x0804, "rsa_pss_rsae_sha256"),
    signature(0x0805, "rsa_pss_rsae_sha384"),
    signature(0x0806, "rsa_pss_rsae_sha512"),
    signature(0x0401, "rsa_pkcs1_sha256"),
    signature(0x0501, "rsa_pkcs1_sha384"),
    signature(0x0601, "rsa_pkcs1_sha512"),
];
