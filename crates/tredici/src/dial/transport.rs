//! The byte stream underneath, whatever it is.

use std::{
    io,
    mem::MaybeUninit,
    net::SocketAddr,
    os::fd::BorrowedFd,
    pin::Pin,
    task::{Context, Poll},
};

use socket2::SockRef;
use sync_wrapper::SyncWrapper;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
};

use super::late::Late;
use crate::target::ByteStream;

/// A connected byte stream.
pub(crate) struct Transport(Stream);

enum Stream {
    /// With the peer's address.
    Tcp(Late<TcpStream>, SocketAddr),
    Unix(Late<UnixStream>),
    Given(Box<Given>),
}

/// One that the caller had.
struct Given {
    stream: SyncWrapper<Box<dyn ByteStream>>,
    addresses: Addresses,
}

/// Where a stream's two ends are, as far as that is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Addresses {
    pub(crate) local: Option<SocketAddr>,
    pub(crate) remote: Option<SocketAddr>,
}

impl Transport {
    pub(super) fn tcp(stream: Late<TcpStream>, remote: SocketAddr) -> Self {
        Self(Stream::Tcp(stream, remote))
    }

    pub(super) fn unix(stream: Late<UnixStream>) -> Self {
        Self(Stream::Unix(stream))
    }

    pub(crate) fn accepted_tcp(stream: TcpStream, remote: SocketAddr) -> Self {
        Self::tcp(Late::Registered(stream), remote)
    }

    pub(crate) fn accepted_unix(stream: UnixStream) -> Self {
        Self::unix(Late::Registered(stream))
    }

    pub(crate) fn given(stream: Box<dyn ByteStream>, addresses: Addresses) -> Self {
        Self(Stream::Given(Box::new(Given { stream: SyncWrapper::new(stream), addresses })))
    }

    pub(crate) fn remote_address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Stream::Tcp(_, remote) => Some(*remote),
            Stream::Unix(_) => None,
            Stream::Given(given) => given.addresses.remote,
        }
    }

    pub(crate) fn local_address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Stream::Tcp(stream, _) => SockRef::from(&stream.fd()?).local_addr().ok()?.as_socket(),
            Stream::Unix(_) => None,
            Stream::Given(given) => given.addresses.local,
        }
    }

    /// The socket's descriptor; none of a stream that the caller gave.
    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match &self.0 {
            Stream::Tcp(stream, _) => stream.fd(),
            Stream::Unix(stream) => stream.fd(),
            Stream::Given(_) => None,
        }
    }

    fn stream(&mut self) -> Pin<&mut dyn ByteStream> {
        match &mut self.0 {
            Stream::Tcp(stream, _) => Pin::new(stream),
            Stream::Unix(stream) => Pin::new(stream),
            Stream::Given(given) => Pin::new(&mut **given.stream.get_mut()),
        }
    }

    /// Sends what can be sent now, and tells how much that is. Of a stream that the caller gave it is nothing: nobody knows
    /// what that does, and this is asked for amid the work of an engine.
    ///
    /// An error is the caller's to keep: the system tells why a connection has ended once, and something else from then on.
    pub(crate) fn try_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> io::Result<usize> {
        let sent = match &mut self.0 {
            Stream::Tcp(stream, _) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Given(_) => return Ok(0),
        };
        match sent {
            Poll::Ready(sent) => sent,
            Poll::Pending => Ok(0),
        }
    }

    /// Has what can be taken now wait for the end of the stream, which the caller sends next, so that the two leave in one
    /// segment; tells how much that is. Of an error the same holds.
    pub(crate) fn try_send_with_end(&self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(target_os = "linux")]
        if let Stream::Tcp(stream, _) = &self.0 {
            return match stream.try_send(bytes, libc::MSG_MORE) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
                sent => sent,
            };
        }
        let _ = bytes;
        Ok(0)
    }

    /// Reads away what has come and nobody wants, so that the close that follows is no reset. A stream that the caller
    /// gave is the caller's to end.
    pub(crate) fn discard_unread(&self) {
        const AT_MOST: usize = 64;
        let Some(fd) = self.fd() else { return };
        let socket = SockRef::from(&fd);
        // The system is asked: the runtime may not have heard yet that something came.
        let mut scratch = [const { MaybeUninit::uninit() }; 16 * 1024];
        for _ in 0..AT_MOST {
            match socket.recv(&mut scratch) {
                // Less than there is room for is all that there was.
                Ok(count) if count == scratch.len() => {}
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
        match &self.0 {
            Stream::Tcp(stream, _) => stream.is_write_vectored(),
            Stream::Unix(stream) => stream.is_write_vectored(),
            // A boxed stream cannot be asked through a shared reference that must be `Sync`.
            Stream::Given(..) => false,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
