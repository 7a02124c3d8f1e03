//! Certificates for tests, written field by field, so that every odd thing can be in them. They are not signed.

/// An element of DER.
pub(crate) fn tlv(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut der = vec![tag];
    if content.len() >= 0x80 {
        der.push(0x80 | significant.len() as u8);
    }
    der.extend_from_slice(significant);
    der.extend_from_slice(content);
    der
}

pub(crate) fn sequence<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Vec<u8> {
    tlv(0x30, joined(elements))
}

pub(crate) fn joined<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Vec<u8> {
    elements.into_iter().flat_map(|element| element.as_ref().to_vec()).collect()
}

/// The content of an object identifier.
pub(crate) fn arcs(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u128> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let first = arcs[0] * 40 + arcs[1];
    let base128 = |arc: u128| {
        let septets = (128 - arc.leading_zeros()).div_ceil(7).max(1);
        (0..septets).rev().map(move |index| {
            let septet = (arc >> (7 * index)) as u8 & 0x7f;
            if index == 0 { septet } else { septet | 0x80 }
        })
    };
    std::iter::once(first).chain(arcs[2..].iter().copied()).flat_map(base128).collect()
}

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    tlv(0x06, arcs(dotted))
}

/// An attribute of a name: its type, the tag of its value, its value.
pub(crate) fn attribute(kind: &str, tag: u8, value: impl AsRef<[u8]>) -> Vec<u8> {
    sequence([oid(kind), tlv(tag, value)])
}

/// A name of relative names, each of which is a list of attributes.
pub(crate) fn name(relative_names: &[&[Vec<u8>]]) -> Vec<u8> {
    sequence(relative_names.iter().map(|attributes| tlv(0x31, joined(*attributes))))
}

/// A name with nothing but a common name.
pub(crate) fn common_name(value: &str) -> Vec<u8> {
    name(&[&[attribute("2.5.4.3", UTF8, value)]])
}

pub(crate) fn extension(kind: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    sequence([oid(kind), tlv(0x04, value)])
}

/// A subject alternative name.
pub(crate) fn alternative_names<T: AsRef<[u8]>>(names: impl IntoIterator<Item = T>) -> Vec<u8> {
    extension("2.5.29.17", sequence(names))
}

pub(crate) fn dns(name: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0x82, name)
}

/// A name of somebody else's type.
pub(crate) fn other_name(kind: &str, tag: u8, value: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0xa0, joined([oid(kind), tlv(0xa0, tlv(tag, value))]))
}

pub(crate) fn basic_constraints_ca() -> Vec<u8> {
    extension("2.5.29.19", sequence([tlv(0x01, [0xff])]))
}

/// The first eight bits of a key usage; 4 is to sign certificates, 0x80 to sign anything else.
pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    extension("2.5.29.15", tlv(0x03, [0, bits]))
}

pub(crate) fn subject_key_id(id: &[u8]) -> Vec<u8> {
    extension("2.5.29.14", tlv(0x04, id))
}

/// Fields are `[0]` the key's identifier, `[1]` the issuer's names, `[2]` its serial number.
pub(crate) fn authority_key_id<T: AsRef<[u8]>>(fields: impl IntoIterator<Item = T>) -> Vec<u8> {
    extension("2.5.29.35", sequence(fields))
}

pub(crate) const UTF8: u8 = 12;
pub(crate) const PRINTABLE: u8 = 19;
pub(crate) const UTC_TIME: u8 = 23;
pub(crate) const GENERALIZED_TIME: u8 = 24;

pub(crate) const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";

/// The parts of a certificate, each in DER.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) not_before: Vec<u8>,
    pub(crate) not_after: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) signature_algorithm: &'static str,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Sample {
    /// A certificate of `subject` from `issuer`, version 3, with a key on P-256 and no extension.
    pub(crate) fn new(subject: &str, issuer: &str) -> Self {
        Self {
            version: tlv(0xa0, tlv(0x02, [2])),
            serial: vec![1],
            issuer: common_name(issuer),
            not_before: tlv(UTC_TIME, "250101000000Z"),
            not_after: tlv(UTC_TIME, "350206230714Z"),
            subject: common_name(subject),
            public_key: p256_key(),
            signature_algorithm: ECDSA_WITH_SHA256,
            extensions: Vec::new(),
        }
    }

    pub(crate) fn with<const N: usize>(mut self, extensions: [Vec<u8>; N]) -> Self {
        self.extensions.extend(extensions);
        self
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let algorithm = sequence([oid(self.signature_algorithm)]);
        let extensions = match &*self.extensions {
            [] => Vec::new(),
            extensions => tlv(0xa3, sequence(extensions)),
        };
        let to_be_signed = sequence([
            self.version.clone(),
            tlv(0x02, &self.serial),
            algorithm.clone(),
            self.issuer.clone(),
            sequence([&self.not_before, &self.not_after]),
            self.subject.clone(),
            self.public_key.clone(),
            extensions,
        ]);
        let signature = tlv(0x03, joined([&[0][..], &sequence([[2, 1, 1], [2, 1, 1]])]));
        sequence([to_be_signed, algorithm, signature])
    }
}

/// A key whose algorithm has these parameters (in DER).
pub(crate) fn key(algorithm: &str, parameters: &[u8], bits: &[u8]) -> Vec<u8> {
    let algorithm = sequence([&*oid(algorithm), parameters]);
    sequence([algorithm, tlv(0x03, joined([&[0], bits]))])
}

/// A key on a curve, for which the curve's own base point does.
pub(crate) fn curve_key(curve: &str, point: &str) -> Vec<u8> {
    key("1.2.840.10045.2.1", &oid(curve), &from_hex(point))
}

pub(crate) fn p256_key() -> Vec<u8> {
    curve_key("1.2.840.10045.3.1.7", P256_POINT)
}

/// An RSA key with any modulus and exponent (content bytes of integers).
pub(crate) fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    key("1.2.840.113549.1.1.1", &[5, 0], &sequence([tlv(0x02, modulus), tlv(0x02, exponent)]))
}

pub(crate) const P256_POINT: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

pub(crate) fn from_hex(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.as_bytes().chunks(2).map(byte).collect()
}
