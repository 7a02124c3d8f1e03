//! Private keys: made in no time, or (RSA) shared by a process because making one takes long.

mod encrypted;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::signature::Ed25519KeyPair;
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData,
};

/// The kind of a key, and with it the signature that its owner makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA with 2048 bits; signs certificates with SHA-256.
    Rsa2048,
    /// ECDSA on P-256 with SHA-256: the default, because it is the fastest to make and to check.
    #[default]
    P256,
    /// ECDSA on P-384 with SHA-384.
    P384,
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// Every kind, for tests that go through all of them.
    pub const ALL: [Self; 4] = [Self::Rsa2048, Self::P256, Self::P384, Self::Ed25519];
}

/// A key pair; a clone is the same key.
#[derive(Clone, Debug)]
pub struct Key {
    kind: KeyKind,
    pair: Arc<KeyPair>,
}

impl Key {
    /// A key of this kind: a new one, except for RSA, where a process makes [`Key::RSA_KEYS`] and hands
    /// them out in turn. Consecutive RSA keys, as those of one chain, therefore differ.
    pub fn new(kind: KeyKind) -> Self {
        let pair = match kind {
            KeyKind::Rsa2048 => shared_rsa_pair(),
            KeyKind::P256 => Arc::new(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a P-256 key")),
            KeyKind::P384 => Arc::new(KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("a P-384 key")),
            KeyKind::Ed25519 => Arc::new(ed25519_pair()),
        };
        Self { kind, pair }
    }

    /// How many RSA keys a process makes.
    pub const RSA_KEYS: usize = 4;

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The private key as PKCS#8 (RFC 5958) in PEM.
    pub fn pem(&self) -> String {
        self.pair.serialize_pem()
    }

    /// The private key as PKCS#8 (RFC 5958) in DER.
    pub fn der(&self) -> &[u8] {
        self.pair.serialized_der()
    }

    /// The private key as PKCS#8 in PEM, encrypted with AES-256-CBC under this passphrase
    /// (`BEGIN ENCRYPTED PRIVATE KEY`).
    pub fn encrypted_pem(&self, passphrase: &str) -> String {
        encrypted::pem(self.der(), passphrase)
    }

    /// The public key as SubjectPublicKeyInfo in DER: what a pin of RFC 7469 is the hash of.
    pub fn public_der(&self) -> Vec<u8> {
        self.pair.subject_public_key_info()
    }

    pub(crate) fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

fn shared_rsa_pair() -> Arc<KeyPair> {
    static KEYS: [OnceLock<Arc<KeyPair>>; Key::RSA_KEYS] = [const { OnceLock::new() }; Key::RSA_KEYS];
    static NEXT: AtomicUsize = AtomicUsize::new(0);

    let slot = NEXT.fetch_add(1, Ordering::Relaxed) % Key::RSA_KEYS;
    let pair = KEYS[slot]
        .get_or_init(|| Arc::new(KeyPair::generate_for(&PKCS_RSA_SHA256).expect("an RSA key of 2048 bits")));
    Arc::clone(pair)
}

/// OpenSSL 3.0 does not read the second version of PKCS#8, which rcgen would write for this kind.
fn ed25519_pair() -> KeyPair {
    let pair = Ed25519KeyPair::generate().expect("an Ed25519 key");
    let der = pair.to_pkcs8v1().expect("the key in the first version of PKCS#8");
    KeyPair::from_pkcs8_der_and_sign_algo(&der.as_ref().into(), &PKCS_ED25519)
        .expect("rcgen reads the first version")
}

#[cfg(test)]
mod tests {
    use openssl::pkey::PKey;

    use super::*;

    #[test]
    fn every_kind_is_read_by_openssl() {
        for kind in KeyKind::ALL {
            let key = Key::new(kind);
            assert_eq!(key.kind(), kind);
            let from_pem = PKey::private_key_from_pem(key.pem().as_bytes()).unwrap();
            let from_der = PKey::private_key_from_der(key.der()).unwrap();
            assert!(from_pem.public_eq(&from_der), "{kind:?}");
            assert_eq!(from_pem.public_key_to_der().unwrap(), key.public_der(), "{kind:?}");
        }
    }

    #[test]
    fn an_encrypted_key_opens_with_its_passphrase_only() {
        for kind in KeyKind::ALL {
            let key = Key::new(kind);
            let pem = key.encrypted_pem("open sesame");
            assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
            assert!(PKey::private_key_from_pem_passphrase(pem.as_bytes(), b"wrong").is_err());
            let opened = PKey::private_key_from_pem_passphrase(pem.as_bytes(), b"open sesame").unwrap();
            assert_eq!(opened.public_key_to_der().unwrap(), key.public_der());
        }
    }

    #[test]
    fn new_keys_differ_but_a_clone_is_the_same() {
        for kind in KeyKind::ALL.into_iter().filter(|kind| *kind != KeyKind::Rsa2048) {
            let key = Key::new(kind);
            assert_ne!(key.der(), Key::new(kind).der(), "{kind:?}");
            assert_eq!(key.der(), key.clone().der());
        }
    }

    #[test]
    fn rsa_keys_are_shared() {
        let mut keys: Vec<_> =
            (0..4 * Key::RSA_KEYS).map(|_| Key::new(KeyKind::Rsa2048).der().to_vec()).collect();
        keys.sort();
        keys.dedup();
        assert!(keys.len() <= Key::RSA_KEYS, "{} keys were made", keys.len());
    }
}
