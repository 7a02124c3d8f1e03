//! From a destination to a byte stream: a Unix socket, or a name, its addresses, and the first of them that answers.

use std::net::SocketAddr;

use tracing::{Instrument, debug_span};

use super::{Connector, journey::Journey, settle::Route};
use crate::{
    dial::{self, SocketTerms, Transport},
    error::{Error, Phase},
    options::{
        AddressFamily,
        events::{LookupFinished, LookupStarted},
    },
    resolve::{self, Resolving},
    target::Destination,
};

impl Connector {
    pub(super) async fn dial(&self, route: &Route, journey: &mut Journey) -> Result<Transport, Error> {
        let destination = &route.destination;
        if let Some(path) = &destination.socket_path {
            let connecting = journey.enter(Phase::Connect);
            let span = debug_span!("dial", %path);
            let connected = dial::unix(path, journey.attempts_mut()).instrument(span).await;
            let _spent = journey.leave(connecting);
            return connected;
        }
        let addresses = self.resolve(destination, journey).await?;
        let terms = self.socket_terms(destination);
        let connecting = journey.enter(Phase::Connect);
        let span = debug_span!("dial", ?addresses);
        let connected = dial::tcp(&addresses, &terms, journey.attempts_mut()).instrument(span).await;
        let _spent = journey.leave(connecting);
        connected
    }

    async fn resolve(
        &self,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Vec<SocketAddr>, Error> {
        let hostname = destination.hostname.as_deref().unwrap_or_default();
        let port = destination.port.unwrap_or_default();
        let mut resolving = self.terms.resolver.resolve(hostname, port, AddressFamily::Any);
        let found = match resolve::is_address(hostname) {
            true => resolving.all().await,
            false => look_up(hostname, &mut resolving, journey).await,
        };
        for (address, error) in resolving.refused() {
            journey.attempts_mut().refuse(*address, error.clone());
        }
        found
    }

    fn socket_terms(&self, destination: &Destination) -> SocketTerms {
        let values = &self.terms.values;
        SocketTerms {
            no_delay: values.no_delay(),
            keep_alive: values.keep_alive().then(|| values.keep_alive_initial_delay()),
            type_of_service: values.type_of_service,
            local_address: destination.local_address,
        }
    }
}

async fn look_up(
    hostname: &str,
    resolving: &mut Resolving<'_>,
    journey: &mut Journey,
) -> Result<Vec<SocketAddr>, Error> {
    let looking_up = journey.enter(Phase::Lookup);
    let span = debug_span!("lookup", hostname);
    let started = LookupStarted { hostname };
    span.in_scope(|| journey.watched().tell(|to, connection| to.lookup_started(connection, &started)));
    let found = resolving.all().instrument(span.clone()).await;
    let duration = journey.leave(looking_up);
    let finished = LookupFinished { hostname, duration, result: found.as_deref() };
    span.in_scope(|| journey.watched().tell(|to, connection| to.lookup_finished(connection, &finished)));
    found
}
