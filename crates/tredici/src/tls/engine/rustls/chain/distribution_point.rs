//! Where lists of the revoked are, as certificates say it and the lists themselves (RFC 5280, sections 4.2.1.13 and
//! 5.2.5).

use super::{
    certificate::Certificate,
    der::{self, Element, Elements, SEQUENCE},
    extensions,
    general_name::GeneralName,
    name,
};

/// Why a certificate was revoked, as bits; a list may be for some of the reasons.
pub(super) type Reasons = u16;

/// All that there are (RFC 5280, section 4.2.1.13), the first of them unused.
pub(super) const ALL_REASONS: Reasons = 0x807f;

/// One of the places that a certificate names.
pub(super) struct Point<'a> {
    name: Option<PointName<'a>>,
    /// For which reasons the list there is.
    pub(super) reasons: Reasons,
    /// The names of who issues that list, where it is somebody else than the certificate's issuer.
    issuers: Option<&'a [u8]>,
}

impl<'a> Point<'a> {
    /// Those of a certificate, relative names made whole.
    pub(super) fn all(certificate: &'a Certificate) -> Vec<Self> {
        let points = certificate.extensions.distribution_points.map(|span| span.within(&certificate.der));
        let mut is_readable = true;
        let mut whole = |point: Self| {
            let base = point.issuers.and_then(|names| directories(names).next());
            let name = point.name.map(|name| name.beneath(base.unwrap_or(certificate.issuer())));
            // OpenSSL stops reading where a name cannot be read.
            let reasons = if is_readable { point.reasons } else { 0 };
            is_readable &= !matches!(name, Some(PointName::Nowhere));
            Self { name, reasons, ..point }
        };
        Self::each(points.unwrap_or_default()).flatten().map(&mut whole).collect()
    }

    /// Those that stand one after another; what is none is a `None`.
    pub(super) fn each(points: &'a [u8]) -> impl Iterator<Item = Option<Self>> {
        Elements::of(points).into_iter().map(|element| Self::read(element?))
    }

    /// Each says where its list is, or who issues it.
    fn read(element: Element<'a>) -> Option<Self> {
        let mut fields = Elements::of(Some(element).filter(|element| element.tag == SEQUENCE)?.content);
        let name = fields.take_if(0xa0)?;
        let reasons = fields.take_if(0x81)?;
        let issuers = fields.take_if(0xa2)?;
        let is_named = name.is_some() || issuers.is_some_and(|names| !names.is_empty());
        if !fields.is_empty() || !is_named || !issuers.is_none_or(GeneralName::are_sound) {
            return None;
        }
        let name = name.map(|content| PointName::read(content).ok_or(())).transpose().ok()?;
        let reasons =
            reasons.map_or(Some(ALL_REASONS), |bits| Some(extensions::bits(bits)? & ALL_REASONS))?;
        Some(Self { name, reasons, issuers })
    }

    /// Whether the list there can be one of `issuer` in this place.
    pub(super) fn is_of(&self, issuer: &[u8], place: Option<&PointName<'_>>) -> bool {
        self.issuers.is_none_or(|names| are_with(names, issuer))
            && match (&self.name, place) {
                (Some(name), Some(place)) => name.agrees_with(place),
                _ => true,
            }
    }
}

/// The name of a place.
pub(super) enum PointName<'a> {
    /// General names, each of which leads there.
    Full(&'a [u8]),
    /// Attributes to be added to the issuer's name.
    Relative(&'a [u8]),
    /// All of a distinguished name.
    Directory(Vec<u8>),
    /// A relative one that cannot be read.
    Nowhere,
}

impl<'a> PointName<'a> {
    /// From the content of the explicit tag.
    pub(super) fn read(content: &'a [u8]) -> Option<Self> {
        let mut fields = Elements::of(content);
        let name = fields.next().filter(|_| fields.is_empty())?;
        match name.tag {
            0xa0 => GeneralName::are_sound(name.content).then_some(Self::Full(name.content)),
            0xa1 => name::is_relative(name.content).then_some(Self::Relative(name.content)),
            _ => None,
        }
    }

    /// The same, made whole where it is relative.
    pub(super) fn beneath(self, base: &[u8]) -> Self {
        match self {
            Self::Relative(attributes) if name::is_relative_sound(attributes) => {
                Self::Directory(name::extended(base, attributes))
            }
            Self::Relative(_) => Self::Nowhere,
            whole => whole,
        }
    }

    /// Whether both lead to one place.
    fn agrees_with(&self, other: &PointName<'_>) -> bool {
        match (self, other) {
            (Self::Full(one), PointName::Full(other)) => {
                let is_there = |name| Elements::of(other).into_iter().flatten().any(|it| same(it, name));
                Elements::of(one).into_iter().flatten().any(is_there)
            }
            (Self::Directory(one), PointName::Directory(other)) => name::equal(one, other),
            (Self::Full(names), PointName::Directory(whole)) => are_with(names, whole),
            (Self::Directory(whole), PointName::Full(names)) => are_with(names, whole),
            (Self::Relative(_) | Self::Nowhere, _) | (_, PointName::Relative(_) | PointName::Nowhere) => {
                false
            }
        }
    }
}

/// Whether two general names are the same, each as it is written but for distinguished names.
fn same(one: Element<'_>, other: Element<'_>) -> bool {
    const DIRECTORY: u8 = 0xa4;

    one.tag == other.tag
        && (one.content == other.content || one.tag == DIRECTORY && name::equal(one.content, other.content))
}

/// Whether the distinguished name is among general names.
fn are_with(names: &[u8], directory: &[u8]) -> bool {
    directories(names).any(|name| name::equal(name, directory))
}

/// The distinguished ones among general names.
pub(super) fn directories(names: &[u8]) -> impl Iterator<Item = &[u8]> {
    GeneralName::each(names).flatten().filter_map(|name| match name {
        GeneralName::Directory(name) => Some(name),
        _ => None,
    })
}

/// The list of distribution points in the value of an extension; `None` where it is none.
pub(super) fn points(value: &[u8]) -> Option<&[u8]> {
    der::first(value, SEQUENCE).filter(|points| Point::each(points).all(|point| point.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distribution_points_say_where_or_who() {
        for (value, expected) in [
            (&[0x30, 0][..], true),
            (&[0x30, 9, 0x30, 7, 0xa0, 5, 0xa0, 3, 0x86, 1, b'a'], true),
            (&[0x30, 7, 0x30, 5, 0xa2, 3, 0x82, 1, b'a'], true),
            (&[0x30, 13, 0x30, 11, 0xa0, 5, 0xa0, 3, 0x86, 1, b'a', 0x81, 2, 0, 1], true),
            (&[0x30, 13, 0x30, 11, 0xa0, 5, 0xa0, 3, 0x86, 1, b'a', 0x81, 2, 8, 1], false),
            (&[0x30, 15, 0x30, 13, 0xa0, 11, 0xa1, 9, 0x30, 7, 6, 2, 0x55, 4, 0x0c, 1, b'a'], true),
            (&[0x30, 8, 0x30, 6, 0xa0, 4, 0xa1, 2, 5, 0], false),
            (&[0x30, 2, 0x30, 0], false),
            (&[0x30, 6, 0x30, 4, 0x81, 2, 0, 1], false),
            (&[0x30, 6, 0x30, 4, 0xa0, 2, 5, 0], false),
            (&[5, 0], false),
        ] {
            assert_eq!(points(value).is_some(), expected, "{value:x?}");
        }
    }

    #[test]
    fn one_name_that_both_have_is_enough() {
        let uri = |text: &[u8]| [&[0x86, text.len() as u8], text].concat();
        let (one, other) = (uri(b"a"), uri(b"b"));
        let both = [&one[..], &other].concat();
        let agree = |one: &[u8], other: &[u8]| PointName::Full(one).agrees_with(&PointName::Full(other));
        assert!(agree(&one, &both) && agree(&both, &other));
        assert!(!agree(&one, &other) && !agree(&one, &[]));
        assert!(!agree(&one, &[0x82, 1, b'a']), "a name of another kind");
    }
}
