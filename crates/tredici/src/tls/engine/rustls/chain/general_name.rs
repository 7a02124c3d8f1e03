//! General names and what is made of them: alternative names and constraints (RFC 5280, section 4.2.1).

use super::{
    der::{self, Elements, OID, SEQUENCE},
    name,
};

#[derive(Clone, Copy)]
pub(super) enum GeneralName<'a> {
    Other {
        oid: &'a [u8],
    },
    Email(&'a [u8]),
    Dns(&'a [u8]),
    X400,
    /// All of the name.
    Directory(&'a [u8]),
    EdiParty,
    Uri(&'a [u8]),
    Address(&'a [u8]),
    Registered,
}

impl<'a> GeneralName<'a> {
    /// Those that stand one after another; what is none is a `None`.
    pub(super) fn each(names: &'a [u8]) -> impl Iterator<Item = Option<Self>> {
        Elements::of(names).into_iter().map(|element| Self::read(element?))
    }

    /// Whether it has no structure of its own.
    pub(super) fn is_plain(self) -> bool {
        matches!(self, Self::Email(_) | Self::Dns(_) | Self::Uri(_) | Self::Address(_))
    }

    /// Whether each of those that stand one after another is one.
    pub(super) fn are_sound(names: &'a [u8]) -> bool {
        Self::each(names).all(|name| name.is_some())
    }

    fn read(element: der::Element<'a>) -> Option<Self> {
        let content = element.content;
        Some(match element.tag {
            0xa0 => {
                let mut fields = Elements::of(content);
                let oid = fields.take(OID).filter(|oid| der::is_oid(oid))?;
                let mut value = Elements::of(fields.take(0xa0)?);
                value.next()?;
                (value.is_empty() && fields.is_empty()).then_some(Self::Other { oid })?
            }
            0x81 => Self::Email(content),
            0x82 => Self::Dns(content),
            0xa3 => Self::X400,
            0xa4 => name::is_sound(content).then_some(Self::Directory(content))?,
            0xa5 => Self::EdiParty,
            0x86 => Self::Uri(content),
            0x87 => Self::Address(content),
            0x88 => der::is_oid(content).then_some(Self::Registered)?,
            _ => return None,
        })
    }
}

/// The two lists of a name constraint.
#[derive(Clone, Copy)]
pub(super) struct Subtrees<'a> {
    permitted: &'a [u8],
    excluded: &'a [u8],
}

/// One entry of such a list.
#[derive(Clone, Copy)]
pub(super) struct Subtree<'a> {
    pub(super) base: GeneralName<'a>,
    /// It has a minimum or a maximum, which RFC 5280 does not allow.
    pub(super) is_limited: bool,
}

impl<'a> Subtrees<'a> {
    /// `None` where one of the entries is malformed.
    pub(super) fn read(content: &'a [u8]) -> Option<Self> {
        let mut fields = Elements::of(content);
        let permitted = fields.take_if(0xa0)?.unwrap_or_default();
        let excluded = fields.take_if(0xa1)?.unwrap_or_default();
        let is_sound =
            |list| Elements::of(list).into_iter().all(|element| element.and_then(Subtree::read).is_some());
        (fields.is_empty() && is_sound(permitted) && is_sound(excluded))
            .then_some(Self { permitted, excluded })
    }

    pub(super) fn permitted(self) -> impl Iterator<Item = Subtree<'a>> {
        Elements::of(self.permitted).into_iter().flatten().filter_map(Subtree::read)
    }

    pub(super) fn excluded(self) -> impl Iterator<Item = Subtree<'a>> {
        Elements::of(self.excluded).into_iter().flatten().filter_map(Subtree::read)
    }

    /// In bytes.
    pub(super) fn length(self) -> usize {
        self.permitted.len() + self.excluded.len()
    }

    pub(super) fn all(self) -> impl Iterator<Item = Subtree<'a>> {
        self.permitted().chain(self.excluded())
    }
}

impl<'a> Subtree<'a> {
    fn read(element: der::Element<'a>) -> Option<Self> {
        let mut fields = Elements::of(Some(element).filter(|element| element.tag == SEQUENCE)?.content);
        let base = GeneralName::read(fields.next()?)?;
        let minimum = fields.take_if(0x80)?;
        let maximum = fields.take_if(0x81)?;
        let is_sound = fields.is_empty() && [minimum, maximum].into_iter().flatten().all(der::is_integer);
        is_sound.then_some(Self {
            base,
            is_limited: maximum.is_some() || minimum.is_some_and(|least| least != [0]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_or_refused() {
        for (bytes, expected) in [
            (&[][..], true),
            (&[0x82, 1, b'a', 0x87, 4, 127, 0, 0, 1], true),
            (&[0xa0, 7, 6, 1, 0x2a, 0xa0, 2, 5, 0], true),
            (&[0xa0, 3, 6, 1, 0x2a], false),
            (&[0xa0, 9, 6, 1, 0x2a, 0xa0, 4, 5, 0, 5, 0], false),
            (&[0xa4, 2, 0x30, 0], true),
            (&[0xa4, 2, 5, 0], false),
            (&[0xa4, 4, 0x30, 2, 0x31, 0], true),
            (&[0xa4, 6, 0x30, 4, 0x31, 2, 0x30, 0], false),
            (&[0x88, 1, 0x80], false),
            (&[0x89, 0], false),
            (&[0xa2, 0], false),
            (&[0x82, 2, b'a'], false),
        ] {
            assert_eq!(GeneralName::are_sound(bytes), expected, "{bytes:x?}");
        }
    }

    #[test]
    fn subtrees_have_a_base_and_no_limits() {
        let limited = |bytes: &[u8]| -> Option<Vec<bool>> {
            Subtrees::read(bytes).map(|read| read.all().map(|subtree| subtree.is_limited).collect())
        };
        assert_eq!(limited(&[]), Some(vec![]));
        assert_eq!(limited(&[0xa0, 5, 0x30, 3, 0x82, 1, b'a']), Some(vec![false]));
        assert_eq!(limited(&[0xa0, 8, 0x30, 6, 0x82, 1, b'a', 0x80, 1, 0]), Some(vec![false]));
        assert_eq!(limited(&[0xa0, 8, 0x30, 6, 0x82, 1, b'a', 0x80, 1, 1]), Some(vec![true]));
        assert_eq!(limited(&[0xa1, 8, 0x30, 6, 0x82, 1, b'a', 0x81, 1, 0]), Some(vec![true]));
        assert_eq!(limited(&[0xa0, 2, 0x30, 0]), None);
        assert_eq!(limited(&[0xa0, 2, 5, 0]), None);
        assert_eq!(limited(&[5, 0]), None);
    }

    #[test]
    fn an_integer_limit_is_an_integer() {
        assert!(Subtrees::read(&[0xa0, 7, 0x30, 5, 0x82, 1, b'a', 0x80, 0]).is_none());
    }
}
