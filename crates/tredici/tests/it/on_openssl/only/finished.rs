//! The `Finished` messages of the handshake.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::TlsVersion;
use tredici_test::{NodeServer, Pki};

use super::{
    VERSIONS,
    ends::{exchange, listen, localhost, pair, port, target},
    newest,
};

fn bytes(base64: &Value) -> Vec<u8> {
    STANDARD.decode(base64.as_str().expect("bytes")).expect("base64")
}

#[tokio::test]
async fn nodes_server_has_seen_and_sent_the_same() {
    if !NodeServer::is_available() {
        return;
    }
    let mut server = NodeServer::with(Pki::shared().localhost()).start().await;
    for (version, length) in [(TlsVersion::Tls1_2, 12), (TlsVersion::Tls1_3, 48)] {
        let connector = newest(version);
        for resumed in [false, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            assert_eq!(socket.is_session_reused(), resumed);
            let view = server.connection().await;
            let finished = socket.finished().expect("it tells").expect("it was sent");
            assert_eq!((&finished, finished.len()), (&bytes(&view["peerFinished"]), length));
            let finished = socket.peer_finished().expect("it tells").expect("it has come");
            assert_eq!((&finished, finished.len()), (&bytes(&view["finished"]), length));
        }
    }
}

#[tokio::test]
async fn both_our_ends_agree() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let connector = newest(version);
        for resumed in [false, true] {
            let (mut client, mut server) = pair(&connector, &listener, target(port(&listener))).await;
            assert_eq!(client.is_session_reused(), resumed);
            assert!(client.finished().expect("it tells").is_some());
            assert_eq!(client.finished().expect("it tells"), server.peer_finished().expect("it tells"));
            assert_eq!(client.peer_finished().expect("it tells"), server.finished().expect("it tells"));
            // The tickets of TLS 1.3 come along.
            server.write_all(b"x").await.expect("writes");
            client.read_exact(&mut [0]).await.expect("reads");
        }
    }
}
