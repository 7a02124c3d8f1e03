//! Sessions from one call to the next.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use tredici_test::{NodeServer, Pki};

use super::{
    super::suite::sessions::{node, reused},
    command::{Files, keys, tredici, url},
};
use crate::shape::assert_failed;

#[tokio::test]
async fn from_one_process_to_the_next() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let (ca, out) = (files.name("ca.pem"), files.name("sessions.json"));
    for version in ["TLSv1.2", "TLSv1.3"] {
        let server = node(version).start().await;
        let target = url(server.port());
        let first = tredici(&["connect", &target, "--ca", &ca, "--session-out", &out, "--json"]).await;
        assert_eq!(reused(&first), [false]);

        let mode = files.path("sessions.json").metadata().expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let written: Value = serde_json::from_str(&files.read("sessions.json")).expect("one document");
        assert_eq!(keys(&written), ["servername", "port", "alpn", "scope", "sessions"]);
        assert_eq!((&written["servername"], &written["port"]), (&"localhost".into(), &server.port().into()));
        assert!(written["sessions"][0]["session"].is_string(), "{version}");

        let second = tredici(&["connect", &target, "--ca", &ca, "--session-in", &out, "--json"]).await;
        assert_eq!(reused(&second), [true], "{version}");
        let (first, second) = (first.document(), second.document());
        assert_eq!(first["socket"]["peerCertificate"], second["socket"]["peerCertificate"]);
        assert_eq!(second["socket"]["authorized"], true);
    }
}

#[tokio::test]
async fn a_session_is_offered_only_where_it_belongs() {
    if !NodeServer::is_available() {
        return;
    }
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let (ca, out) = (files.name("ca.pem"), files.name("sessions.json"));
    let server = node("TLSv1.3").start().await;
    let target = url(server.port());
    tredici(&["connect", &target, "--ca", &ca, "--session-out", &out]).await;

    let other = tredici_test::CertificateSpec::authority("Other").self_signed().pem();
    let both = files.write("both.pem", format!("{}{other}", pki.root().pem()));
    let ip = format!("https://127.0.0.1:{}", server.port());
    let elsewhere = node("TLSv1.3").start().await;
    for arguments in [
        &[&target, "--ca", &both][..],
        &[&ip, "--ca", &ca],
        &[&url(elsewhere.port()), "--ca", &ca],
        &[&target, "--ca", &ca, "--max-version", "TLSv1.3", "--min-version", "TLSv1.3"],
    ] {
        let ran = tredici(&[&["connect", "--session-in", &out, "--json"], arguments].concat()).await;
        assert_eq!(reused(&ran), [false], "{arguments:?}");
    }
    let ran = tredici(&["connect", &target, "--ca", &ca, "--session-in", &out, "--json"]).await;
    assert_eq!(reused(&ran), [true], "it was not used up by those");
}

#[tokio::test]
async fn what_was_not_used_is_handed_on() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let (ca, file) = (files.name("ca.pem"), files.name("sessions.json"));
    let server = node("TLSv1.3").start().await;
    let target = url(server.port());
    let count = || {
        let written: Value = serde_json::from_str(&files.read("sessions.json")).expect("JSON");
        written["sessions"].as_array().expect("sessions").len()
    };
    tredici(&["connect", &target, "--ca", &ca, "--session-out", &file]).await;
    assert_eq!(count(), 2, "a full handshake brings two");
    let arguments =
        ["connect", &target, "--ca", &ca, "--session-in", &file, "--session-out", &file, "--json"];
    for (want, left) in [(true, 1), (true, 0), (false, 2)] {
        assert_eq!(reused(&tredici(&arguments).await), [want]);
        assert_eq!(count(), left, "Node sends none with a resumed one");
    }
}

#[tokio::test]
async fn a_failure_leaves_the_file_as_it_was() {
    let files = Files::new();
    let out = files.write("sessions.json", "as it was");
    let ran = tredici(&["connect", "https://127.0.0.1:1", "--session-out", &out]).await;
    assert_eq!((ran.status, files.read("sessions.json").as_str()), (1, "as it was"));
    assert_eq!(
        std::fs::read_dir(files.directory()).expect("the directory").count(),
        1,
        "nothing is left over"
    );
}

#[tokio::test]
async fn an_alert_that_comes_while_tickets_are_waited_for_is_a_failure_of_the_handshake() {
    if !NodeServer::is_available() {
        return;
    }
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let server = node("TLSv1.3").request_certificate(&pki.root().pem(), true).start().await;
    let (ca, out) = (files.name("ca.pem"), files.name("sessions.json"));
    let ran = tredici(&["connect", &url(server.port()), "--ca", &ca, "--session-out", &out, "--json"]).await;
    assert_eq!(ran.status, 1, "{ran:?}");
    let document = ran.document();
    assert_failed(&document, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "secureConnect");
    assert_eq!(document["peerCertificate"]["subject"]["CN"], "localhost");
    assert!(!files.path("sessions.json").exists());
}
