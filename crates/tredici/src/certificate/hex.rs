//! Numbers and digests as Node writes them: upper-case hexadecimal.

use std::fmt::Write as _;

/// `[0x0a, 0xff]` as `0AFF`.
pub(super) fn upper(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// A digest as `0A:FF`.
pub(super) fn colons(digest: &[u8]) -> String {
    let mut text = String::with_capacity(digest.len() * 3);
    for (index, byte) in digest.iter().enumerate() {
        let separator = if index == 0 { "" } else { ":" };
        let _ = write!(text, "{separator}{byte:02X}");
    }
    text
}

/// A whole number, most significant byte first, without leading zeros: `[0, 0x0a, 0xff]` as `AFF`.
pub(super) fn number(bytes: &[u8]) -> String {
    let digits = upper(bytes);
    match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        significant => significant.to_owned(),
    }
}

/// A two's complement integer in whole bytes: `[0, 0xf1]` as `F1`, `[0x80]` as `-80`, zero as `0`.
pub(super) fn integer(bytes: &[u8]) -> String {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let magnitude = if negative { negated(bytes) } else { bytes.to_vec() };
    let significant = magnitude.iter().position(|byte| *byte != 0);
    match significant {
        None => "0".to_owned(),
        Some(start) => format!("{}{}", if negative { "-" } else { "" }, upper(&magnitude[start..])),
    }
}

fn negated(bytes: &[u8]) -> Vec<u8> {
    let mut result: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    for byte in result.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (bytes, text) in [
            (&[][..], "0"),
            (&[0], "0"),
            (&[1], "01"),
            (&[0, 0xf1], "F1"),
            (&[0x1a, 0x2b], "1A2B"),
            (&[0xff], "-01"),
            (&[0x80], "-80"),
            (&[0xff, 0], "-0100"),
            (&[0x80, 0, 0], "-800000"),
        ] {
            assert_eq!(integer(bytes), text, "{bytes:x?}");
        }
    }

    #[test]
    fn numbers_and_digests() {
        assert_eq!(number(&[0, 0x0a, 0xff]), "AFF");
        assert_eq!(number(&[0, 0]), "0");
        assert_eq!(colons(&[0x0a, 0xff, 0]), "0A:FF:00");
        assert_eq!(colons(&[]), "");
    }
}
