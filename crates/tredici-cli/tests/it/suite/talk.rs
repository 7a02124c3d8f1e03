//! What is said over a connection, and what is heard.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tredici_test::{Behaviour, Fault, NodeServer, OpensslServer, Pki, ScriptedServer};

use super::command::{Files, keys, listen, tredici, tredici_with_input, url};
use crate::shape::assert_failed;

#[tokio::test]
async fn what_is_sent_comes_back() {
    let (_server, port) = listen(&["--mode", "echo"]).await;
    let target = format!("tcp://127.0.0.1:{port}");
    let ran =
        tredici(&["connect", &target, "--send", r"a\r\n\t\\\x00\xff", "--read", "300ms", "--json"]).await;
    assert_eq!(ran.status, 0);
    let document = ran.document();
    assert_eq!(document["received"], "YQ0KCVwA/w==");
    assert_eq!(
        (&document["socket"]["bytesWritten"], &document["socket"]["bytesRead"]),
        (&json!(7), &json!(7))
    );
    assert_eq!(
        (&document["socket"]["readyState"], &document["closed"]),
        (&json!("open"), &json!({ "clean": true }))
    );
}

#[tokio::test]
async fn reading_ends_with_the_peer_and_not_with_the_time() {
    let server = ScriptedServer::tcp(Fault::Reply(b"bye".to_vec())).await;
    let target = format!("tcp://127.0.0.1:{}", server.port());
    let ran = tredici(&["connect", &target, "--send", "x", "--read", "1h", "--json"]).await;
    let document = ran.document();
    assert_eq!((&document["received"], &document["closed"]), (&json!("Ynll"), &json!({ "clean": true })));
    assert_eq!(document["socket"]["readyState"], "writeOnly");
}

#[tokio::test]
async fn reading_ends_with_the_time_and_not_with_the_peer() {
    let (_server, port) = listen(&["--mode", "discard"]).await;
    #[expect(clippy::disallowed_methods, reason = "the command has a clock of its own")]
    let start = Instant::now();
    let ran = tredici(&["connect", &format!("tcp://127.0.0.1:{port}"), "--read", "400ms", "--json"]).await;
    #[expect(clippy::disallowed_methods, reason = "the command has a clock of its own")]
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(400), "{elapsed:?}");
    assert_eq!((ran.status, &ran.document()["received"]), (0, &json!("")));
}

#[tokio::test]
async fn a_truncated_stream_is_a_failure_with_what_was_received() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    for version in ["TLSv1.2", "TLSv1.3"] {
        let server = NodeServer::with(Pki::shared().localhost()).then(Behaviour::Truncate("half".into()));
        let server = server.option("minVersion", version).option("maxVersion", version).start().await;
        let ca = files.name("ca.pem");
        let arguments = ["connect", &url(server.port()), "--ca", &ca, "--read", "20s"];
        let ran = tredici(&[&arguments[..], &["--json"]].concat()).await;
        assert_eq!(ran.status, 1);
        let document = ran.document();
        assert_failed(&document, "ERR_TLS_TRUNCATED", "transfer");
        assert_eq!(keys(&document)[7..], ["received", "closed", "waterfall"]);
        assert_eq!(
            (&document["received"], &document["closed"]),
            (&json!("aGFsZg=="), &json!({ "clean": false }))
        );
        assert_eq!(document["peerCertificate"]["subject"]["CN"], "localhost");
        assert!(document["timings"]["secureConnect"].is_number());

        let ran = tredici(&arguments).await;
        assert_eq!(ran.status, 1);
        assert!(
            ran.stderr.contains("[ERR_TLS_TRUNCATED]  in transfer") && ran.stderr.contains("half"),
            "{}",
            ran.stderr
        );
    }
}

#[tokio::test]
async fn a_clean_end_is_none() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let server =
        NodeServer::with(Pki::shared().localhost()).then(Behaviour::End("whole".into())).start().await;
    let ran =
        tredici(&["connect", &url(server.port()), "--ca", &files.name("ca.pem"), "--read", "20s", "--json"])
            .await;
    let document = ran.document();
    assert_eq!((ran.status, &document["received"]), (0, &json!("d2hvbGU=")));
    assert_eq!(document["closed"], json!({ "clean": true }));
}

#[tokio::test]
async fn a_reset_is_a_failure() {
    let server = ScriptedServer::tcp(Fault::Reset).await;
    let target = format!("tcp://127.0.0.1:{}", server.port());
    let ran = tredici(&["connect", &target, "--send", "x", "--read", "20s", "--json"]).await;
    assert_eq!(ran.status, 1);
    let document = ran.document();
    assert_failed(&document, "ECONNRESET", "transfer");
    assert_eq!((&document["received"], &document["closed"]), (&json!(""), &json!({ "clean": false })));
    assert_eq!(document["peerCertificate"], Value::Null, "a plain connection has none");
}

#[tokio::test]
async fn a_page_from_openssl() {
    if !OpensslServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let server = OpensslServer::with(Pki::shared().localhost()).www().start().await;
    let ran = tredici(&[
        "connect",
        &url(server.port()),
        "--ca",
        &files.name("ca.pem"),
        "--send",
        r"GET / HTTP/1.0\r\n\r\n",
        "--read",
        "20s",
    ])
    .await;
    assert!(ran.stdout.contains("HTTP/1.0 200 ok") && ran.stdout.contains("s_server"), "{ran:?}");
}

#[tokio::test]
async fn a_pipe_carries_what_comes_and_reports_on_standard_error() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "echo"]).await;
    let input = "a line and another\n".repeat(20_000);
    let ran = tredici_with_input(
        &["connect", &url(port), "--ca", &ca, "--pipe", "--send", "first\n", "--json"],
        &input,
    )
    .await;
    assert_eq!(ran.status, 0);
    assert!(ran.stdout == format!("first\n{input}"), "{} bytes", ran.stdout.len());
    let report: Value = serde_json::from_str(&ran.stderr).expect("the report");
    let bytes = json!(input.len() + "first\n".len());
    assert_eq!((&report["ok"], &report["socket"]["bytesRead"]), (&json!(true), &bytes));
    assert_eq!(
        (&report["socket"]["bytesWritten"], &report["socket"]["readyState"]),
        (&bytes, &json!("closed"))
    );
    assert_eq!((&report["received"], &report["closed"]["clean"]), (&Value::Null, &json!(true)));

    let ran = tredici_with_input(&["connect", &url(port), "--ca", &ca, "--pipe"], "hi").await;
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "hi"));
    assert!(ran.stderr.contains("✔ verified"), "{}", ran.stderr);

    let ran = tredici_with_input(&["connect", &url(port), "--pipe", "--json"], "hi").await;
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "{}", ran.stderr);
}
