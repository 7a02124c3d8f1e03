//! A server of our own that tells how each handshake ended.

use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::{JoinHandle, JoinSet},
};
use tredici::{Error, ListenOptions, Listener, Socket};
use tredici_test::within;

/// Listens on a port of `127.0.0.1` that the system chooses, and echoes; gone when it is dropped.
pub(super) struct Server {
    port: u16,
    handshakes: UnboundedReceiver<Result<View, Error>>,
    task: JoinHandle<()>,
}

/// What the server knows of a client.
#[derive(Debug)]
pub(super) struct View {
    pub(super) authorized: bool,
    pub(super) authorization_error: Option<&'static str>,
    /// The client's certificate.
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) alpn_protocol: Option<String>,
}

impl View {
    fn of(socket: &Socket) -> Self {
        Self {
            authorized: socket.authorized(),
            authorization_error: socket.authorization_error().map(tredici::AuthorizationError::code),
            certificate: socket.peer_certificate().map(|certificate| certificate.raw().to_vec()),
            alpn_protocol: socket.alpn_protocol().map(str::to_owned),
        }
    }
}

impl Server {
    pub(super) async fn with(options: ListenOptions) -> Self {
        let address = "127.0.0.1:0".parse().expect("an address");
        let listener = Listener::bind(address, options).await.expect("a listener");
        let port = listener.local_address().expect("an address").port();
        let (tell, handshakes) = unbounded_channel();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok(incoming) = listener.accept().await {
                let tell = tell.clone();
                connections.spawn(async move {
                    let secured = incoming.secure().await;
                    // The test may have ended meanwhile.
                    let _told = match secured {
                        Err(error) => tell.send(Err(error)),
                        Ok(socket) => {
                            let told = tell.send(Ok(View::of(&socket)));
                            echo(socket).await;
                            told
                        }
                    };
                });
            }
        });
        Self { port, handshakes, task }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// How the next handshake ended.
    pub(super) async fn handshake(&mut self) -> Result<View, Error> {
        within("a handshake to end", self.handshakes.recv()).await.expect("the server runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The connections go with the set that the task holds.
        self.task.abort();
    }
}

async fn echo(socket: Socket) {
    use tokio::io::AsyncWriteExt;
    let (mut reader, mut writer) = tokio::io::split(socket);
    // A client may go as it likes.
    let _ended = tokio::io::copy(&mut reader, &mut writer).await;
    let _ended = writer.shutdown().await;
}
