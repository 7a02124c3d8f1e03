//! Waits that end.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, time::Instant};
use tredici::ErrorKind;
use tredici_test::within;

use super::super::ends::{accept, connector, listen, localhost, pair, port, target};
use super::gate::{Gated, Writing};

#[tokio::test]
async fn a_close_does_not_wait_for_ever_for_a_peer_that_takes_nothing() {
    let listener = listen(localhost()).await;
    let (stream, gate) = Gated::to(port(&listener)).await;
    let connector = connector();
    let (client, server) = tokio::join!(connector.connect(target(1).over(stream)), accept(&listener));
    let (mut client, _server) = (client.expect("a connection"), server.expect("a connection"));
    gate.write(Writing::Stuck);
    client.write_all(b"unsent").await.expect("taken");
    // From here on only the clock can end it.
    tokio::time::pause();
    let begun = Instant::now();
    let error = within("the close", client.close()).await.expect_err("it was not taken");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Timeout, "ETIMEDOUT"));
    assert_eq!(error.phase().as_str(), "transfer");
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn a_wait_for_sessions_may_be_as_long_as_it_likes() {
    let listener = listen(localhost()).await;
    let (mut client, _server) = pair(&connector(), &listener, target(port(&listener))).await;
    let kept =
        within("the sessions", client.wait_for_sessions(Duration::MAX)).await.expect("nothing is wrong");
    assert_eq!(kept, 2);
}
