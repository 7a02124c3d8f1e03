//! Keys and signatures of every kind, as the `openssl` crate makes them.

use std::sync::{Arc, OnceLock};

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};

use super::der::{sequence, tlv};

/// A key that the `openssl` crate makes; a clone is the same key.
#[derive(Clone, Debug)]
pub struct DraftKey(Arc<KeyWithHabit>);

#[derive(Debug)]
struct KeyWithHabit {
    private: PKey<Private>,
    usual: SignatureAlgorithm,
}

impl DraftKey {
    fn new(private: PKey<Private>, usual: SignatureAlgorithm) -> Self {
        Self(Arc::new(KeyWithHabit { private, usual }))
    }

    /// A new key on P-256.
    pub fn p256() -> Self {
        Self::on_curve(Nid::X9_62_PRIME256V1)
    }

    /// A new key on this curve, which signs with SHA-256.
    pub fn on_curve(curve: Nid) -> Self {
        let group = EcGroup::from_curve_name(curve).expect("a curve that OpenSSL knows");
        let key = EcKey::generate(&group).and_then(PKey::from_ec_key).expect("a key on the curve");
        Self::new(key, SignatureAlgorithm::EcdsaSha256)
    }

    /// A new Ed25519 key.
    pub fn ed25519() -> Self {
        Self::new(PKey::generate_ed25519().expect("an Ed25519 key"), SignatureAlgorithm::Ed25519)
    }

    /// A new Ed448 key.
    pub fn ed448() -> Self {
        Self::new(PKey::generate_ed448().expect("an Ed448 key"), SignatureAlgorithm::Ed448)
    }

    /// An RSA key with 2048 bits, the same for all of a process.
    pub fn rsa() -> Self {
        static KEY: OnceLock<DraftKey> = OnceLock::new();
        KEY.get_or_init(|| Self::new_rsa(2048)).clone()
    }

    /// An RSA key with 1024 bits, the same for all of a process.
    pub fn weak_rsa() -> Self {
        static KEY: OnceLock<DraftKey> = OnceLock::new();
        KEY.get_or_init(|| Self::new_rsa(1024)).clone()
    }

    /// A new RSA key with so many bits, which takes its time.
    pub fn new_rsa(bits: u32) -> Self {
        let key = Rsa::generate(bits).and_then(PKey::from_rsa).expect("an RSA key");
        Self::new(key, SignatureAlgorithm::RsaSha256)
    }

    /// The same key, which signs with this if not told otherwise.
    #[must_use]
    pub fn signing(&self, algorithm: SignatureAlgorithm) -> Self {
        Self::new(self.0.private.clone(), algorithm)
    }

    pub(super) fn usual(&self) -> SignatureAlgorithm {
        self.0.usual
    }

    pub(super) fn signs_by(&self, algorithm: SignatureAlgorithm) -> bool {
        algorithm.is_by(self.0.private.id())
    }

    /// Signs a message.
    ///
    /// # Panics
    /// Where the key is none for this algorithm.
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        algorithm.sign(&self.0.private, message)
    }

    /// SubjectPublicKeyInfo of its public half.
    pub fn public_key_info(&self) -> Vec<u8> {
        self.0.private.public_key_to_der().expect("a public key has an encoding")
    }

    /// SubjectPublicKeyInfo of a key on P-256 with the point in its compressed form; of another key, as usual.
    pub fn compressed_key_info(&self) -> Vec<u8> {
        let Some(key) = self
            .0
            .private
            .ec_key()
            .ok()
            .filter(|key| key.group().curve_name() == Some(Nid::X9_62_PRIME256V1))
        else {
            return self.public_key_info();
        };
        let mut numbers = BigNumContext::new().expect("memory");
        let form = PointConversionForm::COMPRESSED;
        let point =
            key.public_key().to_bytes(key.group(), form, &mut numbers).expect("a point has an encoding");
        let p256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let algorithm = sequence(&[tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), tlv(6, &p256)]);
        sequence(&[algorithm, tlv(3, &[vec![0], point].concat())])
    }

    /// SubjectPublicKeyInfo of an RSA key for probabilistic signatures alone, with these parameters or none.
    pub fn pss_key_info(&self, parameters: &[u8]) -> Vec<u8> {
        let algorithm = sequence(&[tlv(6, RSA_PSS), parameters.to_vec()]);
        let rsa = self.0.private.rsa().and_then(|key| key.public_key_to_der_pkcs1()).expect("an RSA key");
        sequence(&[algorithm, tlv(3, &[vec![0], rsa].concat())])
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

    fn is_by(self, key: Id) -> bool {
        match self {
            Self::RsaMd5 | Self::RsaSha1 | Self::RsaSha224 | Self::RsaSha256 | Self::RsaSha512 => {
                key == Id::RSA
            }
            Self::RsaPssSha256 | Self::RsaPssSha1 => key == Id::RSA,
            Self::EcdsaSha1 | Self::EcdsaSha224 | Self::EcdsaSha256 => key == Id::EC,
            Self::EcdsaSha384 | Self::EcdsaSha512 => key == Id::EC,
            Self::Ed25519 => key == Id::ED25519,
            Self::Ed448 => key == Id::ED448,
        }
    }

    fn digest(self) -> Option<MessageDigest> {
        match self {
            Self::RsaMd5 => Some(MessageDigest::md5()),
            Self::RsaSha1 | Self::RsaPssSha1 | Self::EcdsaSha1 => Some(MessageDigest::sha1()),
            Self::RsaSha224 | Self::EcdsaSha224 => Some(MessageDigest::sha224()),
            Self::RsaSha256 | Self::RsaPssSha256 | Self::EcdsaSha256 => Some(MessageDigest::sha256()),
            Self::EcdsaSha384 => Some(MessageDigest::sha384()),
            Self::RsaSha512 | Self::EcdsaSha512 => Some(MessageDigest::sha512()),
            Self::Ed25519 | Self::Ed448 => None,
        }
    }

    fn sign(self, key: &PKey<Private>, message: &[u8]) -> Vec<u8> {
        let mut signer = match self.digest() {
            Some(digest) => Signer::new(digest, key),
            None => Signer::new_without_digest(key),
        }
        .expect("the key signs so");
        if matches!(self, Self::RsaPssSha256 | Self::RsaPssSha1) {
            signer.set_rsa_padding(Padding::PKCS1_PSS).expect("an RSA key");
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).expect("an RSA key");
        }
        signer.sign_oneshot_to_vec(message).expect("the key signs")
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
        use SignatureAlgorithm::*;
        let rsa = DraftKey::rsa();
        for (key, algorithms) in [
            (DraftKey::p256(), &[EcdsaSha1, EcdsaSha224, EcdsaSha256, EcdsaSha384, EcdsaSha512][..]),
            (DraftKey::on_curve(Nid::SECP521R1), &[EcdsaSha512]),
            (rsa, &[RsaMd5, RsaSha1, RsaSha224, RsaSha256, RsaSha512, RsaPssSha1, RsaPssSha256]),
            (DraftKey::weak_rsa(), &[RsaSha256]),
            (DraftKey::ed25519(), &[Ed25519]),
            (DraftKey::ed448(), &[Ed448]),
        ] {
            let root = Draft::authority("Root", &key);
            for algorithm in algorithms {
                let mut draft = Draft::new("leaf", &DraftKey::p256());
                draft.algorithm = Some(*algorithm);
                let verify =
                    |draft: &Draft| X509::from_der(&draft.issued_by(&root)).unwrap().verify(&key.0.private);
                assert!(verify(&draft).unwrap(), "{algorithm:?}");
                draft.is_forged = true;
                assert!(!verify(&draft).unwrap_or(false), "{algorithm:?}");
            }
        }
    }
}
