//! Over a stream that keeps what is written until it is flushed.

use tokio::{
    io::{AsyncRead, AsyncWrite, BufStream, copy_bidirectional, duplex},
    net::TcpStream,
};
use tredici::{Connector, TlsVersion};
use tredici_test::{Trickle, within};

use super::super::ends::{Echo, accept, connector, exchange, listen, localhost, port, target, trusting};

/// A handshake over this stream, and an exchange.
async fn finishes(stream: impl AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static, version: TlsVersion) {
    let connector = Connector::new(trusting().max_version(version)).expect("a connector");
    let connecting = connector.connect(target(1).over(stream));
    let mut client = within("a handshake", connecting).await.expect("a connection");
    exchange(&mut client).await;
}

#[tokio::test]
async fn a_handshake_over_a_buffered_stream_finishes() {
    let server = Echo::tls().await;
    for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let tcp = TcpStream::connect(("127.0.0.1", server.port())).await.expect("a connection");
        finishes(BufStream::new(tcp), version).await;

        let (near, mut far) = duplex(64);
        let mut tcp = TcpStream::connect(("127.0.0.1", server.port())).await.expect("a connection");
        let pump = tokio::spawn(async move { copy_bidirectional(&mut far, &mut tcp).await });
        finishes(BufStream::new(near), version).await;
        pump.abort();
    }
}

/// The outer connection encrypts what it is given at once, and its own stream takes it a little at a time: the rest goes
/// out only where the inner one has it sent.
#[tokio::test]
async fn tls_in_tls_over_a_stream_that_is_slow_to_take_it() {
    let inner = Echo::tls().await;
    let outer = listen(localhost()).await;
    let outer_port = port(&outer);
    let inner_port = inner.port();
    let tunnel = tokio::spawn(async move {
        let mut from = accept(&outer).await.expect("a client");
        let mut to = TcpStream::connect(("127.0.0.1", inner_port)).await.expect("a connection");
        // It ends with the client, one way or the other.
        let _ended = copy_bidirectional(&mut from, &mut to).await;
    });
    let tcp = TcpStream::connect(("127.0.0.1", outer_port)).await.expect("a connection");
    let slow = Trickle::new(tcp, 100);
    let connector = connector();
    let outside = within("the outer handshake", connector.connect(target(1).over(slow))).await;
    let within_it = connector.connect(target(2).over(outside.expect("a connection")));
    let mut client = within("the inner handshake", within_it).await.expect("a connection");
    assert!(client.authorized());
    exchange(&mut client).await;
    drop(client);
    within("the tunnel to end", tunnel).await.expect("the tunnel");
}
