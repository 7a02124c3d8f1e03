//! What happened on the way of one connection, and when: the steps, in the order in which they began.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Serialize, Serializer, ser::SerializeMap};
use tredici::{AttemptError, Error, Observer, Phase, RemoteAddress, Timings, events};

/// The steps of a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waterfall(Vec<Step>);

/// One step, with its place in time from the call on.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    pub(crate) start: Duration,
    pub(crate) elapsed: Duration,
    pub(crate) end: End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Lookup,
    /// Which of several, and where.
    Attempt(usize, RemoteAddress),
    SecureConnect,
    /// A part of the handshake.
    Verify,
    /// The same part, where its pins have ended it: in reports that is the phase `check`.
    Pins,
    /// Which of several.
    Check(usize),
    /// A part of the way that nobody has watched, and that went wrong.
    Part(Phase),
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Well,
    /// With this code.
    Badly(String),
    /// With this code, which was let through.
    Tolerated(String),
    /// It is still under way.
    Open,
}

#[cfg(test)]
impl FromIterator<Step> for Waterfall {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl Waterfall {
    /// What is known where nobody watched: a listener's part is the handshake alone.
    pub(crate) fn of(timings: &Timings) -> Self {
        let handshake = timings.secure_connect.map(|elapsed| Step {
            kind: Kind::SecureConnect,
            start: Duration::ZERO,
            elapsed,
            end: End::Well,
        });
        Self(handshake.into_iter().collect())
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(crate) fn attempts(&self) -> usize {
        self.0.iter().filter(|step| matches!(step.kind, Kind::Attempt(..))).count()
    }

    /// When the last of them ended.
    pub(crate) fn end(&self) -> Duration {
        self.0.iter().map(|step| step.start + step.elapsed).max().unwrap_or_default()
    }

    /// The same where a connection failed: some step tells of it, also where the peer's refusal came after that step, or
    /// where it was nobody's.
    pub(crate) fn blaming(mut self, error: &Error, now: Duration) -> Self {
        let phase = error.phase();
        let is_told = |step: &Step| matches!(&step.end, End::Badly(code) if code == error.code() || step.kind.is_of(phase));
        if phase == Phase::Options || self.0.iter().any(is_told) {
            return self;
        }
        let end = End::of(Some(error.code()));
        match self.0.iter_mut().rev().find(|step| step.kind.is_of(phase)) {
            Some(step) => step.end = end,
            None => {
                let start = self.end();
                let elapsed = now.saturating_sub(start);
                self.0.push(Step { kind: Kind::Part(phase), start, elapsed, end });
            }
        }
        self
    }
}

impl Kind {
    /// As in the names of phases.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Attempt(..) => "attempt",
            Self::SecureConnect => "secureConnect",
            Self::Verify => "verify",
            Self::Pins | Self::Check(_) => "check",
            Self::Part(phase) => phase.as_str(),
        }
    }

    /// Whether a failure in this phase is one of this step. What fails within the handshake fails the handshake.
    fn is_of(&self, phase: Phase) -> bool {
        match self {
            Self::Lookup => phase == Phase::Lookup,
            Self::Attempt(..) => phase == Phase::Connect,
            Self::SecureConnect => matches!(phase, Phase::SecureConnect | Phase::Verify | Phase::Check),
            Self::Verify | Self::Pins | Self::Check(_) | Self::Part(_) => false,
        }
    }
}

impl End {
    fn of(code: Option<&str>) -> Self {
        code.map_or(Self::Well, |code| Self::Badly(code.to_owned()))
    }

    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Badly(code) | Self::Tolerated(code) => Some(code),
            Self::Well | Self::Open => None,
        }
    }
}

/// Writes the steps down while they happen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Step>>>);

impl Recorder {
    /// What was written down so far.
    pub(crate) fn waterfall(&self) -> Waterfall {
        Waterfall(self.steps().clone())
    }

    fn steps(&self) -> MutexGuard<'_, Vec<Step>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, kind: Kind, start: Duration) {
        self.steps().push(Step { kind, start, elapsed: Duration::ZERO, end: End::Open });
    }

    /// Ends the step of this kind that is under way. It began with its phase, of which the observer was told a moment
    /// later.
    fn finish(&self, kind: &Kind, now: Duration, elapsed: Duration, code: Option<&str>) {
        self.change(kind, |step| {
            (step.start, step.elapsed, step.end) = (now.saturating_sub(elapsed), elapsed, End::of(code));
        });
    }

    fn change(&self, kind: &Kind, change: impl FnOnce(&mut Step)) {
        let mut steps = self.steps();
        steps.iter_mut().rev().find(|step| step.kind == *kind && step.end == End::Open).map(change);
    }

    fn finish_attempt(&self, event: &events::AttemptEnded<'_>) {
        let attempt = event.attempt;
        let kind = Kind::Attempt(event.number, attempt.address().clone());
        self.change(&kind, |step| {
            (step.start, step.elapsed) = (attempt.start(), attempt.elapsed());
            step.end = End::of(attempt.error().map(AttemptError::code));
        });
    }
}

impl Observer for Recorder {
    fn lookup_started(&self, connection: &events::Connection<'_>, _: &events::LookupStarted<'_>) {
        self.begin(Kind::Lookup, connection.elapsed);
    }

    fn lookup_finished(&self, connection: &events::Connection<'_>, event: &events::LookupFinished<'_>) {
        // Addresses that may not be dialled have been found.
        let error = event.result.err().filter(|error| error.phase() == Phase::Lookup);
        self.finish(&Kind::Lookup, connection.elapsed, event.duration, error.map(Error::code));
    }

    /// Nobody was dialled, and yet it is where it ended.
    fn address_blocked(&self, connection: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        self.begin(Kind::Attempt(event.number, event.attempt.address().clone()), connection.elapsed);
        self.finish_attempt(event);
    }

    fn attempt_started(&self, connection: &events::Connection<'_>, event: &events::AttemptStarted<'_>) {
        self.begin(Kind::Attempt(event.number, event.address.clone()), connection.elapsed);
    }

    fn attempt_failed(&self, _: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        self.finish_attempt(event);
    }

    fn attempt_won(&self, _: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        self.finish_attempt(event);
    }

    fn attempt_cancelled(&self, _: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
        self.finish_attempt(event);
    }

    fn handshake_started(&self, connection: &events::Connection<'_>, _: &events::HandshakeStarted<'_>) {
        self.begin(Kind::SecureConnect, connection.elapsed);
    }

    fn verified(&self, _: &events::Connection<'_>, event: &events::Verified<'_>) {
        let about_peer = event.error.map(|error| (error.code().to_owned(), event.is_enforced));
        let about_pins =
            event.pin_failure.map(|failure| (failure.code().to_owned(), event.are_pins_enforced));
        let problems = [about_pins, about_peer].into_iter().flatten();
        // What ends the connection is told before what does not.
        let end =
            problems.max_by_key(|(_, is_enforced)| *is_enforced).map_or(End::Well, |(code, is_enforced)| {
                if is_enforced { End::Badly(code) } else { End::Tolerated(code) }
            });
        let (start, elapsed) = (event.start, event.duration);
        let kind = match &end {
            End::Badly(code) if event.pin_failure.is_some_and(|failure| failure.code() == code) => Kind::Pins,
            _ => Kind::Verify,
        };
        self.steps().push(Step { kind, start, elapsed, end });
    }

    fn handshake_finished(&self, connection: &events::Connection<'_>, event: &events::HandshakeFinished<'_>) {
        self.finish(
            &Kind::SecureConnect,
            connection.elapsed,
            event.duration,
            event.result.err().map(Error::code),
        );
    }

    fn check_started(&self, connection: &events::Connection<'_>, event: &events::CheckStarted) {
        self.begin(Kind::Check(event.number), connection.elapsed);
    }

    fn check_finished(&self, connection: &events::Connection<'_>, event: &events::CheckFinished<'_>) {
        self.finish(
            &Kind::Check(event.number),
            connection.elapsed,
            event.duration,
            event.error.map(Error::code),
        );
    }

    /// What is under way is cut off.
    fn failed(&self, _: &events::Connection<'_>, event: &events::Failed<'_>) {
        let total = event.error.timings().total;
        for step in self.steps().iter_mut().filter(|step| step.end == End::Open) {
            step.elapsed = total.saturating_sub(step.start);
            step.end = End::of(Some(event.error.code()));
        }
    }
}

impl Serialize for Waterfall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_map(None)?;
        step.serialize_entry("name", self.kind.name())?;
        if let Kind::Attempt(_, address) = &self.kind {
            step.serialize_entry("address", &address.address())?;
            step.serialize_entry("port", &address.port())?;
        }
        step.serialize_entry("start", &milliseconds(self.start))?;
        step.serialize_entry("elapsed", &milliseconds(self.elapsed))?;
        step.serialize_entry("error", &self.end.code().map(|code| serde_json::json!({ "code": code })))?;
        step.end()
    }
}

/// To the microsecond, as all times of a report.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}
