//! Versions, cipher suites, groups and signature algorithms: set in full, so that neither the version of the
//! library nor the machine's configuration decides.

use openssl::ssl::{SslContextBuilder, SslOptions, SslVersion};

use super::{
    super::ContextTerms,
    failure::{internal, option_error},
};
use crate::{error::Error, options::TlsVersion};

const SUITES_13: [&str; 3] =
    ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
const SUITES_12: &str = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
    ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:\
    ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
const GROUPS: &str = "X25519:P-256:P-384";
const SIGNATURES: &str = "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:\
    rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:\
    rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512";
/// RSA from 2048 bits, elliptic curves from 224.
const SECURITY_LEVEL: u32 = 2;

pub(super) fn apply(context: &mut SslContextBuilder, terms: &ContextTerms) -> Result<(), Error> {
    context.set_security_level(SECURITY_LEVEL);
    context.set_options(SslOptions::NO_COMPRESSION | SslOptions::NO_RENEGOTIATION);
    context.set_groups_list(GROUPS).map_err(|stack| internal(&stack))?;
    context.set_sigalgs_list(SIGNATURES).map_err(|stack| internal(&stack))?;

    let suites = Suites::read(terms.ciphers.as_deref())?;
    context.set_cipher_list(&suites.tls12).map_err(|stack| option_error("ciphers", &stack))?;
    context.set_ciphersuites(&suites.tls13).map_err(|stack| option_error("ciphers", &stack))?;

    let min = if suites.only_tls13 { TlsVersion::Tls1_3 } else { terms.min_version };
    if min > terms.max_version {
        return Err(Error::invalid(
            "ERR_SSL_NO_CIPHER_MATCH",
            format!("ciphers names TLS 1.3 suites alone, and maxVersion is {}", terms.max_version),
        ));
    }
    context.set_min_proto_version(Some(version(min))).map_err(|stack| option_error("minVersion", &stack))?;
    context
        .set_max_proto_version(Some(version(terms.max_version)))
        .map_err(|stack| option_error("maxVersion", &stack))
}

fn version(version: TlsVersion) -> SslVersion {
    match version {
        TlsVersion::Tls1_0 => SslVersion::TLS1,
        TlsVersion::Tls1_1 => SslVersion::TLS1_1,
        TlsVersion::Tls1_2 => SslVersion::TLS1_2,
        TlsVersion::Tls1_3 => SslVersion::TLS1_3,
    }
}

/// The option `ciphers`, taken apart as Node does: what begins with `TLS_` is for TLS 1.3, the rest for what is below.
struct Suites {
    tls12: String,
    tls13: String,
    only_tls13: bool,
}

impl Suites {
    fn read(ciphers: Option<&str>) -> Result<Self, Error> {
        let Some(ciphers) = ciphers else {
            return Ok(Self { tls12: SUITES_12.into(), tls13: SUITES_13.join(":"), only_tls13: false });
        };
        let entries = || ciphers.split(':').filter(|entry| !entry.is_empty());
        let is_13 = |entry: &&str| entry.trim_start_matches('!').starts_with("TLS_");
        let below: Vec<_> = entries().filter(|entry| !is_13(entry)).collect();
        let wanted: Vec<_> = entries().filter(|entry| entry.starts_with("TLS_")).collect();
        let refused: Vec<_> = entries().filter(is_13).filter_map(|entry| entry.strip_prefix('!')).collect();
        if below.is_empty() && wanted.is_empty() && refused.is_empty() {
            return Err(Error::invalid("ERR_INVALID_ARG_VALUE", "ciphers names no cipher suite"));
        }
        // `@SECLEVEL=n` alone chooses no suite.
        let chooses_below = below.iter().any(|entry| !entry.starts_with('@'));
        let only_tls13 = !wanted.is_empty() && !chooses_below;
        let tls13 = if wanted.is_empty() { SUITES_13.to_vec() } else { wanted };
        let tls13: Vec<_> = tls13.into_iter().filter(|entry| !refused.contains(entry)).collect();
        let tls12 = match (chooses_below, below.is_empty()) {
            (true, _) => below.join(":"),
            (false, true) => SUITES_12.to_owned(),
            (false, false) => format!("{SUITES_12}:{}", below.join(":")),
        };
        Ok(Self { tls12, tls13: tls13.join(":"), only_tls13 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ciphers: &str) -> (String, String, bool) {
        let suites = Suites::read(Some(ciphers)).expect("suites");
        (suites.tls12, suites.tls13, suites.only_tls13)
    }

    #[test]
    fn suites_of_13_and_below_are_told_apart() {
        assert_eq!(read("HIGH:!aNULL"), ("HIGH:!aNULL".into(), SUITES_13.join(":"), false));
        assert_eq!(read("TLS_AES_128_GCM_SHA256"), (SUITES_12.into(), "TLS_AES_128_GCM_SHA256".into(), true));
        assert_eq!(
            read("TLS_AES_128_GCM_SHA256:@SECLEVEL=0"),
            (format!("{SUITES_12}:@SECLEVEL=0"), "TLS_AES_128_GCM_SHA256".into(), true)
        );
        assert_eq!(
            read("!TLS_AES_256_GCM_SHA384:HIGH").1,
            "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
        );
        assert!(Suites::read(Some("::")).is_err());
    }
}
