//! A stream that gives and takes a little at a time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Delivers at most so many bytes with each `poll_read` and takes as many with each `poll_write`, and is pending
/// once before each of them: partial input and output at its worst. Every reader and every writer of a protocol
/// must come through it.
///
/// ```
/// use tokio::io::AsyncReadExt;
/// use tredici_test::Trickle;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut stream = Trickle::new(&b"hello"[..], 2);
/// let mut buffer = [0; 16];
/// assert_eq!(stream.read(&mut buffer).await.unwrap(), 2);
/// # });
/// ```
#[derive(Debug)]
pub struct Trickle<S> {
    inner: S,
    portion: usize,
    may_read: bool,
    may_write: bool,
}

impl<S> Trickle<S> {
    /// Gives and takes at most `portion` bytes at a time.
    ///
    /// # Panics
    /// Where `portion` is 0: nothing would ever arrive.
    pub fn new(inner: S, portion: usize) -> Self {
        assert!(portion > 0, "a portion of no bytes never arrives");
        Self { inner, portion, may_read: false, may_write: false }
    }
}

/// Lets every second call through: the one after a pending one that has woken its task itself.
fn take_turn(may_proceed: &mut bool, cx: &Context<'_>) -> Poll<()> {
    if *may_proceed {
        return Poll::Ready(());
    }
    *may_proceed = true;
    cx.waker().wake_by_ref();
    Poll::Pending
}

impl<S: AsyncRead + Unpin> AsyncRead for Trickle<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(take_turn(&mut self.may_read, cx));
        let mut bytes = vec![0; self.portion.min(buf.remaining())];
        let mut portion = ReadBuf::new(&mut bytes);
        let result = ready!(Pin::new(&mut self.inner).poll_read(cx, &mut portion));
        self.may_read = false;
        buf.put_slice(portion.filled());
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Trickle<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(take_turn(&mut self.may_write, cx));
        let portion = self.portion.min(buf.len());
        let result = ready!(Pin::new(&mut self.inner).poll_write(cx, &buf[..portion]));
        self.may_write = false;
        Poll::Ready(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::Counting;

    #[tokio::test]
    async fn everything_arrives_in_portions() {
        let (near, far) = duplex(64);
        let (near, beneath) = Counting::new(near);
        let (mut near, above) = Counting::new(Trickle::new(near, 2));
        let (mut reader, mut writer) = tokio::io::split(far);

        near.write_all(b"hello").await.unwrap();
        near.shutdown().await.unwrap();
        let mut heard = String::new();
        reader.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "hello");
        assert_eq!((above.counts().writes, above.counts().pending_writes), (3, 3));
        assert_eq!((beneath.counts().writes, beneath.counts().pending_writes), (3, 0));

        writer.write_all(b"answer").await.unwrap();
        drop((reader, writer));
        let mut answer = String::new();
        near.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer");
        assert_eq!((above.counts().reads, above.counts().ends, above.counts().pending_reads), (3, 1, 4));
    }

    #[tokio::test]
    async fn a_write_of_nothing_takes_nothing() {
        assert_eq!(Trickle::new(tokio::io::sink(), 1).write(b"").await.unwrap(), 0);
    }
}
