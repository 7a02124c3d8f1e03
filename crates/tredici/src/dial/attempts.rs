//! What was tried so far. It outlives a dial that is cut off.

use tokio::time::Instant;

use crate::{
    error::{Attempt, AttemptError},
    target::RemoteAddress,
};

/// The attempts of one connection, those that run among them, in the order in which they began.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// When the caller called.
    call: Instant,
    all: Vec<Attempt>,
}

impl Attempts {
    pub(crate) fn new(call: Instant) -> Self {
        Self { call, all: Vec::new() }
    }

    /// Returns the number by which it is ended.
    pub(super) fn begin(&mut self, address: RemoteAddress) -> usize {
        // Most connections have one, and keep it.
        self.all.reserve_exact(1);
        self.all.push(Attempt::begin(address, self.call.elapsed()));
        self.all.len() - 1
    }

    pub(super) fn end(&mut self, number: usize, error: Option<AttemptError>) {
        if let Some(attempt) = self.all.get_mut(number) {
            attempt.end(self.call.elapsed(), error);
        }
    }

    /// Ends those that still run, with this code.
    pub(crate) fn end_running(&mut self, code: &'static str) {
        let now = self.call.elapsed();
        for attempt in self.all.iter_mut().filter(|attempt| attempt.is_running()) {
            let message = format!("connect {code} {}", attempt.address());
            attempt.end(now, Some(AttemptError::new(code, message)));
        }
    }

    pub(crate) fn all(&self) -> &[Attempt] {
        &self.all
    }

    pub(crate) fn take(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.all)
    }
}
