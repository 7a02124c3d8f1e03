//! Whether a certificate was issued for the host that was asked for.

mod address;
mod alt_names;
mod domain;
mod error;
mod pattern;

use std::net::IpAddr;

use alt_names::AltName;
pub use error::IdentityError;

/// The names that a certificate bears: all that the identity check knows about it.
///
/// ```
/// use tredici::{CertificateNames, IdentityRules, check_names};
///
/// let names = CertificateNames { subjectaltname: Some("DNS:*.example.com"), ..Default::default() };
/// assert!(check_names("www.example.com", &names, IdentityRules::Default).is_ok());
///
/// let error = check_names("example.com", &names, IdentityRules::Default).unwrap_err();
/// assert_eq!(error.code(), "ERR_TLS_CERT_ALTNAME_INVALID");
/// assert_eq!(error.reason(), "Host: example.com. is not in the cert's altnames: DNS:*.example.com");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CertificateNames<'a> {
    /// Every common name of the subject, in the certificate's order. Looked at only where the certificate
    /// has no DNS name among its alternative names.
    pub common_names: &'a [&'a str],
    /// The subject's alternative names in the one string in which Node has them, such as
    /// `DNS:localhost, IP Address:127.0.0.1`; `None` where the certificate has no such extension.
    pub subjectaltname: Option<&'a str>,
    /// Whether the certificate has the extension but it cannot be decoded. Such a certificate is for no host:
    /// its common name does not stand in for names that cannot be read (Node falls back to it).
    pub subjectaltname_undecodable: bool,
}

/// How strictly names are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityRules {
    /// The rules of Node's `tls.checkServerIdentity`, described at [`check_names`].
    #[default]
    Default,
    /// The rules of RFC 9525 section 6, an addition. What differs from [`Default`](Self::Default):
    ///
    /// - The common name is never looked at.
    /// - A `*` counts only as the whole left-most label: `w*.example.com` matches nothing.
    /// - A `*` does not match an A-label (`xn--...`).
    /// - No label of the host may be empty or contain a `*`.
    Strict,
}

/// Whether a certificate with these names was issued for `hostname`: the check of Node's
/// `tls.checkServerIdentity`, which every connection makes unless the caller brings one of their own.
///
/// `hostname` is a name, or an IP address without brackets; no port belongs to it. A dot at its end is ignored.
///
/// - An **address** must equal an `IP Address` among the alternative names, however either is spelt; an IPv6
///   zone is ignored. Neither DNS names nor the common name count.
/// - A **name** is brought into its ASCII form first (UTS #46), so that what is compared is what a resolver
///   looks up. It must match one of the DNS names; only where the certificate has none, a common name.
/// - A **pattern** has as many labels as the name and equals it, but that the case of A to Z is ignored and
///   that its first label may hold one `*` for any run of characters (`*.example.com`, `w*.example.com`),
///   provided that two labels follow and the label is no A-label.
///
/// Stricter than Node, which sends the name through a URL parser: a name with a character that no URL host has
/// (`/`, `?`, `#`, `%`, `[`, white space ...) and a name whose last label is a number (`127.1`) match nothing.
///
/// # Errors
/// `ERR_TLS_CERT_ALTNAME_INVALID` if the certificate is for other hosts, with Node's reason;
/// `ERR_TLS_CERT_ALTNAME_FORMAT` if its alternative names cannot be read.
pub fn check_names(
    hostname: &str,
    names: &CertificateNames<'_>,
    rules: IdentityRules,
) -> Result<(), IdentityError> {
    let host = without_trailing_dot(hostname);
    if names.subjectaltname_undecodable {
        return Err(IdentityError::undecodable(host));
    }
    match address::host_address(host) {
        Some(address) => check_address(host, address, names),
        None => check_domain(hostname, names, rules),
    }
}

/// Whether one of a certificate's DNS names, as they stand in it, is `hostname` by the default rules. A yes is one of
/// [`check_names`] too, provided that all alternative names of the certificate can be read; a no may still be a yes
/// there.
pub(crate) fn is_dns_name_among<'a>(hostname: &str, mut names: impl Iterator<Item = &'a [u8]>) -> bool {
    let host = without_trailing_dot(hostname);
    let (None, Some(domain)) = (address::host_address(host), domain::ascii_form(hostname)) else {
        return false;
    };
    let domain = without_trailing_dot(&domain);
    let matches = |pattern: &str| pattern::matches(domain, pattern, IdentityRules::Default);
    names.any(|name| std::str::from_utf8(name).is_ok_and(matches))
}

fn check_address(host: &str, address: IpAddr, names: &CertificateNames<'_>) -> Result<(), IdentityError> {
    let mut found = false;
    let mut listed = Vec::new();
    each_alt_name(host, names, |name| {
        if let AltName::Address(text) = name {
            let presented = address::presented_address(text);
            found |= presented == Some(address);
            listed.push(presented);
        }
    })?;
    if found {
        return Ok(());
    }
    let listed: Vec<_> = listed.into_iter().map(address::node_spelling).collect();
    let reason = format!("IP: {host} is not in the cert's list: {}", listed.join(", "));
    Err(IdentityError::mismatch(host, reason))
}

fn check_domain(
    hostname: &str,
    names: &CertificateNames<'_>,
    rules: IdentityRules,
) -> Result<(), IdentityError> {
    let ascii = domain::ascii_form(hostname);
    let domain = ascii.as_deref().map(without_trailing_dot);
    let matches = |pattern: &str| domain.is_some_and(|domain| pattern::matches(domain, pattern, rules));

    let host = without_trailing_dot(hostname);
    let mut has_dns_name = false;
    let mut found = false;
    each_alt_name(host, names, |name| {
        if let AltName::Dns(pattern) = name {
            has_dns_name = true;
            found = found || matches(pattern);
        }
    })?;
    let common_names = match (names.common_names, rules) {
        (_, IdentityRules::Strict) | ([""], _) => &[],
        (common_names, IdentityRules::Default) => common_names,
    };
    if !has_dns_name {
        found = common_names.iter().any(|common_name| matches(common_name));
    }
    if found {
        return Ok(());
    }

    let reason = if has_dns_name {
        let alt_names = names.subjectaltname.unwrap_or_default();
        format!("Host: {host}. is not in the cert's altnames: {alt_names}")
    } else if !common_names.is_empty() {
        format!("Host: {host}. is not cert's CN: {}", common_names.join(","))
    } else {
        "Cert does not contain a DNS name".to_owned()
    };
    Err(IdentityError::mismatch(host, reason))
}

fn each_alt_name(
    host: &str,
    names: &CertificateNames<'_>,
    visit: impl FnMut(AltName<'_>),
) -> Result<(), IdentityError> {
    alt_names::each(names.subjectaltname.unwrap_or_default(), visit)
        .map_err(|alt_names::Malformed| IdentityError::malformed(host))
}

/// Fully qualified names end in a dot that certificates do not have.
fn without_trailing_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}
