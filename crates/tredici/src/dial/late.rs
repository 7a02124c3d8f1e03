//! A stream that is registered with the runtime late: when somebody first has to wait for it.
//!
//! What is written to a connection that stands can be sent without hearing from the runtime first that it can. Who
//! reads waits, more often than not, and has it registered at once. One that is closed before that never is.

use std::{
    io::{self, IoSlice},
    mem,
    net::Shutdown,
    os::fd::{AsFd, BorrowedFd},
    pin::Pin,
    task::{Context, Poll, ready},
};

use socket2::{SockRef, Socket};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::{TcpStream, UnixStream},
    runtime::Handle,
    task::coop::poll_proceed,
};

/// A peer that is gone is an error and no signal; Apple's sockets are made so.
#[cfg(not(target_vendor = "apple"))]
pub(super) const NO_SIGNAL: libc::c_int = libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
pub(super) const NO_SIGNAL: libc::c_int = 0;

pub(crate) enum Late<S> {
    /// Nobody has had to wait yet. With the runtime under which it was opened.
    Fresh(Socket, Handle),
    Registered(S),
    /// The runtime would not have it.
    Lost,
}

/// A stream of the runtime's.
pub(crate) trait Register: AsyncRead + AsyncWrite + AsFd + Unpin + Sized {
    /// Within the runtime's context.
    fn register(socket: Socket) -> io::Result<Self>;
    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn try_io<T>(&self, interest: Interest, call: impl FnOnce() -> io::Result<T>) -> io::Result<T>;
}

impl Register for TcpStream {
    fn register(socket: Socket) -> io::Result<Self> {
        Self::from_std(socket.into())
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_ready(cx)
    }

    fn try_io<T>(&self, interest: Interest, call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.try_io(interest, call)
    }
}

impl Register for UnixStream {
    fn register(socket: Socket) -> io::Result<Self> {
        Self::from_std(socket.into())
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_ready(cx)
    }

    fn try_io<T>(&self, interest: Interest, call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.try_io(interest, call)
    }
}

impl<S: Register> From<S> for Late<S> {
    fn from(stream: S) -> Self {
        Self::Registered(stream)
    }
}

impl<S: Register> Late<S> {
    /// A connection that stands, in the present runtime.
    pub(super) fn fresh(socket: Socket) -> Self {
        Self::Fresh(socket, Handle::current())
    }

    /// The socket's descriptor.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Fresh(socket, _) => Some(socket.as_fd()),
            Self::Registered(stream) => Some(stream.as_fd()),
            Self::Lost => None,
        }
    }

    /// Ready where something may be sent; else the task is woken once it may.
    pub(super) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Fresh(..) => Poll::Ready(Ok(())),
            Self::Registered(stream) => stream.poll_write_ready(cx),
            Self::Lost => Poll::Ready(Err(lost())),
        }
    }

    /// Sends where the runtime has not heard that nothing can be sent.
    pub(super) fn try_send<T>(&self, send: impl FnOnce(SockRef<'_>) -> io::Result<T>) -> io::Result<T> {
        match self {
            Self::Fresh(socket, _) => send(socket.into()),
            Self::Registered(stream) => stream.try_io(Interest::WRITABLE, || send(stream.into())),
            Self::Lost => Err(lost()),
        }
    }

    fn registered(&mut self) -> io::Result<&mut S> {
        if matches!(self, Self::Fresh(..)) {
            self.register()?;
        }
        match self {
            Self::Registered(stream) => Ok(stream),
            Self::Fresh(..) | Self::Lost => Err(lost()),
        }
    }

    fn register(&mut self) -> io::Result<()> {
        if let Self::Fresh(socket, runtime) = mem::replace(self, Self::Lost) {
            let _within = runtime.enter();
            *self = Self::Registered(S::register(socket)?);
        }
        Ok(())
    }

    /// What came of sending, where nobody has had to wait yet, nor has to now.
    fn poll_send(
        &self,
        cx: &mut Context<'_>,
        send: impl FnOnce(&Socket) -> io::Result<usize>,
    ) -> Poll<Option<io::Result<usize>>> {
        let Self::Fresh(socket, _) = self else { return Poll::Ready(None) };
        let budget = ready!(poll_proceed(cx));
        Poll::Ready(match send(socket) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            sent => {
                budget.made_progress();
                Some(sent)
            }
        })
    }
}

fn lost() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

impl<S: Register> AsyncRead for Late<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(self.registered()?).poll_read(cx, buffer)
    }
}

impl<S: Register> AsyncWrite for Late<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match ready!(self.poll_send(cx, |socket| socket.send_with_flags(bytes, NO_SIGNAL))) {
            Some(sent) => Poll::Ready(sent),
            None => Pin::new(self.registered()?).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match ready!(self.poll_send(cx, |socket| socket.send_vectored_with_flags(slices, NO_SIGNAL))) {
            Some(sent) => Poll::Ready(sent),
            None => Pin::new(self.registered()?).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// The system keeps nothing back that a flush could send.
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &*self {
            Self::Fresh(socket, _) => Poll::Ready(socket.shutdown(Shutdown::Write)),
            _ => Pin::new(self.registered()?).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, os::unix::net::UnixStream as StdUnixStream, task::Waker, thread};

    use socket2::{Domain, Type};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        runtime::Runtime,
    };

    use super::*;

    /// With the other end, on which the thread waits.
    fn pair() -> (Late<UnixStream>, StdUnixStream) {
        let (near, far) = Socket::pair(Domain::UNIX, Type::STREAM, None).expect("a pair");
        near.set_nonblocking(true).expect("non-blocking");
        (Late::fresh(near), far.into())
    }

    #[tokio::test]
    async fn who_only_writes_and_ends_has_nothing_registered() {
        let (mut near, mut far) = pair();
        near.write_all(b"one ").await.expect("to write");
        let slices = [IoSlice::new(b"two "), IoSlice::new(b"three")];
        assert_eq!(near.write_vectored(&slices).await.expect("to write"), 9);
        near.shutdown().await.expect("to end");
        let mut all = String::new();
        far.read_to_string(&mut all).expect("to read");
        assert_eq!(all, "one two three");
        assert!(matches!(near, Late::Fresh(..)));
    }

    #[tokio::test]
    async fn who_writes_more_than_there_is_room_for_waits() {
        let (mut near, mut far) = pair();
        let reading = thread::spawn(move || {
            let mut all = Vec::new();
            far.read_to_end(&mut all).map(|_| all)
        });
        let much = vec![7; 8 * 1024 * 1024];
        near.write_all(&much).await.expect("to write");
        assert!(matches!(near, Late::Registered(_)));
        near.shutdown().await.expect("to end");
        assert_eq!(reading.join().expect("no panic").expect("to read"), much);
    }

    #[tokio::test]
    async fn who_reads_waits() {
        let (mut near, far) = pair();
        let answering = thread::spawn(move || io::Write::write_all(&mut &far, b"hello"));
        let mut answer = String::new();
        near.read_to_string(&mut answer).await.expect("to read");
        assert_eq!(answer, "hello");
        assert!(matches!(near, Late::Registered(_)));
        answering.join().expect("no panic").expect("to write");
    }

    #[test]
    fn it_belongs_to_the_runtime_under_which_it_was_opened() {
        let runtime = Runtime::new().expect("a runtime");
        let (mut near, mut far) = runtime.block_on(async { pair() });
        let mut room = [0; 5];
        let mut buffer = ReadBuf::new(&mut room);
        let outside = &mut Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut near).poll_read(outside, &mut buffer).is_pending());
        io::Write::write_all(&mut far, b"hello").expect("to write");
        runtime.block_on(near.read_exact(&mut room)).expect("to read");
        assert_eq!(&room, b"hello");
    }

    #[test]
    fn a_runtime_that_has_gone_is_an_error() {
        let runtime = Runtime::new().expect("a runtime");
        let (mut near, mut far) = runtime.block_on(async { pair() });
        drop(runtime);
        io::Write::write_all(&mut far, b"hello").expect("to write");
        let runtime = Runtime::new().expect("another");
        runtime.block_on(near.read_exact(&mut [0; 5])).expect_err("there is nobody to wait for it");
        let error = runtime.block_on(near.write_all(b"hello")).expect_err("nor is it there any more");
        assert_eq!(error.kind(), io::ErrorKind::NotConnected);
        assert!(near.fd().is_none());
    }

    #[tokio::test]
    async fn a_peer_that_has_gone_is_an_error() {
        let (mut near, far) = pair();
        drop(far);
        let error = near.write_all(b"hello").await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
