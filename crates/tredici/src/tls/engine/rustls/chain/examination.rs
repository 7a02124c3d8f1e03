//! What is wrong with a path: OpenSSL's checks, one after another and in its order, for the last finding is the verdict.

use super::{
    Purpose,
    certificate::Certificate,
    constraints,
    extensions::{KeyUsage, Purposes},
    finding::*,
    path::{End, Path},
    signature::Signature,
};

/// What a path is examined for.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) purpose: Purpose,
    /// In seconds since 1970.
    pub(super) now: i64,
}

/// The verdict on a path; `revocation` is what the lists of the revoked say of it, and `signature` tells whether the first
/// certificate was signed by the second.
pub(super) fn examine(
    path: &Path<'_>,
    terms: Terms,
    revocation: Findings,
    signature: impl Fn(&Certificate, &Certificate) -> Signature,
) -> Result<(), Finding> {
    let mut findings = Findings::default();
    findings.add_if(!has_strong_key(path.leaf()), EE_KEY_TOO_SMALL);
    if path.end == End::Broken {
        return Err(UNSPECIFIED);
    }
    check_end(path, &mut findings);
    check_extensions(path, terms.purpose, &mut findings);
    check_strength(path, &mut findings);
    if path.leaf().key.is_none() {
        // The weak key was found first of all.
        return findings.verdict();
    }
    findings.append(revocation);
    check_signatures_and_dates(path, terms.now, signature, &mut findings);
    check_names(path, &mut findings);
    check_what_nobody_uses(path, &mut findings);
    findings.verdict()
}

fn check_end(path: &Path<'_>, findings: &mut Findings) {
    // Of a weak leaf OpenSSL does not tell on top of it where its path ends.
    if path.end == End::Trusted || !findings.are_none() {
        return;
    }
    let is_alone = path.certificates.len() == 1;
    let has_trusted = path.untrusted < path.certificates.len();
    findings.add(match path.last().is_self_signed() {
        Some(true) if is_alone => DEPTH_ZERO_SELF_SIGNED_CERT,
        Some(true) => SELF_SIGNED_CERT_IN_CHAIN,
        _ if has_trusted => UNABLE_TO_GET_ISSUER_CERT,
        _ => UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
    });
}

fn check_extensions(path: &Path<'_>, purpose: Purpose, findings: &mut Findings) {
    let count = path.certificates.len();
    // Those beneath, without those that have issued themselves (RFC 5280, section 4.2.1.9).
    let mut intermediates: u64 = 0;
    for (depth, certificate) in path.certificates.iter().enumerate() {
        let extensions = &certificate.extensions;
        let authority = Authority::of(certificate);
        findings.add_if(extensions.has_unknown_critical, UNHANDLED_CRITICAL_EXTENSION);
        if depth > 0 {
            let is_last = depth + 1 == count;
            let is_fit = authority == Authority::Declared || authority != Authority::No && is_last;
            findings.add_if(!is_fit, INVALID_CA);
        }
        if count > 1 {
            match &certificate.key {
                None => findings.add(UNSPECIFIED),
                Some(key) => findings.add_if(key.has_explicit_curve, EC_KEY_EXPLICIT_PARAMS),
            }
        }
        let is_for_purpose = extensions.invalid || is_for(certificate, authority, purpose, depth > 0);
        findings.add_if(!is_for_purpose, INVALID_PURPOSE);
        let limit = extensions.basic_constraints.and_then(|constraints| constraints.path_length);
        findings.add_if(depth > 1 && limit.is_some_and(|limit| intermediates > limit), PATH_LENGTH_EXCEEDED);
        if depth > 0 && !certificate.is_self_issued {
            intermediates += 1;
        }
    }
}

/// Whether a certificate is an authority's (OpenSSL's `X509_check_ca`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Authority {
    No,
    /// By its basic constraints.
    Declared,
    /// It has none, and is a root of version 1 or has a key usage that allows it.
    Supposed,
    /// Netscape's certificate type says so, perhaps not for TLS.
    Netscape {
        for_tls: bool,
    },
}

impl Authority {
    fn of(certificate: &Certificate) -> Self {
        const ANY: u8 = 0x07;
        const TLS: u8 = 0x04;

        let extensions = &certificate.extensions;
        let may_sign = extensions.key_usage.is_none_or(|usage| usage.has_one_of(KeyUsage::KEY_CERT_SIGN));
        match (extensions.basic_constraints, extensions.netscape) {
            _ if extensions.invalid || !may_sign => Self::No,
            (Some(constraints), _) if constraints.is_ca => Self::Declared,
            (Some(_), _) => Self::No,
            _ if certificate.is_old_root() || extensions.key_usage.is_some() => Self::Supposed,
            (None, Some(kind)) if kind & ANY != 0 => Self::Netscape { for_tls: kind & TLS != 0 },
            _ => Self::No,
        }
    }
}

fn is_for(certificate: &Certificate, authority: Authority, purpose: Purpose, is_issuer: bool) -> bool {
    const NETSCAPE_CLIENT: u8 = 0x80;
    const NETSCAPE_SERVER: u8 = 0x40;

    let extensions = &certificate.extensions;
    let is_among = |purposes: Purposes| match purpose {
        Purpose::Server => purposes.server || purposes.server_gated,
        Purpose::Client => purposes.client,
    };
    if !extensions.purposes.is_none_or(is_among) {
        return false;
    }
    if is_issuer {
        return !matches!(authority, Authority::No | Authority::Netscape { for_tls: false });
    }
    let (usages, netscape) = match purpose {
        Purpose::Server => (
            KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT,
            NETSCAPE_SERVER,
        ),
        Purpose::Client => (KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_AGREEMENT, NETSCAPE_CLIENT),
    };
    extensions.key_usage.is_none_or(|usage| usage.has_one_of(usages))
        && extensions.netscape.is_none_or(|kind| kind & netscape != 0)
}

fn has_strong_key(certificate: &Certificate) -> bool {
    certificate.key.as_ref().is_some_and(|key| key.is_strong)
}

/// The signature of the last certificate is its own, or nobody looks at it.
fn check_strength(path: &Path<'_>, findings: &mut Findings) {
    for (depth, certificate) in path.certificates.iter().enumerate() {
        let is_last = depth + 1 == path.certificates.len();
        let is_signed_well = certificate.algorithm.is_some_and(|algorithm| algorithm.is_strong);
        findings.add_if(depth > 0 && !has_strong_key(certificate), CA_KEY_TOO_SMALL);
        findings.add_if(!is_last && !is_signed_well, CA_MD_TOO_WEAK);
    }
}

/// From the root down to the leaf. A last certificate that is no root is only asked for its key.
fn check_signatures_and_dates(
    path: &Path<'_>,
    now: i64,
    signature: impl Fn(&Certificate, &Certificate) -> Signature,
    findings: &mut Findings,
) {
    let is_root = path.last().is_self_signed() == Some(true);
    if path.certificates.len() == 1 {
        findings.add_if(!is_root, UNABLE_TO_VERIFY_LEAF_SIGNATURE);
        return check_dates(path.leaf(), now, findings);
    }
    if is_root {
        check_dates(path.last(), now, findings);
    }
    for pair in path.certificates.windows(2).rev() {
        let [subject, issuer] = pair else { continue };
        let may_sign =
            issuer.extensions.key_usage.is_none_or(|usage| usage.has_one_of(KeyUsage::KEY_CERT_SIGN));
        findings.add_if(!may_sign, KEYUSAGE_NO_CERTSIGN);
        if issuer.key.is_none() {
            findings.add(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY);
        } else {
            match signature(subject, issuer) {
                Signature::Right => {}
                Signature::Wrong => findings.add(CERT_SIGNATURE_FAILURE),
                Signature::Unsupported => findings.doubt(UNSUPPORTED_SIGNATURE_ALGORITHM),
            }
        }
        check_dates(subject, now, findings);
    }
}

/// At the last second of its time OpenSSL holds a certificate for expired.
fn check_dates(certificate: &Certificate, now: i64, findings: &mut Findings) {
    match certificate.not_before {
        None => findings.add(ERROR_IN_CERT_NOT_BEFORE_FIELD),
        Some(from) => findings.add_if(now < from, CERT_NOT_YET_VALID),
    }
    match certificate.not_after {
        None => findings.add(ERROR_IN_CERT_NOT_AFTER_FIELD),
        Some(to) => findings.add_if(now >= to, CERT_HAS_EXPIRED),
    }
}

impl Certificate {
    /// Whether it is within its time.
    pub(super) fn is_valid_at(&self, now: i64) -> bool {
        let mut findings = Findings::default();
        check_dates(self, now, &mut findings);
        findings.are_none()
    }
}

/// Each certificate under all those above it; one that has issued itself only where it is the leaf.
fn check_names(path: &Path<'_>, findings: &mut Findings) {
    let mut left = constraints::MOST_READ;
    for (depth, certificate) in path.certificates.iter().enumerate().rev() {
        let is_leaf = depth == 0;
        if !is_leaf && certificate.is_self_issued {
            continue;
        }
        for issuer in path.certificates[depth + 1..].iter().rev() {
            if let Err(finding) = constraints::check(certificate, is_leaf, issuer, &mut left) {
                findings.add(finding);
            }
        }
    }
}

/// Nothing is verified about them here, and so they are refused.
fn check_what_nobody_uses(path: &Path<'_>, findings: &mut Findings) {
    let is_proxy = |certificate: &&Certificate| certificate.extensions.is_proxy;
    findings.add_if(path.leaf().extensions.has_resources, UNNESTED_RESOURCE);
    findings.add_if(path.certificates.iter().any(is_proxy), PROXY_CERTIFICATES_NOT_ALLOWED);
}
