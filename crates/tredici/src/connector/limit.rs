//! A time by which a part of the way has to be over.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::{
    task::unconstrained,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::{Connector, journey::Journey, secure::HandshakeFailure, settle::Route, snapshot::Snapshot};
use crate::{
    dial::Transport,
    error::Error,
    options::SessionKey,
    tls::{handshake::Secured, session::KeptSession},
};

/// A limit, and the option that set it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) option: &'static str,
    pub(super) time: Duration,
}

impl Limit {
    pub(super) fn of(option: &'static str, time: Option<Duration>) -> Option<Self> {
        time.map(|time| Self { option, time })
    }
}

/// What has cut a connection off.
pub(super) enum Cut {
    Signalled,
    Late,
}

/// Awaits the walk within its span, unless the signal is given or it is too late. The signal is asked first: where it
/// was given before, nothing is begun. The clock is asked last.
pub(super) async fn unless<W: Future>(
    signal: Option<CancellationToken>,
    deadline: Option<Instant>,
    span: &Span,
    mut walk: Pin<&mut W>,
) -> Result<W::Output, Cut> {
    let mut given = pin!(signal.as_ref().map(CancellationToken::cancelled));
    // A walk that leaves the task no budget does not keep the clock from being asked.
    let mut late = pin!(deadline.map(|deadline| unconstrained(sleep_until(deadline))));
    poll_fn(|cx| {
        if let Some(given) = given.as_mut().as_pin_mut()
            && given.poll(cx).is_ready()
        {
            return Poll::Ready(Err(Cut::Signalled));
        }
        if let Poll::Ready(outcome) = span.in_scope(|| walk.as_mut().poll(cx)) {
            return Poll::Ready(Ok(outcome));
        }
        match late.as_mut().as_pin_mut() {
            Some(late) => late.poll(cx).map(|()| Err(Cut::Late)),
            None => Poll::Pending,
        }
    })
    .await
}

/// Awaits the work, at most for as long as the limit says. The work is asked before the clock: what comes at the last
/// moment has come in time. Without a limit there is no timer.
pub(super) async fn limited<W: Future>(limit: Option<Limit>, work: Pin<&mut W>) -> Result<W::Output, Limit> {
    match limit {
        None => Ok(work.await),
        Some(limit) => timeout(limit.time, work).await.map_err(|_elapsed| limit),
    }
}

impl Connector {
    /// The handshake, within `handshakeTimeout`.
    pub(super) async fn secure_in_time(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        key: &SessionKey,
        transport: Transport,
        session: Option<KeptSession>,
        journey: &mut Journey,
    ) -> Result<Result<Secured, HandshakeFailure>, Error> {
        let limit = Limit::of("handshakeTimeout", self.terms.values.handshake_timeout);
        let in_time = {
            let work = pin!(snapshot.secure(route, key, transport, session, journey));
            limited(limit, work).await
        };
        in_time.map_err(|limit| journey.time_out(limit, &route.destination))
    }
}
