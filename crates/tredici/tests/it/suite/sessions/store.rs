//! The caller's own store: what it is asked, what it may do, and what it cannot.

use std::collections::HashSet;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use std::time::{Duration, SystemTime};

use tredici::{Connector, SessionKey, SessionStore, StoredSession, TlsVersion};
use tredici_test::Relay;

use super::super::ends::{Clock, Echo, target, trusting};
use super::{held, offers, resumptions, terms::Heap, visit};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// Notes what it is asked.
#[derive(Default)]
pub(super) struct Noting {
    asked: Mutex<Vec<String>>,
    kept: Mutex<Vec<StoredSession>>,
}

impl Noting {
    fn note(&self, what: &str, key: &SessionKey) {
        self.asked.lock().expect("notes").push(format!("{what} {key}"));
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("notes"))
    }
}

impl SessionStore for Noting {
    fn put(&self, key: &SessionKey, session: StoredSession) {
        self.note("put", key);
        self.kept.lock().expect("sessions").push(session);
    }

    fn take(&self, key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
        self.note("take", key);
        let mut kept = self.kept.lock().expect("sessions");
        let again = kept.last()?.again();
        again.or_else(|| kept.pop())
    }

    fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        self.note("retain", key);
        self.kept.lock().expect("sessions").retain(keep);
    }
}

#[tokio::test]
async fn it_is_asked_once_for_a_connection() {
    let server = Echo::tls().await;
    for (newest, sessions) in [(TlsVersion::Tls1_2, 1), (TlsVersion::Tls1_3, 2)] {
        let store = Arc::new(Noting::default());
        let options = trusting().max_version(newest).session_store(store.clone());
        let connector = Connector::new(options).expect("a connector");
        assert_eq!(store.asked(), [""; 0]);
        assert!(!visit(&connector, target(server.port())).await);
        let asked = store.asked();
        let keys: HashSet<_> = asked.iter().map(|asked| asked.split_once(' ').expect("a key").1).collect();
        let words: Vec<_> = asked.iter().map(|asked| asked.split(' ').next().expect("a word")).collect();
        assert_eq!(words, [["take"].as_slice(), &vec!["put"; sessions]].concat(), "{newest}");
        assert_eq!(keys.len(), 1, "one server, one key: {keys:?}");
        let key = keys.into_iter().next().expect("a key");
        assert!(key.starts_with(&format!("localhost port={} alpn= scope=", server.port())), "{key}");

        assert!(visit(&connector, target(server.port())).await, "{newest}");
        let again = store.asked();
        assert_eq!(again.iter().filter(|asked| asked.starts_with("take")).count(), 1);
        assert!(!again.iter().any(|asked| asked.starts_with("retain")), "{again:?}");
        assert!(again.iter().all(|asked| asked.ends_with(key)), "{again:?}");
        assert_eq!(held(&connector, target(server.port())), store.kept.lock().expect("sessions").len());
    }
}

#[tokio::test]
async fn what_it_shows_of_a_session_is_no_secret() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let heap = Arc::new(Heap::default());
        let options = trusting().max_version(newest).session_store(heap.clone());
        visit(&Connector::new(options).expect("a connector"), target(server.port())).await;
        let session = heap.0.lock().expect("a heap").pop().expect("a session");
        assert_eq!(session.is_single_use(), newest == TlsVersion::Tls1_3);
        assert_eq!(session.again().is_some(), newest == TlsVersion::Tls1_2);
        assert!(session.expires().expect("an end") > SystemTime::UNIX_EPOCH);
        let shown = format!("{session:?}");
        assert!(shown.contains("localhost") && shown.contains(newest.as_str()), "{shown}");
        assert!(shown.len() < 300, "{shown}");
    }
}

#[tokio::test]
async fn what_has_ended_is_not_offered_although_it_is_handed_out() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let relay = Relay::to(server.port()).await;
        let (clock, heap) = (Clock::new(), Arc::new(Noting::default()));
        let options = clock.tell(trusting()).max_version(newest).session_store(heap);
        let connector = Connector::new(options).expect("a connector");
        visit(&connector, target(relay.port())).await;
        clock.advance(Duration::from_secs(8 * 24 * 3600));
        connector.connect(target(relay.port())).await.expect("a connection");
        assert_eq!(offers(&relay), [false, false], "{newest}");
        assert!(connector.session_stats().unfit > 0);
    }
}

/// Whether or not it shows what it has.
#[tokio::test]
async fn taking_what_it_does_not_let_go_of_comes_to_an_end() {
    /// Keeps the last session for ever.
    #[derive(Default)]
    struct Stubborn {
        kept: Mutex<Option<StoredSession>>,
        shows: bool,
        asked: AtomicUsize,
    }
    impl SessionStore for Stubborn {
        fn put(&self, _key: &SessionKey, session: StoredSession) {
            *self.kept.lock().expect("a session") = Some(session);
        }
        fn take(&self, _key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
            assert!(self.asked.fetch_add(1, Ordering::Relaxed) < 100, "without end");
            self.kept.lock().expect("a session").as_ref()?.again()
        }
        fn retain(&self, _key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
            if let Some(kept) = self.kept.lock().expect("a session").as_ref().filter(|_| self.shows) {
                keep(kept);
            }
        }
    }
    let server = Echo::tls().await;
    for shows in [false, true] {
        let store = Arc::new(Stubborn { shows, ..Stubborn::default() });
        let options = trusting().max_version(TlsVersion::Tls1_2).session_store(store.clone());
        let connector = Connector::new(options).expect("a connector");
        assert!(!visit(&connector, target(server.port())).await);
        match connector.take_sessions(target(server.port())) {
            Ok(taken) => assert_eq!(taken.len(), usize::from(shows)),
            // rustls does not write its sessions.
            Err(error) => assert_eq!(error.code(), "UND_ERR_NOT_SUPPORTED"),
        }
    }
}

#[tokio::test]
async fn one_that_loses_everything_costs_nothing_but_sessions() {
    struct Sieve;
    impl SessionStore for Sieve {
        fn put(&self, _key: &SessionKey, _session: StoredSession) {}
        fn take(&self, _key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
            None
        }
        fn retain(&self, _key: &SessionKey, _keep: &mut dyn FnMut(&StoredSession) -> bool) {}
    }
    let server = Echo::tls().await;
    let connector = Connector::new(trusting().session_store(Sieve)).expect("a connector");
    assert_eq!(resumptions(&connector, || target(server.port()), 3).await, [false; 3]);
    let stats = connector.session_stats();
    assert_eq!((stats.hits, stats.misses, stats.refused, stats.evicted, stats.unfit), (0, 3, 0, 0, 0));
}

#[tokio::test]
async fn what_becomes_of_sessions_is_counted() {
    let (one, other) = (Echo::tls().await, Echo::tls().await);
    let connector = Connector::new(trusting().max_cached_sessions(2)).expect("a connector");
    assert_eq!(connector.session_stats(), tredici::SessionStats::default());
    visit(&connector, target(one.port())).await;
    visit(&connector, target(one.port())).await;
    let resumed = connector.clone().session_stats();
    assert_eq!((resumed.hits, resumed.misses, resumed.refused), (1, 1, 0), "clones count together");
    visit(&connector, target(other.port())).await;
    let crowded = connector.session_stats();
    assert_eq!((crowded.hits, crowded.misses), (1, 2));
    assert_eq!(crowded.evicted, resumed.evicted + 2, "there is room for two");
    assert_eq!(connector.check(|_| Ok(())).session_stats(), tredici::SessionStats::default());
}
