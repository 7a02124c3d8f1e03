//! webpki's word on a path that was examined without its signatures.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, Der, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, Cert, EndEntityCert, Error, KeyUsage};

use super::{
    Purpose,
    certificate::{Certificate, Version},
    constraints,
    der::{self, SEQUENCE},
    examination::Terms,
    finding::*,
    key::KeyKind,
    path::Path,
};

const MOST_INTERMEDIATES: usize = 6;

/// Has webpki verify the path; it is given no other certificates, and must use all of them.
pub(super) fn confirm(path: &Path<'_>, terms: Terms) -> Result<(), Finding> {
    let [leaf, between @ .., root] = &path.certificates[..] else { return Err(UNSPECIFIED) };
    let leaf = CertificateDer::from(&*leaf.der);
    let between: Vec<_> = between.iter().map(|certificate| CertificateDer::from(&*certificate.der)).collect();
    let anchors = [anchor(root).ok_or(UNSPECIFIED)?];
    let seconds = u64::try_from(terms.now).map_err(|_| UNSPECIFIED)?;
    let usage = match terms.purpose {
        Purpose::Server => KeyUsage::server_auth(),
        Purpose::Client => KeyUsage::client_auth(),
    };

    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| finding(&error))?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let verified = leaf
        .verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &between, time, usage, None, None)
        .map_err(|error| finding(&error))?;
    let used = verified.intermediate_certificates().map(Cert::der);
    if used.eq(between.iter().cloned()) { Ok(()) } else { Err(UNSPECIFIED) }
}

fn anchor(root: &Certificate) -> Option<TrustAnchor<'_>> {
    let constraints = root.extensions.name_constraints.map(|span| Der::from_slice(span.within(&root.der)));
    Some(TrustAnchor {
        subject: Der::from_slice(der::only(root.subject(), SEQUENCE)?),
        subject_public_key_info: Der::from_slice(der::only(root.public_key_info(), SEQUENCE)?),
        name_constraints: constraints,
    })
}

/// What OpenSSL calls it, where webpki finds what the examination did not.
fn finding(error: &Error) -> Finding {
    match error {
        Error::CertExpired { .. } => CERT_HAS_EXPIRED,
        Error::CertNotValidYet { .. } => CERT_NOT_YET_VALID,
        Error::CertDistrusted => CERT_REJECTED,
        Error::InvalidSignatureForPublicKey => CERT_SIGNATURE_FAILURE,
        Error::MaximumPathDepthExceeded => CERT_CHAIN_TOO_LONG,
        Error::MalformedDnsIdentifier => UNSUPPORTED_NAME_SYNTAX,
        // What is permitted both see alike; of what a wildcard may stand for webpki finds some excluded.
        Error::NameConstraintViolation => EXCLUDED_VIOLATION,
        Error::PathLenConstraintViolated => PATH_LENGTH_EXCEEDED,
        Error::RequiredEkuNotFoundContext(_) => INVALID_PURPOSE,
        Error::UnsupportedCriticalExtension => UNHANDLED_CRITICAL_EXTENSION,
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => UNSUPPORTED_SIGNATURE_ALGORITHM,
        _ => UNSPECIFIED,
    }
}

/// Whether webpki can judge the path at all. It refuses by their form, whoever has signed them:
///
/// - a leaf that is an authority's, or a root itself: a server that made its own certificate;
/// - certificates of another version than 3, and those with unique identifiers;
/// - critical extensions about policies, which OpenSSL does not apply either unless it is asked to;
/// - constraints on directory names, addresses of mail and URIs, and those with a minimum or a maximum;
/// - paths with more than six intermediates;
/// - intermediates that have issued themselves, which a path length does not count (RFC 5280, section 4.2.1.9);
/// - an issuer's name that is written in another way than in the issuer's own certificate;
/// - issuers whose key is for RSASSA-PSS alone.
pub(super) fn can_judge(path: &Path<'_>) -> bool {
    let (Some((_root, subjects)), Some((leaf, issuers))) =
        (path.certificates.split_last(), path.certificates.split_first())
    else {
        return false;
    };
    let Some((_, between)) = subjects.split_first() else { return false };
    let is_of_its_form = |certificate: &&Certificate| {
        certificate.version == Version::Three
            && !certificate.has_unique_ids
            && !certificate.extensions.has_critical_of_openssl
    };
    let is_beyond =
        |issuer: &&Certificate| constraints::constraints(issuer).is_some_and(constraints::are_beyond_webpki);
    let is_for_pss =
        |issuer: &&Certificate| issuer.key.as_ref().is_some_and(|key| key.kind == KeyKind::RsaPss);
    !leaf.extensions.says_ca()
        && subjects.iter().all(is_of_its_form)
        && between.len() <= MOST_INTERMEDIATES
        && !between.iter().any(|certificate| certificate.is_self_issued)
        && subjects.iter().zip(issuers).all(|(subject, issuer)| subject.issuer() == issuer.subject())
        && !issuers.iter().any(|issuer| is_beyond(issuer) || is_for_pss(issuer))
}
