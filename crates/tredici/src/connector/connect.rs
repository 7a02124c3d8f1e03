//! What any connector can do, ours or the caller's.

use std::{pin::Pin, sync::Arc};

use super::Connector;
use crate::{error::Error, socket::Socket, target::Target};

/// A connection that is being made, in a box.
pub type ConnectFuture<'a> = Pin<Box<dyn Future<Output = Result<Socket, Error>> + Send + 'a>>;

/// Anything that makes a socket of a target: undici's custom `connect` function.
///
/// A [`Connector`] is one, and so is a closure, which may change the target, choose among connectors, or look at the
/// socket before it is handed on:
///
/// ```
/// use tredici::{Connect, ConnectOptions, Connector, Error, Target};
///
/// fn local_first(connector: Connector) -> impl Connect {
///     move |target: Target| {
///         let connector = connector.clone();
///         async move { connector.connect(target.socket_path("/run/app.sock")).await }
///     }
/// }
/// # let _ = local_first(Connector::new(ConnectOptions::new())?);
/// # Ok::<(), Error>(())
/// ```
///
/// A type of your own writes it as an `async fn`:
///
/// ```
/// use tredici::{Connect, Connector, Error, Socket, Target};
///
/// /// Two servers, taken in turn by the port.
/// struct Pair(Connector, Connector);
///
/// impl Connect for Pair {
///     async fn connect(&self, target: Target) -> Result<Socket, Error> {
///         let even = target.destination().port.unwrap_or_default() % 2 == 0;
///         if even { self.0.connect(target).await } else { self.1.connect(target).await }
///     }
/// }
/// ```
///
/// [`ConnectExt`](crate::ConnectExt) puts connectors together: a time limit, a second way, names that go elsewhere. An
/// `Arc` of a connector is one, too, and so is an `Arc<dyn Fn(Target) -> ConnectFuture<'static> + Send + Sync>`;
/// [`BoxConnector`](crate::BoxConnector) is any of them behind one type, which can be kept in a struct and cloned. (Rust
/// lets either closures or all references and boxes implement a trait. References to closures and boxed `Fn`s are closures
/// themselves.)
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no connector",
    label = "this is no connector",
    note = "a connector implements `tredici::Connect`, or is an `Fn(Target) -> impl Future<Output = Result<Socket, Error>> + Send`",
    note = "where this is a reference or a box of one, clone the connector, or hold it in an `Arc` or a `BoxConnector`"
)]
pub trait Connect: Send + Sync {
    /// Makes a socket of the target. What a string names is connected to by
    /// [`connect_to`](crate::ConnectExt::connect_to), or parsed: `connector.connect("tls://db.internal:5433".parse()?)`.
    ///
    /// Whoever drops the future wants none any more: what it opened is to be closed.
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send;
}

impl Connect for Connector {
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send {
        Self::connect(self, target)
    }
}

impl<F, Connecting> Connect for F
where
    F: Fn(Target) -> Connecting + Send + Sync + ?Sized,
    Connecting: Future<Output = Result<Socket, Error>> + Send,
{
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send {
        self(target)
    }
}

impl<C: Connect + ?Sized> Connect for Arc<C> {
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send {
        (**self).connect(target)
    }
}
