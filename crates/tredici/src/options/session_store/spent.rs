//! Tickets that were offered, of those that came as bytes.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, OnceLock, PoisonError},
};

use lru::LruCache;
use sha2::{Digest, Sha256};

/// So many are remembered: far more than come as bytes while one of them is still good.
const MOST: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Whether this process offers this ticket of TLS 1.3 for the first time. Bytes can be copied, and two connectors can be
/// given the same; RFC 8446 appendix C.4 wants a ticket used once all the same.
pub(crate) fn is_unspent(session: &[u8]) -> bool {
    static SPENT: OnceLock<Mutex<LruCache<[u8; 32], ()>>> = OnceLock::new();
    let spent = SPENT.get_or_init(|| Mutex::new(LruCache::new(MOST)));
    let digest = Sha256::digest(session).into();
    spent.lock().unwrap_or_else(PoisonError::into_inner).put(digest, ()).is_none()
}

#[cfg(test)]
mod tests {
    use super::is_unspent;

    #[test]
    fn a_ticket_is_unspent_once() {
        let tickets = ["one ticket", "another", "one ticket", "one ticket", "another"];
        assert_eq!(tickets.map(|ticket| is_unspent(ticket.as_bytes())), [true, true, false, false, false]);
    }
}
