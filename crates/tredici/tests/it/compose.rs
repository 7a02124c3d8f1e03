//! Connectors of all kinds, and what they are put together to.

mod concurrency_limit;
mod kinds;
mod or;
mod routes;
mod small;
mod timeout;

use std::path::Path;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
};
use tredici::{ConnectOptions, Connector, ListenAddress, ListenOptions, Listener, Socket, Target};
use tredici_test::within;

/// Tells every client this word and closes; gone when it is dropped.
struct Greeter {
    port: Option<u16>,
    task: JoinHandle<()>,
}

impl Greeter {
    async fn tcp(word: &'static str) -> Self {
        Self::at("127.0.0.1:0".parse().expect("an address"), word).await
    }

    async fn unix(path: &Path, word: &'static str) -> Self {
        Self::at(ListenAddress::Unix(path.into()), word).await
    }

    async fn at(address: ListenAddress, word: &'static str) -> Self {
        let listener = Listener::bind(address, ListenOptions::new()).await.expect("a listener");
        let port = listener.local_address().map(|address| address.port());
        let task = tokio::spawn(async move {
            while let Ok(incoming) = listener.accept().await {
                let mut socket = incoming.secure().await.expect("it is plain");
                // A client may have gone.
                let _told = socket.write_all(word.as_bytes()).await;
            }
        });
        Self { port, task }
    }

    fn port(&self) -> u16 {
        self.port.expect("over TCP")
    }

    fn target(&self) -> Target {
        Target::tcp("127.0.0.1").port(self.port())
    }
}

impl Drop for Greeter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn connector() -> Connector {
    Connector::new(ConnectOptions::new()).expect("a connector")
}

/// What the server says.
async fn heard(mut socket: Socket) -> String {
    let mut words = String::new();
    within("the server's word", socket.read_to_string(&mut words)).await.expect("reads");
    words
}
