//! From a destination to a byte stream: a Unix socket, or a name, its addresses, and the first of them that answers.

use std::{net::SocketAddr, pin::pin, time::Duration};

use futures_util::stream;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, debug_span};

use super::{
    Connector,
    journey::Journey,
    limit::{Limit, limited},
    settle::Route,
};
use crate::{
    dial::{self, Dialling, Rules, Transport},
    error::{Error, Phase},
    options::{
        AddressFamily,
        events::{LookupFinished, LookupStarted},
    },
    resolve::{self, Resolving},
    target::{Destination, SocketPath},
};

/// The least time from one attempt to the next: Node's.
const LEAST_ATTEMPT_DELAY: Duration = Duration::from_millis(10);

impl Connector {
    pub(super) async fn dial(&self, route: &Route, journey: &mut Journey) -> Result<Transport, Error> {
        let destination = &route.destination;
        match &destination.socket_path {
            Some(path) => self.dial_unix(path, destination, journey).await,
            None => self.dial_tcp(destination, journey).await,
        }
    }

    async fn dial_unix(
        &self,
        path: &SocketPath,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Transport, Error> {
        let connecting = journey.enter(Phase::Connect);
        let connected = {
            let span = debug_span!("dial", %path);
            let work = dial::unix(path, &self.terms.socket, journey.attempts_mut()).instrument(span);
            limited(self.dial_limit(), pin!(work)).await
        };
        let _spent = journey.leave(connecting);
        connected.unwrap_or_else(|limit| Err(journey.time_out(limit, destination)))
    }

    async fn dial_tcp(&self, destination: &Destination, journey: &mut Journey) -> Result<Transport, Error> {
        let before = journey.attempts_mut().all().len();
        let values = &self.terms.values;
        let hostname = destination.hostname.as_deref().unwrap_or_default();
        let port = destination.port.unwrap_or_default();
        let is_address = resolve::is_address(hostname);
        let family = match is_address {
            true => AddressFamily::Any,
            false => values.local_family(destination.local_address)?,
        };
        let mut resolving = self.terms.resolver.resolve(hostname, port, family);
        let lookup_deadline = values.lookup_timeout.and_then(|limit| Instant::now().checked_add(limit));
        let first = match is_address {
            true => next(&mut resolving).await,
            false => self.look_up(hostname, &mut resolving, destination, journey).await,
        };
        let refused = note_refused(&resolving, 0, journey);
        let first = first?;

        let rules = Rules {
            attempt_delay: values.auto_select_family_attempt_timeout().max(LEAST_ATTEMPT_DELAY),
            first_only: !values.auto_select_family(),
            both_families: family == AddressFamily::Any,
            order: resolve::order::sort,
        };
        let dialling =
            Dialling { terms: &self.terms.socket, local: destination.local_address, rules, before };
        let connecting = journey.enter(Phase::Connect);
        let connected = {
            let rest = stream::unfold(&mut resolving, |resolving| async move {
                // What a slow lookup has not found by then is not waited for.
                let part = match lookup_deadline {
                    Some(deadline) => timeout_at(deadline, resolving.next()).await.ok().flatten(),
                    None => resolving.next().await,
                };
                part.map(|part| (part, resolving))
            });
            let work = dialling.race(first, rest, journey.attempts_mut()).instrument(debug_span!("dial"));
            limited(self.dial_limit(), pin!(work)).await
        };
        let _spent = journey.leave(connecting);
        note_refused(&resolving, refused, journey);
        connected.unwrap_or_else(|limit| Err(journey.time_out(limit, destination)))
    }

    /// The first addresses that the name has.
    async fn look_up(
        &self,
        hostname: &str,
        resolving: &mut Resolving<'_>,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Vec<SocketAddr>, Error> {
        let limit = Limit::of("lookupTimeout", self.terms.values.lookup_timeout);
        let looking_up = journey.enter(Phase::Lookup);
        let span = debug_span!("lookup", hostname);
        let started = LookupStarted { hostname };
        span.in_scope(|| journey.watched().tell(|to, connection| to.lookup_started(connection, &started)));
        let found = limited(limit, pin!(next(resolving).instrument(span.clone()))).await;
        let duration = journey.leave(looking_up);
        let found = found.unwrap_or_else(|limit| Err(journey.time_out(limit, destination)));
        let finished = LookupFinished { hostname, duration, result: found.as_deref() };
        span.in_scope(|| journey.watched().tell(|to, connection| to.lookup_finished(connection, &finished)));
        found
    }

    fn dial_limit(&self) -> Option<Limit> {
        Limit::of("dialTimeout", self.terms.values.dial_timeout)
    }
}

/// The next addresses, or why there are none.
async fn next(resolving: &mut Resolving<'_>) -> Result<Vec<SocketAddr>, Error> {
    resolving.next().await.unwrap_or_else(|| Ok(Vec::new()))
}

/// Tells of the addresses that must not be dialled, after the first `told`; returns how many there are.
fn note_refused(resolving: &Resolving<'_>, told: usize, journey: &mut Journey) -> usize {
    for (address, error) in &resolving.refused()[told..] {
        journey.attempts_mut().refuse(*address, error.clone());
    }
    resolving.refused().len()
}
