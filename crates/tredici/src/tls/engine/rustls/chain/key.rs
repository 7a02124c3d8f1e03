//! Public keys: of which kind, and how strong.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, EcdsaVerificationAlgorithm,
    ParsedPublicKey,
};
use rustls::SignatureScheme;
use rustls_pki_types::{AlgorithmIdentifier, alg_id};
use x509_parser::asn1_rs::oid;

use super::der::{self, BIT_STRING, Elements, INTEGER, OID, SEQUENCE, Span};
use crate::certificate::curve::curve;

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Rsa,
    /// RSA for probabilistic signatures only.
    RsaPss,
    Ec,
    Dsa,
    Ed25519,
    Ed448,
    /// The last number of its object identifier.
    MlDsa(u8),
    /// It signs nothing.
    Exchange,
}

/// A public key that OpenSSL can decode.
pub(super) struct Key {
    pub(super) kind: KeyKind,
    /// It takes an attacker 2^112 steps: RSA and fields from 2048 bits, curves from 224.
    pub(super) is_strong: bool,
    /// The curve is spelled out instead of named.
    pub(super) has_explicit_curve: bool,
    /// The size of an RSA modulus in bits.
    pub(super) modulus_bits: Option<usize>,
    algorithm: Span,
    bits: Span,
}

const RSA: &[u8] = &oid!(raw 1.2.840.113549.1.1.1);
const RSA_PSS: &[u8] = &oid!(raw 1.2.840.113549.1.1.10);
const EC: &[u8] = &oid!(raw 1.2.840.10045.2.1);
const DSA: &[u8] = &oid!(raw 1.2.840.10040.4.1);
const X25519: &[u8] = &oid!(raw 1.3.101.110);
const X448: &[u8] = &oid!(raw 1.3.101.111);
const ED25519: &[u8] = &oid!(raw 1.3.101.112);
const ED448: &[u8] = &oid!(raw 1.3.101.113);
const NIST_SIGNATURES: [u8; 8] = oid!(raw 2.16.840.1.101.3.4.3);

const LEAST_FIELD: usize = 2048;
const LEAST_GROUP: usize = 224;

impl Key {
    /// From the content of SubjectPublicKeyInfo, `certificate` being what it stands in.
    pub(super) fn read(certificate: &[u8], info: &[u8]) -> Option<Self> {
        let mut fields = Elements::of(info);
        let algorithm = fields.take(SEQUENCE)?;
        let bits = der::whole_bytes(fields.take(BIT_STRING)?)?;
        let mut identifier = Elements::of(algorithm);
        let oid = identifier.take(OID)?;
        let parameters = identifier.next();
        let plain =
            |kind, length: usize| (bits.len() == length && parameters.is_none()).then_some((kind, true));
        let mut has_explicit_curve = false;
        let mut modulus_bits = None;
        let (kind, is_strong) = match oid {
            RSA | RSA_PSS => {
                modulus_bits = Some(modulus_size(bits)?);
                let kind = if oid == RSA { KeyKind::Rsa } else { KeyKind::RsaPss };
                (kind, modulus_bits? >= LEAST_FIELD)
            }
            EC => {
                let parameters = parameters?;
                has_explicit_curve = parameters.tag == SEQUENCE;
                (KeyKind::Ec, curve_bits(parameters)? >= LEAST_GROUP)
            }
            DSA => (KeyKind::Dsa, is_dsa_strong(parameters?.content)?),
            ED25519 => plain(KeyKind::Ed25519, 32)?,
            ED448 => plain(KeyKind::Ed448, 57)?,
            X25519 => plain(KeyKind::Exchange, 32)?,
            X448 => plain(KeyKind::Exchange, 56)?,
            _ => match oid.strip_prefix(&NIST_SIGNATURES)? {
                [17] => plain(KeyKind::MlDsa(17), 1312)?,
                [18] => plain(KeyKind::MlDsa(18), 1952)?,
                [19] => plain(KeyKind::MlDsa(19), 2592)?,
                _ => return None,
            },
        };
        let span = |part: &[u8]| Span::of(part, certificate);
        Some(Self {
            kind,
            is_strong,
            has_explicit_curve,
            modulus_bits,
            algorithm: span(algorithm),
            bits: span(bits),
        })
    }

    /// Its AlgorithmIdentifier without what stands before it.
    pub(super) fn algorithm<'a>(&self, certificate: &'a [u8]) -> &'a [u8] {
        self.algorithm.within(certificate)
    }

    /// A key on one of the usual curves, whose point must lie on it. Finding that out costs more than all the rest, and is
    /// done only where it matters.
    pub(super) fn on_its_curve(&self, certificate: &[u8]) -> Result<Option<CurveKey>, NotOnCurve> {
        let algorithm = self.algorithm(certificate);
        let Some((_, curve, scheme)) = CURVES.iter().find(|(identifier, ..)| **identifier == *algorithm)
        else {
            return Ok(None);
        };
        let key = ParsedPublicKey::new(*curve, self.bits(certificate)).map_err(|_| NotOnCurve)?;
        Ok(Some(CurveKey { key, scheme: *scheme }))
    }

    /// The key itself.
    pub(super) fn bits<'a>(&self, certificate: &'a [u8]) -> &'a [u8] {
        self.bits.within(certificate)
    }
}

/// A point that was found to lie on its curve.
pub(super) struct CurveKey {
    pub(super) key: ParsedPublicKey,
    /// What it signs a handshake with.
    pub(super) scheme: SignatureScheme,
}

/// A point that does not lie on its curve is no key.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotOnCurve;

static CURVES: [(AlgorithmIdentifier, &EcdsaVerificationAlgorithm, SignatureScheme); 3] = [
    (alg_id::ECDSA_P256, &ECDSA_P256_SHA256_ASN1, SignatureScheme::ECDSA_NISTP256_SHA256),
    (alg_id::ECDSA_P384, &ECDSA_P384_SHA384_ASN1, SignatureScheme::ECDSA_NISTP384_SHA384),
    (alg_id::ECDSA_P521, &ECDSA_P521_SHA512_ASN1, SignatureScheme::ECDSA_NISTP521_SHA512),
];

/// The bits of the first number of an RSAPublicKey.
fn modulus_size(key: &[u8]) -> Option<usize> {
    let mut fields = Elements::of(der::only(key, SEQUENCE)?);
    let (modulus, exponent) = (fields.take(INTEGER)?, fields.take(INTEGER)?);
    (fields.is_empty() && der::is_integer(modulus) && der::is_integer(exponent)).then(|| bit_size(modulus))
}

fn bit_size(number: &[u8]) -> usize {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let leading = number.get(start).map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() - start) * 8 - leading
}

/// The size of a curve's order, of one that is named, or of ECParameters (RFC 3279, section 2.3.5).
fn curve_bits(parameters: der::Element<'_>) -> Option<usize> {
    match parameters.tag {
        OID => curve(parameters.content).map(|curve| curve.order_bits as usize),
        SEQUENCE => {
            let mut fields = Elements::of(parameters.content);
            let _version = fields.take(INTEGER)?;
            let (_field, _curve, _base) = (fields.take(SEQUENCE)?, fields.take(SEQUENCE)?, fields.next()?);
            Some(bit_size(fields.take(INTEGER)?))
        }
        _ => None,
    }
}

/// By the two primes of a DSA key's parameters.
fn is_dsa_strong(parameters: &[u8]) -> Option<bool> {
    let mut fields = Elements::of(parameters);
    let (field, group) = (bit_size(fields.take(INTEGER)?), bit_size(fields.take(INTEGER)?));
    Some(field >= LEAST_FIELD && group >= LEAST_GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_in_bits() {
        for (number, expected) in [(&[][..], 0), (&[0], 0), (&[1], 1), (&[0, 0x80], 8), (&[1, 0], 9)] {
            assert_eq!(bit_size(number), expected, "{number:x?}");
        }
    }
}
