//! Where it happened, behind a message that may say so itself.

use std::fmt::{self, Write};

use crate::target::Destination;

/// Writes ` (https://example.com:443)`, unless the message has name and port, or the path of a socket without a name.
pub(super) fn write_unless_said(line: &mut impl Write, target: &Destination, message: &str) -> fmt::Result {
    let place = match (&target.hostname, target.port, &target.socket_path) {
        (Some(name), Some(port), None) => format!("{name}:{port}"),
        (None, _, Some(path)) => path.to_string(),
        _ => target.to_string(),
    };
    if says(message, &place) {
        return Ok(());
    }
    match target.socket_path.as_ref().filter(|_| target.hostname.is_some()).map(ToString::to_string) {
        Some(path) if !says(message, &path) => write!(line, " ({target} over {path})"),
        _ => write!(line, " ({target})"),
    }
}

/// Whether the message names this place, and not only one that begins or ends like it.
fn says(message: &str, place: &str) -> bool {
    let goes_on =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || "-_".contains(letter));
    message.match_indices(place).any(|(at, _)| {
        let (before, after) = (&message[..at], &message[at + place.len()..]);
        !goes_on(before.chars().next_back()) && !goes_on(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    #[test]
    fn the_target_is_named_once() {
        let named = |target: &Target, message: &str| {
            let mut line = message.to_owned();
            write_unless_said(&mut line, target.destination(), message).expect("a string takes all");
            line
        };
        let db = Target::tls("db.internal").port(5432);
        for message in [
            "getaddrinfo ENOTFOUND db.internal",
            "connect ECONNREFUSED 10.0.0.7:5432",
            "db.internal:54321",
            "xdb.internal:5432",
        ] {
            assert_eq!(named(&db, message), format!("{message} (tls://db.internal:5432)"));
        }
        for message in ["attempted address: db.internal:5432", "no answer (tls://db.internal:5432)"] {
            assert_eq!(named(&db, message), message);
        }
        let address = Target::tcp("::1").port(80);
        assert_eq!(named(&address, "connect ECONNREFUSED ::1:80"), "connect ECONNREFUSED ::1:80");
        assert_eq!(named(&address, "IP(::1) is blocked"), "IP(::1) is blocked (tcp://[::1]:80)");

        let missing = "connect ENOENT /run/db.sock";
        assert_eq!(named(&Target::unix("/run/db.sock"), missing), missing);
        let over = db.socket_path("/run/db.sock");
        assert_eq!(named(&over, missing), format!("{missing} (tls://db.internal:5432)"));
        assert_eq!(named(&over, "no"), "no (tls://db.internal:5432 over /run/db.sock)");
    }
}
