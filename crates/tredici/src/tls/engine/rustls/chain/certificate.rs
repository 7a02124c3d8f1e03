//! A certificate taken apart: what verifying a chain asks of it.

use std::ops::Range;

use super::{
    super::super::Der,
    der::{self, BIT_STRING, Element, Elements, INTEGER, OID, SEQUENCE, Span},
    extensions::{AuthorityKeyId, Extensions},
    general_name::GeneralName,
    key::{CurveKey, Key, NotOnCurve},
    moment, name,
    signature::Algorithm,
};

/// One certificate, with the places of its parts.
pub(super) struct Certificate {
    pub(super) der: Der,
    pub(super) version: Version,
    pub(super) extensions: Extensions,
    /// `None` where the date is in a form that RFC 5280 does not allow.
    pub(super) not_before: Option<i64>,
    pub(super) not_after: Option<i64>,
    /// `None` where it cannot be decoded.
    pub(super) key: Option<Key>,
    /// `None` where it is not known.
    pub(super) algorithm: Option<Algorithm>,
    /// It names itself as its issuer.
    pub(super) is_self_issued: bool,
    /// There are unique identifiers (RFC 5280, section 4.1.2.8).
    pub(super) has_unique_ids: bool,
    is_own_issuer: bool,
    signed: Span,
    serial: Span,
    issuer: Span,
    issuer_digest: u64,
    subject: Span,
    subject_digest: u64,
    public_key_info: Span,
    inner_algorithm: Span,
    outer_algorithm: Span,
    signature: Span,
}

/// The first cannot have extensions, and the third has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Three,
    Other,
}

const VERSION: u8 = 0xa0;
const ISSUER_ID: u8 = 0x81;
const SUBJECT_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;

impl Certificate {
    /// `None` where it is not DER, or not a certificate.
    pub(super) fn read(der: &Der) -> Option<Self> {
        let span = |part: &[u8]| Span::of(part, der);
        let mut outer = Elements::of(der::only(der, SEQUENCE)?);
        let signed = outer.next().filter(|element| element.tag == SEQUENCE)?;
        let outer_algorithm = outer.take(SEQUENCE)?;
        let signature = outer.take(BIT_STRING)?;

        let mut fields = Elements::of(signed.content);
        let version = fields.take_if(VERSION)?.map_or(Some(Version::One), version)?;
        let serial = fields.take(INTEGER)?;
        let inner_algorithm = fields.take(SEQUENCE)?;
        let issuer = sequence(&mut fields)?;
        let mut validity = Elements::of(fields.take(SEQUENCE)?);
        let (not_before, not_after) = (validity.next()?, validity.next()?);
        let subject = sequence(&mut fields)?;
        let public_key_info = sequence(&mut fields)?;
        let issuer_id = fields.take_if(ISSUER_ID)?;
        let subject_id = fields.take_if(SUBJECT_ID)?;
        let extensions = fields.take_if(EXTENSIONS)?;

        let ends = [outer, fields, validity].iter().all(Elements::is_empty);
        let is_sound = ends
            && der::is_integer(serial)
            && [Some(signature), issuer_id, subject_id].into_iter().flatten().all(der::is_bit_string)
            && [not_before, not_after].into_iter().all(|date| moment::is_date(date.tag))
            && [subject, issuer].into_iter().all(|name| name::is_sound(name.whole))
            && [inner_algorithm, outer_algorithm].into_iter().all(is_algorithm)
            && is_algorithm_and_bits(public_key_info.content);
        if !is_sound {
            return None;
        }
        let (subject_digest, issuer_digest) = (name::digest(subject.whole), name::digest(issuer.whole));
        let mut certificate = Self {
            der: der.clone(),
            version,
            extensions: extensions
                .map_or_else(|| Some(Extensions::default()), |list| Extensions::read(der, list))?,
            not_before: moment::read(not_before.tag, not_before.content),
            not_after: moment::read(not_after.tag, not_after.content),
            key: Key::read(der, public_key_info.content),
            algorithm: Algorithm::read(outer_algorithm),
            is_self_issued: subject_digest == issuer_digest && name::equal(subject.whole, issuer.whole),
            has_unique_ids: issuer_id.is_some() || subject_id.is_some(),
            is_own_issuer: false,
            signed: span(signed.whole),
            serial: span(serial),
            issuer: span(issuer.whole),
            issuer_digest,
            subject: span(subject.whole),
            subject_digest,
            public_key_info: span(public_key_info.whole),
            inner_algorithm: span(inner_algorithm),
            outer_algorithm: span(outer_algorithm),
            signature: span(signature),
        };
        let meant = certificate.extensions.authority_key_id.as_ref();
        certificate.is_own_issuer = certificate.is_self_issued
            && certificate.is_meant_by(meant, &certificate.der)
            && certificate.fits_signature_of(&certificate);
        Some(certificate)
    }

    /// Forgets a key whose point is not on its curve, as OpenSSL does not decode it.
    pub(super) fn check_key(&mut self) {
        if !self.has_sound_key() {
            self.key = None;
            self.is_own_issuer = false;
        }
    }

    pub(super) fn has_sound_key(&self) -> bool {
        self.sound_key().is_ok()
    }

    /// Its key, where that is on one of the usual curves.
    pub(super) fn sound_key(&self) -> Result<Option<CurveKey>, NotOnCurve> {
        self.key.as_ref().ok_or(NotOnCurve)?.on_its_curve(&self.der)
    }

    /// All of the name.
    pub(super) fn subject(&self) -> &[u8] {
        self.subject.within(&self.der)
    }

    /// The same number for names that are equal.
    pub(super) fn subject_digest(&self) -> u64 {
        self.subject_digest
    }

    /// The same number for names that are equal.
    pub(super) fn issuer_digest(&self) -> u64 {
        self.issuer_digest
    }

    /// All of the name.
    pub(super) fn issuer(&self) -> &[u8] {
        self.issuer.within(&self.der)
    }

    /// The content of the serial number.
    pub(super) fn serial(&self) -> &[u8] {
        self.serial.within(&self.der)
    }

    /// All of SubjectPublicKeyInfo.
    pub(super) fn public_key_info(&self) -> &[u8] {
        self.public_key_info.within(&self.der)
    }

    /// Where its DNS names stand; none where not everybody reads it alike.
    pub(super) fn dns_names(&self) -> impl Iterator<Item = Range<usize>> {
        let is_usual = self.version == Version::Three && self.extensions.has_plain_names_alone;
        let names = self.extensions.alternative_names.filter(|_| is_usual);
        let names = names.map(|span| span.within(&self.der)).unwrap_or_default();
        GeneralName::each(names).filter_map(|name| match name? {
            GeneralName::Dns(name) => Some(Span::of(name, &self.der).range()),
            _ => None,
        })
    }

    /// What the issuer has signed.
    pub(super) fn signed(&self) -> &[u8] {
        self.signed.within(&self.der)
    }

    /// What the issuer has signed with, as it is encoded; `None` where the certificate names two algorithms.
    pub(super) fn signature_algorithm(&self) -> Option<&[u8]> {
        let [inner, outer] = [self.inner_algorithm, self.outer_algorithm].map(|span| span.within(&self.der));
        (inner == outer).then_some(outer)
    }

    /// `None` where it is not of whole bytes.
    pub(super) fn signature(&self) -> Option<&[u8]> {
        der::whole_bytes(self.signature.within(&self.der))
    }

    /// Whether it has issued itself, as far as that can be told without its signature; `None` where that cannot be
    /// asked because it is malformed (OpenSSL's `X509_self_signed`).
    pub(super) fn is_self_signed(&self) -> Option<bool> {
        (self.key.is_some() && !self.extensions.invalid).then_some(self.is_own_issuer)
    }

    /// The same without asking whether it is malformed (OpenSSL's `EXFLAG_SS`).
    pub(super) fn is_own_issuer(&self) -> bool {
        self.is_own_issuer
    }

    /// Whether it is its own issuer and version 1, which has no extensions to say that it is an authority.
    pub(super) fn is_old_root(&self) -> bool {
        self.version == Version::One && self.is_own_issuer
    }

    /// Whether it can have issued `subject`, as far as that can be told without the signature: names, key identifiers
    /// and kinds of keys agree. Whether it may is another question.
    pub(super) fn can_have_issued(&self, subject: &Self) -> bool {
        self.subject_digest == subject.issuer_digest
            && name::equal(self.subject(), subject.issuer())
            && !self.extensions.invalid
            && !subject.extensions.invalid
            && self.is_meant_by(subject.extensions.authority_key_id.as_ref(), &subject.der)
            && self.fits_signature_of(subject)
    }

    /// Whether it is what an authority key identifier, which stands in `whole`, says; what that leaves out cannot
    /// disagree.
    pub(super) fn is_meant_by(&self, wanted: Option<&AuthorityKeyId>, whole: &[u8]) -> bool {
        let Some(wanted) = wanted else { return true };
        let key_id = self.extensions.subject_key_id.map(|span| span.within(&self.der));
        let wanted_key_id = wanted.key_id.map(|span| span.within(whole));
        let wanted_serial = wanted.serial.map(|span| span.within(whole));
        let wanted_issuer = wanted.issuer.map(|span| span.within(whole));
        (key_id.is_none() || wanted_key_id.is_none() || key_id == wanted_key_id)
            && wanted_serial.is_none_or(|serial| serial == self.serial())
            && wanted_issuer.is_none_or(|issuer| name::equal(issuer, self.issuer()))
    }

    fn fits_signature_of(&self, subject: &Self) -> bool {
        let inner = subject.inner_algorithm.within(&subject.der);
        let outer = subject.outer_algorithm.within(&subject.der);
        let algorithm = if inner == outer { subject.algorithm } else { Algorithm::read(inner) };
        match (&self.key, algorithm) {
            (Some(key), Some(algorithm)) => algorithm.is_by(key.kind),
            _ => false,
        }
    }
}

fn sequence<'a>(fields: &mut Elements<'a>) -> Option<Element<'a>> {
    fields.next().filter(|element| element.tag == SEQUENCE)
}

/// An INTEGER in its own wrapping; what is beyond version 3, or below version 1, is no version that there is.
fn version(wrapped: &[u8]) -> Option<Version> {
    let number = der::only(wrapped, INTEGER).filter(|number| der::is_integer(number))?;
    Some(match number {
        [0] => Version::One,
        [2] => Version::Three,
        _ => Version::Other,
    })
}

/// An object identifier, and perhaps parameters.
pub(super) fn is_algorithm(content: &[u8]) -> bool {
    let mut fields = Elements::of(content);
    let has_oid = fields.take(OID).is_some_and(der::is_oid);
    let is_parameter = |element: Element<'_>| element.tag != OID || der::is_oid(element.content);
    has_oid && (fields.is_empty() || fields.next().is_some_and(is_parameter) && fields.is_empty())
}

fn is_algorithm_and_bits(content: &[u8]) -> bool {
    let mut fields = Elements::of(content);
    fields.take(SEQUENCE).is_some_and(is_algorithm)
        && fields.take(BIT_STRING).is_some_and(der::is_bit_string)
        && fields.is_empty()
}
