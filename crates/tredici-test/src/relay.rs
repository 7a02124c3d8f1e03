//! Between a client and a server: listening in, and cutting the line.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How a [`Relay`] keeps from the client what the server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Tells the client that the stream has ended, and still takes what the client sends.
    Fin,
    /// Resets both connections.
    Reset,
    /// Leaves the connections as they are and passes nothing on, until [`Relay::resume`].
    Stall,
}

/// What has gone through one connection of a [`Relay`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recording {
    /// What the client has sent, whether or not the server took it.
    pub to_server: Vec<u8>,
    /// What the server has sent and was passed on.
    pub to_client: Vec<u8>,
}

/// Passes bytes on between clients and a server, both on TCP and the loopback interface; gone when it is dropped.
///
/// ```
/// use tredici_test::{Cut, Fault, Relay, ScriptedServer};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let server = ScriptedServer::tcp(Fault::plain_text()).await;
/// let relay = Relay::cutting(server.port(), 10, Cut::Fin).await;
/// // ... a client of relay.port() gets ten bytes and a FIN; afterwards:
/// for recording in relay.recordings() {
///     assert!(recording.to_client.len() <= 10);
/// }
/// # });
/// ```
#[derive(Debug)]
pub struct Relay {
    port: u16,
    recordings: Recordings,
    command: watch::Sender<Option<Cut>>,
    task: JoinHandle<()>,
}

impl Relay {
    /// To the server on this port of `127.0.0.1`.
    pub async fn to(port: u16) -> Self {
        Self::start(port, None).await
    }

    /// To the server on this port of `127.0.0.1`; cuts each connection when it has passed so many bytes on to the
    /// client.
    pub async fn cutting(port: u16, after: usize, cut: Cut) -> Self {
        Self::start(port, Some((after, cut))).await
    }

    async fn start(server: u16, limit: Option<(usize, Cut)>) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port on the loopback interface");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, server));
        let recordings = Recordings::default();
        let (command, commanded) = watch::channel(None);
        let task = tokio::spawn({
            let recordings = recordings.clone();
            async move {
                let mut connections = JoinSet::new();
                while let Ok((client, _)) = listener.accept().await {
                    let tape = recordings.begin();
                    connections.spawn(connect(client, server, tape, limit, commanded.clone()));
                }
            }
        });
        Self { port, recordings, command, task }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What has gone through each connection so far, in the order in which they came in.
    pub fn recordings(&self) -> Vec<Recording> {
        self.recordings.lock().clone()
    }

    /// Cuts all connections, those to come too.
    pub fn cut(&self, cut: Cut) {
        self.command.send_replace(Some(cut));
    }

    /// Passes everything on again, after a [`Cut::Stall`].
    pub fn resume(&self) {
        self.command.send_replace(None);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // The connections go with the set that the task holds.
        self.task.abort();
    }
}

#[derive(Clone, Debug, Default)]
struct Recordings(Arc<Mutex<Vec<Recording>>>);

impl Recordings {
    fn lock(&self) -> MutexGuard<'_, Vec<Recording>> {
        self.0.lock().expect("nobody panics while recording")
    }

    fn begin(&self) -> Tape {
        let mut all = self.lock();
        all.push(Recording::default());
        Tape { recordings: self.clone(), index: all.len() - 1 }
    }
}

/// Where one connection is recorded.
struct Tape {
    recordings: Recordings,
    index: usize,
}

impl Tape {
    fn record(&self, add: impl FnOnce(&mut Recording)) {
        add(&mut self.recordings.lock()[self.index]);
    }
}

async fn connect(
    mut client: TcpStream,
    server: SocketAddr,
    tape: Tape,
    limit: Option<(usize, Cut)>,
    command: watch::Receiver<Option<Cut>>,
) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();

    let upward = pass_to_server(from_client, to_server, &tape);
    let downward = pass_to_client(from_server, to_client, &tape, limit, command);
    let ended = tokio::try_join!(upward, downward);
    if ended.is_err() {
        client.set_zero_linger()?;
        server.set_zero_linger()?;
    }
    Ok(())
}

async fn pass_to_server(mut client: ReadHalf<'_>, mut server: WriteHalf<'_>, tape: &Tape) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = client.read(&mut buffer).await?;
        if count == 0 {
            return server.shutdown().await;
        }
        tape.record(|recording| recording.to_server.extend_from_slice(&buffer[..count]));
        server.write_all(&buffer[..count]).await?;
    }
}

async fn pass_to_client(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    tape: &Tape,
    mut limit: Option<(usize, Cut)>,
    mut command: watch::Receiver<Option<Cut>>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let commanded = *command.borrow_and_update();
        let exhausted = limit.take_if(|(left, _)| *left == 0).map(|(_, cut)| cut);
        match commanded.or(exhausted) {
            Some(Cut::Fin) => return client.shutdown().await,
            Some(Cut::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
            // Without its sender nobody is left to resume.
            Some(Cut::Stall) => _ = command.changed().await,
            None => {
                let room = limit.map_or(buffer.len(), |(left, _)| left.min(buffer.len()));
                let count = tokio::select! {
                    count = server.read(&mut buffer[..room]) => count?,
                    Ok(()) = command.changed() => continue,
                };
                if count == 0 {
                    return client.shutdown().await;
                }
                limit = limit.map(|(left, cut)| (left - count, cut));
                tape.record(|recording| recording.to_client.extend_from_slice(&buffer[..count]));
                client.write_all(&buffer[..count]).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use tokio::time::{Duration, timeout};

    use super::*;
    use crate::{Fault, ScriptedServer, alive_tasks, settle, within};

    /// A server that answers a greeting with ten bytes and ends, and a relay to it.
    async fn relay_to_ten_bytes(start: impl AsyncFnOnce(u16) -> Relay) -> (ScriptedServer, Relay, TcpStream) {
        let server = ScriptedServer::tcp(Fault::Reply(b"0123456789".to_vec())).await;
        let relay = start(server.port()).await;
        let mut client = TcpStream::connect(("127.0.0.1", relay.port())).await.unwrap();
        client.write_all(b"hello").await.unwrap();
        (server, relay, client)
    }

    async fn rest(client: &mut TcpStream) -> (Vec<u8>, io::Result<usize>) {
        let mut heard = Vec::new();
        let result = within("the end of the connection", client.read_to_end(&mut heard)).await;
        (heard, result)
    }

    #[tokio::test]
    async fn everything_is_passed_on_and_recorded() {
        let (server, relay, mut client) = relay_to_ten_bytes(Relay::to).await;
        assert_eq!(rest(&mut client).await.0, b"0123456789");
        let expected = Recording { to_server: b"hello".to_vec(), to_client: b"0123456789".to_vec() };
        assert_eq!(relay.recordings(), [expected]);
        assert_eq!(server.received(), b"hello");
    }

    #[tokio::test]
    async fn connections_are_recorded_one_by_one() {
        let (_server, relay, mut client) = relay_to_ten_bytes(Relay::to).await;
        _ = rest(&mut client).await;
        let mut second = TcpStream::connect(("127.0.0.1", relay.port())).await.unwrap();
        second.write_all(b"again").await.unwrap();
        _ = rest(&mut second).await;
        let sent: Vec<_> = relay.recordings().into_iter().map(|recording| recording.to_server).collect();
        assert_eq!(sent, [b"hello", b"again"]);
    }

    #[tokio::test]
    async fn a_fin_after_some_bytes() {
        for after in [0, 1, 9] {
            let start = async |port| Relay::cutting(port, after, Cut::Fin).await;
            let (_server, relay, mut client) = relay_to_ten_bytes(start).await;
            let (heard, result) = rest(&mut client).await;
            assert_eq!((heard, result.unwrap()), (b"0123456789"[..after].to_vec(), after));

            client.write_all(b", still here").await.unwrap();
            settle("the relay to take it", || relay.recordings()[0].to_server == b"hello, still here").await;
            assert_eq!(relay.recordings()[0].to_client.len(), after);
        }
    }

    #[tokio::test]
    async fn a_reset_after_some_bytes() {
        let start = async |port| Relay::cutting(port, 4, Cut::Reset).await;
        let (_server, relay, mut client) = relay_to_ten_bytes(start).await;
        assert_eq!(rest(&mut client).await.1.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(relay.recordings()[0].to_client, b"0123");
    }

    #[tokio::test]
    async fn a_stall_after_some_bytes_and_the_rest_on_command() {
        let start = async |port| Relay::cutting(port, 4, Cut::Stall).await;
        let (_server, relay, mut client) = relay_to_ten_bytes(start).await;
        let mut first = [0; 4];
        client.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"0123");
        assert!(timeout(Duration::from_millis(20), client.read_u8()).await.is_err());
        relay.resume();
        assert_eq!(rest(&mut client).await.0, b"456789");
    }

    #[tokio::test]
    async fn cuts_on_command() {
        for (cut, expected) in [(Cut::Fin, None), (Cut::Reset, Some(ErrorKind::ConnectionReset))] {
            let server = ScriptedServer::tcp(Fault::Silent).await;
            let relay = Relay::to(server.port()).await;
            let mut client = TcpStream::connect(("127.0.0.1", relay.port())).await.unwrap();
            client.write_all(b"hello").await.unwrap();
            settle("the relay to connect", || server.received() == b"hello").await;
            relay.cut(cut);
            assert_eq!(rest(&mut client).await.1.err().map(|error| error.kind()), expected);
        }
    }

    #[tokio::test]
    async fn a_servers_reset_is_passed_on() {
        let server = ScriptedServer::tcp(Fault::Reset).await;
        let relay = Relay::to(server.port()).await;
        let mut client = TcpStream::connect(("127.0.0.1", relay.port())).await.unwrap();
        client.write_all(b"hello").await.unwrap();
        assert_eq!(rest(&mut client).await.1.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn no_task_survives_the_relay() {
        let (server, relay, mut client) = relay_to_ten_bytes(Relay::to).await;
        _ = rest(&mut client).await;
        drop((server, relay));
        settle("the tasks to end", || alive_tasks() == 0).await;
    }
}
