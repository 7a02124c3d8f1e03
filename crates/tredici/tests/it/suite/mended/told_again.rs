//! How a connection has ended is told to everybody who asks, not only to the first.

use std::time::Duration;

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::TcpStream,
};
use tredici::{ReadyState, Socket};
use tredici_test::{Pki, within};

use super::super::ends::{accept, connector, listen, localhost, pair, port, target};
use super::ours;

async fn is_told_again(mut client: Socket, code: &str, phase: &str) {
    assert_eq!(client.ready_state(), ReadyState::Open);
    for _ in 0..3 {
        let read = within("the end", client.read_u8()).await.expect_err("it has ended");
        assert_eq!((ours(&read).code(), ours(&read).phase().as_str()), (code, phase));
        assert_eq!(client.ready_state(), ReadyState::WriteOnly);
    }
    let write = client.write(b"more").await.expect_err("it has ended");
    assert_eq!(ours(&write).code(), code);
    assert_eq!(client.ready_state(), ReadyState::Closed);
}

#[tokio::test]
async fn that_it_was_cut_off() {
    let listener = listen(localhost()).await;
    let (client, server) = pair(&connector(), &listener, target(port(&listener))).await;
    drop(server);
    is_told_again(client, "ERR_TLS_TRUNCATED", "transfer").await;
}

#[tokio::test]
async fn that_the_peer_has_sent_an_alert() {
    let asking = localhost().ca(Pki::shared().root().pem()).request_cert(true);
    let listener = listen(asking).await;
    let connector = connector();
    // In TLS 1.3 the client is done before the server finds out that a certificate is missing.
    let (client, refused) = tokio::join!(connector.connect(target(port(&listener))), accept(&listener));
    refused.expect_err("no certificate");
    is_told_again(
        client.expect("a connection"),
        "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "secureConnect",
    )
    .await;
}

/// The system tells it once, and a broken pipe from then on: it is not to be lost where nobody could be told.
#[tokio::test]
async fn why_it_broke_is_told_to_whoever_sends_next() {
    let listener = listen(localhost()).await;
    for write_first in [true, false] {
        let (mut client, server) = pair(&connector(), &listener, target(port(&listener))).await;
        let linger = SockRef::from(&server.fd().expect("TCP")).set_linger(Some(Duration::ZERO));
        linger.expect("the close is to be a reset");
        drop(server);
        let twin = client.fd().expect("TCP").try_clone_to_owned().expect("the same socket");
        let twin = TcpStream::from_std(twin.into()).expect("another way to watch it");
        within("the reset", twin.ready(Interest::ERROR)).await.expect("an event");

        let sent = match write_first {
            true => {
                client.write_all(b"taken").await.expect("whether or not it can be sent");
                client.flush().await
            }
            false => client.shutdown().await,
        };
        let error = sent.expect_err("it was reset");
        assert_eq!(ours(&error).code(), "ECONNRESET", "written first: {write_first}");
    }
}

#[tokio::test]
async fn a_server_has_its_own_words_for_a_client_that_went_away() {
    let listener = listen(localhost()).await;
    let gone = TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("a connection");
    drop(gone);
    let error = within("the handshake to fail", accept(&listener)).await.expect_err("nobody is there");
    assert_eq!((error.code(), error.message()), ("ECONNRESET", "socket hang up"));
    assert!(error.hint().is_some_and(|hint| hint.contains("client")), "{error}");
}
