//! Sessions: resumed within a call, and from one call to the next.

use tredici_test::{NodeServer, NodeServerBuilder, Pki};

use super::command::{Files, Ran, listen, tredici, url};
use crate::shape::assert_failed;

pub(crate) fn reused(ran: &Ran) -> Vec<bool> {
    assert_eq!(ran.status, 0, "{ran:?}");
    let documents = ran.documents();
    documents.iter().map(|document| document["socket"]["isSessionReused"].as_bool().expect("TLS")).collect()
}

pub(crate) fn node(version: &str) -> NodeServerBuilder {
    NodeServer::with(Pki::shared().localhost()).option("minVersion", version).option("maxVersion", version)
}

#[tokio::test]
async fn four_times_against_node() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    for (version, want) in [("TLSv1.3", [false, true, true, false]), ("TLSv1.2", [false, true, true, true])] {
        let mut server = node(version).start().await;
        let ran = tredici(&[
            "connect",
            &url(server.port()),
            "--ca",
            &files.name("ca.pem"),
            "--times",
            "4",
            "--json",
        ])
        .await;
        assert_eq!(reused(&ran), want, "{version}");
        for resumed in want {
            assert_eq!(server.connection().await["isSessionReused"], resumed);
        }
        let documents = ran.documents();
        for document in &documents {
            assert_eq!(document["socket"]["peerCertificate"], documents[0]["socket"]["peerCertificate"]);
            assert_eq!(document["socket"]["authorized"], true);
        }
    }
}

#[tokio::test]
async fn no_session_is_kept_where_none_is_to_be() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let server = node("TLSv1.3").start().await;
    let ca = files.name("ca.pem");
    let arguments =
        ["connect", &url(server.port()), "--ca", &ca, "--times", "3", "--max-cached-sessions", "0", "--json"];
    assert_eq!(reused(&tredici(&arguments).await), [false, false, false]);
}

#[tokio::test]
async fn an_alert_that_comes_while_tickets_are_waited_for_is_a_failure_of_the_handshake() {
    if !NodeServer::is_available() {
        return;
    }
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let server = node("TLSv1.3").request_certificate(&pki.root().pem(), true).start().await;
    let ca = files.name("ca.pem");
    let ran = tredici(&["connect", &url(server.port()), "--ca", &ca, "--times", "2", "--json"]).await;
    assert_failed(&ran.documents()[0], "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "secureConnect");
    assert_eq!(ran.documents()[0]["peerCertificate"]["subject"]["CN"], "localhost");
    assert_eq!((ran.status, ran.documents().len()), (1, 2));
}

#[tokio::test]
async fn secrets_of_connections_are_appended_to_the_key_log() {
    let files = Files::new();
    let (ca, log, server_log) = (files.name("ca.pem"), files.name("key.log"), files.name("server.log"));
    files.write("key.log", "# mine\n");
    let (_server, port) = listen(&[
        "--self-signed",
        "localhost",
        "--ca-out",
        &ca,
        "--keylog",
        &server_log,
        "--mode",
        "discard",
    ])
    .await;
    let ran = tredici(&["connect", &url(port), "--ca", &ca, "--keylog", &log, "--json"]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let text = files.read("key.log");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "# mine");
    for label in ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"] {
        let line = lines.iter().find(|line| line.starts_with(&format!("{label} "))).expect(label);
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!((words.len(), words[1].len()), (3, 64), "{line}");
        assert!(files.read("server.log").contains(line), "both ends have the same secrets");
    }
    assert!(!ran.stdout.contains(lines[1]) && ran.stderr.is_empty());
}
