//! Distinguished names, compared as OpenSSL's `X509_NAME_cmp` does (RFC 5280, section 7.1): string types, the case of
//! ASCII letters, how much white space there is, and the order within a relative name do not matter.

use std::borrow::Cow;

use super::der::{self, Elements, OID, SEQUENCE, SET};
use crate::certificate::charset::Charset;

/// Whether it is a name whose values OpenSSL takes: strings that can be read, and some more.
pub(super) fn is_sound(name: &[u8]) -> bool {
    der::only(name, SEQUENCE).is_some()
        && relative_names(name).all(|relative| relative.is_some_and(is_relative_sound))
}

/// Whether the content of a relative name is of such values.
pub(super) fn is_relative_sound(relative: &[u8]) -> bool {
    attributes(relative).all(is_attribute_sound)
}

/// Whether it is of values of such types, which perhaps cannot be read.
pub(super) fn is_relative(relative: &[u8]) -> bool {
    let is_of_units = |value: Value<'_>| match value.tag {
        0x0c => true,
        0x1c => value.content.len().is_multiple_of(4),
        0x1e => value.content.len().is_multiple_of(2),
        _ => false,
    };
    attributes(relative).all(|attribute| match attribute {
        Some(Attribute { oid, value }) if is_of_units(value) => der::is_oid(oid),
        other => is_attribute_sound(other),
    })
}

/// The name with more attributes beneath it: each is a relative name of its own, as for OpenSSL.
pub(super) fn extended(name: &[u8], attributes: &[u8]) -> Vec<u8> {
    let base = der::only(name, SEQUENCE).unwrap_or_default();
    let more: Vec<_> =
        Elements::of(attributes).into_iter().flatten().map(|one| der::wrapped(SET, &[one.whole])).collect();
    der::wrapped(SEQUENCE, &[base, &more.concat()])
}

fn is_attribute_sound(attribute: Option<Attribute<'_>>) -> bool {
    attribute.is_some_and(|Attribute { oid, value }| {
        let is_other = matches!(value.tag, 0x03 | 0x07..=0x0b | 0x0d..=0x0f | 0x12 | 0x1d | SEQUENCE);
        der::is_oid(oid) && (is_other || value.text().is_some())
    })
}

/// Whether both names, each all of its encoding, name the same entity.
pub(super) fn equal(one: &[u8], other: &[u8]) -> bool {
    one == other || is_beneath(one, other) == Some(true) && length(one) == length(other)
}

/// The same number for names that are [`equal`]. Whom to trust is in the caller's hands, so that nobody can choose names
/// to have the same.
pub(super) fn digest(name: &[u8]) -> u64 {
    relative_names(name).fold(EMPTY, |so_far, relative| {
        let attributes = relative.map(attributes).into_iter().flatten();
        let digests = attributes.flatten().map(|attribute| attribute.digest());
        mix(so_far, digests.fold(0, u64::wrapping_add))
    })
}

const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// A step of the digest FNV-1a, over more than a byte at once.
fn mix(digest: u64, value: u64) -> u64 {
    (digest ^ value).wrapping_mul(0x100_0000_01b3)
}

/// Whether `name` begins as `base` does; `None` where one of them cannot be read so far.
pub(super) fn is_beneath(name: &[u8], base: &[u8]) -> Option<bool> {
    let mut relative = relative_names(name);
    for wanted in relative_names(base) {
        let wanted = wanted?;
        match relative.next() {
            Some(there) if relative_names_equal(there?, wanted)? => {}
            _ => return Some(false),
        }
    }
    Some(true)
}

/// Whether there is no attribute in it.
pub(super) fn is_empty(name: &[u8]) -> bool {
    length(name) == 0
}

/// The values of all attributes of this type, in their order; what cannot be read is left out.
pub(super) fn values<'a>(name: &'a [u8], oid: &'a [u8]) -> impl Iterator<Item = Value<'a>> {
    let all = relative_names(name).flatten().flat_map(attributes).flatten();
    all.filter(move |attribute| attribute.oid == oid).map(|attribute| attribute.value)
}

/// How many attributes there are.
pub(super) fn attribute_count(name: &[u8]) -> usize {
    relative_names(name).flatten().flat_map(attributes).count()
}

/// The value of an attribute.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

struct Attribute<'a> {
    oid: &'a [u8],
    value: Value<'a>,
}

fn length(name: &[u8]) -> usize {
    relative_names(name).count()
}

/// The contents of the SETs.
fn relative_names(name: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let content = der::only(name, SEQUENCE).unwrap_or_default();
    let is_set = |element: der::Element<'_>| element.tag == SET;
    Elements::of(content)
        .into_iter()
        .map(move |element| element.filter(|element| is_set(*element)).map(|set| set.content))
}

fn attributes(relative: &[u8]) -> impl Iterator<Item = Option<Attribute<'_>>> {
    Elements::of(relative).into_iter().map(|element| {
        let mut fields = Elements::of(element.filter(|element| element.tag == SEQUENCE)?.content);
        let (oid, value) = (fields.take(OID)?, fields.next()?);
        fields
            .is_empty()
            .then_some(Attribute { oid, value: Value { tag: value.tag, content: value.content } })
    })
}

/// A relative name has one attribute nearly always, and never more than a handful.
const MOST_ATTRIBUTES: usize = 16;

/// The attributes of a relative name are a set; two large ones are equal only if they are the same bytes.
fn relative_names_equal(one: &[u8], other: &[u8]) -> Option<bool> {
    if one == other {
        return Some(true);
    }
    let mut rest: Vec<_> = attributes(other).collect::<Option<_>>()?;
    if rest.len() > MOST_ATTRIBUTES {
        return Some(false);
    }
    for attribute in attributes(one) {
        let attribute = attribute?;
        let Some(same) = rest.iter().position(|candidate| candidate.equals(&attribute)) else {
            return Some(false);
        };
        rest.swap_remove(same);
    }
    Some(rest.is_empty())
}

impl Attribute<'_> {
    fn equals(&self, other: &Self) -> bool {
        if self.oid != other.oid {
            return false;
        }
        match (self.value.text(), other.value.text()) {
            (Some(one), Some(other)) => folded(&one).eq(folded(&other)),
            (None, None) => (self.value.tag, self.value.content) == (other.value.tag, other.value.content),
            _ => false,
        }
    }

    fn digest(&self) -> u64 {
        let bytes =
            |start, bytes: &[u8]| bytes.iter().fold(start, |so_far, byte| mix(so_far, u64::from(*byte)));
        let kind = bytes(EMPTY, self.oid);
        match self.value.text() {
            Some(text) => folded(&text).fold(kind, |so_far, character| mix(so_far, u64::from(character))),
            None => bytes(kind, self.value.content),
        }
    }
}

impl<'a> Value<'a> {
    /// The text of a string whose type does not matter; `None` for other values and what is no text.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let charset = match self.tag {
            0x0c => Charset::Utf8,
            // PrintableString, T61String and IA5String.
            0x13 | 0x14 | 0x16 => Charset::Latin1,
            0x1c => Charset::Ucs4,
            0x1e => Charset::Ucs2,
            _ => return None,
        };
        charset.decode(self.content)
    }
}

/// The text in lower case, without white space around it and with single blanks in it.
fn folded(text: &str) -> impl Iterator<Item = char> {
    let is_blank = |character: char| matches!(character, ' ' | '\t'..='\r');
    let text = text.trim_matches(is_blank);
    let mut after_blank = false;
    text.chars().filter_map(move |character| {
        let blank = is_blank(character);
        let repeated = std::mem::replace(&mut after_blank, blank) && blank;
        (!repeated).then(|| if blank { ' ' } else { character.to_ascii_lowercase() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTF8: u8 = 0x0c;
    const PRINTABLE: u8 = 0x13;
    const COMMON_NAME: u8 = 3;
    const ORGANIZATION: u8 = 10;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn attribute(kind: u8, tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(SEQUENCE, &[tlv(OID, &[0x55, 4, kind]), tlv(tag, value)].concat())
    }

    fn name(relative: &[&[Vec<u8>]]) -> Vec<u8> {
        let sets: Vec<_> = relative.iter().map(|attributes| tlv(SET, &attributes.concat())).collect();
        tlv(SEQUENCE, &sets.concat())
    }

    fn common_name(tag: u8, value: &[u8]) -> Vec<u8> {
        name(&[&[attribute(COMMON_NAME, tag, value)]])
    }

    #[test]
    fn names_agree_whatever_their_form() {
        let utf8 = |value: &str| common_name(UTF8, value.as_bytes());
        let of = |kind, value: &str| attribute(kind, UTF8, value.as_bytes());
        let a_and_b = name(&[&[of(COMMON_NAME, "a"), of(ORGANIZATION, "b")]]);
        for (one, other, agree) in [
            (utf8("Some CA"), utf8("Some CA"), true),
            (utf8("Some CA"), common_name(PRINTABLE, b"Some CA"), true),
            (utf8("A"), common_name(0x1e, b"\0a"), true),
            (utf8("é"), common_name(0x14, b"\xe9"), true),
            (utf8("\t some \n CA "), utf8("SOME CA"), true),
            (utf8("SomeCA"), utf8("Some CA"), false),
            (utf8("É"), utf8("é"), false),
            (utf8("1"), common_name(0x12, b"1"), false),
            (common_name(0x12, b"1"), common_name(0x12, b"1"), true),
            (common_name(UTF8, b"\xff"), utf8("a"), false),
            (common_name(UTF8, b"\xff"), common_name(UTF8, b"\xff"), true),
            (a_and_b.clone(), name(&[&[of(ORGANIZATION, "B"), of(COMMON_NAME, "A")]]), true),
            (a_and_b.clone(), name(&[&[of(COMMON_NAME, "a")], &[of(ORGANIZATION, "b")]]), false),
            (name(&[&[of(COMMON_NAME, "a")], &[of(ORGANIZATION, "b")]]), utf8("a"), false),
            (name(&[]), name(&[]), true),
            (name(&[]), utf8("a"), false),
            (utf8("a"), vec![0x30], false),
        ] {
            assert_eq!(equal(&one, &other), agree, "{one:x?} {other:x?}");
            assert_eq!(equal(&other, &one), agree, "{other:x?} {one:x?}");
            assert!(!agree || digest(&one) == digest(&other), "{one:x?} {other:x?}");
        }
    }

    #[test]
    fn a_base_is_the_beginning_of_a_name() {
        let of = |kind, value: &str| attribute(kind, UTF8, value.as_bytes());
        let whole = name(&[&[of(ORGANIZATION, "Acme")], &[of(COMMON_NAME, "x")]]);
        assert_eq!(is_beneath(&whole, &name(&[&[of(ORGANIZATION, "ACME")]])), Some(true));
        assert_eq!(is_beneath(&whole, &whole), Some(true));
        assert_eq!(is_beneath(&whole, &name(&[])), Some(true));
        assert_eq!(is_beneath(&whole, &name(&[&[of(COMMON_NAME, "x")]])), Some(false));
        assert_eq!(is_beneath(&name(&[&[of(ORGANIZATION, "Acme")]]), &whole), Some(false));
        assert_eq!(is_beneath(&whole, &[0x30, 2, 5, 0]), None);
    }

    #[test]
    fn a_name_can_be_made_longer() {
        let of = |kind, value: &str| attribute(kind, UTF8, value.as_bytes());
        let base = name(&[&[of(ORGANIZATION, "Acme")]]);
        let (one, other) = (of(COMMON_NAME, "x"), of(COMMON_NAME, "y"));
        assert_eq!(extended(&base, &[]), base);
        let both = name(&[&[of(ORGANIZATION, "Acme")], &[of(COMMON_NAME, "x")], &[of(COMMON_NAME, "y")]]);
        assert_eq!(extended(&base, &[one, other].concat()), both);
    }

    #[test]
    fn attributes_are_found_by_their_type() {
        let of = |kind, value: &str| attribute(kind, UTF8, value.as_bytes());
        let whole = name(&[&[of(COMMON_NAME, "a")], &[of(ORGANIZATION, "b"), of(COMMON_NAME, "c")]]);
        let values: Vec<_> =
            values(&whole, &[0x55, 4, COMMON_NAME]).map(|value| value.text().unwrap()).collect();
        assert_eq!(values, ["a", "c"]);
        assert_eq!(attribute_count(&whole), 3);
        assert!(!is_empty(&whole) && is_empty(&name(&[])));
    }
}
