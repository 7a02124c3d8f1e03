//! Buffers that no connection needs at the moment.
//!
//! A connection holds none while it is idle. What it needs for a moment it borrows from its thread: memory that another has
//! just used is in the processor's cache, and the allocator, which tidies up for every large piece, is left alone.

use std::cell::Cell;

use bytes::BytesMut;

use crate::tls::engine::Outgoing;

thread_local! {
    static INCOMING: Cell<Option<BytesMut>> = const { Cell::new(None) };
    static OUTGOING: Cell<Option<Outgoing>> = const { Cell::new(None) };
}

/// A buffer to read into, if the thread has one.
pub(super) fn incoming() -> BytesMut {
    INCOMING.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

/// Gives back a buffer that was used up, but for one of more than `most` bytes. One without any would take the place of
/// one that has some.
pub(super) fn give_back_incoming(mut buffer: BytesMut, most: usize) {
    buffer.clear();
    let has_some = buffer.try_reclaim(1);
    let is_too_large = buffer.try_reclaim(most + 1);
    if has_some && !is_too_large {
        let _ = INCOMING.try_with(|spare| spare.set(Some(buffer)));
    }
}

/// A buffer to write into, if the thread has one.
pub(super) fn outgoing() -> Outgoing {
    OUTGOING.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

/// Gives back a buffer of which all was sent, but for one of more than `most` bytes.
pub(super) fn give_back_outgoing(buffer: Outgoing, most: usize) {
    if (1..=most).contains(&buffer.capacity()) {
        let _ = OUTGOING.try_with(|spare| spare.set(Some(buffer)));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Buf;

    use super::*;

    #[test]
    fn a_buffer_is_lent_again_until_one_is_given_back_that_is_too_large() {
        let lent = |size: usize| {
            let mut buffer = incoming();
            let room = buffer.capacity();
            buffer.reserve(size);
            buffer.extend_from_slice(&vec![0; size]);
            buffer.advance(size);
            give_back_incoming(buffer, 100);
            room
        };
        assert_eq!(lent(100), 0);
        give_back_incoming(BytesMut::new(), 100);
        assert!(lent(10) > 0, "one without memory has not taken its place");
        lent(1000);
        assert_eq!(lent(1), 0);
    }
}
