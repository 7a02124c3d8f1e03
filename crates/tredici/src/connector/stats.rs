//! What became of a connector's sessions, counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What became of the TLS sessions of a connector and its clones, since it was built. An addition of this library.
///
/// Each handshake of a connection is a hit, a miss or refused, but for those that break off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionStats {
    /// Connections that resumed a session.
    pub hits: u64,
    /// Connections that had none to offer.
    pub misses: u64,
    /// Sessions that were offered and that the server did not resume.
    pub refused: u64,
    /// Sessions that the store has dropped for want of room; where connectors share a store, the sum of all.
    pub evicted: u64,
    /// Sessions for the server, of the option `session` or out of the store, that were not offered: they were made under other
    /// terms, have ended or were used up. One of other terms counts each time. The connector's own memory never gives out such.
    pub unfit: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    refused: AtomicU64,
    unfit: AtomicU64,
    /// By stores that are no more.
    evicted: AtomicU64,
}

impl Counters {
    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Relaxed);
    }

    pub(super) fn miss(&self) {
        self.misses.fetch_add(1, Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn unfit(&self) {
        self.unfit.fetch_add(1, Relaxed);
    }

    pub(super) fn evicted(&self, count: u64) {
        self.evicted.fetch_add(count, Relaxed);
    }

    pub(super) fn read(&self, evicted: u64) -> SessionStats {
        SessionStats {
            hits: self.hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            refused: self.refused.load(Relaxed),
            unfit: self.unfit.load(Relaxed),
            evicted: self.evicted.load(Relaxed) + evicted,
        }
    }
}
