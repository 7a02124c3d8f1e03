//! The signatures on certificates: by which kind of key, over how strong a digest, and whether they are right.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA1_ASN1, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    UnparsedPublicKey, VerificationAlgorithm,
};
use rustls_pki_types::alg_id;
use x509_parser::asn1_rs::oid;

use super::{
    certificate::Certificate,
    der::{self, Elements, OID, SEQUENCE},
    key::{Key, KeyKind},
};

/// A signature algorithm that OpenSSL knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Algorithm {
    signer: KeyKind,
    /// Its digest takes an attacker 2^112 steps: SHA-224 or better.
    pub(super) is_strong: bool,
}

/// What checking a signature gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    Right,
    Wrong,
    /// Nobody here can check it.
    Unsupported,
}

const PKCS1: [u8; 8] = oid!(raw 1.2.840.113549.1.1);
const ECDSA: [u8; 6] = oid!(raw 1.2.840.10045.4);
const ECDSA_SHA1: &[u8] = &oid!(raw 1.2.840.10045.4.1);
const NIST_SIGNATURES: [u8; 8] = oid!(raw 2.16.840.1.101.3.4.3);

impl Algorithm {
    /// From the content of an AlgorithmIdentifier.
    pub(super) fn read(identifier: &[u8]) -> Option<Self> {
        let mut fields = Elements::of(identifier);
        let oid = fields.take(OID)?;
        let (signer, is_strong) = rsa(oid, fields).or_else(|| others(oid))?;
        Some(Self { signer, is_strong })
    }

    /// Whether a key of this kind makes such signatures.
    pub(super) fn is_by(self, key: KeyKind) -> bool {
        self.signer == key || self.signer == KeyKind::RsaPss && key == KeyKind::Rsa
    }
}

fn rsa(oid: &[u8], parameters: Elements<'_>) -> Option<(KeyKind, bool)> {
    match oid.strip_prefix(&PKCS1)? {
        // MD2, MD4, MD5, SHA-1.
        [2..=5] => Some((KeyKind::Rsa, false)),
        [10] => Some((KeyKind::RsaPss, is_pss_strong(parameters).unwrap_or(false))),
        // SHA-256, SHA-384, SHA-512, SHA-224.
        [11..=14] => Some((KeyKind::Rsa, true)),
        _ => None,
    }
}

fn others(oid: &[u8]) -> Option<(KeyKind, bool)> {
    const DSA_SHA1: &[u8] = &oid!(raw 1.2.840.10040.4.3);
    const RSA_SHA1: &[u8] = &oid!(raw 1.3.14.3.2.29);
    const ED25519: &[u8] = &oid!(raw 1.3.101.112);
    const ED448: &[u8] = &oid!(raw 1.3.101.113);

    match oid {
        ED25519 => return Some((KeyKind::Ed25519, true)),
        ED448 => return Some((KeyKind::Ed448, true)),
        DSA_SHA1 => return Some((KeyKind::Dsa, false)),
        RSA_SHA1 => return Some((KeyKind::Rsa, false)),
        ECDSA_SHA1 => return Some((KeyKind::Ec, false)),
        _ => {}
    }
    if let Some([3, 1..=4]) = oid.strip_prefix(&ECDSA) {
        return Some((KeyKind::Ec, true));
    }
    match oid.strip_prefix(&NIST_SIGNATURES)? {
        [1..=8] => Some((KeyKind::Dsa, true)),
        [9..=12] => Some((KeyKind::Ec, true)),
        [13..=16] => Some((KeyKind::Rsa, true)),
        [number @ 17..=19] => Some((KeyKind::MlDsa(*number), true)),
        _ => None,
    }
}

/// By the digest in the parameters of RSASSA-PSS, which is SHA-1 where there is none (RFC 4055, section 3.1).
fn is_pss_strong(mut fields: Elements<'_>) -> Option<bool> {
    const SHA2: [u8; 8] = oid!(raw 2.16.840.1.101.3.4.2);

    let mut parameters = Elements::of(fields.take(SEQUENCE)?);
    let digest = Elements::of(der::only(parameters.take(0xa0)?, SEQUENCE)?).take(OID)?;
    Some(matches!(digest.strip_prefix(&SHA2)?, [1..=4]))
}

/// Whether `subject` was signed with the key of `issuer`.
pub(super) fn check(subject: &Certificate, issuer: &Certificate, key: &Key) -> Signature {
    let (Some(algorithm), Some(signature)) = (subject.signature_algorithm(), subject.signature()) else {
        return Signature::Wrong;
    };
    if !subject.algorithm.is_none_or(|algorithm| algorithm.is_by(key.kind)) {
        return Signature::Wrong;
    }
    Signed { algorithm, message: subject.signed(), signature }.check(issuer, key)
}

/// Anything that is signed.
pub(super) struct Signed<'a> {
    /// The content of an AlgorithmIdentifier.
    pub(super) algorithm: &'a [u8],
    pub(super) message: &'a [u8],
    pub(super) signature: &'a [u8],
}

impl Signed<'_> {
    /// Whether `key`, which is that of `issuer`, has signed it.
    pub(super) fn check(&self, issuer: &Certificate, key: &Key) -> Signature {
        let public = Public {
            kind: key.kind,
            is_small: key.modulus_bits.is_some_and(|bits| bits < 2048),
            algorithm: key.algorithm(&issuer.der),
            bits: key.bits(&issuer.der),
        };
        let is_right = match key.modulus_bits {
            // What no verifier takes.
            Some(0..1024 | 8193..) => None,
            _ => by_webpki(&public, self).or_else(|| by_legacy(&public, self)),
        };
        match is_right {
            Some(true) => Signature::Right,
            Some(false) => Signature::Wrong,
            None => Signature::Unsupported,
        }
    }
}

struct Public<'a> {
    kind: KeyKind,
    /// RSA with less than 2048 bits.
    is_small: bool,
    /// The content of an AlgorithmIdentifier.
    algorithm: &'a [u8],
    bits: &'a [u8],
}

/// By webpki's algorithms; `None` where none of them is for this key and signature.
fn by_webpki(key: &Public<'_>, signed: &Signed<'_>) -> Option<bool> {
    let key_algorithm = match key.kind {
        _ if key.is_small => return None,
        // A key for probabilistic signatures alone does the same arithmetic, and may say with which parameters.
        KeyKind::RsaPss if key.allows(signed.algorithm) => &alg_id::RSA_ENCRYPTION,
        // Points may be written in a third form, which nobody uses.
        KeyKind::Ec if !matches!(key.bits.first(), Some(2..=4)) => return None,
        _ => key.algorithm,
    };
    let mut verifiers = webpki::ALL_VERIFICATION_ALGS.iter().filter(|verifier| {
        *verifier.signature_alg_id() == *signed.algorithm && *verifier.public_key_alg_id() == *key_algorithm
    });
    let verifier = verifiers.next()?;
    Some(verifier.verify_signature(key.bits, signed.message, signed.signature).is_ok())
}

/// By what is too weak to be trusted, and checked all the same so that it can be told what else is wrong.
fn by_legacy(key: &Public<'_>, signed: &Signed<'_>) -> Option<bool> {
    let oid = Elements::of(signed.algorithm).take(OID)?;
    let verifier: &'static dyn VerificationAlgorithm = match (key.kind, oid.strip_prefix(&PKCS1)) {
        (KeyKind::Rsa, Some([5])) => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (KeyKind::Rsa, Some([11])) if key.is_small => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (KeyKind::Rsa, Some([13])) if key.is_small => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (KeyKind::Ec, None) if oid == ECDSA_SHA1 && *key.algorithm == *alg_id::ECDSA_P256 => {
            &ECDSA_P256_SHA1_ASN1
        }
        _ => return None,
    };
    Some(UnparsedPublicKey::new(verifier, key.bits).verify(signed.message, signed.signature).is_ok())
}

impl Public<'_> {
    /// Whether the parameters of a key for probabilistic signatures, if it has some, are those of the signature.
    fn allows(&self, signature: &[u8]) -> bool {
        let mut identifier = Elements::of(self.algorithm);
        let _oid = identifier.next();
        identifier.is_empty() || self.algorithm == signature
    }
}
