//! OpenSSL's command as a client.

use std::process::Command;

use tempfile::TempDir;

use crate::program::{Program, is_available};
use crate::{Certificate, settle};

/// `openssl s_client` in a process of its own, killed when it is dropped. It prints what it knows of the connection and
/// what the server says, and says what [`send`](Self::send) is given.
///
/// ```
/// use tredici_test::{OpensslClient, OpensslServer, Pki};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// if !OpensslClient::is_available() {
///     return;
/// }
/// let server = OpensslServer::with(Pki::shared().localhost()).reverse().start().await;
/// let mut client = OpensslClient::to(server.port()).argument("-tls1_2").start();
/// client.send("abc\n");
/// client.line_with("cba").await;
/// # });
/// ```
#[derive(Debug)]
pub struct OpensslClient {
    program: Program,
    _files: TempDir,
}

impl OpensslClient {
    /// Whether `openssl` is there. Where it is not, a line on the standard error says that the test is skipped.
    pub fn is_available() -> bool {
        is_available("openssl", "version")
    }

    /// A client of the server on this port of `127.0.0.1`, whom it knows as `localhost` and does not judge.
    pub fn to(port: u16) -> OpensslClientBuilder {
        let files = tempfile::tempdir().expect("a temporary directory");
        let builder = OpensslClientBuilder { files, arguments: Vec::new() };
        builder
            .argument("-connect")
            .argument(&format!("127.0.0.1:{port}"))
            .argument("-servername")
            .argument("localhost")
    }

    /// The next line that contains `part`; those before it stay for a later call.
    ///
    /// # Panics
    /// Where no such line comes before the client ends, with its complaints.
    pub async fn line_with(&mut self, part: &str) -> String {
        match self.program.line_that(|line| line.contains(part)).await {
            Some(line) => line,
            None => panic!("s_client ended before it said `{part}`: {}", self.program.complaints()),
        }
    }

    /// Waits until it has complained of this, such as an alert.
    pub async fn complains_of(&mut self, part: &str) {
        settle(&format!("s_client to complain of {part}"), || self.program.complaints().contains(part)).await;
    }

    /// Has the client do this, and waits until it has read it: `K` updates its keys and asks for the server's update, `Q`
    /// says goodbye. What followed too soon would be taken for a part of it.
    pub async fn command(&mut self, command: &str) {
        self.program.write(&format!("{command}\n"));
        settle("s_client to read its input", || self.program.has_read_all()).await;
    }

    /// Sends this text to the server, unless it begins with a letter that is a command: `Q`, `k`, `K`, `R` or `B`.
    pub fn send(&mut self, text: &str) {
        self.program.write(text);
    }
}

/// The terms of an [`OpensslClient`].
#[derive(Debug)]
#[must_use = "nothing connects before `start`"]
pub struct OpensslClientBuilder {
    files: TempDir,
    arguments: Vec<String>,
}

impl OpensslClientBuilder {
    /// Any argument of `openssl s_client`.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Several.
    pub fn arguments(self, arguments: &[&str]) -> Self {
        arguments.iter().fold(self, |builder, argument| builder.argument(argument))
    }

    /// Shows this certificate with its intermediates.
    pub fn certificate(self, certificate: &Certificate) -> Self {
        let paths = certificate.write_to(self.files.path());
        let name = |path: &std::path::Path| path.to_str().expect("a name in Unicode").to_owned();
        self.arguments(&["-cert", &name(&paths.certificate), "-key", &name(&paths.key)])
            .arguments(&["-cert_chain", &name(&paths.chain)])
    }

    /// Starts the client.
    pub fn start(self) -> OpensslClient {
        let program = Program::start(Command::new("openssl").arg("s_client").args(&self.arguments));
        OpensslClient { program, _files: self.files }
    }
}
