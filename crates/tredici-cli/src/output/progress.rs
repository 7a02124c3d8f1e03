//! What a person sees who waits for longer than a second.

use std::{io::IsTerminal, sync::Arc, sync::OnceLock, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::{task::JoinHandle, time::sleep};

const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// A line on standard error that appears after a second and goes with its owner. Only on a terminal.
pub(super) struct Progress {
    bar: Arc<OnceLock<ProgressBar>>,
    appearing: JoinHandle<()>,
}

impl Progress {
    /// None where nobody looks.
    pub(super) fn begin(what: &str) -> Option<Self> {
        if !std::io::stderr().is_terminal() {
            return None;
        }
        let (bar, what) = (Arc::new(OnceLock::new()), what.to_owned());
        let shared = bar.clone();
        let appearing = tokio::spawn(async move {
            sleep(PATIENCE).await;
            let spinner = ProgressBar::new_spinner().with_elapsed(PATIENCE).with_message(what);
            let style = ProgressStyle::with_template("{spinner:.cyan} {msg}  {elapsed:.dim}");
            spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            spinner.enable_steady_tick(TICK);
            let _first = shared.set(spinner);
        });
        Some(Self { bar, appearing })
    }

    pub(super) fn advance(&self, done: usize, total: usize) {
        if let Some(bar) = self.bar.get() {
            bar.set_message(format!("{done} of {total} connections"));
        }
    }

    /// Takes the line away while something else is printed.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match self.bar.get() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.appearing.abort();
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
