//! The way of a connection from end to end, between our own two ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{ConnectOptions, Connector, ListenOptions, Listener, Target};
use tredici_test::Pki;

async fn listener(options: ListenOptions) -> Listener {
    Listener::bind("127.0.0.1:0".parse().expect("address"), options).await.expect("listener")
}

/// Accepts connections one after another and sends back what comes.
fn echo(listener: Listener) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        while let Ok(incoming) = listener.accept().await {
            let Ok(socket) = incoming.secure().await else { continue };
            let (mut reader, mut writer) = tokio::io::split(socket);
            let _ended = tokio::io::copy(&mut reader, &mut writer).await;
            let _ended = writer.shutdown().await;
        }
    })
}

async fn exchange(socket: &mut tredici::Socket) {
    socket.write_all(b"hello").await.expect("write");
    let mut answer = [0; 5];
    socket.read_exact(&mut answer).await.expect("read");
    assert_eq!(&answer, b"hello");
}

#[tokio::test]
async fn plain_tcp() {
    let listener = listener(ListenOptions::new()).await;
    let address = listener.local_address().expect("address");
    let server = echo(listener);
    let connector = Connector::new(ConnectOptions::new()).expect("connector");
    let mut socket = connector.connect(format!("tcp://{address}")).await.expect("socket");
    exchange(&mut socket).await;
    assert!(!socket.encrypted());
    assert_eq!(socket.remote_address(), Some(address));
    assert_eq!((socket.bytes_read(), socket.bytes_written()), (5, 5));
    server.abort();
}

#[tokio::test]
async fn tls_verified_then_resumed() {
    let pki = Pki::shared();
    let localhost = pki.localhost();
    let listener = listener(ListenOptions::new().cert(localhost.chain_pem()).key(localhost.key_pem())).await;
    let port = listener.local_address().expect("address").port();
    let server = echo(listener);
    let connector = Connector::new(ConnectOptions::new().ca(pki.root().pem())).expect("connector");
    let mut fingerprints = Vec::new();
    for resumed in [false, true, true] {
        let target = Target::https("127.0.0.1").port(port).servername("localhost");
        let mut socket = connector.connect(target).await.expect("socket");
        exchange(&mut socket).await;
        assert!(socket.authorized());
        assert_eq!(socket.is_session_reused(), resumed);
        assert_eq!(socket.tls_version(), Some("TLSv1.3"));
        fingerprints.push(socket.peer_certificate().expect("certificate").fingerprint256());
        socket.wait_for_sessions(Duration::from_millis(100)).await.expect("sessions");
        socket.close().await.expect("close");
    }
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 1);
    server.abort();
}
