//! A signal that gives up.

use std::{
    future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tredici::{ConnectOptions, Connector, Error, ErrorKind, ListenOptions, Target};
use tredici_test::{Fault, ScriptedServer, UnansweredPort};

use super::ends::{Echo, client_options, exchange, target, trusting};

const MOMENT: Duration = Duration::from_millis(123);

/// Gives the signal after a moment, while the clock stands.
async fn aborted(options: ConnectOptions, target: Target) -> Error {
    let signal = CancellationToken::new();
    let connector = Connector::new(options).expect("a connector");
    let start = Instant::now();
    let (outcome, ()) = tokio::join!(connector.connect(target.signal(signal.clone())), async {
        sleep(MOMENT).await;
        signal.cancel();
    });
    let error = outcome.expect_err("it was given up");
    assert!(start.elapsed() <= MOMENT + Duration::from_millis(1), "at once");
    assert_eq!((error.code(), error.name(), error.kind()), ("ABORT_ERR", "AbortError", ErrorKind::Aborted));
    assert!(!error.retryable() && error.target().is_some());
    assert!(error.timings().total >= MOMENT);
    error
}

#[tokio::test(start_paused = true)]
async fn during_the_lookup() {
    let never = |_name: String| future::pending();
    let error = aborted(client_options().lookup(never), Target::tcp("db.test").port(5)).await;
    assert_eq!(error.phase().as_str(), "lookup");
    let words = "The operation was aborted during lookup after 123ms (attempted address: db.test:5)";
    assert_eq!(error.message(), words);
    assert!(error.to_string().contains("[ABORT_ERR]"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn during_the_attempts() {
    let nobody = UnansweredPort::new().await;
    let error = aborted(client_options(), Target::tcp("127.0.0.1").port(nobody.port())).await;
    assert_eq!(error.phase().as_str(), "connect");
    let [attempt] = error.attempts() else { panic!("one") };
    assert_eq!(attempt.error().expect("cut off").code(), "ECANCELED");
}

#[tokio::test(start_paused = true)]
async fn during_the_handshake() {
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let error = aborted(trusting(), target(silent.port())).await;
    assert_eq!(error.phase().as_str(), "secureConnect");
    assert!(error.attempts()[0].error().is_none());
}

#[tokio::test]
async fn before_it_begins() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let lookup = move |_name: String| {
        count.fetch_add(1, Ordering::SeqCst);
        future::pending()
    };
    let connector = Connector::new(client_options().lookup(lookup)).expect("a connector");
    let signal = CancellationToken::new();
    signal.cancel();
    let target = Target::tcp("db.test").port(5).signal(signal);
    let again = target.try_clone().expect("it is dialled");
    let error = connector.connect(target).await.expect_err("it was given up");
    assert_eq!((error.code(), error.phase().as_str()), ("ABORT_ERR", "options"));
    assert_eq!(error.message(), "The operation was aborted before it began");
    assert!(connector.connect(again).await.is_err(), "the signal goes with the target");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert!(error.attempts().is_empty());
}

/// It is for connecting alone.
#[tokio::test]
async fn after_the_connection_is_made() {
    let echo = Echo::with(ListenOptions::new()).await;
    let connector = Connector::new(client_options()).expect("a connector");
    let signal = CancellationToken::new();
    let target = Target::tcp("127.0.0.1").port(echo.port()).signal(signal.clone());
    let mut socket = connector.connect(target).await.expect("a connection");
    signal.cancel();
    exchange(&mut socket).await;
}
