//! Walks the way of a connection: resolve, dial, handshake, verify, check.

mod cache;
mod check;
mod coalesce;
mod connect;
mod journey;
mod limit;
pub(crate) mod progress;
mod reach;
mod renewal;
mod rotation;
mod secure;
mod sessions;
mod settle;
mod snapshot;
mod stats;
mod supplied;
mod walk;

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use tracing::debug_span;

use cache::SessionCache;
use check::Check;
pub use check::CheckFuture;
pub use connect::{Connect, ConnectFuture};
use journey::Journey;
use limit::{Cut, Limit, unless};
pub use renewal::FileWatch;
use snapshot::{Current, Family, Snapshot};
pub use stats::SessionStats;

use crate::{
    dial::SocketTerms,
    error::Error,
    options::{ConnectOptions, Observer, Values},
    resolve::{CachedLookup, Resolver},
    socket::Socket,
    target::Target,
    tls::context::{Choice, ClientContext},
};

/// Connects, under terms that were compiled once: undici's `buildConnector`.
///
/// Making one is dear (the certificates of `ca` are read, the TLS context is built); cloning one is cheap, and clones
/// share the cache of TLS sessions. Everything that a decision to trust depends on belongs to the connector, so that
/// no session is ever resumed under other terms than those it was made under.
///
/// ```no_run
/// use std::time::Duration;
/// use tredici::{ConnectOptions, Connector, Pem};
///
/// # async fn example() -> Result<(), tredici::Error> {
/// let connector = Connector::new(
///     ConnectOptions::new().ca(Pem::file("ca.pem")).max_cached_sessions(50).timeout(Duration::from_secs(5)),
/// )?;
/// let socket = connector.connect("tls://db.internal:5433").await?;
/// println!("{:?} {:?}", socket.tls_version(), socket.peer_certificate().map(|c| c.fingerprint256()));
/// # Ok(())
/// # }
/// ```
#[cfg_attr(feature = "hyper", doc = include_str!("connector/hyper.md"))]
#[derive(Clone)]
pub struct Connector {
    terms: Arc<Terms>,
    current: Arc<Current>,
    checks: Arc<[Check]>,
    observer: Option<Arc<dyn Observer>>,
}

/// What all that derive from one connector have in common.
struct Terms {
    id: u64,
    /// As they were given. Those that can be replaced are asked of the present snapshot's context.
    values: Values,
    socket: SocketTerms,
    resolver: Resolver,
    choice: Arc<Choice>,
    family: Family,
    /// The options with all that has been replaced since.
    rotated: ArcSwap<ConnectOptions>,
    /// Held by who replaces them, for as long as files are read: who only looks does not wait.
    rotating: Mutex<()>,
}

impl Connector {
    /// Compiles the options: validates them, reads the files that they name, builds the TLS context.
    ///
    /// # Errors
    ///
    /// Phase `options`: an option that cannot work, alone or together with others; a file that cannot be read.
    pub fn new(options: ConnectOptions) -> Result<Self, Error> {
        static LAST_ID: AtomicU64 = AtomicU64::new(0);
        options.validate()?;
        let values = options.values().clone();
        let socket = SocketTerms::new(&values)?;
        let context = ClientContext::new(&values)?;
        let cache = Arc::new(SessionCache::new(&values, &context)?);
        let resolver = Resolver::new(&values);
        let observer = values.observer.as_ref().map(|shared| shared.0.clone());
        let (choice, family) = (context.choice().clone(), Family::default());
        let current = family.found(Snapshot { context: Arc::new(context), cache });
        let (rotated, rotating) = (ArcSwap::from_pointee(options), Mutex::default());
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
        let terms = Arc::new(Terms { id, values, socket, resolver, choice, family, rotated, rotating });
        Ok(Self { terms, current, checks: Arc::new([]), observer })
    }

    /// The same connector, with its cache of sessions, watched by one more: for one call or for some of them. Who watches
    /// it already is told first.
    ///
    /// ```no_run
    /// # async fn example(connector: tredici::Connector, observer: impl tredici::Observer + 'static) -> Result<(), tredici::Error> {
    /// let socket = connector.observe(observer).connect("https://localhost:8443").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn observe(&self, observer: impl Observer + 'static) -> Self {
        let observer: Arc<dyn Observer> = match self.observer.clone() {
            Some(before) => Arc::new((before, observer)),
            None => Arc::new(observer),
        };
        Self { observer: Some(observer), ..self.clone() }
    }

    /// Tells it from the other connectors of this process, where one observer watches several: clones have the same number, and
    /// so has what [`check`](Self::check) and [`observe`](Self::observe) make of it. An addition.
    pub fn id(&self) -> u64 {
        self.terms.id
    }

    /// The TLS engine at work: `rustls` or `openssl`.
    pub fn engine(&self) -> &'static str {
        self.terms.choice.name()
    }

    /// What decided for that engine: `default`, `engine` where that option named it, else the documented names of the
    /// options that the preferred engine does not honour, such as `minVersion, ciphers`.
    pub fn engine_reason(&self) -> &str {
        &self.terms.choice.reason
    }

    /// What remembers the addresses of names, where the option `lookupCache` asks for it: its counters, and a way to
    /// clear it.
    pub fn lookup_cache(&self) -> Option<&CachedLookup> {
        self.terms.resolver.cache()
    }

    /// Connects to a [`Target`] or to what a string names, such as `https://localhost:8443`.
    ///
    /// The socket that comes is connected, its peer verified, every check passed. Dropping the future closes what it
    /// has opened, and so does the target's [`signal`](Target::signal). Needs a tokio runtime with its I/O and time drivers.
    ///
    /// # Errors
    ///
    /// One [`Error`] that names the phase, the code that Node or undici has for it, and every address that was tried.
    ///
    /// # Panics
    ///
    /// Awaited outside such a runtime, as tokio's sockets and timers do.
    pub async fn connect<T>(&self, target: T) -> Result<Socket, Error>
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let mut target = target.try_into().map_err(Into::into)?;
        let mut journey = Journey::begin();
        let signal = target.take_signal();
        let snapshot = self.current.load();
        let (route, over) = snapshot.settle(&self.terms.values, target)?;
        let span = debug_span!("connect", target = %route.destination);
        let limit = Limit { option: "timeout", time: self.terms.values.timeout() };
        let deadline = journey.deadline(limit.time).filter(|_| !limit.time.is_zero());
        span.in_scope(|| {
            journey.watch(self.id(), self.observer.clone(), &route.destination, deadline.map(|_| limit.time));
        });
        let walked = {
            // In its place from the beginning: it is too large to be moved about.
            let walk = pin!(self.walk(&snapshot, &route, over, &mut journey));
            unless(signal, deadline, &span, walk).await
        };
        let mut result = walked.unwrap_or_else(|cut| match cut {
            Cut::Late => Err(journey.time_out(limit, &route.destination)),
            Cut::Signalled => Err(journey.abort(&route.destination)),
        });
        match result {
            Ok(ref mut socket) => socket.set_total(journey.elapsed()),
            Err(error) => result = Err(journey.fail(error).with_target(route.destination)),
        }
        span.in_scope(|| journey.tell_end(&result));
        result
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector")
            .field("engine", &self.engine())
            .field("checks", &self.checks.len())
            .finish_non_exhaustive()
    }
}

/// Connects under the default terms: Mozilla's certificate authorities, TLS 1.2 and 1.3, ten seconds.
///
/// All calls of a process share one [`Connector`], and so its cache of sessions.
///
/// # Errors
///
/// As [`Connector::connect`], and it panics where that does.
///
/// ```no_run
/// # async fn example() -> Result<(), tredici::Error> {
/// let socket = tredici::connect("https://example.com").await?;
/// # Ok(())
/// # }
/// ```
pub async fn connect<T>(target: T) -> Result<Socket, Error>
where
    T: TryInto<Target>,
    T::Error: Into<Error>,
{
    static DEFAULT: OnceLock<Connector> = OnceLock::new();
    let connector = match DEFAULT.get() {
        Some(connector) => connector,
        None => {
            let connector = Connector::new(ConnectOptions::new())?;
            DEFAULT.get_or_init(|| connector)
        }
    };
    connector.connect(target).await
}
