//! Reading DER (X.690): strict, without copying, and fast, because every handshake does it.

use std::ops::Range;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// One value with its identifier.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// The content with what stands before it.
    pub(super) whole: &'a [u8],
}

/// Values that stand one after another.
#[derive(Clone, Copy)]
pub(super) struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next one; `None` where there is none, or what stands there is not DER.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let bytes = self.0;
        let (&tag, rest) = bytes.split_first()?;
        // Of numbers that do not fit into the first octet X.509 has none.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Element { tag, content, whole: &bytes[..bytes.len() - rest.len()] })
    }

    /// The content of the next one, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|element| element.tag == tag).map(|element| element.content)
    }

    /// The content of the next one if it has this tag; the outer `None` where it has and is not DER.
    pub(super) fn take_if(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        match self.0.first() {
            Some(first) if *first == tag => self.take(tag).map(Some),
            _ => Some(None),
        }
    }
}

/// Ends with a `None` where the values cease to be DER.
impl<'a> IntoIterator for Elements<'a> {
    type Item = Option<Element<'a>>;
    type IntoIter = Each<'a>;

    fn into_iter(self) -> Each<'a> {
        Each(self)
    }
}

pub(super) struct Each<'a>(Elements<'a>);

impl<'a> Iterator for Each<'a> {
    type Item = Option<Element<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let element = self.0.next();
        if element.is_none() {
            self.0 = Elements(&[]);
        }
        Some(element)
    }
}

/// The content of the one value that `bytes` consists of.
pub(super) fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let mut elements = Elements::of(bytes);
    elements.take(tag).filter(|_| elements.is_empty())
}

/// The content of the first value in `bytes`; OpenSSL does not mind what stands behind the value of an extension.
pub(super) fn first(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    Elements::of(bytes).take(tag)
}

/// Whether the content of a BIT STRING says rightly how many bits of its last byte do not count.
pub(super) fn is_bit_string(content: &[u8]) -> bool {
    matches!(content, [0] | [0..=7, _, ..])
}

/// The bytes of a BIT STRING of whole bytes.
pub(super) fn whole_bytes(content: &[u8]) -> Option<&[u8]> {
    content.split_first().filter(|(unused, _)| **unused == 0).map(|(_, bytes)| bytes)
}

/// An INTEGER is written with no byte more than it needs.
pub(super) fn is_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0, second, ..] => second & 0x80 != 0,
        [0xff, second, ..] => second & 0x80 == 0,
        _ => true,
    }
}

/// A value of these parts.
pub(super) fn wrapped(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let first: &[u8] = if content.len() < 0x80 { &[] } else { &[0x80 | significant.len() as u8] };
    // An empty content has a length, too.
    let significant = if content.is_empty() { &[0][..] } else { significant };
    [&[tag], first, significant, &content].concat()
}

/// The last byte of an object identifier ends an arc, and no arc begins with a zero.
pub(super) fn is_oid(content: &[u8]) -> bool {
    let mut begins = true;
    for byte in content {
        if begins && *byte == 0x80 {
            return false;
        }
        begins = byte & 0x80 == 0;
    }
    begins && !content.is_empty()
}

/// A length as short as it can be written, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (length, rest, least) = match (first, rest) {
        (0..=0x7f, _) => return Some((usize::from(first), rest)),
        (0x81, [a, rest @ ..]) => (usize::from(*a), rest, 0x80),
        (0x82, [a, b, rest @ ..]) => (usize::from(*a) << 8 | usize::from(*b), rest, 0x100),
        (0x83, [a, b, c, rest @ ..]) => {
            (usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c), rest, 0x1_0000)
        }
        (0x84, [a, b, c, d, rest @ ..]) => {
            (usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?, rest, 0x100_0000)
        }
        _ => return None,
    };
    (length >= least).then_some((length, rest))
}

/// So many bytes can be taken apart at once.
pub(super) const LONGEST: usize = u32::MAX as usize;

/// Where in some bytes a part of them stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// What is taken apart is at most [`LONGEST`] bytes long, so that the numbers suffice.
    pub(super) fn of(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        Self { start: start as u32, end: start.wrapping_add(part.len()) as u32 }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(super) fn within(self, whole: &[u8]) -> &[u8] {
        whole.get(self.range()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_they_can_be() {
        let long = |prefix: &[u8], length: usize| [prefix, &vec![0; length]].concat();
        for (bytes, expected) in [
            (vec![5, 0], Some(0)),
            (vec![4, 1, 7], Some(1)),
            (vec![4, 0x81, 1, 7], None),
            (long(&[4, 0x81, 0x80], 0x80), Some(0x80)),
            (long(&[4, 0x82, 0, 0x80], 0x80), None),
            (long(&[4, 0x82, 1, 0], 0x100), Some(0x100)),
            (long(&[4, 0x83, 0, 1, 0], 0x100), None),
            (long(&[4, 0x83, 1, 0, 0], 0x1_0000), Some(0x1_0000)),
            (long(&[4, 0x84, 0, 1, 0, 0], 0x1_0000), None),
            (long(&[4, 0x84, 1, 0, 0, 0], 0x100_0000), Some(0x100_0000)),
            (vec![4, 0x84, 0xff, 0xff, 0xff, 0xff], None),
            (vec![4, 0x80, 7, 0, 0], None),
            (vec![4, 2, 7], None),
            (vec![4], None),
            (vec![0x3f, 1, 0], None),
            (vec![], None),
        ] {
            let element = Elements::of(&bytes).next();
            assert_eq!(
                element.map(|element| element.content.len()),
                expected,
                "{:x?}",
                &bytes[..bytes.len().min(8)]
            );
        }
    }

    #[test]
    fn what_is_wrapped_is_read_again() {
        for size in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let content = vec![7; size];
            assert_eq!(only(&wrapped(OCTET_STRING, &[&content, &[]]), OCTET_STRING), Some(&content[..]));
        }
    }

    #[test]
    fn optional_values_are_taken_or_left() {
        let mut elements = Elements::of(&[2, 1, 3, 1, 1, 0xff]);
        assert_eq!(elements.take_if(BOOLEAN), Some(None));
        assert_eq!(elements.take_if(INTEGER), Some(Some(&[3][..])));
        assert_eq!(elements.take(BOOLEAN), Some(&[0xff][..]));
        assert!(elements.is_empty());
        assert_eq!(elements.take_if(BOOLEAN), Some(None));
        assert_eq!(Elements::of(&[1, 2, 0]).take_if(BOOLEAN), None);
        let tags = |bytes: &'static [u8]| -> Vec<_> {
            Elements::of(bytes).into_iter().map(|element| element.map(|element| element.tag)).collect()
        };
        assert_eq!(tags(&[5, 0, 4, 1, 9]), [Some(5), Some(4)]);
        assert_eq!(tags(&[5, 0, 4, 2, 9]), [Some(5), None]);
    }

    #[test]
    fn integers_and_object_identifiers_have_one_form() {
        for (content, expected) in [
            (&[][..], false),
            (&[0], true),
            (&[0, 0x80], true),
            (&[0, 0x7f], false),
            (&[0xff, 0x7f], true),
            (&[0xff, 0x80], false),
        ] {
            assert_eq!(is_integer(content), expected, "{content:x?}");
        }
        for (content, expected) in [
            (&[][..], false),
            (&[0x55, 4, 3], true),
            (&[0x80, 1], false),
            (&[0x2a, 0x86], false),
            (&[0x2a, 0x86, 0x48], true),
        ] {
            assert_eq!(is_oid(content), expected, "{content:x?}");
        }
    }

    #[test]
    fn a_span_finds_its_part_again() {
        let whole = [1, 2, 3, 4];
        let span = Span::of(&whole[1..3], &whole);
        assert_eq!(span.within(&whole), [2, 3]);
        assert_eq!(span.within(&[0]), [0; 0]);
    }
}
