//! Versions, cipher suites and groups: the same as on the other engine, each set in full.

use std::sync::Arc;

use rustls::{
    CipherSuite, SupportedProtocolVersion,
    crypto::{
        CryptoProvider,
        aws_lc_rs::{cipher_suite, default_provider, kx_group},
    },
    version::{TLS12, TLS13},
};

use super::super::{Cipher, ContextTerms};
use crate::{error::Error, options::TlsVersion};

/// The algorithms to offer and take.
pub(super) fn provider(_terms: &ContextTerms) -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1],
        ..default_provider()
    }))
}

pub(super) fn versions(terms: &ContextTerms) -> Vec<&'static SupportedProtocolVersion> {
    [(TlsVersion::Tls1_3, &TLS13), (TlsVersion::Tls1_2, &TLS12)]
        .into_iter()
        .filter(|(version, _)| (terms.min_version..=terms.max_version).contains(version))
        .map(|(_, version)| version)
        .collect()
}

/// A suite's names.
pub(super) fn cipher(suite: CipherSuite) -> Option<Cipher> {
    let tls13 = |name| Cipher { name, standard_name: name, version: "TLSv1.3" };
    let tls12 = |name, standard_name| Cipher { name, standard_name, version: "TLSv1.2" };
    Some(match suite {
        CipherSuite::TLS13_AES_256_GCM_SHA384 => tls13("TLS_AES_256_GCM_SHA384"),
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => tls13("TLS_CHACHA20_POLY1305_SHA256"),
        CipherSuite::TLS13_AES_128_GCM_SHA256 => tls13("TLS_AES_128_GCM_SHA256"),
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => {
            tls12("ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
        }
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => {
            tls12("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
        }
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => {
            tls12("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")
        }
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => {
            tls12("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
        }
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => {
            tls12("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
        }
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => {
            tls12("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
        }
        _ => return None,
    })
}
