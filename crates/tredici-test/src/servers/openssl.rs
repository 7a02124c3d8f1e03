//! A TLS server made with OpenSSL's command.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Program, is_available};
use crate::{Certificate, settle};

/// `openssl s_server` in a process of its own, killed when it is dropped. It serves one connection at a time.
///
/// Unless [`www`](OpensslServerBuilder::www) or [`reverse`](OpensslServerBuilder::reverse) is asked for, it prints
/// what the client says, and says to the client what [`send`](Self::send) is given.
///
/// ```
/// use tredici_test::{OpensslServer, Pki};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// if !OpensslServer::is_available() {
///     return;
/// }
/// let server = OpensslServer::with(Pki::shared().localhost()).tls1_2().cipher("ECDHE-ECDSA-AES128-GCM-SHA256");
/// let server = server.start().await;
/// // ... connect to localhost and server.port() ...
/// # assert_ne!(server.port(), 0);
/// # });
/// ```
#[derive(Debug)]
pub struct OpensslServer {
    program: Program,
    port: u16,
    _files: TempDir,
}

impl OpensslServer {
    /// Whether `openssl` is there. Where it is not, a line on the standard error says that the test is skipped.
    pub fn is_available() -> bool {
        is_available("openssl", "version")
    }

    /// A server that presents this certificate with its intermediates, on a port of `127.0.0.1` that the system
    /// chooses.
    pub fn with(certificate: &Certificate) -> OpensslServerBuilder {
        let files = tempfile::tempdir().expect("a temporary directory");
        let paths = certificate.write_to(files.path());
        let builder = OpensslServerBuilder { files, arguments: Vec::new() }
            .argument("-accept")
            .argument("127.0.0.1:0")
            .file("-cert", &paths.certificate)
            .file("-key", &paths.key);
        match certificate.intermediates_pem() {
            none if none.is_empty() => builder,
            intermediates => builder.contents("-cert_chain", &intermediates),
        }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next line that it prints; `None` once it has ended.
    pub async fn next_line(&mut self) -> Option<String> {
        self.program.line().await
    }

    /// The next line that contains `part`; those before it stay for a later call.
    ///
    /// # Panics
    /// Where no such line comes before the server ends, with its complaints.
    pub async fn line_with(&mut self, part: &str) -> String {
        match self.program.line_that(|line| line.contains(part)).await {
            Some(line) => line,
            None => panic!("s_server ended before it said `{part}`: {}", self.program.complaints()),
        }
    }

    /// Waits until it has complained of this, such as an alert.
    pub async fn complains_of(&mut self, part: &str) {
        settle(&format!("s_server to complain of {part}"), || self.program.complaints().contains(part)).await;
    }

    /// Sends this text to the client that is connected; before one is, it waits in the server's input. A line
    /// that begins with `Q` makes the server end, one with `k` or `K` update its keys.
    pub fn send(&mut self, text: &str) {
        self.program.write(text);
    }
}

/// The terms of an [`OpensslServer`].
#[derive(Debug)]
#[must_use = "nothing listens before `start`"]
pub struct OpensslServerBuilder {
    files: TempDir,
    arguments: Vec<String>,
}

impl OpensslServerBuilder {
    /// TLS 1.2 only.
    pub fn tls1_2(self) -> Self {
        self.argument("-tls1_2")
    }

    /// TLS 1.3 only.
    pub fn tls1_3(self) -> Self {
        self.argument("-tls1_3")
    }

    /// Requires a certificate of the client that this root vouches for.
    pub fn verify(self, root_pem: &str) -> Self {
        self.argument("-Verify")
            .argument("4")
            .argument("-verify_return_error")
            .contents("-verifyCAfile", root_pem)
    }

    /// The cipher suites of TLS 1.2, as OpenSSL's cipher string.
    pub fn cipher(self, ciphers: &str) -> Self {
        self.argument("-cipher").argument(ciphers)
    }

    /// The cipher suites of TLS 1.3, separated by colons.
    pub fn ciphersuites(self, ciphers: &str) -> Self {
        self.argument("-ciphersuites").argument(ciphers)
    }

    /// Answers each HTTP request with a page about the connection, and closes it.
    pub fn www(self) -> Self {
        self.argument("-www")
    }

    /// Sends each line back with its characters in reverse.
    pub fn reverse(self) -> Self {
        self.argument("-rev")
    }

    /// Any other argument of `openssl s_server`: `-no_ticket`, `-alpn`, `-status` and so on. Not `-quiet`, which
    /// also silences the port.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Several.
    pub fn arguments(self, arguments: &[&str]) -> Self {
        arguments.iter().fold(self, |builder, argument| builder.argument(argument))
    }

    fn file(self, argument: &str, path: &Path) -> Self {
        self.argument(argument)
            .argument(path.to_str().expect("the temporary directory has a name in Unicode"))
    }

    fn contents(self, argument: &str, contents: &str) -> Self {
        let path = self.files.path().join(format!("{argument}.pem"));
        fs::write(&path, contents).expect("a file in a temporary directory");
        self.file(argument, &path)
    }

    /// Starts the server and waits until it listens.
    ///
    /// # Panics
    /// Where `openssl` refuses an argument, with what it says about it.
    pub async fn start(self) -> OpensslServer {
        let mut program = Program::start(Command::new("openssl").arg("s_server").args(&self.arguments));
        let Some(line) = program.line_that(|line| line.starts_with("ACCEPT")).await else {
            panic!("s_server does not start: {}", program.complaints());
        };
        let port = line.rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("s_server does not tell its port: {line}"));
        OpensslServer { program, port, _files: self.files }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
    use serde_json::{Value, json};

    use super::*;
    use crate::{KeyKind, NodeServer, Pki, node_oracle};

    /// Connects with Node's own client, writes `input.say`, and returns what it is told until it has heard
    /// `input.until` or the connection ends.
    const TALK: &str = "
        const socket = require('tls').connect({ host: '127.0.0.1', servername: 'localhost', ...input }, () => {
            Object.assign(told, { protocol: socket.getProtocol(), cipher: socket.getCipher().name,
                chain: socket.getPeerCertificate(true).issuerCertificate.subject.CN });
            socket.write(input.say);
        });
        const told = { heard: '', error: null };
        socket.on('data', (data) => { told.heard += data; if (told.heard.includes(input.until)) socket.end(); });
        socket.on('error', (cause) => { told.error = cause.code; });
        return new Promise((resolve) => socket.on('close', () => resolve(told)));";

    fn talk(
        pki: &Pki,
        server: &OpensslServer,
        say: &str,
        until: &str,
    ) -> impl Future<Output = Value> + use<> {
        let options = json!({ "port": server.port(), "ca": pki.root().pem(), "say": say, "until": until });
        node_oracle(TALK, options)
    }

    fn are_available() -> bool {
        OpensslServer::is_available() && NodeServer::is_available()
    }

    #[tokio::test]
    async fn both_versions_with_rsa_and_ecdsa() {
        if !are_available() {
            return;
        }
        for kind in [KeyKind::Rsa2048, KeyKind::P256] {
            let pki = Pki::of(kind);
            let server =
                OpensslServer::with(pki.localhost()).tls1_2().cipher("AES128-GCM-SHA256:ECDHE+AES128");
            let told = talk(pki, &server.reverse().start().await, "abc\n", "\n").await;
            assert_eq!((&told["protocol"], &told["heard"]), (&json!("TLSv1.2"), &json!("cba\n")), "{told}");
            assert_eq!(told["chain"], "Test Intermediate");

            let server =
                OpensslServer::with(pki.localhost()).tls1_3().ciphersuites("TLS_CHACHA20_POLY1305_SHA256");
            let told = talk(pki, &server.www().start().await, "GET / HTTP/1.0\r\n\r\n", "never").await;
            assert_eq!(
                (&told["protocol"], &told["cipher"]),
                (&json!("TLSv1.3"), &json!("TLS_CHACHA20_POLY1305_SHA256"))
            );
            assert!(told["heard"].as_str().unwrap().starts_with("HTTP/1.0 200 ok"), "{told}");
        }
    }

    #[tokio::test]
    async fn it_sends_its_certificate_and_the_intermediate_once() {
        if !OpensslServer::is_available() {
            return;
        }
        let server = OpensslServer::with(Pki::shared().localhost()).start().await;
        let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let sent = tokio::task::spawn_blocking(|| {
            let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
            connector.set_verify(SslVerifyMode::NONE);
            let stream = connector.build().connect("localhost", stream).unwrap();
            let chain = stream.ssl().peer_cert_chain().unwrap();
            chain.iter().map(|certificate| certificate.to_der().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(sent.await.unwrap(), Pki::shared().localhost().chain_der());
    }

    #[tokio::test]
    async fn what_the_test_sends_and_what_the_client_says() {
        if !are_available() {
            return;
        }
        let mut server = OpensslServer::with(Pki::shared().localhost()).start().await;
        let told = tokio::spawn(talk(Pki::shared(), &server, "hello\n", "there\n"));
        assert_eq!(server.line_with("hello").await, "hello");
        server.send("there\n");
        assert_eq!(told.await.unwrap()["heard"], "there\n");
    }

    #[tokio::test]
    async fn a_client_without_a_certificate_is_refused() {
        if !are_available() {
            return;
        }
        let pki = Pki::shared();
        let server = OpensslServer::with(pki.localhost()).tls1_2().verify(&pki.root().pem()).start().await;
        let told = talk(pki, &server, "hello\n", "never").await;
        assert!(told["error"].as_str().unwrap().ends_with("ALERT_HANDSHAKE_FAILURE"), "{told}");
    }

    #[tokio::test]
    async fn an_argument_that_is_refused_is_told() {
        if !OpensslServer::is_available() {
            return;
        }
        let server = OpensslServer::with(Pki::shared().localhost()).argument("-nonsense");
        let failure = tokio::spawn(server.start()).await.unwrap_err();
        assert!(failure.to_string().contains("-nonsense"), "{failure}");
    }
}
