//! Options from JSON, with the names that Node and undici document: a connection whose terms an operator writes.

#[path = "server/serve.rs"]
mod serve;

use std::fs;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["db.internal"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    // Files are relative to the one that names them.
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("ca.pem"), authority.ca_pem())?;
    let file = folder.path().join("options.json");
    fs::write(
        &file,
        r#"{
            "ca": { "file": "ca.pem" },
            "lookup": { "db.internal": ["127.0.0.1"] },
            "minVersion": "TLSv1.3",
            "timeout": 5000
        }"#,
    )?;
    let connector = Connector::new(ConnectOptions::from_json_file(&file)?)?;
    let mut socket = connector.connect(format!("tls://db.internal:{port}").as_str()).await?;
    let mut greeting = String::new();
    socket.read_to_string(&mut greeting).await?;
    println!("{greeting} over {}", socket.tls_version().unwrap_or("no TLS"));

    // What cannot be right is refused by name, and nothing that is given is ignored.
    for mistaken in [
        r#"{ "minVerison": "TLSv1.3" }"#,
        r#"{ "minVersion": "TLS1.3" }"#,
        r#"{ "rejectUnauthorized": "false" }"#,
        r#"{ "ca": "ca.pem" }"#,
    ] {
        match ConnectOptions::from_json(mistaken).and_then(Connector::new) {
            Ok(_) => return Err(format!("{mistaken} was taken").into()),
            Err(error) => println!("{mistaken}\n  {error}"),
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
