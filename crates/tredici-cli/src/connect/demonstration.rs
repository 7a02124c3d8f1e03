//! The server that `tredici connect` makes for the moment where it is given nobody to connect to.

use tokio::task::JoinHandle;
use tredici::{Authority, Destination, Error, ListenOptions, Listener, Target};

use crate::{arguments::Mode, listen};

/// A TLS server on a loopback port that sends back what comes; gone when it is dropped.
pub(super) struct Demonstration {
    target: Destination,
    accepting: JoinHandle<()>,
}

/// An authority for the names of this machine, which nobody else will ever trust.
pub(super) fn authority() -> Result<Authority, Error> {
    Authority::new(["localhost", "127.0.0.1", "::1"])
        .map_err(|error| Error::invalid("ERR_INVALID_ARG_VALUE", error.to_string()))
}

impl Demonstration {
    pub(super) async fn start(authority: &Authority) -> Result<Self, Error> {
        let options = authority.identify(ListenOptions::new()).alpn_protocols(["h2", "http/1.1"]);
        let by_name = Listener::bind("localhost:0".parse()?, options.clone()).await.ok();
        let on_loopback =
            |listener: &Listener| listener.local_address().is_some_and(|at| at.ip().is_loopback());
        let (listener, hostname) = match by_name.filter(on_loopback) {
            Some(listener) => (listener, "localhost"),
            // A machine that does not know its own name.
            None => (Listener::bind("127.0.0.1:0".parse()?, options).await?, "127.0.0.1"),
        };
        let port = listener.local_address().map_or(0, |address| address.port());
        let target = Target::https(hostname).port(port).destination().clone();
        let accepting = tokio::spawn(async move {
            while let Ok(incoming) = listener.accept().await {
                tokio::spawn(async move {
                    if let Ok(mut socket) = incoming.secure().await {
                        // The client tells how it ended.
                        let _served = listen::serve(&mut socket, Mode::Echo, 0).await;
                        let _closed = socket.close().await;
                    }
                });
            }
        });
        Ok(Self { target, accepting })
    }

    pub(super) fn target(&self) -> &Destination {
        &self.target
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
