//! What the caller holds: it reads, writes, and tells everything about itself.

#[cfg(feature = "hyper")]
mod hyper;
mod introspection;
mod io;
mod pins;
mod refusal;
#[cfg(feature = "serde")]
mod report;

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

#[cfg(feature = "hyper")]
pub use hyper::ConnectionInfo;
#[cfg(feature = "serde")]
pub use report::SocketReport;

use crate::{
    dial::Transport,
    error::{Attempt, Error, ErrorKind, Phase},
    options::Unique,
    target::Destination,
    timing::Timings,
    tls::{context::Choice, handshake::Secured, judgement::Judgement, session::SessionSink},
};

/// How long a close waits for a peer that does not read.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(10);

/// One connection: TCP or Unix, plain or TLS.
///
/// It implements [`AsyncRead`] and [`AsyncWrite`](tokio::io::AsyncWrite). With TLS it was
/// verified before the caller got it. Writes go out at once as far as the transport takes them; flush to wait for the
/// rest. The stream's end is an error of code `ERR_TLS_TRUNCATED` where TLS did not say goodbye; Node's own client takes
/// that for an end.
///
/// Dropping it closes the descriptor at once, without a TLS goodbye; [`close`](Self::close) says goodbye first.
pub struct Socket {
    stream: Stream,
    destination: Arc<Destination>,
    attempts: Box<[Attempt]>,
    timings: Timings,
    bytes_read: u64,
    bytes_written: u64,
    read_ended: bool,
    write_ended: bool,
    /// Whether the peer of a plain connection is known to speak HTTP/2.
    knows_h2: bool,
}

enum Stream {
    Plain(Transport),
    /// With the engine at work. In a box: what a socket weighs, it weighs each time that it changes hands.
    Tls(Box<Secured>, Arc<Choice>),
}

/// Whether a socket can still be read and written. Names as in Node's `readyState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadyState {
    /// Both ways.
    Open,
    /// This side has ended: it can only be read.
    ReadOnly,
    /// The peer has ended: it can only be written.
    WriteOnly,
    /// Both sides have ended.
    Closed,
}

impl ReadyState {
    /// The name in reports: `open`, `readOnly`, `writeOnly`, `closed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ReadOnly => "readOnly",
            Self::WriteOnly => "writeOnly",
            Self::Closed => "closed",
        }
    }
}

/// How the socket came to be.
pub(crate) struct Origin {
    pub(crate) destination: Arc<Destination>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) timings: Timings,
}

impl Socket {
    pub(crate) fn plain(transport: Transport, origin: Origin) -> Self {
        Self::new(Stream::Plain(transport), origin)
    }

    pub(crate) fn secured(secured: Secured, engine: Arc<Choice>, origin: Origin) -> Self {
        Self::new(Stream::Tls(Box::new(secured), engine), origin)
    }

    fn new(stream: Stream, origin: Origin) -> Self {
        let Origin { destination, attempts, timings } = origin;
        Self {
            stream,
            destination,
            attempts: attempts.into(),
            timings,
            bytes_read: 0,
            bytes_written: 0,
            read_ended: false,
            write_ended: false,
            knows_h2: false,
        }
    }

    /// Whether the peer of this plain connection is known to speak HTTP/2.
    pub(crate) fn set_prior_knowledge(&mut self, knows_h2: bool) {
        self.knows_h2 = knows_h2;
    }

    /// What tells its TLS connection from every other.
    pub(crate) fn tls_identity(&self) -> Option<Unique> {
        self.tls().map(|secured| secured.stream.unique())
    }

    /// Says where the sessions of this connection are kept, if anywhere, now that its peer was found good.
    pub(crate) fn release_sessions(&mut self, sink: Option<Arc<dyn SessionSink>>) {
        if let Stream::Tls(secured, _) = &mut self.stream {
            secured.stream.release_sessions(sink);
        }
    }

    /// What TLS adds to a socket.
    fn tls(&self) -> Option<&Secured> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(secured, _) => Some(secured),
        }
    }

    pub(crate) fn judgement(&self) -> Option<&Judgement> {
        self.tls().map(|secured| &secured.judgement)
    }

    pub(crate) fn set_total(&mut self, total: Duration) {
        self.timings.total = total;
    }

    /// The socket of a second way, after the first one had failed.
    pub(crate) fn after(mut self, earlier: &Error) -> Self {
        let took = earlier.timings().total;
        self.timings.total += took;
        let own = std::mem::take(&mut self.attempts).into_iter().map(|attempt| attempt.later(took));
        self.attempts = earlier.attempts().iter().cloned().chain(own).collect();
        self
    }

    /// Reads what TLS says outside the data: the server's session tickets, or the alert with which it refuses a
    /// client certificate in TLS 1.3, which come after the handshake.
    ///
    /// Returns how many sessions came and were kept, as soon as there is data to read, the stream has ended, no more
    /// tickets follow those that came, or `limit` is up. Sessions are also kept while the socket is being read: call this
    /// only where the socket is to be closed without being read. Without TLS it returns 0 at once.
    ///
    /// # Errors
    ///
    /// The alert, with phase `secureConnect`; or the stream's failure.
    ///
    /// ```no_run
    /// # async fn example(connector: tredici::Connector) -> Result<(), tredici::Error> {
    /// let mut socket = connector.connect("https://localhost:8443").await?;
    /// socket.wait_for_sessions(std::time::Duration::from_millis(100)).await?;
    /// socket.close().await?; // the next connection to localhost:8443 can be resumed
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_sessions(&mut self, limit: Duration) -> Result<usize, Error> {
        let is_tls13 = self.tls_version() == Some("TLSv1.3");
        let waited = match &mut self.stream {
            Stream::Plain(_) => Ok(0),
            // Before TLS 1.3 a session comes with the handshake or not at all.
            Stream::Tls(secured, _) if !is_tls13 => Ok(secured.stream.sessions_kept()),
            Stream::Tls(secured, _) => secured.stream.wait_for_sessions(limit).await,
        };
        waited.map_err(|error| self.in_our_words("read", error).into())
    }

    /// Sends what was written and the goodbye, and waits a moment (at most 100 ms) for the peer to do the same.
    ///
    /// What the peer sends meanwhile is read away, so that the close is no reset and what was written last is not
    /// lost on its way. The session tickets among it are kept: the next connection to the same server can be resumed,
    /// also where this one was never read.
    ///
    /// # Errors
    ///
    /// When what was written cannot be sent: the system's error, or `ETIMEDOUT` where the peer has not taken it within
    /// ten seconds.
    pub async fn close(mut self) -> Result<(), Error> {
        let goodbye = self.shutdown();
        let said = timeout(GOODBYE_TIMEOUT, goodbye).await;
        said.map_err(|_elapsed| not_taken().with_target(self.destination.clone()))??;
        match &mut self.stream {
            Stream::Plain(transport) => linger(transport).await,
            Stream::Tls(secured, _) => linger(&mut secured.stream).await,
        }
        Ok(())
    }
}

/// Waits a moment for the peer's end, reading away what it still sends.
async fn linger(stream: &mut (impl AsyncRead + Unpin)) {
    const MOMENT: Duration = Duration::from_millis(100);
    const AT_MOST: u64 = 1024 * 1024;
    let mut rest = stream.take(AT_MOST);
    // The peer may also never end: then the close is as good as it can be.
    let _ended = timeout(MOMENT, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
}

fn not_taken() -> Error {
    let message = format!("the peer did not take what was written within {} s", GOODBYE_TIMEOUT.as_secs());
    Error::new(ErrorKind::Timeout, Phase::Transfer, "ETIMEDOUT", message)
}

impl Drop for Socket {
    /// Reads away what nobody wants any more, so that the close is no reset, in which what was written last could be
    /// lost. Where nothing was written there is nothing to lose, and after the peer's end nothing comes.
    fn drop(&mut self) {
        match &mut self.stream {
            Stream::Plain(_) if self.bytes_written == 0 || self.read_ended => {}
            Stream::Plain(transport) => transport.discard_unread(),
            Stream::Tls(secured, _) => secured.stream.discard_unread(),
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("destination", &format_args!("{}", self.destination))
            .field("tls_version", &self.tls_version())
            .field("authorized", &self.authorized())
            .finish_non_exhaustive()
    }
}
