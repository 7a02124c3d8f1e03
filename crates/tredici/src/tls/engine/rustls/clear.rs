//! What crosses the wire in the clear, and rustls does not tell.

const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;

/// What the server of TLS 1.2 says of its ticket (RFC 5077 section 3.3), which comes before it begins to encrypt.
#[derive(Debug, Default)]
pub(super) struct Ticket {
    /// For how many seconds it may be kept; 0 where the server leaves that open.
    lifetime_hint: Option<u32>,
    /// Whether what comes from now on is encrypted.
    is_over: bool,
}

impl Ticket {
    /// Looks through what has arrived; it begins with a record.
    pub(super) fn note(&mut self, mut flight: &[u8]) {
        const NEW_SESSION_TICKET: u8 = 4;
        while !self.is_over
            && let Some((kind, record)) = take_record(&mut flight)
        {
            self.is_over = kind == CHANGE_CIPHER_SPEC;
            let mut messages = if kind == HANDSHAKE { record } else { &[] };
            while let Some((kind, message)) = take_message(&mut messages) {
                if kind == NEW_SESSION_TICKET {
                    self.lifetime_hint = message.first_chunk().copied().map(u32::from_be_bytes);
                }
            }
        }
    }

    pub(super) fn has_come(&self) -> bool {
        self.lifetime_hint.is_some()
    }

    /// In seconds, where the server says.
    pub(super) fn lifetime(&self) -> Option<u64> {
        self.lifetime_hint.filter(|&hint| hint > 0).map(u64::from)
    }
}

/// Whether a client's hello, with which `flight` begins, offers a session of TLS 1.3 (RFC 8446 section 4.2.11).
pub(super) fn offers_session(flight: &[u8]) -> bool {
    const PRE_SHARED_KEY: [u8; 2] = 41_u16.to_be_bytes();
    let mut rest = hello_extensions(flight).unwrap_or_default();
    while let Some((kind, mut behind)) = rest.split_first_chunk() {
        match take_vector::<2>(&mut behind) {
            Some(_) if *kind == PRE_SHARED_KEY => return true,
            Some(_) => rest = behind,
            None => return false,
        }
    }
    false
}

fn hello_extensions(mut flight: &[u8]) -> Option<&[u8]> {
    const VERSION_AND_RANDOM: usize = 2 + 32;
    let (_, mut record) = take_record(&mut flight)?;
    let (_, hello) = take_message(&mut record)?;
    let mut hello = hello.get(VERSION_AND_RANDOM..)?;
    let _session_id = take_vector::<1>(&mut hello)?;
    let _cipher_suites = take_vector::<2>(&mut hello)?;
    let _compression_methods = take_vector::<1>(&mut hello)?;
    take_vector::<2>(&mut hello)
}

/// The next whole record, and of which kind it is.
fn take_record<'a>(flight: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[kind, _, _], mut rest) = flight.split_first_chunk()?;
    let record = take_vector::<2>(&mut rest)?;
    *flight = rest;
    Some((kind, record))
}

/// The next whole message of a handshake, and of which kind it is.
fn take_message<'a>(record: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&kind, mut rest) = record.split_first()?;
    let message = take_vector::<3>(&mut rest)?;
    *record = rest;
    Some((kind, message))
}

/// What stands behind a length of so many bytes.
fn take_vector<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<N>()?;
    let length = length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    let (vector, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKET: &[u8] = &[22, 3, 3, 0, 11, 4, 0, 0, 7, 0, 0, 2, 88, 0, 1, 9];
    const CIPHERS_CHANGE: &[u8] = &[20, 3, 3, 0, 1, 1];

    #[test]
    fn a_ticket_tells_its_lifetime() {
        let hello_done = [22, 3, 3, 0, 4, 14, 0, 0, 0];
        let mut ticket = Ticket::default();
        ticket.note(&hello_done);
        assert!(!ticket.has_come());
        ticket.note(&[&hello_done, TICKET, CIPHERS_CHANGE].concat());
        assert_eq!(ticket.lifetime(), Some(600));
    }

    #[test]
    fn what_is_encrypted_is_not_read() {
        let mut ticket = Ticket::default();
        ticket.note(CIPHERS_CHANGE);
        ticket.note(TICKET);
        assert!(!ticket.has_come());
    }

    #[test]
    fn a_lifetime_of_zero_is_none() {
        let mut ticket = Ticket::default();
        ticket.note(&[22, 3, 3, 0, 10, 4, 0, 0, 6, 0, 0, 0, 0, 0, 0]);
        assert!(ticket.has_come());
        assert_eq!(ticket.lifetime(), None);
    }

    #[test]
    fn whatever_comes_is_read_to_its_end_and_no_further() {
        for length in 0..TICKET.len() {
            let mut ticket = Ticket::default();
            ticket.note(&TICKET[..length]);
            assert!(!ticket.has_come(), "{length} bytes");
            assert!(!offers_session(&TICKET[..length]));
        }
    }
}
