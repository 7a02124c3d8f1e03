//! Unix sockets: plain, and with TLS, where the peer is verified by its name as over TCP.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenAddress, ListenOptions, Listener, Target,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (open, secret) = (folder.path().join("open.sock"), folder.path().join("secret.sock"));
    let authority = Authority::new(["db.internal"])?;
    let at = |path: &std::path::Path| ListenAddress::Unix(path.into());
    let plain = Listener::bind(at(&open), ListenOptions::new()).await?;
    let tls = Listener::bind(at(&secret), authority.identify(ListenOptions::new())).await?;
    let servers = [tokio::spawn(serve::each(plain, greet)), tokio::spawn(serve::each(tls, greet))];

    let connector = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?;
    for target in [
        Target::unix(&open),
        Target::tls("db.internal").socket_path(&secret),
        Target::tls("another.internal").socket_path(&secret),
        Target::unix(folder.path().join("nobody.sock")),
    ] {
        match connector.connect(target).await {
            Err(error) => println!("refused   {error}"),
            Ok(mut socket) => {
                let mut greeting = String::new();
                socket.read_to_string(&mut greeting).await?;
                println!(
                    "{greeting}     {} {}",
                    socket.destination(),
                    socket.tls_version().unwrap_or("plain")
                );
            }
        }
    }
    servers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
