//! How the command ends: its exit status.

use std::{
    io::{self, Write},
    process::ExitCode,
};

/// The exit status, with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what was asked.
    Done,
    /// The connection failed, the name did not match, the address was taken.
    Failed,
    /// The call or an option is wrong.
    Wrong,
    /// Ctrl-C.
    Interrupted,
}

impl Ending {
    /// The ending of a run, or of one whose output could not be written: a reader that has seen enough is no failure.
    pub(crate) fn of(result: io::Result<Self>) -> Self {
        match result {
            Ok(ending) => ending,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Self::Done,
            Err(error) => {
                // Where standard error is closed too there is nobody to tell.
                let _told = writeln!(io::stderr(), "error: the output cannot be written: {error}");
                Self::Failed
            }
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Done => 0,
            Ending::Failed => 1,
            Ending::Wrong => 2,
            Ending::Interrupted => 130,
        })
    }
}
