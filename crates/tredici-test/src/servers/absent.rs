//! Addresses that nobody answers at.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::net::UnixListener;
use std::path::Path;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// A port that refuses (ECONNREFUSED) for as long as this is held.
///
/// It is bound and not listened on, so that nobody else can be given it in the meantime.
///
/// ```
/// let nobody = tredici_test::RefusedPort::new();
/// let refused = std::net::TcpStream::connect(("127.0.0.1", nobody.port())).unwrap_err();
/// assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
/// ```
#[derive(Debug)]
pub struct RefusedPort(TcpSocket);

impl RefusedPort {
    /// A port of `127.0.0.1`.
    #[expect(clippy::new_without_default, reason = "taking a port is an act")]
    pub fn new() -> Self {
        Self::at([127, 0, 0, 1].into())
    }

    /// A port of this address.
    ///
    /// # Panics
    /// Where this machine does not have the address.
    pub fn at(address: IpAddr) -> Self {
        Self(bound(address))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.local_addr().expect("a bound socket has an address").port()
    }
}

/// A port at which connecting neither succeeds nor fails, for as long as this is held: its queue is full, and
/// Linux drops what asks for more.
///
/// ```no_run
/// # async fn time_out() {
/// let unanswered = tredici_test::UnansweredPort::new().await;
/// // ... connect to unanswered.port() and wait for the time-out ...
/// # }
/// ```
#[derive(Debug)]
pub struct UnansweredPort {
    listener: TcpListener,
    _filling: TcpStream,
}

impl UnansweredPort {
    /// A port of `127.0.0.1`.
    pub async fn new() -> Self {
        Self::at([127, 0, 0, 1].into()).await
    }

    /// A port of this address.
    ///
    /// # Panics
    /// Where this machine does not have the address.
    pub async fn at(address: IpAddr) -> Self {
        Self::on(bound(address)).await
    }

    /// The same port of two addresses.
    ///
    /// # Panics
    /// Where this machine does not have the addresses.
    pub async fn at_both(addresses: [IpAddr; 2]) -> [Self; 2] {
        loop {
            let first = bound(addresses[0]);
            let port = first.local_addr().expect("a bound socket has an address").port();
            // Where another has the port there, another port will do.
            if let Ok(second) = bound_to(SocketAddr::new(addresses[1], port)) {
                return [Self::on(first).await, Self::on(second).await];
            }
        }
    }

    async fn on(socket: TcpSocket) -> Self {
        // A queue of length 0 holds one connection.
        let listener = socket.listen(0).expect("a bound socket listens");
        let address = listener.local_addr().expect("a bound socket has an address");
        Self { listener, _filling: TcpStream::connect(address).await.expect("the first connection") }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.listener.local_addr().expect("a bound socket has an address").port()
    }
}

/// Leaves a Unix socket at this path that nobody listens on: connecting to it is refused (ECONNREFUSED), whereas
/// to a path where there is nothing it fails with ENOENT.
///
/// # Panics
/// Where no socket can be made there.
pub fn abandoned_socket(path: &Path) {
    UnixListener::bind(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn bound(address: IpAddr) -> TcpSocket {
    bound_to(SocketAddr::new(address, 0)).expect("a port on an address of this machine")
}

fn bound_to(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::net::UnixStream;
    use tokio::time::{Duration, timeout};

    use super::*;

    #[tokio::test]
    async fn a_refused_port_refuses_again_and_again() {
        for address in ["127.0.0.1", "::1"] {
            let nobody = RefusedPort::at(address.parse().unwrap());
            for _ in 0..3 {
                let error = TcpStream::connect((address, nobody.port())).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            }
        }
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn an_unanswered_port_does_not_answer() {
        let both =
            UnansweredPort::at_both(["127.0.0.1", "::1"].map(|address| address.parse().unwrap())).await;
        assert_eq!(both[0].port(), both[1].port());
        for address in ["127.0.0.1", "::1", "127.0.0.1"] {
            let connecting = TcpStream::connect((address, both[0].port()));
            assert!(timeout(Duration::from_millis(20), connecting).await.is_err());
        }
    }

    #[tokio::test]
    async fn an_abandoned_socket_refuses() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        assert_eq!(UnixStream::connect(&path).await.unwrap_err().kind(), ErrorKind::NotFound);
        abandoned_socket(&path);
        assert_eq!(UnixStream::connect(&path).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
}
