//! Options: the file, the flags, and which of them wins.

use serde_json::{Value, json};
use tredici_test::{CertificateSpec, NodeServer, Pki, RefusedPort};

use super::command::{Files, listen, start, tredici, tredici_with_input, url};

#[tokio::test]
async fn files_in_the_options_are_relative_to_their_file() {
    let files = Files::trusting(Pki::shared());
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--alpn-protocols", "x"]).await;
    let options = json!({ "ca": { "file": "ca.pem" }, "ALPNProtocols": ["x"], "timeout": 20_000 });
    let options = files.write("options.json", options.to_string());
    let ran = tredici(&["connect", &url(port), "--options", &options, "--json"]).await;
    assert_eq!((ran.status, &ran.document()["socket"]["alpnProtocol"]), (0, &json!("x")), "{ran:?}");
}

#[tokio::test]
async fn every_form_of_bytes_is_read() {
    let files = Files::new();
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key]).await;
    let ca = Pki::shared().root().pem();
    for form in [
        json!(ca),
        json!({ "type": "Buffer", "data": ca.as_bytes() }),
        json!({ "base64": openssl_base64(&ca) }),
        json!([ca]),
    ] {
        let options = json!({ "ca": form }).to_string();
        let ran = tredici_with_input(&["connect", &url(port), "--options", "-", "--json"], &options).await;
        assert_eq!(ran.status, 0, "{ran:?}");
    }
}

fn openssl_base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test]
async fn an_unknown_option_is_told_the_nearest_known_one() {
    for arguments in [&["connect"][..], &["pin", "https://localhost:1"]] {
        let arguments = [arguments, &["--options", "-", "--json"]].concat();
        let ran = tredici_with_input(&arguments, r#"{"rejectUnauthorised": false}"#).await;
        assert_eq!(ran.status, 2);
        assert_eq!(ran.document()["error"]["hint"], "did you mean rejectUnauthorized?");
    }
    let ran = tredici_with_input(
        &["listen", "localhost:0", "--options", "-", "--json"],
        r#"{"requestcert": true}"#,
    )
    .await;
    assert_eq!((ran.status, &ran.document()["error"]["hint"]), (2, &json!("did you mean requestCert?")));
}

#[tokio::test]
async fn a_flag_beats_the_file() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "discard"]).await;
    let options = files.write(
        "options.json",
        r#"{"ca": {"file": "ca.pem"}, "maxVersion": "TLSv1.2", "servername": "wrong.test"}"#,
    );
    let more = ["--max-version", "TLSv1.3", "--servername", "localhost"];
    let target = url(port);
    let arguments = [&["connect", &target, "--options", &options, "--json"], &more[..]].concat();
    let ran = tredici(&arguments).await;
    assert_eq!((ran.status, &ran.document()["socket"]["tlsVersion"]), (0, &json!("TLSv1.3")), "{ran:?}");
    let ran = tredici(&arguments[..5]).await;
    assert_eq!(ran.document()["error"]["code"], "ERR_TLS_CERT_ALTNAME_INVALID");
}

#[tokio::test]
async fn a_target_beats_host_and_port() {
    let (_server, port) = listen(&["--mode", "discard"]).await;
    let nobody = RefusedPort::new();
    let options = json!({ "host": "127.0.0.2", "port": nobody.port() }).to_string();
    let target = format!("tcp://127.0.0.1:{port}");
    let ran = tredici_with_input(&["connect", &target, "--options", "-", "--json"], &options).await;
    assert_eq!((ran.status, &ran.document()["target"]["port"]), (0, &json!(port)));
}

#[tokio::test]
async fn host_and_port_or_a_path_are_a_target_too() {
    let (_server, port) = listen(&["--mode", "discard"]).await;
    // The engine is a term of TLS: with it this would be a target of TLS.
    let ran =
        crate::command::tredici(&["connect", "--host", "127.0.0.1", "--port", &port.to_string(), "--json"])
            .await;
    let document = ran.document();
    assert_eq!((ran.status, &document["target"]["protocol"]), (0, &json!("tcp:")));

    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "discard"]).await;
    let options = json!({ "host": "localhost", "port": port, "ca": { "file": ca } }).to_string();
    let ran = tredici_with_input(&["connect", "--options", "-", "--json"], &options).await;
    let document = ran.document();
    assert_eq!((ran.status, &document["target"]["protocol"]), (0, &json!("tls:")), "{document}");
    assert_eq!(document["socket"]["authorized"], true);
}

#[tokio::test]
async fn lists_are_separated_with_commas_or_repeated() {
    let files = Files::new();
    let other = files.write("other.pem", CertificateSpec::authority("Other").self_signed().pem());
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&[
        "--self-signed",
        "localhost",
        "--ca-out",
        &ca,
        "--mode",
        "discard",
        "--alpn-protocols",
        "b",
    ])
    .await;
    let both = format!("{other},{ca}");
    for arguments in [
        &["--ca", &other, "--ca", &ca, "--alpn-protocols", "a", "--alpn-protocols", "b"][..],
        &["--ca", &both, "--alpn-protocols", "a,b"],
    ] {
        let ran = tredici(&[&["connect", &url(port), "--json"], arguments].concat()).await;
        assert_eq!((ran.status, &ran.document()["socket"]["alpnProtocol"]), (0, &json!("b")), "{ran:?}");
    }
}

#[tokio::test]
async fn a_lookup_of_ones_own_and_a_time_limit() {
    let (_server, port) = listen(&["--mode", "discard"]).await;
    let target = format!("tcp://db.internal:{port}");
    let ran = tredici(&["connect", &target, "--lookup", "db.internal=127.0.0.1", "--json"]).await;
    assert_eq!((ran.status, &ran.document()["attempts"][0]["address"]), (0, &json!("127.0.0.1")));
    let ran = tredici(&["connect", &target, "--lookup", "other.internal=127.0.0.1", "--json"]).await;
    let document = ran.document();
    assert_eq!(
        (&document["error"]["code"], &document["error"]["phase"]),
        (&json!("ENOTFOUND"), &json!("lookup"))
    );
}

#[tokio::test]
async fn a_client_certificate_from_flags_is_seen_by_the_server() {
    if !NodeServer::is_available() {
        return;
    }
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let (cert, key) = files.identity(pki.client());
    let mut server =
        NodeServer::with(pki.localhost()).request_certificate(&pki.root().pem(), true).start().await;
    let ran = tredici(&[
        "connect",
        &url(server.port()),
        "--ca",
        &files.name("ca.pem"),
        "--cert",
        &cert,
        "--key",
        &key,
        "--json",
    ])
    .await;
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.document()["socket"]["certificate"]["subject"]["CN"], "Test Client");
    assert_eq!(server.connection().await["peer"]["subject"]["CN"], "Test Client");
}

#[tokio::test]
async fn tls_over_a_unix_socket() {
    let files = Files::new();
    let (path, ca) = (files.name("tls.sock"), files.name("ca.pem"));
    let address = format!("unix:{path}");
    let mut server = start(&[
        "listen",
        &address,
        "--json",
        "--self-signed",
        "localhost",
        "--ca-out",
        &ca,
        "--count",
        "1",
        "--mode",
        "discard",
    ]);
    let listening = server.document().await;
    assert_eq!(listening, json!({ "listening": { "address": path, "family": null, "port": null } }));
    let ran = tredici(&["connect", "https://localhost", "--socket-path", &path, "--ca", &ca, "--json"]).await;
    let document = ran.document();
    assert_eq!((ran.status, &document["socket"]["authorized"]), (0, &json!(true)), "{document}");
    assert_eq!(document["target"]["socketPath"], path.as_str());
    let attempt = &document["attempts"][0];
    assert_eq!((&attempt["address"], &attempt["port"]), (&json!(path), &Value::Null));
    assert_eq!((&attempt["family"], &attempt["error"]), (&Value::Null, &Value::Null));
    let served = server.document().await;
    assert_eq!((&served["ok"], &served["target"]["socketPath"]), (&json!(true), &json!(path)));
    assert_eq!(server.status().await, Some(0));
}
