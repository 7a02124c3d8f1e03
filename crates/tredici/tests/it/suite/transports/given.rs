//! TLS over a stream that the caller already has: undici's `httpSocket`.

use std::net::SocketAddr;

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional, duplex},
    net::TcpStream,
    task::JoinHandle,
};
use tredici::{Connector, Listener, Socket, Target, TlsVersion};
use tredici_test::{Trickle, unix_pair, within};

use super::super::ends::{
    accept, client_options, connector, listen, localhost, pair, port, target, trusting,
};
use super::traffic::exchange_much;

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// Passes on what comes to a listener, and back, until both have ended.
fn bridge(
    mut stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    listener: &Listener,
) -> JoinHandle<()> {
    let port = port(listener);
    tokio::spawn(async move {
        let mut onward = TcpStream::connect(("127.0.0.1", port)).await.expect("the listener is there");
        // One of the two may be gone when the test is over.
        let _ended = copy_bidirectional(&mut stream, &mut onward).await;
    })
}

async fn tcp(listener: &Listener) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port(listener))).await.expect("the listener is there")
}

fn speaking(version: TlsVersion) -> Connector {
    Connector::new(trusting().max_version(version)).expect("a connector")
}

fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Target {
    Target::tls("localhost").over(stream)
}

fn assert_given(socket: &Socket) {
    assert!(socket.authorized());
    assert!(socket.attempts().is_empty(), "nothing was dialled");
    assert_eq!((socket.timings().lookup, socket.timings().connect), (None, None));
    assert!(socket.timings().secure_connect.is_some());
}

/// The addresses of this socket, its own and the peer's.
fn addresses(socket: &Socket) -> (Option<SocketAddr>, Option<SocketAddr>) {
    (socket.local_address(), socket.remote_address())
}

#[tokio::test]
async fn a_connected_tcp_stream() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let stream = tcp(&listener).await;
        let ends = (stream.local_addr().ok(), stream.peer_addr().ok());
        let (client, server) = pair(&speaking(version), &listener, over(stream)).await;
        assert_given(&client);
        assert_eq!(addresses(&client), ends);
        exchange_much(client, server, 5 << 20).await;
    }
}

/// As undici does, who sets both through the stream that it is given.
#[tokio::test]
async fn a_given_tcp_stream_has_the_terms_of_the_connector() {
    let listener = listen(localhost()).await;
    let options = trusting().type_of_service(0x48).send_buffer_size(64 * 1024);
    let connector = Connector::new(options).expect("a connector");
    let (client, _server) = pair(&connector, &listener, over(tcp(&listener).await)).await;
    let descriptor = client.fd().expect("that of the stream");
    let socket = SockRef::from(&descriptor);
    assert!(socket.tcp_nodelay().expect("TCP") && socket.keepalive().expect("TCP"));
    assert_eq!(socket.tos_v4().expect("IPv4"), 0x48);
    assert!(socket.send_buffer_size().expect("a size") >= 64 * 1024);
    assert!(client.attempts().is_empty(), "nothing was dialled");
}

#[tokio::test]
async fn a_given_unix_stream_has_the_buffers_of_the_connector() {
    const SMALL: usize = 16 * 1024;
    let listener = listen(localhost()).await;
    let (near, far) = unix_pair();
    let _bridge = bridge(far, &listener);
    assert!(
        SockRef::from(&near).send_buffer_size().expect("a size") > 2 * SMALL,
        "they are larger by themselves"
    );
    let options = trusting().send_buffer_size(SMALL as u32).receive_buffer_size(SMALL as u32);
    let connector = Connector::new(options).expect("a connector");
    let (client, _server) = pair(&connector, &listener, over(near)).await;
    let descriptor = client.fd().expect("that of the stream");
    let socket = SockRef::from(&descriptor);
    // Linux doubles what it is told.
    assert!(socket.send_buffer_size().expect("a size") <= 2 * SMALL);
    assert!(socket.recv_buffer_size().expect("a size") <= 2 * SMALL);
}

#[tokio::test]
async fn a_unix_stream() {
    let listener = listen(localhost()).await;
    let (near, far) = unix_pair();
    let _bridge = bridge(far, &listener);
    let (client, server) = pair(&connector(), &listener, over(near)).await;
    assert_given(&client);
    assert_eq!(addresses(&client), (None, None));
    exchange_much(client, server, 2 << 20).await;
}

#[tokio::test]
async fn a_pipe_in_memory_that_is_narrower_than_any_message() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        for width in [1, 100, 1 << 16] {
            let (near, far) = duplex(width);
            let _bridge = bridge(far, &listener);
            let (client, server) = pair(&speaking(version), &listener, over(near)).await;
            assert_given(&client);
            let amount = if width == 1 { 100_000 } else { 2 << 20 };
            exchange_much(client, server, amount).await;
        }
    }
}

#[tokio::test]
async fn a_trickle() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        for (portion, amount) in [(1, 200_000), (1_000, 3 << 20)] {
            let stream = Trickle::new(tcp(&listener).await, portion);
            let (client, server) = pair(&speaking(version), &listener, over(stream)).await;
            assert_given(&client);
            exchange_much(client, server, amount).await;
        }
    }
}

/// A TLS connection whose far end is passed on to `inner`, which speaks TLS once more.
async fn tunnel(outer: &Listener, inner: &Listener) -> Socket {
    let (near, far) = pair(&connector(), outer, target(port(outer))).await;
    bridge(far, inner);
    near
}

#[tokio::test]
async fn tls_in_tls() {
    let (outer, inner) = (listen(localhost()).await, listen(localhost()).await);
    for version in VERSIONS {
        let near = tunnel(&outer, &inner).await;
        let ends = addresses(&near);
        assert_eq!(ends.1, outer.local_address());
        let (client, server) = pair(&speaking(version), &inner, over(near)).await;
        assert_given(&client);
        assert_eq!(addresses(&client), ends);
        exchange_much(client, server, 3 << 20).await;
    }
}

#[tokio::test]
async fn tls_in_tls_in_tls() {
    let (outer, middle, inner) =
        (listen(localhost()).await, listen(localhost()).await, listen(localhost()).await);
    let near = tunnel(&outer, &middle).await;
    let (near, far) = pair(&connector(), &middle, over(near)).await;
    bridge(far, &inner);
    let (client, server) = pair(&connector(), &inner, over(near)).await;
    assert_eq!(client.remote_address(), outer.local_address());
    exchange_much(client, server, 1 << 20).await;
}

#[tokio::test]
async fn what_was_said_before_tls_is_no_part_of_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let inner = listen(localhost()).await;
    let inner_port = port(&inner);
    // As with STARTTLS: a line each way, then TLS on the same connection.
    let upgrading = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("a connection");
        let mut line = [0; 9];
        client.read_exact(&mut line).await.expect("a line");
        client.write_all(b"220 ready\n").await.expect("writes");
        let mut onward = TcpStream::connect(("127.0.0.1", inner_port)).await.expect("the listener is there");
        let _ended = copy_bidirectional(&mut client, &mut onward).await;
        line
    });
    let plain = Connector::new(client_options()).expect("a connector");
    let mut stream = plain.connect(format!("tcp://{address}")).await.expect("a connection");
    stream.write_all(b"STARTTLS\n").await.expect("writes");
    let mut answer = [0; 10];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"220 ready\n");
    let both = async { tokio::join!(async { connector().connect(over(stream)).await }, accept(&inner)) };
    let (client, server) = within("both ends", both).await;
    exchange_much(client.expect("the client's end"), server.expect("the server's end"), 100_000).await;
    assert_eq!(&upgrading.await.expect("no panic"), b"STARTTLS\n");
}
