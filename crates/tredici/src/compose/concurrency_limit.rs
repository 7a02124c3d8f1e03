use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Semaphore;

use super::{
    signal::Signal,
    waiting::{FOR_A_PLACE, Waiting},
};
use crate::{
    connector::Connect,
    error::{Error, Phase},
    socket::Socket,
    target::{Destination, Protocol, SocketPath, Target},
};

/// So many connections at once: see [`ConnectExt::concurrency_limit`](crate::ConnectExt::concurrency_limit).
#[derive(Debug, Clone)]
pub struct ConcurrencyLimit<C> {
    connector: C,
    gates: Arc<Gates>,
}

#[derive(Debug)]
struct Gates {
    limit: usize,
    per_origin: Option<usize>,
    all: Semaphore,
    /// Those at which somebody stands.
    origins: Mutex<HashMap<Origin, Gate>>,
}

#[derive(Debug)]
struct Gate {
    semaphore: Arc<Semaphore>,
    visitors: usize,
}

/// Which server it is, by what the caller said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Origin {
    protocol: Protocol,
    hostname: Option<String>,
    port: Option<u16>,
    socket_path: Option<SocketPath>,
}

impl Origin {
    fn of(destination: &Destination) -> Self {
        Self {
            protocol: destination.protocol,
            hostname: destination.hostname.clone(),
            port: destination.port.or(destination.protocol.default_port()),
            socket_path: destination.socket_path.clone(),
        }
    }
}

impl<C> ConcurrencyLimit<C> {
    pub(super) fn new(connector: C, limit: usize) -> Result<Self, Error> {
        let limit = at_least_one("concurrency_limit", limit)?;
        Ok(Self { connector, gates: Gates::new(limit, None) })
    }

    /// At most so many of them to one server, by protocol, name, port and socket path. Who waits for one server holds up
    /// nobody who wants another. Clones made before do not share the limits of the one that is returned. Without it there
    /// is no such limit.
    ///
    /// # Errors
    ///
    /// `ERR_OUT_OF_RANGE` for a limit of zero.
    pub fn per_origin(self, limit: usize) -> Result<Self, Error> {
        let limit = at_least_one("per_origin", limit)?;
        Ok(Self { gates: Gates::new(self.gates.limit, Some(limit)), ..self })
    }
}

impl<C: Connect> Connect for ConcurrencyLimit<C> {
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let gates = &*self.gates;
        let signal = Signal::of(&target);
        // First that of the server: whoever waits there takes no place from the others. Neither is ever closed.
        let visit = gates.per_origin.map(|limit| gates.visit(Origin::of(target.destination()), limit));
        let turn = async {
            let _waiting = Waiting::begin();
            let to_origin = match &visit {
                Some(visit) => Some(visit.semaphore.acquire().await),
                None => None,
            };
            (to_origin, gates.all.acquire().await)
        };
        let _turn = signal.unless_given(Phase::Connect, FOR_A_PLACE, turn).await?;
        self.connector.connect(target).await
    }
}

impl Gates {
    fn new(limit: usize, per_origin: Option<usize>) -> Arc<Self> {
        Arc::new(Self { limit, per_origin, all: semaphore(limit), origins: Mutex::default() })
    }

    fn origins(&self) -> MutexGuard<'_, HashMap<Origin, Gate>> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn visit(&self, origin: Origin, limit: usize) -> Visit<'_> {
        let mut origins = self.origins();
        let new = || Gate { semaphore: Arc::new(semaphore(limit)), visitors: 0 };
        let gate = origins.entry(origin.clone()).or_insert_with(new);
        gate.visitors += 1;
        Visit { semaphore: gate.semaphore.clone(), origin, gates: self }
    }
}

/// One who stands at the gate of a server, or has passed it.
struct Visit<'a> {
    semaphore: Arc<Semaphore>,
    origin: Origin,
    gates: &'a Gates,
}

impl Drop for Visit<'_> {
    /// The last one takes the gate away.
    fn drop(&mut self) {
        let mut origins = self.gates.origins();
        if let Some(gate) = origins.get_mut(&self.origin) {
            gate.visitors -= 1;
            if gate.visitors == 0 {
                origins.remove(&self.origin);
            }
        }
    }
}

fn semaphore(limit: usize) -> Semaphore {
    Semaphore::new(limit.min(Semaphore::MAX_PERMITS))
}

fn at_least_one(what: &str, limit: usize) -> Result<usize, Error> {
    match limit {
        0 => Err(Error::invalid(
            "ERR_OUT_OF_RANGE",
            format!("{what} must be at least 1: with 0 nobody would be let in"),
        )
        .with_hint("leave it out where there is to be no limit")),
        limit => Ok(limit),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        pin::pin,
        task::{Context, Waker},
    };

    use super::*;

    /// Nothing is kept of servers that nobody waits for any more.
    #[test]
    fn the_last_visitor_takes_the_gate_away() {
        let never = |_: Target| pending::<Result<Socket, Error>>();
        let limited =
            ConcurrencyLimit::new(never, 8).and_then(|limited| limited.per_origin(1)).expect("limits");
        let poll = |name: &str| {
            let mut connecting = Box::pin(limited.connect(Target::tls(name).port(1)));
            let polled = pin!(&mut connecting).poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            connecting
        };
        let (first, second, other) = (poll("a"), poll("a"), poll("b"));
        let gates = || limited.gates.origins().len();
        assert_eq!((gates(), limited.gates.all.available_permits()), (2, 6));
        drop(first);
        assert_eq!((gates(), limited.gates.all.available_permits()), (2, 7));
        drop(other);
        drop(second);
        assert_eq!((gates(), limited.gates.all.available_permits()), (0, 8));
    }
}
