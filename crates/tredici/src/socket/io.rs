//! Reading and writing.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Socket, Stream};
use crate::error::{Error, Phase};

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        let result = ready!(match &mut self.stream {
            Stream::Plain(transport) => Pin::new(transport).poll_read(cx, buffer),
            Stream::Tls(secured, _) => Pin::new(&mut secured.stream).poll_read(cx, buffer),
        });
        let count = buffer.filled().len() - before;
        self.bytes_read += count as u64;
        self.read_ended |= result.is_err() || (count == 0 && room > 0);
        Poll::Ready(result.map_err(|error| self.in_our_words("read", error)))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = ready!(match &mut self.stream {
            Stream::Plain(transport) => Pin::new(transport).poll_write(cx, bytes),
            Stream::Tls(secured, _) => Pin::new(&mut secured.stream).poll_write(cx, bytes),
        });
        Poll::Ready(self.count_written(result))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = ready!(match &mut self.stream {
            Stream::Plain(transport) => Pin::new(transport).poll_write_vectored(cx, slices),
            Stream::Tls(secured, _) => Pin::new(&mut secured.stream).poll_write_vectored(cx, slices),
        });
        Poll::Ready(self.count_written(result))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(transport) => transport.is_write_vectored(),
            Stream::Tls(secured, _) => secured.stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = match &mut self.stream {
            Stream::Plain(transport) => Pin::new(transport).poll_flush(cx),
            Stream::Tls(secured, _) => Pin::new(&mut secured.stream).poll_flush(cx),
        };
        flushed.map_err(|error| self.in_our_words("write", error))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_ended = true;
        let ended = match &mut self.stream {
            Stream::Plain(transport) => Pin::new(transport).poll_shutdown(cx),
            Stream::Tls(secured, _) => Pin::new(&mut secured.stream).poll_shutdown(cx),
        };
        ended.map_err(|error| self.in_our_words("shutdown", error))
    }
}

impl Socket {
    fn count_written(&mut self, result: io::Result<usize>) -> io::Result<usize> {
        match result {
            Ok(count) => self.bytes_written += count as u64,
            Err(_) => self.write_ended = true,
        }
        result.map_err(|error| self.in_our_words("write", error))
    }

    /// The system's error as one of ours, with code and phase; one of ours with the place that it did not know.
    pub(super) fn in_our_words(&self, syscall: &'static str, error: io::Error) -> io::Error {
        let error = error
            .downcast::<Error>()
            .unwrap_or_else(|systems| Error::system(Phase::Transfer, syscall, "", systems));
        error.with_target(self.destination.clone()).into()
    }
}
