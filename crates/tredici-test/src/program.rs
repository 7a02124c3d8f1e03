//! Other programs: whether they are there, and one that runs until it is dropped.

use std::collections::VecDeque;
use std::env;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::within;

/// Whether `program` answers to `argument`. Where it does not, one line on the standard error says which test
/// is therefore skipped; it goes past the test harness, which shows nothing of a test that passes.
///
/// # Panics
/// Where it does not and the environment asks for it, by `TREDICI_REQUIRE_PEERS`.
pub(crate) fn is_available(program: &str, argument: &str) -> bool {
    let is_there = is_installed(program, argument);
    assert!(is_there || env::var_os("TREDICI_REQUIRE_PEERS").is_none(), "`{program}` is not installed");
    is_there
}

/// The same for a program that cannot be asked for, because no system brings it along.
pub(crate) fn is_installed(program: &str, argument: &str) -> bool {
    let is_there = runs(program, argument);
    if !is_there {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        _ = writeln!(io::stderr(), "SKIPPED {test}: the program `{program}` is not installed");
    }
    is_there
}

fn runs(program: &str, argument: &str) -> bool {
    let asked = Command::new(program).arg(argument).stdin(Stdio::null()).output();
    asked.is_ok_and(|output| output.status.success())
}

/// A program that runs beside the test. Its lines are read by a thread (not a task: tests count tasks), so
/// that it never waits for its reader. Dropping it kills and reaps it.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    lines: UnboundedReceiver<String>,
    reader: Option<JoinHandle<()>>,
    complaints: File,
    unread: VecDeque<String>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let complaints = tempfile::tempfile().expect("a temporary file");
        let stderr = complaints.try_clone().expect("a second handle of a temporary file");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));

        let stdout = BufReader::new(child.stdout.take().expect("the output was piped"));
        let (sender, lines) = unbounded_channel();
        let reader = thread::spawn(move || {
            let readable = stdout.lines().map_while(Result::ok);
            readable.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
        });
        Self { child, lines, reader: Some(reader), complaints, unread: VecDeque::new() }
    }

    /// The next line that the program has printed, without its end; `None` once it has closed its output.
    pub(crate) async fn line(&mut self) -> Option<String> {
        match self.unread.pop_front() {
            Some(line) => Some(line),
            None => within("a line from a program", self.lines.recv()).await,
        }
    }

    /// The first line that satisfies `wanted`; the others stay for [`line`](Self::line).
    pub(crate) async fn line_that(&mut self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        if let Some(position) = self.unread.iter().position(|line| wanted(line)) {
            return self.unread.remove(position);
        }
        loop {
            let line = within("a certain line from a program", self.lines.recv()).await?;
            if wanted(&line) {
                return Some(line);
            }
            self.unread.push_back(line);
        }
    }

    /// Writes to the program's standard input.
    pub(crate) fn write(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().expect("the input is open");
        stdin.write_all(text.as_bytes()).expect("the program reads its input");
    }

    /// Whether the program has read all that was written to its standard input.
    pub(crate) fn has_read_all(&self) -> bool {
        let stdin = self.child.stdin.as_ref().expect("the input is open");
        rustix::io::ioctl_fionread(stdin).expect("a pipe") == 0
    }

    /// Closes the program's standard input.
    pub(crate) fn close_input(&mut self) {
        self.child.stdin = None;
    }

    /// What the program has printed to its standard error so far.
    pub(crate) fn complaints(&mut self) -> String {
        let mut text = String::new();
        self.complaints.rewind().expect("a temporary file");
        self.complaints.read_to_string(&mut text).expect("a temporary file");
        text
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    #[cfg(test)]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell of anything else.
        _ = self.child.kill();
        _ = self.child.wait();
        // The killed program's end of the pipe is closed, which ends the thread.
        _ = self.reader.take().map(JoinHandle::join);
    }
}

/// What a program tells, an object of JSON a line, each with the name of its `event`.
#[derive(Debug)]
pub(crate) struct Events {
    program: Program,
    unread: VecDeque<Value>,
}

impl Events {
    pub(crate) fn of(program: Program) -> Self {
        Self { program, unread: VecDeque::new() }
    }

    /// The next one, whatever it is.
    pub(crate) async fn next(&mut self) -> Value {
        match self.unread.pop_front() {
            Some(event) => event,
            None => self.receive().await,
        }
    }

    /// The next one of this name; those before it stay for a later call.
    pub(crate) async fn named(&mut self, name: &str) -> Value {
        if let Some(position) = self.unread.iter().position(|event| event["event"] == name) {
            return self.unread.remove(position).expect("the position was just found");
        }
        loop {
            let event = self.receive().await;
            if event["event"] == name {
                return event;
            }
            self.unread.push_back(event);
        }
    }

    async fn receive(&mut self) -> Value {
        let Some(line) = self.program.line().await else {
            panic!("the program has ended: {}", self.program.complaints());
        };
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("not JSON, {error}: {line}"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shell(script: &str) -> Program {
        Program::start(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn only_what_is_installed_runs() {
        assert!(runs("true", "--version"));
        assert!(!runs("no-such-program-anywhere", "--version"));
    }

    #[tokio::test]
    async fn its_lines_its_input_and_its_complaints() {
        let mut program = shell("read word; echo one; echo $word; echo three; echo alas >&2; exec cat");
        program.write("two\n");
        assert_eq!(program.line_that(|line| line == "three").await.unwrap(), "three");
        assert_eq!(program.line().await.unwrap(), "one");
        assert_eq!(program.line().await.unwrap(), "two");
        program.close_input();
        assert_eq!(program.line().await, None);
        assert_eq!(program.complaints(), "alas\n");
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn nothing_of_it_is_left_when_it_is_dropped() {
        let mut program = shell("echo ready; exec cat");
        assert_eq!(program.line().await.unwrap(), "ready");
        let process = format!("/proc/{}", program.id());
        assert!(Path::new(&process).exists());
        drop(program);
        assert!(!Path::new(&process).exists(), "neither a process nor a zombie");
    }
}
