//! TEXT to send, with escapes for what a shell does not let through.

/// The bytes that were meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

/// `\r`, `\n`, `\t`, `\\` and `\xHH`; every other character stands for itself.
pub(crate) fn read(text: &str) -> Result<Bytes, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (byte, length) = match after.as_bytes() {
            [b'r', ..] => (b'\r', 1),
            [b'n', ..] => (b'\n', 1),
            [b't', ..] => (b'\t', 1),
            [b'\\', ..] => (b'\\', 1),
            [b'x', high, low, ..] => (hexadecimal(*high, *low).ok_or_else(|| unknown(after))?, 3),
            _ => return Err(unknown(after)),
        };
        bytes.push(byte);
        rest = &after[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(Bytes(bytes))
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn unknown(after: &str) -> String {
    let start: String = after.chars().take(3).collect();
    format!(r"'\{start}' is not an escape; there are \r, \n, \t, \\ and \xHH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_and_nothing_else() {
        let text = r"GET / HTTP/1.0\r\nTab:\t\\ \x00\xfF é\r\n";
        let bytes = b"GET / HTTP/1.0\r\nTab:\t\\ \x00\xff \xc3\xa9\r\n";
        assert_eq!(read(text), Ok(Bytes(bytes.to_vec())));
        assert_eq!(read(""), Ok(Bytes(Vec::new())));
        for text in [r"\", r"\q", r"\x", r"\x1", r"\xg0", r"a\xé", r"\0", r"\x+1"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
