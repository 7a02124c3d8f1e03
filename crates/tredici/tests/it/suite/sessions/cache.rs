//! How many sessions are kept, and how often each is used.

use std::collections::HashSet;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Connector, Target, TlsVersion};
use tredici_test::{CertificateSpec, NodeServer, OpensslServer, Pki, Relay};

use super::super::ends::{Echo, connector, showing, target, trusting};
use super::{held, offered, offers, resumptions, visit};

fn assert_each_is_offered_once(relay: &Relay) {
    let mut seen = HashSet::new();
    for ticket in offered(relay).into_iter().flatten() {
        assert!(seen.insert(ticket), "a ticket was offered twice");
    }
}

#[tokio::test]
async fn tickets_of_node_are_used_once_each() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let relay = Relay::to(server.port()).await;
    // Two tickets come with a full handshake, none with a resumed one.
    let expected = [false, true, true, false, true, true, false];
    assert_eq!(resumptions(&connector(), || target(relay.port()), expected.len()).await, expected);
    assert_eq!(offers(&relay), expected);
    assert_each_is_offered_once(&relay);
}

#[tokio::test]
async fn tickets_of_openssl_are_used_once_each() {
    if !OpensslServer::is_available() {
        return;
    }
    let server = OpensslServer::with(Pki::shared().localhost()).tls1_3().reverse().start().await;
    let relay = Relay::to(server.port()).await;
    let connector = connector();
    let mut resumed = Vec::new();
    for _ in 0..5 {
        let mut socket = connector.connect(target(relay.port())).await.expect("a connection");
        socket.write_all(b"hello\n").await.expect("writes");
        let mut answer = [0; 6];
        socket.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(&answer, b"olleh\n");
        resumed.push(socket.is_session_reused());
        socket.close().await.expect("closes");
    }
    assert_eq!(resumed, [false, true, true, true, true]);
    assert_each_is_offered_once(&relay);
}

#[tokio::test]
async fn tickets_of_our_listener_are_used_once_each() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let resumed = resumptions(&connector(), || target(relay.port()), 5).await;
    assert_eq!(resumed, [false, true, true, true, true]);
    assert_each_is_offered_once(&relay);
}

#[tokio::test]
async fn connections_at_once_never_share_a_ticket() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let connector = connector();
    for _ in 0..3 {
        let visits = join_all((0..8).map(|_| visit(&connector, target(relay.port())))).await;
        let offers = offered(&relay).into_iter().rev().take(8).flatten().count();
        assert_eq!(visits.iter().filter(|resumed| **resumed).count(), offers, "each offer is taken up");
    }
    assert!(offered(&relay).iter().flatten().count() > 8, "the sessions of the first eight were used");
    assert_each_is_offered_once(&relay);
}

#[tokio::test]
async fn at_once_with_two_tickets_two_are_resumed() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let connector = connector();
    assert!(!visit(&connector, target(server.port())).await);
    let visits = join_all((0..6).map(|_| visit(&connector, target(server.port())))).await;
    // Those that come later may find the tickets of those that came first.
    assert!(visits.iter().filter(|resumed| **resumed).count() >= 2);
    assert!(!visits.iter().all(|resumed| *resumed), "there were two tickets for six");
}

#[tokio::test]
async fn sessions_of_tls_1_2_are_used_again_and_again() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let connector = Connector::new(trusting().max_version(TlsVersion::Tls1_2)).expect("a connector");
    // Each connection is dropped without close_notify, after which OpenSSL alone would resume none of them.
    let resumed = resumptions(&connector, || target(relay.port()), 5).await;
    assert_eq!(resumed, [false, true, true, true, true]);
    let concurrent = join_all((0..4).map(|_| visit(&connector, target(relay.port())))).await;
    assert_eq!(concurrent, [true; 4]);
}

#[tokio::test]
async fn sessions_of_tls_1_2_by_their_id() {
    if !OpensslServer::is_available() {
        return;
    }
    let server = OpensslServer::with(Pki::shared().localhost()).tls1_2().argument("-no_ticket").reverse();
    let server = server.start().await;
    let connector = connector();
    for expected in [false, true, true] {
        let mut socket = connector.connect(target(server.port())).await.expect("a connection");
        socket.write_all(b"x\n").await.expect("writes");
        socket.read_exact(&mut [0; 2]).await.expect("an answer");
        assert_eq!((socket.is_session_reused(), socket.tls_version()), (expected, Some("TLSv1.2")));
        // A server that keeps sessions itself forgets those of clients that go without a word.
        socket.close().await.expect("closes");
    }
}

#[tokio::test]
async fn none_are_kept_and_none_offered_where_none_may_be() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let options = trusting().max_version(newest).max_cached_sessions(0);
        let connector = Connector::new(options).expect("a connector");
        assert_eq!(resumptions(&connector, || target(relay.port()), 3).await, [false; 3]);
        assert_eq!(held(&connector, target(relay.port())), 0);
    }
    assert_eq!(offers(&relay), [false; 6]);
}

#[tokio::test]
async fn one_may_be_kept() {
    let (one, other) = (Echo::tls().await, Echo::tls().await);
    let connector = Connector::new(trusting().max_cached_sessions(1)).expect("a connector");
    visit(&connector, target(one.port())).await;
    assert_eq!(held(&connector, target(one.port())), 1, "two tickets came, one was kept");

    visit(&connector, target(one.port())).await;
    visit(&connector, target(other.port())).await;
    assert_eq!(held(&connector, target(one.port())), 0, "the newer one took its place");
    assert_eq!(held(&connector, target(other.port())), 1);
}

fn names() -> Vec<String> {
    (0..10).map(|number| format!("n{number}.test")).collect()
}

async fn server_of_many_names() -> Echo {
    let names = names();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    Echo::with(showing(&Pki::shared().root().leaf(CertificateSpec::server(&names)))).await
}

#[tokio::test]
async fn the_bound_is_on_all_names_together() {
    let server = server_of_many_names().await;
    let named = |name: &String| Target::tls("127.0.0.1").port(server.port()).servername(name);
    let connector = Connector::new(trusting().max_cached_sessions(5)).expect("a connector");
    for name in &names() {
        visit(&connector, named(name)).await;
    }
    let held: Vec<_> = names().iter().map(|name| held(&connector, named(name))).collect();
    assert_eq!(held, [0, 0, 0, 0, 0, 0, 0, 1, 2, 2], "the last come are kept");
}

#[tokio::test]
async fn the_name_that_was_not_asked_for_longest_goes_first() {
    let server = server_of_many_names().await;
    let named = |number: usize| Target::tls("127.0.0.1").port(server.port()).servername(&names()[number]);
    let connector = Connector::new(trusting().max_cached_sessions(4)).expect("a connector");
    let mut resumed = Vec::new();
    for number in [0, 1, 0, 2] {
        resumed.push(visit(&connector, named(number)).await);
    }
    assert_eq!(resumed, [false, false, true, false]);
    let held: Vec<_> = (0..3).map(|number| held(&connector, named(number))).collect();
    assert_eq!(held, [2, 0, 2]);
}

/// To take a session is to ask for it, also where none comes in its place.
#[tokio::test]
async fn who_only_takes_sessions_is_asked_for_too() {
    if !NodeServer::is_available() {
        return;
    }
    let names = names();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let leaf = Pki::shared().root().leaf(CertificateSpec::server(&names));
    // Two tickets come with a full handshake, none with a resumed one.
    let server = NodeServer::with(&leaf).start().await;
    let named = |number: usize| Target::tls("127.0.0.1").port(server.port()).servername(names[number]);
    let connector = Connector::new(trusting().max_cached_sessions(4)).expect("a connector");
    for (number, resumed) in [(0, false), (1, false), (0, true), (2, false)] {
        assert_eq!(visit(&connector, named(number)).await, resumed);
    }
    let held: Vec<_> = (0..3).map(|number| held(&connector, named(number))).collect();
    assert_eq!(held, [1, 1, 2], "the first name's last one outlives the second's oldest");
}
