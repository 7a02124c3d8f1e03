//! Whatever has to do with TLS is tested on each engine, and both tell the same.

use serde_json::{Value, json};
use tredici_test::{EngineTests, NodeServer, Pki, assert_same_suites};

use crate::{
    command::{Files, tredici, url},
    shape::assert_failed,
};

#[test]
fn the_same_tests_run_on_each_engine_but_for_those_that_are_named() {
    let own = |module: &str| vec![format!("{module}::session_files")];
    assert_same_suites(&[
        EngineTests { module: "on_openssl", own: own("only") },
        EngineTests { module: "on_rustls", own: own("lacks") },
    ]);
}

/// What differs from one connection to the next, and what the table of engines says that rustls does not have.
const DIFFERENT: [&str; 5] = ["/timings", "/attempts", "/waterfall", "/socket/localPort", "/socket/engine"];
const OF_OPENSSL: [&str; 4] =
    ["/socket/finished", "/socket/peerFinished", "/socket/ticket", "/socket/sharedSigalgs"];

/// The reports of a call on both engines, without what differs.
async fn on_both(arguments: &[&str]) -> [Vec<Value>; 2] {
    let on = async |engine: &str| {
        let ran = tredici(&[arguments, &["--json", "--engine", engine]].concat()).await;
        let mut documents = ran.documents();
        for document in &mut documents {
            if document["ok"] == true {
                assert_eq!(document["socket"]["engine"], engine);
            }
            for field in OF_OPENSSL {
                let told = document.pointer(field).unwrap_or(&Value::Null);
                assert!(engine == "openssl" || told.is_null(), "{field}: {told}");
            }
            for field in DIFFERENT.iter().chain(&OF_OPENSSL) {
                if let Some(value) = document.pointer_mut(field) {
                    *value = json!("different");
                }
            }
        }
        documents
    };
    [on("openssl").await, on("rustls").await]
}

#[tokio::test]
async fn both_tell_the_same_of_a_connection_and_of_its_resumption() {
    if !NodeServer::is_available() {
        return;
    }
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let ca = files.name("ca.pem");
    for version in ["TLSv1.2", "TLSv1.3"] {
        let server = NodeServer::with(pki.localhost()).option("maxVersion", version).start().await;
        let target = url(server.port());
        let [openssl, rustls] = on_both(&["connect", &target, "--ca", &ca, "--times", "2"]).await;
        assert_eq!(openssl, rustls);
        assert_eq!(openssl[1]["socket"]["isSessionReused"], true);
    }
}

#[tokio::test]
async fn both_tell_the_same_of_a_failure() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let target = url(server.port());
    let files = Files::trusting(Pki::shared());
    let ca = files.name("ca.pem");
    for terms in
        [&[][..], &["--ca", &ca, "--servername", "other.test"], &["--ca", &ca, "--alpn-protocols", "x"]]
    {
        let [openssl, rustls] = on_both(&[&["connect", &target], terms].concat()).await;
        assert_eq!(openssl, rustls);
    }
}

/// The demonstration too says which engine it is, and what decided.
#[tokio::test]
async fn without_a_target_the_engine_is_named() {
    for (arguments, engine, reason) in [
        (&["connect", "--json"][..], "rustls", "default"),
        (&["connect", "--json", "--engine", "openssl"], "openssl", "engine"),
        (&["connect", "--json", "--engine", "rustls"], "rustls", "engine"),
        (&["connect", "--json", "--ciphers", "HIGH:!aNULL"], "openssl", "ciphers"),
    ] {
        let ran = tredici(arguments).await;
        for document in ran.documents() {
            let socket = &document["socket"];
            assert_eq!(
                (&socket["engine"], &socket["engineReason"]),
                (&json!(engine), &json!(reason)),
                "{document}"
            );
        }
    }
}

/// What the options say, `--engine` or its absence.
#[tokio::test]
async fn the_options_decide_where_nobody_names_one() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let (target, files) = (url(server.port()), Files::trusting(Pki::shared()));
    let ca = files.name("ca.pem");
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
    let socket = &ran.document()["socket"];
    assert_eq!((&socket["engine"], &socket["engineReason"]), (&json!("openssl"), &json!("sessionOut")));
    let ran = tredici(&["connect", &target, "--ca", &ca, "--session-in", &out, "--json"]).await;
    let socket = &ran.document()["socket"];
    assert_eq!((&socket["engine"], &socket["engineReason"]), (&json!("openssl"), &json!("session")));
    assert_eq!(socket["isSessionReused"], true);
    let ran = tredici(&[&call[..], &["--engine", "rustls"]].concat()).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (2, ""));
    assert_failed(&ran.document(), "UND_ERR_NOT_SUPPORTED", "options");
}
