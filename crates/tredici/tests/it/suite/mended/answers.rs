//! What the peer has said is heard, whatever becomes of what we say.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tredici::{ErrorKind, ListenOptions};
use tredici_test::{settle, within};

use super::super::ends::{accept, connector, listen, localhost, port, target};
use super::{
    gate::{Gated, Writing},
    ours,
};

#[tokio::test]
async fn what_has_come_is_read_though_a_write_fails() {
    let listener = listen(localhost()).await;
    let (stream, gate) = Gated::to(port(&listener)).await;
    let connector = connector();
    let (client, server) = tokio::join!(connector.connect(target(1).over(stream)), accept(&listener));
    let (mut client, mut server) = (client.expect("a connection"), server.expect("a connection"));
    gate.write(Writing::Stuck);
    client.write_all(b"upload").await.expect("taken");
    server.write_all(b"answer").await.expect("writes");
    gate.write(Writing::Broken);

    let mut answer = [0; 6];
    within("the answer", client.read_exact(&mut answer)).await.expect("reads");
    assert_eq!(&answer, b"answer");
    let failed = client.flush().await.expect_err("it was not sent");
    assert_eq!((ours(&failed).code(), ours(&failed).phase().as_str()), ("EPIPE", "transfer"));
    assert_eq!(
        client.write(b"more").await.map_err(|error| ours(&error).code().to_owned()),
        Err("EPIPE".into())
    );
}

/// A server that is done with its client before it has heard anything.
#[tokio::test]
async fn an_alert_that_came_before_a_write_failed_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let stream = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
    let (mut server, _) = listener.accept().await.expect("a client");
    // A fatal access_denied.
    server.write_all(&[21, 3, 3, 0, 2, 2, 49]).await.expect("writes");
    stream.readable().await.expect("it has come");
    let (stream, gate) = Gated::new(stream);
    gate.write(Writing::Broken);
    let error = connector().connect(target(1).over(stream)).await.expect_err("refused");
    assert_eq!((error.kind(), error.phase().as_str()), (ErrorKind::Alert(49), "secureConnect"), "{error}");
}

#[tokio::test]
async fn where_nothing_came_it_is_the_write_that_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (stream, gate) = Gated::to(listener.local_addr().expect("an address").port()).await;
    gate.write(Writing::Broken);
    let error = connector().connect(target(1).over(stream)).await.expect_err("broken");
    assert_eq!((error.kind(), error.code()), (ErrorKind::System, "EPIPE"), "{error}");
}

#[tokio::test]
async fn a_plain_connection_fails_in_the_same_words() {
    let listener = listen(ListenOptions::new()).await;
    let connector = connector();
    let to = tredici::Target::tcp("127.0.0.1").port(port(&listener));
    let (client, server) = tokio::join!(connector.connect(to), accept(&listener));
    let (mut client, server) = (client.expect("a connection"), server.expect("a connection"));
    drop(server);
    let mut failed = None;
    settle("a write to fail", || match futures_util::FutureExt::now_or_never(client.write(b"more")) {
        Some(Err(error)) => failed.replace(error).is_none(),
        _ => false,
    })
    .await;
    let failed = failed.expect("just seen");
    assert!(["EPIPE", "ECONNRESET"].contains(&ours(&failed).code()), "{failed}");
    assert_eq!(ours(&failed).phase().as_str(), "transfer");
}
