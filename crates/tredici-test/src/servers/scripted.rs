//! Servers that do everything but what a client hopes for.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

/// What a [`ScriptedServer`] does with each connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Accepts, reads, and never says anything.
    Silent,
    /// Reads the first bytes, then ends the connection so that the client gets ECONNRESET: over TCP with a RST
    /// (`SO_LINGER` of 0), over a Unix socket by closing it with bytes unread.
    Reset,
    /// Reads the first bytes, then ends the connection cleanly.
    Fin,
    /// Reads the first bytes, answers these, then ends the connection cleanly.
    Reply(Vec<u8>),
}

impl Fault {
    /// Answers as an HTTP server does that is asked for TLS on its plain port.
    pub fn plain_text() -> Self {
        Self::Reply(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec())
    }

    /// Answers bytes that belong to no protocol: 64 of them, always the same.
    pub fn garbage() -> Self {
        Self::Reply((0..64_u8).map(|index| index.wrapping_mul(167) ^ 0xa5).collect())
    }

    /// Answers a fatal TLS alert of this number (RFC 8446, section 6): 40 is handshake_failure.
    pub fn alert(description: u8) -> Self {
        Self::Reply(vec![21, 3, 3, 0, 2, 2, description])
    }
}

/// A server on a task of its own that misbehaves the same way with everybody; gone when it is dropped.
///
/// ```
/// use tredici_test::{Fault, ScriptedServer};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let server = ScriptedServer::tcp(Fault::Reset).await;
/// // ... connect to server.port(), expect ECONNRESET ...
/// assert_eq!((server.accepted(), server.received()), (0, vec![]));
/// # });
/// ```
#[derive(Debug)]
pub struct ScriptedServer {
    port: Option<u16>,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Seen(Mutex<(usize, Vec<u8>)>);

impl ScriptedServer {
    /// On a port of `127.0.0.1` that the system chooses.
    pub async fn tcp(fault: Fault) -> Self {
        Self::tcp_at(Ipv4Addr::LOCALHOST.into(), fault).await
    }

    /// On a port of this address that the system chooses.
    ///
    /// # Panics
    /// Where this machine does not have the address.
    pub async fn tcp_at(address: IpAddr, fault: Fault) -> Self {
        let listener = TcpListener::bind((address, 0)).await.expect("a port on an address of this machine");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let seen = Arc::<Seen>::default();
        let task = tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    seen.accepted();
                    connections.spawn(misbehave_over_tcp(stream, fault.clone(), Arc::clone(&seen)));
                }
            }
        });
        Self { port: Some(port), seen, task }
    }

    /// On a Unix socket that it makes at this path, and leaves there.
    ///
    /// # Panics
    /// Where no socket can be made there.
    pub fn unix(path: &Path, fault: Fault) -> Self {
        let listener = UnixListener::bind(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let seen = Arc::<Seen>::default();
        let task = tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    seen.accepted();
                    connections.spawn(misbehave_over_unix(stream, fault.clone(), Arc::clone(&seen)));
                }
            }
        });
        Self { port: None, seen, task }
    }

    /// The port that it listens on.
    ///
    /// # Panics
    /// Where it listens on a Unix socket.
    pub fn port(&self) -> u16 {
        self.port.expect("a server on a Unix socket has no port")
    }

    /// How many connections it has accepted.
    pub fn accepted(&self) -> usize {
        self.seen.0.lock().expect("nobody panics while counting").0
    }

    /// What it has read, of all connections together. A [`Fault::Reset`] over a Unix socket reads nothing.
    pub fn received(&self) -> Vec<u8> {
        self.seen.0.lock().expect("nobody panics while counting").1.clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        // The connections go with the set that the task holds.
        self.task.abort();
    }
}

impl Seen {
    fn accepted(&self) {
        self.0.lock().expect("nobody panics while counting").0 += 1;
    }

    fn received(&self, bytes: &[u8]) {
        self.0.lock().expect("nobody panics while counting").1.extend_from_slice(bytes);
    }
}

async fn misbehave_over_tcp(mut stream: TcpStream, fault: Fault, seen: Arc<Seen>) -> io::Result<()> {
    if fault == Fault::Reset {
        read_some(&mut stream, &seen).await?;
        return stream.set_zero_linger();
    }
    misbehave(stream, fault, &seen).await
}

async fn misbehave_over_unix(stream: UnixStream, fault: Fault, seen: Arc<Seen>) -> io::Result<()> {
    if fault == Fault::Reset {
        return stream.readable().await;
    }
    misbehave(stream, fault, &seen).await
}

async fn misbehave(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    fault: Fault,
    seen: &Seen,
) -> io::Result<()> {
    if fault != Fault::Silent {
        read_some(&mut stream, seen).await?;
        if let Fault::Reply(reply) = fault {
            stream.write_all(&reply).await?;
        }
        stream.shutdown().await?;
    }
    // What is unread when a socket closes becomes a reset.
    while read_some(&mut stream, seen).await? > 0 {}
    Ok(())
}

async fn read_some(stream: &mut (impl AsyncRead + Unpin), seen: &Seen) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).await?;
    seen.received(&buffer[..count]);
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::time::{Duration, timeout};

    use super::*;
    use crate::{alive_tasks, settle, within};

    /// What a client hears that says hello.
    async fn greet(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<Vec<u8>> {
        let mut heard = Vec::new();
        stream.write_all(b"hello").await?;
        within("the end of the connection", stream.read_to_end(&mut heard)).await?;
        Ok(heard)
    }

    async fn over_tcp(fault: Fault) -> io::Result<Vec<u8>> {
        let server = ScriptedServer::tcp(fault).await;
        let heard = greet(TcpStream::connect(("127.0.0.1", server.port())).await.unwrap()).await;
        assert_eq!((server.accepted(), &server.received()[..]), (1, &b"hello"[..]));
        heard
    }

    async fn over_unix(fault: Fault) -> io::Result<Vec<u8>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let server = ScriptedServer::unix(&path, fault);
        let heard = greet(UnixStream::connect(&path).await.unwrap()).await;
        assert_eq!(server.accepted(), 1);
        heard
    }

    #[tokio::test]
    async fn a_reset_is_a_reset() {
        assert_eq!(over_tcp(Fault::Reset).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(over_unix(Fault::Reset).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn a_fin_is_a_clean_end() {
        assert_eq!(over_tcp(Fault::Fin).await.unwrap(), b"");
        assert_eq!(over_unix(Fault::Fin).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_reply_arrives_before_the_end() {
        assert_eq!(over_tcp(Fault::alert(40)).await.unwrap(), [21, 3, 3, 0, 2, 2, 40]);
        assert!(over_unix(Fault::plain_text()).await.unwrap().starts_with(b"HTTP/1.1 400 Bad Request\r\n"));
        let garbage = over_tcp(Fault::garbage()).await.unwrap();
        assert_eq!(garbage.len(), 64);
        assert!(!(20..=23).contains(&garbage[0]), "no TLS record begins so");
    }

    #[tokio::test]
    async fn the_silent_one_listens_and_says_nothing() {
        let server = ScriptedServer::tcp(Fault::Silent).await;
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        settle("the greeting to arrive", || server.received() == b"hello").await;
        assert!(timeout(Duration::from_millis(20), stream.read_u8()).await.is_err());
    }

    #[tokio::test]
    async fn no_task_survives_the_server() {
        let server = ScriptedServer::tcp_at("::1".parse().unwrap(), Fault::Silent).await;
        let mut stream = TcpStream::connect(("::1", server.port())).await.unwrap();
        settle("the connection to be accepted", || server.accepted() == 1).await;
        assert_eq!(alive_tasks(), 2);
        drop(server);
        settle("the tasks to end", || alive_tasks() == 0).await;
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    }
}
