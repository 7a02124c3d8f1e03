//! A TLS server made with Bun.

use std::process::Command;

use serde_json::{Map, Value, json};

use crate::Certificate;
use crate::program::{Events, Program, is_installed};

/// A TLS server in a process of Bun, on BoringSSL, that echoes; killed when it is dropped.
///
/// It tells what it sees as events, each a JSON object whose `event` is one of
/// - `handshake`: with the server's `servername`, `alpnProtocol`, `authorized`, `peer` (the client's subject, or null),
///   `isSessionReused`, `protocol`, `cipher`, `keyingMaterial` (48 bytes in Base64 for the label `EXPORTER-tredici`:
///   `without` a context, `with` the context `context`);
/// - `failure`: a handshake failed, with `code` and `message`;
/// - `close`: a connection is closed.
///
/// ```
/// use tredici_test::{BunServer, Pki};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// if !BunServer::is_available() {
///     return;
/// }
/// let mut server = BunServer::with(Pki::shared().localhost()).alpn(&["h2"]).start().await;
/// // ... connect to localhost and server.port() ...
/// # assert_ne!(server.port(), 0);
/// # });
/// ```
#[derive(Debug)]
pub struct BunServer {
    events: Events,
    port: u16,
}

impl BunServer {
    /// Whether `bun` is there. Where it is not, a line on the standard error says that the test is skipped.
    pub fn is_available() -> bool {
        is_installed("bun", "--version")
    }

    /// A server that presents this certificate with its intermediates, on a port of `127.0.0.1` that the system
    /// chooses.
    pub fn with(certificate: &Certificate) -> BunServerBuilder {
        BunServerBuilder(Map::new())
            .option("cert", certificate.chain_pem())
            .option("key", certificate.key_pem())
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next event of this name; those before it stay for a later call.
    ///
    /// # Panics
    /// Where none comes, and where the server has died; then with its last words.
    pub async fn event(&mut self, name: &str) -> Value {
        self.events.named(name).await
    }
}

/// The terms of a [`BunServer`].
#[derive(Clone, Debug)]
#[must_use = "nothing listens before `start`"]
pub struct BunServerBuilder(Map<String, Value>);

impl BunServerBuilder {
    /// Sets any option of `tls` of `Bun.listen` that is plain data.
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The protocols that it speaks (ALPN), the preferred first.
    pub fn alpn(self, protocols: &[&str]) -> Self {
        self.option("alpn", json!(protocols))
    }

    /// Asks the client for a certificate and refuses it where this root does not vouch for it.
    pub fn request_certificate(self, root_pem: &str) -> Self {
        self.option("ca", root_pem).option("requestCert", true).option("rejectUnauthorized", true)
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Panics
    /// Where Bun refuses the options, with what it says about them.
    pub async fn start(self) -> BunServer {
        let mut program = Program::start(Command::new("bun").args(["-e", include_str!("bun.js")]));
        program.write(&format!("{}\n", Value::Object(self.0)));
        let mut events = Events::of(program);
        let listening = events.named("listening").await;
        let port = listening["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port");
        BunServer { events, port }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeServer, Pki, node_oracle};

    #[tokio::test]
    async fn node_talks_to_it_and_is_seen() {
        if !BunServer::is_available() || !NodeServer::is_available() {
            return;
        }
        let pki = Pki::shared();
        let server =
            BunServer::with(pki.localhost()).alpn(&["a", "b"]).request_certificate(&pki.root().pem());
        let mut server = server.start().await;
        let talk = "const socket = require('tls').connect({ host: '127.0.0.1', ...input }, () =>
                socket.end('x'.repeat(1000000)));
            let heard = 0;
            socket.on('data', (data) => { heard += data.length; });
            return new Promise((resolve, reject) => {
                socket.on('error', reject);
                socket.on('close', () => resolve({ heard, protocol: socket.alpnProtocol }));
            });";
        let options = json!({
            "port": server.port(), "servername": "localhost", "ca": pki.root().pem(), "ALPNProtocols": ["b"],
            "cert": pki.client().chain_pem(), "key": pki.client().key_pem(),
        });
        assert_eq!(node_oracle(talk, options).await, json!({ "heard": 1_000_000, "protocol": "b" }));
        let view = server.event("handshake").await;
        assert_eq!((&view["servername"], &view["peer"]["CN"]), (&json!("localhost"), &json!("Test Client")));
        assert_eq!((&view["alpnProtocol"], &view["protocol"]), (&json!("b"), &json!("TLSv1.3")));
        server.event("close").await;
    }
}
