//! curl.

use std::process::{Command, Output};

use crate::program::is_available;
use crate::within;

/// Calls of the command `curl`.
#[derive(Debug, Clone)]
pub struct Curl(Vec<String>);

impl Curl {
    /// Whether `curl` is there. Where it is not, a line on the standard error says that the test is skipped.
    pub fn is_available() -> bool {
        is_available("curl", "--version")
    }

    /// A call for this URL, without whatever the user's configuration says.
    pub fn of(url: &str) -> Self {
        Self(Vec::new()).argument("--disable").argument("--silent").argument("--show-error").argument(url)
    }

    /// Any argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.0.push(argument.to_owned());
        self
    }

    /// Several.
    #[must_use]
    pub fn arguments(self, arguments: &[&str]) -> Self {
        arguments.iter().fold(self, |curl, argument| curl.argument(argument))
    }

    /// What it has printed on its standard output, and with `--verbose` on its standard error.
    ///
    /// # Panics
    /// Where it fails, with what it says about it.
    pub async fn run(self) -> (Vec<u8>, String) {
        let output = self.output().await;
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "curl: {complaints}");
        (output.stdout, complaints)
    }

    /// What it says about its failure.
    ///
    /// # Panics
    /// Where it succeeds.
    pub async fn fail(self) -> String {
        let output = self.output().await;
        assert!(!output.status.success(), "curl has succeeded: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    async fn output(self) -> Output {
        let running = tokio::task::spawn_blocking(move || Command::new("curl").args(&self.0).output());
        within("curl", running).await.expect("no panic").expect("curl runs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Behaviour, NodeServer, Pki};

    #[tokio::test]
    async fn an_answer_and_a_failure() {
        if !Curl::is_available() || !NodeServer::is_available() {
            return;
        }
        let server = NodeServer::with(Pki::shared().localhost()).then(Behaviour::Http("body".into()));
        let server = server.start().await;
        let url = format!("https://localhost:{}/", server.port());
        let (answer, _) = Curl::of(&url).argument("--insecure").run().await;
        assert_eq!(answer, b"body");
        let failure = Curl::of(&url).fail().await;
        assert!(failure.contains("certificate"), "{failure}");
    }
}
