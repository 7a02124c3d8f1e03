//! Key updates of the peer (RFC 8446 section 4.6.3), each of which may ask for one in return.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tredici::{Engine, Socket};
use tredici_test::{EarlyTicketServer, OpensslServer, Pki, settle, within};

use super::super::{
    ENGINE,
    ends::{connector, target},
};
use super::{
    gate::{Gate, Gated, Writing},
    ours,
};

async fn connect(port: u16) -> (Socket, Gate) {
    let (stream, gate) = Gated::to(port).await;
    let connecting = connector().connect(target(1).over(stream)).await;
    (connecting.expect("a connection"), gate)
}

/// How many requests may come in a row, with the answers taken and with the answers left: rustls has a bound of its own.
const fn bounds() -> (usize, usize) {
    match ENGINE {
        Engine::OpenSsl => (5000, 2000),
        _ => (32, 32),
    }
}

#[tokio::test]
async fn a_peer_that_does_not_take_the_answers_is_dropped() {
    let own = Pki::shared().localhost();
    let (_, most) = bounds();
    for (updates, may_wait) in [(20, true), (most, true), (5000, false)] {
        let server = EarlyTicketServer::updating(own, updates, "hello").await;
        let (mut client, gate) = connect(server.port()).await;
        gate.write(Writing::Stuck);
        let read = within("an end", client.read_exact(&mut [0; 5])).await;
        if may_wait {
            assert_eq!(read.expect("reads"), 5, "{updates} answers may wait");
            continue;
        }
        let error = read.expect_err("dropped");
        let error = ours(&error);
        assert_eq!((error.code(), error.phase().as_str()), ("ERR_SSL_TOO_MANY_KEY_UPDATES", "secureConnect"));
    }
}

#[tokio::test]
async fn a_peer_that_takes_the_answers_may_ask_for_many() {
    let (many, _) = bounds();
    let server = EarlyTicketServer::updating(Pki::shared().localhost(), many, "hello").await;
    let (mut client, _gate) = connect(server.port()).await;
    within("the text", client.read_exact(&mut [0; 5])).await.expect("reads");
}

/// Has `s_server` update its keys; with `K` it wants ours updated too. It is done once a record has come.
async fn update(
    server: &mut OpensslServer,
    command: &str,
    gate: &Gate,
    reader: &mut (impl AsyncRead + Unpin),
) {
    let before = gate.came();
    server.send(&format!("{command}\n"));
    tokio::select! {
        read = reader.read_u8() => panic!("there is nothing to read, not even {read:?}"),
        () = settle("a key update", || gate.came() > before) => {}
    }
}

#[tokio::test]
async fn honest_updates_while_data_flows_both_ways() {
    const LINES: usize = 4096;
    if !OpensslServer::is_available() {
        return;
    }
    let mut server = OpensslServer::with(Pki::shared().localhost()).tls1_3().start().await;
    let (client, gate) = connect(server.port()).await;
    let (mut reader, mut writer) = tokio::io::split(client);
    let writing = tokio::spawn(async move {
        for number in 0..LINES {
            writer.write_all(format!("{number:0>500}\n").as_bytes()).await.expect("writes");
        }
        writer.flush().await.expect("flushes");
        writer
    });
    let part = "0123456789".repeat(800) + "\n";
    for turn in 0..100 {
        server.send(&part);
        let mut received = vec![0; part.len()];
        within("a part", reader.read_exact(&mut received)).await.expect("reads");
        assert!(received == part.as_bytes());
        update(&mut server, if turn % 2 == 0 { "K" } else { "k" }, &gate, &mut reader).await;
    }
    for number in 0..LINES {
        let line = server.line_with("00000").await;
        assert!(line == format!("{number:0>500}"), "line {number}: {line}");
    }
    let mut writer = within("the writer", writing).await.expect("the writer");
    writer.shutdown().await.expect("shuts down");
    server.line_with("DONE").await;
}

#[tokio::test]
async fn what_has_come_is_read_though_the_answer_to_an_update_fails() {
    let server = EarlyTicketServer::updating(Pki::shared().localhost(), 3, "hello").await;
    let (mut client, gate) = connect(server.port()).await;
    gate.write(Writing::Broken);
    let mut text = [0; 5];
    within("the text", client.read_exact(&mut text)).await.expect("reads");
    assert_eq!(&text, b"hello");
    // The answers go out by themselves or with what is written next.
    let write = async {
        client.write_all(b"more").await?;
        client.flush().await
    };
    let failed = write.await.expect_err("nothing can be sent");
    assert_eq!(ours(&failed).code(), "EPIPE");
}
