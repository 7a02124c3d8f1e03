//! One connection and those who watch it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Observer,
    events::{Connection, Rotated, RotationFailed},
    trace::{self, Trace},
};
use crate::{error::Error, target::Destination};

static LAST_ID: AtomicU64 = AtomicU64::new(0);

/// Tells of one connection whoever watches it, and costs a branch where nobody does.
#[derive(Clone, Default)]
pub(crate) struct Watched(Option<Arc<Watch>>);

struct Watch {
    connector: u64,
    id: u64,
    start: Instant,
    destination: Arc<Destination>,
    observer: Option<Arc<dyn Observer>>,
    is_traced: bool,
}

impl Watched {
    pub(crate) fn new(
        connector: u64,
        observer: Option<Arc<dyn Observer>>,
        start: Instant,
        destination: &Arc<Destination>,
    ) -> Self {
        let is_traced = trace::is_wanted();
        if observer.is_none() && !is_traced {
            return Self(None);
        }
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
        Self(Some(Arc::new(Watch {
            connector,
            id,
            start,
            destination: destination.clone(),
            observer,
            is_traced,
        })))
    }

    /// Whether anybody is there to be told.
    pub(crate) fn is_watched(&self) -> bool {
        self.0.is_some()
    }

    /// From the call to `moment`; zero where nobody watches.
    pub(crate) fn since_call(&self, moment: Instant) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |watch| moment.saturating_duration_since(watch.start))
    }

    pub(crate) fn tell(&self, event: impl Fn(&dyn Observer, &Connection<'_>)) {
        if let Some(watch) = &self.0 {
            watch.tell(event);
        }
    }
}

/// Tells whoever watches a connector what its rotation has come to.
pub(crate) fn tell_rotation(
    observer: Option<&dyn Observer>,
    connector: u64,
    duration: Duration,
    outcome: Result<(), &Error>,
) {
    for observer in [Some(&Trace as &dyn Observer), observer].into_iter().flatten() {
        match outcome {
            Ok(()) => observer.rotated(&Rotated { connector, duration }),
            Err(error) => observer.rotation_failed(&RotationFailed { connector, duration, error }),
        }
    }
}

impl Watch {
    #[cold]
    fn tell(&self, event: impl Fn(&dyn Observer, &Connection<'_>)) {
        let Self { connector, id, destination, .. } = self;
        let connection =
            Connection { connector: *connector, id: *id, elapsed: self.start.elapsed(), destination };
        if self.is_traced {
            event(&Trace, &connection);
        }
        if let Some(observer) = &self.observer {
            event(&**observer, &connection);
        }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.is_watched()).finish()
    }
}
