//! What goes over the wire.

use std::io::IoSlice;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici_test::{Relay, wire};

use super::super::ends::{connector, listen, localhost, pair, port, target};

fn sizes(relay: &Relay) -> Vec<usize> {
    let sent = &relay.recordings()[0].to_server;
    wire::records(sent).iter().map(|record| record.payload.len()).collect()
}

#[tokio::test]
async fn small_slices_go_out_in_one_record() {
    let listener = listen(localhost()).await;
    let relay = Relay::to(port(&listener)).await;
    let (mut client, mut server) = pair(&connector(), &listener, target(relay.port())).await;
    let before = sizes(&relay).len();

    let slices = [IoSlice::new(b"GET / HTTP/1.1\r\n"), IoSlice::new(b""), IoSlice::new(b"host: a\r\n\r\n")];
    let whole: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
    assert_eq!(client.write_vectored(&slices).await.expect("writes"), whole.len());
    client.flush().await.expect("flushes");
    let mut received = vec![0; whole.len()];
    server.read_exact(&mut received).await.expect("reads");
    assert_eq!(received, whole);
    // One byte for the type of what is in it, and the tag of sixteen (RFC 8446 section 5.2).
    assert_eq!(sizes(&relay)[before..], [whole.len() + 17]);
}
