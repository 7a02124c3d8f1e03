//! Connections that begin at once, and wait for the first one's session.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::{task::JoinSet, time::Instant};
use tredici::{ConnectOptions, Connector, ErrorKind, MemorySessionStore, TlsVersion};
use tredici_test::{
    Cut, EarlyTicketServer, Fault, NodeServer, Pki, Relay, ScriptedServer, drop_after, settle, within,
};

use super::super::ends::{Echo, localhost, target, trusting};
use super::{offered, visit};

/// Longer than any test takes: nothing here is decided by its end.
const LONG: Duration = Duration::from_secs(600);

fn waiting(options: ConnectOptions) -> Connector {
    Connector::new(options.coalesce_sessions(LONG)).expect("a connector")
}

/// So many connections at once, each of which says something and hears it; none gets an answer before all stand. Returns
/// which were resumed.
async fn at_once(connector: &Connector, relay: &Relay, count: usize) -> Vec<bool> {
    at_once_in_turn(std::slice::from_ref(connector), relay, count).await
}

/// The same by one connector after another.
async fn at_once_in_turn(connectors: &[Connector], relay: &Relay, count: usize) -> Vec<bool> {
    let before = relay.recordings().len();
    relay.cut(Cut::Stall);
    let turns = connectors.iter().cycle().take(count);
    let visits = join_all(turns.map(|connector| visit(connector, target(relay.port()))));
    let opening = async {
        settle("all to stand", || relay.recordings().len() == before + count).await;
        settle("a hello", || relay.recordings()[before..].iter().any(|one| !one.to_server.is_empty())).await;
        relay.resume();
    };
    within("all of them", async { tokio::join!(visits, opening) }).await.0
}

fn resumed(visits: &[bool]) -> usize {
    visits.iter().filter(|resumed| **resumed).count()
}

fn assert_each_is_offered_once(relay: &Relay) {
    let mut seen = HashSet::new();
    assert!(
        offered(relay).into_iter().flatten().all(|ticket| seen.insert(ticket)),
        "a ticket was offered twice"
    );
}

#[tokio::test]
async fn the_longest_time_is_a_time_too() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let options = trusting().timeout(Duration::ZERO).coalesce_sessions(Duration::MAX);
    let connector = Connector::new(options).expect("a connector");
    assert_eq!(resumed(&at_once(&connector, &relay, 3).await), 2);
}

#[tokio::test]
async fn of_tls_1_2_all_others_resume_the_session_of_the_first() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).option("maxVersion", "TLSv1.2").start().await;
    let relay = Relay::to(server.port()).await;
    let connector = waiting(trusting());
    assert_eq!(resumed(&at_once(&connector, &relay, 50).await), 49);
    assert_eq!(resumed(&at_once(&connector, &relay, 50).await), 50);
    let stats = connector.session_stats();
    assert_eq!((stats.hits, stats.misses, stats.refused), (99, 1, 0));
}

#[tokio::test]
async fn of_tls_1_3_as_many_are_resumed_as_there_are_tickets() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let relay = Relay::to(server.port()).await;
    let connector = waiting(trusting());
    // Two tickets come with a full handshake of Node's, none with a resumed one: 48 handshakes leave 96, and half of a
    // hundred are kept for one server.
    assert_eq!(resumed(&at_once(&connector, &relay, 50).await), 2);
    assert_eq!(resumed(&at_once(&connector, &relay, 50).await), 50);
    assert_each_is_offered_once(&relay);
    let stats = connector.session_stats();
    assert_eq!((stats.hits, stats.misses, stats.refused), (52, 48, 0));
}

/// How many are resumed of one, then of fifty at once, and of fifty more; nobody waits for anybody.
async fn one_and_twice_fifty(newest: TlsVersion) -> [usize; 3] {
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let relay = Relay::to(server.port()).await;
    let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
    let first = visit(&connector, target(relay.port())).await;
    let waves = [at_once(&connector, &relay, 50).await, at_once(&connector, &relay, 50).await];
    let stats = connector.session_stats();
    assert_eq!(
        (stats.hits + stats.misses, stats.refused),
        (101, 0),
        "the server takes all that it is offered"
    );
    if newest == TlsVersion::Tls1_3 {
        assert_each_is_offered_once(&relay);
    }
    [usize::from(first), resumed(&waves[0]), resumed(&waves[1])]
}

#[tokio::test]
async fn after_the_first_as_many_resume_as_its_sessions_allow() {
    if !NodeServer::is_available() {
        return;
    }
    assert_eq!(one_and_twice_fifty(TlsVersion::Tls1_2).await, [0, 50, 50]);
    // Two tickets of the first, and two of each of the forty-eight, of which half a hundred are kept.
    assert_eq!(one_and_twice_fifty(TlsVersion::Tls1_3).await, [0, 2, 50]);
}

/// Five connectors of equal terms: what one has met, all resume.
#[tokio::test]
async fn connectors_that_share_a_store_offer_each_ticket_once() {
    let server = Echo::tls().await;
    for (newest, after_the_first) in [(TlsVersion::Tls1_2, 50), (TlsVersion::Tls1_3, 2)] {
        let relay = Relay::to(server.port()).await;
        let store = Arc::new(MemorySessionStore::new(1000));
        let connectors = [(); 5].map(|()| {
            let options = trusting().max_version(newest).session_store(store.clone());
            Connector::new(options).expect("a connector")
        });
        assert!(!visit(&connectors[0], target(relay.port())).await);
        assert_eq!(resumed(&at_once_in_turn(&connectors, &relay, 50).await), after_the_first);
        assert_eq!(resumed(&at_once_in_turn(&connectors, &relay, 50).await), 50);
        if newest == TlsVersion::Tls1_3 {
            assert_each_is_offered_once(&relay);
        }
        let stats = connectors.map(|connector| connector.session_stats());
        assert_eq!(
            stats.iter().map(|stats| (stats.refused, stats.unfit)).collect::<HashSet<_>>(),
            [(0, 0)].into()
        );
        assert_eq!(stats.iter().map(|stats| stats.hits).sum::<u64>(), after_the_first as u64 + 50);
    }
}

#[tokio::test]
async fn without_waiting_each_makes_its_own() {
    let server = Echo::tls().await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let relay = Relay::to(server.port()).await;
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        assert_eq!(resumed(&at_once(&connector, &relay, 8).await), 0);
    }
}

#[tokio::test]
async fn each_server_is_waited_for_by_itself() {
    let (one, other) = (Echo::tls().await, Echo::tls().await);
    let held_back = Relay::to(one.port()).await;
    held_back.cut(Cut::Stall);
    let connector = waiting(trusting());
    let mut slow = tokio::spawn({
        let (connector, port) = (connector.clone(), held_back.port());
        async move { visit(&connector, target(port)).await }
    });
    settle("a hello", || !held_back.recordings().is_empty()).await;
    assert!(!visit(&connector, target(other.port())).await, "another server is not waited for");
    held_back.resume();
    assert!(!within("the slow one", &mut slow).await.expect("the task"));
}

#[tokio::test]
async fn where_the_first_fails_the_next_takes_its_place() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    relay.cut(Cut::Stall);
    let connector = waiting(trusting());
    // The first is dropped in the middle of its handshake.
    let mut first = Box::pin(visit(&connector, target(relay.port())));
    let begun = settle("a hello", || relay.recordings().iter().any(|one| !one.to_server.is_empty()));
    tokio::select! {
        _ = &mut first => unreachable!("nothing comes through"),
        () = begun => {}
    }
    let mut others = JoinSet::new();
    for _ in 0..3 {
        let (connector, port) = (connector.clone(), relay.port());
        others.spawn(async move { visit(&connector, target(port)).await });
    }
    settle("all to stand", || relay.recordings().len() == 4).await;
    let hellos = || relay.recordings().iter().filter(|one| !one.to_server.is_empty()).count();
    assert_eq!(hellos(), 1, "the others wait");
    drop(first);
    settle("another to begin", || hellos() == 2).await;
    relay.resume();
    let visits = within("the others", others.join_all()).await;
    assert_eq!(resumed(&visits), 2, "one made the handshake for two");
}

#[tokio::test]
async fn where_all_fail_each_has_its_own_error() {
    let server = ScriptedServer::tcp(Fault::alert(40)).await;
    let connector = waiting(trusting());
    let connecting = join_all((0..5).map(|_| connector.connect(target(server.port()))));
    for outcome in within("all of them", connecting).await {
        assert_eq!(outcome.expect_err("the alert").kind(), ErrorKind::Alert(40));
    }
    assert_eq!(server.accepted(), 5);
}

#[tokio::test]
async fn nobody_waits_longer_than_was_said() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    relay.cut(Cut::Stall);
    let options = trusting().coalesce_sessions(Duration::from_millis(50));
    let connector = Connector::new(options).expect("a connector");
    let visits = join_all((0..3).map(|_| visit(&connector, target(relay.port()))));
    let opening = async {
        // Those who waited go on by themselves although the first has come to nothing yet.
        settle("three hellos", || {
            relay.recordings().iter().filter(|one| !one.to_server.is_empty()).count() == 3
        })
        .await;
        relay.resume();
    };
    let (visits, ()) = within("all of them", async { tokio::join!(visits, opening) }).await;
    assert_eq!(visits, [false; 3]);
}

#[tokio::test]
async fn nobody_waits_beyond_its_own_deadline() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    relay.cut(Cut::Stall);
    let connector = waiting(trusting().timeout(Duration::from_millis(100)));
    let begun = Instant::now();
    for outcome in join_all((0..3).map(|_| connector.connect(target(relay.port())))).await {
        let error = outcome.expect_err("nobody answers");
        assert_eq!((error.code(), error.phase().as_str()), ("UND_ERR_CONNECT_TIMEOUT", "secureConnect"));
    }
    assert!(begun.elapsed() < LONG / 10);
}

#[tokio::test]
async fn where_the_server_gives_no_tickets_the_first_stays_no_longer_than_somebody_waits() {
    // It greets at once: there is data to read, and no ticket came before it.
    let server = EarlyTicketServer::start(Pki::shared().localhost(), 0, "hello").await;
    let connector = waiting(trusting());
    let connecting = join_all((0..4).map(|_| connector.connect(target(server.port()))));
    for outcome in within("all of them", connecting).await {
        assert!(!outcome.expect("a connection").is_session_reused());
    }
}

#[tokio::test]
async fn where_the_server_gives_no_tickets_all_connect_in_time() {
    // Who asks for certificates gives no tickets, and says nothing either.
    let root = Pki::shared().root().pem();
    let asking = localhost().ca(root).request_cert(true).danger().reject_unauthorized(false);
    let server = Echo::with(asking).await;
    let connector = waiting(trusting().timeout(Duration::from_secs(4)));
    let connecting = join_all((0..3).map(|_| connector.connect(target(server.port()))));
    for outcome in within("all of them", connecting).await {
        assert!(!outcome.expect("a connection").is_session_reused());
    }
}

#[tokio::test]
async fn who_waits_and_goes_leaves_the_first_alone() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    relay.cut(Cut::Stall);
    let connector = waiting(trusting());
    let first = tokio::spawn({
        let (connector, port) = (connector.clone(), relay.port());
        async move { visit(&connector, target(port)).await }
    });
    settle("a hello", || relay.recordings().iter().any(|one| !one.to_server.is_empty())).await;
    drop_after(2, connector.connect(target(relay.port()))).await;
    relay.resume();
    assert!(!within("the first", first).await.expect("the task"));
    assert!(visit(&connector, target(relay.port())).await);
}
