//! A time by which a part of the way has to be over.

use std::{
    pin::{Pin, pin},
    time::Duration,
};

use tokio::time::timeout;

use super::{
    Connector,
    journey::Journey,
    secure::HandshakeFailure,
    settle::{Route, Tls},
    snapshot::Snapshot,
};
use crate::{
    dial::Transport,
    error::Error,
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
        tls: &Tls,
        transport: Transport,
        session: Option<KeptSession>,
        journey: &mut Journey,
    ) -> Result<Result<Secured, HandshakeFailure>, Error> {
        let limit = Limit::of("handshakeTimeout", self.terms.values.handshake_timeout);
        let in_time = {
            let work = pin!(snapshot.secure(tls, transport, session, journey));
            limited(limit, work).await
        };
        in_time.map_err(|limit| journey.time_out(limit, &route.destination))
    }
}
