//! A second way.

use std::{
    future::pending,
    io,
    net::IpAddr,
    os::fd::BorrowedFd,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::io::duplex;
use tokio_util::sync::CancellationToken;
use tredici::{
    Connect, ConnectExt, ConnectOptions, Connector, Error, ErrorKind, FixedLookup, LookupError,
    RemoteAddress, Socket, Target,
};
use tredici_test::RefusedPort;

use super::{Greeter, connector, heard};

/// Goes to this port, whatever is asked for.
fn to(port: u16) -> impl Connect {
    connector().map_target(move |_| Ok(Target::tcp("127.0.0.1").port(port)))
}

/// Fails with this error, and counts how often it was asked.
fn failing(error: fn() -> Error) -> (impl Connect, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let connector = move |_: Target| {
        count.fetch_add(1, Ordering::Relaxed);
        async move { Err::<Socket, _>(error()) }
    };
    (connector, asked)
}

fn ports(attempts: &[tredici::Attempt]) -> Vec<(u16, bool)> {
    let told =
        |attempt: &tredici::Attempt| (attempt.address().port().expect("TCP"), attempt.error().is_none());
    attempts.iter().map(told).collect()
}

#[tokio::test]
async fn is_taken_where_nobody_is_reached() {
    let (greeter, nobody) = (Greeter::tcp("second").await, RefusedPort::new());
    let socket =
        to(nobody.port()).or(to(greeter.port())).connect(greeter.target()).await.expect("a connection");
    assert_eq!(ports(socket.attempts()), [(nobody.port(), false), (greeter.port(), true)]);
    assert!(socket.timings().total >= socket.timings().connect.expect("it was dialled"));
    assert_eq!(heard(socket).await, "second");

    let unknown = Connector::new(ConnectOptions::new().lookup(FixedLookup::new())).expect("a connector");
    let found = unknown.or(to(greeter.port())).connect(Target::tcp("db.test").port(1)).await;
    assert_eq!(heard(found.expect("a connection")).await, "second");
}

#[tokio::test]
async fn is_left_alone_where_the_first_one_goes() {
    let greeter = Greeter::tcp("first").await;
    let (second, asked) = failing(|| Error::check("not to be asked"));
    let socket = connector().or(second).connect(greeter.target()).await.expect("a connection");
    assert_eq!((heard(socket).await.as_str(), asked.load(Ordering::Relaxed)), ("first", 0));
}

#[tokio::test]
async fn where_both_fail_both_are_told() {
    let (one, other) = (RefusedPort::new(), RefusedPort::new());
    let asked_for = Target::tcp("db.test").port(5432);
    let error = to(one.port()).or(to(other.port())).connect(asked_for).await.expect_err("nobody");
    assert_eq!(ports(error.attempts()), [(one.port(), false), (other.port(), false)]);
    let refused = |port: u16| format!("connect ECONNREFUSED 127.0.0.1:{port}");
    let place = |port: u16| format!("tcp://127.0.0.1:{port}");
    let [first, second] = [&one, &other].map(RefusedPort::port);
    let told = format!("{}; before that ({}): {}", refused(second), place(first), refused(first));
    assert_eq!(error.message(), told);
    assert_eq!(error.target().expect("the second way's").to_string(), place(second));
    assert_eq!((error.code(), error.name()), ("ECONNREFUSED", "AggregateError"));
    let earlier = error.earlier().expect("the first way");
    assert_eq!((earlier.message(), earlier.earlier().is_none()), (refused(first).as_str(), true));
    assert_eq!(earlier.target().expect("its own").to_string(), place(first));
    assert!(error.timings().total >= earlier.timings().total);
}

/// The first way takes its time, and what the second tried began after that.
#[tokio::test]
async fn the_attempts_of_both_are_on_one_clock() {
    let (greeter, nobody) = (Greeter::tcp("second").await, RefusedPort::new());
    let slow = Duration::from_millis(50);
    let never = |_name: String| pending::<Result<Vec<IpAddr>, LookupError>>();
    let options = ConnectOptions::new().lookup(never).lookup_timeout(slow);
    let first = || Connector::new(options.clone()).expect("a connector");
    let asked_for = || Target::tcp("db.test").port(1);

    let socket = first().or(to(greeter.port())).connect(asked_for()).await.expect("a connection");
    let [attempt] = socket.attempts() else { panic!("{:?}", socket.attempts()) };
    assert!(attempt.start() >= slow, "{attempt:?}");
    assert!(attempt.start() + attempt.elapsed() <= socket.timings().total, "{attempt:?}");

    let error = first().or(to(nobody.port())).connect(asked_for()).await.expect_err("nobody");
    let [attempt] = error.attempts() else { panic!("{:?}", error.attempts()) };
    assert!(attempt.start() >= slow, "{attempt:?}");
    assert!(attempt.start() + attempt.elapsed() <= error.timings().total, "{attempt:?}");
}

#[tokio::test]
async fn three_ways() {
    let nobody = [RefusedPort::new(), RefusedPort::new(), RefusedPort::new()];
    let [a, b, c] = [nobody[0].port(), nobody[1].port(), nobody[2].port()];
    for error in [
        to(a).or(to(b)).or(to(c)).connect(Target::tcp("x").port(1)).await,
        to(a).or(to(b).or(to(c))).connect(Target::tcp("x").port(1)).await,
    ] {
        assert_eq!(ports(error.expect_err("nobody").attempts()), [(a, false), (b, false), (c, false)]);
    }
}

#[tokio::test]
async fn whoever_answered_and_was_refused_has_no_second_way_unless_it_is_said() {
    let greeter = Greeter::tcp("second").await;
    let (first, _) = failing(|| Error::check("not to be trusted"));
    let error = first.or(connector()).connect(greeter.target()).await.expect_err("refused");
    assert_eq!((error.phase().as_str(), error.earlier().is_none()), ("check", true));

    let (first, _) = failing(|| Error::check("not to be trusted"));
    let insistent = first.or(connector()).when(|error| error.kind() == ErrorKind::Check);
    assert_eq!(heard(insistent.connect(greeter.target()).await.expect("a connection")).await, "second");

    let nobody = RefusedPort::new();
    let (second, asked) = failing(|| Error::check("not to be asked"));
    let never = to(nobody.port()).or(second).when(|_| false);
    assert_eq!(never.connect(greeter.target()).await.expect_err("refused").code(), "ECONNREFUSED");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

/// The filter of addresses is no obstacle to go around.
#[tokio::test]
async fn an_address_that_may_not_be_connected_to_has_no_second_way() {
    let greeter = Greeter::tcp("hi").await;
    let options = ConnectOptions::new().block_list("127.0.0.0/8".parse().expect("a network"));
    let filtered = Connector::new(options).expect("a connector");
    let error = filtered.or(connector()).connect(greeter.target()).await.expect_err("blocked");
    assert_eq!((error.code(), error.earlier().is_none()), ("ERR_IP_BLOCKED", true));
}

/// Nor is the caller's own hook, or what the options ask and the system refuses.
#[tokio::test]
async fn what_the_terms_forbid_has_no_second_way() {
    let greeter = Greeter::tcp("hi").await;
    let refuse = |_: BorrowedFd<'_>, _: &RemoteAddress| Err(io::ErrorKind::ConnectionRefused.into());
    // Of the range that is kept for documentation: no machine has it.
    let elsewhere = "192.0.2.1".parse().expect("an address");
    for (options, code) in [
        (ConnectOptions::new().configure_socket(refuse), "ECONNREFUSED"),
        (ConnectOptions::new().local_address(elsewhere), "EADDRNOTAVAIL"),
    ] {
        let bound = || Connector::new(options.clone()).expect("a connector");
        let error = bound().or(connector()).connect(greeter.target()).await.expect_err("not on these terms");
        assert_eq!((error.code(), error.earlier().is_none()), (code, true));
        let insistent = bound().or(connector()).when(|error| error.kind() == ErrorKind::System);
        assert_eq!(heard(insistent.connect(greeter.target()).await.expect("a connection")).await, "hi");
    }
}

/// One address that may not be tried does not stand for another, where nobody is.
#[tokio::test]
async fn an_address_that_was_tried_in_vain_has_a_second_way_beside_one_that_may_not_be() {
    let (greeter, nobody) = (Greeter::tcp("second").await, RefusedPort::new());
    let lookup =
        FixedLookup::new().with("db.test", ["127.0.0.2", "127.0.0.1"].map(|one| one.parse().expect(one)));
    let refuse = |_: BorrowedFd<'_>, at: &RemoteAddress| match at.address().as_str() {
        "127.0.0.2" => Err(io::ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    };
    let options = ConnectOptions::new().lookup(lookup).configure_socket(refuse);
    let first = Connector::new(options).expect("a connector");
    let asked_for = Target::tcp("db.test").port(nobody.port());
    let socket = first.or(to(greeter.port())).connect(asked_for).await.expect("a second way");
    assert_eq!(heard(socket).await, "second");
}

#[tokio::test]
async fn a_signal_ends_both_ways() {
    let (greeter, nobody) = (Greeter::tcp("hi").await, RefusedPort::new());
    let signal = CancellationToken::new();
    let giving_up = signal.clone();
    let port = nobody.port();
    let refused = connector();
    let first = move |target: Target| {
        giving_up.cancel();
        // Without a signal of its own: it goes on until it is refused.
        let there = Target::from(target.destination().clone()).port(port);
        let refused = refused.clone();
        async move { refused.connect(there).await }
    };
    let error = first.or(connector()).connect(greeter.target().signal(signal)).await.expect_err("given up");
    assert_eq!(error.code(), "ABORT_ERR");
    assert_eq!(error.earlier().map(Error::code), Some("ECONNREFUSED"));

    let given = CancellationToken::new();
    given.cancel();
    let (second, asked) = failing(|| Error::check("not to be asked"));
    let error = connector().or(second).connect(greeter.target().signal(given)).await.expect_err("given up");
    assert_eq!((error.code(), asked.load(Ordering::Relaxed)), ("ABORT_ERR", 0));
}

/// The check of a first way is no reason to go a second, even where it ran into what looks like one.
#[tokio::test]
async fn a_check_that_cannot_connect_elsewhere_has_refused() {
    let (greeter, nobody) = (Greeter::tcp("hi").await, RefusedPort::new());
    let (elsewhere, port) = (connector(), nobody.port());
    let asking = connector().check_async(move |_| {
        let elsewhere = elsewhere.clone();
        Box::pin(async move { elsewhere.connect(Target::tcp("127.0.0.1").port(port)).await.map(drop) })
    });
    let error = asking.or(connector()).connect(greeter.target()).await.expect_err("refused");
    assert_eq!((error.code(), error.phase().as_str()), ("ECONNREFUSED", "check"));
    assert_eq!(ports(error.attempts()), [(greeter.port(), true)], "its own");
}

#[tokio::test]
async fn a_stream_of_the_callers_is_there_once() {
    let (ours, _theirs) = duplex(64);
    let (first, _) = failing(|| Error::check("no").with_hint("none"));
    let (second, asked) = failing(|| Error::check("not to be asked"));
    let error = first.or(second).when(|_| true).connect(Target::tls("x").over(ours)).await;
    assert_eq!(error.expect_err("no").message(), "no");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}
