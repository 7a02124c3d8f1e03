//! From a destination to a byte stream: a Unix socket, or a name, its addresses, and the first of them that answers.

use std::{net::SocketAddr, pin::pin, time::Duration};

use futures_util::{Stream, stream};
use tracing::{Instrument, debug_span};

use super::{
    Connector,
    journey::Journey,
    limit::{Limit, limited},
    settle::Route,
};
use crate::{
    dial::{self, Dialling, Part, Rules, Transport},
    error::{Error, Phase},
    options::AddressFamily,
    resolve,
    target::{Destination, SocketPath},
};

/// The least time from one attempt to the next: Node's.
const LEAST_ATTEMPT_DELAY: Duration = Duration::from_millis(10);

impl Connector {
    pub(super) async fn dial(&self, route: &Route, journey: &mut Journey) -> Result<Transport, Error> {
        let destination = &route.destination;
        if let Some(path) = &destination.socket_path {
            return self.dial_unix(path, destination, journey).await;
        }
        let hostname = destination.hostname.as_deref().unwrap_or_default();
        let port = destination.port.unwrap_or_default();
        match resolve::literal(hostname) {
            Some(address) => {
                let only = vec![SocketAddr::new(address, port)];
                self.race(only, stream::empty(), AddressFamily::Any, destination, journey).await
            }
            None => {
                let family = self.terms.values.local_family(destination.local_address)?;
                let mut addresses = self.look_up(hostname, port, destination, journey).await?;
                addresses.retain(|address| family.includes(address));
                self.race(addresses, stream::empty(), family, destination, journey).await
            }
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
        match connected {
            Ok(connected) => {
                journey.leave(connecting);
                connected
            }
            Err(limit) => Err(journey.time_out(limit, destination)),
        }
    }

    async fn look_up(
        &self,
        hostname: &str,
        port: u16,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Vec<SocketAddr>, Error> {
        let values = &self.terms.values;
        let looking_up = journey.enter(Phase::Lookup);
        let lookup = values.lookup.as_ref().map(|shared| &*shared.0);
        let work = resolve::resolve(hostname, port, lookup).instrument(debug_span!("lookup", hostname));
        match limited(Limit::of("lookupTimeout", values.lookup_timeout), pin!(work)).await {
            Ok(found) => {
                journey.leave(looking_up);
                found
            }
            Err(limit) => Err(journey.time_out(limit, destination)),
        }
    }

    /// Connects to those of the addresses that answers first.
    async fn race(
        &self,
        first: Vec<SocketAddr>,
        rest: impl Stream<Item = Part>,
        family: AddressFamily,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Transport, Error> {
        let values = &self.terms.values;
        let local = destination.local_address;
        let rules = Rules {
            attempt_delay: values.auto_select_family_attempt_timeout().max(LEAST_ATTEMPT_DELAY),
            first_only: !values.auto_select_family(),
            both_families: family == AddressFamily::Any,
        };
        let dialling = Dialling { terms: &self.terms.socket, local, rules };
        let connecting = journey.enter(Phase::Connect);
        let connected = {
            let work = dialling.race(first, rest, journey.attempts_mut()).instrument(debug_span!("dial"));
            limited(self.dial_limit(), pin!(work)).await
        };
        match connected {
            Ok(connected) => {
                journey.leave(connecting);
                connected
            }
            Err(limit) => Err(journey.time_out(limit, destination)),
        }
    }

    fn dial_limit(&self) -> Option<Limit> {
        Limit::of("dialTimeout", self.terms.values.dial_timeout)
    }
}
