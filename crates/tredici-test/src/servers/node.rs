//! A TLS server made with Node.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::Certificate;
use crate::program::{Events, Program, is_available};

/// What a [`NodeServer`] does with a connection once its handshake is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Sends back what it receives, and ends when the client does.
    #[default]
    Echo,
    /// Reads and says nothing.
    Discard,
    /// Sends this text, then a close_notify and a FIN.
    End(String),
    /// Sends so many bytes, all of them `x`, then a close_notify and a FIN.
    Stream(usize),
    /// Waits for the first bytes, answers `HTTP/1.1 200 OK` with this body, and ends.
    Http(String),
    /// Answers HTTP requests with what it knows of each: an object with `httpVersion`, `method`, `url` and `authority`.
    Requests {
        /// HTTP/2 where the client offers it, instead of HTTP/1.1 alone.
        http2: bool,
    },
    /// Sends this text, then a FIN without a close_notify: a truncated stream.
    Truncate(String),
    /// Ends the TCP connection with a RST.
    Reset,
}

impl Behaviour {
    fn to_json(&self) -> Value {
        match self {
            Self::Echo => json!({ "kind": "echo" }),
            Self::Discard => json!({ "kind": "discard" }),
            Self::End(text) => json!({ "kind": "end", "text": text }),
            Self::Stream(bytes) => json!({ "kind": "stream", "bytes": bytes }),
            Self::Http(text) => json!({ "kind": "http", "text": text }),
            Self::Requests { http2 } => json!({ "kind": "requests", "http2": http2 }),
            Self::Truncate(text) => json!({ "kind": "truncate", "text": text }),
            Self::Reset => json!({ "kind": "reset" }),
        }
    }
}

/// A TLS server in a process of Node, killed when it is dropped.
///
/// It tells what it sees as events, each a JSON object whose `event` is one of
/// - `connection`: a TCP or Unix connection came in;
/// - `secureConnection`: its handshake is over, with the server's `servername`, `alpnProtocol`, `authorized`,
///   `authorizationError`, `peer` (the client's `subject` and `fingerprint256`, or null), `isSessionReused`,
///   `protocol`, `cipher`, `finished` and `peerFinished` (Base64), `sharedSigalgs`, `keyingMaterial` (48 bytes in
///   Base64 for the label `EXPORTER-tredici`: `without` a context, with an `empty` one, `with` the context
///   `context`), `remoteAddress`, `remotePort`;
/// - `tlsClientError`: its handshake failed, with `code` and `message`: an alert of the client's stands here;
/// - `close`: it is closed, with `error` (the code of an error such as `ECONNRESET`, or null) and `bytesRead`.
///
/// Each has the number of its `connection`, counted from 0.
///
/// ```
/// use tredici_test::{Behaviour, NodeServer, Pki};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// if !NodeServer::is_available() {
///     return;
/// }
/// let server = NodeServer::with(Pki::shared().localhost())
///     .option("minVersion", "TLSv1.3")
///     .then(Behaviour::End("hello".into()));
/// let mut server = server.start().await;
/// // ... connect to localhost and server.port() ...
/// # tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
/// let view = server.event("tlsClientError").await;
/// assert_eq!(view["connection"], 0);
/// # });
/// ```
#[derive(Debug)]
pub struct NodeServer {
    events: Events,
    port: Option<u16>,
}

impl NodeServer {
    /// Whether `node` is there. Where it is not, a line on the standard error says that the test is skipped.
    pub fn is_available() -> bool {
        is_available("node", "--version")
    }

    /// A server that presents this certificate with its intermediates, on a port of `127.0.0.1` that the system
    /// chooses, and echoes.
    pub fn with(certificate: &Certificate) -> NodeServerBuilder {
        let builder = NodeServerBuilder {
            options: Map::new(),
            contexts: Vec::new(),
            listen: json!({ "port": 0, "host": Ipv4Addr::LOCALHOST }),
            behaviour: Behaviour::default(),
        };
        builder.option("cert", certificate.chain_pem()).option("key", certificate.key_pem())
    }

    /// The port that it listens on.
    ///
    /// # Panics
    /// Where it listens on a Unix socket.
    pub fn port(&self) -> u16 {
        self.port.expect("a server on a Unix socket has no port")
    }

    /// The next event, whatever it is.
    ///
    /// # Panics
    /// Where none comes, and where the server has died; then with its last words.
    pub async fn next_event(&mut self) -> Value {
        self.events.next().await
    }

    /// The next event of this name; those before it stay for a later call.
    ///
    /// # Panics
    /// As [`next_event`](Self::next_event).
    pub async fn event(&mut self, name: &str) -> Value {
        self.events.named(name).await
    }

    /// The server's view of the next connection whose handshake is over: the event `secureConnection`.
    ///
    /// # Panics
    /// As [`next_event`](Self::next_event).
    pub async fn connection(&mut self) -> Value {
        self.event("secureConnection").await
    }
}

/// The terms of a [`NodeServer`].
#[derive(Clone, Debug)]
#[must_use = "nothing listens before `start`"]
pub struct NodeServerBuilder {
    options: Map<String, Value>,
    contexts: Vec<Value>,
    listen: Value,
    behaviour: Behaviour,
}

impl NodeServerBuilder {
    /// Sets any option of Node's `tls.createServer` that is plain data: `minVersion`, `ciphers`, `ecdhCurve`,
    /// `sessionTimeout`, `passphrase`, `ALPNProtocols` and so on. Certificates and keys are PEM.
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.insert(name.to_owned(), value.into());
        self
    }

    /// Asks the client for a certificate and judges it by this root. Where `reject` is set, a client without a
    /// good one is refused; otherwise `authorized` of the event tells.
    pub fn request_certificate(self, root_pem: &str, reject: bool) -> Self {
        self.option("ca", root_pem).option("requestCert", true).option("rejectUnauthorized", reject)
    }

    /// Presents another certificate to clients that ask for this name (SNI), which may begin with `*.`.
    pub fn context(mut self, servername: &str, certificate: &Certificate) -> Self {
        let context = json!({ "cert": certificate.chain_pem(), "key": certificate.key_pem() });
        self.contexts.push(json!({ "servername": servername, "context": context }));
        self
    }

    /// Listens on this address instead of `127.0.0.1`.
    pub fn host(self, address: IpAddr) -> Self {
        Self { listen: json!({ "port": 0, "host": address }), ..self }
    }

    /// Listens on a Unix socket that it makes at this path.
    pub fn unix(self, path: &Path) -> Self {
        Self { listen: json!({ "path": PathBuf::from(path) }), ..self }
    }

    /// What the server does with each connection.
    pub fn then(self, behaviour: Behaviour) -> Self {
        Self { behaviour, ..self }
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Panics
    /// Where Node refuses the options, with what it says about them.
    pub async fn start(self) -> NodeServer {
        let mut program = Program::start(Command::new("node").args(["-e", include_str!("node.js")]));
        let terms = json!({
            "options": self.options,
            "contexts": self.contexts,
            "listen": self.listen,
            "behaviour": self.behaviour.to_json(),
        });
        program.write(&format!("{terms}\n"));

        let mut events = Events::of(program);
        let listening = events.named("listening").await;
        NodeServer { events, port: listening["port"].as_u64().and_then(|port| port.try_into().ok()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use openssl::ssl::{ErrorCode, SslConnector, SslMethod, SslVerifyMode, SslVersion};

    use super::*;
    use crate::{CertificateSpec, Pki, node_client, node_oracle};

    /// Connects with Node's own client, writes `input.say` and returns what arrived and how it ended.
    const TALK: &str = "
        const socket = require('tls').connect({ host: '127.0.0.1', ...input });
        let heard = 0, text = '', error = null;
        socket.on('data', (data) => { heard += data.length; text = (text + data).slice(0, 200); });
        socket.on('error', (cause) => { error = cause.code; });
        socket.once('secureConnect', () => socket.end(input.say));
        return new Promise((resolve) => socket.on('close', () => resolve({ heard, text, error })));";

    fn trusting(port: u16) -> Value {
        json!({ "port": port, "ca": Pki::shared().root().pem(), "servername": "localhost", "say": "hello" })
    }

    async fn heard_from(behaviour: Behaviour, version: &str) -> Value {
        let server = NodeServer::with(Pki::shared().localhost()).then(behaviour);
        let server = server.option("minVersion", version).option("maxVersion", version).start().await;
        node_oracle(TALK, trusting(server.port())).await
    }

    #[tokio::test]
    async fn every_behaviour() {
        if !NodeServer::is_available() {
            return;
        }
        for version in ["TLSv1.2", "TLSv1.3"] {
            assert_eq!(heard_from(Behaviour::Echo, version).await["text"], "hello");
            assert_eq!(heard_from(Behaviour::Discard, version).await["heard"], 0);
            assert_eq!(heard_from(Behaviour::End("bye".into()), version).await["text"], "bye");
            assert_eq!(heard_from(Behaviour::Stream(100_000), version).await["heard"], 100_000);
            assert_eq!(heard_from(Behaviour::Truncate("by".into()), version).await["text"], "by");

            let answer = heard_from(Behaviour::Http("body".into()), version).await;
            let answer = answer["text"].as_str().unwrap();
            assert!(
                answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nbody"),
                "{answer}"
            );
        }
    }

    #[tokio::test]
    async fn requests_over_both_versions_of_http() {
        if !NodeServer::is_available() {
            return;
        }
        const GET: &str = "
            const session = require('http2').connect(`https://localhost:${input.port}`, { ca: input.ca });
            const stream = session.request({ ':path': '/a' }).setEncoding('utf8');
            const body = await stream.toArray();
            session.close();
            return JSON.parse(body.join(''));";
        let server = NodeServer::with(Pki::shared().localhost()).then(Behaviour::Requests { http2: true });
        let server = server.start().await;
        let told = node_oracle(GET, trusting(server.port())).await;
        assert_eq!((&told["httpVersion"], &told["url"]), (&json!("2.0"), &json!("/a")));

        let server = NodeServer::with(Pki::shared().localhost()).then(Behaviour::Requests { http2: false });
        let server = server.start().await;
        let mut request = trusting(server.port());
        request["say"] = "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into();
        let told = node_oracle(TALK, request).await;
        assert!(told["text"].as_str().is_some_and(|text| text.starts_with("HTTP/1.1 200 OK")), "{told}");
    }

    /// What OpenSSL's client reads, and how it ends. (Node's may take a reset that follows data for an end.)
    async fn end_of(behaviour: Behaviour, version: SslVersion) -> (Vec<u8>, openssl::ssl::Error) {
        let server = NodeServer::with(Pki::shared().localhost()).then(behaviour).start().await;
        let stream = std::net::TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let reading = tokio::task::spawn_blocking(move || {
            let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
            connector.set_verify(SslVerifyMode::NONE);
            connector.set_max_proto_version(Some(version)).unwrap();
            let mut stream = connector.build().connect("localhost", stream).unwrap();
            let (mut heard, mut buffer) = (Vec::new(), [0; 16]);
            loop {
                match stream.ssl_read(&mut buffer) {
                    Ok(count) => heard.extend_from_slice(&buffer[..count]),
                    Err(error) => return (heard, error),
                }
            }
        });
        reading.await.unwrap()
    }

    #[tokio::test]
    async fn a_clean_end_a_truncated_stream_and_a_reset() {
        if !NodeServer::is_available() {
            return;
        }
        for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
            let (heard, end) = end_of(Behaviour::End("bye".into()), version).await;
            assert_eq!((&heard[..], end.code()), (&b"bye"[..], ErrorCode::ZERO_RETURN));

            let (heard, end) = end_of(Behaviour::Truncate("bye".into()), version).await;
            assert_eq!(heard, b"bye");
            assert!(end.code() != ErrorCode::ZERO_RETURN && end.io_error().is_none(), "{end:?}");

            let (_, end) = end_of(Behaviour::Reset, version).await;
            assert_eq!(end.io_error().map(io::Error::kind), Some(io::ErrorKind::ConnectionReset));
        }
    }

    #[tokio::test]
    async fn the_servers_view_of_a_connection() {
        if !NodeServer::is_available() {
            return;
        }
        let pki = Pki::shared();
        let server = NodeServer::with(pki.localhost()).option("ALPNProtocols", vec!["h2", "http/1.1"]);
        let mut server = server.request_certificate(&pki.root().pem(), true).start().await;
        let mut options = trusting(server.port());
        options["cert"] = pki.client().chain_pem().into();
        options["key"] = pki.client().key_pem().into();
        options["ALPNProtocols"] = json!(["http/1.1"]);
        node_oracle(TALK, options).await;

        let view = server.connection().await;
        assert_eq!(view["connection"], 0);
        assert_eq!(view["servername"], "localhost");
        assert_eq!(view["alpnProtocol"], "http/1.1");
        assert_eq!(view["authorized"], true);
        assert_eq!(view["peer"]["subject"]["CN"], "Test Client");
        assert_eq!(view["isSessionReused"], false);
        assert_eq!(view["protocol"], "TLSv1.3");
        assert_eq!(view["cipher"]["version"], "TLSv1.3");

        assert_eq!(server.next_event().await, json!({ "event": "connection", "connection": 0 }));
        assert_eq!(server.event("close").await["bytesRead"], 5);
    }

    #[tokio::test]
    async fn a_client_without_a_certificate() {
        if !NodeServer::is_available() {
            return;
        }
        let pki = Pki::shared();
        let lenient = NodeServer::with(pki.localhost()).request_certificate(&pki.root().pem(), false);
        let mut lenient = lenient.start().await;
        node_oracle(TALK, trusting(lenient.port())).await;
        let view = lenient.connection().await;
        assert_eq!((&view["authorized"], &view["peer"]), (&json!(false), &Value::Null));

        let strict = NodeServer::with(pki.localhost()).request_certificate(&pki.root().pem(), true);
        let mut strict = strict.start().await;
        node_oracle(TALK, trusting(strict.port())).await;
        let failure = strict.event("tlsClientError").await;
        assert_eq!(failure["code"], "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE");
    }

    #[tokio::test]
    async fn a_clients_alert_is_told() {
        if !NodeServer::is_available() {
            return;
        }
        let mut server = NodeServer::with(Pki::shared().localhost()).start().await;
        let stream = std::net::TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let connect =
            || SslConnector::builder(SslMethod::tls()).unwrap().build().connect("localhost", stream);
        assert!(tokio::task::spawn_blocking(connect).await.unwrap().is_err());
        assert_eq!(server.event("tlsClientError").await["code"], "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA");
    }

    #[tokio::test]
    async fn a_certificate_for_each_name() {
        if !NodeServer::is_available() {
            return;
        }
        let other = Pki::shared().root().leaf(CertificateSpec::server(&["other.test"]));
        let server = NodeServer::with(Pki::shared().localhost()).context("other.test", &other).start().await;
        for name in ["localhost", "other.test"] {
            let told = node_client(json!({ "port": server.port(), "servername": name })).await;
            assert_eq!(told["peerCertificate"]["subject"]["CN"], name);
        }
    }

    #[tokio::test]
    async fn over_a_unix_socket_and_on_ipv6() {
        if !NodeServer::is_available() {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let _server = NodeServer::with(Pki::shared().localhost()).unix(&path).start().await;
        let told = node_client(json!({ "path": path, "ca": Pki::shared().root().pem() })).await;
        assert_eq!(told["authorized"], true);

        let server = NodeServer::with(Pki::shared().localhost()).host("::1".parse().unwrap()).start().await;
        let told = node_client(json!({ "host": "::1", "port": server.port() })).await;
        assert_eq!(told["protocol"], "TLSv1.3");
    }

    #[tokio::test]
    async fn options_that_node_refuses_are_told() {
        if !NodeServer::is_available() {
            return;
        }
        let server = NodeServer::with(Pki::shared().localhost()).option("cert", "nonsense");
        let failure = tokio::spawn(server.start()).await.unwrap_err();
        assert!(failure.to_string().contains("no start line"), "{failure}");
    }
}
