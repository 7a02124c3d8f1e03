//! Giving up from outside, as Node's `signal` does: a program that shuts down while it connects.

use tokio::sync::oneshot;
use tredici::{
    CancellationToken, ConnectOptions, Connector, Error, ErrorKind, ListenOptions, Listener, Observer,
    Target,
    events::{Connection, HandshakeStarted},
};

/// Tells when the handshake has begun, which is as far as this connection gets.
struct Shutdown(CancellationToken);

impl Observer for Shutdown {
    fn handshake_started(&self, _: &Connection<'_>, _: &HandshakeStarted<'_>) {
        println!("it is dialled, and time to go");
        self.0.cancel();
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Takes the connection, and never says a word.
    let silent = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let port = silent.local_address().map_or(0, |address| address.port());
    let (gone, is_gone) = oneshot::channel();
    let server = tokio::spawn(async move {
        let mut client = silent.accept().await?.secure().await?;
        // Reads until nobody is there any more.
        let _heard = tokio::io::copy(&mut client, &mut tokio::io::sink()).await;
        let _told = gone.send(());
        Ok::<(), Error>(())
    });

    let shutdown = CancellationToken::new();
    let connector = Connector::new(ConnectOptions::new().observer(Shutdown(shutdown.clone())))?;
    let target = || Target::tls("127.0.0.1").port(port).signal(shutdown.child_token());
    match connector.connect(target()).await {
        Ok(_) => return Err("the server said nothing".into()),
        Err(error) if error.kind() == ErrorKind::Aborted => println!("{error}"),
        Err(error) => return Err(error.into()),
    }
    is_gone.await?;
    println!("the server's side is closed");
    // What is cancelled beforehand is not begun.
    let Err(error) = connector.connect(target()).await else { return Err("it was cancelled".into()) };
    println!("{} after {} attempts", error.code(), error.attempts().len());
    server.await??;
    Ok(())
}
