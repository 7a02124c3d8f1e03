//! From a certificate to its issuers.

use std::sync::Arc;

use super::error::CertificateError;
use super::fields::Fields;
use super::issuing::can_have_issued;
use super::{Linked, PeerCertificate};

/// Who issued a certificate.
pub(super) enum Issuer {
    Unknown,
    Itself,
    Known(PeerCertificate),
}

/// No path is longer, as in OpenSSL, so that whoever sends certificates cannot make others recurse.
const MAX_LENGTH: usize = 100;

/// Links the first of the presented certificates with its issuers.
///
/// Every certificate is used once at most, so that two which have issued each other do no harm. One that is its
/// own issuer is asked about last: where another certificate with its name is there, that one is followed, as
/// Node does.
pub(super) fn link(presented: &[Arc<[u8]>], pool: &[Arc<[u8]>]) -> Result<PeerCertificate, CertificateError> {
    let (leaf, others) = presented.split_first().ok_or_else(CertificateError::missing)?;
    let mut candidates: Vec<Fields> = read(others).collect();
    let mut path: Vec<Fields> = Vec::new();
    let mut last = Fields::read(leaf)?;
    let mut end = Issuer::Unknown;
    while path.len() < MAX_LENGTH {
        let used = |der: &[u8]| *last.der == *der || path.iter().any(|earlier| *earlier.der == *der);
        let issues_last = |candidate: &Fields| !used(&candidate.der) && can_have_issued(candidate, &last);
        let issuer = if let Some(index) = candidates.iter().position(issues_last) {
            candidates.remove(index)
        } else if can_have_issued(&last, &last) {
            end = Issuer::Itself;
            break;
        } else if let Some(trusted) = read(pool).find(issues_last) {
            trusted
        } else {
            break;
        };
        path.push(std::mem::replace(&mut last, issuer));
    }
    let root = PeerCertificate(Arc::new(Linked { fields: last, issuer: end }));
    Ok(path.into_iter().rev().fold(root, |issuer, fields| {
        PeerCertificate(Arc::new(Linked { fields, issuer: Issuer::Known(issuer) }))
    }))
}

/// What can be read of these.
fn read(certificates: &[Arc<[u8]>]) -> impl Iterator<Item = Fields> {
    certificates.iter().filter_map(|der| Fields::read(der).ok())
}
