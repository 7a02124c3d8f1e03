//! A client that is written in Rust.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{Errand, Kind, Peer, Tally, by_hand, hyper, laps::measure, tredici::Tredici};
use crate::Outcome;

pub(crate) trait Client: Send + Sync + 'static {
    /// A connection from its beginning to its end; tells whether it was resumed.
    fn visit(&self) -> impl Future<Output = Outcome<bool>> + Send;
}

pub(crate) fn carry_out(peer: Peer, errand: &Errand) -> Outcome<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match (peer, errand.kind) {
            (Peer::TrediciRustls | Peer::TrediciOpenssl, _) => {
                measure(Tredici::new(peer, errand)?, errand).await
            }
            (Peer::TokioRustls, Kind::Tcp) => measure(by_hand::Tcp::new(errand), errand).await,
            (Peer::TokioRustls, Kind::Unix) => measure(by_hand::Unix::new(errand), errand).await,
            (Peer::TokioRustls, _) => measure(by_hand::Rustls::new(errand)?, errand).await,
            (Peer::TokioOpenssl, _) => measure(by_hand::Openssl::new(errand)?, errand).await,
            (Peer::HyperRustls, _) => measure(hyper::Rustls::new(errand)?, errand).await,
            (Peer::HyperOpenssl, _) => measure(hyper::Openssl::new(errand)?, errand).await,
            (Peer::Node | Peer::Undici | Peer::Bun, _) => Err("is not written in Rust".into()),
        }
    })
}

/// What is done with a connection that stands: where the next session is waited for, the shortest exchange there is, at
/// whose end the server says goodbye first; then goodbye.
pub(super) async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut socket: S, errand: &Errand) -> Outcome<()> {
    if errand.kind == Kind::Resumed {
        socket.write_all(errand.request.as_bytes()).await?;
        let mut answer = [0; 1024];
        while socket.read(&mut answer).await? > 0 {}
    }
    if errand.kind.has_tls() {
        socket.shutdown().await?;
    }
    Ok(())
}
