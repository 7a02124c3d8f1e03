//! The methods that put connectors together.

use std::time::Duration;

use tracing::Span;

use super::{
    AndThen, BoxConnector, Checked, ConcurrencyLimit, MapTarget, Or, Routed, Routes, Timeout, Traced,
};
use crate::{
    connector::Connect,
    error::Error,
    socket::Socket,
    target::{Destination, Target},
};

/// Puts connectors together. Each method takes a connector and gives one back that does a little more; what stands last
/// in the chain is asked first. All of them can be cloned where what they are made of can, and clones share their limits.
///
/// ```
/// use std::time::Duration;
/// use tredici::{ConnectExt, ConnectOptions, Connector, Error, Routes};
///
/// let connector = Connector::new(ConnectOptions::new())?
///     .routed(Routes::new().socket_path("db.internal", "/run/db.sock")?)
///     .timeout(Duration::from_secs(2))
///     .concurrency_limit(64)?;
/// # let _ = connector;
/// # Ok::<(), Error>(())
/// ```
pub trait ConnectExt: Connect + Sized {
    /// Connects to a [`Target`] or to what a string names, such as `https://localhost:8443`: as
    /// [`Connector::connect`](crate::Connector::connect) does, for any connector.
    ///
    /// # Errors
    ///
    /// Those of the connector; phase `options` where the string is no target.
    ///
    /// ```no_run
    /// # async fn example(connector: tredici::BoxConnector) -> Result<(), tredici::Error> {
    /// use tredici::ConnectExt;
    ///
    /// let socket = connector.connect_to("tls://db.internal:5433").await?;
    /// # Ok(())
    /// # }
    /// ```
    fn connect_to<T>(&self, target: T) -> impl Future<Output = Result<Socket, Error>> + Send
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let target = target.try_into().map_err(Into::into);
        async move { self.connect(target?).await }
    }

    /// One that does something with each socket before it is handed on, such as a greeting: undici's custom connect
    /// function. It owns the socket meanwhile; where it returns an error or is dropped, the socket is closed. Its
    /// errors pass as they are.
    ///
    /// For a [`Connector`](crate::Connector) see [`check_async`](crate::Connector::check_async), too: that one keeps no
    /// TLS session of a connection that it refused, and stands under the option `timeout`.
    ///
    /// ```
    /// use tokio::io::AsyncWriteExt;
    /// use tredici::{Connect, ConnectExt, Socket};
    ///
    /// fn announced(connector: impl Connect) -> impl Connect {
    ///     connector.and_then(|mut socket: Socket| async move {
    ///         socket.write_all(b"PROXY UNKNOWN\r\n").await?;
    ///         Ok(socket)
    ///     })
    /// }
    /// ```
    fn and_then<F, Fut>(self, then: F) -> AndThen<Self, F>
    where
        F: Fn(Socket) -> Fut + Send + Sync,
        Fut: Future<Output = Result<Socket, Error>> + Send,
    {
        AndThen::new(self, then)
    }

    /// One that looks at each socket before it is handed on; an error ends the connection, in phase `check`.
    ///
    /// Where it is a [`Connector`](crate::Connector) that is to be checked, take its own
    /// [`check`](crate::Connector::check): that one keeps no TLS session of a connection that was refused.
    ///
    /// ```
    /// use tredici::{Connect, ConnectExt, Error};
    ///
    /// fn modern(connector: impl Connect) -> impl Connect {
    ///     connector.checked(|socket| match socket.tls_version() {
    ///         Some("TLSv1.3") => Ok(()),
    ///         _ => Err(Error::check("we speak TLS 1.3 alone")),
    ///     })
    /// }
    /// ```
    fn checked<F>(self, check: F) -> Checked<Self, F>
    where
        F: Fn(&Socket) -> Result<(), Error> + Send + Sync,
    {
        Checked::new(self, check)
    }

    /// One that connects to another target than the one that it was asked for: tower's `map_request`.
    ///
    /// To dial another address for the same name, take [`Target::dial`], which keeps the rest of the target. The signal
    /// of the target that it was asked for goes along, also where another is made; nothing else of that does.
    ///
    /// ```
    /// use tredici::{Connect, ConnectExt, Error};
    ///
    /// fn inside_alone(connector: impl Connect) -> impl Connect {
    ///     connector.map_target(|target| match target.destination().hostname.as_deref() {
    ///         Some(name) if name.ends_with(".internal") => Ok(target.port(8443)),
    ///         _ => Err(Error::invalid("UND_ERR_INVALID_ARG", "we go to .internal alone")),
    ///     })
    /// }
    /// ```
    fn map_target<F>(self, map: F) -> MapTarget<Self, F>
    where
        F: Fn(Target) -> Result<Target, Error> + Send + Sync,
    {
        MapTarget::new(self, map)
    }

    /// One that gives up after this time: code `UND_ERR_CONNECT_TIMEOUT`. Zero is no limit.
    ///
    /// It closes what was opened. The error's phase is the one that a [`Connector`](crate::Connector) in it was in, `transfer`
    /// where that was done and something after it was not, and `connect` where there is none, or where it runs on a task of
    /// its own. So does it have that connector's attempts and times, unless that was done already. The option `timeout` of a
    /// connector limits that one alone; this one is for all that stands before it in the chain.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tredici::{Connect, ConnectExt};
    ///
    /// fn impatient(connector: impl Connect) -> impl Connect {
    ///     connector.timeout(Duration::from_millis(500))
    /// }
    /// ```
    fn timeout(self, limit: Duration) -> Timeout<Self> {
        Timeout::new(self, limit)
    }

    /// One that connects within a span of `tracing`, made for each target, and says in it, at level `DEBUG`, what came
    /// of it.
    ///
    /// ```
    /// use tracing::info_span;
    /// use tredici::{Connect, ConnectExt};
    ///
    /// fn watched(connector: impl Connect) -> impl Connect {
    ///     connector.traced(|destination| info_span!("database", to = %destination))
    /// }
    /// ```
    fn traced<F>(self, span: F) -> Traced<Self, F>
    where
        F: Fn(&Destination) -> Span + Send + Sync,
    {
        Traced::new(self, span)
    }

    /// One that makes at most so many connections at once; the others wait, and are let in in the order in which they
    /// came. Whoever gives up waiting leaves no gap. It counts connections while they are made, not open sockets.
    ///
    /// With [`per_origin`](ConcurrencyLimit::per_origin) each server has a limit of its own besides. A
    /// [`timeout`](Self::timeout) that stands after it in the chain counts the waiting, one before it does not. The error
    /// of who was still waiting when the time was up, or the signal came, says so; its phase is `connect`.
    ///
    /// # Errors
    ///
    /// `ERR_OUT_OF_RANGE` for a limit of zero, under which nobody would ever be let in.
    ///
    /// ```
    /// use tredici::{Connect, ConnectExt, Error};
    ///
    /// fn considerate(connector: impl Connect) -> Result<impl Connect, Error> {
    ///     connector.concurrency_limit(64)?.per_origin(6)
    /// }
    /// ```
    fn concurrency_limit(self, limit: usize) -> Result<ConcurrencyLimit<Self>, Error> {
        ConcurrencyLimit::new(self, limit)
    }

    /// One that goes another way where this one fails to reach anybody: by default where the error's phase is `lookup`
    /// or `connect`. Never, unless [`when`](Or::when) says so, where somebody answered and was refused, or where no address may be
    /// connected to on this one's terms: by `blockList`, `configureSocket`, or an option that the system refuses.
    ///
    /// The error of the second way, where that fails too, tells of both: in its message, in
    /// [`attempts`](Error::attempts), and by [`earlier`](Error::earlier). A target
    /// [`over`](Target::over) a stream has no second way.
    ///
    /// ```
    /// use tredici::{Connect, ConnectExt, Connector, Target};
    ///
    /// fn local_first(connector: Connector) -> impl Connect {
    ///     let local = connector.clone().map_target(|target| Ok(target.socket_path("/run/app.sock")));
    ///     local.or(connector)
    /// }
    /// ```
    fn or<D: Connect>(self, other: D) -> Or<Self, D> {
        Or::new(self, other)
    }

    /// One that sends some names to a Unix socket or to another connector, and the rest here.
    fn routed(self, routes: Routes) -> Routed<Self> {
        Routed::new(self, routes)
    }

    /// The same behind a type that does not tell what it is made of, to be kept in a struct or a list.
    ///
    /// ```
    /// use tredici::{BoxConnector, ConnectExt, ConnectOptions, Connector, Error, Target};
    ///
    /// let direct = Connector::new(ConnectOptions::new())?;
    /// let (remote, local) = (direct.clone(), direct.map_target(|target| Ok(target.socket_path("/run/app.sock"))));
    /// let choice: [BoxConnector; 2] = [remote.boxed(), local.boxed()];
    /// # let _ = choice;
    /// # Ok::<(), Error>(())
    /// ```
    fn boxed(self) -> BoxConnector
    where
        Self: 'static,
    {
        BoxConnector::new(self)
    }
}

impl<C: Connect> ConnectExt for C {}
