//! The way of a connection from end to end, between our own two ends.

use std::{net::SocketAddr, time::Duration};

use tredici::{ListenOptions, Target};

use super::ends::{Echo, connector, exchange};

#[tokio::test]
async fn plain_tcp() {
    let server = Echo::with(ListenOptions::new()).await;
    let address = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let mut socket = connector().connect(format!("tcp://{address}")).await.expect("socket");
    exchange(&mut socket).await;
    assert!(!socket.encrypted());
    assert_eq!(socket.remote_address(), Some(address));
    assert_eq!((socket.bytes_read(), socket.bytes_written()), (5, 5));
}

#[tokio::test]
async fn tls_verified_then_resumed() {
    let server = Echo::tls().await;
    let connector = connector();
    let mut fingerprints = Vec::new();
    for resumed in [false, true, true] {
        let target = Target::https("127.0.0.1").port(server.port()).servername("localhost");
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
}
