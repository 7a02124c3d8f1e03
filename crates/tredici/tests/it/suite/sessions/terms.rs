//! Connectors that share one store: no session is resumed under other terms than those it was made under.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tredici::{
    ConnectOptions, Connector, MemorySessionStore, PeerCertificate, Pins, SessionKey, SessionStore,
    StoredSession, Target, TlsVersion,
};
use tredici_test::{Authority, Certificate, CertificateSpec, Pki, Relay};

use super::super::ends::{Echo, client_options, listen_unix, showing, target, trusting};
use super::{offers, visit};

/// Hands out whatever it has to whoever asks.
#[derive(Default)]
pub(super) struct Heap(pub(super) Mutex<Vec<StoredSession>>);

impl SessionStore for Heap {
    fn put(&self, _key: &SessionKey, session: StoredSession) {
        self.0.lock().expect("a heap").push(session);
    }

    fn take(&self, _key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
        self.0.lock().expect("a heap").pop()
    }

    fn retain(&self, _key: &SessionKey, _keep: &mut dyn FnMut(&StoredSession) -> bool) {}
}

/// Trusting, whatever name the certificate is for: by a function of its own each time.
fn any_name() -> ConnectOptions {
    trusting().danger().check_server_identity(|_: &str, _: &PeerCertificate| Ok(()))
}

/// Trusting the kit's root, and pinning it.
fn pinning() -> ConnectOptions {
    let root = PeerCertificate::from_der(Pki::shared().root().der()).expect("a certificate");
    trusting().pins(Pins::new([format!("ca-sha256:{}", root.fingerprint256())]).expect("a pin"))
}

/// Trusting, less these certificates.
pub(super) fn less_the_revoked(revoked: &[&Certificate]) -> ConnectOptions {
    let pki = Pki::shared();
    trusting().crl([pki.intermediate().crl(revoked), pki.root().crl(&[])])
}

/// What two connectors differ in, and the options of both.
type Term = (&'static str, ConnectOptions, ConnectOptions);

fn terms() -> Vec<Term> {
    let root = Pki::shared().root().pem();
    let client = Pki::shared().client();
    vec![
        ("ca", trusting(), client_options().ca([root.clone(), Authority::new("Another").pem()])),
        ("extraCa", trusting(), trusting().extra_ca(Authority::new("Another").pem())),
        ("cert", trusting(), trusting().cert(client.chain_pem()).key(client.key_pem())),
        ("rejectUnauthorized", trusting(), trusting().danger().reject_unauthorized(false)),
        ("checkServerIdentity", trusting(), any_name()),
        ("another checkServerIdentity", any_name(), any_name()),
        ("pins", trusting(), pinning()),
        ("pinsReportOnly", pinning(), pinning().pins_report_only(true)),
        ("minVersion", trusting(), trusting().min_version(TlsVersion::Tls1_3)),
        (
            "maxVersion",
            trusting().max_version(TlsVersion::Tls1_2),
            trusting().min_version(TlsVersion::Tls1_2).max_version(TlsVersion::Tls1_3),
        ),
        ("ciphers", trusting(), trusting().ciphers("TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256")),
        ("ALPNProtocols", trusting(), trusting().alpn_protocols(["h2"])),
        ("crl", trusting(), less_the_revoked(&[])),
        ("another crl", less_the_revoked(&[]), less_the_revoked(&[client])),
    ]
}

/// Each connector meets the server twice, in turn; each resumes at most its own.
async fn assert_apart(term: &str, one: &Connector, other: &Connector) {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    for connector in [one, other, one, other] {
        visit(connector, target(relay.port())).await;
    }
    assert_eq!(offers(&relay)[..2], [false, false], "{term}: a session has crossed");
    // What each is offered is its own: the two that were first found nothing.
    assert_eq!(offers(&relay)[2..], [true, true], "{term}: each has its own");
    let stats =
        [one, other].map(|connector| (connector.session_stats().hits, connector.session_stats().misses));
    assert_eq!(stats, [(1, 1), (1, 1)], "{term}");
}

#[tokio::test]
async fn no_session_crosses_from_terms_to_other_terms() {
    for (term, one, other) in terms() {
        let store = Arc::new(MemorySessionStore::new(100));
        let [one, other] = [one, other]
            .map(|options| Connector::new(options.session_store(store.clone())).expect("a connector"));
        assert_apart(term, &one, &other).await;
    }
}

#[tokio::test]
async fn no_session_crosses_from_a_check_to_another() {
    let store = Arc::new(MemorySessionStore::new(100));
    let unchecked = Connector::new(trusting().session_store(store)).expect("a connector");
    let checked = unchecked.check(|_| Ok(()));
    let checked_otherwise = unchecked.check(|_| Ok(()));
    let checked_twice = checked.check(|_| Ok(()));
    assert_apart("check", &unchecked, &checked).await;
    assert_apart("another check", &checked_otherwise, &checked_twice).await;
}

/// A store that gives everybody everything tempts both connectors with the other's session.
#[tokio::test]
async fn no_session_crosses_although_the_store_hands_it_out() {
    let pairs = terms().into_iter().map(|(term, one, other)| {
        let heap = Arc::new(Heap::default());
        let connectors = [one, other]
            .map(|options| Connector::new(options.session_store(heap.clone())).expect("a connector"));
        (term, heap, connectors)
    });
    let heap = Arc::new(Heap::default());
    let unchecked = Connector::new(trusting().session_store(heap.clone())).expect("a connector");
    let check = ("check", heap, [unchecked.clone(), unchecked.check(|_| Ok(()))]);
    for (term, heap, [one, other]) in pairs.chain([check]) {
        for (owner, stranger) in [(&one, &other), (&other, &one)] {
            let server = Echo::tls().await;
            let relay = Relay::to(server.port()).await;
            heap.0.lock().expect("a heap").clear();
            visit(owner, target(relay.port())).await;
            let there = heap.0.lock().expect("a heap").len() as u64;
            assert!(there > 0, "{term}: there is something to be tempted by");
            let before = stranger.session_stats();
            assert!(!visit(stranger, target(relay.port())).await, "{term}");
            assert_eq!(offers(&relay), [false, false], "{term}: nothing was offered");
            let after = stranger.session_stats();
            assert_eq!((after.unfit - before.unfit, after.hits), (there, before.hits), "{term}");
        }
    }
}

#[tokio::test]
async fn no_session_crosses_names_ports_and_paths_although_the_store_hands_it_out() {
    let names = CertificateSpec::server(&["one.test", "other.test", "127.0.0.1"]);
    let certificate = showing(&Pki::shared().root().leaf(names));
    let server = Echo::with(certificate.clone()).await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let _at_path = Echo::on(listen_unix(&path, certificate).await);
    let (relay, elsewhere) = (Relay::to(server.port()).await, Relay::to(server.port()).await);
    let at = |relay: &Relay| Target::tls("127.0.0.1").port(relay.port());

    let heap = Arc::new(Heap::default());
    let connector = Connector::new(trusting().session_store(heap)).expect("a connector");
    visit(&connector, at(&relay).servername("one.test")).await;
    for other in [
        at(&relay).servername("other.test"),
        at(&relay),
        at(&elsewhere).servername("one.test"),
        Target::tls("127.0.0.1").servername("one.test").socket_path(&path),
        Target::https("127.0.0.1").port(relay.port()).servername("one.test"),
    ] {
        assert!(!visit(&connector, other).await);
    }
    assert_eq!(offers(&relay).into_iter().chain(offers(&elsewhere)).filter(|offered| *offered).count(), 0);
    assert_eq!(connector.session_stats().hits, 0);
}
