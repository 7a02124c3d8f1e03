//! Answers that are remembered.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, stream};
use lru::LruCache;
use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

use super::{
    flights::{Flights, Part, Parts},
    order,
};
use crate::options::{Addresses, Answers, Lookup, LookupCache, LookupError, LookupQuery};

/// Remembers what another [`Lookup`] has answered: what the option `lookupCache` makes of the chosen one.
///
/// - An answer is remembered for [`LookupCache::max_ttl`], or for as long as the lookup says that it is right
///   ([`Addresses::with_ttl`], [`LookupError::with_ttl`]) where that is shorter; that a name has none for
///   [`LookupCache::negative_ttl`]. An answer that is older is never given, whatever has become of the name server.
/// - Any other error may pass, and is not remembered; nor is an answer of which a part has failed with one.
/// - Of a lookup that answers in parts, those are remembered that came before a connection was made or given up. Whoever asks
///   next has them at once; only who waits for more than 250 ms asks again, for the whole.
/// - The same question, asked several times at once, is asked once. It ends when nobody waits for it any more; one that
///   has no answer after 5 seconds keeps nobody from asking anew. A lookup that panics answers all of them with `EAI_FAIL`.
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

#[derive(Clone)]
struct Answer {
    part: Part,
    /// Whether nothing more would have come.
    is_whole: bool,
    /// None where that is beyond all time.
    expires: Option<Instant>,
}

/// What a [`CachedLookup`] has done since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LookupStats {
    /// Questions whose answer was known, or the first parts of it; be it that there is no address.
    pub hits: u64,
    /// Questions that the lookup was asked, for the rest of a known answer, too.
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
        let known = self.0.known().answer(&query);
        match known {
            Some(Answer { part, is_whole: true, .. }) => Answers::ready(part),
            Some(Answer { part, .. }) => {
                let rest = stream::once(async {
                    patience().await;
                    self.0.ask(query)
                });
                let rest = rest.flatten();
                Answers::stream(stream::iter([part]).chain(rest))
            }
            None => self.0.ask(query),
        }
    }
}

/// Nobody is asked while what is known may do: until then no other address would be tried (RFC 8305 section 5).
async fn patience() {
    if Handle::try_current().is_ok() {
        sleep(Duration::from_millis(250)).await;
    }
}

/// A question under way, and what is remembered of it when it ends, wherever it stands then.
struct Asking {
    cache: Arc<Cache>,
    query: LookupQuery,
    parts: Parts,
    is_whole: bool,
    cleared: u64,
}

impl Asking {
    async fn ask(mut self) {
        let cache = self.cache.clone();
        self.parts.take(cache.lookup.lookup(self.query.clone())).await;
        self.is_whole = true;
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.cache.keep(&self.query, self.parts.known(), self.is_whole, self.cleared);
    }
}

impl Cache {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(self: &Arc<Self>, query: LookupQuery) -> Answers<'static> {
        let cache = self.clone();
        let (answers, joined) = self.flights.join(query, |query, parts| {
            let begin = async {
                let cleared = cache.known().cleared;
                Asking { cache, query, parts, is_whole: false, cleared }.ask().await;
            };
            begin.boxed()
        });
        let stats = &mut self.known().stats;
        match joined {
            true => stats.coalesced += 1,
            false => stats.misses += 1,
        }
        answers
    }

    fn keep(&self, query: &LookupQuery, parts: Vec<Part>, is_whole: bool, cleared: u64) {
        let Some((part, ttl)) = self.worth_keeping(parts, is_whole) else { return };
        let mut known = self.known();
        if ttl.is_zero() || self.max_items == 0 || known.cleared != cleared {
            return;
        }
        let has_more = |known: &Answer| known.is_whole && !is_whole && !known.has_expired();
        if known.answers.peek(query).is_some_and(has_more) {
            return;
        }
        known.answers.put(query.clone(), Answer { part, is_whole, expires: Instant::now().checked_add(ttl) });
        if known.answers.len() > self.max_items && known.answers.pop_lru().is_some() {
            known.stats.evicted += 1;
        }
    }

    /// All addresses as one part, or where no part has any the first that says so; and for how long. That there are none
    /// is known when all parts are.
    fn worth_keeping(&self, mut parts: Vec<Part>, is_whole: bool) -> Option<(Part, Duration)> {
        let may_pass = |part: &Part| part.as_ref().is_err_and(|error| error.code() != "ENOTFOUND");
        if parts.is_empty() || parts.iter().any(may_pass) {
            return None;
        }
        let told =
            parts.iter().filter_map(|part| part.as_ref().map_or_else(LookupError::ttl, Addresses::ttl)).min();
        let limited = |limit: Duration| told.map_or(limit, |told| told.min(limit));
        match together(&parts) {
            Some(all) => Some((Ok(all), limited(self.max_ttl))),
            None if is_whole => Some((parts.swap_remove(0), limited(self.negative_ttl))),
            None => None,
        }
    }
}

/// The addresses of all parts, where there are any. Several parts are put in order once, instead of by each connection.
fn together(parts: &[Part]) -> Option<Addresses> {
    let has_addresses = |addresses: &&Addresses| addresses.iter().next().is_some();
    let mut found = parts.iter().flatten().filter(has_addresses);
    let first = found.next()?.clone();
    let others: Vec<_> = found.collect();
    if others.is_empty() {
        return Some(first);
    }
    let ttl = others.iter().filter_map(|other| other.ttl()).chain(first.ttl()).min();
    let mut all: Vec<_> = first.iter().chain(others.iter().flat_map(|other| other.iter())).collect();
    order::sort(&mut all);
    let all = Addresses::from_iter(all);
    Some(match ttl {
        Some(ttl) => all.with_ttl(ttl),
        None => all,
    })
}

impl Answer {
    fn has_expired(&self) -> bool {
        self.expires.is_some_and(|expires| expires <= Instant::now())
    }
}

impl Known {
    fn answer(&mut self, query: &LookupQuery) -> Option<Answer> {
        let answer = self.answers.get(query)?;
        if answer.has_expired() {
            self.answers.pop(query);
            return None;
        }
        self.stats.hits += 1;
        Some(answer.clone())
    }
}

impl fmt::Debug for CachedLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedLookup").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
