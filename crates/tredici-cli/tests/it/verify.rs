//! `tredici verify`.

use serde_json::json;
use tredici_test::{CertificateSpec, NodeServer, Pki, node_peer_certificate};

use crate::command::{Files, keys, tredici, tredici_with_input};

#[tokio::test]
async fn pem_der_and_json_say_the_same() {
    let files = Files::new();
    let certificate = Pki::shared().localhost();
    let json =
        json!({ "subject": { "CN": "localhost" }, "subjectaltname": "DNS:localhost, IP Address:127.0.0.1" });
    for file in [
        files.write("cert.pem", certificate.chain_pem()),
        files.write("with text.pem", format!("subject: localhost\n{}", certificate.pem())),
        files.write("cert.der", certificate.der()),
        files.write("cert.json", json.to_string()),
    ] {
        for (name, status) in [
            ("localhost", 0),
            ("LOCALHOST.", 0),
            ("127.0.0.1", 0),
            ("other.test", 1),
            ("127.0.0.2", 1),
            ("", 1),
        ] {
            let ran = tredici(&["verify", name, "--certificate", &file, "--json"]).await;
            assert_eq!((ran.status, ran.stderr.as_str()), (status, ""), "{name} {file}");
            let document = ran.document();
            if status == 0 {
                assert_eq!(document, json!({ "ok": true }));
            } else {
                assert_eq!(
                    (keys(&document), keys(&document["error"])),
                    (vec!["ok", "error"], vec!["code", "reason", "host"])
                );
                assert_eq!((&document["ok"], &document["error"]["host"]), (&json!(false), &json!(name)));
                assert_eq!(document["error"]["code"], "ERR_TLS_CERT_ALTNAME_INVALID");
            }
        }
    }
}

#[tokio::test]
async fn what_node_and_this_command_tell_of_a_peer_is_read() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::new();
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let told = node_peer_certificate(server.port(), &Pki::shared().root().pem(), "localhost").await;
    let file = files.write("peer.json", told["peerCertificate"].to_string());
    assert_eq!(tredici(&["verify", "localhost", "--certificate", &file]).await.status, 0);
    assert_eq!(tredici(&["verify", "other.test", "--certificate", &file]).await.status, 1);
}

#[tokio::test]
async fn strictness_is_rfc_9525() {
    let files = Files::new();
    let common_name = files.write("cn.pem", CertificateSpec::named("only.test").self_signed().pem());
    let wildcards =
        files.write("wild.json", r#"{"subjectaltname": "DNS:w*.example.com, DNS:*.example.org"}"#);
    for (name, file, default, strict) in [
        ("only.test", &common_name, 0, 1),
        ("www.example.com", &wildcards, 0, 1),
        ("www.example.org", &wildcards, 0, 0),
        ("a.b.example.org", &wildcards, 1, 1),
    ] {
        let status = async |more: &[&str]| {
            tredici(&[&["verify", name, "--certificate", file], more].concat()).await.status
        };
        assert_eq!((status(&[]).await, status(&["--strict"]).await), (default, strict), "{name}");
    }
}

#[tokio::test]
async fn a_person_reads_the_verdict() {
    let files = Files::new();
    let file = files.write("cert.pem", Pki::shared().localhost().pem());
    let ran = tredici(&["verify", "localhost", "--certificate", &file]).await;
    assert!(ran.stdout.starts_with("✔ the certificate is for localhost"), "{ran:?}");
    let ran = tredici(&["verify", "other.test", "--certificate", &file]).await;
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("Host: other.test. is not in the cert's altnames: DNS:localhost"), "{ran:?}");
    assert!(!ran.stderr.contains("authority"), "{ran:?}");
    let authority = files.write("ca.pem", Pki::shared().root().pem());
    let ran = tredici(&["verify", "localhost", "--certificate", &authority]).await;
    assert!(ran.status == 1 && ran.stderr.contains("the certificate of an authority"), "{ran:?}");
}

#[tokio::test]
async fn a_certificate_on_standard_input() {
    let call = ["verify", "localhost", "--certificate", "-"];
    let ran = tredici_with_input(&call, &Pki::shared().localhost().pem()).await;
    assert!(ran.status == 0 && ran.stdout.contains("✔"), "{ran:?}");
    let ran = tredici_with_input(&call, "").await;
    assert!(ran.status == 2 && ran.stderr.contains("--certificate -: no certificate"), "{ran:?}");
}

#[tokio::test]
async fn what_is_no_certificate_and_what_is_no_name() {
    let files = Files::new();
    let text = files.write("text", "readme");
    let ran = tredici(&["verify", "localhost", "--certificate", &text]).await;
    assert!(ran.status == 2 && ran.stderr.contains("neither PEM nor DER nor a JSON object"), "{ran:?}");
    let file = files.write("cert.pem", Pki::shared().localhost().pem());
    for (name, is_name) in [
        ("local host", false),
        ("https://localhost", false),
        ("[::1]", false),
        ("::2", true),
        ("a.test", true),
    ] {
        let ran = tredici(&["verify", name, "--certificate", &file]).await;
        assert_eq!((ran.status, !ran.stderr.contains("that is no host name")), (1, is_name), "{ran:?}");
    }
}
