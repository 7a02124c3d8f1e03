//! The one place that reads and writes the transport, whichever engine encrypts.

mod io;
mod spare;
mod wakers;

use std::{
    future::poll_fn,
    io::{Error as IoError, ErrorKind as IoErrorKind, Result as IoResult},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt, AsyncWrite},
    time::{Instant, timeout},
};

use super::{
    engine::{Connection, Failure, Received, Wire},
    session::SessionSink,
};
use crate::{dial::Transport, error::Phase, options::Unique};

/// How much is asked of the transport at first, and while it keeps coming back full.
const READ_MIN: usize = 16 * 1024;
const READ_MAX: usize = 64 * 1024;
/// How much is encrypted before it is handed to the transport.
const WRITE_MAX: usize = 64 * 1024;
/// What a record holds at most (RFC 8446 section 5.1), and no less than what encrypting one adds.
const RECORD: usize = 16 * 1024;
const RECORD_OVERHEAD: usize = 64;
/// How large a buffer is kept for the next that needs one.
const READ_ROOM_MAX: usize = READ_MAX + RECORD + RECORD_OVERHEAD;
const WRITE_ROOM_MAX: usize = 2 * WRITE_MAX;
/// How much a peer can have us answer (its key updates) without taking the answers.
const ANSWERS_MAX: u32 = 64 * 1024;
/// How long after one session ticket another may follow.
const TICKETS_APART: Duration = Duration::from_millis(20);

/// A TLS connection over a transport.
///
/// It holds no buffer while idle: the buffer for reading is made when reading is tried and dropped when it is used up,
/// the one for writing is dropped once it is sent.
///
/// Its two directions may be used by two tasks at once. The transport wakes one task for each direction; so whoever reads
/// for the sake of writing, or sends for the sake of reading, has the task woken too whose direction it is.
pub(crate) struct TlsStream {
    unique: Unique,
    transport: Transport,
    connection: Box<dyn Connection>,
    wire: Wire,
    /// Whether reading has come back full.
    has_much_to_read: bool,
    read_closed: bool,
    write_closed: bool,
    /// What the connection has ended of. It is told to everybody who asks from then on.
    failure: Option<Box<Failure>>,
    /// Why the transport did not take what was sent for nobody's sake who could be told: the next to send is.
    unsent: Option<IoError>,
    /// The task that waits to read, and the one that waits to write.
    reader: Option<Waker>,
    writer: Option<Waker>,
    /// How much of what is to be sent was queued by reading.
    answers: u32,
    /// Whether nobody knows yet what becomes of the sessions that come: before the peer and the caller's checks have been
    /// heard they wait.
    sessions_wait: bool,
    /// Where they go then, if anywhere.
    sink: Option<Arc<dyn SessionSink>>,
    sessions_kept: u32,
    /// Where an error belongs: until the peer's first data, an alert is its answer to the handshake (in TLS 1.3
    /// a client is done before the server has judged its certificate).
    phase: Phase,
}

impl TlsStream {
    pub(crate) fn new(transport: Transport, connection: Box<dyn Connection>) -> Self {
        Self {
            unique: Unique::new(),
            transport,
            connection,
            wire: Wire::default(),
            has_much_to_read: false,
            read_closed: false,
            write_closed: false,
            failure: None,
            unsent: None,
            reader: None,
            writer: None,
            answers: 0,
            sessions_wait: true,
            sink: None,
            sessions_kept: 0,
            phase: Phase::SecureConnect,
        }
    }

    /// What tells it from every other.
    pub(crate) fn unique(&self) -> Unique {
        self.unique
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Reads away what nobody wants any more, so that the close that follows is no reset. After its goodbye the peer sends
    /// nothing.
    pub(crate) fn discard_unread(&self) {
        if !self.read_closed {
            self.transport.discard_unread();
        }
    }

    pub(crate) fn connection(&self) -> &dyn Connection {
        &*self.connection
    }

    pub(crate) fn connection_and_wire(&mut self) -> (&mut dyn Connection, &mut Wire) {
        self.take_buffer();
        (&mut *self.connection, &mut self.wire)
    }

    /// From now on new sessions go to `sink`, or nowhere; those that came already go there at once.
    pub(crate) fn release_sessions(&mut self, sink: Option<Arc<dyn SessionSink>>) {
        (self.sink, self.sessions_wait) = (sink, false);
        self.hand_over_sessions();
    }

    fn hand_over_sessions(&mut self) {
        if self.sessions_wait {
            return;
        }
        for session in self.connection.take_sessions() {
            if let Some(sink) = &self.sink {
                sink.add(session);
                self.sessions_kept += 1;
            }
        }
    }

    pub(crate) fn sessions_kept(&self) -> usize {
        self.sessions_kept as usize
    }

    /// Waits for what a server sends after the handshake: its tickets, or an alert. Returns how many sessions were kept.
    pub(crate) async fn wait_for_sessions(&mut self, limit: Duration) -> IoResult<usize> {
        let start = Instant::now();
        loop {
            let before = self.sessions_kept;
            let left = limit.saturating_sub(start.elapsed());
            let patience = if before == 0 { left } else { left.min(TICKETS_APART) };
            match timeout(patience, poll_fn(|cx| self.poll_session(cx, before))).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) | Err(_) => return Ok(self.sessions_kept()),
                Ok(Err(error)) => return Err(error),
            }
        }
    }

    /// Whether one more session than `before` has come; `false` once there is application data or the end instead.
    fn poll_session(&mut self, cx: &mut Context<'_>, before: u32) -> Poll<IoResult<bool>> {
        loop {
            self.check()?;
            if self.read_closed {
                return Poll::Ready(Ok(false));
            }
            self.send_along(cx);
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
    pub(crate) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<usize>> {
        let incoming = &mut self.wire.incoming;
        if incoming.capacity() == 0 {
            *incoming = spare::incoming();
        }
        make_room(incoming, self.has_much_to_read);
        let room = incoming.capacity() - incoming.len();
        match pin!(self.transport.read_buf(incoming)).poll(cx) {
            Poll::Ready(Ok(count)) => {
                if count == room {
                    self.has_much_to_read = true;
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.release_buffer();
                if self.wire.incoming.is_empty() {
                    self.has_much_to_read = false;
                }
                Poll::Pending
            }
        }
    }

    /// Drops the buffer for reading once it is used up: nobody knows whether there will be more.
    pub(crate) fn release_buffer(&mut self) {
        if self.wire.incoming.is_empty() {
            spare::give_back_incoming(std::mem::take(&mut self.wire.incoming), READ_ROOM_MAX);
        }
    }

    /// Takes a buffer for what is about to be encrypted.
    fn take_buffer(&mut self) {
        if self.wire.outgoing.capacity() == 0 {
            self.wire.outgoing = spare::outgoing();
        }
    }

    /// Writes to the transport until nothing is left to send.
    pub(crate) fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        if let Some(error) = self.unsent.take() {
            return Poll::Ready(Err(error));
        }
        while !self.wire.outgoing.is_empty() {
            let sent = ready!(Pin::new(&mut self.transport).poll_write(cx, &self.wire.outgoing))?;
            if sent == 0 {
                return Poll::Ready(Err(IoErrorKind::WriteZero.into()));
            }
            self.wire.outgoing.sent(sent);
        }
        spare::give_back_outgoing(std::mem::take(&mut self.wire.outgoing), WRITE_ROOM_MAX);
        self.answers = 0;
        Poll::Ready(Ok(()))
    }

    /// Writes all that is to be sent, and has a transport with a buffer of its own send it on.
    pub(crate) fn poll_drain_and_flush(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    /// The same as `poll_drain` from the writing side, whose task then is the one that waits.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        let sent = self.poll_drain_beside_reader(cx);
        self.writer = sent.is_pending().then(|| cx.waker().clone());
        sent
    }

    /// Writes for the writer's sake. A reader who waits for the answer is woken too once there is room: the writer may not
    /// come again for what is left.
    fn poll_drain_beside_reader(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        let sent = self.poll_drain(cx);
        if sent.is_ready() || self.reader.is_none() {
            return sent;
        }
        let both = wakers::both(self.reader.as_ref(), cx.waker());
        self.poll_drain(&mut Context::from_waker(&both))
    }

    /// What came of sending for nobody's sake who could be told of an error.
    fn keep_error(&mut self, sent: Poll<IoResult<()>>) {
        if let Poll::Ready(Err(error)) = sent {
            self.unsent = Some(error);
        }
    }

    /// Sends what can be sent without waiting, closes the transport for writing, and reads away what has come: the
    /// way out of a failed handshake, on which the peer still gets its alert.
    pub(crate) fn abandon(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        let _sent = self.poll_drain(cx);
        let _flushed = Pin::new(&mut self.transport).poll_flush(cx);
        let _closed = Pin::new(&mut self.transport).poll_shutdown(cx);
        self.transport.discard_unread();
    }

    fn has_something_to_read(&self) -> bool {
        !self.wire.incoming.is_empty() || self.connection.has_pending()
    }

    /// Sends, from the reading side, what waits to be sent: an answer to a key update, or the rest of a write, for whose
    /// answer the caller may be waiting here. A failure of the transport is for the writer to meet: what was read is not
    /// lost to it.
    fn send_along(&mut self, cx: &mut Context<'_>) {
        if self.wire.outgoing.is_empty() {
            return;
        }
        let both = wakers::both(self.writer.as_ref(), cx.waker());
        let sent = self.poll_drain(&mut Context::from_waker(&both));
        if let Some(writer) = sent.is_ready().then(|| self.writer.take()).flatten() {
            writer.wake();
        }
        self.keep_error(sent);
    }

    /// Reads through the engine.
    fn receive(
        &mut self,
        cx: &mut Context<'_>,
        read: impl FnOnce(&mut dyn Connection, &mut Wire) -> Result<Received, Failure>,
    ) -> IoResult<Received> {
        let queued_before = self.wire.outgoing.len();
        let received = read(&mut *self.connection, &mut self.wire);
        self.release_buffer();
        self.hand_over_sessions();
        let answered = self.wire.outgoing.len() - queued_before;
        self.answers = self.answers.saturating_add(u32::try_from(answered).unwrap_or(u32::MAX));
        self.send_along(cx);
        if self.answers > ANSWERS_MAX {
            let code = "ERR_SSL_TOO_MANY_KEY_UPDATES".to_owned();
            let reason = "the peer has its messages answered and does not take the answers".to_owned();
            return Err(self.fail(Failure::Protocol { code, reason }));
        }
        received.map_err(|failure| self.fail(failure))
    }

    /// Reads for the writer's sake: the peer has sent half of a handshake message (a session ticket that spans two
    /// records, say), and until the rest has come the engine does not write.
    fn poll_able_to_write(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        while !self.connection.is_able_to_write() {
            self.check()?;
            if self.has_something_to_read() {
                match self.receive(cx, |connection, wire| connection.settle(wire))? {
                    Received::WantRead => continue,
                    Received::Bytes(_) | Received::Closed => break,
                }
            }
            let both = wakers::both(self.reader.as_ref(), cx.waker());
            let filled = self.poll_fill(&mut Context::from_waker(&both));
            self.writer = filled.is_pending().then(|| cx.waker().clone());
            if ready!(filled)? == 0 {
                return Poll::Ready(Err(self.fail(Failure::Truncated)));
            }
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads for the reader's sake. While the rest of a handshake message is to come, a writer may wait for it too, and
    /// would lose its place at the transport.
    fn poll_fill_beside_writer(&mut self, cx: &mut Context<'_>) -> Poll<IoResult<usize>> {
        if self.connection.is_able_to_write() {
            return self.poll_fill(cx);
        }
        let both = wakers::both(self.writer.as_ref(), cx.waker());
        self.poll_fill(&mut Context::from_waker(&both))
    }

    /// The failure that the connection has ended of, if it has.
    fn check(&self) -> IoResult<()> {
        match &self.failure {
            Some(failure) => Err(failure.to_error(self.phase).into()),
            None => Ok(()),
        }
    }

    fn fail(&mut self, failure: Failure) -> IoError {
        let error = failure.to_error(self.phase);
        self.failure = Some(Box::new(failure));
        error.into()
    }
}

/// Makes room for a read behind what is left of a record, which is moved to the front. A buffer for much has room for
/// that rest too, so that it need not grow: one that is made anew for each read is never in the processor's cache.
fn make_room(incoming: &mut BytesMut, much: bool) {
    let (read_size, rest) = if much { (READ_MAX, RECORD + RECORD_OVERHEAD) } else { (READ_MIN, 0) };
    if incoming.try_reclaim(read_size) {
        return;
    }
    let mut roomier = BytesMut::with_capacity(incoming.len().max(rest) + read_size);
    roomier.extend_from_slice(incoming);
    *incoming = roomier;
}
