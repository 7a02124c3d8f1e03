//! Both directions of one connection at once, in tasks of their own.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici_test::within;

use super::ends;

/// More than any socket buffers.
const MUCH: usize = 32 * 1024 * 1024;

/// A writer that waits for room is woken when there is room, however much the reader beside it has read meanwhile.
#[tokio::test]
async fn a_waiting_writer_is_woken_while_the_other_half_reads() {
    let listener = ends::listen(ends::localhost()).await;
    let target = ends::target(ends::port(&listener));
    let (client, mut server) = ends::pair(&ends::connector(), &listener, target).await;
    let (mut reader, mut writer) = tokio::io::split(client);
    let writing = tokio::spawn(async move {
        writer.write_all(&vec![7; MUCH]).await.expect("writes");
        writer.flush().await.expect("flushes");
        writer
    });
    // The server does not read, so the writer comes to wait; the reader goes on.
    for turn in 0..200u8 {
        server.write_all(&[turn]).await.expect("writes");
        assert_eq!(within("a byte", reader.read_u8()).await.expect("reads"), turn);
        tokio::task::yield_now().await;
    }
    let waiting = tokio::spawn(async move { reader.read_u8().await.map(|_| reader) });
    tokio::task::yield_now().await;
    let mut received = vec![0; 64 * 1024];
    let mut total = 0;
    while total < MUCH {
        let count = within("what was written", server.read(&mut received)).await.expect("reads");
        assert!(count > 0 && received[..count].iter().all(|&byte| byte == 7));
        total += count;
    }
    within("the writer", writing).await.expect("the writer");
    waiting.abort();
}
