//! Several connections in a row, as a person reads of them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::command::{Files, listen, tredici, url};

async fn loopback() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

/// Passes on to this port, and holds one of the connections first.
async fn relay(listener: TcpListener, to: u16, held: usize) {
    let mut connections = JoinSet::new();
    for index in 0.. {
        let (mut client, _) = listener.accept().await.expect("a connection");
        connections.spawn(async move {
            if index == held {
                tokio::time::sleep(Duration::from_millis(400)).await;
            }
            let mut server = TcpStream::connect(("127.0.0.1", to)).await?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}

#[tokio::test]
async fn where_the_time_of_the_slowest_went_is_told_afterwards() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "discard"]).await;
    for (held, is_told) in [(2, true), (0, false)] {
        let (listener, relayed) = loopback().await;
        let relay = tokio::spawn(relay(listener, port, held));
        let call = ["connect", &url(relayed), "--ca", &ca, "--times", "4", "--max-cached-sessions", "0"];
        let ran = tredici(&call).await;
        relay.abort();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
        let (told, afterwards) = ran.stdout.split_once("\n  4  ").expect("the fourth");
        assert_eq!(told.matches("  total ").count(), 1, "{told}");
        assert_eq!(afterwards.contains("\n  3  the slowest  "), is_told, "{afterwards}");
        let handshake = afterwards.lines().find(|line| line.starts_with("  secureConnect "));
        assert_eq!(handshake.is_some_and(|line| line.contains("━━━━━━━━")), is_told, "{afterwards}");
        let sum = afterwards.trim_end().lines().last().expect("the sum");
        assert!(sum.contains("4 connected") && sum.contains(" to "), "{sum}");
    }
}

/// Answers the first of each pair with nothing, the second with an alert.
async fn misbehave(listener: TcpListener) {
    for index in 0.. {
        let (mut client, _) = listener.accept().await.expect("a connection");
        let answer: &[u8] = if index % 2 == 0 { &[] } else { &[21, 3, 3, 0, 2, 2, 40] };
        let mut hello = [0; 4096];
        assert!(client.read(&mut hello).await.expect("a hello") > 0);
        client.write_all(answer).await.expect("an answer");
        client.shutdown().await.expect("an end");
        // What is unread when a socket closes becomes a reset.
        while client.read(&mut hello).await.is_ok_and(|count| count > 0) {}
    }
}

#[tokio::test]
async fn each_kind_of_failure_is_told_in_full_once() {
    let (listener, port) = loopback().await;
    let server = tokio::spawn(misbehave(listener));
    let ran = tredici(&["connect", &url(port), "--lookup", "localhost=127.0.0.1", "--times", "5"]).await;
    server.abort();
    assert_eq!((ran.status, ran.stdout.trim()), (1, "0 connected · 5 failed"), "{ran:?}");
    let numbers: Vec<_> = ["  1  ✘ ", "  2  ✘ ", "  3  ✘ ", "  4  ✘ ", "  5  ✘ "]
        .into_iter()
        .filter(|number| ran.stderr.lines().any(|line| line.starts_with(number)))
        .collect();
    assert_eq!(numbers.len(), 5, "{}", ran.stderr);
    let (in_full, in_lines) = ran.stderr.split_once("\n  3  ✘ ").expect("the third");
    for code in ["ECONNRESET", "HANDSHAKE_FAILURE"] {
        assert_eq!(in_full.matches(code).count(), 1, "{in_full}");
        assert!(in_lines.contains(code), "{in_lines}");
    }
    assert_eq!(in_full.matches("  total ").count(), 2, "{in_full}");
    assert!(!in_lines.contains("  total ") && !in_lines.contains("  target "), "{in_lines}");
}
