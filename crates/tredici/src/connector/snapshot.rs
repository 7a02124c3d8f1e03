//! What a connection works under, from its beginning to its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use arc_swap::ArcSwap;

use super::cache::SessionCache;
use crate::{options::Values, tls::context::ClientContext};

/// Whom to trust and who to be, with the sessions that were made so. It never changes: it is replaced as a whole, and
/// who has begun with the old one ends with it.
pub(super) struct Snapshot {
    pub(super) context: Arc<ClientContext>,
    pub(super) cache: Arc<SessionCache>,
}

/// The present snapshot, as clones of one connector share it.
pub(super) struct Current(ArcSwap<Snapshot>);

impl Current {
    pub(super) fn load(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }
}

/// Every connector that was derived from the same one: their checks differ, and so their sessions, but not their context.
#[derive(Default)]
pub(super) struct Family(Mutex<Vec<Weak<Current>>>);

impl Family {
    fn members(&self) -> MutexGuard<'_, Vec<Weak<Current>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first, or one more beside those that are there.
    pub(super) fn found(&self, snapshot: Snapshot) -> Arc<Current> {
        join(&mut self.members(), snapshot)
    }

    /// One more, under the context of a member, with sessions of its own.
    pub(super) fn derive(&self, from: &Current, values: &Values) -> Arc<Current> {
        let mut members = self.members();
        let Snapshot { context, cache } = &*from.load();
        join(&mut members, Snapshot { context: context.clone(), cache: Arc::new(cache.apart(values)) })
    }

    /// The context that all of them are under; `None` where none is left.
    pub(super) fn present(&self) -> Option<Arc<ClientContext>> {
        self.members().iter().find_map(Weak::upgrade).map(|current| current.load().context.clone())
    }

    /// Puts another context in the place of the present one, everywhere. The sessions of the old are dropped.
    pub(super) fn replace(&self, context: ClientContext, values: &Values) {
        let context = Arc::new(context);
        let swap = |current: Arc<Current>| {
            let cache = Arc::new(current.load().cache.renewed(values));
            current.0.swap(Arc::new(Snapshot { context: context.clone(), cache }))
        };
        let old: Vec<_> = self.members().iter().filter_map(Weak::upgrade).map(swap).collect();
        // The caller's store is asked only once the new terms are in force everywhere.
        old.iter().for_each(|old| old.cache.retire());
    }
}

fn join(members: &mut Vec<Weak<Current>>, snapshot: Snapshot) -> Arc<Current> {
    let current = Arc::new(Current(ArcSwap::from_pointee(snapshot)));
    members.retain(|member| member.strong_count() > 0);
    members.push(Arc::downgrade(&current));
    current
}
