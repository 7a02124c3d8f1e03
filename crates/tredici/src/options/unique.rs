//! What has no identity but itself: a function that was given, a context that was built.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// A number that nothing else has, in this process or in another.
///
/// An address would not do: what is dropped makes room for something else at the same address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Unique(u64);

impl Unique {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The number with the process that gave it.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        // The standard library seeds it from the system's source of randomness.
        let process = *PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()));
        (u128::from(process) << 64 | u128::from(self.0)).to_be_bytes()
    }
}
