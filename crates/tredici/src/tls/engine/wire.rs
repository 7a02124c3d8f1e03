//! The two directions of the wire, in memory.

use std::ops::Deref;

use bytes::BytesMut;

/// What came and is not yet decrypted, what is encrypted and not yet sent.
#[derive(Default)]
pub(crate) struct Wire {
    pub(crate) incoming: BytesMut,
    pub(crate) outgoing: Outgoing,
}

/// Bytes that wait to be sent, behind them room for more. The room is filled with zeros once, and not for each record that
/// is encrypted into it.
#[derive(Default)]
pub(crate) struct Outgoing {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Outgoing {
    /// How much it holds at most without asking for memory.
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Asks for memory for so many bytes more.
    pub(crate) fn reserve(&mut self, additional: usize) {
        self.make_room(additional);
        self.buffer.reserve((self.end + additional).saturating_sub(self.buffer.len()));
    }

    /// Room for so many bytes, which are to be [`added`](Self::added).
    pub(crate) fn room(&mut self, count: usize) -> &mut [u8] {
        self.make_room(count);
        let end = self.end + count;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        &mut self.buffer[self.end..end]
    }

    /// Of the room so many bytes were written to.
    pub(crate) fn added(&mut self, count: usize) {
        self.end = (self.end + count).min(self.buffer.len());
    }

    #[cfg(any(feature = "openssl", test))]
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).copy_from_slice(bytes);
        self.added(bytes.len());
    }

    /// So many bytes need not wait any more.
    pub(crate) fn sent(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Moves what waits to the front where the room behind it is too small.
    fn make_room(&mut self, count: usize) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.start > 0 && self.end + count > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }
}

impl Deref for Outgoing {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_waits_until_it_is_sent() {
        let mut outgoing = Outgoing::default();
        assert!(outgoing.is_empty() && outgoing.capacity() == 0);
        outgoing.add(b"one");
        outgoing.room(10)[..3].copy_from_slice(b"two");
        outgoing.added(3);
        assert_eq!(*outgoing, *b"onetwo");
        outgoing.sent(4);
        outgoing.add(b"three");
        assert_eq!(*outgoing, *b"wothree");
        outgoing.sent(7);
        assert!(outgoing.is_empty());
        let capacity = outgoing.capacity();
        outgoing.add(b"four");
        assert_eq!((&*outgoing, outgoing.capacity()), (&b"four"[..], capacity));
    }

    #[test]
    fn a_queue_that_is_never_empty_does_not_grow() {
        let mut outgoing = Outgoing::default();
        outgoing.add(&[0; 100]);
        outgoing.reserve(100);
        let capacity = outgoing.capacity();
        for number in 1..=100 {
            outgoing.sent(100);
            outgoing.add(&[number; 50]);
            outgoing.add(&[number; 50]);
            outgoing.sent(1);
            outgoing.add(&[number; 1]);
            assert_eq!(*outgoing, [number; 100]);
        }
        assert_eq!(outgoing.capacity(), capacity);
    }
}
