//! Node, on OpenSSL.

use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, copy, split};
use tredici_test::{NodeServer, node_oracle};

use super::{
    super::ends::{accept, exchange, listen, port, target},
    MUCH, assert_agreed, assert_known, cases, client, echo_much, listeners, server,
};

#[tokio::test]
async fn as_a_server() {
    if !NodeServer::is_available() {
        return;
    }
    for (pki, version) in cases() {
        let server = NodeServer::with(pki.localhost()).option("ALPNProtocols", vec!["b"]);
        let mut server = server.request_certificate(&pki.root().pem(), true).start().await;
        let connector = client(pki, version);
        for resumed in [false, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            let view = server.connection().await;
            assert_agreed(&socket, &view, version, resumed);
            assert_eq!(view["peer"]["subject"]["CN"], "Test Client");
            echo_much(socket).await;
        }
    }
}

/// Twice with one session: what Node sees each time, and whether so many bytes have come back.
const CLIENT: &str = "
    const tls = require('tls');
    const base64 = (bytes) => bytes.toString('base64');
    const connect = (session) => new Promise((resolve, reject) => {
        const socket = tls.connect({ host: '127.0.0.1', servername: 'localhost', ...input.options, session }, () => {
            view = {
                isSessionReused: socket.isSessionReused(), protocol: socket.getProtocol(), cipher: socket.getCipher(),
                alpnProtocol: socket.alpnProtocol, authorized: socket.authorized,
                peer: socket.getPeerCertificate().subject,
                keyingMaterial: {
                    without: base64(socket.exportKeyingMaterial(48, 'EXPORTER-tredici')),
                    with: base64(socket.exportKeyingMaterial(48, 'EXPORTER-tredici', Buffer.from('context'))),
                },
            };
            socket.end(Buffer.alloc(input.much, 'x'));
        });
        let view, kept, heard = 0;
        socket.on('session', (session) => { kept = session; });
        socket.on('data', (data) => { heard += data.length; });
        socket.on('error', reject);
        socket.on('close', () => resolve({ view: { ...view, heard }, kept }));
    });
    const first = await connect();
    const second = await connect(first.kept);
    return [first.view, second.view];";

#[tokio::test]
async fn as_a_client() {
    if !NodeServer::is_available() {
        return;
    }
    for (pki, version, asks) in listeners() {
        let listener = listen(server(pki, version, asks)).await;
        let options = json!({
            "port": port(&listener), "ca": pki.root().pem(), "ALPNProtocols": ["a", "b"],
            "cert": pki.client().chain_pem(), "key": pki.client().key_pem(),
        });
        let serve = async {
            let mut sockets = Vec::new();
            for _ in 0..2 {
                let mut socket = accept(&listener).await.expect("a connection");
                let (mut reader, mut writer) = split(&mut socket);
                copy(&mut reader, &mut writer).await.expect("an echo");
                writer.shutdown().await.expect("says goodbye");
                sockets.push(socket);
            }
            sockets
        };
        let input = json!({ "options": options, "much": MUCH });
        let (views, sockets) = tokio::join!(node_oracle(CLIENT, input), serve);
        for (index, socket) in sockets.iter().enumerate() {
            let view = &views[index];
            assert_agreed(socket, view, version, index == 1 && !asks);
            assert_eq!((&view["authorized"], &view["heard"]), (&json!(true), &json!(MUCH)));
            // Node tells the certificate of the full handshake alone.
            let known = if view["isSessionReused"] == true { Value::Null } else { json!("localhost") };
            assert_eq!(view["peer"]["CN"], known);
            assert_known(socket, pki, asks);
        }
    }
}
