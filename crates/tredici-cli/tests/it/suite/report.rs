//! The report of a connection, field by field.

use serde_json::{Value, json};
use tredici_test::{Fault, Pki, RefusedPort, ScriptedServer};

use super::{
    ENGINE,
    command::{Files, command, keys, listen, tredici, url},
    of_openssl,
};
use crate::shape::{ATTEMPT, CONNECTED, FAILED, STEP, TARGET, TIMINGS, assert_failed};

const SOCKET: &[&str] = &[
    "readyState",
    "encrypted",
    "authorized",
    "authorizationError",
    "alpnProtocol",
    "servername",
    "localAddress",
    "localFamily",
    "localPort",
    "remoteAddress",
    "remoteFamily",
    "remotePort",
    "bytesRead",
    "bytesWritten",
    "tlsVersion",
    "cipher",
    "ephemeralKeyInfo",
    "isSessionReused",
    "sharedSigalgs",
    "finished",
    "peerFinished",
    "ticket",
    "engine",
    "engineReason",
    "certificate",
    "peerCertificate",
];

#[tokio::test]
async fn every_field_of_a_tls_connection() {
    let files = Files::trusting(Pki::shared());
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) =
        listen(&["--cert", &cert, "--key", &key, "--alpn-protocols", "h2", "--mode", "echo"]).await;
    let ran = tredici(&["connect", &url(port), "--ca", &files.name("ca.pem"), "--json"]).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let document = ran.document();
    assert_eq!(keys(&document), CONNECTED);
    assert_eq!((&document["ok"], &document["index"]), (&json!(true), &json!(0)));

    let target = json!({ "protocol": "https:", "hostname": "localhost", "port": port, "servername": "localhost",
        "socketPath": null, "localAddress": null });
    assert_eq!((keys(&document["target"]), &document["target"]), (TARGET.to_vec(), &target));

    let timings = &document["timings"];
    assert_eq!(keys(timings), TIMINGS);
    let time = |name: &str| timings[name].as_f64().expect(name);
    assert!(time("lookup") + time("connect") + time("secureConnect") <= time("total"), "{timings}");
    assert!(time("total") < 30_000.0, "milliseconds: {timings}");

    let attempts = document["attempts"].as_array().expect("attempts");
    let last = attempts.last().expect("an attempt");
    assert_eq!(keys(last), ATTEMPT);
    assert_eq!((&last["address"], &last["port"]), (&json!("127.0.0.1"), &json!(port)));
    assert_eq!((&last["family"], &last["error"]), (&json!(4), &Value::Null));

    let socket = &document["socket"];
    assert_eq!(keys(socket), SOCKET);
    let ephemeral_key_info = match ENGINE {
        // The system's OpenSSL may be older than 3.5, and so know nothing hybrid.
        "openssl" if !cfg!(feature = "vendored") => json!({ "type": "ECDH", "name": "X25519", "size": 253 }),
        _ => json!({ "type": "TLSGroup", "name": "X25519MLKEM768" }),
    };
    for (field, want) in [
        ("readyState", json!("open")),
        ("encrypted", json!(true)),
        ("authorized", json!(true)),
        ("authorizationError", Value::Null),
        ("alpnProtocol", json!("h2")),
        ("servername", json!("localhost")),
        ("localAddress", json!("127.0.0.1")),
        ("localFamily", json!("IPv4")),
        ("remoteAddress", json!("127.0.0.1")),
        ("remoteFamily", json!("IPv4")),
        ("remotePort", json!(port)),
        ("bytesRead", json!(0)),
        ("bytesWritten", json!(0)),
        ("tlsVersion", json!("TLSv1.3")),
        ("ephemeralKeyInfo", ephemeral_key_info),
        ("isSessionReused", json!(false)),
        ("sharedSigalgs", of_openssl(json!([]))),
        ("engine", json!(ENGINE)),
        ("engineReason", json!("engine")),
        ("certificate", json!({})),
    ] {
        assert_eq!(socket[field], want, "{field}");
    }
    assert_eq!(keys(&socket["cipher"]), ["name", "standardName", "version"]);
    assert!(socket["localPort"].as_u64().is_some_and(|port| port > 0));
    for field in ["finished", "peerFinished"] {
        let hex = socket[field].as_str().unwrap_or_default();
        let is_known = hex.len() == 96 && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
        assert!(is_known || socket[field] == of_openssl(json!("not null")), "{field}: {hex}");
    }
    assert_eq!(socket["peerCertificate"]["subject"], json!({ "CN": "localhost" }));
    assert_eq!((&document["received"], &document["closed"]), (&Value::Null, &json!({ "clean": true })));
}

#[tokio::test]
async fn alpn_is_false_where_tls_agreed_on_none_and_null_without_tls() {
    let files = Files::new();
    let (_tls, port) =
        listen(&["--self-signed", "localhost", "--ca-out", &files.name("ca.pem"), "--mode", "discard"]).await;
    let ran = tredici(&["connect", &url(port), "--ca", &files.name("ca.pem"), "--json"]).await;
    assert_eq!(ran.document()["socket"]["alpnProtocol"], false);

    let (_plain, port) = listen(&["--mode", "discard"]).await;
    let ran = tredici(&["connect", &format!("tcp://127.0.0.1:{port}"), "--json"]).await;
    assert_eq!(ran.status, 0);
    let document = ran.document();
    let socket = &document["socket"];
    assert_eq!((&socket["encrypted"], &socket["authorized"]), (&json!(false), &json!(false)));
    for field in [
        "authorizationError",
        "alpnProtocol",
        "servername",
        "tlsVersion",
        "cipher",
        "ephemeralKeyInfo",
        "isSessionReused",
        "sharedSigalgs",
        "finished",
        "peerFinished",
        "ticket",
        "engine",
        "engineReason",
        "certificate",
        "peerCertificate",
    ] {
        assert_eq!(socket[field], Value::Null, "{field}");
    }
    assert_eq!(document["timings"]["secureConnect"], Value::Null);
    assert_eq!(document["timings"]["lookup"], Value::Null);
}

#[tokio::test]
async fn what_an_https_target_offers_and_what_a_tls_target_offers() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&[
        "--self-signed",
        "localhost",
        "--ca-out",
        &ca,
        "--mode",
        "discard",
        "--alpn-protocols",
        "x,http/1.1",
    ])
    .await;
    let alpn = async |target: &str, more: &[&str]| {
        let target = format!("{target}://localhost:{port}");
        let arguments = [&["connect", &target, "--ca", &ca, "--json"], more].concat();
        tredici(&arguments).await.document()["socket"]["alpnProtocol"].clone()
    };
    assert_eq!(alpn("https", &[]).await, "http/1.1");
    assert_eq!(alpn("tls", &[]).await, false);
    assert_eq!(alpn("tls", &["--alpn-protocols", "y,x"]).await, "x");
}

#[tokio::test]
async fn every_field_of_a_refused_connection() {
    let port = RefusedPort::new();
    let target = format!("https://127.0.0.1:{}", port.port());
    let ran = tredici(&["connect", &target, "--json"]).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    let document = ran.document();
    assert_failed(&document, "ECONNREFUSED", "connect");
    assert_eq!(keys(&document), [FAILED, &["waterfall"]].concat());
    assert_eq!(document["attempts"][0]["error"]["code"], "ECONNREFUSED");
    assert_eq!(
        (&document["error"]["name"], &document["error"]["retryable"]),
        (&json!("Error"), &json!(true))
    );
    assert!(document["error"]["hint"].is_string());
    assert_eq!(document["peerCertificate"], json!({}));
    assert_eq!(document["timings"]["secureConnect"], Value::Null);
}

#[tokio::test]
async fn the_peers_certificate_is_told_where_it_was_refused() {
    let files = Files::trusting(Pki::shared());
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key]).await;
    let ca = files.name("ca.pem");
    let ran = tredici(&["connect", &url(port), "--ca", &ca, "--servername", "other.test", "--json"]).await;
    assert_eq!(ran.status, 1);
    let document = ran.document();
    assert_failed(&document, "ERR_TLS_CERT_ALTNAME_INVALID", "verify");
    assert_eq!(keys(&document), [FAILED, &["waterfall"]].concat());
    assert_eq!(document["error"]["host"], "other.test");
    assert!(document["error"]["reason"].as_str().expect("reason").starts_with("Host: other.test. is not in"));
    assert_eq!(document["peerCertificate"]["subject"]["CN"], "localhost");
    assert_eq!(document["peerCertificate"]["issuerCertificate"]["subject"]["CN"], "Test Intermediate");

    // A person reads the same, on standard error.
    let ran = tredici(&["connect", &url(port), "--ca", &ca, "--servername", "other.test"]).await;
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let headline = ran.stderr.lines().find(|line| !line.is_empty()).expect("a line");
    assert!(
        headline.contains("[ERR_TLS_CERT_ALTNAME_INVALID]") && headline.contains("in verify"),
        "{headline}"
    );
    assert!(ran.stderr.contains("CN=localhost"), "{}", ran.stderr);
}

#[tokio::test]
async fn who_asked_not_to_reject_is_told_the_reason() {
    let (_server, port) = listen(&["--self-signed", "localhost"]).await;
    let ran = tredici(&["connect", &url(port), "--reject-unauthorized=false", "--json"]).await;
    assert_eq!(ran.status, 0);
    let socket = &ran.document()["socket"];
    assert_eq!(
        (&socket["authorized"], &socket["authorizationError"]),
        (&json!(false), &json!("UNABLE_TO_VERIFY_LEAF_SIGNATURE"))
    );
    let ran = tredici(&["connect", &url(port), "--reject-unauthorized=false"]).await;
    assert!(ran.stdout.contains("! not verified: UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "{}", ran.stdout);
}

#[tokio::test]
async fn many_connections_are_told_in_order_and_one_failure_is_the_status() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) =
        listen(&["--self-signed", "localhost", "--ca-out", &ca, "--count", "5", "--mode", "discard"]).await;
    let arguments = ["connect", &url(port), "--ca", &ca, "--json", "--times", "8", "--concurrency", "3"];
    let ran = tredici(&arguments).await;
    let documents = ran.documents();
    let indices: Vec<_> = documents.iter().map(|document| document["index"].as_u64()).collect();
    assert_eq!(indices, (0..8).map(Some).collect::<Vec<_>>());
    // The server takes five and is gone.
    let ok = documents.iter().filter(|document| document["ok"] == true).count();
    assert_eq!((ran.status, ok), (1, 5), "{documents:?}");
}

#[tokio::test]
async fn a_person_reads_the_first_in_full_the_others_in_a_line_and_a_sum() {
    let (_server, port) = listen(&["--mode", "discard"]).await;
    let ran = tredici(&["connect", &format!("tcp://127.0.0.1:{port}"), "--times", "3"]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.stdout.matches("address ").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  2  ") && ran.stdout.contains("\n  3  "), "{}", ran.stdout);
    assert!(ran.stdout.contains("3 connected"), "{}", ran.stdout);
}

#[tokio::test]
async fn words_of_a_peer_command_no_terminal() {
    let server = ScriptedServer::tcp(Fault::Reply(b"\x1b[2Jboo\x07\n".to_vec())).await;
    let target = format!("tcp://127.0.0.1:{}", server.port());
    let ran = tredici(&["connect", &target, "--send", "x", "--read", "5s"]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains(r"\u{1b}[2Jboo\u{7}") && !ran.stdout.contains('\x1b'), "{}", ran.stdout);
}

/// The steps of a report's waterfall, each within the whole, as `name` or `name: code`.
fn steps(document: &Value) -> Vec<String> {
    let total = document["timings"]["total"].as_f64().expect("a time");
    let steps = document["waterfall"].as_array().expect("steps");
    let told = steps.iter().map(|step| {
        let time = |name: &str| step[name].as_f64().expect(name);
        assert!(time("start") + time("elapsed") <= total + 0.002, "{document}");
        let name = step["name"].as_str().expect("a name");
        match name {
            "attempt" => assert_eq!(keys(step), ["name", "address", "port", "start", "elapsed", "error"]),
            _ => assert_eq!(keys(step), STEP),
        }
        match step["error"]["code"].as_str() {
            Some(code) => format!("{name}: {code}"),
            None => name.to_owned(),
        }
    });
    told.collect()
}

/// Of no key.
const WRONG_PIN: &str = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[tokio::test]
async fn what_happened_when_is_told_step_by_step() {
    let files = Files::trusting(Pki::shared());
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--mode", "discard"]).await;
    let ca = files.name("ca.pem");
    let connect = async |target: &str, more: &[&str]| {
        let ran = tredici(&[&["connect", target, "--ca", &ca, "--json"], more].concat()).await;
        ran.document()
    };
    let by_name = format!("tls://db.test:{port}");
    let lookup = ["--lookup", "db.test=::1,127.0.0.1", "--servername", "localhost"];
    let document = connect(&by_name, &lookup).await;
    assert_eq!(steps(&document), ["lookup", "attempt: ECONNREFUSED", "attempt", "secureConnect", "verify"]);
    assert_eq!(document["waterfall"][0]["elapsed"], document["timings"]["lookup"]);
    let attempts = [&document["waterfall"][1], &document["waterfall"][2]];
    assert_eq!(attempts.map(|it| &it["address"]), [&json!("::1"), &json!("127.0.0.1")]);
    for (step, attempt) in attempts.iter().zip(document["attempts"].as_array().expect("attempts")) {
        assert_eq!(step["elapsed"], attempt["elapsed"]);
    }

    let refused = connect(&by_name, &["--lookup", "db.test=127.0.0.1"]).await;
    let code = "ERR_TLS_CERT_ALTNAME_INVALID";
    let of_name = |step: &str| format!("{step}: {code}");
    assert_eq!(steps(&refused), ["lookup", "attempt", &of_name("secureConnect"), &of_name("verify")]);
    // Whom they talked to can be asked about by any name.
    for report in [&document, &refused] {
        let report = files.write("report.json", report.to_string());
        assert_eq!(tredici(&["verify", "localhost", "--certificate", &report]).await.status, 0);
        assert_eq!(tredici(&["verify", "db.test", "--certificate", &report]).await.status, 1);
    }

    let pins = ["--lookup", "db.test=127.0.0.1", "--servername", "localhost", "--pins", WRONG_PIN];
    let pinned = connect(&by_name, &pins).await;
    let step = |name: &str| format!("{name}: ERR_TLS_PIN_MISMATCH");
    assert_eq!(steps(&pinned), ["lookup", "attempt", &step("secureConnect"), &step("check")]);
    let reported = connect(&by_name, &[&pins[..], &["--pins-report-only"]].concat()).await;
    assert_eq!(steps(&reported), ["lookup", "attempt", "secureConnect", &step("verify")]);

    let unknown = connect(&by_name, &["--lookup", "other.test=127.0.0.1"]).await;
    assert_eq!(steps(&unknown), ["lookup: ENOTFOUND"]);

    let blocked = connect(&by_name, &["--lookup", "db.test=127.0.0.1", "--block-list", "loopback"]).await;
    assert_eq!(steps(&blocked), ["lookup", "attempt: ERR_IP_BLOCKED"]);

    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let target = format!("tls://127.0.0.1:{}", silent.port());
    let cut_off = connect(&target, &["--timeout", "50ms"]).await;
    assert_eq!(steps(&cut_off), ["attempt", "secureConnect: UND_ERR_CONNECT_TIMEOUT"]);
    assert!(cut_off["waterfall"][1]["elapsed"].as_f64().expect("a time") > 1.0, "{cut_off}");
}

#[tokio::test]
async fn of_several_addresses_the_one_that_answered_is_among_the_facts() {
    let (_server, port) = listen(&["--mode", "discard"]).await;
    let by_name = format!("tcp://db.test:{port}");
    let ran = tredici(&["connect", &by_name, "--lookup", "db.test=::1,127.0.0.1"]).await;
    let row = ran.stdout.lines().find(|line| line.trim_start().starts_with("address "));
    assert!(row.is_some_and(|row| row.ends_with(&format!("127.0.0.1:{port}"))), "{ran:?}");
}

fn row_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find(|line| line.trim_start().starts_with(name))
}

#[tokio::test]
async fn a_person_sees_where_the_time_went() {
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let target = format!("tls://127.0.0.1:{}", silent.port());
    let ran = tredici(&["connect", &target, "--timeout", "100ms"]).await;
    let row = |name: &str| row_of(&ran.stderr, name);
    let handshake = row("secureConnect ").expect("a row");
    assert!(handshake.contains("━━━━━━━━━━━━━━━━") && handshake.ends_with("✘ timed out"), "{}", ran.stderr);
    assert!(row("connect ").is_some_and(|row| row.contains("━")), "{}", ran.stderr);

    // The letters are those of the locale.
    let mut command = command(&["connect", &target, "--timeout", "100ms"]);
    let output = command.env("LC_ALL", "C").output().await.expect("it runs");
    assert!(output.stderr.is_ascii());
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(text.contains("================") && text.contains("x timed out"), "{text}");

    // What ends a connection that was made has its row, too.
    let broken = ScriptedServer::tcp(Fault::Reset).await;
    let target = format!("tcp://127.0.0.1:{}", broken.port());
    let ran = tredici(&["connect", &target, "--send", "x", "--read", "5s"]).await;
    assert!(row_of(&ran.stderr, "transfer ").is_some_and(|row| row.ends_with("✘ failed")), "{ran:?}");
}
