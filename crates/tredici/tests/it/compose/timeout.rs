//! A time limit for any connector, on a clock that stands until everybody waits.

use std::{future::pending, net::IpAddr, sync::Arc, time::Duration};

use tokio::time::Instant;
use tredici::{
    Connect, ConnectExt, ConnectOptions, Connector, Error, ErrorKind, FixedLookup, Socket, Target,
};
use tredici_test::{Fault, RefusedPort, ScriptedServer, UnansweredPort};

use super::{Greeter, connector, heard};

const LIMIT: Duration = Duration::from_millis(1234);

#[tokio::test(start_paused = true)]
async fn ends_what_does_not_end_and_drops_it() {
    let held = Arc::new(());
    let holding = Arc::clone(&held);
    let never = move |_: Target| {
        let held = Arc::clone(&holding);
        async move {
            let _held = held;
            pending::<Result<Socket, Error>>().await
        }
    };
    let start = Instant::now();
    let limited = never.timeout(LIMIT);
    let error = limited.connect(Target::https("db.test")).await.expect_err("never");
    assert!((LIMIT..=LIMIT + Duration::from_millis(1)).contains(&start.elapsed()));
    assert_eq!(error.timings().total, start.elapsed());
    assert_eq!((error.code(), error.name()), ("UND_ERR_CONNECT_TIMEOUT", "ConnectTimeoutError"));
    assert_eq!((error.kind(), error.phase().as_str()), (ErrorKind::Timeout, "connect"));
    let said = "Connect Timeout Error (attempted address: db.test, timeout: 1234ms) after 1234ms [UND_ERR_CONNECT_TIMEOUT] (https://db.test); ";
    assert!(error.to_string().starts_with(said), "{error}");
    assert!(error.retryable());
    assert_eq!(Arc::strong_count(&held), 2, "the test's own and the closure's");
}

#[tokio::test]
async fn lets_others_pass_and_zero_is_no_limit() {
    let greeter = Greeter::tcp("hi").await;
    for limit in [Duration::from_secs(60), Duration::ZERO, Duration::MAX] {
        let socket = connector().timeout(limit).connect(greeter.target()).await.expect("a connection");
        assert_eq!(heard(socket).await, "hi");
    }
}

/// What a connector of ours has done until then is told as its own option tells it.
#[tokio::test]
async fn a_connector_that_is_cut_off_tells_what_it_tried_and_for_how_long() {
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let target = || Target::tls("localhost").port(silent.port());
    let names = FixedLookup::new().with("localhost", ["127.0.0.1".parse().expect("an address")]);
    let connector = Connector::new(ConnectOptions::new().lookup(names)).expect("a connector");
    let limit = Duration::from_millis(300);
    let error = connector.clone().timeout(limit).connect(target()).await.expect_err("silence");

    let place = format!("127.0.0.1:{}", silent.port());
    let said =
        format!("Connect Timeout Error (attempted address: {place}, timeout: 300ms) during secureConnect");
    assert!(error.message().starts_with(&said), "{error}");
    assert_eq!(
        error.hint(),
        Some(
            "the connection stands, but the peer does not finish the TLS handshake; .timeout(...) allows more time"
        )
    );
    let [attempt] = error.attempts() else { panic!("{:?}", error.attempts()) };
    assert_eq!((attempt.address().to_string(), attempt.error().is_none()), (place, true));
    let timings = error.timings();
    assert!(timings.lookup.is_some() && timings.connect.is_some(), "{timings:?}");
    let handshake = timings.secure_connect.expect("it was begun");
    assert!(handshake > limit / 2 && handshake <= timings.total, "{timings:?}");

    // One that was cut off leaves nothing to the next.
    let none = |_: Target| pending::<Result<Socket, Error>>();
    let both = connector.timeout(limit).or(none).when(|_| true).timeout(limit * 2);
    let error = both.connect(target()).await.expect_err("silence");
    assert_eq!(error.attempts().len(), 1, "of the first way: {:?}", error.attempts());
    assert_eq!(error.timings().secure_connect, None, "nothing is known of the second");
}

/// The one that refused has answered.
#[tokio::test(start_paused = true)]
async fn it_tells_who_was_silent_and_who_was_not() {
    let addresses = [1, 2].map(|last| IpAddr::from([127, 79, 1, last]));
    let silent = UnansweredPort::at(addresses[1]).await;
    let port = silent.port();
    let names = FixedLookup::new().with("db.test", addresses);
    let connector = Connector::new(ConnectOptions::new().lookup(names)).expect("a connector");
    let target = Target::tcp("db.test").port(port);
    let error = connector.timeout(LIMIT).connect(target).await.expect_err("silence");
    let said = format!(
        "Connect Timeout Error (attempted addresses: 127.79.1.1:{port}, 127.79.1.2:{port}, timeout: 1234ms) \
         during connect after "
    );
    assert!(error.message().starts_with(&said), "{error}");
    assert!(error.message().ends_with(&format!("ms (127.79.1.1:{port} ECONNREFUSED)")), "{error}");
    let hint = format!(
        "nobody answers at 127.79.1.2:{port}; check address and firewall; .timeout(...) allows more time"
    );
    assert_eq!(error.hint(), Some(&*hint));
}

/// Both ways of an `or` are told of, on one clock.
#[tokio::test]
async fn a_second_way_that_is_cut_off_has_the_first_before_it() {
    let (silent, nobody) = (ScriptedServer::tcp(Fault::Silent).await, RefusedPort::new());
    let to = |port: u16| connector().map_target(move |_| Ok(Target::tls("127.0.0.1").port(port)));
    let ways = to(nobody.port()).or(to(silent.port())).timeout(Duration::from_millis(300));
    let error = ways.connect(Target::tls("db.test").port(1)).await.expect_err("silence");
    let ports: Vec<_> = error.attempts().iter().map(|attempt| attempt.address().port()).collect();
    assert_eq!(ports, [Some(nobody.port()), Some(silent.port())]);
    let [first, second] = error.attempts() else { unreachable!("two") };
    assert!(second.start() >= first.start() + first.elapsed(), "{:?}", error.attempts());
}
