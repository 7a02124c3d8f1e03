//! Bun, on BoringSSL.

use tredici_test::BunServer;

use super::{
    super::ends::{exchange, target},
    assert_agreed, cases, client, echo_much,
};

#[tokio::test]
async fn as_a_server() {
    if !BunServer::is_available() {
        return;
    }
    for (pki, version) in cases() {
        let server = BunServer::with(pki.localhost()).alpn(&["b"]).request_certificate(&pki.root().pem());
        let mut server = server.start().await;
        let connector = client(pki, version);
        for resumed in [false, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            let view = server.event("handshake").await;
            assert_agreed(&socket, &view, version, resumed);
            assert_eq!(view["peer"]["CN"], "Test Client");
            assert_eq!(view["servername"], "localhost");
            echo_much(socket).await;
        }
    }
}
