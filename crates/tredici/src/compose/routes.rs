use std::{collections::HashMap, net::IpAddr, sync::Arc};

use super::BoxConnector;
use crate::{
    connector::Connect,
    error::Error,
    options::normalise_servername,
    socket::Socket,
    target::{SocketPath, Target},
};

/// Which names go elsewhere: to a Unix socket, or by another connector.
///
/// A name is exact (`db.internal`, `127.0.0.1`) or `*.` and an ending (`*.internal`), which is for all names beneath it and
/// not for itself. An exact name wins over an ending, a longer ending over a shorter one. Case and a final dot do
/// not matter.
///
/// ```
/// use tredici::{ConnectExt, ConnectOptions, Connector, Error, Routes};
///
/// let direct = Connector::new(ConnectOptions::new())?;
/// let inside = Connector::new(ConnectOptions::new().local_address("10.0.0.7".parse().expect("an address")))?;
/// let routes = Routes::new().socket_path("db.internal", "/run/db.sock")?.connector("*.internal", inside)?;
/// let connector = direct.routed(routes);
/// # let _ = connector;
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Routes {
    exact: HashMap<String, Way>,
    beneath: HashMap<String, Way>,
}

#[derive(Debug, Clone)]
enum Way {
    Socket(SocketPath),
    Connector(BoxConnector),
}

impl Routes {
    /// Nothing goes elsewhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends this name to a Unix socket; with TLS the peer is still verified by its name. Where the call itself names a
    /// socket or brings a stream, that holds.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` where it is no name, or has a way already, or the path is empty.
    pub fn socket_path(self, name: &str, path: impl Into<SocketPath>) -> Result<Self, Error> {
        let path = path.into();
        match path.is_empty() {
            true => Err(unusable(name, "its socket has no path")),
            false => self.with(name, Way::Socket(path)),
        }
    }

    /// Has this name connected by another connector.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` where it is no name, or has a way already.
    pub fn connector(self, name: &str, connector: impl Connect + 'static) -> Result<Self, Error> {
        self.with(name, Way::Connector(BoxConnector::new(connector)))
    }

    fn with(mut self, name: &str, way: Way) -> Result<Self, Error> {
        let (ways, end) = match name.strip_prefix("*.") {
            Some(end) => (&mut self.beneath, end),
            None => (&mut self.exact, name),
        };
        let end = plain(end).ok_or_else(|| unusable(name, "it is no name, and no '*.' with a name"))?;
        match ways.insert(end, way) {
            Some(_) => Err(unusable(name, "it has a way already")),
            None => Ok(self),
        }
    }

    fn way(&self, hostname: &str) -> Option<&Way> {
        let name = plain(hostname)?;
        let endings = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
        let mut beneath = endings.filter_map(|ending| self.beneath.get(ending));
        self.exact.get(&name).or_else(|| beneath.next())
    }
}

/// The form in which names are compared.
fn plain(name: &str) -> Option<String> {
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    match bare.parse::<IpAddr>() {
        Ok(address) => Some(address.to_string()),
        Err(_) => normalise_servername(bare).ok().filter(|name| !name.contains('*')),
    }
}

fn unusable(name: &str, why: &str) -> Error {
    let message = format!("the route of '{}' cannot be used: {why}", name.escape_debug());
    Error::invalid("ERR_INVALID_ARG_VALUE", message)
}

/// See [`ConnectExt::routed`](crate::ConnectExt::routed).
#[derive(Debug, Clone)]
pub struct Routed<C> {
    connector: C,
    routes: Arc<Routes>,
}

impl<C> Routed<C> {
    pub(super) fn new(connector: C, routes: Routes) -> Self {
        Self { connector, routes: Arc::new(routes) }
    }
}

impl<C: Connect> Connect for Routed<C> {
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let way = target.destination().hostname.as_deref().and_then(|name| self.routes.way(name));
        match way {
            Some(Way::Connector(other)) => other.connect(target).await,
            Some(Way::Socket(path)) if !target.has_a_way() => {
                self.connector.connect(target.socket_path(path.clone())).await
            }
            Some(Way::Socket(_)) | None => self.connector.connect(target).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(routes: &Routes, name: &str) -> Option<String> {
        routes.way(name).map(|way| match way {
            Way::Socket(path) => path.to_string(),
            Way::Connector(_) => "connector".to_owned(),
        })
    }

    #[test]
    fn the_nearest_name_wins() {
        let routes = ["db.internal", "*.internal", "*.a.internal", "127.0.0.1", "[::1]", "*.bücher.example"];
        let routes = routes
            .iter()
            .try_fold(Routes::new(), |routes, name| routes.socket_path(name, format!("/{name}")))
            .expect("names");
        for (name, want) in [
            ("db.internal", Some("/db.internal")),
            ("DB.Internal.", Some("/db.internal")),
            ("web.internal", Some("/*.internal")),
            ("x.web.internal", Some("/*.internal")),
            ("a.internal", Some("/*.internal")),
            ("x.a.internal", Some("/*.a.internal")),
            ("x.db.internal", Some("/*.internal")),
            ("internal", None),
            ("notinternal", None),
            ("127.0.0.1", Some("/127.0.0.1")),
            ("0:0:0:0:0:0:0:1", Some("/[::1]")),
            ("127.0.0.2", None),
            ("www.xn--bcher-kva.example", Some("/*.bücher.example")),
            ("", None),
            ("a b", None),
        ] {
            assert_eq!(way(&routes, name).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_a_route() {
        let refused = |name: &str| {
            let error = Routes::new().socket_path(name, "/x").expect_err(name);
            assert_eq!(error.code(), "ERR_INVALID_ARG_VALUE");
            error.message().to_owned()
        };
        for name in ["", "*", "*.", "a.*", "*.*.a", "a..b", "a b", "a:1", "https://a"] {
            assert!(refused(name).starts_with(&format!("the route of '{name}' cannot be used")), "{name}");
        }
        let twice =
            Routes::new().socket_path("a.b", "/x").and_then(|routes| routes.socket_path("A.B.", "/y"));
        assert!(twice.expect_err("twice").message().contains("has a way already"));
        assert!(Routes::new().socket_path("a", "").is_err());
    }
}
