//! A stream that counts what is asked of it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How often a [`Counting`] stream was called, and with what result.
///
/// What is pending does not depend on the caller alone: tokio wakes a reader also for what it has already read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Calls of `poll_read` that returned bytes.
    pub reads: u64,
    /// Calls of `poll_read` that returned the end.
    pub ends: u64,
    /// Calls of `poll_read` that were pending.
    pub pending_reads: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Calls of `poll_write` and `poll_write_vectored` that took bytes.
    pub writes: u64,
    /// Of these, the calls of `poll_write_vectored`.
    pub vectored_writes: u64,
    /// Calls of `poll_write` and `poll_write_vectored` that were pending.
    pub pending_writes: u64,
    /// Bytes written.
    pub bytes_written: u64,
    /// Calls of `poll_flush`.
    pub flushes: u64,
    /// Calls of `poll_shutdown`.
    pub shutdowns: u64,
}

/// The counters of a [`Counting`] stream, readable while somebody else owns the stream.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<Mutex<Counts>>);

impl Counter {
    /// The counts so far.
    pub fn counts(&self) -> Counts {
        *self.0.lock().expect("nobody panics while counting")
    }

    /// The counts so far, and begins anew.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.0.lock().expect("nobody panics while counting"))
    }

    fn count(&self, add: impl FnOnce(&mut Counts)) {
        add(&mut self.0.lock().expect("nobody panics while counting"));
    }
}

/// Passes everything on to the stream within, and counts it. What fails is counted nowhere.
///
/// ```
/// use tokio::io::AsyncWriteExt;
/// use tredici_test::Counting;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let (mut stream, counter) = Counting::new(tokio::io::sink());
/// stream.write_all(b"hello").await.unwrap();
/// assert_eq!((counter.counts().writes, counter.counts().bytes_written), (1, 5));
/// # });
/// ```
#[derive(Debug)]
pub struct Counting<S> {
    inner: S,
    counter: Counter,
}

impl<S> Counting<S> {
    /// The stream, and the counters to keep when it is given away.
    pub fn new(inner: S) -> (Self, Counter) {
        let counter = Counter::default();
        (Self { inner, counter: counter.clone() }, counter)
    }

    /// The stream within.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        self.counter.count(|counts| match result {
            Poll::Pending => counts.pending_reads += 1,
            Poll::Ready(Ok(())) if read == 0 => counts.ends += 1,
            Poll::Ready(Ok(())) => {
                counts.reads += 1;
                counts.bytes_read += read as u64;
            }
            Poll::Ready(Err(_)) => {}
        });
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counting<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.counter.count(|counts| count_write(counts, &result));
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.counter.count(|counts| {
            count_write(counts, &result);
            counts.vectored_writes += u64::from(matches!(result, Poll::Ready(Ok(_))));
        });
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.counter.count(|counts| counts.flushes += 1);
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.counter.count(|counts| counts.shutdowns += 1);
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

fn count_write(counts: &mut Counts, result: &Poll<io::Result<usize>>) {
    match result {
        Poll::Pending => counts.pending_writes += 1,
        Poll::Ready(Ok(written)) => {
            counts.writes += 1;
            counts.bytes_written += *written as u64;
        }
        Poll::Ready(Err(_)) => {}
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::tcp_pair;

    #[tokio::test]
    async fn what_goes_through_is_counted() {
        let (near, mut far) = duplex(64);
        let (mut near, counter) = Counting::new(near);

        let mut buffer = [0; 16];
        let reading = async { near.read(&mut buffer).await.unwrap() };
        let (read, ()) = tokio::join!(reading, async { far.write_all(b"four").await.unwrap() });
        assert_eq!(read, 4);
        let expected = Counts { reads: 1, pending_reads: 1, bytes_read: 4, ..Counts::default() };
        assert_eq!(counter.take(), expected);

        let parts = [IoSlice::new(b"one"), IoSlice::new(b"two")];
        assert_eq!(near.write_vectored(&parts).await.unwrap(), 6);
        near.write_all(b"three").await.unwrap();
        near.flush().await.unwrap();
        near.shutdown().await.unwrap();
        let (writes, bytes_written) = (2, 11);
        let expected = Counts {
            writes,
            bytes_written,
            vectored_writes: 1,
            flushes: 1,
            shutdowns: 1,
            ..Counts::default()
        };
        assert_eq!(counter.take(), expected);

        drop(far);
        assert_eq!(near.read(&mut buffer).await.unwrap(), 0);
        near.write_all(b"nobody hears").await.unwrap_err();
        assert_eq!(counter.counts(), Counts { ends: 1, ..Counts::default() });
    }

    #[tokio::test]
    async fn a_full_connection_is_pending() {
        let (near, _far) = tcp_pair().await;
        let (mut near, counter) = Counting::new(near);
        assert!(near.is_write_vectored());
        let chunk = vec![0; 1 << 20];
        std::future::poll_fn(|cx| match Pin::new(&mut near).poll_write(cx, &chunk) {
            Poll::Ready(written) => {
                written.unwrap();
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Ready(()),
        })
        .await;
        assert_eq!(counter.counts().pending_writes, 1);
        assert!(counter.counts().bytes_written > 0);
    }
}
