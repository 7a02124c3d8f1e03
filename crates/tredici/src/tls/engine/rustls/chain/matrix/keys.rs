//! Keys of every kind and strength, which only OpenSSL makes.

use std::sync::{Arc, OnceLock};

use openssl::{
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{Id, PKey, Private},
    rsa::{Padding, Rsa},
    sign::{RsaPssSaltlen, Signer},
};
use tredici_test::draft::{DraftKey, DraftSigner, SignatureAlgorithm};

/// A new key on P-256.
pub(super) fn p256() -> DraftKey {
    on_curve(Nid::X9_62_PRIME256V1)
}

/// A new key on this curve, which signs with SHA-256.
pub(super) fn on_curve(curve: Nid) -> DraftKey {
    let group = EcGroup::from_curve_name(curve).unwrap();
    let key = EcKey::generate(&group).and_then(PKey::from_ec_key).unwrap();
    draft_key(key, SignatureAlgorithm::EcdsaSha256)
}

/// A new Ed25519 key.
pub(super) fn ed25519() -> DraftKey {
    draft_key(PKey::generate_ed25519().unwrap(), SignatureAlgorithm::Ed25519)
}

/// A new Ed448 key.
pub(super) fn ed448() -> DraftKey {
    draft_key(PKey::generate_ed448().unwrap(), SignatureAlgorithm::Ed448)
}

/// An RSA key with 2048 bits, the same for all of a process.
pub(super) fn rsa() -> DraftKey {
    static KEY: OnceLock<DraftKey> = OnceLock::new();
    KEY.get_or_init(|| new_rsa(2048)).clone()
}

/// An RSA key with 1024 bits, the same for all of a process.
pub(super) fn weak_rsa() -> DraftKey {
    static KEY: OnceLock<DraftKey> = OnceLock::new();
    KEY.get_or_init(|| new_rsa(1024)).clone()
}

/// A new RSA key with so many bits, which takes its time.
pub(super) fn new_rsa(bits: u32) -> DraftKey {
    let key = Rsa::generate(bits).and_then(PKey::from_rsa).unwrap();
    draft_key(key, SignatureAlgorithm::RsaSha256)
}

fn draft_key(key: PKey<Private>, usual: SignatureAlgorithm) -> DraftKey {
    DraftKey::new(Arc::new(OpensslKey(key)), usual)
}

#[derive(Debug)]
struct OpensslKey(PKey<Private>);

impl DraftSigner for OpensslKey {
    fn public_key_info(&self) -> Vec<u8> {
        self.0.public_key_to_der().unwrap()
    }

    fn signs_by(&self, algorithm: SignatureAlgorithm) -> bool {
        kind(algorithm) == self.0.id()
    }

    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        use SignatureAlgorithm::{RsaPssSha1, RsaPssSha256};
        let mut signer = match digest(algorithm) {
            Some(digest) => Signer::new(digest, &self.0),
            None => Signer::new_without_digest(&self.0),
        }
        .unwrap();
        if matches!(algorithm, RsaPssSha1 | RsaPssSha256) {
            signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
        }
        signer.sign_oneshot_to_vec(message).unwrap()
    }
}

fn kind(algorithm: SignatureAlgorithm) -> Id {
    use SignatureAlgorithm::*;
    match algorithm {
        RsaMd5 | RsaSha1 | RsaSha224 | RsaSha256 | RsaSha512 | RsaPssSha256 | RsaPssSha1 => Id::RSA,
        EcdsaSha1 | EcdsaSha224 | EcdsaSha256 | EcdsaSha384 | EcdsaSha512 => Id::EC,
        Ed25519 => Id::ED25519,
        Ed448 => Id::ED448,
    }
}

fn digest(algorithm: SignatureAlgorithm) -> Option<MessageDigest> {
    use SignatureAlgorithm::*;
    match algorithm {
        RsaMd5 => Some(MessageDigest::md5()),
        RsaSha1 | RsaPssSha1 | EcdsaSha1 => Some(MessageDigest::sha1()),
        RsaSha224 | EcdsaSha224 => Some(MessageDigest::sha224()),
        RsaSha256 | RsaPssSha256 | EcdsaSha256 => Some(MessageDigest::sha256()),
        EcdsaSha384 => Some(MessageDigest::sha384()),
        RsaSha512 | EcdsaSha512 => Some(MessageDigest::sha512()),
        Ed25519 | Ed448 => None,
    }
}
