//! A list of revoked certificates taken apart (RFC 5280, section 5).

use std::sync::OnceLock;

use super::{
    super::{
        super::super::Der,
        certificate::{Certificate, is_algorithm},
        der::{self, BIT_STRING, Element, Elements, INTEGER, LONGEST, SEQUENCE, Span},
        distribution_point::PointName,
        extensions::{AuthorityKeyId, Extension, boolean},
        finding::*,
        key::Key,
        moment, name,
        signature::{Algorithm, Signature, Signed},
    },
    entries::Entries,
};

/// One list, with the places of its parts.
pub(super) struct RevocationList {
    der: Der,
    /// `None` where the date is in a form that RFC 5280 does not allow.
    pub(super) last_update: Option<i64>,
    /// The outer `None` where there is no date, the inner as above.
    next_update: Option<Option<i64>>,
    authority_key_id: Option<AuthorityKeyId>,
    /// Whose certificates it is about.
    pub(super) cover: Cover,
    /// It says what has changed since another.
    pub(super) is_delta: bool,
    /// A critical extension of the list, or of an entry, is not understood.
    pub(super) has_unknown_critical: bool,
    /// It is about all reasons to revoke and the certificates of its issuer.
    pub(super) is_of_use: bool,
    entries: Entries,
    /// The content of the name of the place where it is published.
    place: Option<Span>,
    issuer: Span,
    signed: Span,
    algorithm: Span,
    signature: Span,
    /// The key that was found to have signed it. Verifying a signature reads all of the list, and what was found once
    /// never changes; that a key has *not* signed it is not remembered, for keys that somebody makes up are without end.
    signer: OnceLock<Box<[u8]>>,
}

/// Whose certificates a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    All,
    Authorities,
    /// All but authorities'.
    Others,
    /// Certificates of attributes, of which TLS knows nothing.
    Attributes,
}

const EXTENSIONS: u8 = 0xa0;
const DELTA: u8 = 27;
const ISSUING_POINT: u8 = 28;
const AUTHORITY_KEY_ID: u8 = 35;

impl RevocationList {
    /// `None` where it is not DER, or no list.
    pub(super) fn read(der: &Der) -> Option<Self> {
        if der.len() > LONGEST {
            return None;
        }
        let span = |part: &[u8]| Span::of(part, der);
        let mut outer = Elements::of(der::only(der, SEQUENCE)?);
        let signed = outer.next().filter(|element| element.tag == SEQUENCE)?;
        let (algorithm, signature) = (outer.take(SEQUENCE)?, outer.take(BIT_STRING)?);

        let mut fields = Elements::of(signed.content);
        let version = fields.take_if(INTEGER)?;
        let inner_algorithm = fields.take(SEQUENCE)?;
        let issuer = fields.next()?;
        let last_update = fields.next()?;
        let next_update = date(&mut fields);
        let entries = fields.take_if(SEQUENCE)?.unwrap_or_default();
        let extensions = fields.take_if(EXTENSIONS)?;
        let is_sound = outer.is_empty()
            && fields.is_empty()
            && version.is_none_or(der::is_integer)
            && name::is_sound(issuer.whole)
            && [algorithm, inner_algorithm].into_iter().all(is_algorithm)
            && [Some(last_update), next_update].into_iter().flatten().all(is_date)
            && der::is_bit_string(signature);
        if !is_sound {
            return None;
        }
        let entries = Entries::read(der, entries)?;
        let extensions = Extensions::read(der, extensions)?;
        let point = extensions.issuing_point;
        Some(Self {
            der: der.clone(),
            last_update: moment::read(last_update.tag, last_update.content),
            next_update: next_update.map(|date| moment::read(date.tag, date.content)),
            authority_key_id: extensions.authority_key_id,
            cover: point.as_ref().map_or(Cover::All, |point| point.cover),
            is_delta: extensions.is_delta,
            has_unknown_critical: extensions.has_unknown_critical || entries.has_unknown_critical,
            is_of_use: point.as_ref().is_none_or(|point| point.is_of_use),
            place: point.and_then(|point| point.place),
            entries,
            issuer: span(issuer.whole),
            signed: span(signed.whole),
            algorithm: span(algorithm),
            signature: span(signature),
            signer: OnceLock::new(),
        })
    }

    /// All of the name.
    pub(super) fn issuer(&self) -> &[u8] {
        self.issuer.within(&self.der)
    }

    /// Where it says that it is published.
    pub(super) fn place(&self) -> Option<PointName<'_>> {
        let name = PointName::read(self.place?.within(&self.der))?;
        Some(name.beneath(self.issuer()))
    }

    /// Whether its authority key identifier agrees.
    pub(super) fn is_by(&self, issuer: &Certificate) -> bool {
        issuer.is_meant_by(self.authority_key_id.as_ref(), &self.der)
    }

    pub(super) fn is_current_at(&self, now: i64) -> bool {
        let mut findings = Findings::default();
        self.check_dates(now, &mut findings);
        findings.are_none()
    }

    pub(super) fn check_dates(&self, now: i64, findings: &mut Findings) {
        match self.last_update {
            None => findings.add(ERROR_IN_CRL_LAST_UPDATE_FIELD),
            Some(from) => findings.add_if(now < from, CRL_NOT_YET_VALID),
        }
        match self.next_update {
            None => {}
            Some(None) => findings.add(ERROR_IN_CRL_NEXT_UPDATE_FIELD),
            Some(Some(to)) => findings.add_if(now >= to, CRL_HAS_EXPIRED),
        }
    }

    /// Whether the key, which is that of `issuer`, has signed it.
    pub(super) fn signature(&self, issuer: &Certificate, key: &Key) -> Signature {
        let key_info = issuer.public_key_info();
        if self.signer.get().is_some_and(|signer| **signer == *key_info) {
            return Signature::Right;
        }
        let algorithm = self.algorithm.within(&self.der);
        let is_by = Algorithm::read(algorithm).is_some_and(|algorithm| algorithm.is_by(key.kind));
        let Some(signature) = der::whole_bytes(self.signature.within(&self.der)).filter(|_| is_by) else {
            return Signature::Wrong;
        };
        let message = self.signed.within(&self.der);
        let answer = Signed { algorithm, message, signature }.check(issuer, key);
        if answer == Signature::Right {
            let _already = self.signer.set(key_info.into());
        }
        answer
    }

    /// Whether the certificate, which is one of the list's issuer, stands in it.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        self.entries.name(&self.der, certificate.serial(), certificate.issuer())
    }
}

/// The next value, if it is meant to be a date.
fn date<'a>(fields: &mut Elements<'a>) -> Option<Element<'a>> {
    let mut ahead = *fields;
    let date = ahead.next().filter(|element| moment::is_date(element.tag))?;
    *fields = ahead;
    Some(date)
}

/// A date is at least as long as one down to the second.
pub(super) fn is_date(date: Element<'_>) -> bool {
    moment::is_date(date.tag) && date.content.len() >= moment::shortest(date.tag)
}

/// What the extensions of a list say. One that is repeated or malformed is as good as absent, as for OpenSSL.
#[derive(Default)]
struct Extensions {
    authority_key_id: Option<AuthorityKeyId>,
    issuing_point: Option<IssuingPoint>,
    is_delta: bool,
    has_unknown_critical: bool,
}

impl Extensions {
    /// `None` where `list`, which is what stands in its own tag, is no list of extensions.
    fn read(whole: &[u8], list: Option<&[u8]>) -> Option<Self> {
        let Some(list) = list else { return Some(Self::default()) };
        let all: Vec<_> = Extension::each(der::only(list, SEQUENCE)?).collect::<Option<_>>()?;
        let value = |number: u8| {
            let mut found = all.iter().filter(|extension| extension.number() == Some(number));
            found.next().filter(|_| found.next().is_none()).map(|extension| extension.value)
        };
        let is_unknown = |extension: &Extension<'_>| {
            let is_known = matches!(extension.number(), Some(DELTA | ISSUING_POINT | AUTHORITY_KEY_ID));
            extension.is_critical && !is_known
        };
        let is_number = |value| der::first(value, INTEGER).is_some_and(der::is_integer);
        Some(Self {
            authority_key_id: value(AUTHORITY_KEY_ID).and_then(|value| AuthorityKeyId::read(whole, value)),
            issuing_point: value(ISSUING_POINT).and_then(|value| IssuingPoint::read(whole, value)),
            is_delta: value(DELTA).is_some_and(is_number),
            has_unknown_critical: all.iter().any(is_unknown),
        })
    }
}

/// What is in the list and where it is published (RFC 5280, section 5.2.5).
struct IssuingPoint {
    place: Option<Span>,
    cover: Cover,
    is_of_use: bool,
}

impl IssuingPoint {
    fn read(whole: &[u8], value: &[u8]) -> Option<Self> {
        let mut fields = Elements::of(der::first(value, SEQUENCE)?);
        let place = fields.take_if(0xa0)?;
        let mut flag = |tag| fields.take_if(tag)?.map_or(Some(false), boolean);
        let (others, authorities) = (flag(0x81)?, flag(0x82)?);
        let reasons = fields.take_if(0x83)?;
        let mut flag = |tag| fields.take_if(tag)?.map_or(Some(false), boolean);
        let (is_indirect, attributes) = (flag(0x84)?, flag(0x85)?);
        let is_sound = fields.is_empty()
            && reasons.is_none_or(der::is_bit_string)
            && place.is_none_or(|place| PointName::read(place).is_some());
        if !is_sound {
            return None;
        }
        let (cover, is_limited_once) = match (others, authorities, attributes) {
            (false, false, false) => (Cover::All, true),
            (true, false, false) => (Cover::Others, true),
            (false, true, false) => (Cover::Authorities, true),
            (false, false, true) => (Cover::Attributes, true),
            _ => (Cover::Attributes, false),
        };
        // One that says nothing is forbidden.
        let says_something = place.is_some() || cover != Cover::All;
        Some(Self {
            place: place.map(|place| Span::of(place, whole)),
            cover,
            is_of_use: is_limited_once && says_something && reasons.is_none() && !is_indirect,
        })
    }
}

#[cfg(test)]
mod tests {
    use tredici_test::draft::{Draft, DraftKey, Extension as DraftExtension, ListDraft, RevokedDraft};

    use super::*;

    fn certificate(draft: &Draft) -> Certificate {
        Certificate::read(&draft.self_signed().as_slice().into()).unwrap()
    }

    #[test]
    fn who_has_signed_is_found_out_once() {
        let [issuer, other] = [(); 2].map(|()| Draft::authority("Root", &DraftKey::p256()));
        let list = RevocationList::read(&ListDraft::new().issued_by(&issuer).as_slice().into()).unwrap();
        let ask = |certificate: &Certificate| list.signature(certificate, certificate.key.as_ref().unwrap());
        let [issuer, other] = [issuer, other].map(|draft| certificate(&draft));
        assert_eq!(ask(&other), Signature::Wrong);
        assert!(list.signer.get().is_none(), "what somebody has not signed is not remembered");
        assert_eq!(ask(&issuer), Signature::Right);
        assert_eq!(list.signer.get().map(|key| &**key), Some(issuer.public_key_info()));
        assert_eq!(ask(&other), Signature::Wrong);
        assert_eq!(ask(&issuer), Signature::Right);
    }

    #[test]
    fn many_entries_are_found_by_their_number() {
        const MANY: u32 = 100_000;

        let root = Draft::authority("Root", &DraftKey::p256());
        let mut list = ListDraft::new();
        let scattered = |number: u32| (number.wrapping_mul(2_654_435_761) | 0x4000_0000) & 0x7fff_ffff;
        let entries = (0..MANY).map(|number| RevokedDraft::new(&scattered(number).to_be_bytes()));
        list.entries = Some(entries.collect());
        let list = RevocationList::read(&list.issued_by(&root).as_slice().into()).unwrap();
        let stands = |serial: Vec<u8>| list.names(&certificate(&Draft { serial, ..root.clone() }));
        for number in (0..MANY).step_by(9_973) {
            assert!(stands(scattered(number).to_be_bytes().to_vec()));
        }
        for serial in [vec![7], vec![0x7f; 20], vec![0x80], scattered(MANY).to_be_bytes()[..3].to_vec()] {
            assert!(!stands(serial));
        }
    }

    /// Whatever is in the bytes, there is an answer.
    #[test]
    fn spoilt_lists_are_read_or_refused() {
        let root = Draft::authority("Root", &DraftKey::p256());
        let mut list = ListDraft::new();
        list.revoke(RevokedDraft::new(&root.serial).with(DraftExtension::ce(21, false, &[10, 1, 1])));
        list.set(DraftExtension::ce(28, true, &[0x30, 3, 0x81, 1, 0xff]));
        let good = list.issued_by(&root);
        let issuer = certificate(&root);
        for place in 0..good.len() {
            for bits in [1, 0x20, 0x80, 0xff] {
                let mut spoilt = good.clone();
                spoilt[place] ^= bits;
                if let Some(list) = RevocationList::read(&spoilt.as_slice().into()) {
                    let _any = (list.names(&issuer), list.place().is_some(), list.is_by(&issuer));
                    let signature = list.signature(&issuer, issuer.key.as_ref().unwrap());
                    assert_ne!(signature, Signature::Right, "{place} {bits}");
                }
            }
            assert!(RevocationList::read(&good[..place].into()).is_none(), "{place}");
        }
    }
}
