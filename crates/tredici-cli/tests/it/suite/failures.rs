//! Connections that fail: the code, the phase, a line, and the certificate where there was one.

use serde_json::json;
use tredici_test::{
    Authority, Certificate, CertificateSpec, Fault, Pki, RefusedPort, ScriptedServer, UnansweredPort,
    abandoned_socket,
};

use super::command::{Files, command, listen, tredici};
use crate::shape::assert_failed;

/// Both forms of one failing call.
async fn assert_fails(arguments: &[&str], code: &str, phase: &str) -> serde_json::Value {
    let arguments = [&["connect"], arguments].concat();
    let ran = tredici(&arguments).await;
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{arguments:?}");
    let headline = ran.stderr.lines().find(|line| !line.is_empty()).expect("a line");
    assert!(headline.contains(code) && headline.ends_with(&format!("in {phase}")), "{headline}");
    assert!(ran.stderr.lines().any(|row| row.contains(" ms ") && row.contains("  ✘ ")), "{}", ran.stderr);
    let ran = tredici(&[&arguments[..], &["--json"]].concat()).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""), "{arguments:?}");
    let document = ran.document();
    assert_failed(&document, code, phase);
    document
}

#[tokio::test]
async fn before_there_is_a_connection() {
    let files = Files::new();
    let refused = RefusedPort::new();
    assert_fails(&[&format!("tls://127.0.0.1:{}", refused.port())], "ECONNREFUSED", "connect").await;
    assert_fails(&["https://unknown.invalid", "--lookup", "known.invalid=127.0.0.1"], "ENOTFOUND", "lookup")
        .await;
    let missing = format!("unix:{}", files.name("missing.sock"));
    assert_fails(&[&missing], "ENOENT", "connect").await;
    abandoned_socket(&files.path("old.sock"));
    assert_fails(&[&format!("unix:{}", files.name("old.sock"))], "ECONNREFUSED", "connect").await;
    let unanswered = UnansweredPort::new().await;
    let target = format!("tcp://127.0.0.1:{}", unanswered.port());
    let document = assert_fails(&[&target, "--timeout", "100ms"], "UND_ERR_CONNECT_TIMEOUT", "connect").await;
    assert_eq!(document["attempts"][0]["error"]["code"], "ETIMEDOUT");
}

#[tokio::test]
async fn during_the_handshake() {
    for (fault, code) in [
        (Fault::plain_text(), "ERR_SSL_WRONG_VERSION_NUMBER"),
        (Fault::alert(40), "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"),
        (Fault::Reset, "ECONNRESET"),
        (Fault::Fin, "ECONNRESET"),
    ] {
        let server = ScriptedServer::tcp(fault).await;
        let document =
            assert_fails(&[&format!("https://127.0.0.1:{}", server.port())], code, "secureConnect").await;
        assert_eq!(document["peerCertificate"], json!({}));
        assert_eq!(document["attempts"][0]["error"], json!(null));
    }
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let target = format!("https://127.0.0.1:{}", server.port());
    assert_fails(&[&target, "--timeout", "100ms"], "UND_ERR_CONNECT_TIMEOUT", "secureConnect").await;
}

#[tokio::test]
async fn certificates_that_are_not_trusted() {
    let files = Files::trusting(Pki::shared());
    let ca = files.name("ca.pem");
    let stranger = Authority::new("Stranger");
    let expired = Pki::shared().intermediate().leaf(CertificateSpec::server(&["localhost"]).expired());
    let early = Pki::shared().intermediate().leaf(CertificateSpec::server(&["localhost"]).not_yet_valid());
    let wrong_name = Pki::shared().intermediate().leaf(CertificateSpec::server(&["other.test"]));
    let unknown = stranger.leaf(CertificateSpec::server(&["localhost"]));
    let unknown_chain = stranger.intermediate("Beneath").leaf(CertificateSpec::server(&["localhost"]));
    let self_signed = CertificateSpec::server(&["localhost"]).self_signed();
    for (certificate, chain, code) in [
        (&expired, expired.chain_pem(), "CERT_HAS_EXPIRED"),
        (&early, early.chain_pem(), "CERT_NOT_YET_VALID"),
        (&wrong_name, wrong_name.chain_pem(), "ERR_TLS_CERT_ALTNAME_INVALID"),
        (&unknown, unknown.chain_pem(), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        (&unknown_chain, unknown_chain.chain_pem(), "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
        (Pki::shared().localhost(), Pki::shared().localhost().pem(), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        (&self_signed, self_signed.pem(), "DEPTH_ZERO_SELF_SIGNED_CERT"),
    ] {
        refused_certificate(&files, certificate, &chain, &ca, code).await;
    }
}

#[tokio::test]
async fn a_hint_calls_the_options_as_they_were_given() {
    let files = Files::new();
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key]).await;
    let target = format!("https://localhost:{port}");
    let options = files.write("options.json", "{}");
    let stranger = files.write("stranger.pem", Authority::new("Stranger").pem());
    for (arguments, hint) in [
        (&[][..], "those of --ca or --extra-ca"),
        (&["--options", &options], "those of options.ca or options.extraCa"),
        (&["--options", &options, "--extra-ca", &stranger], "those of options.ca or --extra-ca"),
        (&["--lookup", "localhost=127.0.0.9", "--block-list", "loopback"], "--block-list and --allow-list"),
        (&["--lookup", "other.test=127.0.0.1"], "with --lookup"),
    ] {
        let call = [&["connect", &target], arguments].concat();
        let ran = tredici(&call).await;
        assert!(ran.status == 1 && ran.stderr.contains(hint), "{ran:?}");
        let document = tredici(&[&call[..], &["--json"]].concat()).await.document();
        let told = document["error"]["hint"].as_str().expect("a hint");
        assert!(told.contains(hint), "{document}");
    }
}

#[tokio::test]
async fn each_of_several_has_its_number() {
    let refused = RefusedPort::new();
    let target = format!("tcp://127.0.0.1:{}", refused.port());
    let ran = tredici(&["connect", &target, "--times", "2"]).await;
    let numbered = |line: &&str| line.contains('✘') && line.contains("in connect");
    let lines: Vec<_> = ran.stderr.lines().filter(numbered).map(str::trim_start).collect();
    assert!(lines.len() == 2 && lines[0].starts_with("1  ✘") && lines[1].starts_with("2  ✘"), "{ran:?}");
}

#[tokio::test]
async fn what_is_told_is_as_wide_as_the_paper() {
    let refused = RefusedPort::new();
    let target = format!("tls://localhost:{}", refused.port());
    for (columns, widest) in [("42", 42), ("70", 70), ("500", 100)] {
        let mut command = command(&["connect", &target, "--lookup", "localhost=127.0.0.1,127.0.0.2"]);
        let output = command.env("COLUMNS", columns).output().await.expect("it runs");
        let told = String::from_utf8(output.stderr).expect("text");
        let width = told.lines().map(|line| line.chars().count()).max();
        assert!(width <= Some(widest) && told.contains("total"), "{told}");
        assert_eq!(told.contains('━'), widest > 42, "{told}");
    }
}

async fn refused_certificate(files: &Files, certificate: &Certificate, chain: &str, ca: &str, code: &str) {
    let (_, key) = files.identity(certificate);
    let sent = files.write("sent.pem", chain);
    let (_server, port) = listen(&["--cert", &sent, "--key", &key]).await;
    let document = assert_fails(&[&format!("https://localhost:{port}"), "--ca", ca], code, "verify").await;
    let raw = document["peerCertificate"]["raw"].as_str().expect("the certificate");
    use base64::Engine;
    assert_eq!(raw, base64::engine::general_purpose::STANDARD.encode(certificate.der()), "{code}");
}
