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
    let info = EphemeralKeyInfo { kind: "TLSGroup", name: Some(Cow::Borrowed(name)), size: None };
    Group { number, name, info }
}

/// The groups, the preferred first. The first is safe from a quantum computer too; the keys of the first two go with
/// the first message, so that nearly every server can answer at once.
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
