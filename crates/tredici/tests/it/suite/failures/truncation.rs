//! A stream that was cut off is told from one that ended.

use std::{io, time::Duration};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Connector, Error, ErrorKind, ListenOptions, Socket, Target, TlsVersion};
use tredici_test::{Behaviour, Cut, NodeServer, Pki, Relay, within};

use super::super::ends::{self, client_options, target};
use super::{VERSIONS, reads_well, server::Server, speaking};

/// A connection through a relay to an echo that has echoed.
async fn through_relay(server: &Server, version: TlsVersion) -> (Socket, Relay) {
    let relay = Relay::to(server.port()).await;
    let connector = Connector::new(speaking(version)).unwrap();
    let mut socket = connector.connect(target(relay.port())).await.unwrap();
    socket.write_all(b"hello").await.unwrap();
    socket.read_exact(&mut [0; 5]).await.unwrap();
    (socket, relay)
}

async fn read(socket: &mut Socket) -> io::Result<usize> {
    within("a read to end", socket.read(&mut [0; 16])).await
}

fn ours(error: &io::Error) -> &Error {
    error.get_ref().and_then(|error| error.downcast_ref()).expect("one of ours")
}

fn is_truncation(error: &io::Error) {
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    let error = ours(error);
    reads_well(error);
    assert_eq!((error.code(), error.kind()), ("ERR_TLS_TRUNCATED", ErrorKind::Truncated));
    assert_eq!(error.phase().as_str(), "transfer");
    assert!(error.target().is_some(), "the place is known");
    assert!(error.hint().expect("what to do").contains("cut off"), "{error}");
}

#[tokio::test]
async fn an_end_without_goodbye_is_an_error() {
    let server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let (mut socket, relay) = through_relay(&server, version).await;
        relay.cut(Cut::Fin);
        is_truncation(&read(&mut socket).await.expect_err("cut off"));
        for _ in 0..3 {
            read(&mut socket).await.expect_err("it stays an error");
        }
        let mut rest = Vec::new();
        let end = within("an end", socket.read_to_end(&mut rest)).await;
        assert!(end.is_err() && rest.is_empty());
        // Its own goodbye may or may not go out.
        let _closed = within("the socket to close", socket.close()).await;
    }
}

#[tokio::test]
async fn a_reset_is_an_error() {
    let server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let (mut socket, relay) = through_relay(&server, version).await;
        relay.cut(Cut::Reset);
        let error = read(&mut socket).await.expect_err("reset");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}");
        for _ in 0..3 {
            read(&mut socket).await.expect_err("it stays an error");
        }
    }
}

/// Between any two bytes, in the middle of records too.
#[tokio::test]
async fn a_stream_that_is_cut_anywhere() {
    let server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        for after in [4_000, 20_000, 33_333, 50_000] {
            let relay = Relay::cutting(server.port(), after, Cut::Fin).await;
            let connector = Connector::new(speaking(version)).unwrap();
            let socket = connector.connect(target(relay.port())).await.unwrap();
            let (mut reader, mut writer) = tokio::io::split(socket);
            let writing = tokio::spawn(async move {
                let _cut_off = writer.write_all(&[b'x'; 200_000]).await;
                writer
            });
            let mut received = Vec::new();
            let error = within("the end", reader.read_to_end(&mut received)).await.expect_err("cut off");
            is_truncation(&error);
            assert!(
                received.len() < after && received.iter().all(|byte| *byte == b'x'),
                "{}",
                received.len()
            );
            drop(within("the writer", writing).await);
        }
    }
}

#[tokio::test]
async fn a_goodbye_is_an_end() {
    let server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let (mut socket, relay) = through_relay(&server, version).await;
        socket.write_all(b"last words").await.unwrap();
        socket.shutdown().await.unwrap();
        let mut rest = Vec::new();
        within("the end", socket.read_to_end(&mut rest)).await.expect("a clean end");
        assert_eq!(rest, b"last words");
        // What becomes of the connection afterwards changes nothing.
        relay.cut(Cut::Reset);
        for _ in 0..3 {
            assert_eq!(read(&mut socket).await.expect("it stays an end"), 0);
        }
    }
}

/// Another TLS implementation that ends with and without a goodbye.
#[tokio::test]
async fn node_ends_and_cuts_off() {
    if !NodeServer::is_available() {
        return;
    }
    for (behaviour, is_clean) in
        [(Behaviour::End("all of it".into()), true), (Behaviour::Truncate("all of it".into()), false)]
    {
        let server = NodeServer::with(Pki::shared().localhost()).then(behaviour).start().await;
        for version in VERSIONS {
            let connector = Connector::new(speaking(version)).unwrap();
            let mut socket = connector.connect(target(server.port())).await.unwrap();
            let mut received = Vec::new();
            let end = within("the end", socket.read_to_end(&mut received)).await;
            assert_eq!(received, b"all of it");
            match end {
                Ok(_) => assert!(is_clean),
                Err(error) => {
                    assert!(!is_clean);
                    is_truncation(&error);
                }
            }
        }
    }
}

/// Without TLS nobody says goodbye.
#[tokio::test]
async fn a_plain_stream_just_ends() {
    let server = Server::with(ListenOptions::new()).await;
    let relay = Relay::to(server.port()).await;
    let connector = Connector::new(client_options()).unwrap();
    let mut socket = connector.connect(Target::tcp("127.0.0.1").port(relay.port())).await.unwrap();
    socket.write_all(b"hello").await.unwrap();
    socket.read_exact(&mut [0; 5]).await.unwrap();
    assert_eq!(socket.wait_for_sessions(Duration::from_secs(1)).await.unwrap(), 0);
    relay.cut(Cut::Fin);
    for _ in 0..3 {
        assert_eq!(read(&mut socket).await.expect("a clean end"), 0);
    }
}
