//! What stands where a host name belongs, and is none.

/// What to write instead, where a port, a path or a whole target was given for a name.
pub(crate) fn hint(hostname: &str) -> Option<String> {
    if hostname.contains("://") {
        return Some("a whole target is read by Target::try_from, or connected to as it is".to_owned());
    }
    if let Some((name, port)) = hostname.split_once(':')
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        let name = name.escape_debug();
        return Some(format!("name '{name}' alone: the port goes by itself, into Target::port"));
    }
    let foreign = hostname.chars().find(|&letter| is_foreign(letter))?;
    Some(format!("{foreign:?} has no place in a host name"))
}

fn is_foreign(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || "/?#@:[]\\<>^|%".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_guessed() {
        for (hostname, want) in [
            ("https://localhost", "a whole target"),
            ("localhost:443", "name 'localhost' alone: the port goes by itself"),
            ("exa mple", "' ' has no place in"),
            ("a/b", "'/' has no place in"),
            ("user@a", "'@' has no place in"),
            ("a\nb", "'\\n' has no place in"),
            ("a:b:c", "':' has no place in"),
        ] {
            let hint = hint(hostname).expect(hostname);
            assert!(hint.contains(want), "{hint}");
        }
        for hostname in ["localhost", "_sip._tcp.a.", "bücher.example", "a..b", ""] {
            assert_eq!(hint(hostname), None, "{hostname}");
        }
    }
}
