//! Reading DER strictly: every byte belongs to something, and what does not is undecodable (`None`).

use std::fmt::Write;

use x509_parser::asn1_rs::{Any, Class, FromDer, Header, Tag};

/// The elements that stand one after another in `bytes`; ends with a `None` where they cease to be DER.
pub(super) fn elements(bytes: &[u8]) -> impl Iterator<Item = Option<Any<'_>>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let element = Any::from_der(rest).ok();
        rest = element.as_ref().map_or(&[], |(rest, _)| *rest);
        Some(element.map(|(_, element)| element))
    })
}

/// The one element that `bytes` consists of.
pub(super) fn element(bytes: &[u8]) -> Option<Any<'_>> {
    match Any::from_der(bytes) {
        Ok(([], element)) => Some(element),
        _ => None,
    }
}

/// How long the element at the beginning of `bytes` says that it is, its header included.
pub(super) fn declared_length(bytes: &[u8]) -> Option<usize> {
    let (content, header) = Header::from_der(bytes).ok()?;
    header.length().definite().ok()?.checked_add(bytes.len() - content.len())
}

/// The content of the constructed universal value (SEQUENCE, SET) that `bytes` consists of.
pub(super) fn constructed(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    content(&element(bytes)?, tag, true)
}

/// The content of the primitive universal value (an INTEGER, an OID) that `element` is.
pub(super) fn primitive<'a>(element: &Any<'a>, tag: Tag) -> Option<&'a [u8]> {
    content(element, tag, false)
}

fn content<'a>(element: &Any<'a>, tag: Tag, constructed: bool) -> Option<&'a [u8]> {
    let header = &element.header;
    let expected =
        header.class() == Class::Universal && header.tag() == tag && header.constructed() == constructed;
    expected.then_some(element.data)
}

/// An element that is told by a number and not by its type: `[3]`.
///
/// Gives the number, whether it is constructed, and the content.
pub(super) fn context<'a>(element: &Any<'a>) -> Option<(u32, bool, &'a [u8])> {
    (element.class() == Class::ContextSpecific).then(|| {
        let header = &element.header;
        (header.tag().0, header.constructed(), element.data)
    })
}

/// An object identifier in dotted decimal, from its content bytes.
///
/// Arcs have up to 128 bits, which is what the longest in use need (a UUID below 2.25).
pub(super) fn dotted(content: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(content.len() * 3);
    let mut arc: Option<u128> = None;
    for byte in content {
        if arc.is_none() && *byte == 0x80 {
            return None;
        }
        let value = arc.unwrap_or(0).checked_mul(128)? | u128::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            arc = Some(value);
            continue;
        }
        arc = None;
        if text.is_empty() {
            let root = (value / 40).min(2);
            text.push(char::from(b'0' + root as u8));
            push(&mut text, value - 40 * root);
        } else {
            push(&mut text, value);
        }
    }
    (arc.is_none() && !text.is_empty()).then_some(text)
}

/// Appends one arc. Most are small, and a number of 128 bits is slow to write.
fn push(text: &mut String, arc: u128) {
    let _infallible = match u64::try_from(arc) {
        Ok(small) => write!(text, ".{small}"),
        Err(_) => write!(text, ".{arc}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_are_dotted() {
        assert_eq!(dotted(&[0x55, 4, 3]).as_deref(), Some("2.5.4.3"));
        assert_eq!(dotted(&[0x2a, 0x86, 0x48]).as_deref(), Some("1.2.840"));
        assert_eq!(dotted(&[0x88, 0x37, 3]).as_deref(), Some("2.999.3"));
        assert_eq!(dotted(&[0]).as_deref(), Some("0.0"));
        let uuid = [&[0x69, 0x83][..], &[0xff; 17], &[0x7f]].concat();
        assert_eq!(dotted(&uuid).as_deref(), Some("2.25.340282366920938463463374607431768211455"));
    }

    #[test]
    fn what_is_no_object_identifier_is_refused() {
        let too_long = [&[0x69, 0x84][..], &[0x80; 17], &[0]].concat();
        for bytes in [&[][..], &[0x80, 1], &[0x2a, 0x81], &[0x2a, 0x80, 1], &too_long] {
            assert_eq!(dotted(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn elements_end_where_der_ends() {
        let tags = |bytes: &'static [u8]| -> Vec<Option<u32>> {
            elements(bytes).map(|element| element.map(|any| any.tag().0)).collect()
        };
        assert_eq!(tags(&[5, 0, 4, 1, 9]), [Some(5), Some(4)]);
        assert_eq!(tags(&[5, 0, 4, 2, 9]), [Some(5), None]);
        assert_eq!(tags(&[]), []);
        assert!(element(&[5, 0]).is_some());
        assert!(element(&[5, 0, 0]).is_none());
    }
}
