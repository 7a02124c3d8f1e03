//! Sessions from one call to the next.

use tredici_test::{NodeServer, Pki};

use super::command::{Files, tredici, url};
use crate::shape::assert_failed;

#[tokio::test]
async fn they_are_neither_written_nor_read() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let (target, ca) = (url(server.port()), files.name("ca.pem"));
    let out = files.name("sessions.json");
    let ran = tredici(&["connect", &target, "--ca", &ca, "--session-out", &out, "--json"]).await;
    assert_ne!(ran.status, 0, "{ran:?}");
    let documents = ran.documents();
    let failure = documents.last().expect("a report");
    assert_failed(failure, "UND_ERR_NOT_SUPPORTED", "options");
    let message = failure["error"]["message"].as_str().expect("a message");
    assert!(message.contains("session") && message.contains("rustls"), "{message}");
    assert!(!files.path("sessions.json").exists());

    let input = files.write("in.json", r#"{"servername":"localhost","sessions":[{"session":"MAMBAgM="}]}"#);
    let ran = tredici(&["connect", &target, "--ca", &ca, "--session-in", &input, "--json"]).await;
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_failed(&ran.document(), "UND_ERR_NOT_SUPPORTED", "options");
}
