//! The two ends of a connection, as most tests need them: the kit's certificates, and a server that echoes.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    task::{JoinHandle, JoinSet},
};
use tredici::{ConnectOptions, Connector, Error, ListenAddress, ListenOptions, Listener, Socket, Target};
use tredici_test::{Certificate, Pki, within};

use super::ENGINE;

/// A TLS listener's options, with nothing but the engine.
pub(crate) fn server_options() -> ListenOptions {
    ListenOptions::new().engine(ENGINE)
}

/// A client's options, with nothing but the engine.
pub(crate) fn client_options() -> ConnectOptions {
    ConnectOptions::new().engine(ENGINE)
}

/// What is to be replaced in a connector: no whole set of options, so it names no engine.
pub(crate) fn replacements() -> ConnectOptions {
    ConnectOptions::new()
}

/// A listener's options with this certificate.
pub(crate) fn showing(certificate: &Certificate) -> ListenOptions {
    server_options().cert(certificate.chain_pem()).key(certificate.key_pem())
}

/// A listener's options with the kit's certificate for `localhost`, `127.0.0.1` and `::1`.
pub(crate) fn localhost() -> ListenOptions {
    showing(Pki::shared().localhost())
}

/// A client's options that trust the kit's root.
pub(crate) fn trusting() -> ConnectOptions {
    client_options().ca(Pki::shared().root().pem())
}

/// A connector that trusts the kit's root.
pub(crate) fn connector() -> Connector {
    Connector::new(trusting()).expect("a connector")
}

/// TLS to `localhost` at this port of `127.0.0.1`.
pub(crate) fn target(port: u16) -> Target {
    Target::tls("127.0.0.1").port(port).servername("localhost")
}

/// Listens on a port of `127.0.0.1` that the system chooses.
pub(crate) async fn listen(options: ListenOptions) -> Listener {
    listen_at("127.0.0.1:0".parse().expect("an address"), options).await
}

/// Listens on a Unix socket at this path.
pub(crate) async fn listen_unix(path: &Path, options: ListenOptions) -> Listener {
    listen_at(ListenAddress::Unix(path.into()), options).await
}

pub(crate) async fn listen_at(address: ListenAddress, options: ListenOptions) -> Listener {
    Listener::bind(address, options).await.expect("a listener")
}

/// The port of a TCP listener.
pub(crate) fn port(listener: &Listener) -> u16 {
    listener.local_address().expect("an address").port()
}

/// The next connection, after its handshake.
pub(crate) async fn accept(listener: &Listener) -> Result<Socket, Error> {
    listener.accept().await.expect("a connection").secure().await
}

/// Both ends of one connection: the one that connected, the one that accepted.
pub(crate) async fn pair(connector: &Connector, listener: &Listener, target: Target) -> (Socket, Socket) {
    let both = async { tokio::join!(connector.connect(target), accept(listener)) };
    let (client, server) = within("both ends of a connection", both).await;
    (client.expect("the client's end"), server.expect("the server's end"))
}

/// Sends back to every client what it sends, until the client ends; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Echo {
    port: Option<u16>,
    task: JoinHandle<()>,
}

impl Echo {
    /// With TLS and the kit's certificate for localhost.
    pub(crate) async fn tls() -> Self {
        Self::with(localhost()).await
    }

    pub(crate) async fn with(options: ListenOptions) -> Self {
        Self::on(listen(options).await)
    }

    pub(crate) fn on(listener: Listener) -> Self {
        let port = listener.local_address().map(|address| address.port());
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok(incoming) = listener.accept().await {
                connections.spawn(async move {
                    if let Ok(socket) = incoming.secure().await {
                        echo(socket).await;
                    }
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Self { port, task }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.expect("a server on a Unix socket has no port")
    }

    /// Stops, and waits until its address is free again.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        let _cancelled = (&mut self.task).await;
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        // The connections go with the set that the task holds.
        self.task.abort();
    }
}

async fn echo(socket: impl AsyncRead + AsyncWrite) {
    let (mut reader, mut writer) = tokio::io::split(socket);
    // A client may go as it likes.
    let _ended = tokio::io::copy(&mut reader, &mut writer).await;
    let _ended = writer.shutdown().await;
}

/// Says something to an echo, and hears it: what the server sent before, its tickets, has been read then.
pub(crate) async fn exchange(socket: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let talk = async {
        socket.write_all(b"hello").await.expect("writes");
        socket.flush().await.expect("flushes");
        let mut answer = [0; 5];
        socket.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(&answer, b"hello");
    };
    within("an echo", talk).await;
}

/// A clock that stands at the present until it is moved.
#[derive(Debug, Clone)]
pub(crate) struct Clock(Arc<Mutex<SystemTime>>);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the certificates of a test are good by the real time")]
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(SystemTime::now())))
    }

    fn time(&self) -> MutexGuard<'_, SystemTime> {
        self.0.lock().expect("nobody panics while looking at the clock")
    }

    pub(crate) fn now(&self) -> SystemTime {
        *self.time()
    }

    pub(crate) fn advance(&self, time: Duration) {
        *self.time() += time;
    }

    pub(crate) fn turn_back(&self, time: Duration) {
        *self.time() -= time;
    }

    /// The options, told the time by this clock.
    pub(crate) fn tell(&self, options: ConnectOptions) -> ConnectOptions {
        let clock = self.clone();
        options.danger().clock(move || clock.now())
    }
}
