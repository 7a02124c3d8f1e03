//! What a socket tells about itself, held against what the other end says.
#![cfg(feature = "serde")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Connector, ListenOptions, ReadyState, Socket, Target, TlsVersion};
use tredici_test::{CertificateSpec, KeyKind, NodeServer, Pki, within};

use super::{
    ENGINE,
    ends::{connector, exchange, listen, listen_unix, localhost, pair, port, showing, target, trusting},
    groups,
};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];
const LABEL: &str = "EXPORTER-tredici";

fn newest(version: TlsVersion) -> Connector {
    Connector::new(trusting().max_version(version).alpn_protocols(["a", "b"])).expect("a connector")
}

fn bytes(base64: &Value) -> Vec<u8> {
    STANDARD.decode(base64.as_str().expect("bytes")).expect("base64")
}

fn material(socket: &Socket, context: Option<&[u8]>) -> Vec<u8> {
    socket.export_keying_material(48, LABEL, context).expect("keying material").to_vec()
}

#[tokio::test]
async fn nodes_server_says_the_same() {
    if !NodeServer::is_available() {
        return;
    }
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let server = NodeServer::with(Pki::of(kind).localhost()).option("ALPNProtocols", vec!["b"]);
        let mut server = server.start().await;
        for version in VERSIONS {
            let options = trusting().ca(Pki::of(kind).root().pem()).alpn_protocols(["a", "b"]);
            let connector = Connector::new(options.max_version(version)).expect("a connector");
            for resumed in [false, true] {
                let mut socket = connector.connect(target(server.port())).await.expect("a connection");
                exchange(&mut socket).await;
                let view = server.connection().await;
                assert_eq!(
                    (socket.is_session_reused(), &view["isSessionReused"]),
                    (resumed, &json!(resumed))
                );

                let expected = &view["keyingMaterial"];
                assert_eq!(material(&socket, None), bytes(&expected["without"]));
                assert_eq!(material(&socket, Some(b"")), bytes(&expected["empty"]));
                assert_eq!(material(&socket, Some(b"context")), bytes(&expected["with"]));

                assert_eq!(socket.tls_version(), view["protocol"].as_str());
                assert_eq!(socket.alpn_protocol(), view["alpnProtocol"].as_str());
                assert_eq!(socket.servername(), Some("localhost"));
                // A server of Node's does not know the name again when it resumes a session of TLS 1.2.
                let is_known = !resumed || version == TlsVersion::Tls1_3;
                assert_eq!(view["servername"].as_str(), is_known.then_some("localhost"));
                let cipher = socket.cipher().expect("a cipher suite");
                assert_eq!(serde_json::to_value(cipher).expect("JSON"), view["cipher"]);
                let own = socket.local_address().expect("an address");
                assert_eq!(
                    (json!(own.ip().to_string()), json!(own.port())),
                    (view["remoteAddress"].clone(), view["remotePort"].clone())
                );
            }
        }
    }
}

#[tokio::test]
async fn both_our_ends_agree() {
    let listener = listen(localhost().alpn_protocols(["b", "c"])).await;
    for (version, resumed) in VERSIONS.into_iter().flat_map(|version| [(version, false), (version, true)]) {
        let connector = newest(version);
        if resumed {
            let (mut client, mut server) = pair(&connector, &listener, target(port(&listener))).await;
            server.write_all(b"x").await.expect("writes");
            client.read_exact(&mut [0]).await.expect("reads");
        }
        let (client, server) = pair(&connector, &listener, target(port(&listener))).await;
        assert_eq!((client.is_session_reused(), server.is_session_reused()), (resumed, resumed));
        assert_eq!(client.tls_version(), Some(version.as_str()));
        assert_eq!(client.tls_version(), server.tls_version());
        assert_eq!(client.cipher(), server.cipher());
        assert_eq!((client.alpn_protocol(), server.alpn_protocol()), (Some("b"), Some("b")));
        assert_eq!((client.servername(), server.servername()), (Some("localhost"), Some("localhost")));

        for context in [None, Some(&b""[..]), Some(b"context")] {
            assert_eq!(material(&client, context), material(&server, context));
        }
        let without_is_empty = material(&client, None) == material(&client, Some(b""));
        assert_eq!(
            without_is_empty,
            version == TlsVersion::Tls1_3,
            "RFC 8446 section 7.5, RFC 5705 section 4"
        );
        assert_ne!(material(&client, None), material(&client, Some(b"context")));

        let key = client.ephemeral_key_info().map(|key| (key.kind, key.name.as_deref(), key.size));
        let has_exchange = !resumed || version == TlsVersion::Tls1_3;
        assert_eq!(key, has_exchange.then_some(groups::preferred(version)));
        assert_eq!(server.ephemeral_key_info(), None);
        assert_eq!(server.certificate().expect("one").raw(), Pki::shared().localhost().der());
        assert_eq!(client.certificate(), None);
        assert_eq!((server.peer_certificate(), server.authorized()), (None, false));

        assert_eq!(client.local_address(), server.remote_address());
        assert_eq!(client.remote_address(), server.local_address());
        assert_eq!(client.remote_address(), listener.local_address());
        assert_eq!((client.engine(), client.engine_reason()), (Some(ENGINE.as_str()), Some("engine")));
    }
}

#[tokio::test]
async fn keying_material_has_its_limits() {
    let listener = listen(localhost()).await;
    let directory = tempfile::tempdir().expect("a directory");
    for version in VERSIONS {
        let (client, _server) = pair(&newest(version), &listener, target(port(&listener))).await;
        for length in [0, 8161, usize::MAX] {
            let error = client.export_keying_material(length, LABEL, None).expect_err("out of range");
            assert_eq!((error.code(), error.name()), ("ERR_OUT_OF_RANGE", "RangeError"));
        }
        assert_eq!(client.export_keying_material(8160, LABEL, None).expect("the longest").len(), 8160);
        assert_eq!(client.export_keying_material(1, LABEL, None).expect("the shortest").len(), 1);
        let long = client.export_keying_material(48, LABEL, None).expect("some");
        let other = client.export_keying_material(48, "EXPORTER-other", None).expect("some");
        assert_ne!(long, other);
    }
    let path = directory.path().join("socket");
    let listener = listen_unix(&path, ListenOptions::new()).await;
    let (plain, _server) = pair(&connector(), &listener, Target::unix(&path)).await;
    let error = plain.export_keying_material(48, LABEL, None).expect_err("there is no TLS");
    assert_eq!(error.code(), "ERR_TLS_INVALID_STATE");
    for told in [plain.finished(), plain.peer_finished(), plain.ticket()] {
        assert_eq!(told.expect_err("there is no TLS").code(), "ERR_TLS_INVALID_STATE");
    }
    assert!(plain.shared_sigalgs().is_err());
}

#[tokio::test]
async fn every_kind_of_key_exchange_and_of_key() {
    for kind in KeyKind::ALL {
        let listener = listen(showing(Pki::of(kind).localhost())).await;
        for version in VERSIONS {
            let options = trusting().ca(Pki::of(kind).root().pem()).max_version(version);
            let connector = Connector::new(options).expect("a connector");
            let (client, _server) = pair(&connector, &listener, target(port(&listener))).await;
            let cipher = client.cipher().expect("a cipher suite");
            let signed_by = if kind == KeyKind::Rsa2048 { "ECDHE-RSA-" } else { "ECDHE-ECDSA-" };
            match version {
                TlsVersion::Tls1_2 => assert!(cipher.name.starts_with(signed_by), "{cipher}"),
                _ => assert_eq!((cipher.name, cipher.version), ("TLS_AES_256_GCM_SHA384", "TLSv1.3")),
            }
        }
    }
    if !NodeServer::is_available() {
        return;
    }
    for (curve, size) in [("prime256v1", 256), ("secp384r1", 384)] {
        let server = NodeServer::with(Pki::shared().localhost()).option("ecdhCurve", curve).start().await;
        for version in VERSIONS {
            let socket = newest(version).connect(target(server.port())).await.expect("a connection");
            let key = socket.ephemeral_key_info().expect("a key");
            assert_eq!((key.kind, key.name.as_deref(), key.size), ("ECDH", Some(curve), Some(size)));
        }
    }
}

#[tokio::test]
async fn names_and_protocols_that_are_not_sent_are_not_told() {
    let spec = CertificateSpec::server(&["127.0.0.1"]);
    let listener = listen(showing(&Pki::shared().root().leaf(spec))).await;
    let (client, server) =
        pair(&connector(), &listener, Target::tls("127.0.0.1").port(port(&listener))).await;
    assert_eq!((client.servername(), server.servername()), (None, None), "an address is no server name");
    assert_eq!((client.alpn_protocol(), server.alpn_protocol()), (None, None));
}

#[tokio::test]
async fn bytes_and_states_are_counted_and_kept_through_a_half_close() {
    let (plain, tls) = (listen(ListenOptions::new()).await, listen(localhost()).await);
    let over_tcp = Target::tcp("127.0.0.1").port(port(&plain));
    for (listener, target) in [(&plain, over_tcp), (&tls, target(port(&tls)))] {
        let (mut client, mut server) = pair(&connector(), listener, target).await;
        assert_eq!((client.ready_state(), server.ready_state()), (ReadyState::Open, ReadyState::Open));
        assert_eq!((client.bytes_read(), client.bytes_written()), (0, 0));

        client.write_all(b"question").await.expect("writes");
        client.shutdown().await.expect("ends");
        assert_eq!(client.ready_state(), ReadyState::ReadOnly);
        let mut question = String::new();
        within("the end", server.read_to_string(&mut question)).await.expect("a clean end");
        assert_eq!((question.as_str(), server.ready_state()), ("question", ReadyState::WriteOnly));

        server.write_all(b"answer").await.expect("writes");
        server.shutdown().await.expect("ends");
        assert_eq!(server.ready_state(), ReadyState::Closed);
        let mut answer = String::new();
        within("the end", client.read_to_string(&mut answer)).await.expect("a clean end");
        assert_eq!((answer.as_str(), client.ready_state()), ("answer", ReadyState::Closed));

        assert_eq!((client.bytes_written(), client.bytes_read()), (8, 6));
        assert_eq!((server.bytes_written(), server.bytes_read()), (6, 8));
    }
}
