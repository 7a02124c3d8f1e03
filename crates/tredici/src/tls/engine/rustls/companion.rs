//! What rustls's callbacks need of the connection that they are called for.
//!
//! rustls wants one verifier, one credential resolver and one session store for a configuration, and tells none of them
//! which connection it asks for. So a connection lends its companion to the thread for as long as rustls works on it.

use std::{cell::Cell, sync::Arc};

use super::{
    super::{Der, Judge, NewSession, Session},
    chain::LeafKey,
    clear::Ticket,
    exporter::Secrets,
    party::Party,
};

/// What the callbacks of one connection need and leave behind.
#[derive(Default)]
pub(super) struct Companion {
    /// Until the handshake is over.
    pub(super) judge: Option<Arc<dyn Judge>>,
    /// A client's, for as long.
    pub(super) party: Option<Arc<Party>>,
    /// Until it has been offered.
    pub(super) offered: Option<Arc<dyn Session>>,
    /// The key of the peer whose chain was verified, until the handshake's signature has come.
    pub(super) leaf_key: Option<LeafKey>,
    /// Whether the judge said no.
    pub(super) refused: bool,
    pub(super) secrets: Secrets,
    /// The name that a client asked for.
    pub(super) servername: Option<String>,
    /// The certificate that this side chose to show.
    pub(super) shown: Option<Der>,
    pub(super) sessions: Vec<NewSession>,
    /// Whether rustls has taken a ticket of TLS 1.3, and its hello is still to show whether that was in time.
    pub(super) has_taken_ticket: bool,
    pub(super) offers_session: bool,
    pub(super) ticket: Ticket,
}

/// A server that sends tickets without end is not kept up with.
const MAX_WAITING_SESSIONS: usize = 8;

impl Companion {
    pub(super) fn add_session(&mut self, session: NewSession) {
        if self.sessions.len() == MAX_WAITING_SESSIONS {
            self.sessions.remove(0);
        }
        self.sessions.push(session);
    }
}

thread_local! {
    static PRESENT: Cell<Option<Box<Companion>>> = const { Cell::new(None) };
    /// What stands in the place of one that is lent: kept, as a connection lends many times.
    static PLACEHOLDER: Cell<Option<Box<Companion>>> = const { Cell::new(None) };
}

/// The companion for the length of one call, and after it back in its place.
pub(super) fn lend<T>(companion: &mut Box<Companion>, call: impl FnOnce() -> T) -> T {
    let lent = std::mem::replace(companion, PLACEHOLDER.take().unwrap_or_default());
    let _loan = Loan { outer: PRESENT.replace(Some(lent)), owner: companion };
    call()
}

/// Gives back what was lent, also where the call panicked.
struct Loan<'a> {
    /// That of a connection on whose behalf this thread was at work already: a caller's check may connect too.
    outer: Option<Box<Companion>>,
    owner: &'a mut Box<Companion>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(companion) = PRESENT.replace(self.outer.take()) {
            PLACEHOLDER.set(Some(std::mem::replace(self.owner, companion)));
        }
    }
}

/// Asks or tells the companion of the connection at work; `None` where there is none.
pub(super) fn with<T>(call: impl FnOnce(&mut Companion) -> T) -> Option<T> {
    let mut companion = PRESENT.take()?;
    let result = call(&mut companion);
    PRESENT.set(Some(companion));
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Box<Companion> {
        Box::new(Companion { servername: Some(name.to_owned()), ..Companion::default() })
    }

    fn present() -> Option<String> {
        with(|companion| companion.servername.clone()).flatten()
    }

    /// A caller's check may connect, too, on the same thread.
    #[test]
    fn a_loan_within_a_loan_gives_each_its_own_back() {
        let (mut outer, mut inner) = (named("outer"), named("inner"));
        for _ in 0..2 {
            lend(&mut outer, || {
                assert_eq!(lend(&mut inner, present).as_deref(), Some("inner"));
                assert_eq!(present().as_deref(), Some("outer"));
            });
            assert_eq!(present(), None);
            assert_eq!(outer.servername.as_deref(), Some("outer"));
            assert_eq!(inner.servername.as_deref(), Some("inner"));
        }
    }
}
