//! A throw-away certificate authority, for trying things out.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

use crate::options::{ListenOptions, Pem};

/// A certificate authority made on the spot, with one certificate for a listener. Its key is nowhere but in memory,
/// and signs nothing more.
///
/// ```
/// use tredici::{Authority, ConnectOptions, ListenOptions};
///
/// let authority = Authority::new(["localhost", "127.0.0.1"])?;
/// let server = authority.identify(ListenOptions::new());
/// let client = ConnectOptions::new().ca(authority.ca_pem());
/// # Ok::<(), tredici::AuthorityError>(())
/// ```
pub struct Authority {
    ca: String,
    certificate: String,
    key: zeroize::Zeroizing<String>,
}

/// A name that no certificate can be made for.
#[derive(Debug)]
pub struct AuthorityError(Reason);

#[derive(Debug)]
enum Reason {
    NoName(String),
    NotMade(rcgen::Error),
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::NoName(name) => {
                write!(
                    f,
                    "no certificate can be made for '{}': it is no host name and no IP address",
                    name.escape_debug()
                )
            }
            Reason::NotMade(error) => write!(f, "no certificate can be made for these names: {error}"),
        }
    }
}

impl std::error::Error for AuthorityError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Reason::NoName(_) => None,
            Reason::NotMade(error) => Some(error),
        }
    }
}

/// An IP address, or labels of letters, digits and hyphens, the first of which may be a wildcard.
fn is_name(name: &str) -> bool {
    let labels = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.parse::<std::net::IpAddr>().is_ok() || labels.split('.').all(is_label)
}

impl Authority {
    /// Makes an authority and a certificate for `names`, DNS names and IP addresses: P-256, valid from yesterday (clocks
    /// differ) for a year.
    ///
    /// # Errors
    ///
    /// Where a name is none.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, AuthorityError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(AuthorityError(Reason::NoName(name.clone())));
        }
        Self::make(names).map_err(|error| AuthorityError(Reason::NotMade(error)))
    }

    fn make(names: Vec<String>) -> Result<Self, rcgen::Error> {
        let yesterday = now() - DAY;
        let validity = (yesterday.into(), (yesterday + 366 * DAY).into());

        let mut ca = CertificateParams::default();
        (ca.not_before, ca.not_after) = validity;
        ca.distinguished_name.push(DnType::CommonName, "tredici throw-away authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;

        let first = names.first().cloned().unwrap_or_else(|| "localhost".to_owned());
        let mut leaf = CertificateParams::new(names)?;
        (leaf.not_before, leaf.not_after) = validity;
        leaf.distinguished_name.push(DnType::CommonName, first);
        leaf.use_authority_key_identifier_extension = true;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = leaf.signed_by(&key, &issuer)?;
        Ok(Self { ca: issuer.pem(), certificate: certificate.pem(), key: key.serialize_pem().into() })
    }

    /// The authority's certificate, for the option `ca` of whoever connects.
    pub fn ca_pem(&self) -> &str {
        &self.ca
    }

    /// The listener's options with this authority's certificate and key.
    pub fn identify(&self, options: ListenOptions) -> ListenOptions {
        options.cert(Pem::bytes(self.certificate.as_bytes())).key(Pem::bytes(self.key.as_bytes()))
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[expect(clippy::disallowed_methods, reason = "a certificate that is made now begins now")]
fn now() -> SystemTime {
    SystemTime::now()
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_is_none() {
        assert!(
            Authority::new(["localhost", "*.example.test", "127.0.0.1", "::1", "xn--bcher-kva.test"]).is_ok()
        );
        for name in ["bad name", "", "a..b", "*", "bücher.test", "*.*.test", "a\0b"] {
            let error = Authority::new([name]).expect_err(name);
            assert!(error.to_string().contains("no host name"), "{error}");
        }
    }
}
