//! The key schedule of TLS 1.3 (RFC 8446, section 7) with SHA-256, from the server's side.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, EphemeralPrivateKey, UnparsedPublicKey};
use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{self, SystemRandom};

pub(super) type Secret = [u8; SHA256_OUTPUT_LEN];

/// Agrees on a secret with the first share of a group that is known: the group, our share, the secret.
pub(super) fn agree(shares: Vec<(u16, Vec<u8>)>) -> Option<(u16, Vec<u8>, Vec<u8>)> {
    shares.into_iter().find_map(|(group, share)| {
        let algorithm = match group {
            23 => &agreement::ECDH_P256,
            29 => &agreement::X25519,
            _ => return None,
        };
        let ours = EphemeralPrivateKey::generate(algorithm, &SystemRandom::new()).ok()?;
        let our_share = ours.compute_public_key().ok()?.as_ref().to_vec();
        let theirs = UnparsedPublicKey::new(algorithm, share);
        let secret =
            agreement::agree_ephemeral(ours, theirs, Unspecified, |secret| Ok(secret.to_vec())).ok()?;
        Some((group, our_share, secret))
    })
}

pub(super) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("the system's random numbers");
    bytes
}

pub(super) fn hash(bytes: &[u8]) -> Secret {
    digest(&SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// The verify_data of Finished (section 4.4.4).
pub(super) fn finished(secret: &Secret, transcript: &[u8]) -> Vec<u8> {
    let key: Secret = expand_label(secret, "finished", &[]);
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &hash(transcript)).as_ref().to_vec()
}

/// What follows from the secret that both sides have agreed on.
pub(super) struct Schedule {
    handshake: Prk,
}

impl Schedule {
    pub(super) fn new(shared: &[u8]) -> Self {
        let early = Salt::new(HKDF_SHA256, &[]).extract(&[0; SHA256_OUTPUT_LEN]);
        Self { handshake: next(&early).extract(shared) }
    }

    /// server_handshake_traffic_secret, after ServerHello.
    pub(super) fn server_handshake(&self, transcript: &[u8]) -> Secret {
        expand_prk(&self.handshake, "s hs traffic", &hash(transcript))
    }

    /// server_application_traffic_secret_0, after the server's Finished.
    pub(super) fn server_application(&self, transcript: &[u8]) -> Secret {
        let master = next(&self.handshake).extract(&[0; SHA256_OUTPUT_LEN]);
        expand_prk(&master, "s ap traffic", &hash(transcript))
    }
}

/// The traffic secret after a key update (section 7.2).
pub(super) fn updated(secret: &Secret) -> Secret {
    expand_label(secret, "traffic upd", &[])
}

fn next(stage: &Prk) -> Salt {
    let derived: Secret = expand_prk(stage, "derived", &hash(&[]));
    Salt::new(HKDF_SHA256, &derived)
}

fn expand_label<const LENGTH: usize>(secret: &Secret, label: &str, context: &[u8]) -> [u8; LENGTH] {
    expand_prk(&Prk::new_less_safe(HKDF_SHA256, secret), label, context)
}

/// HKDF-Expand-Label (section 7.1).
fn expand_prk<const LENGTH: usize>(secret: &Prk, label: &str, context: &[u8]) -> [u8; LENGTH] {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }

    let label = super::vector::<1>(format!("tls13 {label}").as_bytes());
    let length = u16::try_from(LENGTH).expect("no key is that long").to_be_bytes();
    let context = super::vector::<1>(context);
    let info = [&length[..], &label, &context];
    let mut output = [0; LENGTH];
    let expanded = secret.expand(&info, Length(LENGTH)).and_then(|okm| okm.fill(&mut output));
    expanded.expect("a few bytes are expanded");
    output
}

/// Encrypts records under one secret (section 5.2).
pub(super) struct Sealer {
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
}

impl Sealer {
    pub(super) fn new(secret: &Secret) -> Self {
        let key: [u8; 16] = expand_label(secret, "key", &[]);
        let key = UnboundKey::new(&AES_128_GCM, &key).expect("the key has the right length");
        Self { key: LessSafeKey::new(key), iv: expand_label(secret, "iv", &[]), sequence: 0 }
    }

    pub(super) fn record(&mut self, content_type: u8, content: &[u8]) -> Vec<u8> {
        let mut body = [content, &[content_type]].concat();
        let length = u16::try_from(body.len() + AES_128_GCM.tag_len()).expect("a record holds 16 KiB");
        let header = [&[23, 3, 3][..], &length.to_be_bytes()].concat();
        let nonce = self.next_nonce();
        self.key.seal_in_place_append_tag(nonce, Aad::from(&header), &mut body).expect("a record is sealed");
        [header, body].concat()
    }

    fn next_nonce(&mut self) -> Nonce {
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= number;
        }
        self.sequence += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            hex.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// The values of RFC 8448, section 3.
    #[test]
    fn the_traced_handshake_of_rfc_8448() {
        let derived: Secret =
            expand_prk(&Salt::new(HKDF_SHA256, &[]).extract(&[0; 32]), "derived", &hash(&[]));
        assert_eq!(derived[..], bytes("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba"));

        let traffic = bytes("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let traffic: Secret = traffic.try_into().unwrap();
        let key: [u8; 16] = expand_label(&traffic, "key", &[]);
        assert_eq!(key[..], bytes("3fce516009c21727d0f2e4e86ee403bc"));
        let iv: [u8; 12] = expand_label(&traffic, "iv", &[]);
        assert_eq!(iv[..], bytes("5d313eb2671276ee13000b30"));
    }

    #[test]
    fn no_nonce_is_used_twice() {
        let mut sealer = Sealer::new(&[7; 32]);
        let records: Vec<_> = (0..300).map(|_| sealer.record(23, b"same")).collect();
        let mut distinct = records.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), records.len());
    }
}
