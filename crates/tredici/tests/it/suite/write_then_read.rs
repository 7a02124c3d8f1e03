//! A caller that writes a request, does not flush, and reads the answer.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional, duplex},
    net::TcpStream,
};
use tredici_test::within;

use super::ends;

/// Less than one write takes, so that a part of it is left behind.
const ROOM: usize = 4 * 1024;
const REQUEST: usize = 64 * 1024;

#[tokio::test]
async fn the_rest_of_a_write_goes_out_while_the_caller_reads() {
    let listener = ends::listen(ends::localhost()).await;
    let port = ends::port(&listener);
    let (near, mut far) = duplex(ROOM);
    let relay = tokio::spawn(async move {
        let mut server = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
        // It ends with the connection, one way or the other.
        let _ended = copy_bidirectional(&mut far, &mut server).await;
    });
    let (mut client, mut server) =
        ends::pair(&ends::connector(), &listener, ends::target(port).over(near)).await;

    let serving = tokio::spawn(async move {
        server.read_exact(&mut vec![0; REQUEST]).await.expect("reads");
        server.write_all(b"!").await.expect("writes");
        server
    });
    let written = within("a write", client.write(&vec![7; REQUEST])).await.expect("writes");
    assert_eq!(written, REQUEST, "one write takes it all");
    assert_eq!(within("the answer", client.read_u8()).await.expect("reads"), b'!');
    drop((client, serving.await.expect("the server")));
    relay.await.expect("the relay");
}
