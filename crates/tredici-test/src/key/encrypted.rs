//! Private keys under a passphrase: PKCS#8's EncryptedPrivateKeyInfo (RFC 5958) by PBES2 (RFC 8018).

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::pbkdf2;
use yasna::models::ObjectIdentifier;

/// A test's key need not be slow to open.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(2048).unwrap();
const SALT: &[u8] = b"of a test's key";

const PBES2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 13];
const PBKDF2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 12];
const HMAC_SHA256: &[u64] = &[1, 2, 840, 113_549, 2, 9];
const AES_256_CBC: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 1, 42];

/// A private key in DER as `BEGIN ENCRYPTED PRIVATE KEY`, by PBKDF2 with SHA-256 and AES-256-CBC.
pub(super) fn pem(key: &[u8], passphrase: &str) -> String {
    let mut secret = [0; AES_256_KEY_LEN];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, SALT, passphrase.as_bytes(), &mut secret);
    let cipher = UnboundCipherKey::new(&AES_256, &secret).and_then(PaddedBlockEncryptingKey::cbc_pkcs7);
    let mut encrypted = key.to_vec();
    let context = cipher.and_then(|cipher| cipher.encrypt(&mut encrypted)).expect("the key encrypts");
    let DecryptionContext::Iv128(iv) = context else { panic!("AES-CBC has an initialisation vector") };
    pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", encrypted_private_key_info(&encrypted, iv.as_ref())))
}

fn encrypted_private_key_info(encrypted: &[u8], iv: &[u8]) -> Vec<u8> {
    yasna::construct_der(|writer| {
        writer.write_sequence(|info| {
            info.next().write_sequence(|algorithm| {
                algorithm.next().write_oid(&oid(PBES2));
                algorithm.next().write_sequence(|parameters| {
                    parameters.next().write_sequence(|derivation| {
                        derivation.next().write_oid(&oid(PBKDF2));
                        derivation.next().write_sequence(|terms| {
                            terms.next().write_bytes(SALT);
                            terms.next().write_u32(ITERATIONS.get());
                            terms.next().write_sequence(|function| {
                                function.next().write_oid(&oid(HMAC_SHA256));
                                function.next().write_null();
                            });
                        });
                    });
                    parameters.next().write_sequence(|encryption| {
                        encryption.next().write_oid(&oid(AES_256_CBC));
                        encryption.next().write_bytes(iv);
                    });
                });
            });
            info.next().write_bytes(encrypted);
        });
    })
}

fn oid(components: &[u64]) -> ObjectIdentifier {
    ObjectIdentifier::from_slice(components)
}
