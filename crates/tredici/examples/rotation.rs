//! Trust and identity that are renewed while a connector lives: by hand, and by watching files.
//!
//! The server moves to another certificate authority. Who connects is told of it first by hand, then by a file that is
//! renamed into its place, as certificates are renewed on a machine.

#[path = "server/serve.rs"]
mod serve;

use std::{fs, path::Path, time::Duration};

use tokio::{io::AsyncWriteExt, sync::mpsc};
use tredici::{Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Pem, Target};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (old, new) = (Authority::new(["localhost"])?, Authority::new(["localhost"])?);
    let listener = Listener::bind("127.0.0.1:0".parse()?, new.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("ca.pem");
    renew(&file, old.ca_pem())?;

    let by_hand = Connector::new(ConnectOptions::new().ca(Pem::file(&file)))?;
    println!("the old authority    {}", outcome(&by_hand, port).await);
    // All clones of the connector have it at once; connections that stand are left alone.
    by_hand.rotate(ConnectOptions::new().ca(new.ca_pem()))?;
    println!("the new, by hand     {}", outcome(&by_hand, port).await);

    let by_file = Connector::new(ConnectOptions::new().ca(Pem::file(&file)))?;
    let (tell, mut told) = mpsc::unbounded_channel();
    // Often, so that this example is soon over: a minute is more usual.
    let _watch = by_file.watch_files(Duration::from_millis(10), move |outcome| drop(tell.send(outcome)))?;
    renew(&file, "this is no certificate")?;
    let refused = told.recv().await.ok_or("the file is watched")?;
    println!(
        "nonsense in the file {}",
        refused.map_or_else(|error| error.code().to_owned(), |()| "taken".into())
    );
    renew(&file, new.ca_pem())?;
    told.recv().await.ok_or("the file is watched")??;
    println!("the new, by its file {}", outcome(&by_file, port).await);
    server.abort();
    Ok(())
}

/// In one step, so that nobody reads half of it.
fn renew(file: &Path, content: &str) -> std::io::Result<()> {
    let finished = file.with_extension("new");
    fs::write(&finished, content)?;
    fs::rename(finished, file)
}

async fn outcome(connector: &Connector, port: u16) -> String {
    match connector.connect(Target::tls("localhost").port(port)).await {
        Ok(_socket) => "connected".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
