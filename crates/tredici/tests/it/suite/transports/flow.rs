//! Ending one way, data that comes early, and writers who are faster than their readers.

use std::{future::poll_fn, io::IoSlice, pin::Pin, task::Poll, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tredici::{Connector, ListenOptions, Socket, Target, TlsVersion};
use tredici_test::{Counting, EarlyTicketServer, NodeServer, Pki, Trickle, within};

use super::super::ends::{accept, connector, listen, localhost, pair, port, target, trusting};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];
/// What a TLS connection encrypts ahead of the transport, and what its records add to that.
const AHEAD: u64 = 64 * 1024 + 1024;

fn speaking(version: TlsVersion) -> Connector {
    Connector::new(trusting().max_version(version)).expect("a connector")
}

async fn plain_pair() -> (Socket, Socket) {
    let listener = listen(ListenOptions::new()).await;
    pair(&connector(), &listener, Target::tcp("127.0.0.1").port(port(&listener))).await
}

async fn tls_pair(version: TlsVersion) -> (Socket, Socket) {
    let listener = listen(localhost()).await;
    pair(&speaking(version), &listener, target(port(&listener))).await
}

async fn read_all(socket: &mut Socket) -> Vec<u8> {
    let mut all = Vec::new();
    within("the end of the stream", socket.read_to_end(&mut all)).await.expect("a clean end");
    all
}

#[tokio::test]
async fn who_has_ended_still_reads() {
    let pairs = [plain_pair().await, tls_pair(VERSIONS[0]).await, tls_pair(VERSIONS[1]).await];
    for (mut first, mut second) in pairs {
        first.write_all(b"question").await.expect("writes");
        first.shutdown().await.expect("ends");
        assert!(first.write_all(b"more").await.is_err(), "nothing is written after the end");
        assert_eq!(read_all(&mut second).await, b"question");
        second.write_all(&[b'x'; 100_000]).await.expect("writes");
        second.shutdown().await.expect("ends");
        assert_eq!(read_all(&mut first).await.len(), 100_000);
        assert_eq!(read_all(&mut first).await, b"", "the end stays the end");
    }
}

#[tokio::test]
async fn whose_peer_has_ended_still_writes() {
    let pairs = [plain_pair().await, tls_pair(VERSIONS[0]).await, tls_pair(VERSIONS[1]).await];
    for (mut client, mut server) in pairs {
        server.write_all(b"goodbye").await.expect("writes");
        server.shutdown().await.expect("ends");
        assert_eq!(read_all(&mut client).await, b"goodbye");
        client.write_all(&[b'x'; 100_000]).await.expect("writes");
        client.shutdown().await.expect("ends");
        assert_eq!(read_all(&mut server).await.len(), 100_000);
    }
}

#[tokio::test]
async fn nodes_server_hears_the_end_and_answers() {
    if !NodeServer::is_available() {
        return;
    }
    for version in VERSIONS {
        let server = NodeServer::with(Pki::shared().localhost()).start().await;
        let mut socket = speaking(version).connect(target(server.port())).await.expect("a connection");
        let much = vec![b'x'; 300_000];
        socket.write_all(&much).await.expect("writes");
        socket.shutdown().await.expect("ends");
        assert_eq!(read_all(&mut socket).await, much, "{version}");
    }
}

#[tokio::test]
async fn data_that_comes_together_with_finished() {
    let server = EarlyTicketServer::start(Pki::shared().localhost(), 3, "hello").await;
    for tickets_first in [false, true] {
        let connector = connector();
        let mut socket = connector.connect(target(server.port())).await.expect("a connection");
        if tickets_first {
            let kept = socket.wait_for_sessions(Duration::from_secs(10)).await.expect("sessions");
            assert_eq!(kept, 3, "they stand before the data, which is left alone");
        }
        let mut greeting = [0; 5];
        within("a greeting", socket.read_exact(&mut greeting)).await.expect("reads");
        assert_eq!(&greeting, b"hello");
        assert_eq!(connector.cached_sessions(target(server.port())).expect("a target"), 3);
    }
}

#[tokio::test]
async fn a_server_that_speaks_first() {
    for version in VERSIONS {
        let listener = listen(localhost()).await;
        let serving = async {
            let mut server = accept(&listener).await.expect("a connection");
            server.write_all(&[b'x'; 200_000]).await.expect("writes");
            server.shutdown().await.expect("ends");
            server
        };
        let connector = speaking(version);
        let asking = async {
            let mut client = connector.connect(target(port(&listener))).await.expect("a connection");
            read_all(&mut client).await.len()
        };
        assert_eq!(within("all that was said", async { tokio::join!(asking, serving).0 }).await, 200_000);
    }
}

/// One call of `poll_write_vectored`; `None` where it is pending.
async fn write_once(socket: &mut Socket, slices: &[IoSlice<'_>]) -> Option<usize> {
    poll_fn(|cx| match Pin::new(&mut *socket).poll_write_vectored(cx, slices) {
        Poll::Ready(result) => Poll::Ready(Some(result.expect("writes"))),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test]
async fn several_slices_are_one_write() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let (stream, counter) =
            Counting::new(TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("connects"));
        let over = Target::tls("localhost").over(stream);
        let (mut client, mut server) = pair(&speaking(version), &listener, over).await;
        assert!(client.is_write_vectored());
        counter.take();
        let slices = [&b"one"[..], b"", b"two", b"three"].map(IoSlice::new);
        assert_eq!(write_once(&mut client, &slices).await, Some(11));
        assert_eq!((counter.take().writes, client.bytes_written()), (1, 11));

        let large = vec![b'x'; 40_000];
        let slices = [&large[..], &large, &large].map(IoSlice::new);
        let written = write_once(&mut client, &slices).await.expect("the transport is free");
        assert_eq!(written, 64 * 1024, "so much is encrypted at a time");
        assert_eq!(write_once(&mut client, &[]).await, Some(0));
        client.shutdown().await.expect("ends");
        let received = read_all(&mut server).await;
        assert_eq!(received.len(), 11 + 64 * 1024);
        assert_eq!(&received[..11], b"onetwothree");
    }
}

#[tokio::test]
async fn flush_waits_until_all_has_gone() {
    let listener = listen(localhost()).await;
    let stream = TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("connects");
    let (stream, counter) = Counting::new(stream);
    let over = Target::tls("localhost").over(Trickle::new(stream, 500));
    let (mut client, mut server) = pair(&connector(), &listener, over).await;
    counter.take();
    let piece = vec![b'x'; 50_000];
    assert_eq!(write_once(&mut client, &[IoSlice::new(&piece)]).await, Some(50_000));
    assert!(counter.counts().bytes_written < 50_000, "it is accepted, and not yet gone");
    client.flush().await.expect("flushes");
    assert!(counter.counts().bytes_written > 50_000, "encrypted, and all of it");
    assert!(counter.counts().flushes > 0, "the stream underneath is flushed too");
    let mut received = vec![0; 50_000];
    within("what was flushed", server.read_exact(&mut received)).await.expect("reads");
}

#[tokio::test]
async fn who_writes_faster_than_the_peer_reads_waits() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let stream = TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("connects");
        let (stream, counter) = Counting::new(stream);
        let over = Target::tls("localhost").over(stream);
        let (mut client, mut server) = pair(&speaking(version), &listener, over).await;
        counter.take();
        let piece = vec![b'x'; 1 << 20];
        let accept_all = async {
            while write_once(&mut client, &[IoSlice::new(&piece)]).await.is_some() {
                // The transport may be about to become writable again.
                tokio::task::yield_now().await;
            }
        };
        within("a full transport", accept_all).await;
        let (accepted, gone) = (client.bytes_written(), counter.counts().bytes_written);
        assert!(accepted <= gone + AHEAD, "{accepted} bytes were accepted where {gone} went out");
        assert_eq!(write_once(&mut client, &[IoSlice::new(&piece)]).await, None, "pending again");
        assert_eq!(client.bytes_written(), accepted, "and nothing was accepted");

        let (ended, received) = within("all of it, once it is read", async {
            tokio::join!(client.shutdown(), read_all(&mut server))
        })
        .await;
        ended.expect("ends");
        assert_eq!(received.len() as u64, accepted);
    }
}

#[tokio::test]
async fn small_writes_that_find_no_room_go_out_together() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let stream = TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("connects");
        let (stream, counter) = Counting::new(stream);
        let over = Target::tls("localhost").over(stream);
        let (mut client, mut server) = pair(&speaking(version), &listener, over).await;
        counter.take();
        let piece = [b'x'; 1000];
        let mut accepted = 0;
        let accept_all = async {
            while write_once(&mut client, &[IoSlice::new(&piece)]).await.is_some() {
                accepted += 1000;
                tokio::task::yield_now().await;
            }
        };
        within("a full transport", accept_all).await;
        counter.take();

        let (flushed, received) = within("all of it, once it is read", async {
            let mut received = vec![0; accepted];
            tokio::join!(client.flush(), async move { server.read_exact(&mut received).await })
        })
        .await;
        flushed.expect("flushes");
        received.expect("reads");
        let rest = counter.take();
        assert!(rest.bytes_written > 32 * 1024 && rest.writes < 8, "{rest:?}");
    }
}

#[tokio::test]
async fn a_plain_writer_waits_too() {
    let (mut client, mut server) = plain_pair().await;
    let piece = vec![b'x'; 1 << 20];
    let accept_all = async {
        while write_once(&mut client, &[IoSlice::new(&piece), IoSlice::new(&piece)]).await.is_some() {
            tokio::task::yield_now().await;
        }
    };
    within("a full transport", accept_all).await;
    let accepted = client.bytes_written();
    let (ended, received) = within("all of it, once it is read", async {
        tokio::join!(client.shutdown(), read_all(&mut server))
    })
    .await;
    ended.expect("ends");
    assert_eq!(received.len() as u64, accepted);
}
