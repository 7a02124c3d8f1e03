//! A connector put together: names that go to a Unix socket, a second server where the first is down, a time limit, and at
//! most so many connections at once.

#[path = "server/serve.rs"]
mod serve;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectExt, ConnectOptions, Connector, Error, Incoming, ListenAddress, ListenOptions,
    Listener, Routes,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cache.sock");
    let authority = Authority::new(["db.internal"])?;

    let replica = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let replica_port = replica.local_address().map_or(0, |address| address.port());
    let cache = Listener::bind(ListenAddress::Unix(path.as_path().into()), ListenOptions::new()).await?;
    let servers = [
        tokio::spawn(serve::each(replica, |incoming| greet("the replica", incoming))),
        tokio::spawn(serve::each(cache, |incoming| greet("the cache", incoming))),
    ];
    // Nobody listens there any more.
    let down = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let down_port = down.local_address().map_or(0, |address| address.port());
    drop(down);

    let direct = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?;
    // The name stays what it was, for the certificate; only the address is ours.
    let at = |port: u16| direct.clone().map_target(move |target| Ok(target.dial("127.0.0.1", port)));
    let database = at(down_port).or(at(replica_port)).timeout(Duration::from_secs(5));
    let connector = direct
        .clone()
        .routed(
            Routes::new()
                .socket_path("cache.internal", path.as_path())?
                .connector("db.internal", database)?,
        )
        .concurrency_limit(64)?
        .per_origin(6)?;

    for target in ["tcp://cache.internal:6379", "tls://db.internal:5432"] {
        let mut socket = connector.connect_to(target).await?;
        let mut greeting = String::new();
        socket.read_to_string(&mut greeting).await?;
        println!("{target:<26} {greeting}");
        for attempt in socket.attempts() {
            println!("{:<26} {attempt}", "");
        }
    }
    servers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

async fn greet(name: &str, incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(format!("hello from {name}").as_bytes()).await?;
    socket.close().await
}
