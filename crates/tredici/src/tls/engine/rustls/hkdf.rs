//! HKDF (RFC 5869) over keys that are prepared once.
//!
//! TLS 1.3 derives several secrets from each. With aws-lc-rs's HKDF each of them begins with preparing the key of the
//! HMAC, which is as much work as the rest of it; and a resumed handshake does little else than derive.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use rustls::{
    CipherSuite, SupportedCipherSuite, Tls13CipherSuite,
    crypto::{
        CipherSuiteCommon,
        aws_lc_rs::ALL_CIPHER_SUITES,
        hmac::Tag,
        tls13::{Hkdf, HkdfExpander, OkmBlock, OutputLengthError},
    },
};
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
            CipherSuite::TLS13_AES_256_GCM_SHA384 => &Prepared(hmac::HMAC_SHA384),
            CipherSuite::TLS13_AES_128_GCM_SHA256 | CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => {
                &Prepared(hmac::HMAC_SHA256)
            }
            _ => suite.hkdf_provider,
        },
        aead_alg: suite.aead_alg,
        quic: suite.quic,
    }
}

struct Prepared(hmac::Algorithm);

impl Prepared {
    fn extract(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        let zeroes = [0; OkmBlock::MAX_LEN];
        let salt = hmac::Key::new(self.0, salt.unwrap_or(&zeroes[..self.0.tag_len()]));
        Box::new(Expander(hmac::Key::new(self.0, hmac::sign(&salt, secret).as_ref())))
    }
}

impl Hkdf for Prepared {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.extract(salt, &[0; OkmBlock::MAX_LEN][..self.0.tag_len()])
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        self.extract(salt, secret)
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        Box::new(Expander(hmac::Key::new(self.0, okm.as_ref())))
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> Tag {
        Tag::new(hmac::sign(&hmac::Key::new(self.0, key.as_ref()), message).as_ref())
    }
}

struct Expander(hmac::Key);

impl HkdfExpander for Expander {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        let mut before = None;
        for (at, part) in output.chunks_mut(self.hash_len()).enumerate() {
            let number = u8::try_from(at + 1).map_err(|_| OutputLengthError)?;
            let block = self.block(before.as_ref().map_or(&[], AsRef::as_ref), info, number);
            part.copy_from_slice(&block.as_ref()[..part.len()]);
            before = Some(block);
        }
        Ok(())
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        OkmBlock::new(self.block(&[], info, 1).as_ref())
    }

    fn hash_len(&self) -> usize {
        self.0.algorithm().tag_len()
    }
}

impl Expander {
    /// `T(n)` of RFC 5869 section 2.3. Its parts are put together first: to hash each takes a call.
    fn block(&self, before: &[u8], info: &[&[u8]], number: u8) -> hmac::Tag {
        let length = before.len() + info.iter().map(|part| part.len()).sum::<usize>() + 1;
        let mut message = Vec::with_capacity(length);
        message.extend_from_slice(before);
        info.iter().for_each(|part| message.extend_from_slice(part));
        message.push(number);
        let block = hmac::sign(&self.0, &message);
        // Nothing else of it is secret.
        message[..before.len()].zeroize();
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
        (0..hex.len()).step_by(2).map(byte).collect()
    }

    fn expand(expander: &dyn HkdfExpander, info: &[&[u8]], length: usize) -> Option<Vec<u8>> {
        let mut output = vec![0; length];
        expander.expand_slice(info, &mut output).ok().map(|()| output)
    }

    /// RFC 5869, appendix A.1 to A.3.
    #[test]
    fn the_examples_of_the_standard() {
        let (longest_secret, longest_salt, longest_info): (Vec<u8>, Vec<u8>, Vec<u8>) =
            ((0x00..=0x4f).collect(), (0x60..=0xaf).collect(), (0xb0..=0xff).collect());
        let short_info: Vec<u8> = (0xf0..=0xf9).collect();
        let short_salt: Vec<u8> = (0x00..=0x0c).collect();
        for (secret, salt, info, output) in [
            (
                &[0x0b; 22][..],
                Some(&*short_salt),
                &*short_info,
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            ),
            (
                &*longest_secret,
                Some(&*longest_salt),
                &*longest_info,
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
                 da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
            ),
            (
                &[0x0b; 22][..],
                None,
                &[][..],
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            ),
        ] {
            let expander = Prepared(hmac::HMAC_SHA256).extract_from_secret(salt, secret);
            let output = bytes(output);
            assert_eq!(expand(&*expander, &[info], output.len()), Some(output));
        }
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
}
