//! How far a connection has come. It outlives a walk that is cut off by a deadline.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    limit::Limit,
    progress::{self, Progress, Remains},
};
use crate::{
    dial::Attempts,
    error::{Attempt, Error, ErrorKind, Phase},
    options::{
        Observer, Watched,
        events::{Abandoned, Agreed, Connected, Failed, Started},
    },
    socket::{Origin, Socket},
    target::{Destination, Protocol},
    timing::Timings,
};

pub(super) struct Journey {
    start: Instant,
    phase: Phase,
    /// A phase begins where the one before it has ended.
    entered: Instant,
    timings: Timings,
    attempts: Attempts,
    watched: Watched,
    progress: Progress,
    is_over: bool,
}

/// A phase that was entered and is to be left.
#[must_use]
pub(super) struct Entered(Phase);

impl Journey {
    pub(super) fn begin() -> Self {
        let start = Instant::now();
        Self {
            start,
            phase: Phase::Options,
            entered: start,
            timings: Timings::default(),
            attempts: Attempts::new(start),
            watched: Watched::default(),
            progress: Progress::begin(),
            is_over: false,
        }
    }

    /// Has it watched from here on.
    pub(super) fn watch(
        &mut self,
        connector: u64,
        observer: Option<Arc<dyn Observer>>,
        destination: &Arc<Destination>,
        timeout: Option<Duration>,
    ) {
        self.watched = Watched::new(connector, observer, self.start, destination);
        self.attempts.watch(self.watched.clone());
        self.watched.tell(|observer, connection| observer.started(connection, &Started { timeout }));
    }

    pub(super) fn watched(&self) -> &Watched {
        &self.watched
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// When it has to be over; `None` where that is beyond all time.
    pub(super) fn deadline(&self, limit: Duration) -> Option<Instant> {
        self.start.checked_add(limit)
    }

    /// How much is left of this limit, which is none where it is zero.
    pub(super) fn left(&self, limit: Duration) -> Option<Duration> {
        (!limit.is_zero()).then(|| limit.saturating_sub(self.elapsed()))
    }

    pub(super) fn attempts_mut(&mut self) -> &mut Attempts {
        &mut self.attempts
    }

    pub(super) fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
        self.progress.come_to(phase);
    }

    pub(super) fn enter(&mut self, phase: Phase) -> Entered {
        self.set_phase(phase);
        Entered(phase)
    }

    /// Returns how long it took. A phase that is entered twice (a second handshake after a declined session) counts as
    /// one.
    pub(super) fn leave(&mut self, Entered(phase): Entered) -> Duration {
        let now = Instant::now();
        let spent = now - std::mem::replace(&mut self.entered, now);
        let slot = match phase {
            Phase::Lookup => &mut self.timings.lookup,
            Phase::Connect => &mut self.timings.connect,
            Phase::SecureConnect => &mut self.timings.secure_connect,
            _ => return spent,
        };
        *slot = Some(slot.unwrap_or_default() + spent);
        spent
    }

    /// Notes what was tried for a socket that stands, should time be up before the caller has it.
    pub(super) fn has_tried(&mut self, attempts: &[Attempt]) {
        self.attempts.restore(attempts);
    }

    /// What the socket takes over.
    pub(super) fn origin(&mut self, destination: &Arc<Destination>) -> Origin {
        Origin { destination: destination.clone(), attempts: self.attempts.take(), timings: self.timings }
    }

    pub(super) fn fail(&mut self, error: Error) -> Error {
        self.timings.total = self.elapsed();
        let error = error.with_timings(self.timings);
        match self.attempts.take() {
            // They went to the socket that a check has refused, and from there to the error.
            attempts if attempts.is_empty() => error,
            attempts => error.with_attempts(attempts),
        }
    }

    /// The error for what a limit has cut off.
    pub(super) fn time_out(&mut self, limit: Limit, destination: &Destination) -> Error {
        let phase = self.stop("ETIMEDOUT");
        let attempts = self.attempts.all();
        let message = format!(
            "Connect Timeout Error ({}, {}: {}ms) during {phase} after {}ms{}",
            progress::attempted(attempts, destination),
            limit.option,
            limit.time.as_millis(),
            self.elapsed().as_millis(),
            progress::said(phase, attempts),
        );
        let hint = format!("{}; options.{} allows more time", progress::hint(phase, attempts), limit.option);
        Error::new(ErrorKind::Timeout, phase, "UND_ERR_CONNECT_TIMEOUT", message).with_hint(hint)
    }

    /// The error for what the caller's signal has cut off.
    pub(super) fn abort(&mut self, destination: &Destination) -> Error {
        let phase = self.stop("ECANCELED");
        let message = match phase {
            Phase::Options => "The operation was aborted before it began".to_owned(),
            _ => format!(
                "The operation was aborted during {phase} after {}ms ({})",
                self.elapsed().as_millis(),
                progress::attempted(self.attempts.all(), destination),
            ),
        };
        Error::new(ErrorKind::Aborted, phase, "ABORT_ERR", message)
    }

    /// Ends the phase and the attempts that it was cut off in.
    fn stop(&mut self, code: &'static str) -> Phase {
        let phase = self.phase;
        if matches!(phase, Phase::Lookup | Phase::Connect | Phase::SecureConnect) {
            let _spent = self.leave(Entered(phase));
        }
        self.attempts.end_running(code);
        phase
    }

    /// What whoever cuts it off from outside, for time was up, is to know of it.
    fn remains(&mut self) -> Remains {
        let _phase = self.stop("ETIMEDOUT");
        Remains { attempts: self.attempts.take(), timings: self.timings }
    }
}

/// The end, as it is told.
impl Journey {
    pub(super) fn tell_end(&mut self, result: &Result<Socket, Error>) {
        self.is_over = true;
        match result {
            Ok(socket) => {
                self.progress.come_to(Phase::Transfer);
                self.tell_connected(socket);
            }
            Err(error) => {
                self.progress.come_to_nothing();
                self.watched.tell(|observer, connection| observer.failed(connection, &Failed { error }));
            }
        }
    }

    fn tell_connected(&self, socket: &Socket) {
        self.watched.tell(|observer, connection| {
            let agreed = agreed(socket);
            let version = match socket.alpn_protocol() {
                Some("h2") => Some("h2"),
                Some("http/1.1") => Some("h1"),
                _ => {
                    matches!(socket.destination().protocol, Protocol::Http | Protocol::Https).then_some("h1")
                }
            };
            let event = Connected {
                version,
                local_address: socket.local_address(),
                remote_address: socket.remote_address(),
                fd: socket.fd(),
                peer_certificate: socket.peer_certificate(),
                timings: socket.timings(),
                attempts: socket.attempts(),
                agreed,
                authorized: socket.authorized(),
                engine: socket.engine(),
            };
            observer.connected(connection, &event);
        });
    }
}

impl Drop for Journey {
    /// A future that was dropped; one that panics has its own way to tell.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let phase = self.phase;
        let progress = self.progress;
        progress.leave(|| self.remains());
        progress.come_to_nothing();
        if !std::thread::panicking() {
            self.watched.tell(|observer, connection| observer.abandoned(connection, &Abandoned { phase }));
        }
    }
}

fn agreed(socket: &Socket) -> Option<Agreed<'_>> {
    Some(Agreed {
        tls_version: socket.tls_version()?,
        cipher: socket.cipher().map(|cipher| cipher.standard_name),
        alpn_protocol: socket.alpn_protocol(),
        is_session_reused: socket.is_session_reused(),
    })
}
