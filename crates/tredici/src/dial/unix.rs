//! Unix sockets.

use std::{borrow::Cow, io, path::Path};

use socket2::SockAddr;
use tokio::{net::UnixStream, time::timeout};

use super::{
    Attempts, SocketTerms, Transport,
    failure::{self, Failure},
    late::Late,
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
    let number = attempts.begin(RemoteAddress::Unix(path.clone()));
    let connecting = connect(path, terms);
    let connected = match terms.attempt_timeout {
        None => connecting.await,
        Some(limit) => {
            timeout(limit, connecting).await.unwrap_or_else(|_elapsed| Err(Failure::timed_out(path, limit)))
        }
    };
    attempts.end(number, connected.as_ref().err().map(Failure::attempt_error));
    match connected {
        Ok(stream) => Ok(Transport::unix(stream)),
        Err(failure) => Err(failure::none_answered(failure, &attempts.all()[begin..])),
    }
}

async fn connect(path: &SocketPath, terms: &SocketTerms) -> Result<Late<UnixStream>, Failure> {
    let name = unix_name(path).map_err(Failure::of("connect", path))?;
    let socket = terms.unix_socket(path)?;
    let address = SockAddr::unix(name).map_err(Failure::of("connect", path))?;
    opening::unix(socket, &address).await.map_err(Failure::of("connect", path))
}

/// The name as the system call takes it: tokio reads a leading NUL as the abstract namespace.
pub(crate) fn unix_name(path: &SocketPath) -> io::Result<Cow<'_, Path>> {
    use std::{
        ffi::OsString,
        os::unix::ffi::{OsStrExt, OsStringExt},
        path::PathBuf,
    };
    match path {
        SocketPath::Path(path) if path.as_os_str().as_bytes().contains(&0) => {
            Err(io::Error::from_raw_os_error(libc::EINVAL))
        }
        SocketPath::Path(path) => Ok(path.into()),
        SocketPath::Abstract(name) if cfg!(target_os = "linux") => {
            let name = [b"\0", name.as_slice()].concat();
            Ok(PathBuf::from(OsString::from_vec(name)).into())
        }
        SocketPath::Abstract(_) => Err(io::Error::from_raw_os_error(libc::EINVAL)),
    }
}
