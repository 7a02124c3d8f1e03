//! Whether a certificate of a path was revoked, found as OpenSSL does under `X509_V_FLAG_CRL_CHECK_ALL`: a list is needed
//! of each issuer, and of several the best is asked.
//!
//! What needs `X509_V_FLAG_EXTENDED_CRL_SUPPORT` there, lists in the name of others (indirect ones) or for some reasons
//! only, is as good as not given. A delta list is taken for a whole one, as OpenSSL does without
//! `X509_V_FLAG_USE_DELTAS`.

mod entries;
mod list;

use std::collections::HashMap;

use self::list::{Cover, RevocationList};
use super::{
    super::super::{Der, Revocation},
    certificate::Certificate,
    distribution_point::{ALL_REASONS, Point, Reasons},
    extensions::KeyUsage,
    finding::*,
    name,
    path::Path,
    signature::Signature,
};
use crate::error::Error;

/// The lists of a context, read once.
pub(super) struct Lists {
    /// By the digest of the issuer, in the order in which they were given.
    by_issuer: HashMap<u64, Vec<RevocationList>>,
}

impl Lists {
    /// # Errors
    ///
    /// `ERR_CRYPTO_OPERATION_FAILED` for what is no list.
    pub(super) fn read(lists: &[Der]) -> Result<Self, Error> {
        let mut by_issuer = HashMap::<_, Vec<_>>::new();
        for der in lists {
            let list = RevocationList::read(der)
                .ok_or_else(|| Revocation::unreadable("it is not written as RFC 5280 section 5 says"))?;
            if list.is_of_use {
                by_issuer.entry(name::digest(list.issuer())).or_default().push(list);
            }
        }
        Ok(Self { by_issuer })
    }

    /// What the lists say of a path, from the leaf on.
    pub(super) fn examine(&self, path: &Path<'_>, now: i64) -> Findings {
        let mut findings = Findings::default();
        for (depth, certificate) in path.certificates.iter().enumerate() {
            // Nobody but itself vouches for a root, and who trusts it can only stop to.
            if !certificate.is_own_issuer() && !certificate.extensions.is_proxy {
                self.ask(&Question::new(path, depth, now), &mut findings);
            }
        }
        findings
    }

    /// Asks one list after another until there is none left that knows of more reasons to revoke.
    fn ask(&self, question: &Question<'_>, findings: &mut Findings) {
        let mut known = 0;
        while known != ALL_REASONS {
            let Some(choice) = self.best(question, known) else { return findings.add(UNABLE_TO_GET_CRL) };
            choice.check(question, findings);
            if choice.known == known {
                return findings.add(UNABLE_TO_GET_CRL);
            }
            known = choice.known;
        }
    }

    /// Of equals the newest, and of those that are as old as each other the first.
    fn best<'a>(&'a self, question: &Question<'a>, known: Reasons) -> Option<Choice<'a>> {
        let issuer = question.certificate.issuer();
        let lists = self.by_issuer.get(&name::digest(issuer)).map(Vec::as_slice).unwrap_or_default();
        let mut best: Option<Choice<'_>> = None;
        for list in lists.iter().filter(|list| name::equal(list.issuer(), issuer)) {
            let Some(choice) = question.weigh(list, known) else { continue };
            if best.as_ref().is_none_or(|best| choice.is_better_than(best)) {
                best = Some(choice);
            }
        }
        best
    }
}

/// About whom the lists are asked.
struct Question<'a> {
    certificate: &'a Certificate,
    /// Where it says that its lists are.
    points: Vec<Point<'a>>,
    /// Who may have signed its lists: its issuer, which is the last of an open path itself, and those above.
    signers: &'a [&'a Certificate],
    now: i64,
}

impl<'a> Question<'a> {
    fn new(path: &'a Path<'_>, depth: usize, now: i64) -> Self {
        let certificate = path.certificates[depth];
        let above = (depth + 1).min(path.certificates.len() - 1);
        Self { certificate, points: Point::all(certificate), signers: &path.certificates[above..], now }
    }

    /// How good a list of the certificate's issuer is; `None` where it is none, or nothing is learnt from it.
    fn weigh(&self, list: &'a RevocationList, known: Reasons) -> Option<Choice<'a>> {
        let (issuer, is_by_issuer) = self.signer(list)?;
        let covered = self.covered(list);
        if covered.is_some_and(|reasons| reasons & !known == 0) {
            return None;
        }
        let score = Score {
            is_understood: !list.has_unknown_critical,
            is_in_scope: covered.is_some(),
            is_current: list.is_current_at(self.now),
            is_by_issuer,
        };
        Some(Choice { list, issuer, score, known: known | covered.unwrap_or_default() })
    }

    /// The list's issuer on the path, and whether it is the certificate's own.
    fn signer(&self, list: &RevocationList) -> Option<(&'a Certificate, bool)> {
        let (first, above) = self.signers.split_first()?;
        if list.is_by(first) {
            return Some((first, true));
        }
        let namesake = above.iter().find(|one| name::equal(one.subject(), list.issuer()) && list.is_by(one));
        namesake.map(|namesake| (*namesake, false))
    }

    /// The reasons for which the list would name the certificate; `None` where it is about others.
    fn covered(&self, list: &RevocationList) -> Option<Reasons> {
        let is_about = match list.cover {
            Cover::All => true,
            Cover::Authorities => self.certificate.extensions.says_ca(),
            Cover::Others => !self.certificate.extensions.says_ca(),
            Cover::Attributes => false,
        };
        if !is_about {
            return None;
        }
        let place = list.place();
        let at = self.points.iter().find(|point| point.is_of(list.issuer(), place.as_ref()));
        at.map(|point| point.reasons).or(place.is_none().then_some(ALL_REASONS))
    }
}

/// What makes a list better than another: the first counts most.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    is_understood: bool,
    is_in_scope: bool,
    is_current: bool,
    is_by_issuer: bool,
}

/// A list that is asked.
struct Choice<'a> {
    list: &'a RevocationList,
    issuer: &'a Certificate,
    score: Score,
    /// The reasons to revoke that were asked for when it has been.
    known: Reasons,
}

impl Choice<'_> {
    fn is_better_than(&self, other: &Self) -> bool {
        let is_newer =
            || self.list.last_update.zip(other.list.last_update).is_some_and(|(it, other)| it > other);
        self.score > other.score || self.score == other.score && is_newer()
    }

    /// What is wrong with the list, and then what it says.
    fn check(&self, question: &Question<'_>, findings: &mut Findings) {
        let Self { list, issuer, score, .. } = self;
        if !list.is_delta {
            let usage = issuer.extensions.key_usage;
            let may_sign = usage.is_none_or(|usage| usage.has_one_of(KeyUsage::CRL_SIGN));
            findings.add_if(!may_sign, KEYUSAGE_NO_CRL_SIGN);
            findings.add_if(!score.is_in_scope, DIFFERENT_CRL_SCOPE);
        }
        list.check_dates(question.now, findings);
        match &issuer.key {
            None => findings.add(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY),
            Some(key) => match list.signature(issuer, key) {
                Signature::Right => {}
                Signature::Wrong => findings.add(CRL_SIGNATURE_FAILURE),
                Signature::Unsupported => findings.doubt(CRL_SIGNATURE_FAILURE),
            },
        }
        findings.add_if(!score.is_understood, UNHANDLED_CRITICAL_CRL_EXTENSION);
        findings.add_if(list.names(question.certificate), CERT_REVOKED);
    }
}
