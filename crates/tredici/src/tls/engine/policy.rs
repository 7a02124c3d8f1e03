//! What every engine is set to where no option says otherwise: one policy, by the names of the standards.
//!
//! The cipher suites are the default of the option `ciphers` ([`Suites`](crate::options::Suites)); RSA keys are taken
//! from 2048 bits on.

/// The groups of the key exchange, the preferred first, by their names in IANA's registry.
pub(crate) const GROUPS: [&str; 4] = ["X25519MLKEM768", "x25519", "secp256r1", "secp384r1"];

/// The signature algorithms, the preferred first (RFC 8446 section 4.2.3).
pub(crate) const SIGNATURES: [&str; 10] = [
    "ecdsa_secp256r1_sha256",
    "ecdsa_secp384r1_sha384",
    "ecdsa_secp521r1_sha512",
    "ed25519",
    "rsa_pss_rsae_sha256",
    "rsa_pss_rsae_sha384",
    "rsa_pss_rsae_sha512",
    "rsa_pkcs1_sha256",
    "rsa_pkcs1_sha384",
    "rsa_pkcs1_sha512",
];
