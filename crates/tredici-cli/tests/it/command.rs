//! The command as a process of its own.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};
use tredici_test::{Certificate, Pki, within};

/// What a call came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            status: output.status.code().expect("an exit status"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Standard output as JSON, a document a line and nothing else.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        self.stdout.lines().map(read).collect()
    }

    /// The only document.
    pub(crate) fn document(&self) -> Value {
        let mut documents = self.documents();
        assert_eq!(documents.len(), 1, "{self:?}");
        documents.remove(0)
    }
}

/// The command with these arguments, its environment without what would change how the output looks.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tredici"));
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    for variable in
        ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG"]
    {
        command.env_remove(variable);
    }
    command
}

pub(crate) async fn tredici(arguments: &[&str]) -> Ran {
    let output = within("the command", command(arguments).output()).await;
    Ran::of(output.expect("the command runs"))
}

/// The same with something on standard input.
pub(crate) async fn tredici_with_input(arguments: &[&str], input: &str) -> Ran {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("standard input");
    let ran = within("the command", async {
        stdin.write_all(input.as_bytes()).await.expect("it reads its input");
        drop(stdin);
        child.wait_with_output().await
    });
    Ran::of(ran.await.expect("the command runs"))
}

/// A command that goes on until it is told to end. Its standard output is read line by line.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdout(Stdio::piped()).spawn().expect("the command runs");
        let stdout = child.stdout.take().expect("standard output");
        Self { child, lines: BufReader::new(stdout).lines() }
    }

    pub(crate) async fn line(&mut self) -> Option<String> {
        within("a line of the command", self.lines.next_line()).await.expect("readable output")
    }

    /// The next line as JSON.
    pub(crate) async fn document(&mut self) -> Value {
        let line = self.line().await.expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    pub(crate) async fn status(mut self) -> Option<i32> {
        within("the end of the command", self.child.wait()).await.expect("it ends").code()
    }

    /// Closes the reading end of its standard output.
    pub(crate) async fn status_without_reader(self) -> Option<i32> {
        let Self { mut child, lines } = self;
        drop(lines);
        within("the end of the command", child.wait()).await.expect("it ends").code()
    }

    /// Ctrl-C.
    pub(crate) async fn interrupt(&self) {
        let process = self.child.id().expect("it runs").to_string();
        let told = Command::new("sh").args(["-c", &format!("kill -INT {process}")]).status().await;
        assert!(told.expect("a shell").success());
    }
}

/// A directory with the files that calls name.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    /// With the authority of these certificates as `ca.pem`.
    pub(crate) fn trusting(pki: &Pki) -> Self {
        let files = Self::new();
        files.write("ca.pem", pki.root().pem());
        files
    }

    pub(crate) fn directory(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path as an argument.
    pub(crate) fn name(&self, name: &str) -> String {
        self.path(name).into_os_string().into_string().expect("a path that is text")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).expect("a file");
        self.name(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// The chain and the key of a certificate, as two files.
    pub(crate) fn identity(&self, certificate: &Certificate) -> (String, String) {
        (self.write("cert.pem", certificate.chain_pem()), self.write("key.pem", certificate.key_pem()))
    }
}

/// The names of an object's members, in order.
pub(crate) fn keys(json: &Value) -> Vec<&str> {
    json.as_object().unwrap_or_else(|| panic!("not an object: {json}")).keys().map(String::as_str).collect()
}

pub(crate) fn url(port: u16) -> String {
    format!("https://localhost:{port}")
}
