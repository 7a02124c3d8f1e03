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
    dial::{self, Attempts, Dialling, Rules, Transport},
    error::{Error, Phase},
    options::{
        AddressFamily,
        events::{LookupContinued, LookupFinished, LookupStarted},
    },
    resolve::{self, Resolving},
    target::Destination,
};

/// The least time from one attempt to the next: Node's.
const LEAST_ATTEMPT_DELAY: Duration = Duration::from_millis(10);

impl Connector {
    pub(super) async fn dial(&self, route: &Route, journey: &mut Journey) -> Result<Transport, Error> {
        let Route { destination, .. } = route;
        if let Some(path) = &destination.socket_path {
            let span = debug_span!("dial", %path);
            let work = async |attempts: &mut Attempts| {
                dial::unix(path, &self.terms.socket, attempts).instrument(span).await
            };
            return self.connect_in_time(destination, journey, work).await;
        }
        let hostname = destination.hostname.as_deref().unwrap_or_default();
        let port = destination.port.unwrap_or_default();
        match self.terms.resolver.literal(hostname, port) {
            Some(address) => self.dial_address(address, destination, journey).await,
            // In a box: it is larger than the rest of the way together, and takes longer.
            None => Box::pin(self.dial_name(hostname, port, destination, journey)).await,
        }
    }

    async fn dial_address(
        &self,
        address: SocketAddr,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Transport, Error> {
        let dialling = self.dialling(destination, journey);
        let work = async |attempts: &mut Attempts| {
            dialling.alone(address, attempts).instrument(debug_span!("dial")).await
        };
        self.connect_in_time(destination, journey, work).await
    }

    async fn dial_name(
        &self,
        hostname: &str,
        port: u16,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Transport, Error> {
        let values = &self.terms.values;
        let dialling = self.dialling(destination, journey);
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
        let watched = journey.watched().clone();
        let rest = stream::unfold((&mut resolving, watched), |(resolving, watched)| async move {
            // What a slow lookup has not found by then is not waited for.
            let part = match lookup_deadline {
                Some(deadline) => timeout_at(deadline, resolving.next()).await.ok().flatten(),
                None => resolving.next().await,
            };
            if let Some(Ok(addresses)) = &part {
                let continued = LookupContinued { hostname, addresses };
                watched.tell(|to, connection| to.lookup_continued(connection, &continued));
            }
            part.map(|part| (part, (resolving, watched)))
        });
        let rules = Rules {
            attempt_delay: values.auto_select_family_attempt_timeout().max(LEAST_ATTEMPT_DELAY),
            first_only: !values.auto_select_family(),
            both_families: family == AddressFamily::Any,
            leading: values.dns_result_order().leading(),
            order: resolve::order::sort,
        };
        let work = async |attempts: &mut Attempts| {
            dialling.race(first, rest, rules, attempts).instrument(debug_span!("dial")).await
        };
        let connected = self.connect_in_time(destination, journey, work).await;
        note_refused(&resolving, refused, journey);
        connected
    }

    fn dialling(&self, destination: &Destination, journey: &mut Journey) -> Dialling<'_> {
        let before = journey.attempts_mut().all().len();
        let is_for_tls = destination.protocol.is_tls();
        Dialling { terms: &self.terms.socket, local: destination.local_address, before, is_for_tls }
    }

    /// From addresses to a byte stream, within `dialTimeout`.
    async fn connect_in_time(
        &self,
        destination: &Destination,
        journey: &mut Journey,
        work: impl AsyncFnOnce(&mut Attempts) -> Result<Transport, Error>,
    ) -> Result<Transport, Error> {
        let limit = Limit::of("dialTimeout", self.terms.values.dial_timeout);
        let connecting = journey.enter(Phase::Connect);
        let connected = limited(limit, pin!(work(journey.attempts_mut()))).await;
        let _spent = journey.leave(connecting);
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
