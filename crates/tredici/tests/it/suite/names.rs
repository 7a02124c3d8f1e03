//! Names on their way to addresses: who is asked, how often, and who is not.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tredici::{
    AddressFamily, Answers, CachedLookup, ConnectOptions, Connector, Error, Lookup, LookupCache, LookupHints,
    LookupQuery, SystemLookup, Target,
};
use tredici_test::within;

use super::ends::{Echo, client_options, exchange, trusting};

/// Knows one address for every name, and who asked for it.
#[derive(Clone, Default)]
struct Asked(Arc<AtomicUsize>);

impl Asked {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Lookup for Asked {
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        assert_eq!((query.family, query.hints), (AddressFamily::Any, LookupHints::ADDRCONFIG));
        let loopback: IpAddr = "127.0.0.1".parse().expect("an address");
        Answers::once(async move {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(vec![loopback])
        })
    }
}

fn connector(options: ConnectOptions) -> Connector {
    Connector::new(options).expect("a connector")
}

async fn refusal(options: ConnectOptions, host: &str) -> Error {
    let connector = connector(options);
    within("a refusal", connector.connect(Target::tcp(host).port(1))).await.expect_err("no connection")
}

#[tokio::test]
async fn what_was_asked_is_remembered() {
    let echo = Echo::tls().await;
    let asked = Asked::default();
    let connector = connector(trusting().lookup(asked.clone()).lookup_cache(LookupCache::new()));
    let target = || Target::tls("db.test").port(echo.port()).servername("localhost");
    for _ in 0..3 {
        exchange(&mut connector.clone().connect(target()).await.expect("a connection")).await;
    }
    let cache = connector.lookup_cache().expect("a cache");
    assert_eq!((asked.count(), cache.stats().hits, cache.stats().misses), (1, 2, 1));
    cache.clear();
    exchange(&mut connector.connect(target()).await.expect("a connection")).await;
    assert_eq!(asked.count(), 2);
    assert!(Connector::new(client_options()).expect("a connector").lookup_cache().is_none());
}

/// Tells one address the first time, and never anything else.
#[derive(Default)]
struct Half(AtomicUsize);

impl Lookup for Half {
    fn lookup(&self, _query: LookupQuery) -> Answers<'_> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        let loopback: IpAddr = "127.0.0.1".parse().expect("an address");
        let part = move |is_told: bool| async move {
            match is_told {
                true => Ok(vec![loopback]),
                false => std::future::pending().await,
            }
        };
        Answers::parts([first, false].map(part))
    }
}

/// The connection is made before the second part has come.
#[tokio::test]
async fn half_an_answer_is_remembered() {
    let echo = Echo::tls().await;
    let options = trusting().family(AddressFamily::V4).lookup(Half::default());
    let connector = connector(options.lookup_cache(LookupCache::new().max_ttl(Duration::MAX)));
    for _ in 0..5 {
        let target = Target::tls("db.test").port(echo.port()).servername("localhost");
        exchange(&mut connector.connect(target).await.expect("a connection")).await;
    }
    assert_eq!(connector.lookup_cache().expect("a cache").stats().hits, 4);
}

/// Addresses beyond what is taken are not refused one by one either.
#[tokio::test]
async fn a_name_with_thousands_of_addresses() {
    let addresses: Vec<_> = (0..5000_u32).map(|at| IpAddr::from((0x7f00_0001 + at).to_be_bytes())).collect();
    let lookup = move |_name: String| std::future::ready(Ok(addresses.clone()));
    let options = client_options().lookup(lookup).block_list("loopback".parse().expect("a block list"));
    let error = refusal(options, "db.test").await;
    assert_eq!((error.code(), error.attempts().len()), ("ERR_IP_BLOCKED", 256));
}

#[tokio::test]
async fn a_cache_may_be_shared() {
    let echo = Echo::tls().await;
    let asked = Asked::default();
    let cache = CachedLookup::new(asked.clone(), LookupCache::new());
    let connectors = [(); 2].map(|()| connector(trusting().lookup(cache.clone())));
    let target = || Target::tls("db.test").port(echo.port()).servername("localhost");
    let sockets = join_all(connectors.iter().map(|connector| connector.connect(target()))).await;
    assert!(sockets.iter().all(Result::is_ok));
    let stats = cache.stats();
    assert_eq!((asked.count(), stats.misses, stats.hits + stats.coalesced), (1, 1, 1));
}

#[tokio::test]
async fn nobody_is_asked_for_what_is_no_name() {
    let asked = Asked::default();
    for name in [".", "a..b", ".a", &"a".repeat(64), &["a"; 128].join("."), "fe80::1%nothing0"] {
        let error = refusal(client_options().lookup(asked.clone()), name).await;
        assert_eq!((error.code(), error.phase().as_str()), ("ENOTFOUND", "lookup"), "{name}");
        assert_eq!(error.host(), Some(name));
        assert!(error.to_string().contains(error.reason().expect("a reason")), "{error}");
    }
    let error = refusal(client_options().lookup(asked.clone()), "a\0b").await;
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_INVALID_ARG_VALUE", "options"));
    assert_eq!(asked.count(), 0);
}

/// glibc has no address for a localhost with a final dot (RFC 6761 section 6.3).
#[tokio::test]
async fn localhost_with_a_final_dot() {
    let echo = Echo::tls().await;
    for lookup in [None, Some(CachedLookup::new(SystemLookup::new(), LookupCache::new()))] {
        let options = match lookup {
            Some(lookup) => trusting().lookup(lookup),
            None => trusting(),
        };
        let target = Target::tls("localhost.").port(echo.port());
        let mut socket = connector(options).connect(target).await.expect("a connection");
        assert_eq!(socket.servername(), Some("localhost"));
        exchange(&mut socket).await;
    }
}
