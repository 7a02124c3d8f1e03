//! What a certificate's key is, from its SubjectPublicKeyInfo.

use x509_parser::asn1_rs::{Any, FromDer, Tag};
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION, OID_PKCS1_RSASSAPSS};
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::curve::{Curve, curve};
use super::hex;

/// The kinds of keys that Node tells more about.
pub(super) enum PublicKey {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Ec { curve: Option<&'static Curve>, point: Vec<u8> },
    Other,
}

impl PublicKey {
    /// A key that cannot be decoded is of another kind.
    pub(super) fn decode(info: &[u8]) -> Self {
        let Ok((_, info)) = SubjectPublicKeyInfo::from_der(info) else { return Self::Other };
        let (algorithm, bits) = (&info.algorithm.algorithm, &info.subject_public_key.data);
        if [OID_PKCS1_RSAENCRYPTION, OID_PKCS1_RSASSAPSS].contains(algorithm) {
            match RSAPublicKey::from_der(bits) {
                Ok((_, key)) => Self::Rsa { modulus: key.modulus.to_vec(), exponent: key.exponent.to_vec() },
                Err(_) => Self::Other,
            }
        } else if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            let name =
                info.algorithm.parameters.as_ref().filter(|name| name.tag() == Tag::Oid).map(Any::as_bytes);
            Self::Ec { curve: name.and_then(curve), point: bits.to_vec() }
        } else {
            Self::Other
        }
    }

    pub(super) fn bits(&self) -> Option<u32> {
        match self {
            Self::Rsa { modulus, .. } => {
                let start = modulus.iter().position(|byte| *byte != 0)?;
                let bytes = u32::try_from(modulus.len() - start).ok()?;
                Some(bytes.checked_mul(8)? - modulus[start].leading_zeros())
            }
            Self::Ec { curve, .. } => curve.map(|curve| curve.order_bits),
            Self::Other => None,
        }
    }

    pub(super) fn modulus(&self) -> Option<String> {
        match self {
            Self::Rsa { modulus, .. } => Some(hex::number(modulus)),
            _ => None,
        }
    }

    pub(super) fn exponent(&self) -> Option<String> {
        match self {
            Self::Rsa { exponent, .. } => Some(format!("0x{}", hex::number(exponent).to_ascii_lowercase())),
            _ => None,
        }
    }

    pub(super) fn curve(&self) -> Option<&'static Curve> {
        match self {
            Self::Ec { curve, .. } => *curve,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;

    #[test]
    fn rsa_keys_tell_modulus_and_exponent() {
        let key = PublicKey::decode(&rsa_key(&[0, 0xa1, 0x0b, 0xff], &[1, 0, 1]));
        assert_eq!(key.modulus().as_deref(), Some("A10BFF"));
        assert_eq!(key.exponent().as_deref(), Some("0x10001"));
        assert_eq!(key.bits(), Some(24));
        assert!(key.curve().is_none());

        let key = PublicKey::decode(&rsa_key(&[0x0a, 1], &[1, 0, 0, 0, 0, 0, 0, 0, 0xab]));
        assert_eq!(key.modulus().as_deref(), Some("A01"));
        assert_eq!(key.exponent().as_deref(), Some("0x100000000000000ab"));
        assert_eq!(key.bits(), Some(12));
    }

    #[test]
    fn keys_on_curves_tell_the_curve() {
        let key = PublicKey::decode(&p256_key());
        assert_eq!(key.bits(), Some(256));
        assert_eq!(
            key.curve().map(|curve| (curve.asn1_name, curve.nist_name)),
            Some(("prime256v1", Some("P-256")))
        );
        let PublicKey::Ec { point, .. } = &key else { panic!("no point") };
        assert_eq!(*point, from_hex(P256_POINT));
        assert_eq!((key.modulus(), key.exponent()), (None, None));

        let unknown = PublicKey::decode(&curve_key("1.2.3.4", P256_POINT));
        assert!(unknown.bits().is_none() && unknown.curve().is_none());
    }

    #[test]
    fn of_other_keys_nothing_is_told() {
        let ed25519 = key("1.3.101.112", &[], &[1; 32]);
        let broken_rsa = key("1.2.840.113549.1.1.1", &[5, 0], &[0x30, 0]);
        for info in [ed25519, broken_rsa, vec![], vec![0x30, 0]] {
            let key = PublicKey::decode(&info);
            assert!(matches!(key, PublicKey::Other));
            assert!(key.bits().is_none() && key.modulus().is_none() && key.curve().is_none());
        }
    }
}
