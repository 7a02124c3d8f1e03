//! Who has not answered in time, and what the others have said.

use crate::error::Attempt;

/// What may be the matter with addresses that could not be connected to in time.
pub(crate) fn unanswered(attempts: &[Attempt]) -> String {
    let silent: Vec<_> = attempts.iter().filter(|attempt| is_silent(attempt)).collect();
    match silent.as_slice() {
        all if all.len() == attempts.len() => "nobody answers there; check address and firewall".to_owned(),
        [] => "no address that was tried can be connected to".to_owned(),
        [one] => format!("nobody answers at {}; check address and firewall", one.address()),
        _ => "nobody answers at the other addresses; check address and firewall".to_owned(),
    }
}

/// Each address that failed for a reason of its own, with that; `None` where there is none.
pub(crate) fn failed(attempts: &[Attempt]) -> Option<String> {
    let failed = attempts.iter().filter(|attempt| !is_silent(attempt));
    let failed =
        failed.filter_map(|attempt| Some(format!("{} {}", attempt.address(), attempt.error()?.code())));
    Some(failed.collect::<Vec<_>>().join(", ")).filter(|all| !all.is_empty())
}

fn is_silent(attempt: &Attempt) -> bool {
    attempt.error().is_some_and(|error| error.code() == "ETIMEDOUT")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{error::AttemptError, target::RemoteAddress};

    /// Attempts at 10.0.0.1 and so on that ended so.
    fn attempts(codes: &[&'static str]) -> Vec<Attempt> {
        let ended = codes.iter().zip(1..).map(|(code, number)| {
            let mut attempt =
                Attempt::begin(RemoteAddress::Ip(([10, 0, 0, number], 80).into()), Duration::ZERO);
            attempt.end(Duration::ZERO, Some(AttemptError::new(*code, "why")));
            attempt
        });
        ended.collect()
    }

    #[test]
    fn nobody_is_said_to_be_silent_who_was_not() {
        let (silent, refused) = ("ETIMEDOUT", "ECONNREFUSED");
        for (codes, expected, others) in [
            (&[][..], "nobody answers there; ", None),
            (&[silent], "nobody answers there; ", None),
            (&[silent, silent], "nobody answers there; ", None),
            (&[silent, refused], "nobody answers at 10.0.0.1:80; ", Some("10.0.0.2:80 ECONNREFUSED")),
            (
                &[refused, silent, silent],
                "nobody answers at the other addresses; ",
                Some("10.0.0.1:80 ECONNREFUSED"),
            ),
            (
                &[refused, "EHOSTUNREACH"],
                "no address that was tried ",
                Some("10.0.0.1:80 ECONNREFUSED, 10.0.0.2:80 EHOSTUNREACH"),
            ),
        ] {
            let attempts = attempts(codes);
            assert!(unanswered(&attempts).starts_with(expected), "{codes:?}");
            assert_eq!(failed(&attempts).as_deref(), others);
        }
    }
}
