//! nginx, over a Unix socket.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Connector, Socket, Target, TlsVersion};
use tredici_test::{NginxServer, Pki, within};

use super::{
    super::ends::{client_options, trusting},
    cases,
};

/// The answer to a request for this path, without its head.
async fn get(socket: &mut Socket, path: &str) -> Vec<u8> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.expect("writes");
    let mut answer = Vec::new();
    within("an answer", socket.read_to_end(&mut answer)).await.expect("a clean end");
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer[..head]));
    answer.split_off(head + 4)
}

#[tokio::test]
async fn as_a_server() {
    if !NginxServer::is_available() {
        return;
    }
    for (pki, version) in cases() {
        let server = NginxServer::with(pki.localhost()).request_certificate(&pki.root().pem()).start().await;
        let target = || Target::https("localhost").socket_path(server.path());
        let options = client_options().ca(pki.root().pem()).min_version(version).max_version(version);
        let options = options.cert(pki.client().chain_pem()).key(pki.client().key_pem());
        let connector = Connector::new(options).expect("a connector");
        for resumed in [false, true] {
            let mut socket = connector.connect(target()).await.expect("a connection");
            assert_eq!((socket.is_session_reused(), socket.alpn_protocol()), (resumed, Some("http/1.1")));
            let view: Value = serde_json::from_slice(&get(&mut socket, "/").await).expect("JSON");
            for (field, want) in [
                ("protocol", json!(version.as_str())),
                ("cipher", json!(socket.cipher().expect("one").name)),
                ("reused", json!(if resumed { "r" } else { "." })),
                ("alpn", json!("http/1.1")),
                ("servername", json!("localhost")),
                ("verify", json!("SUCCESS")),
                ("client", json!("CN=Test Client")),
            ] {
                assert_eq!(view[field], want, "{field} in {version}");
            }
        }
        let mut socket = connector.connect(target()).await.expect("a connection");
        let received = get(&mut socket, "/x").await;
        assert_eq!(received.len(), NginxServer::LARGE);
        assert!(received.iter().all(|&byte| byte == b'x'));
    }
}

#[tokio::test]
async fn which_prefers_http_2() {
    if !NginxServer::is_available() {
        return;
    }
    let server = NginxServer::with(Pki::shared().localhost()).http2().start().await;
    let target = || Target::https("localhost").socket_path(server.path());
    for (options, protocol) in [(trusting(), "h2"), (trusting().allow_h2(false), "http/1.1")] {
        let socket = Connector::new(options).expect("a connector").connect(target()).await;
        assert_eq!(socket.expect("a connection").alpn_protocol(), Some(protocol));
    }
}

#[tokio::test]
async fn that_is_not_trusted_and_hears_why() {
    if !NginxServer::is_available() {
        return;
    }
    let mut server = NginxServer::with(Pki::shared().localhost()).start().await;
    let stranger = tredici_test::Authority::new("Stranger");
    for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let options = client_options().ca(stranger.pem()).max_version(version);
        let target = Target::https("localhost").socket_path(server.path());
        Connector::new(options).expect("a connector").connect(target).await.expect_err("an unknown root");
        server.complains_of("SSL alert number 48").await;
    }
}
