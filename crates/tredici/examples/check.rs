//! Checks of your own, before anybody gets the socket: one that looks at it, and one that talks to the peer first.
//!
//! undici's documentation makes the same of a custom connect function; here no TLS session is kept of a connection that
//! a check refused, and a resumed connection is checked like the first.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Target, TlsVersion,
};

/// Looks: nothing older than TLS 1.3.
fn modern(connector: &Connector) -> Connector {
    connector.check(|socket| match socket.tls_version() {
        Some("TLSv1.3") => Ok(()),
        older => Err(Error::check(format!("we speak TLS 1.3, and the server {}", older.unwrap_or("none")))),
    })
}

/// Talks: the server has to know the answer.
fn wise(connector: &Connector) -> Connector {
    connector.check_async(|socket| {
        Box::pin(async move {
            socket.write_all(b"six by nine?\n").await?;
            let mut answer = [0; 3];
            socket.read_exact(&mut answer).await?;
            match &answer {
                b"42\n" => Ok(()),
                _ => Err(Error::check("the server does not know the answer")),
            }
        })
    })
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["localhost"])?;
    let options = || authority.identify(ListenOptions::new());
    let servers = [
        ("wise and modern", Listener::bind("127.0.0.1:0".parse()?, options()).await?, "42\n"),
        ("foolish", Listener::bind("127.0.0.1:0".parse()?, options()).await?, "54\n"),
        (
            "old",
            Listener::bind("127.0.0.1:0".parse()?, options().max_version(TlsVersion::Tls1_2)).await?,
            "42\n",
        ),
    ];
    let connector = wise(&modern(&Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?));

    let mut accepted = Vec::new();
    for (name, listener, answer) in servers {
        let port = listener.local_address().map_or(0, |address| address.port());
        let server = tokio::spawn(serve::each(listener, move |incoming| answer_with(answer, incoming)));
        match connector.connect(Target::tls("localhost").port(port)).await {
            Ok(socket) => {
                println!("{name:<16} accepted");
                socket.close().await?;
                accepted.push(name);
            }
            Err(error) => println!("{name:<16} {error}"),
        }
        server.abort();
    }
    if accepted == ["wise and modern"] { Ok(()) } else { Err("the checks judged otherwise".into()) }
}

async fn answer_with(answer: &str, incoming: Incoming) -> Result<(), Error> {
    let mut socket = BufReader::new(incoming.secure().await?);
    socket.read_line(&mut String::new()).await?;
    socket.write_all(answer.as_bytes()).await?;
    socket.into_inner().close().await
}
