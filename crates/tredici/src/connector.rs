//! Walks the way of a connection: resolve, dial, handshake, verify, check.

mod cache;
mod connect;
mod journey;
mod settle;
mod supplied;

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{Arc, OnceLock},
};

use tokio::time::timeout_at;
use tracing::{Instrument, debug_span};

use cache::{SessionCache, SessionKey};
pub use connect::Connect;
use journey::Journey;
use settle::Route;
use supplied::Supplied;

use crate::{
    dial::{self, SocketTerms, Transport},
    error::{Error, ErrorKind, Phase},
    options::{ConnectOptions, Session, Values},
    resolve,
    socket::Socket,
    target::{Destination, Target},
    tls::{
        context::ClientContext,
        handshake::{self, ClientTerms},
        session::{KeptSession, SessionSink},
    },
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
    supplied: Supplied,
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
        let supplied = Supplied::load(values.session.as_ref(), &context)?;
        let cache = Arc::new(SessionCache::new(values.max_cached_sessions()));
        Ok(Self { terms: Arc::new(Terms { values, context, supplied }), cache, checks: Arc::new([]) })
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
            cache: Arc::new(SessionCache::new(self.terms.values.max_cached_sessions())),
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
        let (route, over) = settle::settle(&self.terms.values, target)?;
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

    /// How many sessions for this target are in the cache, where they wait to be resumed. An addition of this library.
    ///
    /// # Errors
    ///
    /// Where the target cannot be read.
    pub fn cached_sessions<T>(&self, target: T) -> Result<usize, Error>
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let target = target.try_into().map_err(Into::into)?;
        let (route, _) = settle::settle(&self.terms.values, target)?;
        Ok(route.tls.map_or(0, |tls| self.cache.count(&tls.key, self.terms.context.now())))
    }

    /// Takes the sessions for this target out of the cache, and those of the option `session` that were not used, to
    /// offer them in another process through that option. They are secrets. None are left here: a ticket of TLS 1.3 is
    /// used once.
    ///
    /// # Errors
    ///
    /// Where the target cannot be read; `UND_ERR_NOT_SUPPORTED` where the engine cannot write its sessions, which rustls
    /// cannot. They are then still here.
    pub fn take_sessions<T>(&self, target: T) -> Result<Vec<Session>, Error>
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let target = target.try_into().map_err(Into::into)?;
        let (route, _) = settle::settle(&self.terms.values, target)?;
        let Some(tls) = &route.tls else { return Ok(Vec::new()) };
        let now = self.terms.context.now();
        let mut kept = self.terms.supplied.take_all(&tls.key, now);
        kept.extend(self.cache.take_all(&tls.key, now));
        let export = |kept| supplied::export(kept, &tls.key, &self.terms.context);
        let exported: Result<Vec<_>, Error> = kept.iter().map(export).collect();
        if exported.is_err() {
            self.cache.give_back(&tls.key, kept);
        }
        exported
    }

    async fn walk(
        &self,
        route: &Route,
        over: Option<Transport>,
        journey: &mut Journey,
    ) -> Result<Socket, Error> {
        let transport = match over {
            Some(transport) => transport,
            None => self.dial(route, journey).await?,
        };
        let Some(tls) = &route.tls else {
            let socket = Socket::plain(transport, journey.origin(&route.destination));
            return self.examine(socket.with_prior_knowledge(self.terms.values.use_h2c()), journey);
        };
        // Taken only now that the transport stands, so that none is lost to a failed dial.
        let session = self.session(&tls.key);
        let secured = match self.secure(tls, transport, session, journey).await {
            Err(failure) if failure.may_be_retried && route.is_dialled => {
                // The server choked on the session that it was offered. Nothing was written yet: once more, in full.
                let transport = self.dial(route, journey).await?;
                self.secure(tls, transport, None, journey).await
            }
            result => result,
        };
        let secured = secured.map_err(|failure| failure.error)?;
        let context = &self.terms.context;
        let origin = journey.origin(&route.destination);
        let socket = Socket::secured(secured, context.choice().clone(), origin);
        let mut socket = self.examine(socket, journey)?;
        let sink = self.sink(&socket, &tls.key);
        socket.release_sessions(sink);
        Ok(socket)
    }

    async fn dial(&self, route: &Route, journey: &mut Journey) -> Result<Transport, Error> {
        let destination = &route.destination;
        if let Some(path) = &destination.socket_path {
            let connecting = journey.enter(Phase::Connect);
            let span = debug_span!("dial", %path);
            let connected = dial::unix(path, journey.attempts_mut()).instrument(span).await;
            journey.leave(connecting);
            return connected;
        }
        let addresses = self.resolve(destination, journey).await?;
        let terms = self.socket_terms(destination);
        let connecting = journey.enter(Phase::Connect);
        let span = debug_span!("dial", ?addresses);
        let connected = dial::tcp(&addresses, &terms, journey.attempts_mut()).instrument(span).await;
        journey.leave(connecting);
        connected
    }

    async fn resolve(
        &self,
        destination: &Destination,
        journey: &mut Journey,
    ) -> Result<Vec<SocketAddr>, Error> {
        let hostname = destination.hostname.as_deref().unwrap_or_default();
        let port = destination.port.unwrap_or_default();
        if let Some(address) = resolve::literal(hostname) {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let looking_up = journey.enter(Phase::Lookup);
        let lookup = self.terms.values.lookup.as_ref().map(|shared| &*shared.0);
        let found =
            resolve::resolve(hostname, port, lookup).instrument(debug_span!("lookup", hostname)).await;
        journey.leave(looking_up);
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

    /// TLS over the transport, with a session where there is one.
    async fn secure(
        &self,
        tls: &settle::Tls,
        transport: Transport,
        session: Option<KeptSession>,
        journey: &mut Journey,
    ) -> Result<handshake::Secured, HandshakeFailure> {
        let context = &self.terms.context;
        let offered = session.clone();
        let terms = ClientTerms {
            hostname: tls.key.hostname.clone(),
            servername: tls.servername.clone(),
            alpn: tls.key.alpn.clone(),
            session,
        };
        let securing = journey.enter(Phase::SecureConnect);
        let span = debug_span!("secure_connect", hostname = %tls.key.hostname, offered = offered.is_some());
        let result = handshake::connect(context, transport, terms).instrument(span).await;
        journey.leave(securing);
        let declined = match &result {
            Ok(secured) => !secured.facts.resumed,
            // A connection that breaks says nothing of the session.
            Err(error) => !matches!(error.kind(), ErrorKind::System | ErrorKind::Disconnected),
        };
        if let Some(declined) = offered.as_ref().filter(|_| declined) {
            self.cache.forget(&tls.key, declined);
            self.terms.supplied.forget(declined);
        }
        result.map_err(|error| HandshakeFailure {
            may_be_retried: offered.is_some() && matches!(error.kind(), ErrorKind::Alert(_) | ErrorKind::Tls),
            error,
        })
    }

    /// The session to offer.
    fn session(&self, key: &SessionKey) -> Option<KeptSession> {
        let context = &self.terms.context;
        self.terms.supplied.take(key, context).or_else(|| self.cache.take(key, context.now()))
    }

    /// The caller's checks, on the finished socket.
    fn examine(&self, socket: Socket, journey: &mut Journey) -> Result<Socket, Error> {
        journey.set_phase(Phase::Check);
        for check in self.checks.iter() {
            if let Err(error) = check(&socket) {
                let error = error.with_attempts(socket.attempts().to_vec());
                return Err(match error.peer_certificate() {
                    Some(_) => error,
                    None => error.with_peer_certificate(socket.peer_certificate().cloned()),
                });
            }
        }
        Ok(socket)
    }

    /// Where the sessions of this connection go; nowhere where its peer is not authorized.
    fn sink(&self, socket: &Socket, key: &Arc<SessionKey>) -> Option<Arc<dyn SessionSink>> {
        let judgement = socket.judgement().filter(|judgement| judgement.is_authorized())?;
        let clock = self.terms.context.clock().clone();
        self.cache.sink(key, judgement.peer.clone(), clock)
    }
}

struct HandshakeFailure {
    error: Error,
    may_be_retried: bool,
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
