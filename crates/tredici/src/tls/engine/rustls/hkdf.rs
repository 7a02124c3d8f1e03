//! HKDF whose keys are prepared once.
//!
//! TLS 1.3 derives several secrets from each. With aws-lc-rs each of them begins with preparing the key of the HMAC, which
//! is as much work as the rest of it; and a resumed handshake does little else than derive. A key that is prepared is wiped
//! when it is dropped; what its making has left in memory that nobody uses any more is not.

use std::{marker::PhantomData, sync::LazyLock};

use hmac::{EagerHash, Hmac, KeyInit, Mac, digest::OutputSizeUser};
use rustls::{
    CipherSuite, SupportedCipherSuite, Tls13CipherSuite,
    crypto::{
        self, CipherSuiteCommon,
        aws_lc_rs::ALL_CIPHER_SUITES,
        hmac::{Key, Tag},
        tls13::HkdfUsingHmac,
    },
};
use sha2::{Sha256, Sha384};

/// The same suite; if it is of TLS 1.3, with keys that are prepared once. One that has to stay within a validated module does.
pub(super) fn prepared(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    static SUITES: LazyLock<Vec<Tls13CipherSuite>> = LazyLock::new(|| {
        let of_tls_13 = ALL_CIPHER_SUITES.iter().filter_map(SupportedCipherSuite::tls13);
        of_tls_13.filter(|suite| !suite.fips()).map(with_prepared_keys).collect()
    });
    let ours = SUITES.iter().find(|ours| ours.common.suite == suite.suite());
    ours.map_or(suite, SupportedCipherSuite::Tls13)
}

fn with_prepared_keys(suite: &'static Tls13CipherSuite) -> Tls13CipherSuite {
    let CipherSuiteCommon { suite: number, hash_provider, confidentiality_limit } = suite.common;
    Tls13CipherSuite {
        common: CipherSuiteCommon { suite: number, hash_provider, confidentiality_limit },
        hkdf_provider: match number {
            CipherSuite::TLS13_AES_256_GCM_SHA384 => &HkdfUsingHmac(&Prepared::<Sha384>(PhantomData)),
            CipherSuite::TLS13_AES_128_GCM_SHA256 | CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => {
                &HkdfUsingHmac(&Prepared::<Sha256>(PhantomData))
            }
            _ => suite.hkdf_provider,
        },
        aead_alg: suite.aead_alg,
        quic: suite.quic,
    }
}

struct Prepared<D>(PhantomData<D>);

impl<D: EagerHash<Core: Send + Sync> + Send + Sync + 'static> crypto::hmac::Hmac for Prepared<D> {
    fn with_key(&self, key: &[u8]) -> Box<dyn Key> {
        Box::new(Ready::<D>(Hmac::new_from_slice(key).expect("a key of an HMAC may have any length")))
    }

    fn hash_output_len(&self) -> usize {
        Hmac::<D>::output_size()
    }
}

struct Ready<D: EagerHash>(Hmac<D>);

impl<D: EagerHash<Core: Send + Sync> + Send + Sync> Key for Ready<D> {
    fn sign_concat(&self, first: &[u8], middle: &[&[u8]], last: &[u8]) -> Tag {
        let mut mac = self.0.clone();
        mac.update(first);
        middle.iter().for_each(|part| mac.update(part));
        mac.update(last);
        Tag::new(mac.finalize().as_bytes())
    }

    fn tag_len(&self) -> usize {
        Hmac::<D>::output_size()
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock};
    use zeroize::ZeroizeOnDrop;

    use super::*;

    fn expand(expander: &dyn HkdfExpander, info: &[&[u8]], length: usize) -> Option<Vec<u8>> {
        let mut output = vec![0; length];
        expander.expand_slice(info, &mut output).ok().map(|()| output)
    }

    /// In each suite, whatever rustls asks.
    #[test]
    fn it_is_the_hkdf_that_rustls_has() {
        for theirs in ALL_CIPHER_SUITES.iter().filter_map(SupportedCipherSuite::tls13) {
            let ours = prepared(SupportedCipherSuite::Tls13(theirs)).tls13().expect("of TLS 1.3");
            assert!(!std::ptr::eq(ours, theirs), "{:?} is as rustls has it", theirs.common.suite);
            let length = theirs.common.hash_provider.output_len();
            let secret: Vec<u8> = (0..length).map(|at| (at * 7) as u8).collect();
            let key = OkmBlock::new(&secret);
            let (ours, theirs) = (ours.hkdf_provider, theirs.hkdf_provider);
            assert_eq!(
                ours.hmac_sign(&key, b"message").as_ref(),
                theirs.hmac_sign(&key, b"message").as_ref()
            );
            for salt in [None, Some(&secret[..]), Some(b"salt"), Some(&[9; 300])] {
                let same_secret = |hkdf: &dyn Hkdf| hkdf.extract_from_secret(salt, &secret);
                let no_secret = |hkdf: &dyn Hkdf| hkdf.extract_from_zero_ikm(salt);
                let no_salt = |hkdf: &dyn Hkdf| hkdf.expander_for_okm(&key);
                for (ours, theirs) in [
                    (same_secret(ours), same_secret(theirs)),
                    (no_secret(ours), no_secret(theirs)),
                    (no_salt(ours), no_salt(theirs)),
                ] {
                    assert_eq!((ours.hash_len(), theirs.hash_len()), (length, length));
                    let infos: [&[&[u8]]; 3] = [&[], &[b"info"], &[b"in", b"", &[1; 200], b"parts"]];
                    for info in infos {
                        assert_eq!(ours.expand_block(info).as_ref(), theirs.expand_block(info).as_ref());
                        for wanted in [1, 12, length - 1, length, length + 1, 3 * length, 255 * length] {
                            let same = expand(&*theirs, info, wanted);
                            assert!(same.is_some() && expand(&*ours, info, wanted) == same, "{wanted} bytes");
                        }
                        assert!(expand(&*ours, info, 255 * length + 1).is_none(), "more than there is");
                    }
                }
            }
        }
    }

    /// By a feature of the hashes, of whose states an HMAC is made; nothing else here needs it.
    #[test]
    fn a_key_that_is_prepared_is_wiped() {
        fn is_wiped<T: ZeroizeOnDrop>() {}
        is_wiped::<Sha256>();
        is_wiped::<Sha384>();
    }
}
