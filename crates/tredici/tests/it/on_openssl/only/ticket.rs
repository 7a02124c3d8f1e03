//! The ticket of the session in use.

use tredici::TlsVersion;

use super::{
    VERSIONS,
    ends::{Echo, exchange, listen, localhost, pair, port, target},
    newest,
};

#[tokio::test]
async fn the_ticket_is_told_once_it_has_come() {
    let server = Echo::tls().await;
    let mut socket = newest(TlsVersion::Tls1_2).connect(target(server.port())).await.expect("a connection");
    assert!(socket.ticket().expect("it tells").is_some_and(|ticket| ticket.len() > 100));
    exchange(&mut socket).await;

    let mut socket = newest(TlsVersion::Tls1_3).connect(target(server.port())).await.expect("a connection");
    assert_eq!(socket.ticket().expect("it tells"), None, "it comes after the handshake");
    exchange(&mut socket).await;
    assert!(socket.ticket().expect("it tells").is_some_and(|ticket| ticket.len() > 100));
}

#[tokio::test]
async fn a_server_tells_no_ticket() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let (_client, server) = pair(&newest(version), &listener, target(port(&listener))).await;
        assert_eq!(server.ticket().expect("it tells"), None);
    }
}
