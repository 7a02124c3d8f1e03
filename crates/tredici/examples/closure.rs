//! A connector of your own is a closure: undici's custom `connect` function.
//!
//! This one counts, sends every connection to a place of its own choosing, and asserts something of the socket before it
//! hands it on.

#[path = "server/serve.rs"]
mod serve;

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, Connect, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Target,
};

/// What a library of yours may look like: it takes whatever connects.
async fn greeting(connector: &impl Connect, name: &str) -> Result<String, Error> {
    let mut socket = connector.connect(Target::tls(name).port(4321)).await?;
    let mut greeting = String::new();
    socket.read_to_string(&mut greeting).await?;
    Ok(greeting)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["blue.internal", "green.internal"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let address = listener.local_address().ok_or("a TCP listener has an address")?;
    let server = tokio::spawn(serve::each(listener, greet));

    let inner = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?;
    let count = AtomicUsize::new(0);
    let connector = |target: Target| {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        let name = target.destination().hostname.clone().unwrap_or_default();
        println!("{number}  {} is at {address} today", target.destination());
        // Dialled is the address, verified the name.
        let there = target.dial(address.ip().to_string(), address.port());
        let inner = &inner;
        async move {
            let socket = inner.connect(there).await?;
            match name.as_str() {
                "green.internal" => Err(Error::check("kaboom: we want none that is green")),
                _ => Ok(socket),
            }
        }
    };
    println!("   {}", greeting(&connector, "blue.internal").await?);
    match greeting(&connector, "green.internal").await {
        Ok(_) => return Err("the assertion was not made".into()),
        Err(error) => println!("   {error}"),
    }
    server.abort();
    Ok(())
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    let greeting = format!("hello from {}", socket.servername().unwrap_or("nowhere"));
    socket.write_all(greeting.as_bytes()).await?;
    socket.close().await
}
