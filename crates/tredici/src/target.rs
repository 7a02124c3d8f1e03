//! What to connect to.

mod address;
mod hostname;
mod parse;
#[cfg(feature = "hyper")]
mod uri;

use std::{any::Any, fmt, net::IpAddr, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_util::sync::CancellationToken;

pub use address::{RemoteAddress, SocketPath};
pub(crate) use hostname::hint as hostname_hint;

/// How the target is spoken to. The scheme alone decides between plain and TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// TLS for HTTP: offers ALPN as undici does, port 443 where none is named.
    Https,
    /// TLS: offers the ALPN protocols that the options name; needs a port.
    Tls,
    /// Plain, port 80 where none is named.
    Http,
    /// Plain; needs a port.
    Tcp,
    /// Plain over a Unix socket.
    Unix,
}

impl Protocol {
    /// The scheme with its colon, as undici spells it: `https:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https:",
            Self::Tls => "tls:",
            Self::Http => "http:",
            Self::Tcp => "tcp:",
            Self::Unix => "unix:",
        }
    }

    /// Whether a connection of this protocol is a TLS connection.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }

    /// The port where none is named: 443 for `https:`, 80 for `http:`, none for the others.
    pub fn default_port(self) -> Option<u16> {
        match self {
            Self::Https => Some(443),
            Self::Http => Some(80),
            Self::Tls | Self::Tcp | Self::Unix => None,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The target as plain data: what a report shows and an error carries.
///
/// In a [`Target`] it holds what the caller said; on a socket and in an error what was made of it,
/// with port, server name, socket path and local address settled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Destination {
    /// The scheme.
    pub protocol: Protocol,
    /// The name or address to connect to, without brackets; `None` for a bare Unix socket.
    pub hostname: Option<String>,
    /// `name[:port]` of the origin where it differs from `hostname`; only the server name is taken from it.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The name for SNI and the identity check.
    pub servername: Option<String>,
    /// The Unix socket to connect to instead of host and port.
    pub socket_path: Option<SocketPath>,
    /// The local address to connect from.
    pub local_address: Option<IpAddr>,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(hostname) = &self.hostname else {
            return match &self.socket_path {
                Some(path) => write!(f, "{}{path}", self.protocol),
                None => write!(f, "{}", self.protocol),
            };
        };
        let brackets = hostname.contains(':');
        let (open, close) = if brackets { ("[", "]") } else { ("", "") };
        write!(f, "{}//{open}{hostname}{close}", self.protocol)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// A byte stream that the caller already has, to speak TLS over: undici's `httpSocket`.
///
/// A `TcpStream` or `UnixStream` of tokio's is taken as if it had been made here: `Socket::fd` is its descriptor, and the
/// options `noDelay`, `keepAlive` and those beside it that a connection can still be given are set. Of a
/// [`Socket`](crate::Socket) the addresses go over to the socket on top.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin + Any {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + Any> ByteStream for S {}

/// A stream that the caller has, as what it is known to be.
pub(crate) enum GivenStream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Other(Box<dyn ByteStream>),
}

impl GivenStream {
    fn of<S: ByteStream>(stream: S) -> Self {
        fn take<T: Any>(stream: &mut dyn Any) -> Option<T> {
            stream.downcast_mut::<Option<T>>().and_then(Option::take)
        }
        let mut stream = Some(stream);
        let tcp = take(&mut stream).map(Self::Tcp);
        match (tcp.or_else(|| take(&mut stream).map(Self::Unix)), stream) {
            (Some(known), _) => known,
            (None, Some(other)) => Self::Other(Box::new(other)),
            (None, None) => unreachable!("only what is known is taken"),
        }
    }
}

/// What to connect to, and the terms of this one call: undici's connector parameters.
///
/// A string is a target too: `https://host[:port]`, `tls://host:port`, `http://host[:port]`, `tcp://host:port`,
/// `unix:/path` (`unix:@name` for a name in Linux's abstract namespace). So is an `http::Uri` with the feature `hyper`, of
/// which the origin counts.
///
/// A host that is empty leads nowhere: `ERR_INVALID_ARG_VALUE` when connecting, where Node connects to `localhost`. What was
/// meant is rather a name that somebody has forgotten.
///
/// ```
/// use tredici::Target;
///
/// let target = Target::tls("db.internal").port(5433).servername("primary.db.internal");
/// assert_eq!(target.destination().to_string(), "tls://db.internal:5433");
/// # Ok::<(), tredici::TargetError>(())
/// ```
pub struct Target {
    /// Shared with whatever tells of the connection later: the socket, its error, whoever watches.
    destination: Arc<Destination>,
    over: Option<GivenStream>,
    signal: Option<CancellationToken>,
}

impl Target {
    fn new(protocol: Protocol, hostname: Option<String>) -> Self {
        Destination { hostname, ..protocol.into() }.into()
    }

    fn terms(&mut self) -> &mut Destination {
        Arc::make_mut(&mut self.destination)
    }

    fn at(protocol: Protocol, hostname: impl Into<String>) -> Self {
        Self::new(protocol, Some(bare(hostname.into())))
    }

    /// TLS for HTTP to this name or address, port 443 unless [`port`](Self::port) says otherwise. A port, a scheme or a path
    /// has no place in the name: a whole target is read by `"https://db.internal:8443".parse()`.
    pub fn https(hostname: impl Into<String>) -> Self {
        Self::at(Protocol::Https, hostname)
    }

    /// TLS to this name or address; needs a [`port`](Self::port) unless it goes [`over`](Self::over) a stream.
    pub fn tls(hostname: impl Into<String>) -> Self {
        Self::at(Protocol::Tls, hostname)
    }

    /// Plain to this name or address, port 80 unless [`port`](Self::port) says otherwise.
    pub fn http(hostname: impl Into<String>) -> Self {
        Self::at(Protocol::Http, hostname)
    }

    /// Plain to this name or address; needs a [`port`](Self::port).
    pub fn tcp(hostname: impl Into<String>) -> Self {
        Self::at(Protocol::Tcp, hostname)
    }

    /// Plain over this Unix socket.
    pub fn unix(path: impl Into<SocketPath>) -> Self {
        Self::new(Protocol::Unix, None).socket_path(path)
    }

    /// The port; 0 means the protocol's default, as in undici.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.terms().port = (port != 0).then_some(port);
        self
    }

    /// The origin's `name[:port]` where it differs from the address dialled (undici's `host`): the server name
    /// is taken from it where [`servername`](Self::servername) is not given.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.terms().host = Some(host.into());
        self
    }

    /// Dial this address or name, at this port, and leave the rest as it is: curl's `--connect-to`. An addition.
    ///
    /// The name that was to be dialled becomes the [`host`](Self::host), unless one is given: SNI and the identity check
    /// are by it as before. Where it was an address, for which there is no SNI, the certificate must be for what is dialled
    /// now. A [`signal`](Self::signal), a [`servername`](Self::servername) and a [`local_address`](Self::local_address)
    /// stay; so does a [`socket_path`](Self::socket_path), which goes before any address. Port 0 means the protocol's default.
    ///
    /// ```
    /// use tredici::Target;
    ///
    /// let target = Target::tls("db.internal").port(5432).dial("10.0.0.7", 15432);
    /// assert_eq!(target.destination().to_string(), "tls://10.0.0.7:15432");
    /// assert_eq!(target.destination().host.as_deref(), Some("db.internal:5432"));
    /// ```
    #[must_use]
    pub fn dial(mut self, hostname: impl Into<String>, port: u16) -> Self {
        let terms = self.terms();
        let before = terms.hostname.replace(bare(hostname.into()));
        let host = before.map(|name| origin(&name, terms.port));
        terms.host = terms.host.take().or(host);
        self.port(port)
    }

    /// The name for SNI and the identity check, instead of the host's. Only with TLS; not an IP address.
    #[must_use]
    pub fn servername(mut self, servername: impl Into<String>) -> Self {
        self.terms().servername = Some(servername.into());
        self
    }

    /// Connect to this Unix socket instead of host and port, which then only name the peer.
    #[must_use]
    pub fn socket_path(mut self, path: impl Into<SocketPath>) -> Self {
        let path = path.into();
        self.terms().socket_path = (!path.is_empty()).then_some(path);
        self
    }

    /// Connect from this local address.
    #[must_use]
    pub fn local_address(mut self, address: IpAddr) -> Self {
        self.terms().local_address = Some(address);
        self
    }

    /// Speak TLS over this stream instead of dialling (undici's `httpSocket`). Only with TLS.
    #[must_use]
    pub fn over(mut self, stream: impl ByteStream) -> Self {
        self.over = Some(GivenStream::of(stream));
        self
    }

    /// Give up when this token is cancelled: everything that was opened is closed at once, and the error's code is
    /// `ABORT_ERR`. Where it is cancelled already, nothing is begun.
    ///
    /// Node's `signal`, with a difference: once the socket is the caller's, the token has no effect on it. Dropping the
    /// future does the same without an error.
    ///
    /// ```
    /// use tredici::{CancellationToken, Target};
    ///
    /// let shutdown = CancellationToken::new();
    /// let target = Target::https("example.com").signal(shutdown.child_token());
    /// # drop(target);
    /// ```
    #[must_use]
    pub fn signal(mut self, signal: CancellationToken) -> Self {
        self.signal = Some(signal);
        self
    }

    pub(crate) fn given_signal(&self) -> Option<CancellationToken> {
        self.signal.clone()
    }

    pub(crate) fn take_signal(&mut self) -> Option<CancellationToken> {
        self.signal.take()
    }

    /// The same target once more, to try another way; `None` where it goes [`over`](Self::over) a stream, of which there
    /// is only one.
    pub fn try_clone(&self) -> Option<Self> {
        let same = || Self { destination: self.destination.clone(), over: None, signal: self.signal.clone() };
        self.over.is_none().then(same)
    }

    /// The target as plain data.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Whether the call itself says by which socket or stream.
    pub(crate) fn has_a_way(&self) -> bool {
        self.over.is_some() || self.destination.socket_path.is_some()
    }

    pub(crate) fn into_parts(self) -> (Arc<Destination>, Option<GivenStream>) {
        (self.destination, self.over)
    }
}

/// Without the brackets that an IPv6 address has in a URL.
fn bare(hostname: String) -> String {
    match hostname.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(bare) => bare.to_owned(),
        None => hostname,
    }
}

/// `name[:port]`.
fn origin(hostname: &str, port: Option<u16>) -> String {
    let hostname = if hostname.contains(':') { format!("[{hostname}]") } else { hostname.to_owned() };
    match port {
        Some(port) => format!("{hostname}:{port}"),
        None => hostname,
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("destination", &self.destination)
            .field("over", &self.over.is_some())
            .finish()
    }
}

impl From<Destination> for Target {
    fn from(destination: Destination) -> Self {
        Self { destination: Arc::new(destination), over: None, signal: None }
    }
}

/// A target that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    code: &'static str,
    message: String,
}

impl TargetError {
    /// The code that Node or undici uses for this.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TargetError {}

#[cfg(feature = "serde")]
impl serde::Serialize for Destination {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Destination", 6)?;
        fields.serialize_field("protocol", self.protocol.as_str())?;
        fields.serialize_field("hostname", &self.hostname)?;
        fields.serialize_field("port", &self.port)?;
        fields.serialize_field("servername", &self.servername)?;
        fields.serialize_field("socketPath", &self.socket_path)?;
        fields.serialize_field("localAddress", &self.local_address)?;
        fields.end()
    }
}

impl From<Protocol> for Destination {
    fn from(protocol: Protocol) -> Self {
        Self {
            protocol,
            hostname: None,
            host: None,
            port: None,
            servername: None,
            socket_path: None,
            local_address: None,
        }
    }
}
