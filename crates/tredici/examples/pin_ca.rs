//! Pins the certificate authority of a server by its fingerprint, the way undici's documentation shows it: walk up
//! from the peer's certificate to the one that is its own issuer, and compare.
//!
//! It works on resumed connections too: the certificates of the full handshake are kept with the session. A program of
//! today would rather give the option `pins`, as `pins.rs` does, which decides within the handshake.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, PeerCertificate, Socket,
    Target,
};

/// The authority at the end of the peer's chain; `None` where the chain does not reach one.
fn root(socket: &Socket) -> Option<&PeerCertificate> {
    let mut certificate = socket.peer_certificate()?;
    while !certificate.is_own_issuer() {
        certificate = certificate.issuer_certificate()?;
    }
    Some(certificate)
}

/// A connector that accepts no server but those of the authority with this fingerprint.
pub(crate) fn pinning(connector: &Connector, fingerprint256: String) -> Connector {
    connector.check(move |socket| match root(socket) {
        Some(root) if root.fingerprint256() == fingerprint256 => Ok(()),
        Some(_) => Err(Error::check("the certificate comes from another authority")),
        None => Err(Error::check("the certificate comes from an unknown authority")),
    })
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["localhost"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    tokio::spawn(serve::each(listener, greet));

    let fingerprint256 = PeerCertificate::from_pem(authority.ca_pem())?.fingerprint256();
    println!("pinned   {fingerprint256}");
    let connector = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?;
    let pinned = pinning(&connector, fingerprint256);
    for _ in 0..2 {
        let target = Target::tls("127.0.0.1").port(port).servername("localhost");
        let mut socket = pinned.connect(target).await?;
        let mut greeting = String::new();
        socket.read_to_string(&mut greeting).await?;
        let how = if socket.is_session_reused() { "resumed " } else { "accepted" };
        println!("{how} {}", root(&socket).map(PeerCertificate::fingerprint256).unwrap_or_default());
    }

    let another = pinning(&connector, "00:".repeat(31) + "00");
    let target = Target::tls("127.0.0.1").port(port).servername("localhost");
    match another.connect(target).await {
        Ok(_) => Err("another authority was accepted".into()),
        Err(error) => {
            println!("refused  {error}");
            Ok(())
        }
    }
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
