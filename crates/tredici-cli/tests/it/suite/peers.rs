//! Against servers made with Node and with OpenSSL, in TLS 1.2 and 1.3, with RSA and ECDSA: every field is right, and the
//! peer's certificate is what Node says it is.

use serde_json::{Value, json};
use tredici_test::{KeyKind, NodeServer, OpensslServer, Pki, node_peer_certificate};

use super::{
    command::{Files, tredici, url},
    of_openssl,
};

struct Case {
    kind: KeyKind,
    version: &'static str,
    cipher: Cipher,
}

struct Cipher {
    name: &'static str,
    standard_name: &'static str,
}

const RSA: Cipher =
    Cipher { name: "ECDHE-RSA-AES256-GCM-SHA384", standard_name: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" };
const ECDSA: Cipher = Cipher {
    name: "ECDHE-ECDSA-CHACHA20-POLY1305",
    standard_name: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
};
const TLS13: Cipher = Cipher { name: "TLS_AES_256_GCM_SHA384", standard_name: "TLS_AES_256_GCM_SHA384" };

const CASES: [Case; 4] = [
    Case { kind: KeyKind::Rsa2048, version: "TLSv1.2", cipher: RSA },
    Case { kind: KeyKind::P256, version: "TLSv1.2", cipher: ECDSA },
    Case { kind: KeyKind::Rsa2048, version: "TLSv1.3", cipher: TLS13 },
    Case { kind: KeyKind::P256, version: "TLSv1.3", cipher: TLS13 },
];

/// The report of a connection to the server on this port, with every field that can be known beforehand checked.
async fn check(case: &Case, port: u16, alpn: Value) -> Value {
    let pki = Pki::of(case.kind);
    let files = Files::trusting(pki);
    let ran = tredici(&["connect", &url(port), "--ca", &files.name("ca.pem"), "--json"]).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let document = ran.document();
    let (socket, cipher) = (&document["socket"], &case.cipher);
    let version = case.version;
    for (field, want) in [
        ("encrypted", json!(true)),
        ("authorized", json!(true)),
        ("authorizationError", Value::Null),
        ("alpnProtocol", alpn),
        ("servername", json!("localhost")),
        ("remoteAddress", json!("127.0.0.1")),
        ("remoteFamily", json!("IPv4")),
        ("remotePort", json!(port)),
        ("tlsVersion", json!(version)),
        ("cipher", json!({ "name": cipher.name, "standardName": cipher.standard_name, "version": version })),
        ("ephemeralKeyInfo", json!({ "type": "ECDH", "name": "X25519", "size": 253 })),
        ("isSessionReused", json!(false)),
        ("sharedSigalgs", of_openssl(json!([]))),
        ("certificate", json!({})),
    ] {
        assert_eq!(socket[field], want, "{field} in {version}");
    }
    let length = |field: &str| json!(socket[field].as_str().map(str::len));
    let finished = of_openssl(json!(if version == "TLSv1.2" { 24 } else { 96 }));
    assert_eq!((length("finished"), length("peerFinished")), (finished.clone(), finished));

    let told = node_peer_certificate(port, &pki.root().pem(), "localhost").await;
    assert_same_certificate(&socket["peerCertificate"], &told["peerCertificate"]);
    assert_eq!(socket["tlsVersion"], told["protocol"]);
    document
}

/// Field by field, to the root.
fn assert_same_certificate(ours: &Value, nodes: &Value) {
    for (field, want) in nodes.as_object().expect("a certificate") {
        match field.as_str() {
            "issuerCertificate" if want.is_object() => assert_same_certificate(&ours[field], want),
            _ => assert_eq!(&ours[field], want, "{field}"),
        }
    }
    assert_eq!(ours, nodes, "and nothing more");
}

#[tokio::test]
async fn a_server_made_with_node() {
    if !NodeServer::is_available() {
        return;
    }
    for case in &CASES {
        let server = NodeServer::with(Pki::of(case.kind).localhost())
            .option("minVersion", case.version)
            .option("maxVersion", case.version)
            .option("ciphers", case.cipher.name)
            .option("ALPNProtocols", vec!["h2"]);
        let mut server = server.start().await;
        let document = check(case, server.port(), json!("h2")).await;
        let view = server.connection().await;
        for field in ["servername", "alpnProtocol", "isSessionReused", "cipher"] {
            assert_eq!(document["socket"][field], view[field], "{field}");
        }
        assert_eq!(document["socket"]["tlsVersion"], view["protocol"]);
        assert_eq!(document["socket"]["localPort"], view["remotePort"]);
    }
}

#[tokio::test]
async fn a_server_made_with_openssl() {
    if !OpensslServer::is_available() || !NodeServer::is_available() {
        return;
    }
    for case in &CASES {
        let server = OpensslServer::with(Pki::of(case.kind).localhost());
        let server = match case.version {
            "TLSv1.2" => server.tls1_2().cipher(case.cipher.name),
            _ => server.tls1_3().ciphersuites(case.cipher.name),
        };
        let server = server.start().await;
        check(case, server.port(), json!(false)).await;
    }
}
