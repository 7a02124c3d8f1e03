//! What was tried so far. It outlives a dial that is cut off.

use std::net::SocketAddr;

use tokio::time::Instant;

use crate::{
    error::{Attempt, AttemptError},
    options::{
        Watched,
        events::{AttemptEnded, AttemptStarted},
    },
    target::RemoteAddress,
};

/// The attempts of one connection, those that run among them, in the order in which they began.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// When the caller called.
    call: Instant,
    watched: Watched,
    all: Vec<Attempt>,
}

impl Attempts {
    pub(crate) fn new(call: Instant) -> Self {
        Self { call, watched: Watched::default(), all: Vec::new() }
    }

    /// Has whoever watches told of each attempt.
    pub(crate) fn watch(&mut self, watched: Watched) {
        self.watched = watched;
    }

    /// Returns the number by which it is ended.
    pub(super) fn begin(&mut self, address: RemoteAddress) -> usize {
        let number = self.all.len();
        let started = AttemptStarted { number, address: &address };
        self.watched.tell(|observer, connection| observer.attempt_started(connection, &started));
        let attempt = Attempt::begin(address, self.call.elapsed());
        match self.all.is_empty() {
            // Most connections have one, and keep it.
            true => self.all = vec![attempt],
            false => self.all.push(attempt),
        }
        number
    }

    pub(super) fn end(&mut self, number: usize, error: Option<AttemptError>) {
        let Some(attempt) = self.all.get_mut(number) else { return };
        attempt.end(self.call.elapsed(), error);
        let ended = AttemptEnded { number, attempt };
        self.watched.tell(|observer, connection| match ended.attempt.error().map(AttemptError::code) {
            Some("ECANCELED") => observer.attempt_cancelled(connection, &ended),
            Some(_) => observer.attempt_failed(connection, &ended),
            None => observer.attempt_won(connection, &ended),
        });
    }

    /// Notes an address that must not be dialled: it stands among the others, and no attempt was made.
    pub(crate) fn refuse(&mut self, address: SocketAddr, error: AttemptError) {
        let (number, now) = (self.all.len(), self.call.elapsed());
        let mut refused = Attempt::begin(RemoteAddress::Ip(address), now);
        refused.end(now, Some(error));
        let blocked = AttemptEnded { number, attempt: &refused };
        self.watched.tell(|observer, connection| observer.address_blocked(connection, &blocked));
        self.all.push(refused);
    }

    /// Ends those that still run, with this code.
    pub(crate) fn end_running(&mut self, code: &'static str) {
        for number in 0..self.all.len() {
            let attempt = &self.all[number];
            if attempt.is_running() {
                let message = format!("connect {code} {}", attempt.address());
                self.end(number, Some(AttemptError::new(code, message)));
            }
        }
    }

    pub(crate) fn all(&self) -> &[Attempt] {
        &self.all
    }

    /// Notes once more what was taken, for a socket that may still be lost.
    pub(crate) fn restore(&mut self, attempts: &[Attempt]) {
        self.all = attempts.to_vec();
    }

    pub(crate) fn take(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.all)
    }
}
