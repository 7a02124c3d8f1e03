//! HKDF whose keys are prepared once.
//!
//! TLS 1.3 derives several secrets from each. With aws-lc-rs each of them begins with preparing the key of the HMAC, which
//! is as much work as the rest of it; and a resumed handshake does little else than derive.

use std::{marker::PhantomData, sync::LazyLock};

use hkdf::{GenericHkdf, HmacImpl, hmac::Hmac};
use rustls::{
    CipherSuite, SupportedCipherSuite, Tls13CipherSuite,
    crypto::{
        CipherSuiteCommon,
        aws_lc_rs::ALL_CIPHER_SUITES,
        hmac::Tag,
        tls13::{Hkdf, HkdfExpander, OkmBlock, OutputLengthError},
    },
};
use sha2::{Sha256, Sha384};
use zeroize::Zeroize;

/// The same suite; if it is of TLS 1.3, with the HKDF of this module.
pub(super) fn prepared(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    static SUITES: LazyLock<Vec<Tls13CipherSuite>> = LazyLock::new(|| {
        ALL_CIPHER_SUITES.iter().filter_map(SupportedCipherSuite::tls13).map(with_prepared_keys).collect()
    });
    let ours = SUITES.iter().find(|ours| ours.common.suite == suite.suite());
    ours.map_or(suite, SupportedCipherSuite::Tls13)
}

fn with_prepared_keys(suite: &'static Tls13CipherSuite) -> Tls13CipherSuite {
    let CipherSuiteCommon { suite: number, hash_provider, confidentiality_limit } = suite.common;
    Tls13CipherSuite {
        common: CipherSuiteCommon { suite: number, hash_provider, confidentiality_limit },
        hkdf_provider: match number {
            CipherSuite::TLS13_AES_256_GCM_SHA384 => &Prepared::<Hmac<Sha384>>(PhantomData),
            CipherSuite::TLS13_AES_128_GCM_SHA256 | CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => {
                &Prepared::<Hmac<Sha256>>(PhantomData)
            }
            _ => suite.hkdf_provider,
        },
        aead_alg: suite.aead_alg,
        quic: suite.quic,
    }
}

struct Prepared<H>(PhantomData<H>);

impl<H: HmacImpl + Send + Sync + 'static> Hkdf for Prepared<H> {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.extract_from_secret(salt, &[0; OkmBlock::MAX_LEN][..H::output_size()])
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        let (mut key, expander) = GenericHkdf::<H>::extract(salt, secret);
        key.zeroize();
        Box::new(Expander(expander))
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        let key = okm.as_ref();
        // A block of the same hash is never too short. Were it, the handshake would fail, and not the program.
        Box::new(Expander(GenericHkdf::<H>::from_prk(key).unwrap_or_else(|_| GenericHkdf::new(None, key))))
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> Tag {
        let mut mac = H::new_from_slice(key.as_ref());
        mac.update(message);
        Tag::new(&mac.finalize())
    }
}

struct Expander<H: HmacImpl>(GenericHkdf<H>);

impl<H: HmacImpl + Send + Sync> HkdfExpander for Expander<H> {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        self.0.expand_multi_info(info, output).map_err(|_| OutputLengthError)
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        let mut block = [0; OkmBlock::MAX_LEN];
        let block = &mut block[..self.hash_len()];
        // It takes 255 times as much.
        let _enough = self.expand_slice(info, block);
        let okm = OkmBlock::new(block);
        block.zeroize();
        okm
    }

    fn hash_len(&self) -> usize {
        H::output_size()
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn suites_of_tls_1_2_are_as_they_were() {
        for suite in ALL_CIPHER_SUITES.iter().filter(|suite| suite.tls13().is_none()) {
            assert_eq!(prepared(*suite), *suite);
        }
    }

    /// By a feature of the hashes, of whose states an HMAC is made; nothing else here needs it.
    #[test]
    fn what_is_prepared_is_wiped() {
        fn is_wiped<T: ZeroizeOnDrop>() {}
        is_wiped::<Sha256>();
        is_wiped::<Sha384>();
    }
}
