//! The one place that reads and writes the transport, whichever engine encrypts.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    time::{Instant, timeout_at},
};

use super::{
    engine::{Connection, Failure, Received, Wire},
    session::SessionSink,
};
use crate::{
    dial::Transport,
    error::{Error, ErrorKind, Phase, alert_code},
};

/// How much is asked of the transport at first, and while it keeps coming back full.
const READ_MIN: usize = 16 * 1024;
const READ_MAX: usize = 64 * 1024;
/// How much is encrypted before it is handed to the transport.
const WRITE_MAX: usize = 64 * 1024;
/// How long after one session ticket another may follow.
const TICKETS_APART: Duration = Duration::from_millis(20);

/// A TLS connection over a transport.
///
/// It holds no buffer while idle: the buffer for reading is made when reading is tried and dropped when it is used up
/// or nothing came, the one for writing is dropped once it is sent.
pub(crate) struct TlsStream {
    transport: Transport,
    connection: Box<dyn Connection>,
    wire: Wire,
    read_size: usize,
    reading: Side,
    writing: Side,
    /// Something waits to be sent, and no writer waits for that: reading queued it, or a write left it behind.
    unattended: bool,
    sessions: Option<Arc<dyn SessionSink>>,
    sessions_kept: usize,
    /// Where an error belongs: until the peer's first data, an alert is its answer to the handshake (in TLS 1.3
    /// a client is done before the server has judged its certificate).
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Open,
    Closed,
    Failed,
}

impl TlsStream {
    pub(crate) fn new(transport: Transport, connection: Box<dyn Connection>) -> Self {
        Self {
            transport,
            connection,
            wire: Wire::default(),
            read_size: READ_MIN,
            reading: Side::Open,
            writing: Side::Open,
            unattended: false,
            sessions: None,
            sessions_kept: 0,
            phase: Phase::SecureConnect,
        }
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    pub(crate) fn transport_mut(&mut self) -> &mut Transport {
        &mut self.transport
    }

    pub(crate) fn connection(&self) -> &dyn Connection {
        &*self.connection
    }

    pub(crate) fn connection_and_wire(&mut self) -> (&mut dyn Connection, &mut Wire) {
        (&mut *self.connection, &mut self.wire)
    }

    /// From now on new sessions go to `sink`; those that came already go there at once.
    pub(crate) fn release_sessions(&mut self, sink: Arc<dyn SessionSink>) {
        self.sessions = Some(sink);
        self.hand_over_sessions();
    }

    fn hand_over_sessions(&mut self) {
        if let Some(sink) = &self.sessions {
            for session in self.connection.take_sessions() {
                sink.add(session);
                self.sessions_kept += 1;
            }
        }
    }

    pub(crate) fn sessions_kept(&self) -> usize {
        self.sessions_kept
    }

    /// Waits for what a server sends after the handshake: its tickets, or an alert. Returns how many sessions were kept.
    pub(crate) async fn wait_for_sessions(&mut self, limit: Duration) -> io::Result<usize> {
        let deadline = Instant::now() + limit;
        loop {
            let before = self.sessions_kept;
            let until = match before {
                0 => deadline,
                _ => deadline.min(Instant::now() + TICKETS_APART),
            };
            match timeout_at(until, poll_fn(|cx| self.poll_session(cx, before))).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) | Err(_) => return Ok(self.sessions_kept),
                Ok(Err(error)) => return Err(error),
            }
        }
    }

    /// Whether one more session than `before` has come; `false` once there is application data or the end instead.
    fn poll_session(&mut self, cx: &mut Context<'_>, before: usize) -> Poll<io::Result<bool>> {
        loop {
            if self.reading != Side::Open {
                return Poll::Ready(Ok(false));
            }
            self.send_unattended(cx)?;
            if self.has_something_to_read()
                && self.receive(cx, |connection, wire| connection.settle(wire))? != Received::WantRead
            {
                return Poll::Ready(Ok(false));
            }
            if self.sessions_kept > before {
                return Poll::Ready(Ok(true));
            }
            // An end of the transport is for the reader to judge, who will meet it again.
            if ready!(self.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(false));
            }
        }
    }

    /// Reads once from the transport, as much as there is; 0 is its end.
    pub(crate) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let incoming = &mut self.wire.incoming;
        incoming.reserve(self.read_size);
        let room = incoming.capacity() - incoming.len();
        match pin!(self.transport.read_buf(incoming)).poll(cx) {
            Poll::Ready(Ok(count)) => {
                if count == room {
                    self.read_size = READ_MAX;
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.release_buffer();
                if self.wire.incoming.is_empty() {
                    self.read_size = READ_MIN;
                }
                Poll::Pending
            }
        }
    }

    /// Drops the buffer for reading once it is used up: nobody knows whether there will be more.
    pub(crate) fn release_buffer(&mut self) {
        if self.wire.incoming.is_empty() {
            self.wire.incoming = BytesMut::new();
        }
    }

    /// Writes to the transport until nothing is left to send.
    pub(crate) fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.wire.outgoing.is_empty() {
            let sent = ready!(Pin::new(&mut self.transport).poll_write(cx, &self.wire.outgoing))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.wire.outgoing.advance(sent);
        }
        self.wire.outgoing = BytesMut::new();
        self.unattended = false;
        Poll::Ready(Ok(()))
    }

    /// The same from the writing side, whose task is then the one that waits.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unattended = false;
        self.poll_drain(cx)
    }

    /// Sends what can be sent without waiting, closes the transport for writing, and reads away what has come: the
    /// way out of a failed handshake, on which the peer still gets its alert.
    pub(crate) fn abandon(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        let _sent = self.poll_drain(cx);
        let _closed = Pin::new(&mut self.transport).poll_shutdown(cx);
        self.transport.discard_unread();
    }

    fn has_something_to_read(&self) -> bool {
        !self.wire.incoming.is_empty() || self.connection.has_pending()
    }

    /// Sends what no writer attends to, without waiting for it: what reading has queued (an answer to a key update), and
    /// the rest of a write, for whose answer the caller may be waiting here.
    ///
    /// Only that: where a writer in another task waits for the transport, asking the transport from here would put this
    /// task in its place, and it would not be woken.
    fn send_unattended(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.unattended {
            return Ok(());
        }
        match self.poll_drain(cx) {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    /// Reads through the engine, and notes whether that queued something.
    fn receive(
        &mut self,
        cx: &mut Context<'_>,
        read: impl FnOnce(&mut dyn Connection, &mut Wire) -> Result<Received, Failure>,
    ) -> io::Result<Received> {
        let nothing_queued = self.wire.outgoing.is_empty();
        let received = read(&mut *self.connection, &mut self.wire);
        self.release_buffer();
        self.hand_over_sessions();
        self.unattended |= nothing_queued && !self.wire.outgoing.is_empty();
        let sent = self.send_unattended(cx);
        match received {
            Ok(received) => sent.map(|()| received),
            Err(failure) => Err(self.fail(failure)),
        }
    }

    fn fail(&mut self, failure: Failure) -> io::Error {
        self.reading = Side::Failed;
        self.writing = Side::Failed;
        let error = match failure {
            Failure::Alert(description) => alert(self.phase, description),
            Failure::Refused => {
                Error::new(ErrorKind::Tls, Phase::Transfer, "ERR_SSL_SSL", "the peer was refused")
            }
            Failure::Protocol { code, reason } => protocol(self.phase, code, &reason),
        };
        error.into()
    }

    fn truncated(&mut self) -> io::Error {
        self.reading = Side::Failed;
        let message = "the connection ended without close_notify: the peer may not have sent all it meant to";
        Error::new(ErrorKind::Truncated, Phase::Transfer, "ERR_TLS_TRUNCATED", message).into()
    }
}

/// The peer ended the connection with this alert.
pub(crate) fn alert(phase: Phase, description: u8) -> Error {
    let code = alert_code(description);
    let name =
        code.rsplit_once("ALERT_").map_or(&*code, |(_, name)| name).to_ascii_lowercase().replace('_', " ");
    let reason = format!("the peer sent the alert '{name}' ({description})");
    let error = Error::new(ErrorKind::Alert(description), phase, code, reason.clone()).with_reason(reason);
    match description {
        40 => error.with_hint("the two sides share no protocol version, cipher suite or group, or a client certificate is missing"),
        42..=49 => error.with_hint("the peer refuses the certificate of this side"),
        70 => error.with_hint("the peer does not speak these protocol versions; see minVersion and maxVersion"),
        112 => error.with_hint("the peer does not serve this name; see servername"),
        116 => error.with_hint("the peer wants a client certificate; see cert and key"),
        120 => error.with_hint("the peer speaks none of the protocols in ALPNProtocols"),
        _ => error,
    }
}

/// The peer broke the protocol.
pub(crate) fn protocol(phase: Phase, code: String, reason: &str) -> Error {
    let wrong_version = code == "ERR_SSL_WRONG_VERSION_NUMBER";
    let error = Error::new(ErrorKind::Tls, phase, code, format!("TLS failed: {reason}")).with_reason(reason);
    if wrong_version { error.with_hint("the peer does not speak TLS on this port") } else { error }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            match this.reading {
                Side::Open => {}
                Side::Closed => return Poll::Ready(Ok(())),
                Side::Failed => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
            }
            this.send_unattended(cx)?;
            if this.has_something_to_read() {
                let unfilled = buffer.initialize_unfilled();
                match this.receive(cx, |connection, wire| connection.read(wire, unfilled))? {
                    Received::Bytes(count) => {
                        buffer.advance(count);
                        this.phase = Phase::Transfer;
                        return Poll::Ready(Ok(()));
                    }
                    Received::Closed => {
                        this.reading = Side::Closed;
                        return Poll::Ready(Ok(()));
                    }
                    Received::WantRead => {}
                }
            }
            if ready!(this.poll_fill(cx))? == 0 {
                return Poll::Ready(Err(this.truncated()));
            }
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    /// Encrypts up to 64 KiB and tries to send it at once. What the transport does not take now goes out with the
    /// next write or flush, which wait for it, or while the caller reads.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.writing != Side::Open {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        ready!(this.poll_send(cx))?;
        let mut accepted = 0;
        for slice in slices.iter().filter(|slice| !slice.is_empty()) {
            let part = &slice[..slice.len().min(WRITE_MAX - accepted)];
            if part.is_empty() {
                break;
            }
            if let Err(failure) = this.connection.write(&mut this.wire, part) {
                let _alert_sent = this.poll_send(cx);
                return Poll::Ready(Err(this.fail(failure)));
            }
            accepted += part.len();
        }
        match this.poll_send(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            sent => {
                this.unattended = sent.is_pending();
                Poll::Ready(Ok(accepted))
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.transport).poll_flush(cx)
    }

    /// Sends `close_notify`, ends the transport for writing, and reads away what nobody wants.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.writing == Side::Open {
            this.connection.close(&mut this.wire);
            this.writing = Side::Closed;
        }
        ready!(this.poll_send(cx))?;
        ready!(Pin::new(&mut this.transport).poll_shutdown(cx))?;
        Poll::Ready(Ok(()))
    }
}
