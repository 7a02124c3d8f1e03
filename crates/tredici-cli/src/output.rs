//! Where everything is printed: reports on standard output, complaints and progress on standard error.

mod charset;
mod names;
mod progress;
mod reader;

use std::io::{self, Write};

use anstream::AutoStream;
use serde::Serialize;
use tredici::Phase;

pub(crate) use names::Names;
pub(crate) use reader::reader_gone;

use crate::{
    ending::Ending,
    human::{self, Paper},
    outcome::{Failure, Outcome},
};
use charset::Charset;
use progress::Progress;

/// The two streams, and for whom they are.
pub(crate) struct Output {
    json: bool,
    reports_on_stderr: bool,
    charset: Charset,
    names: Names,
    stdout: AutoStream<io::Stdout>,
    stderr: AutoStream<io::Stderr>,
    progress: Option<Progress>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            reports_on_stderr: false,
            charset: Charset::of_locale(),
            names: Names::default(),
            stdout: AutoStream::auto(io::stdout()),
            stderr: AutoStream::auto(io::stderr()),
            progress: None,
        }
    }

    /// How the reader calls the options.
    pub(crate) fn call_options(&mut self, names: Names) {
        self.names = names;
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// From now on standard output is for the data of a connection.
    pub(crate) fn report_on_stderr(&mut self) {
        self.reports_on_stderr = true;
    }

    /// Shows what is being waited for once that has taken a second, until something is printed or the guard's owner ends
    /// it.
    pub(crate) fn begin(&mut self, what: &str) {
        self.progress = Progress::begin(what);
    }

    /// Tells how many of how many are done.
    pub(crate) fn advance(&mut self, done: usize, total: usize) {
        if let Some(progress) = &self.progress {
            progress.advance(done, total);
        }
    }

    pub(crate) fn finish(&mut self) {
        self.progress = None;
    }

    /// An outcome that calls the options as their giver does.
    pub(crate) fn called(&self, outcome: Outcome) -> Outcome {
        outcome.called(&self.names)
    }

    /// One document of JSON on a line of its own, there at once.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(document)?;
        line.push(b'\n');
        self.write(&line)
    }

    /// Text for a person, with its colours.
    pub(crate) fn print(&mut self, text: &str) -> io::Result<()> {
        let text = self.charset.write(text);
        self.write(text.as_bytes())
    }

    /// What a report is written on: those of failures go to standard error.
    pub(crate) fn paper(&self, is_ok: bool) -> Paper {
        match is_ok && !self.reports_on_stderr {
            true => Paper::of(io::stdout()),
            false => Paper::of(io::stderr()),
        }
    }

    /// Bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Self { stdout, stderr, progress, .. } = self;
        let to: &mut dyn Write = if self.reports_on_stderr { stderr } else { stdout };
        let mut write = || to.write_all(bytes).and_then(|()| to.flush());
        match progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    /// Text for a person on standard error; where that is closed there is nobody to tell.
    pub(crate) fn complain(&mut self, text: &str) {
        let Self { stderr, progress, charset, names, .. } = self;
        let text = names.tell(text);
        let mut write = || stderr.write_all(charset.write(&text).as_bytes());
        let _told = match progress {
            Some(progress) => progress.suspend(write),
            None => write(),
        };
    }

    /// The end of a call that is wrong, or that failed.
    pub(crate) fn fail(&mut self, failure: Failure) -> io::Result<Ending> {
        self.finish();
        let ending = match failure.error.phase() {
            Phase::Options => Ending::Wrong,
            _ => Ending::Failed,
        };
        match self.json {
            true => {
                // A call that is wrong has no data to keep apart.
                self.reports_on_stderr &= ending == Ending::Failed;
                self.document(&Outcome::failed(0, failure.called(&self.names)))?;
            }
            false => self.complain(&human::failure(None, &failure, self.paper(false))),
        }
        Ok(ending)
    }
}
