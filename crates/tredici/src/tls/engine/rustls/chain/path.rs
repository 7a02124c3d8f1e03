//! From a leaf to a root, the way OpenSSL goes: at each step a trusted issuer is preferred, one that is valid now to one
//! that is not, and no step is ever taken back.

use super::{certificate::Certificate, store::Store};

/// No path has more certificates: whoever sends them must not make others climb for long. (OpenSSL stops at 102.)
const LONGEST: usize = 20;

/// The certificates from the leaf on.
pub(super) struct Path<'a> {
    /// At least the leaf.
    pub(super) certificates: Vec<&'a Certificate>,
    /// How many of them are the peer's; the others are the store's.
    pub(super) untrusted: usize,
    pub(super) end: End,
}

/// How a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// In a root of the store.
    Trusted,
    /// Somewhere else.
    Untrusted,
    /// At a certificate that is malformed.
    Broken,
}

impl<'a> Path<'a> {
    /// From the first of the presented certificates; `None` where there is none.
    pub(super) fn build(presented: &'a [Certificate], store: &'a Store, now: i64) -> Option<Self> {
        let path = Self { certificates: vec![presented.first()?], untrusted: 1, end: End::Untrusted };
        Some(path.climb(presented.iter().collect(), store, now))
    }

    pub(super) fn leaf(&self) -> &'a Certificate {
        self.certificates[0]
    }

    /// The one that is nearest to a root.
    pub(super) fn last(&self) -> &'a Certificate {
        self.certificates[self.certificates.len() - 1]
    }

    fn climb(mut self, mut others: Vec<&'a Certificate>, store: &'a Store, now: i64) -> Self {
        loop {
            match self.step_into_store(store, now) {
                Step::Up => return self.climb_in_store(store, now),
                Step::End(end) => return self.ending(end),
                Step::None => {}
            }
            let Some(index) = self.issuer_among(&others, now) else {
                return self.climb_in_store(store, now);
            };
            self.certificates.push(others.remove(index));
            self.untrusted += 1;
        }
    }

    /// Once in the store, or at the end of what the peer has sent, only the store is asked.
    fn climb_in_store(mut self, store: &'a Store, now: i64) -> Self {
        loop {
            match self.step_into_store(store, now) {
                Step::Up => {}
                Step::End(end) => return self.ending(end),
                Step::None => return self,
            }
        }
    }

    fn ending(self, end: End) -> Self {
        Self { end, ..self }
    }

    fn step_into_store(&mut self, store: &'a Store, now: i64) -> Step {
        if self.certificates.len() >= LONGEST {
            return Step::None;
        }
        let last = self.last();
        let Some(issuer) = best_issuer(store.issuers(last), last, now) else { return Step::None };
        match last.is_self_signed() {
            None => Step::End(End::Broken),
            Some(false) => {
                self.certificates.push(issuer);
                match issuer.is_self_signed() {
                    None => Step::End(End::Broken),
                    Some(false) => Step::Up,
                    Some(true) => Step::End(End::Trusted),
                }
            }
            // Only the very same certificate makes it trusted: the name alone could be anybody's.
            Some(true) if last.der == issuer.der => {
                self.certificates.pop();
                self.untrusted = self.certificates.len();
                self.certificates.push(issuer);
                Step::End(End::Trusted)
            }
            Some(true) => Step::None,
        }
    }

    /// The index of the best issuer of the last certificate that is not on the path already.
    fn issuer_among(&self, others: &[&'a Certificate], now: i64) -> Option<usize> {
        let last = self.last();
        if last.is_self_signed() == Some(true) || self.certificates.len() >= LONGEST {
            return None;
        }
        let may_repeat = last.is_self_issued && self.certificates.len() == 1;
        let is_used = |other: &Certificate| self.certificates.iter().any(|used| used.der == other.der);
        let free = others.iter().copied().filter(|other| may_repeat || !is_used(other));
        let issuer = best_issuer(free, last, now)?;
        others.iter().position(|other| std::ptr::eq(*other, issuer))
    }
}

enum Step {
    Up,
    End(End),
    None,
}

/// The first that can have issued `subject` and is valid now; else of those that can the one that is valid longest.
fn best_issuer<'a>(
    candidates: impl Iterator<Item = &'a Certificate>,
    subject: &Certificate,
    now: i64,
) -> Option<&'a Certificate> {
    let mut best: Option<&Certificate> = None;
    for candidate in candidates.filter(|candidate| candidate.can_have_issued(subject)) {
        if candidate.is_valid_at(now) {
            return Some(candidate);
        }
        let is_better =
            |best: &Certificate| candidate.not_after.zip(best.not_after).is_some_and(|(it, best)| it > best);
        if best.is_none_or(is_better) {
            best = Some(candidate);
        }
    }
    best
}
