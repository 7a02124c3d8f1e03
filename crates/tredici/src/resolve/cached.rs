//! Answers that are remembered.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, stream};
use lru::LruCache;
use tokio::time::Instant;

use super::flights::{Flights, Part};
use crate::options::{Addresses, Answers, Lookup, LookupCache, LookupError, LookupQuery};

/// Remembers what another [`Lookup`] has answered: what the option `lookupCache` makes of the chosen one.
///
/// - An answer is remembered for [`LookupCache::max_ttl`], or for as long as the lookup says that it is right
///   ([`Addresses::with_ttl`], [`LookupError::with_ttl`]) where that is shorter; that a name has none for
///   [`LookupCache::negative_ttl`]. An answer that is older is never given, whatever has become of the name server.
/// - Any other error may pass, and is not remembered; nor is an answer of which a part has failed with one.
/// - The same question, asked several times at once, is asked once. It ends when nobody waits for it any more; one that
///   has no answer after 5 seconds keeps nobody from asking anew.
/// - Names are told apart without regard to case.
///
/// It can be cloned, and given to several connectors; clones remember together.
///
/// ```
/// use tredici::{CachedLookup, ConnectOptions, LookupCache, SystemLookup};
///
/// let lookup = CachedLookup::new(SystemLookup::new(), LookupCache::new());
/// let options = ConnectOptions::new().lookup(lookup.clone());
/// assert_eq!(lookup.stats().hits, 0);
/// ```
#[derive(Clone)]
pub struct CachedLookup(Arc<Cache>);

struct Cache {
    lookup: Arc<dyn Lookup>,
    max_ttl: Duration,
    negative_ttl: Duration,
    max_items: usize,
    flights: Flights,
    known: Mutex<Known>,
}

struct Known {
    answers: LruCache<LookupQuery, Answer>,
    stats: LookupStats,
    /// What began before the cache was cleared is not remembered after it.
    cleared: u64,
}

struct Answer {
    parts: Vec<Part>,
    /// None where that is beyond all time.
    expires: Option<Instant>,
}

/// What a [`CachedLookup`] has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LookupStats {
    /// Questions whose answer was known, be it that there is no address.
    pub hits: u64,
    /// Questions that the lookup was asked.
    pub misses: u64,
    /// Questions that were being asked already.
    pub coalesced: u64,
    /// Answers that were forgotten because there were too many.
    pub evicted: u64,
    /// Answers that are remembered now, expired ones that nobody has asked for again among them.
    pub items: usize,
}

impl CachedLookup {
    /// Remembers what `lookup` answers, on these terms.
    pub fn new(lookup: impl Lookup + 'static, cache: LookupCache) -> Self {
        Self::of(Arc::new(lookup), cache)
    }

    pub(super) fn of(lookup: Arc<dyn Lookup>, cache: LookupCache) -> Self {
        let (max_ttl, negative_ttl, max_items) = cache.terms();
        let known = Known { answers: LruCache::unbounded(), stats: LookupStats::default(), cleared: 0 };
        let known = Mutex::new(known);
        Self(Arc::new(Cache { lookup, max_ttl, negative_ttl, max_items, flights: Flights::default(), known }))
    }

    /// What it has done since it was made.
    pub fn stats(&self) -> LookupStats {
        let known = self.0.known();
        LookupStats { items: known.answers.len(), ..known.stats }
    }

    /// Forgets every answer, as when the machine has come into another network. What is being asked is still answered,
    /// and not remembered.
    pub fn clear(&self) {
        let mut known = self.0.known();
        known.cleared += 1;
        known.answers.clear();
    }
}

impl Lookup for CachedLookup {
    fn lookup(&self, mut query: LookupQuery) -> Answers<'_> {
        query.hostname.make_ascii_lowercase();
        if let Some(parts) = self.0.known().answer(&query) {
            return Answers::stream(stream::iter(parts));
        }
        let cache = self.0.clone();
        let (answers, joined) = self.0.flights.join(query, |query, parts| {
            let asking = async move {
                let cleared = cache.known().cleared;
                let all = parts.take(cache.lookup.lookup(query.clone())).await;
                cache.keep(query, all, cleared);
            };
            asking.boxed()
        });
        let stats = &mut self.0.known().stats;
        match joined {
            true => stats.coalesced += 1,
            false => stats.misses += 1,
        }
        answers
    }
}

impl Cache {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, query: LookupQuery, parts: Vec<Part>, cleared: u64) {
        let Some((parts, ttl)) = self.worth_keeping(parts) else { return };
        let mut known = self.known();
        if ttl.is_zero() || self.max_items == 0 || known.cleared != cleared {
            return;
        }
        known.answers.put(query, Answer { parts, expires: Instant::now().checked_add(ttl) });
        if known.answers.len() > self.max_items && known.answers.pop_lru().is_some() {
            known.stats.evicted += 1;
        }
    }

    /// The parts that have addresses, or where none has the first that says so; and for how long.
    fn worth_keeping(&self, parts: Vec<Part>) -> Option<(Vec<Part>, Duration)> {
        let may_pass = |part: &Part| part.as_ref().is_err_and(|error| error.code() != "ENOTFOUND");
        if parts.iter().any(may_pass) {
            return None;
        }
        let told =
            parts.iter().filter_map(|part| part.as_ref().map_or_else(LookupError::ttl, Addresses::ttl)).min();
        let has_addresses =
            |part: &Part| part.as_ref().is_ok_and(|addresses| addresses.iter().next().is_some());
        let (kept, limit) = match parts.iter().any(has_addresses) {
            true => (parts.into_iter().filter(has_addresses).collect(), self.max_ttl),
            false => (parts.into_iter().take(1).collect(), self.negative_ttl),
        };
        Some((kept, told.map_or(limit, |told| told.min(limit))))
    }
}

impl Known {
    fn answer(&mut self, query: &LookupQuery) -> Option<Vec<Part>> {
        let answer = self.answers.get(query)?;
        if answer.expires.is_some_and(|expires| expires <= Instant::now()) {
            self.answers.pop(query);
            return None;
        }
        self.stats.hits += 1;
        Some(answer.parts.clone())
    }
}

impl fmt::Debug for CachedLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedLookup").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
