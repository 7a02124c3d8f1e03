//! Keys and signatures of drafts.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RsaKeyPair,
};

use super::der::{sequence, tlv};
use crate::{Key, KeyKind};

/// The key of a draft; a clone is the same key.
#[derive(Clone, Debug)]
pub struct DraftKey(Arc<KeyWithHabit>);

#[derive(Debug)]
struct KeyWithHabit {
    signer: Arc<dyn DraftSigner>,
    usual: SignatureAlgorithm,
}

/// Something with a private key.
pub trait DraftSigner: Debug + Send + Sync {
    /// SubjectPublicKeyInfo of its public half.
    fn public_key_info(&self) -> Vec<u8>;

    /// Whether it can sign so.
    fn signs_by(&self, algorithm: SignatureAlgorithm) -> bool;

    /// Signs a message by an algorithm that it can sign by.
    ///
    /// # Panics
    /// Where it cannot.
    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8>;
}

impl DraftKey {
    /// A key that signs by this algorithm if not told otherwise.
    pub fn new(signer: Arc<dyn DraftSigner>, usual: SignatureAlgorithm) -> Self {
        Self(Arc::new(KeyWithHabit { signer, usual }))
    }

    /// A new key on P-256.
    pub fn p256() -> Self {
        Self::new(Arc::new(Key::new(KeyKind::P256)), SignatureAlgorithm::EcdsaSha256)
    }

    /// A new Ed25519 key.
    pub fn ed25519() -> Self {
        Self::new(Arc::new(Key::new(KeyKind::Ed25519)), SignatureAlgorithm::Ed25519)
    }

    /// An RSA key with 2048 bits, the same for all of a process.
    pub fn rsa() -> Self {
        static KEY: OnceLock<DraftKey> = OnceLock::new();
        let make = || Self::new(Arc::new(Key::new(KeyKind::Rsa2048)), SignatureAlgorithm::RsaSha256);
        KEY.get_or_init(make).clone()
    }

    /// The same key, which signs with this if not told otherwise.
    #[must_use]
    pub fn signing(&self, algorithm: SignatureAlgorithm) -> Self {
        Self::new(self.0.signer.clone(), algorithm)
    }

    /// By what it signs if not told otherwise, or told what it cannot do.
    pub(super) fn algorithm(&self, wanted: Option<SignatureAlgorithm>) -> SignatureAlgorithm {
        wanted.filter(|algorithm| self.0.signer.signs_by(*algorithm)).unwrap_or(self.0.usual)
    }

    /// Signs a message.
    ///
    /// # Panics
    /// Where the key is none for this algorithm.
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        self.0.signer.sign(algorithm, message)
    }

    /// SubjectPublicKeyInfo of its public half.
    pub fn public_key_info(&self) -> Vec<u8> {
        self.0.signer.public_key_info()
    }

    /// SubjectPublicKeyInfo of a key on P-256 with the point in its compressed form; of another key, as usual.
    pub fn compressed_key_info(&self) -> Vec<u8> {
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let info = self.public_key_info();
        let algorithm = sequence(&[tlv(6, EC), tlv(6, P256)]);
        let Some([4, x_and_y @ ..]) = info.len().checked_sub(65).map(|start| &info[start..]) else {
            return info;
        };
        if !info[2..].starts_with(&algorithm) {
            return info;
        }
        let (x, y) = x_and_y.split_at(32);
        let parity = 2 | y.last().map_or(0, |byte| byte & 1);
        sequence(&[algorithm, tlv(3, &[&[0, parity], x].concat())])
    }

    /// SubjectPublicKeyInfo of an RSA key for probabilistic signatures alone, with these parameters or none.
    pub fn pss_key_info(&self, parameters: &[u8]) -> Vec<u8> {
        const PLAIN: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        let info = self.public_key_info();
        let start = info.windows(PLAIN.len()).position(|window| window == PLAIN).expect("an RSA key");
        let algorithm = sequence(&[tlv(6, RSA_PSS), parameters.to_vec()]);
        sequence(&[algorithm, info[start + PLAIN.len()..].to_vec()])
    }
}

/// A key of the kit, by the algorithms that can be trusted.
impl DraftSigner for Key {
    fn public_key_info(&self) -> Vec<u8> {
        self.public_der()
    }

    fn signs_by(&self, algorithm: SignatureAlgorithm) -> bool {
        use SignatureAlgorithm::{EcdsaSha256, Ed25519, RsaPssSha256, RsaSha256, RsaSha512};
        match self.kind() {
            KeyKind::Rsa2048 => matches!(algorithm, RsaSha256 | RsaSha512 | RsaPssSha256),
            KeyKind::P256 => algorithm == EcdsaSha256,
            KeyKind::P384 => false,
            KeyKind::Ed25519 => algorithm == Ed25519,
        }
    }

    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let padding = match algorithm {
            SignatureAlgorithm::EcdsaSha256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, self.der());
                let signature = pair.expect("a key on P-256").sign(&random, message);
                return signature.expect("it signs").as_ref().to_vec();
            }
            SignatureAlgorithm::Ed25519 => {
                let pair = Ed25519KeyPair::from_pkcs8(self.der()).expect("an Ed25519 key");
                return pair.sign(message).as_ref().to_vec();
            }
            SignatureAlgorithm::RsaSha256 => &RSA_PKCS1_SHA256,
            SignatureAlgorithm::RsaSha512 => &RSA_PKCS1_SHA512,
            SignatureAlgorithm::RsaPssSha256 => &RSA_PSS_SHA256,
            other => panic!("{:?} does not sign by {other:?}", self.kind()),
        };
        let pair = RsaKeyPair::from_pkcs8(self.der()).expect("an RSA key");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(padding, &random, message, &mut signature).expect("it signs");
        signature
    }
}
/// How a certificate is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSA (PKCS #1 v1.5) with MD5.
    RsaMd5,
    /// RSA (PKCS #1 v1.5) with SHA-1.
    RsaSha1,
    /// RSA (PKCS #1 v1.5) with SHA-224.
    RsaSha224,
    /// RSA (PKCS #1 v1.5) with SHA-256.
    RsaSha256,
    /// RSA (PKCS #1 v1.5) with SHA-512.
    RsaSha512,
    /// RSASSA-PSS with SHA-256 throughout.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-1 throughout.
    RsaPssSha1,
    /// ECDSA with SHA-1.
    EcdsaSha1,
    /// ECDSA with SHA-224.
    EcdsaSha224,
    /// ECDSA with SHA-256.
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512.
    EcdsaSha512,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
}

const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
const ECDSA: [u8; 6] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];

impl SignatureAlgorithm {
    /// The AlgorithmIdentifier.
    pub fn identifier(self) -> Vec<u8> {
        let rsa = |number: u8| sequence(&[tlv(6, &[&PKCS1[..], &[number]].concat()), vec![5, 0]]);
        let ecdsa = |numbers: &[u8]| sequence(&[tlv(6, &[&ECDSA[..], numbers].concat())]);
        match self {
            Self::RsaMd5 => rsa(4),
            Self::RsaSha1 => rsa(5),
            Self::RsaSha224 => rsa(14),
            Self::RsaSha256 => rsa(11),
            Self::RsaSha512 => rsa(13),
            Self::RsaPssSha256 => sequence(&[tlv(6, RSA_PSS), pss_sha256()]),
            Self::RsaPssSha1 => sequence(&[tlv(6, RSA_PSS), sequence(&[])]),
            Self::EcdsaSha1 => ecdsa(&[1]),
            Self::EcdsaSha224 => ecdsa(&[3, 1]),
            Self::EcdsaSha256 => ecdsa(&[3, 2]),
            Self::EcdsaSha384 => ecdsa(&[3, 3]),
            Self::EcdsaSha512 => ecdsa(&[3, 4]),
            Self::Ed25519 => sequence(&[tlv(6, &[0x2b, 0x65, 0x70])]),
            Self::Ed448 => sequence(&[tlv(6, &[0x2b, 0x65, 0x71])]),
        }
    }
}

/// The parameters of RSASSA-PSS with SHA-256 throughout (RFC 4055, section 3.1).
pub fn pss_sha256() -> Vec<u8> {
    let digest = || sequence(&[tlv(6, SHA256), vec![5, 0]]);
    sequence(&[tlv(0xa0, &digest()), tlv(0xa1, &sequence(&[tlv(6, MGF1), digest()])), tlv(0xa2, &[2, 1, 32])])
}

#[cfg(test)]
mod tests {
    use openssl::x509::X509;

    use super::*;
    use crate::draft::Draft;

    #[test]
    fn what_every_key_signs_openssl_verifies() {
        use SignatureAlgorithm::{EcdsaSha256, Ed25519, RsaPssSha256, RsaSha256, RsaSha512};
        for (key, algorithms) in [
            (DraftKey::p256(), &[EcdsaSha256][..]),
            (DraftKey::rsa(), &[RsaSha256, RsaSha512, RsaPssSha256]),
            (DraftKey::ed25519(), &[Ed25519]),
        ] {
            let root = Draft::authority("Root", &key);
            let public = X509::from_der(&root.self_signed()).unwrap().public_key().unwrap();
            for algorithm in algorithms {
                let mut draft = Draft::new("leaf", &DraftKey::p256());
                draft.algorithm = Some(*algorithm);
                let verify = |draft: &Draft| X509::from_der(&draft.issued_by(&root)).unwrap().verify(&public);
                assert!(verify(&draft).unwrap(), "{algorithm:?}");
                draft.is_forged = true;
                assert!(!verify(&draft).unwrap_or(false), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn public_keys_have_other_forms() {
        let read = |info: &[u8]| openssl::pkey::PKey::public_key_from_der(info).unwrap();
        let key = DraftKey::p256();
        assert_ne!(key.compressed_key_info(), key.public_key_info());
        assert!(read(&key.compressed_key_info()).public_eq(&read(&key.public_key_info())));
        let rsa = DraftKey::rsa();
        assert_eq!(rsa.compressed_key_info(), rsa.public_key_info());
        for parameters in [Vec::new(), pss_sha256()] {
            assert_eq!(read(&rsa.pss_key_info(&parameters)).id(), openssl::pkey::Id::RSA_PSS);
        }
    }
}
