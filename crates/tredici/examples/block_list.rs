//! Keeping a program away from internal addresses, whoever writes the names that it connects to (server-side request
//! forgery).
//!
//! The addresses that a name is found at are held against the lists before they are dialled, and are not looked up again
//! in between.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    ConnectOptions, Connector, Error, ErrorKind, FixedLookup, Incoming, ListenOptions, Listener, Networks,
    Target,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    let names = FixedLookup::new()
        .with("shop.example", ["10.0.0.7".parse()?, "127.0.0.1".parse()?])
        .with("evil.example", ["169.254.169.254".parse()?])
        .with("sly.example", ["::ffff:10.0.0.7".parse()?]);
    // Whoever has no server on loopback to show takes `Networks::special_purpose()`, which is all that is internal.
    let internal: Networks = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, link-local".parse()?;
    let connector = Connector::new(ConnectOptions::new().lookup(names).block_list(internal))?;

    for target in ["shop.example", "evil.example", "sly.example", "192.168.0.1"] {
        match connector.connect(Target::tcp(target).port(port)).await {
            Ok(mut socket) => {
                let mut greeting = String::new();
                socket.read_to_string(&mut greeting).await?;
                println!("{target:<14} {greeting}");
                for attempt in socket.attempts() {
                    println!("{:<14}   {attempt}", "");
                }
            }
            Err(error) if error.kind() == ErrorKind::Blocked => println!("{target:<14} {}", error.message()),
            Err(error) => return Err(error.into()),
        }
    }
    server.abort();
    Ok(())
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
