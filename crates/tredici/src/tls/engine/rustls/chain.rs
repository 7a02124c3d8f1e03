//! Verification of a peer's chain: webpki says yes, and whatever OpenSSL would say no to is asked first.
//!
//! The path is the one that OpenSSL would take, whatever comes of it (`path`). It is examined as OpenSSL does
//! (`examination`), signatures apart: those are webpki's business. Where the examination finds nothing, webpki is given
//! the certificates of the path and no others, and has to come to the same path. Where it does not, or the examination
//! has found something, the path is examined once more with its signatures, for the code of the last finding.
//!
//! That examination is a verification of its own, and it decides alone over what webpki refuses for its form and OpenSSL
//! does not (`confirmation::can_judge`), such as a leaf that calls itself an authority. A forged certificate can call
//! itself whatever it likes, so that the examination has to hold without webpki in any case.
//!
//! Where there are lists of the revoked, what they say is part of the examination (`revocation`); webpki is not asked.
//!
//! What it means to agree with OpenSSL is tested in `matrix`, and `matrix::differences` lists where they do not agree.

#[cfg(test)]
mod agreement;
mod certificate;
mod confirmation;
mod constraints;
mod der;
mod distribution_point;
mod examination;
mod extensions;
mod finding;
mod general_name;
mod key;
mod leaf;
#[cfg(all(test, feature = "openssl"))]
mod matrix;
mod moment;
mod name;
mod path;
mod revocation;
mod signature;
mod store;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use self::{
    certificate::Certificate,
    confirmation::{can_judge, confirm},
    examination::{Terms, examine},
    finding::Finding,
    path::Path,
    signature::Signature,
};
use super::super::{Der, PathFacts, PeerChain};
use crate::{certificate::since_1970, tls::validity::Validity, verify::VerifyCode};

pub(super) use self::{
    leaf::{LeafKey, is_signed_by},
    store::Store,
};

/// Whose certificate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A TLS server's.
    Server,
    /// A TLS client's.
    Client,
}

/// Something among what a peer has presented is no certificate; nothing can be told about the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

impl Store {
    /// What OpenSSL would make of the certificates that a peer has presented, leaf first: the path from the leaf on, and
    /// whether it holds.
    ///
    /// # Errors
    ///
    /// Where one of them cannot be read, or there is none.
    pub(super) fn verify(
        &self,
        presented: &[Der],
        purpose: Purpose,
        now: SystemTime,
    ) -> Result<Verified, Unreadable> {
        let mut certificates =
            presented.iter().map(Certificate::read).collect::<Option<Vec<_>>>().ok_or(Unreadable)?;
        let terms = Terms { purpose, now: seconds(now) };
        let path = Path::build(&certificates, self, terms.now).ok_or(Unreadable)?;
        let verdict = self.judge(&path, terms);
        let sound = match verdict {
            Ok(()) => path.leaf().sound_key(),
            Err(_) => certificates.iter().try_for_each(|one| one.sound_key().map(drop)).map(|()| None),
        };
        if let Ok(key) = sound {
            let leaf_key = key.map(|key| LeafKey::new(presented[0].clone(), key));
            return Ok(Verified { chain: peer_chain(presented, &path, verdict), leaf_key });
        }
        // A key that is none changes which certificate can have issued which.
        certificates.iter_mut().for_each(Certificate::check_key);
        let path = Path::build(&certificates, self, terms.now).ok_or(Unreadable)?;
        let chain = peer_chain(presented, &path, self.judge(&path, terms));
        Ok(Verified { chain, leaf_key: None })
    }

    fn judge(&self, path: &Path<'_>, terms: Terms) -> Result<(), Finding> {
        let revocation = self.lists.as_ref().map(|lists| lists.examine(path, terms.now)).unwrap_or_default();
        let checked = |subject: &Certificate, issuer: &Certificate| match &issuer.key {
            Some(key) => signature::check(subject, issuer, key),
            None => Signature::Unsupported,
        };
        let examined = || examine(path, terms, revocation, checked);
        let is_sound_but_for_signatures = examine(path, terms, revocation, |_, _| Signature::Right).is_ok();
        if !is_sound_but_for_signatures || !can_judge(path) {
            return examined();
        }
        confirm(path, terms).map_err(|finding| examined().err().unwrap_or(finding))
    }
}

/// What came of the certificates that a peer has presented.
pub(super) struct Verified {
    pub(super) chain: PeerChain,
    /// Of a path that holds, for the handshake's own signature; `None` where it was not looked at so closely.
    pub(super) leaf_key: Option<LeafKey>,
}

fn peer_chain(presented: &[Der], path: &Path<'_>, verdict: Result<(), Finding>) -> PeerChain {
    let code = verdict.err().map_or(VerifyCode::OK, VerifyCode::from);
    let facts = verdict.ok().and_then(|()| facts(path));
    let path = path.certificates.iter().map(|certificate| certificate.der.clone()).collect();
    PeerChain { presented: presented.to_vec(), path, code, facts }
}

/// `None` where a date could not be read.
fn facts(path: &Path<'_>) -> Option<PathFacts> {
    let all = || path.certificates.iter();
    let from = all().try_fold(i64::MIN, |latest, certificate| Some(latest.max(certificate.not_before?)))?;
    let to = all().try_fold(i64::MAX, |soonest, certificate| Some(soonest.min(certificate.not_after?)))?;
    let validity = Validity { from: since_1970(from), to: since_1970(to) };
    Some(PathFacts { validity, dns_names: path.leaf().dns_names().collect() })
}

/// In seconds since 1970.
fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds - 1),
    }
}
