//! Node's one string of alternative names, entry by entry.

/// A name that identifies a host. Mail addresses, URIs and the rest do not, and are left out.
pub(super) enum AltName<'a> {
    Dns(&'a str),
    Address(&'a str),
}

/// A quote that opens no JSON string.
#[derive(Debug)]
pub(super) struct Malformed;

/// Calls `visit` with every name of a host in `text`.
///
/// Entries are separated by a comma and a blank. A value with a comma, a quote or another character that could
/// be mistaken for the structure of the string stands in it as a JSON string.
pub(super) fn each(text: &str, mut visit: impl FnMut(AltName<'_>)) -> Result<(), Malformed> {
    let mut entry = |entry: &str| {
        if let Some(name) = entry.strip_prefix("DNS:") {
            visit(AltName::Dns(name));
        } else if let Some(address) = entry.strip_prefix("IP Address:") {
            visit(AltName::Address(address));
        }
    };
    if !text.contains('"') {
        text.split(", ").for_each(entry);
        return Ok(());
    }
    let mut rest = text;
    let mut unquoted = String::new();
    while let Some(at) = rest.find([',', '"']) {
        unquoted.push_str(&rest[..at]);
        if rest[at..].starts_with('"') {
            rest = unquote(&rest[at + 1..], &mut unquoted)?;
        } else {
            entry(&unquoted);
            unquoted.clear();
            // Whatever follows the comma belongs to the separator, as in Node.
            let mut after_comma = rest[at + 1..].chars();
            after_comma.next();
            rest = after_comma.as_str();
        }
    }
    unquoted.push_str(rest);
    entry(&unquoted);
    Ok(())
}

/// Appends a JSON string (RFC 8259 section 7) whose opening quote is behind us, and returns what follows it.
fn unquote<'a>(mut rest: &'a str, unquoted: &mut String) -> Result<&'a str, Malformed> {
    loop {
        let mut chars = rest.chars();
        match chars.next().ok_or(Malformed)? {
            '"' => return Ok(chars.as_str()),
            '\\' => {
                let (character, after) = escape(chars.as_str()).ok_or(Malformed)?;
                unquoted.push(character);
                rest = after;
            }
            '\0'..='\x1f' => return Err(Malformed),
            character => {
                unquoted.push(character);
                rest = chars.as_str();
            }
        }
    }
}

/// The character that an escape stands for, and what follows it. Half of a surrogate pair becomes U+FFFD: no
/// character beyond ASCII can be part of a match.
fn escape(rest: &str) -> Option<(char, &str)> {
    let mut chars = rest.chars();
    let character = match chars.next()? {
        same @ ('"' | '\\' | '/') => same,
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let (digits, after) = chars.as_str().split_at_checked(4)?;
            let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?;
            return Some((char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), after));
        }
        _ => return None,
    };
    Some((character, chars.as_str()))
}
