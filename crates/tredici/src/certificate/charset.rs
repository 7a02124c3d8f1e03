//! The character strings of ASN.1, as OpenSSL understands them.

use std::borrow::Cow;

use x509_parser::asn1_rs::{Any, Class, Tag};

/// How the bytes of a string stand for characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    /// One byte for one character. What should be ASCII (PrintableString, IA5String) is read so too.
    Latin1,
    /// Two bytes for one character; there are no surrogates.
    Ucs2,
    /// Four bytes for one character.
    Ucs4,
}

impl Charset {
    /// The character set of a string; `None` for what is not a string.
    pub(super) fn of(value: &Any<'_>) -> Option<Self> {
        let header = &value.header;
        if header.class() != Class::Universal || header.constructed() {
            return None;
        }
        match header.tag() {
            Tag::Utf8String => Some(Self::Utf8),
            Tag::PrintableString
            | Tag::Ia5String
            | Tag::T61String
            | Tag::VisibleString
            | Tag::NumericString => Some(Self::Latin1),
            Tag::BmpString => Some(Self::Ucs2),
            Tag::UniversalString => Some(Self::Ucs4),
            _ => None,
        }
    }

    /// The characters; `None` where the bytes are not of this character set.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Latin1 => Some(latin1(bytes)),
            Self::Ucs2 => wide::<2>(bytes).map(Cow::Owned),
            Self::Ucs4 => wide::<4>(bytes).map(Cow::Owned),
        }
    }
}

/// One byte for one character: the first 256 of Unicode.
pub(super) fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(ascii) if ascii.is_ascii() => Cow::Borrowed(ascii),
        _ => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

fn wide<const WIDTH: usize>(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<WIDTH>();
    if !rest.is_empty() {
        return None;
    }
    let code = |unit: &[u8; WIDTH]| unit.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
    units.iter().map(|unit| char::from_u32(code(unit))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_set_has_its_width() {
        assert_eq!(Charset::Utf8.decode("a€😀".as_bytes()).as_deref(), Some("a€😀"));
        assert_eq!(Charset::Latin1.decode(b"a\xe9\x80").as_deref(), Some("a\u{e9}\u{80}"));
        assert_eq!(Charset::Ucs2.decode(b"\0a\x20\xac").as_deref(), Some("a€"));
        assert_eq!(Charset::Ucs4.decode(b"\0\x01\xf6\0").as_deref(), Some("😀"));
    }

    #[test]
    fn what_is_not_of_the_character_set_is_undecodable() {
        for (charset, bytes) in [
            (Charset::Utf8, &b"a\xff"[..]),
            (Charset::Utf8, b"\xed\xa0\x80"),
            (Charset::Ucs2, b"\0a\x20"),
            (Charset::Ucs2, b"\xd8\x3d\xde\0"),
            (Charset::Ucs4, b"\0\x11\0\0"),
            (Charset::Ucs4, b"\0\0\0"),
        ] {
            assert_eq!(charset.decode(bytes), None, "{bytes:x?}");
        }
    }
}
