//! How far a connection has come, for whoever limits its time from outside.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
};

use crate::{
    dial,
    error::{Attempt, Error, Phase},
    target::Destination,
    timing::Timings,
};

tokio::task_local! {
    /// It is there where somebody may want to know.
    static FOLLOWED: Followed;
}

struct Followed {
    /// The farthest phase that a connection of this task is in.
    farthest: Cell<Phase>,
    /// Where what is cut off leaves what it has done: there while somebody cuts it off.
    remains: RefCell<Option<Remains>>,
}

/// What a connection that was cut off has done until then.
#[derive(Default)]
pub(crate) struct Remains {
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) timings: Timings,
}

/// Awaits the work, and lets [`farthest`] know how far the connection in it has come.
pub(crate) async fn followed<W: Future>(work: W) -> W::Output {
    // Who limits the time of the whole asks the same.
    match FOLLOWED.try_with(|_| ()) {
        Ok(()) => work.await,
        Err(_) => {
            let followed = Followed { farthest: Cell::new(Phase::Options), remains: RefCell::new(None) };
            FOLLOWED.scope(followed, work).await
        }
    }
}

/// The phase that a connection is in; `None` where none of this library's has begun.
pub(crate) fn farthest() -> Option<Phase> {
    FOLLOWED.try_with(|followed| followed.farthest.get()).ok().filter(|phase| *phase != Phase::Options)
}

/// What is dropped from here on, until [`remains`] is asked, is cut off because its time is up.
pub(crate) fn cut_off() {
    let _nobody = FOLLOWED.try_with(|followed| followed.remains.replace(Some(Remains::default())));
}

/// What the connection that was cut off has done.
pub(crate) fn remains() -> Remains {
    FOLLOWED.try_with(|followed| followed.remains.take()).ok().flatten().unwrap_or_default()
}

/// A first way that has failed, while a second one is gone: should that be cut off, it is told of this one, too.
pub(crate) struct Earlier<'a>(pub(crate) &'a Error);

impl Drop for Earlier<'_> {
    fn drop(&mut self) {
        let Self(failure) = self;
        if_cut_off(|remains| {
            let took = failure.timings().total;
            let later = remains.attempts.drain(..).map(|attempt| attempt.later(took));
            remains.attempts = failure.attempts().iter().cloned().chain(later).collect();
        });
    }
}

fn if_cut_off(leave: impl FnOnce(&mut Remains)) {
    // Nobody wants to know, else.
    let _unknown = FOLLOWED.try_with(|followed| followed.remains.borrow_mut().as_mut().map(leave));
}

/// What was tried, as undici words it; without any attempt, the name and port that were to be reached.
pub(crate) fn attempted(attempts: &[Attempt], destination: &Destination) -> String {
    match attempts {
        [] => {
            let hostname = destination.hostname.as_deref().unwrap_or("localhost");
            match destination.port {
                Some(port) => format!("attempted address: {hostname}:{port}"),
                None => format!("attempted address: {hostname}"),
            }
        }
        [only] => format!("attempted address: {}", only.address()),
        several => {
            let all: Vec<_> = several.iter().map(|attempt| attempt.address().to_string()).collect();
            format!("attempted addresses: {}", all.join(", "))
        }
    }
}

/// What those of the attempts have said that were not silent, where that is what was waited for.
pub(crate) fn said(phase: Phase, attempts: &[Attempt]) -> String {
    let failed = dial::failed(attempts).filter(|_| phase == Phase::Connect);
    failed.map(|failed| format!(" ({failed})")).unwrap_or_default()
}

/// What may be the matter with a connection that does not leave this phase.
pub(crate) fn hint(phase: Phase, attempts: &[Attempt]) -> Cow<'static, str> {
    let hint = match phase {
        Phase::Lookup => "the name server does not answer in time",
        Phase::SecureConnect => "the connection stands, but the peer does not finish the TLS handshake",
        Phase::Check => "the connection stands, but a check of yours does not end",
        Phase::Transfer => {
            "the connection stands, but what you do with it before it is handed on does not end"
        }
        _ => return dial::unanswered(attempts).into(),
    };
    hint.into()
}

/// One connection's part. One that is made within another, by a check that asks elsewhere, does not take back how far that
/// one has come.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    /// How far it was without this one; `None` where nobody wants to know.
    before: Option<Phase>,
}

impl Progress {
    pub(super) fn begin() -> Self {
        Self { before: FOLLOWED.try_with(|followed| followed.farthest.get()).ok() }
    }

    pub(super) fn come_to(&self, phase: Phase) {
        if let Some(before) = self.before {
            set(if before as u8 > phase as u8 { before } else { phase });
        }
    }

    /// Leaves what was done where whoever cuts it off finds it, if somebody does.
    pub(super) fn leave(&self, remains: impl FnOnce() -> Remains) {
        let is_wanted =
            || FOLLOWED.try_with(|followed| followed.remains.borrow().is_some()).unwrap_or_default();
        if self.before.is_some() && is_wanted() {
            // Observers hear of it, and may do what they like: nothing is borrowed.
            let remains = remains();
            if_cut_off(|left| *left = remains);
        }
    }

    /// There will be no connection.
    pub(super) fn come_to_nothing(&self) {
        self.before.into_iter().for_each(set);
    }
}

fn set(phase: Phase) {
    // Nobody wants to know any more.
    let _unknown = FOLLOWED.try_with(|followed| followed.farthest.set(phase));
}
