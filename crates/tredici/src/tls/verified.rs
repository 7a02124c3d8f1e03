//! Chains that were verified before: what the option `rememberVerdicts` turns on.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use lru::LruCache;

use super::{engine::Der, judgement::Peer};

/// So many servers are met often enough to be worth it.
const MOST: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// The peers whose chain an engine has found good under one context.
///
/// Whom the context trusts and what it asks of a chain never changes, so that the same certificates in the same order
/// lead to the same verdict as long as all of the path are within their time, and the lists of the revoked. Verifying them is a third of a client's
/// work in a handshake; a server that is met again is spared that. Nothing but the chain is remembered: that the peer
/// has the leaf's key, that the leaf is for the name, and what the caller checks is asked of each connection.
pub(crate) struct VerifiedPeers(Mutex<LruCache<Vec<Der>, Arc<Peer>>>);

impl VerifiedPeers {
    pub(super) fn new() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }

    /// The peer that has presented these certificates before, while all of its path is valid.
    pub(super) fn find(&self, presented: &[Der], now: SystemTime) -> Option<Arc<Peer>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(presented).filter(|peer| peer.is_valid_at(now)).cloned()
    }

    /// Remembers a peer whose chain was found good.
    pub(super) fn add(&self, peer: &Arc<Peer>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.put(peer.chain().presented.clone(), peer.clone());
    }
}
