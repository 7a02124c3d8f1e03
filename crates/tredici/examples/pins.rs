//! Pins: a server has to show a key or a certificate that was agreed on, whatever else a trusted authority has signed.
//!
//! They are decided within the handshake, so that a server without the right key never sees a certificate of the client,
//! and again on resumed connections. `tredici pin` prints those of a server.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, PeerCertificate, Pin,
    Pins, Target,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["localhost"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    let issuer = PeerCertificate::from_pem(authority.ca_pem())?;
    let right = Pin::issuer_of(&issuer);
    // The key that is kept in a safe for the day on which the first one is lost: nobody shows it yet.
    let spare: Pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse()?;

    let trusting = || ConnectOptions::new().ca(authority.ca_pem());
    let pinned = [
        ("right or spare", trusting().pins(Pins::of([right, spare])?)),
        ("spare alone", trusting().pins(Pins::of([spare])?)),
        ("report only", trusting().pins(Pins::of([spare])?).pins_report_only(true)),
    ];
    for (pins, options) in pinned {
        let connector = Connector::new(options)?;
        for _ in 0..2 {
            match connector.connect(Target::tls("localhost").port(port)).await {
                Err(error) => println!("{pins:<16} refused: {}", error.message()),
                Ok(mut socket) => {
                    let how = if socket.is_session_reused() { "resumed" } else { "in full" };
                    match socket.pin_failure() {
                        Some(failure) => println!("{pins:<16} {how}, but {failure}"),
                        None => println!("{pins:<16} {how}"),
                    }
                    socket.read_to_string(&mut String::new()).await?;
                }
            }
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
