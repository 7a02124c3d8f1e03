//! Two tasks that wait for the same event of the transport.

use std::{
    sync::Arc,
    task::{Wake, Waker},
};

struct Both(Waker, Waker);

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake_by_ref();
        self.1.wake_by_ref();
    }
}

/// A waker of the present task, and of `other` if there is one.
pub(super) fn both(other: Option<&Waker>, present: &Waker) -> Waker {
    match other {
        Some(other) if !other.will_wake(present) => Arc::new(Both(other.clone(), present.clone())).into(),
        _ => present.clone(),
    }
}
