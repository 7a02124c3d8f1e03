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

use super::late::{Late, NO_SIGNAL};
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
    pub(crate) fn tcp(stream: impl Into<Late<TcpStream>>, remote: SocketAddr) -> Self {
        Self(Stream::Tcp(stream.into(), remote))
    }

    pub(crate) fn unix(stream: impl Into<Late<UnixStream>>) -> Self {
        Self(Stream::Unix(stream.into()))
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

    /// Whether [`try_send`](Self::try_send) may send something; else the task is woken once it may. Of a stream that the
    /// caller gave it never may: nobody knows what that does, and it is asked for amid the work of an engine.
    pub(crate) fn is_ready_to_send(&self, cx: &mut Context<'_>) -> bool {
        let ready = match &self.0 {
            Stream::Tcp(stream, _) => stream.poll_write_ready(cx),
            Stream::Unix(stream) => stream.poll_write_ready(cx),
            Stream::Given(_) => return false,
        };
        matches!(ready, Poll::Ready(Ok(())))
    }

    /// Sends what can be sent now, and tells how much that is. It asks nothing of the caller's: no waker.
    ///
    /// An error is the caller's to keep: the system tells why a connection has ended once, and something else from then on.
    pub(crate) fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_send_with_flags(bytes, NO_SIGNAL)
    }

    /// Has what can be taken now wait for the end of the stream, which the caller sends next, so that the two leave in one
    /// segment; tells how much that is. Of an error the same holds.
    pub(crate) fn try_send_with_end(&self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(target_os = "linux")]
        if let Stream::Tcp(..) = &self.0 {
            return self.try_send_with_flags(bytes, NO_SIGNAL | libc::MSG_MORE);
        }
        let _ = bytes;
        Ok(0)
    }

    fn try_send_with_flags(&self, bytes: &[u8], flags: libc::c_int) -> io::Result<usize> {
        let mut sent = 0;
        let send = |socket: SockRef<'_>| {
            sent = socket.send_with_flags(bytes, flags)?;
            // Where a part was taken there is no room left: the runtime need not find out by trying.
            if sent < bytes.len() { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
        };
        let result = match &self.0 {
            Stream::Tcp(stream, _) => stream.try_send(send),
            Stream::Unix(stream) => stream.try_send(send),
            Stream::Given(_) => return Ok(0),
        };
        match result {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(sent),
        }
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

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::Arc,
        task::{Wake, Waker},
    };

    use tokio::{
        io::{AsyncReadExt, DuplexStream, duplex},
        net::TcpListener,
    };

    use super::*;

    /// Every clone of its waker is one more owner.
    struct Counting;

    impl Wake for Counting {
        fn wake(self: Arc<Self>) {}
    }

    async fn tcp() -> (Transport, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let address = listener.local_addr().expect("an address");
        let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
        (Transport::tcp(ours.expect("a connection"), address), theirs.expect("a connection").0)
    }

    fn unix() -> (Transport, UnixStream) {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        (Transport::unix(ours), theirs)
    }

    /// Sends without end until there is no room; the peer then takes it all.
    async fn fill_and_empty(transport: Transport, mut peer: impl AsyncRead + Unpin) {
        let counting = Arc::new(Counting);
        let waker = Waker::from(counting.clone());
        let cx = &mut Context::from_waker(&waker);
        poll_fn(|cx| if transport.is_ready_to_send(cx) { Poll::Ready(()) } else { Poll::Pending }).await;

        let chunk = vec![7; 1 << 20];
        let mut sent = 0;
        loop {
            assert!(transport.is_ready_to_send(cx), "there was room for all so far");
            assert_eq!(Arc::strong_count(&counting), 2, "nobody has to be woken");
            match transport.try_send(&chunk).expect("the peer is there") {
                taken if taken == chunk.len() => sent += taken,
                part => break sent += part,
            }
        }
        assert_eq!(transport.try_send(&chunk).expect("the peer is there"), 0);
        assert_eq!(Arc::strong_count(&counting), 2, "sending knows no waker");
        assert!(!transport.is_ready_to_send(cx), "a part was all that there was room for");
        assert_eq!(Arc::strong_count(&counting), 3, "the task waits for room");

        let mut received = vec![0; sent];
        let room = poll_fn(|cx| if transport.is_ready_to_send(cx) { Poll::Ready(()) } else { Poll::Pending });
        let (read, ()) = tokio::join!(peer.read_exact(&mut received), room);
        read.expect("all of it");
        assert!(received.iter().all(|byte| *byte == 7));
    }

    #[tokio::test]
    async fn what_can_be_sent_now_is_sent_without_a_waker() {
        let (transport, peer) = tcp().await;
        fill_and_empty(transport, peer).await;
        let (transport, peer) = unix();
        fill_and_empty(transport, peer).await;
    }

    #[tokio::test]
    async fn a_stream_of_the_callers_is_left_alone() {
        let (ours, _theirs): (DuplexStream, _) = duplex(64);
        let transport = Transport::given(Box::new(ours), Addresses::default());
        assert!(!transport.is_ready_to_send(&mut Context::from_waker(Waker::noop())));
        assert_eq!(transport.try_send(b"bytes").expect("no error"), 0);
    }

    #[tokio::test]
    async fn a_peer_that_is_gone_is_an_error() {
        let (transport, peer) = unix();
        drop(peer);
        let error = transport.try_send(b"bytes").expect_err("nobody is there");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
