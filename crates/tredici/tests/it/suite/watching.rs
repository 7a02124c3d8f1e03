//! What an observer is told, event by event.

use std::{
    net::IpAddr,
    os::fd::AsRawFd,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{io::AsyncReadExt, net::TcpStream};
use tredici::{
    Answers, ConnectOptions, Connector, Error, FixedLookup, Lookup, LookupQuery, Networks, Observer,
    PeerCertificate, Target, events,
};
use tredici_test::{Fault, RefusedPort, ScriptedServer, UnansweredPort, within};

use super::{
    ENGINE,
    ends::{Echo, connector, exchange, listen_unix, localhost, replacements, target, trusting},
    racing::{dead_and_alive, own},
};

/// Writes down what it is told: the connection's number, and the event in words.
#[derive(Debug, Default, Clone)]
struct Notes(Arc<Mutex<Vec<(u64, String)>>>);

impl Notes {
    fn write(&self, connection: &events::Connection<'_>, words: impl Into<String>) {
        self.0.lock().expect("nobody panics while writing").push((connection.id, words.into()));
    }

    /// Of what has no number.
    fn write_of_connector(&self, words: impl Into<String>) {
        self.0.lock().expect("nobody panics while writing").push((0, words.into()));
    }

    /// What was written, without the numbers.
    fn take(&self) -> Vec<String> {
        self.0.lock().expect("notes").drain(..).map(|(_, words)| words).collect()
    }

    fn take_with_numbers(&self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.0.lock().expect("notes"))
    }

    async fn wait_for(&self, words: &str) {
        let there = || self.0.lock().expect("notes").iter().any(|(_, noted)| noted == words);
        tredici_test::settle(words, there).await;
    }
}

fn code(error: Option<&Error>) -> &str {
    error.map_or("ok", Error::code)
}

impl Observer for Notes {
    fn started(&self, connection: &events::Connection<'_>, event: &events::Started) {
        self.write(connection, format!("started within {:?}", event.timeout));
    }

    fn lookup_started(&self, connection: &events::Connection<'_>, event: &events::LookupStarted<'_>) {
        self.write(connection, format!("lookup of {}", event.hostname));
    }

    fn lookup_finished(&self, connection: &events::Connection<'_>, event: &events::LookupFinished<'_>) {
        assert!(event.duration <= connection.elapsed);
        let found = event.result.map(<[_]>::len).map_err(Error::code);
        self.write(connection, format!("lookup of {}: {found:?}", event.hostname));
    }

    fn lookup_continued(&self, connection: &events::Connection<'_>, event: &events::LookupContinued<'_>) {
        let addresses: Vec<_> = event.addresses.iter().map(|address| address.ip().to_string()).collect();
        self.write(connection, format!("lookup of {}: also {}", event.hostname, addresses.join(" ")));
    }

    fn address_blocked(&self, connection: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        assert!(event.attempt.is_blocked() && event.attempt.elapsed().is_zero());
        let code = event.attempt.error().map(tredici::AttemptError::code).expect("why");
        self.write(
            connection,
            format!("{} is {} for {code}", event.number, event.attempt.address().address()),
        );
    }

    fn attempt_started(&self, connection: &events::Connection<'_>, event: &events::AttemptStarted<'_>) {
        self.write(connection, format!("attempt {} at {}", event.number, event.address.address()));
    }

    fn attempt_failed(&self, connection: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        assert!(event.attempt.start() + event.attempt.elapsed() <= connection.elapsed);
        let code = event.attempt.error().map(tredici::AttemptError::code).expect("why it failed");
        self.write(connection, format!("attempt {} failed: {code}", event.number));
    }

    fn attempt_won(&self, connection: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        assert!(event.attempt.error().is_none());
        self.write(connection, format!("attempt {} won", event.number));
    }

    fn attempt_cancelled(&self, connection: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        self.write(connection, format!("attempt {} given up", event.number));
    }

    fn handshake_started(&self, connection: &events::Connection<'_>, event: &events::HandshakeStarted<'_>) {
        assert_eq!(event.engine, ENGINE.as_str());
        self.write(connection, format!("handshake for {} as {:?}", event.hostname, event.servername));
    }

    fn session_offered(&self, connection: &events::Connection<'_>, event: &events::SessionOffered) {
        self.write(connection, format!("session offered: {}", event.tls_version));
    }

    fn session_resumed(&self, connection: &events::Connection<'_>, event: &events::SessionOffered) {
        self.write(connection, format!("session resumed: {}", event.tls_version));
    }

    fn session_refused(&self, connection: &events::Connection<'_>, event: &events::SessionOffered) {
        self.write(connection, format!("session refused: {}", event.tls_version));
    }

    fn verified(&self, connection: &events::Connection<'_>, event: &events::Verified<'_>) {
        assert!(event.start + event.duration <= connection.elapsed, "{event:?}");
        assert!(event.start > Duration::ZERO || event.hostname.is_empty());
        assert!(event.peer_certificate.is_some());
        let verdict = event.error.map_or("good", |error| error.code());
        let resumed = if event.is_session_reused { ", kept" } else { "" };
        let enforced = if event.is_enforced { "" } else { ", and let through" };
        self.write(connection, format!("verified for {}: {verdict}{resumed}{enforced}", event.hostname));
    }

    fn handshake_finished(&self, connection: &events::Connection<'_>, event: &events::HandshakeFinished<'_>) {
        let words = match event.result {
            Ok(agreed) => format!("{} {:?}", agreed.tls_version, agreed.alpn_protocol),
            Err(error) => error.code().to_owned(),
        };
        self.write(connection, format!("handshake: {words}"));
    }

    fn check_started(&self, connection: &events::Connection<'_>, event: &events::CheckStarted) {
        self.write(connection, format!("check {}", event.number));
    }

    fn check_finished(&self, connection: &events::Connection<'_>, event: &events::CheckFinished<'_>) {
        if let Some(error) = event.error {
            let total = error.timings().total;
            assert!(
                total >= error.timings().connect.expect("it was connected") && total <= connection.elapsed
            );
        }
        self.write(connection, format!("check {}: {}", event.number, code(event.error)));
    }

    fn connected(&self, connection: &events::Connection<'_>, event: &events::Connected<'_>) {
        assert_eq!(event.timings.total, event.timings.total.min(connection.elapsed));
        let attempts = event.attempts.len();
        let resumed = event.agreed.is_some_and(|agreed| agreed.is_session_reused);
        let words = format!(
            "connected: {:?}, {attempts} attempts, authorized {}, resumed {resumed}",
            event.version, event.authorized
        );
        assert_eq!(event.engine, event.agreed.map(|_| ENGINE.as_str()));
        self.write(connection, words);
    }

    fn failed(&self, connection: &events::Connection<'_>, event: &events::Failed<'_>) {
        assert_eq!(event.error.target(), Some(connection.destination));
        self.write(connection, format!("failed in {}: {}", event.error.phase(), event.error.code()));
    }

    fn abandoned(&self, connection: &events::Connection<'_>, event: &events::Abandoned) {
        self.write(connection, format!("abandoned in {}", event.phase));
    }

    fn rotated(&self, _: &events::Rotated) {
        self.write_of_connector("rotated");
    }

    fn rotation_failed(&self, event: &events::RotationFailed<'_>) {
        self.write_of_connector(format!("rotation failed: {}", event.error));
    }
}

fn watched(options: ConnectOptions) -> (Connector, Notes) {
    let notes = Notes::default();
    (Connector::new(options.observer(notes.clone())).expect("a connector"), notes)
}

#[tokio::test]
async fn a_connection_from_the_name_to_the_check() {
    let echo = Echo::with(localhost().alpn_protocols(["h2"])).await;
    let addresses = ["127.0.0.1".parse().expect("an address")];
    let options = trusting().lookup(FixedLookup::new().with("localhost", addresses));
    let (connector, notes) = watched(options);
    let connector = connector.check(|_| Ok(()));
    connector.connect(Target::https("localhost").port(echo.port())).await.expect("a socket");
    assert_eq!(
        notes.take(),
        [
            "started within Some(10s)",
            "lookup of localhost",
            "lookup of localhost: Ok(1)",
            "attempt 0 at 127.0.0.1",
            "attempt 0 won",
            "handshake for localhost as Some(\"localhost\")",
            "verified for localhost: good",
            "handshake: TLSv1.3 Some(\"h2\")",
            "check 0",
            "check 0: ok",
            "connected: Some(\"h2\"), 1 attempts, authorized true, resumed false",
        ]
    );
}

#[tokio::test]
async fn a_session_that_is_resumed_and_one_that_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let start = async || Echo::on(listen_unix(&path, localhost()).await);
    let (connector, notes) = watched(trusting());
    let connect = async || {
        let connected = connector.connect(Target::tls("localhost").socket_path(&path)).await;
        exchange(&mut connected.expect("a socket")).await;
        let told = notes.take();
        let about_sessions = |words: &&String| words.starts_with("session") || words.starts_with("verified");
        told.iter().filter(about_sessions).cloned().collect::<Vec<_>>()
    };
    let server = start().await;
    assert_eq!(connect().await, ["verified for localhost: good"]);
    assert_eq!(
        connect().await,
        ["session offered: TLSv1.3", "verified for localhost: good, kept", "session resumed: TLSv1.3"]
    );
    server.stop().await;
    let _other_keys = start().await;
    assert_eq!(
        connect().await,
        ["session offered: TLSv1.3", "verified for localhost: good", "session refused: TLSv1.3"]
    );
}

#[tokio::test]
async fn failures_in_each_phase() {
    let echo = Echo::tls().await;
    let refused = RefusedPort::new();
    let lookup = FixedLookup::new().with("known.test", ["127.0.0.1".parse().expect("an address")]);
    let (connector, notes) = watched(trusting().lookup(lookup));
    let fail = async |connector: &Connector, target: Target| {
        connector.connect(target).await.expect_err("it fails");
        notes.take().split_off(1)
    };
    assert_eq!(
        fail(&connector, Target::tls("unknown.test").port(1)).await,
        [
            "lookup of unknown.test",
            "lookup of unknown.test: Err(\"ENOTFOUND\")",
            "failed in lookup: ENOTFOUND"
        ]
    );
    assert_eq!(
        fail(&connector, Target::tcp("127.0.0.1").port(refused.port())).await,
        ["attempt 0 at 127.0.0.1", "attempt 0 failed: ECONNREFUSED", "failed in connect: ECONNREFUSED"]
    );
    assert_eq!(
        fail(&connector, Target::tls("known.test").port(echo.port())).await[2..],
        [
            "attempt 0 at 127.0.0.1",
            "attempt 0 won",
            "handshake for known.test as Some(\"known.test\")",
            "verified for known.test: ERR_TLS_CERT_ALTNAME_INVALID",
            "handshake: ERR_TLS_CERT_ALTNAME_INVALID",
            "failed in verify: ERR_TLS_CERT_ALTNAME_INVALID",
        ]
    );
    let picky = connector.check(|_| Ok(())).check(|_| Err(Error::check("no"))).check(|_| Ok(()));
    assert_eq!(
        fail(&picky, target(echo.port())).await[5..],
        [
            "check 0",
            "check 0: ok",
            "check 1",
            "check 1: ERR_TLS_CHECK_FAILED",
            "failed in check: ERR_TLS_CHECK_FAILED",
        ]
    );
}

#[tokio::test]
async fn a_peer_that_is_let_through_is_told_as_what_it_is() {
    let echo = Echo::tls().await;
    let (connector, notes) = watched(trusting().danger().reject_unauthorized(false));
    connector.connect(Target::tls("127.0.0.1").port(echo.port()).servername("other.test")).await.expect("it");
    let told = notes.take();
    let verdict = "verified for other.test: ERR_TLS_CERT_ALTNAME_INVALID, and let through";
    assert_eq!(told[4], verdict, "{told:?}");
    assert_eq!(told[6], "connected: None, 1 attempts, authorized false, resumed false", "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_has_started_is_ended_by_the_whole_where_the_time_is_up() {
    let (connector, notes) = watched(trusting().timeout(Duration::from_millis(100)));
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    connector.connect(target(silent.port())).await.expect_err("no answer");
    assert_eq!(
        notes.take()[2..],
        [
            "attempt 0 won",
            "handshake for localhost as Some(\"localhost\")",
            "failed in secureConnect: UND_ERR_CONNECT_TIMEOUT",
        ]
    );
    let nobody = UnansweredPort::new().await;
    connector.connect(Target::tcp("127.0.0.1").port(nobody.port())).await.expect_err("no answer");
    assert_eq!(
        notes.take()[1..],
        [
            "attempt 0 at 127.0.0.1",
            "attempt 0 failed: ETIMEDOUT",
            "failed in connect: UND_ERR_CONNECT_TIMEOUT",
        ]
    );
}

#[tokio::test]
async fn a_caller_who_no_longer_waits() {
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let (connector, notes) = watched(trusting());
    let connecting = tokio::spawn({
        let (connector, port) = (connector.clone(), silent.port());
        async move { connector.connect(target(port)).await.map(drop) }
    });
    notes.wait_for("handshake for localhost as Some(\"localhost\")").await;
    connecting.abort();
    notes.wait_for("abandoned in secureConnect").await;
}

#[tokio::test]
async fn connections_at_once_are_told_apart() {
    let echo = Echo::tls().await;
    let (connector, notes) = watched(trusting());
    let (one, other) =
        tokio::join!(connector.connect(target(echo.port())), connector.connect(target(echo.port())));
    drop((one.expect("a socket"), other.expect("a socket")));
    let told = notes.take_with_numbers();
    let (first, second) = (told[0].0, told.iter().map(|(id, _)| *id).max().expect("events"));
    assert_ne!(first, second);
    let of = |id| told.iter().filter(move |(of, _)| *of == id).map(|(_, words)| words);
    assert!(of(first).eq(of(second)) && of(first).count() == 7, "{told:?}");
}

#[tokio::test]
async fn one_call_alone_is_watched_and_the_sessions_are_shared() {
    let echo = Echo::tls().await;
    let connector = connector();
    let mut first = connector.connect(target(echo.port())).await.expect("a socket");
    exchange(&mut first).await;
    let (some, more) = (Notes::default(), Arc::new(vec![Notes::default(), Notes::default()]));
    let watched = connector.observe(some.clone()).observe(more.clone());
    let second = watched.connect(target(echo.port())).await.expect("a socket");
    assert!(second.is_session_reused());
    let told = some.take();
    assert_eq!(told.last().expect("events"), "connected: None, 1 attempts, authorized true, resumed true");
    for notes in more.iter() {
        assert_eq!(notes.take(), told);
    }
    connector.connect(target(echo.port())).await.expect("a socket");
    assert!(some.take().is_empty());
}

#[tokio::test]
async fn what_never_began_is_not_told() {
    let (connector, notes) = watched(trusting());
    connector.connect("tls://localhost").await.expect_err("there is no port");
    assert!(notes.take().is_empty());
}

/// Panics at one event.
struct Panicking;

impl Observer for Panicking {
    fn handshake_started(&self, _: &events::Connection<'_>, _: &events::HandshakeStarted<'_>) {
        panic!("an observer's own fault");
    }
}

#[tokio::test]
async fn an_observer_that_panics_ends_its_connection_and_nothing_else() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    let notes = Notes::default();
    let connector = connector().observe((notes.clone(), Panicking));
    let connecting = tokio::spawn(async move { connector.connect(target(port)).await.map(drop) });
    let (mut server, _): (TcpStream, _) = within("a connection", listener.accept()).await.expect("a client");
    let mut heard = Vec::new();
    within("its end", server.read_to_end(&mut heard)).await.expect("the end");
    assert!(heard.is_empty());
    let panicked = within("its end", connecting).await.expect_err("a panic");
    assert!(panicked.is_panic());
    let told = notes.take();
    assert!(!told.iter().any(|words| words.starts_with("abandoned")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_slower_than_another_is_given_up() {
    let addresses = own(200);
    let (_dead, echo) = dead_and_alive(addresses[0], addresses[1], localhost()).await;
    let (connector, notes) = watched(trusting().lookup(FixedLookup::new().with("localhost", addresses)));
    connector.connect(Target::tls("localhost").port(echo.port())).await.expect("a socket");
    assert_eq!(
        notes.take()[3..7],
        ["attempt 0 at 127.78.200.1", "attempt 1 at 127.78.200.2", "attempt 1 won", "attempt 0 given up"]
    );
}

/// A lookup in parts: those that come while others are dialled are told, too.
#[tokio::test(start_paused = true)]
async fn addresses_that_come_later_and_such_that_are_not_dialled() {
    let addresses = own(201);
    let (_dead, echo) = dead_and_alive(addresses[0], addresses[1], localhost()).await;
    let lookup = InParts(vec![vec![addresses[0]], vec!["127.78.202.1".parse().expect("one"), addresses[1]]]);
    let blocked = "127.78.202.0/24".parse::<Networks>().expect("a network");
    let (connector, notes) = watched(trusting().lookup(lookup).block_list(blocked));
    let socket = connector.connect(Target::tls("localhost").port(echo.port())).await.expect("a socket");
    let told = notes.take();
    assert_eq!(
        told[1..8],
        [
            "lookup of localhost",
            "lookup of localhost: Ok(1)",
            "lookup of localhost: also 127.78.201.2",
            "attempt 0 at 127.78.201.1",
            "attempt 1 at 127.78.201.2",
            "attempt 1 won",
            "attempt 0 given up",
        ]
    );
    assert_eq!(told[8], "2 is 127.78.202.1 for ERR_IP_BLOCKED");
    let blocked: Vec<_> = socket.attempts().iter().map(tredici::Attempt::is_blocked).collect();
    assert_eq!(blocked, [false, false, true]);
}

/// Answers with one part after another.
struct InParts(Vec<Vec<IpAddr>>);

impl Lookup for InParts {
    fn lookup(&self, _query: LookupQuery) -> Answers<'_> {
        Answers::stream(futures_util::stream::iter(self.0.iter().cloned().map(|part| Ok(part.into()))))
    }
}

#[tokio::test]
async fn a_rotation_is_told_to_who_watches_the_connector() {
    let (connector, notes) = watched(trusting());
    let more = Notes::default();
    connector.observe(more.clone()).reload().expect("the same");
    assert_eq!(notes.take(), ["rotated"]);
    assert_eq!(more.take(), ["rotated"]);
    connector.rotate(replacements().ca("no certificate")).expect_err("no authority");
    let told = notes.take();
    assert!(told[0].starts_with("rotation failed: options.ca holds no certificate in PEM form"), "{told:?}");
    assert!(more.take().is_empty(), "only what was done by this connector");
}

/// Which connector's, which descriptor, and whose certificate.
type Noted = (u64, Option<i32>, Option<String>);

#[derive(Debug, Default, Clone)]
struct Whose(Arc<Mutex<Vec<Noted>>>);

impl Whose {
    fn note(&self, connector: u64, fd: Option<i32>, peer: Option<String>) {
        self.0.lock().expect("notes").push((connector, fd, peer));
    }
}

impl Observer for Whose {
    fn connected(&self, connection: &events::Connection<'_>, event: &events::Connected<'_>) {
        let fd = event.fd.map(|fd| fd.as_raw_fd());
        self.note(connection.connector, fd, event.peer_certificate.map(PeerCertificate::fingerprint256));
    }

    fn rotated(&self, event: &events::Rotated) {
        self.note(event.connector, None, None);
    }

    fn rotation_failed(&self, event: &events::RotationFailed<'_>) {
        self.note(event.connector, None, None);
    }
}

#[tokio::test]
async fn whose_connection_it_is_and_which_socket() {
    let echo = Echo::tls().await;
    let plain = Echo::with(tredici::ListenOptions::new()).await;
    let whose = Whose::default();
    let [one, other] =
        [(); 2].map(|()| Connector::new(trusting().observer(whose.clone())).expect("a connector"));
    assert_ne!(one.id(), other.id());
    let derived = one.check(|_| Ok(())).observe(Notes::default());
    let mut expected = Vec::new();
    for connector in [&one, &other, &one.clone(), &derived] {
        for to in [target(echo.port()), Target::tcp("127.0.0.1").port(plain.port())] {
            let socket = connector.connect(to).await.expect("a socket");
            let peer = socket.peer_certificate().map(PeerCertificate::fingerprint256);
            expected.push((connector.id(), socket.fd().map(|fd| fd.as_raw_fd()), peer));
        }
        connector.reload().expect("the same again");
        connector.rotate(replacements().port(1)).expect_err("a port is not replaced");
        expected.extend([(connector.id(), None, None), (connector.id(), None, None)]);
    }
    assert_eq!(*whose.0.lock().expect("notes"), expected);
    let ids: Vec<_> = expected.iter().step_by(4).map(|(id, ..)| *id).collect();
    assert_eq!(ids, [one.id(), other.id(), one.id(), one.id()]);
}
