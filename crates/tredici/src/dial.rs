//! Addresses become a byte stream.

mod transport;

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpSocket, TcpStream, UnixStream},
    time::Instant,
};

pub(crate) use transport::{Addresses, Transport};

use crate::{
    error::{Attempt, AttemptError, Error, ErrorKind, Phase, system_code},
    options::{
        Watched,
        events::{AttemptEnded, AttemptStarted},
    },
    target::{RemoteAddress, SocketPath},
};

/// What every TCP socket is given.
#[derive(Debug, Clone)]
pub(crate) struct SocketTerms {
    pub(crate) no_delay: bool,
    /// The time before the first probe.
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) type_of_service: Option<u8>,
    pub(crate) local_address: Option<IpAddr>,
}

/// libuv's, and so Node's: ten probes, a second apart.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(1);
const KEEP_ALIVE_COUNT: u32 = 10;

/// What was tried so far. It outlives a dial that is cut off by a deadline.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// When the caller called.
    call: Instant,
    watched: Watched,
    done: Vec<Attempt>,
    running: Option<(RemoteAddress, Instant)>,
}

impl Attempts {
    pub(crate) fn new(call: Instant) -> Self {
        Self { call, watched: Watched::default(), done: Vec::new(), running: None }
    }

    /// Has whoever watches told of each attempt.
    pub(crate) fn watch(&mut self, watched: Watched) {
        self.watched = watched;
    }

    fn begin(&mut self, address: RemoteAddress) {
        let number = self.done.len();
        self.watched.tell(|observer, connection| {
            observer.attempt_started(connection, &AttemptStarted { number, address: &address });
        });
        self.running = Some((address, Instant::now()));
    }

    fn end(&mut self, error: Option<AttemptError>) {
        if let Some((address, start)) = self.running.take() {
            let attempt = Attempt::new(address, start - self.call, start.elapsed(), error);
            let ended = AttemptEnded { number: self.done.len(), attempt: &attempt };
            self.watched.tell(|observer, connection| match attempt.error() {
                Some(_) => observer.attempt_failed(connection, &ended),
                None => observer.attempt_won(connection, &ended),
            });
            // Most connections have one, and keep it.
            self.done.reserve_exact(1);
            self.done.push(attempt);
        }
    }

    /// An attempt that fails before it begins, since the address must not be dialled.
    pub(crate) fn refuse(&mut self, address: SocketAddr, error: AttemptError) {
        self.begin(RemoteAddress::Ip(address));
        self.end(Some(error));
    }

    /// Every attempt, one that was still running as timed out.
    pub(crate) fn cut_off(&mut self) -> Vec<Attempt> {
        let address = self.running.as_ref().map(|(address, _)| format!("connect ETIMEDOUT {address}"));
        self.end(address.map(|message| AttemptError::new("ETIMEDOUT", message)));
        self.take_done()
    }

    pub(crate) fn take_done(&mut self) -> Vec<Attempt> {
        std::mem::take(&mut self.done)
    }
}

/// Connects to the first of `addresses` that answers; each is tried after the one before it has failed.
pub(crate) async fn tcp(
    addresses: &[SocketAddr],
    terms: &SocketTerms,
    attempts: &mut Attempts,
) -> Result<Transport, Error> {
    let mut first_failure = None;
    for &address in addresses.iter().filter(|address| reachable_from(terms.local_address, address, addresses))
    {
        attempts.begin(RemoteAddress::Ip(address));
        match connect(address, terms).await {
            Ok(stream) => {
                attempts.end(None);
                return Ok(Transport::tcp(stream, address));
            }
            Err(failure) => {
                attempts.end(Some(failure.attempt_error()));
                first_failure.get_or_insert(failure);
            }
        }
    }
    match first_failure {
        Some(failure) => Err(failed(failure, &attempts.done)),
        None => Err(Error::new(
            ErrorKind::Lookup,
            Phase::Lookup,
            "ENOTFOUND",
            "there is no address to connect to",
        )),
    }
}

/// A local address reaches addresses of its own family, where there are any.
fn reachable_from(local: Option<IpAddr>, address: &SocketAddr, all: &[SocketAddr]) -> bool {
    let Some(local) = local else { return true };
    let same_family = |address: &SocketAddr| address.is_ipv4() == local.is_ipv4();
    same_family(address) || !all.iter().any(same_family)
}

/// Connects to a Unix socket.
pub(crate) async fn unix(path: &SocketPath, attempts: &mut Attempts) -> Result<Transport, Error> {
    let address = RemoteAddress::Unix(path.clone());
    attempts.begin(address.clone());
    let connected = match unix_name(path) {
        Ok(name) => UnixStream::connect(name).await,
        Err(error) => Err(error),
    };
    match connected {
        Ok(stream) => {
            attempts.end(None);
            Ok(Transport::unix(stream))
        }
        Err(error) => {
            let failure = Failure { syscall: "connect", place: address.to_string(), error };
            attempts.end(Some(failure.attempt_error()));
            Err(failed(failure, &attempts.done))
        }
    }
}

/// The name as the system call takes it: tokio reads a leading NUL as the abstract namespace.
pub(crate) fn unix_name(path: &SocketPath) -> io::Result<PathBuf> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    match path {
        SocketPath::Path(path) if path.as_os_str().as_bytes().contains(&0) => {
            Err(io::Error::from_raw_os_error(libc::EINVAL))
        }
        SocketPath::Path(path) => Ok(path.clone()),
        SocketPath::Abstract(name) if cfg!(target_os = "linux") => {
            let name = [b"\0", name.as_slice()].concat();
            Ok(std::ffi::OsString::from_vec(name).into())
        }
        SocketPath::Abstract(_) => Err(io::Error::from_raw_os_error(libc::EINVAL)),
    }
}

struct Failure {
    syscall: &'static str,
    place: String,
    error: io::Error,
}

impl Failure {
    fn attempt_error(&self) -> AttemptError {
        let code = system_code(&self.error);
        let message = format!("{} {code} {}", self.syscall, self.place);
        AttemptError::new(code, message)
    }
}

async fn connect(address: SocketAddr, terms: &SocketTerms) -> Result<TcpStream, Failure> {
    let remote = RemoteAddress::Ip(address);
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }
    .map_err(failure("socket", &remote))?;
    apply(&socket, address, terms).map_err(failure("setsockopt", &remote))?;
    if let Some(local) = terms.local_address {
        socket.bind(SocketAddr::new(local, 0)).map_err(failure("bind", local))?;
    }
    socket.connect(address).await.map_err(failure("connect", &remote))
}

fn failure(syscall: &'static str, place: impl fmt::Display) -> impl FnOnce(io::Error) -> Failure {
    move |error| Failure { syscall, place: place.to_string(), error }
}

fn apply(socket: &TcpSocket, address: SocketAddr, terms: &SocketTerms) -> io::Result<()> {
    if terms.no_delay {
        socket.set_nodelay(true)?;
    }
    if let Some(delay) = terms.keep_alive {
        let keep_alive = TcpKeepalive::new()
            .with_time(delay)
            .with_interval(KEEP_ALIVE_INTERVAL)
            .with_retries(KEEP_ALIVE_COUNT);
        SockRef::from(socket).set_tcp_keepalive(&keep_alive)?;
    }
    match (terms.type_of_service, address) {
        (None, _) => Ok(()),
        (Some(tos), SocketAddr::V4(_)) => SockRef::from(socket).set_tos_v4(tos.into()),
        (Some(tos), SocketAddr::V6(_)) => SockRef::from(socket).set_tclass_v6(tos.into()),
    }
}

fn failed(failure: Failure, attempts: &[Attempt]) -> Error {
    let code = system_code(&failure.error);
    let hint = hint(
        &code,
        failure.syscall,
        matches!(attempts.first().map(Attempt::address), Some(RemoteAddress::Unix(_))),
    );
    let error = if attempts.len() > 1 {
        let tried: Vec<_> = attempts
            .iter()
            .filter_map(|attempt| Some(format!("{} {}", attempt.address(), attempt.error()?.code())))
            .collect();
        let message = format!("{} {code}: no address answered ({})", failure.syscall, tried.join(", "));
        Error::new(ErrorKind::System, Phase::Connect, code, message).with_source(failure.error)
    } else {
        Error::system(Phase::Connect, failure.syscall, &failure.place, failure.error)
    };
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn hint(code: &str, syscall: &str, unix: bool) -> Option<&'static str> {
    match (code, unix) {
        ("ECONNREFUSED", true) => Some("nobody listens on this socket; is the server running?"),
        ("ECONNREFUSED", false) => Some("nothing listens there; check the port, and that the server runs"),
        ("ENOENT", true) => Some("there is no such socket; check the path, and that the server runs"),
        ("EACCES", true) => Some("you may not use this socket; check its permissions"),
        ("EINVAL", true) => Some("a socket's path has at most 107 bytes and no NUL"),
        ("EADDRNOTAVAIL", false) if syscall == "bind" => {
            Some("localAddress is not an address of this machine")
        }
        _ => None,
    }
}
