//! The other end: accepts connections, plain or TLS.

mod address;
#[cfg(feature = "self-signed")]
mod authority;
mod rotation;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket, UnixListener, UnixSocket},
    time::{Instant, timeout},
};

pub use address::ListenAddress;
#[cfg(feature = "self-signed")]
pub use authority::{Authority, AuthorityError};

use rotation::Terms;

use crate::{
    dial::{self, Transport},
    error::{Error, ErrorKind, Phase},
    options::{AddressFamily, ListenOptions},
    resolve::Resolver,
    socket::{Origin, Socket},
    target::{Destination, Protocol, SocketPath},
    timing::Timings,
    tls::{context::ServerContext, handshake},
};

/// Node's default for a server.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(120);

/// How many connections may wait to be accepted; the system may allow fewer (Linux 4096, `net.core.somaxconn`). With
/// the 128 that are usual a rush of clients overflows it: those over TCP wait for seconds and some of them for nothing,
/// those over a Unix socket are refused at once.
const BACKLOG: u32 = 4096;

/// Accepts connections at a TCP address or a Unix socket: TLS where an option asks for it, else plain.
///
/// The file of a Unix socket is removed when the listener is dropped.
///
/// ```no_run
/// use tredici::{ListenOptions, Listener, Pem};
///
/// # async fn example() -> Result<(), tredici::Error> {
/// let options = ListenOptions::new().cert(Pem::file("server.pem")).key(Pem::file("server.key"));
/// let listener = Listener::bind("127.0.0.1:0".parse()?, options).await?;
/// println!("listening at {:?}", listener.local_address());
/// loop {
///     let incoming = listener.accept().await?;
///     tokio::spawn(async move {
///         match incoming.secure().await {
///             Ok(socket) => println!("{:?}", socket.servername()),
///             Err(error) => eprintln!("{error}"),
///         }
///     });
/// }
/// # }
/// ```
pub struct Listener {
    accepting: Accepting,
    terms: Option<Terms>,
    handshake_timeout: Duration,
}

enum Accepting {
    Tcp(TcpListener),
    Unix(UnixListener, SocketPath),
}

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// Phase `options` for an option that cannot work (a TLS listener needs `cert` and `key`); phase `connect` where
    /// the address cannot be had (`EADDRINUSE`).
    pub async fn bind(address: ListenAddress, options: ListenOptions) -> Result<Self, Error> {
        options.validate()?;
        let handshake_timeout = options.values().handshake_timeout.unwrap_or(HANDSHAKE_TIMEOUT);
        let terms = options.values().names_tls().then(|| Terms::new(options)).transpose()?;
        let failed = |error| {
            let error = Error::system(Phase::Connect, "listen", &address.to_string(), error);
            match hint(error.code(), &address) {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        };
        let accepting = match &address {
            ListenAddress::Tcp(host, port) => {
                let addresses = resolve(host, *port).await?;
                Accepting::Tcp(listen_tcp(&addresses).map_err(failed)?)
            }
            ListenAddress::Unix(path) => Accepting::Unix(listen_unix(path).map_err(failed)?, path.clone()),
        };
        Ok(Self { accepting, terms, handshake_timeout })
    }

    /// The address and port; `None` for a Unix socket.
    pub fn local_address(&self) -> Option<SocketAddr> {
        match &self.accepting {
            Accepting::Tcp(listener) => listener.local_addr().ok(),
            Accepting::Unix(..) => None,
        }
    }

    /// The Unix socket; `None` for TCP.
    pub fn socket_path(&self) -> Option<&SocketPath> {
        match &self.accepting {
            Accepting::Tcp(_) => None,
            Accepting::Unix(_, path) => Some(path),
        }
    }

    /// Whether it speaks TLS.
    pub fn encrypted(&self) -> bool {
        self.terms.is_some()
    }

    /// The TLS engine at work, `rustls` or `openssl`; `None` where connections are plain.
    pub fn engine(&self) -> Option<&'static str> {
        self.terms.as_ref().map(|terms| terms.choice.name())
    }

    /// What decided for that engine: see [`Connector::engine_reason`](crate::Connector::engine_reason).
    pub fn engine_reason(&self) -> Option<&str> {
        self.terms.as_ref().map(|terms| &*terms.choice.reason)
    }

    /// The next connection, before its handshake: a client that is slow with it holds up nobody else.
    ///
    /// # Errors
    ///
    /// Phase `connect`: the system's error, such as `EMFILE`. The listener goes on.
    pub async fn accept(&self) -> Result<Incoming, Error> {
        let accepted = match &self.accepting {
            Accepting::Tcp(listener) => {
                listener.accept().await.map(|(stream, remote)| {
                    // Else what is said after the tickets of TLS 1.3 waits for the client to acknowledge them. A
                    // stream that does not take the option is gone, as its first read will tell.
                    let _set: io::Result<()> = stream.set_nodelay(true);
                    (Transport::tcp(stream, remote), Some(remote))
                })
            }
            Accepting::Unix(listener, _) => {
                listener.accept().await.map(|(stream, _)| (Transport::unix(stream), None))
            }
        };
        let (transport, remote) =
            accepted.map_err(|error| Error::system(Phase::Connect, "accept", "", error))?;
        let mut peer = Destination::from(if remote.is_some() { Protocol::Tcp } else { Protocol::Unix });
        peer.hostname = remote.map(|remote| remote.ip().to_string());
        peer.port = remote.map(|remote| remote.port());
        peer.socket_path = self.socket_path().cloned();
        Ok(Incoming {
            transport,
            remote,
            peer,
            context: self.terms.as_ref().map(Terms::context),
            handshake_timeout: self.handshake_timeout,
            accepted: Instant::now(),
        })
    }
}

/// What to do about an address that cannot be had.
fn hint(code: &str, address: &ListenAddress) -> Option<&'static str> {
    match (code, address) {
        ("EADDRINUSE", ListenAddress::Unix(_)) => {
            Some("where no program listens there any more, the file is left over: remove it")
        }
        ("EADDRINUSE", _) => Some("choose another address, or end the program that has it"),
        ("ENOENT", ListenAddress::Unix(_)) => Some("the folder does not exist"),
        ("EADDRNOTAVAIL", _) => Some("this machine does not have that address"),
        ("EACCES", _) => Some("you may not listen there"),
        _ => None,
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Accepting::Unix(_, SocketPath::Path(path)) = &self.accepting {
            // It may be gone already; there is nobody to tell.
            let _removed: io::Result<()> = std::fs::remove_file(path);
        }
    }
}

/// A connection that was accepted and has not begun its handshake.
pub struct Incoming {
    transport: Transport,
    remote: Option<SocketAddr>,
    /// Whom it is with, in the form of a target.
    peer: Destination,
    context: Option<Arc<ServerContext>>,
    handshake_timeout: Duration,
    accepted: Instant,
}

impl Incoming {
    /// The client's address; `None` over a Unix socket.
    pub fn remote_address(&self) -> Option<SocketAddr> {
        self.remote
    }

    /// Makes a socket of it: with TLS, after the handshake and the client's verification.
    ///
    /// # Errors
    ///
    /// Phase `secureConnect` or `verify`; `ERR_TLS_HANDSHAKE_TIMEOUT` after the option `handshakeTimeout`.
    pub async fn secure(self) -> Result<Socket, Error> {
        let (mut peer, mut timings) = (self.peer, Timings::default());
        let origin =
            |peer: Destination, timings| Origin { destination: peer.into(), attempts: Vec::new(), timings };
        let Some(context) = &self.context else {
            timings.total = self.accepted.elapsed();
            return Ok(Socket::plain(self.transport, origin(peer, timings)));
        };
        peer.protocol = Protocol::Tls;
        let outcome = timeout(self.handshake_timeout, handshake::accept(context, self.transport)).await;
        timings.secure_connect = Some(self.accepted.elapsed());
        timings.total = self.accepted.elapsed();
        let secured = match outcome {
            Ok(Ok(secured)) => secured,
            Ok(Err(error)) => return Err(error.with_target(peer).with_timings(timings)),
            Err(_elapsed) => {
                let limit = self.handshake_timeout.as_millis();
                let message =
                    format!("the client did not finish the TLS handshake (handshakeTimeout: {limit}ms)");
                let error = Error::new(
                    ErrorKind::Timeout,
                    Phase::SecureConnect,
                    "ERR_TLS_HANDSHAKE_TIMEOUT",
                    message,
                );
                return Err(error.with_target(peer).with_timings(timings));
            }
        };
        peer.servername = secured.stream.connection().servername();
        Ok(Socket::secured(secured, context.choice().clone(), origin(peer, timings)))
    }
}

/// At the first of these addresses that can be had.
fn listen_tcp(addresses: &[SocketAddr]) -> io::Result<TcpListener> {
    let mut failure = io::ErrorKind::AddrNotAvailable.into();
    for &address in addresses {
        match listen_at(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // What connections of an earlier listener have left there does not count.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn listen_unix(path: &SocketPath) -> io::Result<UnixListener> {
    let socket = UnixSocket::new_stream()?;
    socket.bind(dial::unix_name(path)?)?;
    socket.listen(BACKLOG)
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    Resolver::system().resolve(host, port, AddressFamily::Any).all().await
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener")
            .field("local_address", &self.local_address())
            .field("socket_path", &self.socket_path())
            .field("tls", &self.encrypted())
            .finish()
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("remote_address", &self.remote).finish_non_exhaustive()
    }
}
