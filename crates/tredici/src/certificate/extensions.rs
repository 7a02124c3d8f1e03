//! The extensions that matter for who a certificate is for, what it may do and who issued it.

use std::ops::Range;

use x509_parser::asn1_rs::{Any, BitString, Oid, Tag};
use x509_parser::extensions::X509Extension;
use x509_parser::oid_registry::{
    OID_PKIX_AUTHORITY_INFO_ACCESS, OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE, OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
};

use super::der::{constructed, context, dotted, element, elements, primitive};
use super::fields::span;
use super::general_name::general_names;
use super::name::Name;

/// What the extensions of a certificate say. Of one that is absent or invalid nothing is here.
#[derive(Default)]
pub(super) struct Extensions {
    pub(super) subject_alt_name: SubjectAltName,
    pub(super) info_access: Option<Range<usize>>,
    pub(super) ext_key_usage: Option<Vec<String>>,
    pub(super) basic_constraints_ca: bool,
    /// The first eight bits of the key usage, the first of them the most significant.
    pub(super) key_usage: Option<u8>,
    pub(super) subject_key_id: Option<Range<usize>>,
    pub(super) authority_key_id: AuthorityKeyId,
    /// One of those above is there twice or cannot be decoded: OpenSSL then trusts none of them.
    pub(super) invalid: bool,
}

/// The list of alternative names in Node's form.
#[derive(Default)]
pub(super) enum SubjectAltName {
    #[default]
    Absent,
    Undecodable,
    Names(String),
}

/// What the issuer's certificate should look like.
#[derive(Default)]
pub(super) struct AuthorityKeyId {
    pub(super) key_id: Option<Range<usize>>,
    pub(super) issuer: Option<Name>,
    pub(super) serial: Option<Range<usize>>,
}

/// The bit of the key usage that allows to sign certificates.
pub(super) const KEY_CERT_SIGN: u8 = 0x04;

/// Takes up the value of one extension; `whole` is the certificate.
type Reader = fn(read: &mut Extensions, whole: &[u8], value: &[u8]) -> Option<()>;

static READERS: [(Oid<'static>, Reader); 7] = [
    (OID_X509_EXT_SUBJECT_ALT_NAME, |read, _, value| {
        read.subject_alt_name = SubjectAltName::Undecodable;
        read.subject_alt_name = SubjectAltName::Names(subject_alt_name(value)?);
        Some(())
    }),
    (OID_X509_EXT_EXTENDED_KEY_USAGE, |read, _, value| {
        read.ext_key_usage = ext_key_usage(value);
        read.ext_key_usage.is_some().then_some(())
    }),
    (OID_X509_EXT_BASIC_CONSTRAINTS, |read, _, value| {
        read.basic_constraints_ca = basic_constraints(value)?;
        Some(())
    }),
    (OID_X509_EXT_KEY_USAGE, |read, _, value| {
        read.key_usage = Some(key_usage(value)?);
        Some(())
    }),
    (OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, |read, whole, value| {
        read.subject_key_id = Some(span(whole, primitive(&element(value)?, Tag::OctetString)?));
        Some(())
    }),
    (OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, |read, whole, value| {
        read.authority_key_id = AuthorityKeyId::read(whole, value)?;
        Some(())
    }),
    (OID_PKIX_AUTHORITY_INFO_ACCESS, |read, whole, value| {
        read.info_access.get_or_insert_with(|| span(whole, value));
        Some(())
    }),
];

impl Extensions {
    pub(super) fn read(certificate: &[u8], list: &[X509Extension<'_>]) -> Self {
        let mut read = Self::default();
        let mut seen = [false; READERS.len()];
        for extension in list {
            let Some(index) = READERS.iter().position(|(oid, _)| *oid == extension.oid) else { continue };
            // RFC 5280 forbids to repeat an extension. A second one is as bad as one that cannot be decoded.
            let repeated = std::mem::replace(&mut seen[index], true);
            let value = if repeated { &[] } else { extension.value };
            let (_, reader) = &READERS[index];
            if reader(&mut read, certificate, value).is_none() {
                read.invalid = true;
            }
        }
        read
    }
}

fn subject_alt_name(value: &[u8]) -> Option<String> {
    let mut line = String::new();
    for (index, name) in general_names(constructed(value, Tag::Sequence)?)?.iter().enumerate() {
        if index > 0 {
            line.push_str(", ");
        }
        name.write(&mut line);
    }
    Some(line)
}

fn ext_key_usage(value: &[u8]) -> Option<Vec<String>> {
    elements(constructed(value, Tag::Sequence)?).map(|usage| dotted(primitive(&usage?, Tag::Oid)?)).collect()
}

/// Whether the certificate is a CA's: `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`.
fn basic_constraints(value: &[u8]) -> Option<bool> {
    let mut fields = elements(constructed(value, Tag::Sequence)?).collect::<Option<Vec<_>>>()?.into_iter();
    let mut field = fields.next();
    let mut ca = false;
    if let Some(boolean) = field.take_if(|field| field.tag() == Tag::Boolean) {
        let [byte] = primitive(&boolean, Tag::Boolean)? else { return None };
        ca = *byte != 0;
        field = fields.next();
    }
    if let Some(length) = field {
        let negative = primitive(&length, Tag::Integer)?.first()? & 0x80 != 0;
        if negative {
            return None;
        }
    }
    fields.next().is_none().then_some(ca)
}

/// A usage without a bit is not allowed (RFC 5280, section 4.2.1.3).
fn key_usage(value: &[u8]) -> Option<u8> {
    let bits = BitString::try_from(element(value)?).ok()?;
    if bits.unused_bits > 7 {
        return None;
    }
    let mask = u8::MAX << bits.unused_bits;
    match &*bits.data {
        [first] => Some(first & mask).filter(|usage| *usage != 0),
        [first, .., last] if *first != 0 || last & mask != 0 => Some(*first),
        _ => None,
    }
}

impl AuthorityKeyId {
    /// `SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber }`, each optional.
    fn read(whole: &[u8], value: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        let mut next = 0;
        for field in elements(constructed(value, Tag::Sequence)?) {
            let (number, constructed, content) = context(&field?)?;
            match (number, constructed) {
                _ if number < next => return None,
                (0, false) => read.key_id = Some(span(whole, content)),
                (1, true) => read.issuer = first_directory_name(content)?,
                (2, false) => read.serial = Some(span(whole, content)),
                _ => return None,
            }
            next = number + 1;
        }
        Some(read)
    }
}

/// Of the names of an issuer only the first distinguished name counts, as for OpenSSL.
fn first_directory_name(names: &[u8]) -> Option<Option<Name>> {
    general_names(names)?;
    let directory_name = |name: Any<'_>| match context(&name) {
        Some((4, true, name)) => Some(Name::decode(name)),
        _ => None,
    };
    Some(elements(names).flatten().find_map(directory_name).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_constraints_are_read_strictly() {
        for (value, expected) in [
            (&[0x30, 0][..], Some(false)),
            (&[0x30, 3, 1, 1, 0xff], Some(true)),
            (&[0x30, 3, 1, 1, 0], Some(false)),
            (&[0x30, 6, 1, 1, 0xff, 2, 1, 0], Some(true)),
            (&[0x30, 3, 2, 1, 0], Some(false)),
            (&[0x30, 6, 1, 1, 0xff, 2, 1, 0xff], None),
            (&[0x30, 8, 1, 1, 0xff, 2, 1, 0, 5, 0], None),
            (&[0x30, 3, 1, 1, 0xff, 0], None),
            (&[0x30, 4, 1, 2, 0xff, 0xff], None),
            (&[0x30, 2, 5, 0], None),
            (&[5, 0], None),
        ] {
            assert_eq!(basic_constraints(value), expected, "{value:x?}");
        }
    }

    #[test]
    fn key_usage_needs_a_bit() {
        for (value, expected) in [
            (&[3, 2, 0, 4][..], Some(4)),
            (&[3, 2, 2, 4], Some(4)),
            (&[3, 2, 3, 4], None),
            (&[3, 3, 7, 0, 0x80], Some(0)),
            (&[3, 3, 7, 4, 0], Some(4)),
            (&[3, 2, 0, 0], None),
            (&[3, 1, 0], None),
            (&[3, 2, 8, 4], None),
            (&[5, 0], None),
        ] {
            assert_eq!(key_usage(value), expected, "{value:x?}");
        }
    }

    #[test]
    fn extended_key_usage_is_a_list_of_object_identifiers() {
        let usage = ext_key_usage(&[0x30, 6, 6, 1, 0x2a, 6, 1, 0x2b]).unwrap();
        assert_eq!(usage, ["1.2", "1.3"]);
        assert_eq!(ext_key_usage(&[0x30, 0]), Some(Vec::new()));
        assert_eq!(ext_key_usage(&[0x30, 5, 6, 1, 0x2a, 5, 0]), None);
    }
}
