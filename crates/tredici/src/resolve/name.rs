//! What a name has to be before anybody is asked for it.

use std::borrow::Cow;

use crate::target::hostname_hint;

/// The longest name and the longest label of one (RFC 1035 section 2.3.4), in bytes.
const NAME: usize = 253;
const LABEL: usize = 63;

/// The name as it is asked for: in its ASCII form, a final dot kept. The error says what is wrong with it.
pub(super) fn to_ascii(hostname: &str) -> Result<Cow<'_, str>, String> {
    let name = match hostname.is_ascii() {
        true => Cow::Borrowed(hostname),
        false => idna::domain_to_ascii_cow(hostname.as_bytes(), idna::AsciiDenyList::EMPTY)
            .map_err(|_| "the name has no form that a name server knows (IDNA)".to_owned())?,
    };
    let labels = name.strip_suffix('.').unwrap_or(&name);
    if name.contains('\0') {
        return Err("the name holds a NUL".to_owned());
    }
    if let Some(hint) = hostname_hint(&name) {
        return Err(hint);
    }
    if labels.len() > NAME {
        return Err(format!("the name has {} bytes, and no name has more than {NAME}", labels.len()));
    }
    for label in labels.split('.') {
        if label.is_empty() {
            return Err("there is nothing between two dots of the name, or before the first".to_owned());
        }
        if label.len() > LABEL {
            return Err(format!(
                "a part of the name between dots has {} bytes, and none has more than {LABEL}",
                label.len()
            ));
        }
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_can_be_asked_for() {
        for (name, asked) in [
            ("localhost", "localhost"),
            ("LocalHost.", "LocalHost."),
            ("_service.example", "_service.example"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(to_ascii(name).as_deref(), Ok(asked));
        }
        let longest = [&*"a".repeat(63), &"b".repeat(63), &"c".repeat(63), &"d".repeat(61)].join(".");
        assert_eq!(longest.len(), 253);
        assert!(to_ascii(&longest).is_ok() && to_ascii(&format!("{longest}.")).is_ok());
        assert!(to_ascii(&format!("{longest}d")).is_err());
    }

    #[test]
    fn names_that_nobody_has() {
        for name in [
            "",
            ".",
            "..",
            ".a",
            "a..b",
            "a..",
            "a\0b",
            "a:80",
            "a b",
            "https://a",
            "\u{fffd}",
            &"a".repeat(64),
        ] {
            assert!(to_ascii(name).is_err(), "{name:?}");
        }
    }
}
