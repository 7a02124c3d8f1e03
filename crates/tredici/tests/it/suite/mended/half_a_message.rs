//! Half of a session ticket has come: until the rest is there, OpenSSL encrypts nothing, while rustls does not mind.

use std::{pin::pin, task::Poll};

use futures_util::poll;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split},
    task::{JoinHandle, yield_now},
};
use tredici::{Connector, Engine, Socket};
use tredici_test::{OpensslServer, Pki, settle, within};

use super::super::{
    ENGINE,
    ends::{target, trusting},
};
use super::{
    gate::{Gate, Gated},
    ours,
};

const WAITS: bool = matches!(ENGINE, Engine::OpenSsl);

/// A client that has read the first of the records of a ticket; the rest waits at the gate.
struct Half {
    client: Socket,
    gate: Gate,
    server: OpensslServer,
}

impl Half {
    /// The client's certificate is in the ticket, which is therefore longer than a record of 512 bytes.
    async fn read() -> Option<Self> {
        if !OpensslServer::is_available() {
            return None;
        }
        let pki = Pki::shared();
        let server = OpensslServer::with(pki.localhost()).tls1_3().verify(&pki.root().pem());
        let server = server.argument("-max_send_frag").argument("512").start().await;
        let own = pki.client();
        let connector =
            Connector::new(trusting().cert(own.chain_pem()).key(own.key_pem())).expect("a connector");
        let (stream, gate) = Gated::to(server.port()).await;
        let mut client = connector.connect(target(server.port()).over(stream)).await.expect("a connection");
        gate.shut();
        gate.let_one_pass();
        let passed = settle("half of a ticket", || gate.may_pass() == Some(0) && gate.held_back() > 0);
        tokio::select! {
            read = client.read_u8() => panic!("there is nothing to read, not even {read:?}"),
            () = passed => {}
        }
        Some(Self { client, gate, server })
    }
}

/// What is written or said goodbye with, after `go_on` where it cannot be encrypted before.
async fn once_it_can<T>(action: impl Future<Output = T>, go_on: impl FnOnce()) -> T {
    let mut action = pin!(action);
    let early = poll!(&mut action);
    assert_eq!(early.is_pending(), WAITS);
    go_on();
    match early {
        Poll::Ready(done) => done,
        Poll::Pending => within("what was waited with", action).await,
    }
}

#[tokio::test]
async fn a_write_waits_for_the_other_half_and_arrives() {
    let Some(Half { mut client, gate, mut server }) = Half::read().await else { return };
    once_it_can(client.write_all(b"first\n"), || gate.open()).await.expect("writes");
    client.write_all(b"second\n").await.expect("writes");
    assert_eq!(server.line_with("first").await, "first");
    assert_eq!(server.line_with("second").await, "second");
    assert_eq!(client.bytes_written(), 13);
    server.send("answer\n");
    within("the answer", client.read_exact(&mut [0; 7])).await.expect("reads");
}

#[tokio::test]
async fn a_goodbye_waits_for_the_other_half_and_is_said() {
    let Some(Half { mut client, gate, mut server }) = Half::read().await else { return };
    once_it_can(client.shutdown(), || gate.open()).await.expect("shuts down");
    // Without a goodbye it would say ERROR.
    server.line_with("DONE").await;
}

#[tokio::test]
async fn a_write_fails_where_the_other_half_never_comes() {
    let Some(Half { mut client, gate, server: _server }) = Half::read().await else { return };
    match once_it_can(client.write_all(b"lost"), || gate.cut()).await {
        Err(error) => {
            assert_eq!((ours(&error).code(), client.bytes_written()), ("ERR_TLS_TRUNCATED", 0));
        }
        Ok(()) => assert!(!WAITS && client.bytes_written() == 4),
    }
    let error = client.read_u8().await.expect_err("it has ended for the reader too");
    assert_eq!(ours(&error).code(), "ERR_TLS_TRUNCATED");
}

fn reading(mut reader: ReadHalf<Socket>) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut answer = [0; 7];
        reader.read_exact(&mut answer).await.expect("reads");
        String::from_utf8_lossy(&answer).into_owned()
    })
}

fn writing(mut writer: WriteHalf<Socket>) -> JoinHandle<WriteHalf<Socket>> {
    tokio::spawn(async move {
        writer.write_all(b"first\n").await.expect("writes");
        writer.flush().await.expect("flushes");
        writer
    })
}

/// Whichever of the two tasks came last to wait for the transport, both go on when it has something.
async fn both_go_on(
    start: impl AsyncFnOnce(
        ReadHalf<Socket>,
        WriteHalf<Socket>,
    ) -> (JoinHandle<String>, JoinHandle<WriteHalf<Socket>>),
) {
    let Some(Half { client, gate, mut server }) = Half::read().await else { return };
    let (reader, writer) = split(client);
    let (reading, writing) = start(reader, writer).await;
    yield_now().await;
    assert_eq!((reading.is_finished(), writing.is_finished()), (false, !WAITS));
    gate.open();
    assert_eq!(server.line_with("first").await, "first");
    let mut writer = within("the writer", writing).await.expect("the writer");
    server.send("answer\n");
    assert_eq!(within("the reader", reading).await.expect("the reader"), "answer\n");
    writer.shutdown().await.expect("shuts down");
    server.line_with("DONE").await;
}

#[tokio::test]
async fn a_writer_beside_a_reader_that_waits_already() {
    both_go_on(async |reader, writer| {
        let reading = reading(reader);
        yield_now().await;
        (reading, writing(writer))
    })
    .await;
}

#[tokio::test]
async fn a_writer_that_waits_already_beside_a_reader() {
    both_go_on(async |reader, writer| {
        let writing = writing(writer);
        yield_now().await;
        (reading(reader), writing)
    })
    .await;
}

#[tokio::test]
async fn a_goodbye_beside_a_reader() {
    let Some(Half { client, gate, mut server }) = Half::read().await else { return };
    let (reader, mut writer) = split(client);
    let reading = reading(reader);
    let before = gate.came();
    server.send("answer\n");
    settle("the answer to be held back", || gate.came() > before).await;
    let shutdown = tokio::spawn(async move { writer.shutdown().await });
    yield_now().await;
    assert_eq!(shutdown.is_finished(), !WAITS);
    gate.open();
    within("the shutdown", shutdown).await.expect("the writer").expect("shuts down");
    assert_eq!(within("the reader", reading).await.expect("the reader"), "answer\n");
    server.line_with("DONE").await;
}
