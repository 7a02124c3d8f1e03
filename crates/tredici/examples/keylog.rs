//! The secrets of a connection, for looking into a capture of it with Wireshark: a closure is given each line of the key
//! log.
//!
//! Whoever has the lines can read the connection, which is why the option stands behind `danger()`.

#[path = "server/serve.rs"]
mod serve;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Target};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["localhost"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = lines.clone();
    let options = ConnectOptions::new().ca(authority.ca_pem()).danger().keylog(move |line: &str| {
        log.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    });
    let mut socket = Connector::new(options)?.connect(Target::tls("localhost").port(port)).await?;
    socket.read_to_string(&mut String::new()).await?;

    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    for line in lines.iter() {
        // A label, the client's random number, the secret: only the first of them is for everybody's eyes.
        println!("{} ...", line.split(' ').next().unwrap_or_default());
    }
    server.abort();
    if lines.is_empty() { Err("there are no secrets".into()) } else { Ok(()) }
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
