//! Files that are renewed in place: who looks at them again and again.

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    runtime::Handle,
    task::{AbortHandle, spawn_blocking},
    time::{Instant, Interval},
};

use super::{Connector, Terms};
use crate::{
    error::Error,
    options::{ConnectOptions, tell_rotation},
};

impl Connector {
    /// Looks at the files that the options name, such as [`Pem::file`](crate::Pem::file) in `ca`, `crl`, `cert` and `key`,
    /// every so often, and [reloads](Self::reload) them when their content has changed: for as long as the guard that it
    /// returns is held. An addition.
    ///
    /// What has changed is taken when two looks in a row have seen the same, so that no file is read while somebody
    /// writes it; renaming a finished file into place is the safest. What cannot be used, such as a certificate whose key
    /// is still to come, leaves the old in force, until the next change. `told` hears of each: `Ok` where what the files say
    /// is in force, which after an error may be what they said before; else why it is not, with the option and the file. So do
    /// the observers of this connector ([`Observer::rotated`](crate::Observer::rotated)), and `tracing` at the levels of
    /// `info` and `warn`. The system's authorities are not watched; [`reload`](Self::reload) reads them anew.
    ///
    /// Looking reads the files on tokio's threads for blocking work. It ends with the guard, or with the last of the
    /// connectors.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use tredici::{ConnectOptions, Connector, Pem};
    ///
    /// # async fn example() -> Result<(), tredici::Error> {
    /// let options = ConnectOptions::new().cert(Pem::file("client.pem")).key(Pem::file("client.key"));
    /// let connector = Connector::new(options)?;
    /// let _renewed = connector.watch_files(Duration::from_secs(60), |outcome| {
    ///     if let Err(error) = outcome {
    ///         eprintln!("the old certificate is still in use: {error}");
    ///     }
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `ERR_MISSING_ARGS` where no option names a file, `ERR_INVALID_ARG_VALUE` for an interval of zero,
    /// `ERR_INVALID_STATE` outside of a tokio runtime.
    ///
    /// # Panics
    ///
    /// Where the runtime has no timers (`enable_time` of tokio's builder), as whatever waits on tokio's clock does.
    pub fn watch_files(
        &self,
        interval: Duration,
        mut told: impl FnMut(Result<(), Error>) + Send + 'static,
    ) -> Result<FileWatch, Error> {
        if interval.is_zero() {
            let message = "the interval at which files are looked at must not be zero";
            return Err(Error::invalid("ERR_INVALID_ARG_VALUE", message));
        }
        if !self.terms.rotated().names_files() {
            let message = "there is nothing to watch: no option names a file";
            return Err(Error::invalid("ERR_MISSING_ARGS", message)
                .with_hint("give options.ca, options.cert, options.key or options.crl as Pem::file"));
        }
        let runtime = Handle::try_current().map_err(|error| {
            Error::invalid("ERR_INVALID_STATE", "files are watched within a tokio runtime").with_source(error)
        })?;
        let wanted = Arc::new(AtomicBool::new(true));
        // Made here, so that a runtime without timers is known to who calls, and not to a task that nobody sees.
        let looks = tokio::time::interval(interval);
        let (observer, id) = (self.observer.clone(), self.id());
        let told = move |duration, outcome: Result<(), Error>| {
            tell_rotation(observer.as_deref(), id, duration, outcome.as_ref().copied());
            told(outcome);
        };
        let look = look_for_ever(Arc::downgrade(&self.terms), looks, told, wanted.clone());
        Ok(FileWatch { task: runtime.spawn(look).abort_handle(), wanted })
    }
}

/// Has files watched; dropped, it ends that. From [`Connector::watch_files`].
#[must_use = "the files are watched for as long as this is held"]
pub struct FileWatch {
    task: AbortHandle,
    wanted: Arc<AtomicBool>,
}

impl Drop for FileWatch {
    fn drop(&mut self) {
        // A reload at work on another thread is not stopped by that; it sees that nobody wants it.
        self.wanted.store(false, Ordering::Release);
        self.task.abort();
    }
}

impl fmt::Debug for FileWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWatch").field("is_finished", &self.task.is_finished()).finish()
    }
}

async fn look_for_ever(
    terms: Weak<Terms>,
    mut looks: Interval,
    mut told: impl FnMut(Duration, Result<(), Error>),
    wanted: Arc<AtomicBool>,
) {
    let mut seen = Seen::default();
    let mut has_failed = false;
    loop {
        looks.tick().await;
        let (at, wanted) = (terms.clone(), wanted.clone());
        let look = move || {
            let terms = at.upgrade()?;
            let is_new = seen.look(terms.rotated().digest_of_files());
            let began = Instant::now();
            Some((seen, is_new.then(|| (terms.renew(&wanted), began.elapsed()))))
        };
        // None where the last connector has gone; an error where the runtime is going.
        let Ok(Some((after, renewed))) = spawn_blocking(look).await else { return };
        seen = after;
        if let Some((outcome, duration)) = renewed {
            let had_failed = std::mem::replace(&mut has_failed, outcome.is_err());
            match outcome {
                // What is in force already is worth a word to who has heard that it was not there.
                Ok(is_other) if is_other || had_failed => told(duration, Ok(())),
                Ok(_) => {}
                Err(error) => told(duration, Err(error)),
            }
        }
        // From the end of one look to the beginning of the next.
        looks.reset();
    }
}

impl Terms {
    /// Reloads the files where they say something else than what is in force. Tells whether they do.
    fn renew(&self, wanted: &AtomicBool) -> Result<bool, Error> {
        self.replace(&ConnectOptions::new(), |present, new| {
            wanted.load(Ordering::Acquire) && present.scope().digest() != new.scope().digest()
        })
    }
}

type Digest = [u8; 32];

/// What files held when they were last looked at, and when they were last taken.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    last: Option<Digest>,
    taken: Option<Digest>,
}

impl Seen {
    /// Whether what is there now is to be taken: it is not what was taken before, and does not change any more.
    fn look(&mut self, now: Digest) -> bool {
        let is_settled = self.last.replace(now) == Some(now);
        is_settled && self.taken.replace(now) != Some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_settled_is_taken_once() {
        let [a, b] = [1, 2].map(|byte| [byte; 32]);
        let looks = [
            (a, false, "it may be half of a file"),
            (a, true, "what is there from the beginning, in case it came after the options were read"),
            (a, false, "taken already"),
            (b, false, "half"),
            (a, false, "back"),
            (a, false, "and known"),
            (b, false, "half"),
            ([0; 32], false, "gone"),
            (b, false, "half again"),
            (b, true, "whole"),
            (b, false, "taken already"),
            (a, false, "half"),
            (a, true, "whole"),
        ];
        let mut seen = Seen::default();
        for (nth, (now, taken, why)) in looks.into_iter().enumerate() {
            assert_eq!(seen.look(now), taken, "{nth}: {why}");
        }
    }
}
