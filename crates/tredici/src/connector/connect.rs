//! What any connector can do, ours or the caller's.

use super::Connector;
use crate::{error::Error, socket::Socket, target::Target};

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
pub trait Connect: Send + Sync {
    /// Makes a socket of the target.
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send;
}

impl Connect for Connector {
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send {
        Self::connect(self, target)
    }
}

impl<F, Connecting> Connect for F
where
    F: Fn(Target) -> Connecting + Send + Sync,
    Connecting: Future<Output = Result<Socket, Error>> + Send,
{
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send {
        self(target)
    }
}
