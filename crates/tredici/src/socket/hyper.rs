//! A socket as hyper and hyper-util take it.

mod info;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};

pub use info::ConnectionInfo;

use super::Socket;

/// The same as its `AsyncRead` (feature `hyper`).
impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut TokioIo::new(&mut *self)).poll_read(cx, buffer)
    }
}

/// The same as its `AsyncWrite` (feature `hyper`).
impl Write for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut TokioIo::new(&mut *self)).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut TokioIo::new(&mut *self)).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        tokio::io::AsyncWrite::is_write_vectored(self)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut TokioIo::new(&mut *self)).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut TokioIo::new(&mut *self)).poll_shutdown(cx)
    }
}

/// Tells hyper-util's client whether HTTP/2 is spoken (where ALPN agreed on `h2`, or the option `useH2c` says so), and
/// each response of its connection, as [`ConnectionInfo`].
impl Connection for Socket {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(ConnectionInfo::of(self));
        match self.alpn_protocol() {
            Some("h2") => connected.negotiated_h2(),
            _ => connected,
        }
    }
}
