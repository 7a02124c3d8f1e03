//! `tredici listen`.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tredici_test::{CertificateSpec, NodeServer, Pki, node_client, node_oracle, within};

use super::{
    ENGINE,
    command::{Files, keys, listen, start, tredici, url},
    of_openssl,
};
use crate::shape::assert_failed;

#[tokio::test]
async fn where_it_listens_comes_first() {
    let mut server = start(&["listen", "127.0.0.1:0", "--json", "--for", "10ms"]);
    let document = server.document().await;
    assert_eq!(keys(&document), ["listening"]);
    assert_eq!(keys(&document["listening"]), ["address", "family", "port"]);
    assert_eq!(
        (&document["listening"]["address"], &document["listening"]["family"]),
        (&json!("127.0.0.1"), &json!("IPv4"))
    );
    assert!(document["listening"]["port"].as_u64().is_some_and(|port| port > 0));
    assert_eq!((server.line().await, server.status().await), (None, Some(0)));
}

#[tokio::test]
async fn a_line_for_each_connection_from_the_servers_side() {
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let (cert, key) = files.identity(pki.localhost());
    let ca = files.name("ca.pem");
    let client_cert = files.write("client.pem", pki.client().chain_pem());
    let client_key = files.write("client.key", pki.client().key_pem());
    let (mut server, port) = listen(&[
        "--cert",
        &cert,
        "--key",
        &key,
        "--ca",
        &ca,
        "--request-cert",
        "--alpn-protocols",
        "h2",
        "--mode",
        "echo",
        "--count",
        "1",
    ])
    .await;
    let target = url(port);
    let ran = tredici(&[
        "connect",
        &target,
        "--ca",
        &ca,
        "--cert",
        &client_cert,
        "--key",
        &client_key,
        "--send",
        "12345",
        "--read",
        "100ms",
        "--json",
    ])
    .await;
    let client = ran.document();
    let line = server.document().await;
    assert_eq!(keys(&line), keys(&client), "the same shape");
    assert_eq!(keys(&line["socket"]), keys(&client["socket"]));
    assert_eq!((&line["ok"], &line["index"]), (&json!(true), &json!(0)));
    let socket = &line["socket"];
    for (field, want) in [
        ("servername", json!("localhost")),
        ("authorized", json!(true)),
        ("alpnProtocol", json!("h2")),
        ("bytesRead", json!(5)),
        ("bytesWritten", json!(5)),
        ("readyState", json!("writeOnly")),
        ("remotePort", client["socket"]["localPort"].clone()),
        ("finished", of_openssl(client["socket"]["peerFinished"].clone())),
        ("peerFinished", of_openssl(client["socket"]["finished"].clone())),
    ] {
        assert_eq!(socket[field], want, "{field}");
    }
    let shared = &socket["sharedSigalgs"];
    let is_known = shared.as_array().is_some_and(|list| list.contains(&json!("ECDSA+SHA256")));
    assert!(is_known || *shared == of_openssl(json!("not null")), "{socket}");
    assert_eq!(socket["peerCertificate"]["subject"]["CN"], "Test Client");
    assert_eq!(socket["certificate"]["subject"]["CN"], "localhost");
    assert_eq!(line["closed"], json!({ "clean": true }));
    assert_eq!(server.status().await, Some(0));
}

#[tokio::test]
async fn a_failed_handshake_is_a_line_and_changes_nothing() {
    let (mut server, port) = listen(&["--self-signed", "localhost", "--count", "2"]).await;
    let ran = tredici(&["connect", &url(port), "--json"]).await;
    assert_eq!(ran.document()["error"]["code"], "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    assert_failed(&server.document().await, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "secureConnect");
    tredici(&[
        "connect",
        &format!("tcp://127.0.0.1:{port}"),
        "--send",
        r"GET / HTTP/1.0\r\n\r\n",
        "--read",
        "1s",
    ])
    .await;
    assert_failed(&server.document().await, "ERR_SSL_HTTP_REQUEST", "secureConnect");
    assert_eq!(server.status().await, Some(0));
}

#[tokio::test]
async fn a_client_that_hangs_up_without_a_goodbye_is_told() {
    if !NodeServer::is_available() {
        return;
    }
    let (mut server, port) = listen(&["--self-signed", "localhost", "--mode", "echo", "--count", "1"]).await;
    let rude = "const tls = require('tls'), net = require('net');
        const tcp = net.connect(input.port, '127.0.0.1');
        const socket = tls.connect({ socket: tcp, rejectUnauthorized: false }, () => socket.write('x'));
        socket.on('data', () => tcp.end());
        return new Promise((resolve) => { socket.on('error', () => {}); tcp.on('close', () => resolve(1)); });";
    node_oracle(rude, json!({ "port": port })).await;
    let line = server.document().await;
    assert_failed(&line, "ERR_TLS_TRUNCATED", "transfer");
    assert_eq!((&line["received"], &line["closed"]), (&Value::Null, &json!({ "clean": false })));
    assert_eq!(server.status().await, Some(0));
}

#[tokio::test]
async fn the_default_mode_sends_the_report_as_one_line() {
    let (mut server, port) = listen(&["--count", "1"]).await;
    let ran = tredici(&["connect", &format!("tcp://127.0.0.1:{port}"), "--read", "20s", "--json"]).await;
    let document = ran.document();
    let text = decode(&document["received"]);
    assert_eq!(text.matches('\n').count(), 1);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["socket"]["remotePort"], document["socket"]["localPort"]);
    assert_eq!(keys(&report), keys(&server.document().await));
    assert_eq!(server.status().await, Some(0));
}

fn decode(base64: &Value) -> String {
    use base64::Engine;
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(base64.as_str().expect("Base64")).expect("Base64");
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn discard_reads_and_says_nothing() {
    let (mut server, port) = listen(&["--mode", "discard", "--count", "1"]).await;
    let ran = tredici(&[
        "connect",
        &format!("tcp://127.0.0.1:{port}"),
        "--send",
        "hello",
        "--read",
        "200ms",
        "--json",
    ])
    .await;
    assert_eq!(ran.document()["received"], "");
    let line = server.document().await;
    assert_eq!((&line["socket"]["bytesRead"], &line["socket"]["bytesWritten"]), (&json!(5), &json!(0)));
}

#[tokio::test]
async fn http_answers_each_request_with_the_report() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::new();
    let (mut server, port) = listen(&[
        "--self-signed",
        "localhost",
        "--ca-out",
        &files.name("ca.pem"),
        "--mode",
        "http",
        "--count",
        "1",
    ])
    .await;
    let script = "const https = require('https');
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: input.ca });
        const get = (method, body) => new Promise((resolve, reject) => {
            const request = https.request({ port: input.port, host: '127.0.0.1', servername: 'localhost', agent, method }, (response) => {
                let text = '';
                response.on('data', (data) => text += data);
                response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text }));
            });
            request.on('error', reject).end(body);
        });
        const answers = [await get('GET'), await get('POST', 'x'.repeat(100000)), await get('HEAD')];
        agent.destroy();
        return answers;";
    let answers = node_oracle(script, json!({ "port": port, "ca": files.read("ca.pem") })).await;
    let mut read = 0;
    for answer in &answers.as_array().expect("answers")[..2] {
        assert_eq!((&answer["status"], &answer["type"]), (&json!(200), &json!("application/json")));
        let report: Value = serde_json::from_str(answer["text"].as_str().expect("text")).expect("JSON");
        assert_eq!(
            (&report["ok"], &report["index"], &report["socket"]["servername"]),
            (&json!(true), &json!(0), &json!("localhost"))
        );
        let now = report["socket"]["bytesRead"].as_u64().expect("a number");
        assert!(now > read, "the report is of now");
        read = now;
    }
    assert_eq!((&answers[2]["status"], &answers[2]["text"]), (&json!(200), &json!("")));
    assert_eq!(server.document().await["index"], 0);
    assert_eq!(server.status().await, Some(0));
}

#[tokio::test]
async fn what_is_not_http_is_answered_so() {
    let (mut server, port) = listen(&["--mode", "http", "--count", "1"]).await;
    let ran = tredici(&[
        "connect",
        &format!("tcp://127.0.0.1:{port}"),
        "--send",
        r"\x00\x01\r\n\r\n",
        "--read",
        "20s",
        "--json",
    ])
    .await;
    assert!(decode(&ran.document()["received"]).starts_with("HTTP/1.1 400 "));
    assert_eq!(server.document().await["ok"], true);
}

#[tokio::test]
async fn an_address_that_is_taken_is_status_1() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = tredici(&["listen", &address, "--json"]).await;
    assert_eq!(ran.status, 1);
    assert_failed(&ran.document(), "EADDRINUSE", "connect");
    let ran = tredici(&["listen", &address]).await;
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("EADDRINUSE"), "{}", ran.stderr);

    let files = Files::new();
    let path = format!("unix:{}", files.write("file", "not a socket"));
    assert_eq!(tredici(&["listen", &path]).await.status, 1);
    assert_eq!(files.read("file"), "not a socket");

    let ca = files.write("ca.pem", "of the one that has the address");
    let ran = tredici(&["listen", &address, "--self-signed", "localhost", "--ca-out", &ca]).await;
    assert_eq!((ran.status, files.read("ca.pem").as_str()), (1, "of the one that has the address"));
}

#[tokio::test]
async fn a_slow_client_holds_up_nobody() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "echo"]).await;
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let _silent_too = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let arguments = ["connect", &url(port), "--ca", &ca, "--times", "4", "--concurrency", "4"];
    assert_eq!(tredici(&arguments).await.status, 0);
}

#[tokio::test]
async fn the_time_is_up_also_for_those_who_are_connected() {
    let (mut server, port) = listen(&["--mode", "echo", "--for", "500ms"]).await;
    let ran = tredici(&["connect", &format!("tcp://127.0.0.1:{port}"), "--read", "20s", "--json"]).await;
    assert_eq!((ran.status, &ran.document()["closed"]["clean"]), (0, &json!(true)));
    assert_eq!(server.document().await["ok"], true);
    assert_eq!(server.status().await, Some(0));
}

#[tokio::test]
async fn the_count_is_reached_when_the_last_has_ended() {
    let (mut server, port) = listen(&["--mode", "echo", "--count", "1"]).await;
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let early = tokio::time::timeout(Duration::from_millis(200), server.child.wait()).await;
    assert!(early.is_err(), "it ended before its connection");
    drop(stream);
    assert_eq!(server.document().await["ok"], true);
    assert_eq!(server.status().await, Some(0));
}

#[tokio::test]
async fn names_in_the_abstract_namespace() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let name = format!("unix:@tredici-test-{}", std::process::id());
    let mut server = start(&["listen", &name, "--json", "--count", "1"]);
    assert_eq!(server.document().await["listening"]["address"], name["unix:".len()..]);
    let ran = tredici(&["connect", &name, "--read", "20s", "--json"]).await;
    assert_eq!((ran.status, &ran.document()["target"]["protocol"]), (0, &json!("unix:")));
    assert_eq!(server.document().await["target"]["protocol"], "unix:");
}

#[tokio::test]
async fn a_throw_away_certificate_is_for_every_name_that_is_given() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::new();
    let (_server, port) = listen(&[
        "--self-signed",
        "a.test,b.test,127.0.0.1",
        "--ca-out",
        &files.name("ca.pem"),
        "--mode",
        "discard",
    ])
    .await;
    let ca = files.read("ca.pem");
    assert_eq!(ca.matches("BEGIN CERTIFICATE").count(), 1);
    assert!(!ca.contains("PRIVATE KEY"));
    for name in ["a.test", "b.test"] {
        let told = node_client(json!({ "port": port, "ca": ca, "servername": name })).await;
        assert_eq!(
            (&told["authorized"], &told["authorizationError"]),
            (&json!(true), &Value::Null),
            "{told}"
        );
    }
    let target = format!("https://127.0.0.1:{port}");
    assert_eq!(tredici(&["connect", &target, "--ca", &files.name("ca.pem")]).await.status, 0);
}

#[tokio::test]
async fn options_of_the_server_come_from_a_file_too() {
    let files = Files::new();
    let certificate = CertificateSpec::server(&["localhost"]).self_signed();
    files.identity(&certificate);
    let options = files.write(
        "server.json",
        r#"{"cert": {"file": "cert.pem"}, "key": {"file": "key.pem"}, "maxVersion": "TLSv1.2"}"#,
    );
    let (_server, port) = listen(&["--options", &options, "--mode", "discard"]).await;
    let ca = files.write("ca.pem", certificate.pem());
    let ran = tredici(&["connect", &url(port), "--ca", &ca, "--reject-unauthorized=false", "--json"]).await;
    assert_eq!((ran.status, &ran.document()["socket"]["tlsVersion"]), (0, &json!("TLSv1.2")));
}

#[tokio::test]
async fn a_person_reads_which_engine_it_listens_by() {
    let mut server = start(&["listen", "127.0.0.1:0", "--self-signed", "localhost"]);
    let mut line = String::new();
    while !line.contains("listening at 127.0.0.1:") {
        line = server.line().await.expect("a line");
    }
    assert!(line.ends_with(&format!("TLS by {ENGINE} (asked for)")), "{line}");
}

#[tokio::test]
async fn a_person_reads_where_it_listens_and_a_line_for_each() {
    let files = Files::new();
    let path = files.name("app.sock");
    let mut server = start(&["listen", &format!("unix:{path}"), "--count", "1"]);
    let mut read = String::new();
    while !read.contains(&path) {
        read += &server.line().await.expect("a line");
    }
    within("the client", tredici(&["connect", &format!("unix:{path}"), "--read", "20s"])).await;
    while let Some(line) = server.line().await {
        read += &line;
    }
    assert!(
        read.contains("listening at unix:") && read.contains("plain") && read.contains("0 B in"),
        "{read}"
    );
    assert_eq!(server.status().await, Some(0));
}
