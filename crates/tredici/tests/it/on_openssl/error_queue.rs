//! OpenSSL collects errors by thread; one that somebody else has left there is not ours.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use openssl::x509::X509;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
};
use tredici::{Connector, TlsVersion};
use tredici_test::{Trickle, within};

use super::suite::ends::{Echo, connector, exchange, target, trusting};

/// Leaves an error in OpenSSL's queue of this thread whenever it is read or written, and gives a little at a time, so that
/// OpenSSL mostly has to say that it wants more: that is when it looks at the queue.
struct Littering(Trickle<TcpStream>);

fn litter() {
    X509::from_pem(b"no certificate").expect_err("it is none").put();
}

impl AsyncRead for Littering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        litter();
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Littering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        litter();
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn an_error_that_is_there_when_the_engine_wants_more() {
    let server = Echo::tls().await;
    let tcp = TcpStream::connect(("127.0.0.1", server.port())).await.expect("a connection");
    let over = target(1).over(Littering(Trickle::new(tcp, 7)));
    let mut client = within("a handshake", connector().connect(over)).await.expect("a connection");
    exchange(&mut client).await;
    client.shutdown().await.expect("says goodbye");
    let end = within("the end", client.read(&mut [0])).await;
    assert_eq!(end.expect("a clean end"), 0);
}

#[tokio::test]
async fn an_error_that_is_left_between_reads_and_writes() {
    let server = Echo::tls().await;
    for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let connector = Connector::new(trusting().max_version(version)).expect("a connector");
        litter();
        let socket = connector.connect(target(server.port())).await.expect("a connection");
        let (mut reader, mut writer) = tokio::io::split(socket);
        let writing = tokio::spawn(async move {
            writer.write_all(&[b'x'; 200_000]).await.expect("writes");
            writer.shutdown().await.expect("ends");
            litter();
        });
        // Records come in pieces, so that OpenSSL has to say that it wants more.
        let mut count = 0;
        loop {
            litter();
            match reader.read(&mut [0; 10_000]).await.expect("reads") {
                0 => break,
                some => count += some,
            }
        }
        assert_eq!(count, 200_000);
        writing.await.expect("the writer");
    }
}
