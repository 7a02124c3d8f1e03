//! The call's parameters and the options, settled into one route.

use std::{any::Any, sync::Arc};

use crate::{
    dial::{Addresses, Transport},
    error::Error,
    options::{Place, Server, SessionKey, Values, normalise_hostname, normalise_servername},
    resolve,
    socket::Socket,
    target::{Destination, GivenStream, Protocol, Target},
};

/// Where a connection goes and by which names.
pub(super) struct Route {
    pub(super) destination: Arc<Destination>,
    /// With TLS, whose the sessions are; the name is that which the certificate must be for.
    pub(super) server: Option<SessionKey>,
    /// Whether the transport is ours to make, and so to make again.
    pub(super) is_dialled: bool,
}

pub(super) type Settled = (Route, Option<Transport>);

/// The call's own parameters win over the options, those over the protocol's defaults. `scope` is what the key of a
/// session says of the terms of trust.
pub(super) fn settle(values: &Values, scope: Option<[u8; 32]>, target: Target) -> Result<Settled, Error> {
    let (mut destination, over) = target.into_parts();
    let is_dialled = over.is_none();
    match route(values, scope, Arc::make_mut(&mut destination), is_dialled) {
        Ok(server) => Ok((Route { destination, server, is_dialled }, over.map(given))),
        Err(error) => Err(error.with_target(destination)),
    }
}

/// The caller's stream: a socket of the runtime's as if it were of our making, another with the addresses that it tells.
fn given(stream: GivenStream) -> Transport {
    match stream {
        GivenStream::Tcp(tcp) => match tcp.peer_addr() {
            Ok(remote) => Transport::tcp(tcp, remote),
            // It has ended already, as the first read will tell.
            Err(_) => Transport::given(Box::new(tcp), Addresses::default()),
        },
        GivenStream::Unix(unix) => Transport::unix(unix),
        GivenStream::Other(stream) => {
            let told: &dyn Any = &*stream;
            let ends = |socket: &Socket| Addresses {
                local: socket.local_address(),
                remote: socket.remote_address(),
            };
            let addresses = told.downcast_ref().map(ends).unwrap_or_default();
            Transport::given(stream, addresses)
        }
    }
}

fn route(
    values: &Values,
    scope: Option<[u8; 32]>,
    destination: &mut Destination,
    is_dialled: bool,
) -> Result<Option<SessionKey>, Error> {
    if destination.hostname.as_ref().is_some_and(|name| name.is_empty() || name.contains('\0')) {
        let message = "the target's hostname must not be empty and must not hold a NUL byte";
        return Err(Error::invalid("ERR_INVALID_ARG_VALUE", message));
    }
    if is_dialled {
        let path = || values.socket_path.clone().or_else(|| values.path.clone());
        destination.socket_path = destination.socket_path.take().or_else(path);
        destination.local_address = destination.local_address.or(values.local_address);
    } else if let Some(path) = &destination.socket_path {
        let message = format!("the target is to go over a given stream and over the socket {path}");
        return Err(Error::invalid("UND_ERR_INVALID_ARG", message).with_hint("choose one of the two"));
    }
    if destination.protocol == Protocol::Unix && destination.socket_path.is_none() {
        return Err(Error::invalid("ERR_MISSING_ARGS", "unix: needs the path of a socket"));
    }
    if destination.protocol != Protocol::Unix {
        let default = destination.protocol.default_port();
        destination.port = destination.port.or(values.port.filter(|&port| port != 0)).or(default);
    }
    if is_dialled && destination.port.is_none() && destination.socket_path.is_none() {
        let message = format!("{} needs a port", destination.protocol);
        return Err(
            Error::invalid("ERR_MISSING_ARGS", message).with_hint("name it in the target or in options.port")
        );
    }
    if is_dialled && destination.hostname.is_none() && destination.socket_path.is_none() {
        return Err(Error::invalid("ERR_MISSING_ARGS", "the target needs a hostname"));
    }
    match destination.protocol.is_tls() {
        true => tls(values, scope, destination, is_dialled).map(Some),
        false => plain(destination, is_dialled).map(|()| None),
    }
}

/// A TLS term in the call for a plain target would be ignored, and the caller would believe in it.
fn plain(destination: &Destination, is_dialled: bool) -> Result<(), Error> {
    let protocol = destination.protocol;
    if !is_dialled {
        let message = format!("Target::over (httpSocket) is for TLS, and {protocol} has none");
        return Err(Error::invalid("ERR_ASSERTION", message).with_hint(
            "take Target::tls or Target::https; what is to stay plain, as before STARTTLS, is used as it is",
        ));
    }
    if destination.servername.is_some() {
        let message = format!("servername is given for {protocol}, which has no TLS");
        return Err(Error::invalid("UND_ERR_INVALID_ARG", message).with_hint("use https: or tls:"));
    }
    Ok(())
}

fn tls(
    values: &Values,
    scope: Option<[u8; 32]>,
    destination: &mut Destination,
    is_dialled: bool,
) -> Result<SessionKey, Error> {
    let hostname = &**destination.hostname.get_or_insert_with(|| "localhost".to_owned());
    let from_host = || destination.host.as_deref().map(server_name).transpose();
    let is_given = |name: &&String| !name.is_empty();
    let in_call = destination.servername.as_ref().filter(is_given);
    let servername = match in_call.or_else(|| values.servername.as_ref().filter(is_given)) {
        Some(name) => Some(&**name),
        None => from_host()?.flatten(),
    };
    let servername = servername.map(normalise_servername).transpose()?;
    let verified = servername.as_deref().unwrap_or(hostname).into();
    destination.servername = match servername {
        Some(name) => Some(name),
        None if resolve::is_address(hostname) => None,
        None => Some(normalise_hostname(hostname)?),
    };
    let server = Server {
        hostname: verified,
        place: place(destination, is_dialled),
        alpn: alpn(values, destination.protocol)?,
        scope,
    };
    Ok(server.into())
}

fn place(destination: &Destination, is_dialled: bool) -> Place {
    match &destination.socket_path {
        Some(path) => Place::Unix(path.clone()),
        None if is_dialled => Place::Port(destination.port.unwrap_or_default()),
        None => Place::Given(destination.port),
    }
}

/// The name in `name[:port]`; none where it is an address.
fn server_name(host: &str) -> Result<Option<&str>, Error> {
    let name = match host.strip_prefix('[') {
        Some(rest) => {
            let unclosed =
                || Error::invalid("ERR_ASSERTION", format!("the bracket in host '{host}' is not closed"));
            rest.split_once(']').ok_or_else(unclosed)?.0
        }
        None => host.split_once(':').map_or(host, |(name, _port)| name),
    };
    let is_name = !name.is_empty() && !resolve::is_address(name);
    Ok(is_name.then_some(name))
}

/// What is offered: the caller's list where there is one, for `https:` undici's, for `tls:` none.
fn alpn(values: &Values, protocol: Protocol) -> Result<Vec<u8>, Error> {
    if let Some(given) = &values.alpn_protocols {
        return given.to_wire();
    }
    let list: &[u8] = match (protocol, values.allow_h2(), values.prefer_h2()) {
        (Protocol::Https, false, _) => b"\x08http/1.1",
        (Protocol::Https, true, false) => b"\x08http/1.1\x02h2",
        (Protocol::Https, true, true) => b"\x02h2\x08http/1.1",
        _ => b"",
    };
    Ok(list.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::ConnectOptions;

    fn settled(options: &ConnectOptions, target: Target) -> Result<Route, String> {
        settle(options.values(), None, target)
            .map(|(route, _)| route)
            .map_err(|error| error.code().to_owned())
    }

    fn names(options: &ConnectOptions, target: Target) -> (String, Option<String>) {
        let route = settled(options, target).expect("a route");
        let verified = route.server.expect("TLS").server().hostname.to_string();
        (verified, route.destination.servername.clone())
    }

    #[test]
    fn the_server_name_is_the_calls_then_the_options_then_the_hosts() {
        let options = ConnectOptions::new().servername("option.test");
        let target = || Target::https("10.0.0.1").host("host.test:8443");
        let expect = |name: &str| (name.to_owned(), Some(name.to_owned()));
        assert_eq!(names(&options, target().servername("Call.Test.")), expect("call.test"));
        assert_eq!(names(&options, target()), expect("option.test"));
        assert_eq!(names(&ConnectOptions::new(), target()), expect("host.test"));
        assert_eq!(names(&ConnectOptions::new(), Target::https("name.test")), expect("name.test"));
        assert_eq!(names(&ConnectOptions::new(), Target::https("[::1]")), ("::1".into(), None));
    }

    #[test]
    fn the_port_is_the_calls_then_the_options_then_the_protocols() {
        let port =
            |options: &ConnectOptions, target| settled(options, target).map(|route| route.destination.port);
        let options = ConnectOptions::new().port(8443);
        assert_eq!(port(&options, Target::https("a").port(1)), Ok(Some(1)));
        assert_eq!(port(&options, Target::https("a")), Ok(Some(8443)));
        assert_eq!(port(&ConnectOptions::new(), Target::https("a")), Ok(Some(443)));
        assert_eq!(port(&ConnectOptions::new(), Target::http("a").port(0)), Ok(Some(80)));
        assert_eq!(port(&ConnectOptions::new(), Target::tls("a")), Err("ERR_MISSING_ARGS".into()));
    }

    #[test]
    fn a_tls_term_for_a_plain_target_is_refused() {
        let options = ConnectOptions::new();
        let (stream, _) = tokio::io::duplex(1);
        let refused = |target| settled(&options, target).map(drop);
        assert_eq!(refused(Target::http("a").servername("b")), Err("UND_ERR_INVALID_ARG".into()));
        let error =
            settle(options.values(), None, Target::tcp("a").over(stream)).map(drop).expect_err("plain");
        assert_eq!(
            (error.code(), error.message()),
            ("ERR_ASSERTION", "Target::over (httpSocket) is for TLS, and tcp: has none")
        );
        assert!(error.hint().expect("a hint").contains("Target::tls"));
        assert_eq!(refused(Target::https("a").servername("127.0.0.1")), Err("ERR_INVALID_ARG_VALUE".into()));
        assert_eq!(refused(Target::https("a").host("[::1")), Err("ERR_ASSERTION".into()));
        assert_eq!(refused(Target::https("a\0b")), Err("ERR_INVALID_ARG_VALUE".into()));
    }

    #[test]
    fn a_host_that_is_no_name_is_said_to_be_none() {
        for host in ["localhost:443", "https://localhost", "exa mple", "a..b"] {
            let error = settle(ConnectOptions::new().values(), None, Target::https(host)).map(drop);
            let error = error.expect_err(host);
            assert_eq!(error.code(), "ERR_INVALID_ARG_VALUE");
            let said = format!("the target's host is not a host name: {host:?}");
            assert!(error.message().starts_with(&said), "{error}");
            assert_eq!(error.hint().is_some(), host != "a..b", "{error}");
        }
    }

    /// Somewhere else is dialled, and the name that is verified stays.
    #[test]
    fn another_address_for_the_same_name() {
        let token = tokio_util::sync::CancellationToken::new();
        let target = Target::tls("db.test").port(5432).signal(token).local_address([127, 0, 0, 9].into());
        let target = target.dial("[::1]", 1);
        assert!(target.given_signal().is_some());
        let route = settled(&ConnectOptions::new(), target).expect("a route");
        assert_eq!(route.destination.to_string(), "tls://[::1]:1");
        assert_eq!(route.destination.servername.as_deref(), Some("db.test"));
        assert_eq!(route.destination.local_address, Some([127, 0, 0, 9].into()));
        assert_eq!(&*route.server.expect("TLS").server().hostname, "db.test");

        let none = ConnectOptions::new();
        let twice = Target::https("db.test").dial("a", 1).dial("b", 2);
        assert_eq!(names(&none, twice), ("db.test".into(), Some("db.test".into())));
        let named = Target::https("a").servername("db.test").dial("b", 0);
        assert_eq!(settled(&none, named).expect("a route").destination.port, Some(443));
        let address = Target::https("10.0.0.1").dial("10.0.0.2", 1);
        assert_eq!(names(&none, address), ("10.0.0.2".into(), None));
    }

    #[test]
    fn alpn_is_the_callers_or_undicis() {
        let offered = |options: ConnectOptions, target| {
            settled(&options, target).expect("a route").server.expect("TLS").server().alpn.clone()
        };
        assert_eq!(offered(ConnectOptions::new(), Target::https("a")), b"\x08http/1.1\x02h2");
        assert_eq!(offered(ConnectOptions::new().prefer_h2(true), Target::https("a")), b"\x02h2\x08http/1.1");
        assert_eq!(offered(ConnectOptions::new().allow_h2(false), Target::https("a")), b"\x08http/1.1");
        assert_eq!(offered(ConnectOptions::new(), Target::tls("a").port(1)), b"");
        assert_eq!(offered(ConnectOptions::new().alpn_protocols(["x"]), Target::https("a")), b"\x01x");
    }
}
