//! What never ends is ended, at the very moment that was asked for, and the error names the phase.

use std::{
    future::pending,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use tredici::{
    Connect, ConnectExt, ConnectOptions, Connector, Error, ErrorKind, FixedLookup, ListenOptions, Listener,
    LookupError, Socket, Target,
};
use tredici_test::{Fault, ScriptedServer, UnansweredPort};

use super::super::ends::{self, trusting};
use super::{code_and_phase, connecting::two_addresses, reads_well, refusal};

const LIMIT: Duration = Duration::from_millis(1234);

fn limited() -> ConnectOptions {
    trusting().timeout(LIMIT)
}

/// Connects while the clock stands, and looks at when it ended: after `limit`, to the millisecond that is the
/// resolution of tokio's timers.
async fn times_out(options: ConnectOptions, target: Target, limit: Duration) -> Error {
    let start = Instant::now();
    let error = refusal(options, target).await;
    let elapsed = start.elapsed();
    assert!(elapsed >= limit && elapsed <= limit + Duration::from_millis(1), "{elapsed:?} for {limit:?}");
    assert_eq!(error.timings().total, elapsed);
    assert_eq!((error.code(), error.name()), ("UND_ERR_CONNECT_TIMEOUT", "ConnectTimeoutError"));
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.retryable() && error.hint().is_some());
    error
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_the_handshake() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let target = || Target::https("127.0.0.1").port(server.port());
    let error = times_out(limited(), target(), LIMIT).await;
    assert_eq!(error.phase().as_str(), "secureConnect");
    let undicis =
        format!("Connect Timeout Error (attempted address: 127.0.0.1:{}, timeout: 1234ms)", server.port());
    assert!(error.message().starts_with(&undicis), "{error}");
    let [attempt] = error.attempts() else { panic!("one attempt: {:?}", error.attempts()) };
    assert!(attempt.error().is_none(), "the byte stream stood");
    assert_eq!(error.timings().secure_connect, Some(error.timings().total - attempt.elapsed()));
    times_out(trusting(), target(), Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_unix_socket() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("silent");
    let _server = ScriptedServer::unix(&path, Fault::Silent);
    let error = times_out(limited(), Target::https("localhost").socket_path(&path), LIMIT).await;
    assert_eq!(error.phase().as_str(), "secureConnect");
    assert!(error.message().contains(path.to_str().unwrap()), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_of_the_callers() {
    let (ours, _theirs) = tokio::io::duplex(64 * 1024);
    let error = times_out(limited(), Target::https("db.test").over(ours), LIMIT).await;
    assert_eq!(error.phase().as_str(), "secureConnect");
    assert!(error.message().contains("attempted address: db.test:443, timeout: 1234ms"), "{error}");
    assert!(error.attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_never_answers() {
    let never = |_name: String| pending();
    let error = times_out(limited().lookup(never), Target::https("db.test").port(8443), LIMIT).await;
    assert_eq!(error.phase().as_str(), "lookup");
    assert!(error.message().contains("(attempted address: db.test:8443, timeout: 1234ms)"), "{error}");
    assert_eq!(error.timings().lookup, Some(error.timings().total));
    assert!(error.attempts().is_empty() && error.timings().connect.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_port_that_never_answers() {
    let nobody = UnansweredPort::new().await;
    let port = nobody.port();
    let error = times_out(limited(), Target::tcp("127.0.0.1").port(port), LIMIT).await;
    assert_eq!(error.phase().as_str(), "connect");
    assert!(error.message().contains(&format!("(attempted address: 127.0.0.1:{port}, ")), "{error}");
    let [attempt] = error.attempts() else { panic!("one attempt: {:?}", error.attempts()) };
    assert_eq!(attempt.error().expect("cut off").code(), "ETIMEDOUT");
    assert_eq!(attempt.elapsed(), error.timings().total);
    assert!(
        error.message().ends_with("ms") && error.hint().expect("a hint").starts_with("nobody answers there")
    );
}

#[tokio::test(start_paused = true)]
async fn every_address_that_was_tried_is_named() {
    let addresses = two_addresses(3);
    let silent = UnansweredPort::at(addresses[1]).await;
    let port = silent.port();
    let lookup = FixedLookup::new().with("db.test", addresses);
    let error = times_out(limited().lookup(lookup), Target::tcp("db.test").port(port), LIMIT).await;
    let named = format!("(attempted addresses: 127.77.3.1:{port}, 127.77.3.2:{port}, timeout: 1234ms)");
    assert!(error.message().contains(&named), "{error}");
    let codes: Vec<_> = error.attempts().iter().map(|attempt| attempt.error().unwrap().code()).collect();
    assert_eq!(codes, ["ECONNREFUSED", "ETIMEDOUT"]);
    assert!(error.message().ends_with(&format!("ms (127.77.3.1:{port} ECONNREFUSED)")), "{error}");
    assert!(error.hint().expect("a hint").starts_with("nobody answers at 127.77.3.2:"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn one_deadline_for_all_phases() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let slow = |_name: String| async {
        sleep(Duration::from_millis(1000)).await;
        Ok(vec!["127.0.0.1".parse().unwrap()])
    };
    let error = times_out(limited().lookup(slow), Target::https("db.test").port(server.port()), LIMIT).await;
    assert_eq!(error.phase().as_str(), "secureConnect");
    assert!(error.timings().lookup >= Some(Duration::from_secs(1)), "{:?}", error.timings());
}

#[tokio::test(start_paused = true)]
async fn zero_is_no_limit() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let connector = Connector::new(trusting().timeout(Duration::ZERO)).unwrap();
    let connecting = connector.connect(Target::https("127.0.0.1").port(server.port()));
    let a_year = Duration::from_secs(365 * 24 * 60 * 60);
    assert!(timeout(a_year, connecting).await.is_err(), "it waits on");
}

/// An error that comes at the same moment as the deadline is the better answer.
#[tokio::test(start_paused = true)]
async fn an_error_wins_over_the_deadline() {
    let late = |_name: String| async {
        sleep(LIMIT).await;
        Err(LookupError::not_found("db.test"))
    };
    let error = refusal(limited().lookup(late), Target::https("db.test")).await;
    assert_eq!(code_and_phase(&error), ("ENOTFOUND", "lookup"));
}

/// A limit for a part of the way names itself, and ends that part to the millisecond.
#[tokio::test(start_paused = true)]
async fn each_part_has_a_limit_of_its_own() {
    let never = |_name: String| pending();
    let options = trusting().lookup(never).lookup_timeout(LIMIT);
    let error = times_out(options, Target::https("db.test").port(8443), LIMIT).await;
    assert_eq!(error.phase().as_str(), "lookup");
    let words =
        "Connect Timeout Error (attempted address: db.test:8443, lookupTimeout: 1234ms) during lookup";
    assert!(error.message().starts_with(words), "{error}");

    let nobody = UnansweredPort::new().await;
    let port = nobody.port();
    let target = || Target::tcp("127.0.0.1").port(port);
    let error = times_out(trusting().dial_timeout(LIMIT), target(), LIMIT).await;
    assert_eq!(error.phase().as_str(), "connect");
    let words =
        format!("(attempted address: 127.0.0.1:{port}, dialTimeout: 1234ms) during connect after 123");
    assert!(error.message().contains(&words), "{error}");
    assert_eq!(error.attempts()[0].error().expect("cut off").code(), "ETIMEDOUT");
    assert!(error.hint().expect("a hint").contains("dialTimeout allows more"), "{error}");
    let error = times_out(trusting().attempt_timeout(LIMIT), target(), LIMIT).await;
    assert_eq!(error.phase().as_str(), "connect");
    assert!(error.message().contains("attemptTimeout: 1234ms"), "{error}");

    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let options = trusting().handshake_timeout(LIMIT);
    let error = times_out(options, Target::https("127.0.0.1").port(silent.port()), LIMIT).await;
    assert_eq!(error.phase().as_str(), "secureConnect");
    assert!(error.message().contains("handshakeTimeout: 1234ms) during secureConnect"), "{error}");
    assert!(error.attempts()[0].error().is_none(), "the byte stream stood");
    assert!(error.timings().secure_connect >= Some(LIMIT));
}

/// A part's limit begins with the part.
#[tokio::test(start_paused = true)]
async fn a_limit_counts_from_where_its_part_begins() {
    let nobody = UnansweredPort::new().await;
    let slow = |_name: String| async {
        sleep(Duration::from_millis(1000)).await;
        Ok(vec!["127.0.0.1".parse().unwrap()])
    };
    let limit = Duration::from_millis(300);
    let options = trusting().lookup(slow).lookup_timeout(LIMIT).dial_timeout(limit);
    let target = Target::tcp("db.test").port(nobody.port());
    let error = refusal(options, target).await;
    assert_eq!(code_and_phase(&error), ("UND_ERR_CONNECT_TIMEOUT", "connect"));
    let connect = error.timings().connect.expect("it was dialled").as_millis();
    assert!((300..=301).contains(&connect), "{:?}", error.timings());
}

/// The sooner of two limits counts, and says so.
#[tokio::test(start_paused = true)]
async fn the_whole_limit_holds_beside_the_others() {
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let target = || Target::https("127.0.0.1").port(silent.port());
    let options = limited().handshake_timeout(2 * LIMIT).dial_timeout(LIMIT).lookup_timeout(LIMIT);
    let error = times_out(options, target(), LIMIT).await;
    assert!(error.message().contains(", timeout: 1234ms) during secureConnect"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn zero_is_no_limit_for_a_part() {
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let none = Duration::ZERO;
    let options = limited().handshake_timeout(none).dial_timeout(none).lookup_timeout(none);
    let target = Target::https("127.0.0.1").port(silent.port());
    let error = times_out(options.attempt_timeout(none), target, LIMIT).await;
    assert!(error.message().contains(", timeout: 1234ms)"), "{error}");
}

/// An error that comes at the same moment as a part's deadline is the better answer, too.
#[tokio::test(start_paused = true)]
async fn an_error_wins_over_the_limit_of_its_part() {
    let late = |_name: String| async {
        sleep(LIMIT).await;
        Err(LookupError::not_found("db.test"))
    };
    let options = trusting().lookup(late).lookup_timeout(LIMIT);
    let error = refusal(options, Target::https("db.test")).await;
    assert_eq!(code_and_phase(&error), ("ENOTFOUND", "lookup"));
}

/// Node's `handshakeTimeout` for a server.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_begins_its_handshake() {
    never_begins(ends::localhost(), 120_000).await;
    never_begins(ends::localhost().handshake_timeout(Duration::ZERO), 120_000).await;
    never_begins(ends::localhost().handshake_timeout(LIMIT), 1234).await;
}

async fn never_begins(options: ListenOptions, limit: u128) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), options).await.unwrap();
    let silent = tokio::net::TcpSocket::new_v4().unwrap();
    let silent = silent.connect(listener.local_address().unwrap()).await.unwrap();
    let start = Instant::now();
    let error = listener.accept().await.unwrap().secure().await.expect_err("no handshake");
    reads_well(&error);
    assert_eq!(code_and_phase(&error), ("ERR_TLS_HANDSHAKE_TIMEOUT", "secureConnect"));
    let elapsed = start.elapsed().as_millis();
    assert!((limit..=limit + 1).contains(&elapsed), "{elapsed}");
    assert!(error.message().contains(&format!("handshakeTimeout: {limit}ms")), "{error}");
    drop(silent);
}

/// A limit from outside knows how far it was, and no second way leads past a server that has answered.
#[tokio::test(start_paused = true)]
async fn a_limit_from_outside_names_the_phase_and_there_is_no_way_past_who_has_answered() {
    let (silent, dead) = (ScriptedServer::tcp(Fault::Silent).await, UnansweredPort::new().await);
    let (tls, plain) = (ends::Echo::tls().await, ends::Echo::with(ListenOptions::new()).await);
    let lookup = |_: String| pending::<Result<Vec<IpAddr>, LookupError>>();
    let connector =
        || Connector::new(trusting().timeout(Duration::ZERO).lookup(lookup)).expect("a connector");
    let (elsewhere, port) = (connector(), dead.port());
    let asking = connector().check_async(move |_| {
        let elsewhere = elsewhere.clone();
        Box::pin(async move { elsewhere.connect(Target::tcp("127.0.0.1").port(port)).await.map(drop) })
    });
    let stuck = |_: Socket| pending::<Result<Socket, Error>>();
    let (at, plain) = (ends::target, Target::tcp("127.0.0.1").port(plain.port()));
    let unlimited = || connector().boxed();
    for (connector, target, phase, has_a_second_way) in [
        (unlimited(), Target::tls("slow.test").port(1), "lookup", true),
        (unlimited(), at(dead.port()), "connect", true),
        (unlimited(), at(silent.port()), "secureConnect", false),
        (connector().check_async(|_| Box::pin(pending())).boxed(), at(tls.port()), "check", false),
        (asking.boxed(), at(tls.port()), "check", false),
        (connector().and_then(stuck).boxed(), at(tls.port()), "transfer", false),
        (connector().and_then(stuck).boxed(), plain, "transfer", false),
    ] {
        let limited = connector.timeout(LIMIT);
        let error = limited.connect(target.try_clone().expect("one more")).await.expect_err("it is stuck");
        assert_eq!((error.code(), error.phase().as_str()), ("UND_ERR_CONNECT_TIMEOUT", phase), "{error}");
        let elapsed = error.timings().total;
        assert!(elapsed >= LIMIT && elapsed <= LIMIT + Duration::from_millis(1), "{elapsed:?}");
        let words = format!(", timeout: 1234ms) during {phase} after {}ms", elapsed.as_millis());
        assert!(error.message().ends_with(&words) && error.hint().is_some(), "{error}");

        let asked = Arc::new(AtomicUsize::new(0));
        let second = {
            let asked = asked.clone();
            move |_: Target| {
                asked.fetch_add(1, Ordering::Relaxed);
                async { Err::<Socket, _>(Error::check("nor here")) }
            }
        };
        limited.or(second).connect(target).await.expect_err("it is stuck");
        assert_eq!(asked.load(Ordering::Relaxed), usize::from(has_a_second_way), "{phase}");
    }
}
