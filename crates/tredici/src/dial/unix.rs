//! Unix sockets.

use std::{io, path::PathBuf};

use socket2::SockAddr;
use tokio::{net::UnixStream, time::timeout};

use super::{
    Attempts, SocketTerms, Transport,
    failure::{self, Failure},
    opening,
};
use crate::{
    error::Error,
    target::{RemoteAddress, SocketPath},
};

/// Connects to a Unix socket.
pub(crate) async fn unix(
    path: &SocketPath,
    terms: &SocketTerms,
    attempts: &mut Attempts,
) -> Result<Transport, Error> {
    let begin = attempts.all().len();
    let place = RemoteAddress::Unix(path.clone());
    let number = attempts.begin(place.clone());
    let connecting = connect(path, &place, terms);
    let connected = match terms.attempt_timeout {
        None => connecting.await,
        Some(limit) => {
            timeout(limit, connecting).await.unwrap_or_else(|_elapsed| Err(Failure::timed_out(&place, limit)))
        }
    };
    attempts.end(number, connected.as_ref().err().map(Failure::attempt_error));
    match connected {
        Ok(stream) => Ok(Transport::unix(stream)),
        Err(failure) => Err(failure::none_answered(failure, &attempts.all()[begin..])),
    }
}

async fn connect(
    path: &SocketPath,
    place: &RemoteAddress,
    terms: &SocketTerms,
) -> Result<UnixStream, Failure> {
    let name = unix_name(path).map_err(Failure::of("connect", place))?;
    let socket = terms.unix_socket(place)?;
    let address = SockAddr::unix(name).map_err(Failure::of("connect", place))?;
    opening::unix(socket, &address).await.map_err(Failure::of("connect", place))
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
