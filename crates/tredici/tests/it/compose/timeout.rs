//! A time limit for any connector, on a clock that stands until everybody waits.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::time::Instant;
use tredici::{Connect, ConnectExt, Error, ErrorKind, Socket, Target};

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
    let said = "Connect Timeout Error (attempted address: https://db.test, timeout: 1234ms) after 1234ms [UND_ERR_CONNECT_TIMEOUT]; ";
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
