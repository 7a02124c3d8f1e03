use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::poll;
use tokio::{sync::Notify, time::advance};

use super::*;
use crate::options::AddressFamily;

/// Answers what it is told to, and counts the questions.
#[derive(Clone, Default)]
struct Told(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicUsize,
    parts: Mutex<Vec<Part>>,
    /// Where set, an answer waits for it.
    gate: Option<Notify>,
}

impl Told {
    fn with(parts: impl Into<Vec<Part>>) -> Self {
        Self(Arc::new(Inner { parts: Mutex::new(parts.into()), ..Inner::default() }))
    }

    fn gated(parts: impl Into<Vec<Part>>) -> Self {
        let gate = Some(Notify::new());
        Self(Arc::new(Inner { parts: Mutex::new(parts.into()), gate, ..Inner::default() }))
    }

    fn now(&self, parts: impl Into<Vec<Part>>) {
        *self.0.parts.lock().expect("a lock") = parts.into();
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::Relaxed)
    }
}

impl Lookup for Told {
    fn lookup(&self, _query: LookupQuery) -> Answers<'_> {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        let parts = self.0.parts.lock().expect("a lock").clone();
        Answers::parts(parts.into_iter().map(|part| async {
            if let Some(gate) = &self.0.gate {
                gate.notified().await;
            }
            part
        }))
    }
}

fn part(address: &str) -> Part {
    Ok(Addresses::from_iter([address.parse::<std::net::IpAddr>().expect(address)]))
}

/// One part with all of these, as they are to be tried.
fn in_order(addresses: &[&str]) -> Part {
    let address = |address: &&str| std::net::SocketAddr::new(address.parse().expect("an address"), 0);
    let mut addresses: Vec<_> = addresses.iter().map(address).collect();
    order::sort(&mut addresses);
    Ok(addresses.into_iter().collect())
}

fn lasting(seconds: u64) -> Part {
    part("::1").map(|addresses| addresses.with_ttl(Duration::from_secs(seconds)))
}

fn missing() -> Part {
    Err(LookupError::not_found("name"))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn cache(told: &Told, terms: LookupCache) -> CachedLookup {
    CachedLookup::new(told.clone(), terms)
}

async fn ask(cache: &CachedLookup, name: &str) -> Vec<Part> {
    let mut answers = cache.lookup(LookupQuery::new(name));
    let mut parts = Vec::new();
    while let Some(part) = answers.next().await {
        parts.push(part);
    }
    parts
}

#[tokio::test(start_paused = true)]
async fn an_answer_lives_as_long_as_it_may() {
    let told = Told::with([part("::1"), part("127.0.0.1")]);
    let cache = cache(&told, LookupCache::new().max_ttl(seconds(5)));
    let first = ask(&cache, "name").await;
    assert_eq!(first, [part("::1"), part("127.0.0.1")]);
    advance(seconds(5) - Duration::from_millis(1)).await;
    assert_eq!((ask(&cache, "NAME").await, told.asked()), (vec![in_order(&["::1", "127.0.0.1"])], 1));
    told.now([part("::2")]);
    advance(Duration::from_millis(1)).await;
    assert_eq!((ask(&cache, "name").await, told.asked()), (vec![part("::2")], 2));
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.items), (1, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_lookup_knows_of_its_answer_counts() {
    for (parts, lives) in [
        (vec![lasting(3)], 3),
        (vec![lasting(60)], 10),
        (vec![part("::1"), lasting(4)], 4),
        (vec![part("::1"), missing().map_err(|error| error.with_ttl(seconds(2)))], 2),
        (vec![missing()], 1),
        (vec![missing().map_err(|error| error.with_ttl(seconds(60)))], 1),
    ] {
        let told = Told::with(parts.clone());
        let cache = cache(&told, LookupCache::new());
        ask(&cache, "name").await;
        advance(seconds(lives) - Duration::from_millis(1)).await;
        ask(&cache, "name").await;
        assert_eq!(told.asked(), 1, "{parts:?}");
        advance(Duration::from_millis(1)).await;
        ask(&cache, "name").await;
        assert_eq!(told.asked(), 2, "{parts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_will_stay_is_remembered() {
    let again = || Err(LookupError::new("EAI_AGAIN", "asleep"));
    for parts in [vec![again()], vec![part("::1"), again()], vec![missing(), again()], vec![lasting(0)]] {
        let told = Told::with(parts.clone());
        let cache = cache(&told, LookupCache::new());
        assert_eq!(ask(&cache, "name").await, parts);
        ask(&cache, "name").await;
        assert_eq!((told.asked(), cache.stats().items), (2, 0), "{parts:?}");
    }
    let told = Told::with([missing(), part("::1")]);
    let cache = cache(&told, LookupCache::new());
    assert_eq!(ask(&cache, "name").await, [missing(), part("::1")]);
    assert_eq!(ask(&cache, "name").await, [part("::1")], "one family is there");
}

#[tokio::test(start_paused = true)]
async fn zero_remembers_nothing() {
    let none = LookupCache::new().max_ttl(seconds(0)).negative_ttl(seconds(0));
    for (terms, part) in
        [(none, part("::1")), (none, missing()), (LookupCache::new().max_items(0), part("::1"))]
    {
        let told = Told::with([part]);
        let cache = cache(&told, terms);
        ask(&cache, "name").await;
        ask(&cache, "name").await;
        assert_eq!((told.asked(), cache.stats().items), (2, 0));
    }
    let told = Told::with([part("::1")]);
    let cache = cache(&told, LookupCache::new().max_ttl(Duration::MAX));
    ask(&cache, "name").await;
    advance(seconds(1 << 32)).await;
    ask(&cache, "name").await;
    assert_eq!(told.asked(), 1);
}

#[tokio::test]
async fn the_one_that_was_not_asked_for_longest_goes_first() {
    let told = Told::with([part("::1")]);
    let cache = cache(&told, LookupCache::new().max_items(2));
    for name in ["a", "b", "a", "c"] {
        ask(&cache, name).await;
    }
    assert_eq!((told.asked(), cache.stats().items, cache.stats().evicted), (3, 2, 1));
    ask(&cache, "a").await;
    assert_eq!(told.asked(), 3);
    ask(&cache, "b").await;
    assert_eq!(told.asked(), 4);
}

#[tokio::test]
async fn questions_are_told_apart() {
    let told = Told::with([part("::1")]);
    let cache = cache(&told, LookupCache::new());
    ask(&cache, "name").await;
    for query in [
        LookupQuery::new("name").family(AddressFamily::V6),
        LookupQuery::new("name").hints(crate::options::LookupHints::ADDRCONFIG),
        LookupQuery::new("name."),
    ] {
        let before = told.asked();
        cache.lookup(query.clone()).next().await;
        assert_eq!(told.asked(), before + 1, "{query:?}");
    }
}

#[tokio::test]
async fn a_question_is_asked_once_at_a_time() {
    let told = Told::gated([part("::1")]);
    let cache = cache(&told, LookupCache::new());
    let mut many: Vec<_> = (0..50).map(|_| Box::pin(ask(&cache, "name"))).collect();
    for one in &mut many {
        assert!(poll!(one).is_pending());
    }
    assert_eq!((told.asked(), cache.stats().coalesced, cache.stats().misses), (1, 49, 1));
    // The one that asked goes, and the others still get their answer.
    drop(many.remove(0));
    told.0.gate.as_ref().expect("a gate").notify_one();
    for one in many {
        assert_eq!(one.await, [part("::1")]);
    }
    assert_eq!((told.asked(), cache.stats().items), (1, 1));
}

#[tokio::test]
async fn a_cleared_cache_forgets_what_is_on_its_way() {
    let told = Told::gated([part("::1")]);
    let cache = cache(&told, LookupCache::new());
    let open = || told.0.gate.as_ref().expect("a gate").notify_one();
    open();
    ask(&cache, "name").await;
    assert_eq!(cache.stats().items, 1);
    cache.clear();
    assert_eq!(cache.stats().items, 0);

    let mut late = Box::pin(ask(&cache, "name"));
    assert!(poll!(&mut late).is_pending());
    cache.clear();
    open();
    assert_eq!(late.await, [part("::1")]);
    assert_eq!((cache.stats().items, told.asked()), (0, 2));
}

/// A part that has come is told before the others have.
#[tokio::test]
async fn parts_pass_through() {
    let told = Told::gated([part("::1"), part("127.0.0.1")]);
    let cache = cache(&told, LookupCache::new());
    let mut answers = cache.lookup(LookupQuery::new("name"));
    assert!(poll!(Box::pin(answers.next())).is_pending());
    told.0.gate.as_ref().expect("a gate").notify_one();
    let first = answers.next().await;
    assert!(first == Some(part("::1")) || first == Some(part("127.0.0.1")), "{first:?}");
    assert!(poll!(Box::pin(answers.next())).is_pending());
    assert_eq!(cache.stats().items, 0);
}

/// Several parts are put in order when they are remembered: a connection gets one, and asks the system about none.
#[tokio::test]
async fn parts_are_remembered_as_one() {
    let told = Told::with([part("127.0.0.1"), lasting(7), missing(), part("127.0.0.2")]);
    let cache = cache(&told, LookupCache::new());
    ask(&cache, "name").await;
    let expected = in_order(&["127.0.0.1", "::1", "127.0.0.2"]).map(|all| all.with_ttl(seconds(7)));
    assert_eq!((ask(&cache, "name").await, told.asked()), (vec![expected], 1));
}

/// A connection is made with the first part, and nobody waits for the others.
#[tokio::test(start_paused = true)]
async fn what_came_before_a_connection_is_remembered() {
    let told = Told::gated([part("::1"), part("127.0.0.1")]);
    let cache = cache(&told, LookupCache::new());
    let open = || told.0.gate.as_ref().expect("a gate").notify_one();
    let mut answers = cache.lookup(LookupQuery::new("name"));
    open();
    let first = answers.next().await.expect("a part");
    drop(answers);
    assert_eq!(cache.stats().items, 1);
    for _ in 0..3 {
        let mut answers = cache.lookup(LookupQuery::new("name"));
        assert_eq!((answers.next().await.as_ref(), told.asked()), (Some(&first), 1));
    }

    // Whoever is not served by that hears the rest, and then all is known.
    let mut answers = cache.lookup(LookupQuery::new("name"));
    assert_eq!(answers.next().await.as_ref(), Some(&first));
    advance(seconds(1)).await;
    assert_eq!((told.asked(), cache.stats().misses), (1, 1), "nobody waits");
    let patient = Box::pin(answers.next());
    assert!(poll!(patient).is_pending());
    assert_eq!((told.asked(), cache.stats().misses), (1, 1), "it has only begun to wait");
    let mut rest = Vec::new();
    for _ in 0..2 {
        open();
        rest.push(answers.next().await.expect("a part"));
    }
    assert!(rest.contains(&part("::1")) && rest.contains(&part("127.0.0.1")), "{rest:?}");
    assert_eq!(answers.next().await, None);
    assert_eq!(ask(&cache, "name").await, [in_order(&["::1", "127.0.0.1"])]);
    assert_eq!((told.asked(), cache.stats().items), (2, 1));

    // No longer than the whole would be.
    told.now([part("::2")]);
    advance(seconds(10)).await;
    open();
    assert_eq!(ask(&cache, "name").await, [part("::2")]);
}

#[tokio::test]
async fn a_first_part_without_addresses_says_nothing() {
    let again = Err(LookupError::new("EAI_AGAIN", "asleep"));
    for first in [missing(), again, Ok(Addresses::default()), lasting(0)] {
        let told = Told::gated([first.clone(), first]);
        let cache = cache(&told, LookupCache::new());
        let mut answers = cache.lookup(LookupQuery::new("name"));
        told.0.gate.as_ref().expect("a gate").notify_one();
        assert!(answers.next().await.is_some());
        drop(answers);
        assert_eq!(cache.stats().items, 0);
    }
    let told = Told::gated([part("::1"), part("::1")]);
    let cache = cache(&told, LookupCache::new());
    let mut answers = cache.lookup(LookupQuery::new("name"));
    told.0.gate.as_ref().expect("a gate").notify_one();
    assert!(answers.next().await.is_some());
    cache.clear();
    drop(answers);
    assert_eq!(cache.stats().items, 0, "that was in another network");
}
