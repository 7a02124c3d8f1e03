//! The same call by either engine: the same report, but for what only one of them has.

use serde_json::{Value, json};
use tredici_test::{CertificateSpec, NodeServer, Pki, RefusedPort};

use crate::{
    command::{Files, listen, tredici, url},
    report::assert_failed,
};

/// The preferred one first.
pub(crate) const ENGINES: [&str; 2] = ["rustls", "openssl"];

/// The exchange that two ends of ours agree on. The system's OpenSSL may be older than 3.5, and so know nothing hybrid.
pub(crate) fn exchange(engine: &str, version: &str) -> Value {
    match version {
        "TLSv1.3" if engine == "rustls" || cfg!(feature = "vendored") => {
            json!({ "type": "TLSGroup", "name": "X25519MLKEM768" })
        }
        _ => json!({ "type": "ECDH", "name": "X25519", "size": 253 }),
    }
}

/// What only OpenSSL has, as ARCHITECTURE.md lists it.
const OF_OPENSSL: [&str; 4] = ["sharedSigalgs", "finished", "peerFinished", "ticket"];

/// What is another in each connection, whoever makes it.
fn is_its_own(field: &str) -> bool {
    matches!(field, "elapsed" | "lookup" | "connect" | "secureConnect" | "total" | "localPort")
}

/// The report without that, and without what only OpenSSL has, which is all that may differ.
fn common(mut document: Value, engine: &str) -> Value {
    fn level(json: &mut Value) {
        match json {
            Value::Object(object) => {
                for (field, value) in object {
                    match is_its_own(field) && !value.is_null() {
                        true => *value = "another each time".into(),
                        false => level(value),
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(level),
            _ => {}
        }
    }
    level(&mut document);
    if let Some(socket) = document.get_mut("socket") {
        assert_eq!((&socket["engine"], &socket["engineReason"]), (&engine.into(), &"engine".into()));
        socket["engine"] = "either".into();
        for field in OF_OPENSSL {
            assert!(engine == "openssl" || socket[field].is_null(), "{field}: {socket}");
            socket[field] = Value::Null;
        }
        if !cfg!(feature = "vendored") {
            socket["ephemeralKeyInfo"] = Value::Null;
        }
    }
    document
}

/// The reports of one call by each engine, made comparable.
async fn by_each(arguments: &[&str]) -> [Vec<Value>; 2] {
    let mut reports = ENGINES.map(|_| Vec::new());
    for (engine, reports) in ENGINES.into_iter().zip(&mut reports) {
        let ran = tredici(&[&["connect", "--json", "--engine", engine], arguments].concat()).await;
        assert_eq!(ran.stderr, "");
        *reports = ran.documents().into_iter().map(|document| common(document, engine)).collect();
        assert!(!reports.is_empty());
    }
    reports
}

async fn assert_the_same(arguments: &[&str]) -> Value {
    let [rustls, openssl] = by_each(arguments).await;
    assert_eq!(rustls.len(), openssl.len(), "{arguments:?}");
    for (rustls, openssl) in rustls.iter().zip(&openssl) {
        let apart = differences(rustls, openssl, "");
        assert!(apart.is_empty(), "{arguments:?}:\n{}", apart.join("\n"));
    }
    openssl.into_iter().next().expect("a report")
}

/// Where two documents differ, and how.
fn differences(one: &Value, other: &Value, place: &str) -> Vec<String> {
    match (one, other) {
        (Value::Object(ones), Value::Object(others)) if ones.keys().eq(others.keys()) => {
            let both = ones.iter().zip(others.values());
            both.flat_map(|((key, one), other)| differences(one, other, &format!("{place}/{key}"))).collect()
        }
        _ if one == other => Vec::new(),
        _ => vec![format!("{place}: {one} and {other}")],
    }
}

#[tokio::test]
async fn the_same_report_of_a_connection() {
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let ca = files.name("ca.pem");
    for server in ENGINES {
        let (cert, key) = files.identity(pki.localhost());
        let terms = ["--cert", &cert, "--key", &key, "--mode", "echo", "--alpn-protocols", "h2"];
        let (_server, port) = listen(&[&terms[..], &["--engine", server]].concat()).await;
        let target = url(port);
        for version in ["TLSv1.2", "TLSv1.3"] {
            let arguments =
                [&target, "--ca", &ca, "--max-version", version, "--send", "hi", "--read", "50ms"];
            let report = assert_the_same(&[&arguments[..], &["--times", "3"]].concat()).await;
            assert_eq!(
                (&report["socket"]["tlsVersion"], &report["received"]),
                (&version.into(), &"aGk=".into())
            );
        }
        assert_the_same(&[&target, "--ca", &ca, "--ciphers", "TLS_CHACHA20_POLY1305_SHA256"]).await;
        assert_the_same(&[&target, "--reject-unauthorized=false"]).await;
    }
}

#[tokio::test]
async fn the_same_report_of_a_failure() {
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let ca = files.name("ca.pem");
    let (cert, key) = files.identity(pki.localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key]).await;
    let target = url(port);
    for (arguments, code) in [
        (&["--ca", &ca, "--servername", "other.test"][..], "ERR_TLS_CERT_ALTNAME_INVALID"),
        (&[], "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
        (
            &["--ca", &ca, "--ciphers", "TLS_AES_128_GCM_SHA256", "--max-version", "TLSv1.2"],
            "ERR_SSL_NO_CIPHER_MATCH",
        ),
        (&["--ca", &ca, "--alpn-protocols", "x"], ""),
    ] {
        let report = assert_the_same(&[&[&*target], arguments].concat()).await;
        assert_eq!(report["error"]["code"].as_str().unwrap_or_default(), code, "{report}");
    }
    let refused = RefusedPort::new();
    assert_the_same(&[&format!("tls://127.0.0.1:{}", refused.port())]).await;

    let expired = pki.root().leaf(CertificateSpec::server(&["localhost"]).expired());
    let (cert, key) =
        (files.write("old.pem", expired.chain_pem()), files.write("old.key", expired.key_pem()));
    let (_server, port) = listen(&["--cert", &cert, "--key", &key]).await;
    let report = assert_the_same(&[&url(port), "--ca", &ca]).await;
    assert_eq!(report["error"]["code"], "CERT_HAS_EXPIRED");
}

/// What the options say, `--engine` or its absence.
#[tokio::test]
async fn the_options_decide_where_nobody_names_one() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "discard"]).await;
    let target = url(port);
    for (arguments, engine, reason) in [
        (&[][..], "rustls", "default"),
        (&["--engine", "auto"], "rustls", "default"),
        (&["--ciphers", "TLS_AES_128_GCM_SHA256"], "rustls", "default"),
        (&["--ciphers", "HIGH:!aNULL"], "openssl", "ciphers"),
        (&["--min-version", "TLSv1.1", "--ciphers", "DEFAULT"], "openssl", "minVersion, ciphers"),
        (&["--engine", "openssl", "--ciphers", "DEFAULT"], "openssl", "engine"),
    ] {
        let ran = tredici(&[&["connect", &target, "--ca", &ca, "--json"], arguments].concat()).await;
        let document = ran.document();
        let socket = &document["socket"];
        assert_eq!(
            (&socket["engine"], &socket["engineReason"]),
            (&engine.into(), &reason.into()),
            "{document}"
        );
    }
}

#[tokio::test]
async fn an_engine_says_what_it_cannot_honour() {
    for arguments in [
        &["connect", "https://127.0.0.1:1", "--engine", "rustls", "--ciphers", "HIGH:!aNULL", "--json"][..],
        &[
            "listen",
            "127.0.0.1:0",
            "--self-signed",
            "a",
            "--engine",
            "rustls",
            "--ciphers",
            "DEFAULT",
            "--json",
        ],
    ] {
        let ran = tredici(arguments).await;
        assert_eq!((ran.status, ran.stderr.as_str()), (2, ""), "{ran:?}");
        let document = ran.document();
        assert_failed(&document, "UND_ERR_NOT_SUPPORTED", "options");
        let message = document["error"]["message"].as_str().expect("a message");
        assert!(message.contains("rustls") && message.contains("options.ciphers"), "{message}");
    }
}

#[tokio::test]
async fn sessions_are_written_by_the_engine_that_can() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let (target, ca, out) = (url(server.port()), files.name("ca.pem"), files.name("sessions.json"));
    let call = ["connect", &target, "--ca", &ca, "--session-out", &out, "--json"];
    let ran = tredici(&call).await;
    assert_eq!((ran.status, &ran.document()["socket"]["engine"]), (0, &json!("openssl")));
    let ran = tredici(&["connect", &target, "--ca", &ca, "--session-in", &out, "--json"]).await;
    let socket = &ran.document()["socket"];
    assert_eq!((&socket["engine"], &socket["engineReason"]), (&json!("openssl"), &json!("session")));
    assert_eq!(socket["isSessionReused"], true);
    let ran = tredici(&[&call[..], &["--engine", "rustls"]].concat()).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (2, ""));
    assert_failed(&ran.document(), "UND_ERR_NOT_SUPPORTED", "options");
}
