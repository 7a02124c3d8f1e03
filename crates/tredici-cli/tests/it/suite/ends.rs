//! How the command ends before it is done: a reader that has gone, and Ctrl-C.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tredici_test::{Fault, NodeServer, Pki, ScriptedServer, settle};

use super::command::{Files, command, listen, start, tredici, url};

#[tokio::test]
async fn a_reader_that_has_gone_ends_it_quietly() {
    for arguments in [
        &["connect"][..],
        &["connect", "--json"],
        &["connect", "--help"],
        &["completions", "bash"],
        &["man"],
        &["connect", "nowhere", "--json"],
        &["connect", "https://localhost:1", "--json"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut child = command(arguments).stdout(writer).stderr(Stdio::piped()).spawn().expect("it runs");
        drop(reader);
        let mut stderr = child.stderr.take().expect("standard error");
        let status = child.wait().await.expect("it ends");
        let mut said = String::new();
        stderr.read_to_string(&mut said).await.expect("readable");
        let is_introduced = said.trim_start().starts_with("No target was given");
        assert!(said.is_empty() || is_introduced && !said.contains("error"), "{arguments:?}: {said}");
        assert!(matches!(status.code(), Some(0..=2)), "{arguments:?} {status}");
    }
}

#[tokio::test]
async fn a_listener_ends_with_its_reader_though_nobody_connects() {
    let (listening, _port) = listen(&[]).await;
    assert_eq!(listening.status_without_reader().await, Some(0));
}

#[tokio::test]
async fn output_that_cannot_be_written_is_a_failure() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("/dev/full");
    let child = command(&["connect"]).stdout(full).stderr(Stdio::piped()).spawn().expect("it runs");
    let output = child.wait_with_output().await.expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
}

#[tokio::test]
async fn ctrl_c_says_goodbye_and_is_130() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (mut server, port) =
        listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "echo", "--count", "1"]).await;
    let arguments = ["connect", &url(port), "--ca", &ca, "--pipe"];
    let mut client =
        command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut stdin = client.stdin.take().expect("standard input");
    let mut lines = BufReader::new(client.stdout.take().expect("standard output")).lines();
    stdin.write_all(b"there\n").await.expect("it reads");
    assert_eq!(lines.next_line().await.expect("readable").as_deref(), Some("there"), "the connection stands");

    let process = client.id().expect("it runs").to_string();
    command_kill(&process).await;
    assert_eq!(client.wait().await.expect("it ends").code(), Some(130));
    let line = server.document().await;
    assert_eq!(
        (&line["ok"], &line["closed"]["clean"]),
        (&true.into(), &true.into()),
        "no truncated stream: {line}"
    );
    assert_eq!(server.status().await, Some(0));
}

async fn command_kill(process: &str) {
    let told =
        tokio::process::Command::new("sh").args(["-c", &format!("kill -INT {process}")]).status().await;
    assert!(told.expect("a shell").success());
}

#[tokio::test]
async fn ctrl_c_ends_what_has_not_connected_yet() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let client = start(&["connect", &format!("https://127.0.0.1:{}", server.port()), "--json"]);
    settle("the client to connect", || server.accepted() == 1).await;
    client.interrupt().await;
    assert_eq!(client.status().await, Some(130));
}

#[tokio::test]
async fn ctrl_c_closes_the_connections_of_a_listener_and_removes_its_socket() {
    let files = Files::new();
    let path = files.name("app.sock");
    let mut server = start(&["listen", &format!("unix:{path}"), "--mode", "echo", "--json"]);
    assert_eq!(server.document().await["listening"]["address"], path.as_str());
    let mut client = command(&["connect", &format!("unix:{path}"), "--pipe", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = client.stdin.take().expect("standard input");
    stdin.write_all(b"there\n").await.expect("it reads");
    let mut lines = BufReader::new(client.stdout.take().expect("standard output")).lines();
    assert_eq!(lines.next_line().await.expect("readable").as_deref(), Some("there"));

    server.interrupt().await;
    assert_eq!(server.document().await["closed"]["clean"], true);
    assert_eq!(server.line().await, None);
    assert_eq!(server.status().await, Some(130));
    assert!(!files.path("app.sock").exists());
    // Its end is the client's end, though standard input is open.
    assert_eq!(client.wait().await.expect("it ends").code(), Some(0));
    drop(stdin);
}

#[tokio::test]
async fn a_server_made_with_node_sees_a_goodbye_each_time() {
    if !NodeServer::is_available() {
        return;
    }
    let files = Files::trusting(Pki::shared());
    let mut server = NodeServer::with(Pki::shared().localhost()).start().await;
    let ran = tredici(&["connect", &url(server.port()), "--ca", &files.name("ca.pem"), "--times", "3"]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    for _ in 0..3 {
        assert_eq!(server.event("close").await["error"], serde_json::Value::Null);
    }
}
