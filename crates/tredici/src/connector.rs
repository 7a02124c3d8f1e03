//! Walks the way of a connection: resolve, dial, handshake, verify, check.

mod cache;
mod coalesce;
mod connect;
mod journey;
mod reach;
mod secure;
mod sessions;
mod settle;
mod stats;
mod supplied;
mod walk;

use std::{
    pin::pin,
    sync::{Arc, OnceLock},
};

use tokio::time::timeout_at;
use tracing::{Instrument, debug_span};

use cache::SessionCache;
pub use connect::Connect;
use journey::Journey;
pub use stats::SessionStats;

use crate::{
    error::Error,
    options::{ConnectOptions, Values},
    socket::Socket,
    target::Target,
    tls::context::ClientContext,
};

type Check = Arc<dyn Fn(&Socket) -> Result<(), Error> + Send + Sync>;

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
#[derive(Clone)]
pub struct Connector {
    terms: Arc<Terms>,
    cache: Arc<SessionCache>,
    checks: Arc<[Check]>,
}

/// What the options were compiled into.
struct Terms {
    values: Values,
    context: ClientContext,
}

impl Connector {
    /// Compiles the options: validates them, reads the files that they name, builds the TLS context.
    ///
    /// # Errors
    ///
    /// Phase `options`: an option that cannot work, alone or together with others; a file that cannot be read.
    #[expect(clippy::needless_pass_by_value, reason = "options are given away: later changes have no effect")]
    pub fn new(options: ConnectOptions) -> Result<Self, Error> {
        options.validate()?;
        let values = options.values().clone();
        let context = ClientContext::new(&values)?;
        let cache = Arc::new(SessionCache::new(&values, &context)?);
        Ok(Self { terms: Arc::new(Terms { values, context }), cache, checks: Arc::new([]) })
    }

    /// The same connector with one more check: it runs on each connection, resumed ones too, once TLS has verified the
    /// peer and before the caller gets the socket; an error from it ends the connection. No session is kept of a
    /// connection that a check refused, and the new connector shares none with the old.
    ///
    /// undici's custom connect function for extra validation:
    ///
    /// ```
    /// use tredici::{ConnectOptions, Connector, Error};
    ///
    /// let connector = Connector::new(ConnectOptions::new())?.check(|socket| match socket.alpn_protocol() {
    ///     Some("h2") => Ok(()),
    ///     _ => Err(Error::check("we speak HTTP/2 alone")),
    /// });
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn check(&self, check: impl Fn(&Socket) -> Result<(), Error> + Send + Sync + 'static) -> Self {
        let check: Check = Arc::new(check);
        Self {
            terms: self.terms.clone(),
            cache: Arc::new(self.cache.apart(&self.terms.values)),
            checks: self.checks.iter().cloned().chain([check]).collect(),
        }
    }

    /// The TLS engine at work: `rustls` or `openssl`.
    pub fn engine(&self) -> &'static str {
        self.terms.context.choice().name()
    }

    /// What decided for that engine: `default`, `engine` where that option named it, else the documented names of the
    /// options that the preferred engine does not honour, such as `minVersion, ciphers`.
    pub fn engine_reason(&self) -> &str {
        &self.terms.context.choice().reason
    }

    /// Connects to a [`Target`] or to what a string names, such as `https://localhost:8443`.
    ///
    /// The socket that comes is connected, its peer verified, every check passed. Dropping the future closes what it
    /// has opened. Needs a tokio runtime with its I/O and time drivers.
    ///
    /// # Errors
    ///
    /// One [`Error`] that names the phase, the code that Node or undici has for it, and every address that was tried.
    pub async fn connect<T>(&self, target: T) -> Result<Socket, Error>
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let target = target.try_into().map_err(Into::into)?;
        let mut journey = Journey::begin();
        let (route, over) = self.settle(target)?;
        let span = debug_span!("connect", target = %route.destination);
        let limit = self.terms.values.timeout();
        let deadline = journey.deadline(limit).filter(|_| !limit.is_zero());
        let outcome = {
            let walk = pin!(self.walk(&route, over, &mut journey).instrument(span));
            match deadline {
                Some(deadline) => timeout_at(deadline, walk).await,
                None => Ok(walk.await),
            }
        };
        match outcome {
            Ok(Ok(mut socket)) => {
                socket.set_total(journey.elapsed());
                Ok(socket)
            }
            Ok(Err(error)) => Err(journey.fail(error).with_target(route.destination)),
            Err(_elapsed) => Err(journey.time_out(self.terms.values.timeout(), route.destination)),
        }
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
/// As [`Connector::connect`].
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
