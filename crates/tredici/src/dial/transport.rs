//! The byte stream underneath, whatever it is.

use std::{
    io,
    mem::MaybeUninit,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use socket2::SockRef;
use sync_wrapper::SyncWrapper;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
};

use crate::target::{ByteStream, RemoteAddress};

/// A connected byte stream.
pub(crate) struct Transport {
    stream: Stream,
    remote: Option<RemoteAddress>,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Given(SyncWrapper<Box<dyn ByteStream>>),
}

impl Transport {
    pub(crate) fn tcp(stream: TcpStream, remote: SocketAddr) -> Self {
        Self { stream: Stream::Tcp(stream), remote: Some(RemoteAddress::Ip(remote)) }
    }

    pub(crate) fn unix(stream: UnixStream, remote: RemoteAddress) -> Self {
        Self { stream: Stream::Unix(stream), remote: Some(remote) }
    }

    /// A Unix socket that was accepted: the client has no name.
    pub(crate) fn accepted_unix(stream: UnixStream) -> Self {
        Self { stream: Stream::Unix(stream), remote: None }
    }

    pub(crate) fn given(stream: Box<dyn ByteStream>) -> Self {
        Self { stream: Stream::Given(SyncWrapper::new(stream)), remote: None }
    }

    pub(crate) fn remote_address(&self) -> Option<SocketAddr> {
        match self.remote {
            Some(RemoteAddress::Ip(address)) => Some(address),
            _ => None,
        }
    }

    pub(crate) fn local_address(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Tcp(stream) => stream.local_addr().ok(),
            Stream::Unix(_) | Stream::Given(_) => None,
        }
    }

    fn stream(&mut self) -> Pin<&mut dyn ByteStream> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream),
            Stream::Unix(stream) => Pin::new(stream),
            Stream::Given(stream) => Pin::new(&mut **stream.get_mut()),
        }
    }

    /// Reads away what has come and nobody wants, so that the close that follows is no reset. A stream that the caller
    /// gave is the caller's to end.
    pub(crate) fn discard_unread(&self) {
        const AT_MOST: usize = 64;
        let socket = match &self.stream {
            Stream::Tcp(stream) => SockRef::from(stream),
            Stream::Unix(stream) => SockRef::from(stream),
            Stream::Given(_) => return,
        };
        // The system is asked: the runtime may not have heard yet that something came.
        let mut scratch = [const { MaybeUninit::uninit() }; 16 * 1024];
        for _ in 0..AT_MOST {
            match socket.recv(&mut scratch) {
                Ok(count) if count > 0 => {}
                _ => break,
            }
        }
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Tcp(stream) => stream.is_write_vectored(),
            Stream::Unix(stream) => stream.is_write_vectored(),
            // A boxed stream cannot be asked through a shared reference that must be `Sync`.
            Stream::Given(_) => false,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
