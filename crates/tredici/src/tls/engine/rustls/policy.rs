//! Versions, cipher suites and groups: the same as on the other engine, each set in full.

use std::sync::{Arc, LazyLock};

use rustls::{
    CipherSuite, SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{
        CryptoProvider, SupportedKxGroup,
        aws_lc_rs::{ALL_CIPHER_SUITES, ALL_KX_GROUPS, default_provider},
    },
    version::{TLS12, TLS13},
};

use super::{
    super::{
        Cipher, ContextTerms,
        policy::{GROUPS, Group},
    },
    failure::{option_error, unsupported},
    hkdf,
};
use crate::{
    error::Error,
    options::{SUITES, Suite, TlsVersion},
};

/// The algorithms to offer and take.
pub(super) fn provider(terms: &ContextTerms) -> Result<Arc<CryptoProvider>, Error> {
    let suites = terms.suites.by_name().ok_or_else(|| unsupported("what ciphers asks for"))?;
    let provider = CryptoProvider {
        // rustls would offer those of a version, too, that it does not speak.
        cipher_suites: suites
            .into_iter()
            .filter(|suite| speaks(terms, suite.version))
            .filter_map(supported)
            .collect(),
        kx_groups: GROUPS.iter().filter_map(exchange).collect(),
        ..default_provider()
    };
    seed(&provider)?;
    Ok(Arc::new(provider))
}

/// A process's first random number takes tens of milliseconds, in which the generator is seeded. That is not for the first
/// handshake to wait for.
fn seed(provider: &CryptoProvider) -> Result<(), Error> {
    let seeded = provider.secure_random.fill(&mut [0; 1]);
    seeded.map_err(|failed| option_error("the TLS context", &failed.into()))
}

fn supported(suite: &Suite) -> Option<SupportedCipherSuite> {
    let supported =
        ALL_CIPHER_SUITES.iter().find(|supported| u16::from(supported.suite()) == suite.number)?;
    Some(hkdf::prepared(*supported))
}

fn speaks(terms: &ContextTerms, version: TlsVersion) -> bool {
    (terms.min_version..=terms.max_version).contains(&version)
}

fn exchange(group: &Group) -> Option<&'static dyn SupportedKxGroup> {
    ALL_KX_GROUPS.iter().find(|supported| u16::from(supported.name()) == group.number).copied()
}

pub(super) fn versions(terms: &ContextTerms) -> Vec<&'static SupportedProtocolVersion> {
    [(TlsVersion::Tls1_3, &TLS13), (TlsVersion::Tls1_2, &TLS12)]
        .into_iter()
        .filter(|(version, _)| speaks(terms, *version))
        .map(|(_, version)| version)
        .collect()
}

/// A suite's names.
pub(super) fn cipher(suite: CipherSuite) -> Option<&'static Cipher> {
    static CIPHERS: LazyLock<Vec<(u16, Cipher)>> = LazyLock::new(|| {
        let cipher = |&Suite { number, name, standard_name, version }: &Suite| {
            (number, Cipher { name, standard_name, version: version.as_str() })
        };
        SUITES.iter().map(cipher).collect()
    });
    CIPHERS.iter().find(|(number, _)| *number == u16::from(suite)).map(|(_, cipher)| cipher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustls_has_all_of_the_default_policy() {
        assert!(SUITES.iter().all(|suite| supported(suite).is_some()));
        assert!(GROUPS.iter().all(|group| exchange(group).is_some()));
    }
}
