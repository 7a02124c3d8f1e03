//! What undici's session cache is known to get wrong, each shown to be absent here. Other tests look closer at each.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tredici::{Connector, Error, PeerCertificate, Pins, Target, TlsVersion};
use tredici_test::{CertificateSpec, NodeServer, Pki, Relay};

use super::super::ends::{
    Clock, Echo, client_options, connector, exchange, listen_unix, localhost, showing, target, trusting,
};
use super::{chain, held, offered, offers, resumptions, visit};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// Parallel first connections do not wait for the first session.
#[tokio::test]
async fn d01_connections_at_once_can_wait_for_the_first_session() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let options = trusting().max_version(newest).coalesce_sessions(Duration::from_secs(600));
        let connector = Connector::new(options).expect("a connector");
        let visits = join_all((0..3).map(|_| visit(&connector, target(server.port())))).await;
        assert_eq!(visits.iter().filter(|resumed| **resumed).count(), 2, "{newest}: all but the first");
    }
}

/// A session that the server rejects stays until it is overwritten.
#[tokio::test]
async fn d02_a_session_that_is_declined_is_dropped() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let over_unix = || Target::tls("localhost").socket_path(&path);
    let connector = connector();
    let server = Echo::on(listen_unix(&path, localhost()).await);
    visit(&connector, over_unix()).await;
    assert_eq!(held(&connector, over_unix()), 2);
    server.stop().await;
    let _other_keys = Echo::on(listen_unix(&path, localhost()).await);
    let socket = connector.connect(over_unix()).await.expect("a connection");
    assert!(!socket.is_session_reused());
    assert_eq!(held(&connector, over_unix()), 0, "its companion went with it");
    assert_eq!(connector.session_stats().refused, 1);
}

async fn server_of_names(count: usize) -> (Echo, Vec<String>) {
    let names: Vec<_> = (0..count).map(|number| format!("n{number}.test")).collect();
    let spec = CertificateSpec::server(&names.iter().map(String::as_str).collect::<Vec<_>>());
    (Echo::with(showing(&Pki::shared().root().leaf(spec))).await, names)
}

/// `maxCachedSessions` is not enforced.
#[tokio::test]
async fn d03_no_more_are_kept_than_was_said() {
    let (server, names) = server_of_names(6).await;
    let named = |name: &String| Target::tls("127.0.0.1").port(server.port()).servername(name);
    let connector = Connector::new(trusting().max_cached_sessions(3)).expect("a connector");
    for (at, name) in names.iter().enumerate() {
        visit(&connector, named(name)).await;
        let held: usize = names.iter().map(|name| held(&connector, named(name))).sum();
        assert_eq!(held, (2 * (at + 1)).min(3));
    }
    assert_eq!(connector.session_stats().evicted, 9);
}

/// At the bound, an entry was evicted and the new session not stored.
#[tokio::test]
async fn d04_at_the_bound_the_new_one_is_kept() {
    let (server, names) = server_of_names(5).await;
    let connector = Connector::new(trusting().max_cached_sessions(1)).expect("a connector");
    for name in &names {
        let named = || Target::tls("127.0.0.1").port(server.port()).servername(name);
        assert_eq!(resumptions(&connector, named, 2).await, [false, true]);
    }
}

/// The key lacks the port: two servers of one name replace each other's ticket.
#[tokio::test]
async fn d05_two_ports_of_one_name_are_two_servers() {
    let servers = [Echo::tls().await, Echo::tls().await];
    let connector = connector();
    let mut resumed = Vec::new();
    for server in [&servers[0], &servers[0], &servers[1], &servers[0], &servers[1]] {
        resumed.push(visit(&connector, target(server.port())).await);
    }
    assert_eq!(resumed, [false, true, false, true, true]);
    assert_eq!(connector.session_stats().refused, 0);
}

/// The key lacks the terms of verification.
#[tokio::test]
async fn d06_a_session_of_whoever_trusts_everybody_is_for_nobody_else() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let store = Arc::new(tredici::MemorySessionStore::new(100));
    let lenient = trusting().session_store(store.clone()).danger().reject_unauthorized(false);
    let lenient = Connector::new(lenient).expect("a connector");
    visit(&lenient, target(relay.port())).await;
    assert_eq!(store.len(), 2);
    let strangers = client_options().session_store(store.clone());
    let error = Connector::new(strangers).expect("a connector").connect(target(relay.port())).await;
    assert_eq!(error.expect_err("unknown issuer").phase().as_str(), "verify");
    let strict = Connector::new(trusting().session_store(store)).expect("a connector");
    assert!(!visit(&strict, target(relay.port())).await);
    assert_eq!(offers(&relay), [false; 3]);
}

/// Sessions are held weakly: whether one is resumed depends on the garbage collector.
#[tokio::test]
async fn d07_a_session_is_there_as_long_as_it_is_good() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        let resumed = resumptions(&connector, || target(server.port()), 20).await;
        assert_eq!(resumed.iter().filter(|resumed| **resumed).count(), 19, "{newest}");
    }
}

/// `get` never removes: one ticket is offered to any number of connections (against RFC 8446 appendix C.4).
#[tokio::test]
async fn d08_a_tls13_ticket_is_offered_once() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let relay = Relay::to(server.port()).await;
    let connector = connector();
    resumptions(&connector, || target(relay.port()), 4).await;
    join_all((0..10).map(|_| visit(&connector, target(relay.port())))).await;
    let tickets: Vec<_> = offered(&relay).into_iter().flatten().collect();
    assert!(tickets.len() >= 4);
    assert_eq!(HashSet::<_>::from_iter(&tickets).len(), tickets.len());
    let stats = connector.session_stats();
    assert_eq!((stats.hits, stats.refused), (tickets.len() as u64, 0), "and each was taken up");
}

/// On a resumed connection the certificate is `{}`: pinning fails, `checkServerIdentity` is not called.
#[tokio::test]
async fn d09_a_resumed_connection_has_its_certificate_and_is_checked() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let asked = Arc::new(AtomicUsize::new(0));
        let identity = {
            let asked = asked.clone();
            move |name: &str, certificate: &PeerCertificate| {
                asked.fetch_add(1, Ordering::SeqCst);
                tredici::check_server_identity(name, certificate).map_err(Into::into)
            }
        };
        let root = PeerCertificate::from_der(Pki::shared().root().der()).expect("a certificate");
        let pins = Pins::new([format!("ca-sha256:{}", root.fingerprint256())]).expect("a pin");
        let options = trusting().max_version(newest).danger().check_server_identity(identity);
        let connector = Connector::new(options).expect("a connector");
        let connector = connector.check(move |socket| pins.verify(socket));
        for (resumed, times) in [(false, 1), (true, 2), (true, 3)] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            assert_eq!((socket.is_session_reused(), asked.load(Ordering::SeqCst)), (resumed, times));
            assert_eq!(chain(&socket).len(), 3, "leaf, intermediate, root");
        }
    }
}

/// A session is kept although the connection is then rejected by the caller.
#[tokio::test]
async fn d10_a_connection_that_the_check_rejects_leaves_no_session() {
    let server = Echo::tls().await;
    // In TLS 1.2 the session comes with the handshake, in TLS 1.3 once something was read.
    for (newest, reads) in VERSIONS.into_iter().flat_map(|newest| [(newest, false), (newest, true)]) {
        let relay = Relay::to(server.port()).await;
        let refuses = Arc::new(AtomicBool::new(true));
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        let connector = connector.check_async({
            let refuses = refuses.clone();
            move |socket| {
                let is_refused = refuses.load(Ordering::SeqCst);
                Box::pin(async move {
                    if reads {
                        exchange(socket).await;
                    }
                    if is_refused { Err(Error::check("not this one")) } else { Ok(()) }
                })
            }
        });
        connector.connect(target(relay.port())).await.expect_err("refused");
        assert_eq!(held(&connector, target(relay.port())), 0, "{newest}, {reads}");
        refuses.store(false, Ordering::SeqCst);
        assert_eq!(resumptions(&connector, || target(relay.port()), 2).await, [false, true]);
        assert_eq!(offers(&relay), [false, false, true], "{newest}, {reads}");
    }
}

/// Of the tickets that come before the peer was found good, only the last is kept.
#[tokio::test]
async fn d11_every_ticket_is_kept() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    // The tickets come while the check still thinks about it.
    let connector = connector().check_async(|socket| {
        Box::pin(async {
            exchange(socket).await;
            Ok(())
        })
    });
    connector.connect(target(relay.port())).await.expect("a connection");
    assert_eq!(held(&connector, target(relay.port())), 2);
    let both = join_all((0..2).map(|_| visit(&connector, target(relay.port())))).await;
    assert_eq!(both, [true, true]);
}

/// The lifetime of a ticket and the limit of seven days are ignored.
#[tokio::test]
async fn d12_a_session_ends_when_the_server_says_and_within_seven_days() {
    if !NodeServer::is_available() {
        return;
    }
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let minutes = (600, Duration::from_secs(590), Duration::from_secs(602));
    let days = (14 * 24 * 3600, 6 * DAY, 8 * DAY);
    // In TLS 1.3 OpenSSL's servers do not say more than seven days.
    for (newest, (seconds, still, no_more)) in
        [(TlsVersion::Tls1_2, minutes), (TlsVersion::Tls1_3, minutes), (TlsVersion::Tls1_2, days)]
    {
        let server =
            NodeServer::with(Pki::shared().localhost()).option("sessionTimeout", seconds).start().await;
        for wait in [still, no_more] {
            let relay = Relay::to(server.port()).await;
            let clock = Clock::new();
            let options = clock.tell(trusting()).max_version(newest);
            let connector = Connector::new(options).expect("a connector");
            visit(&connector, target(relay.port())).await;
            clock.advance(wait);
            connector.connect(target(relay.port())).await.expect("a connection");
            assert_eq!(offers(&relay), [false, wait == still], "{newest}, {seconds} s, after {wait:?}");
        }
    }
}
