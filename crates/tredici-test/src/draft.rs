//! Certificates written part by part: what no authority would issue.

mod der;
mod key;
mod list;

use std::time::{Duration, SystemTime};

pub use self::der::{attribute, name, sequence, tlv, utc_time};
pub use self::key::{DraftKey, DraftSigner, SignatureAlgorithm, pss_sha256};
pub use self::list::{ListDraft, RevokedDraft};

/// The parts of a certificate, each as the test wants it.
///
/// ```
/// use tredici_test::draft::{Draft, DraftKey};
///
/// let root = Draft::authority("Root", &DraftKey::p256());
/// let mut leaf = Draft::new("localhost", &DraftKey::p256());
/// leaf.version = None;
/// leaf.extensions.clear();
/// let der = leaf.issued_by(&root);
/// assert_eq!(der[0], 0x30);
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    /// The number in the version, 2 for version 3; `None` writes none, which is version 1.
    pub version: Option<u8>,
    /// The content of the serial number.
    pub serial: Vec<u8>,
    /// The subject, all of its encoding.
    pub subject: Vec<u8>,
    /// The issuer; `None` is the subject of whoever signs.
    pub issuer: Option<Vec<u8>>,
    /// Tag and content of the first date.
    pub not_before: (u8, Vec<u8>),
    /// Tag and content of the second date.
    pub not_after: (u8, Vec<u8>),
    /// SubjectPublicKeyInfo; `None` is that of the key.
    pub public_key_info: Option<Vec<u8>>,
    /// What stands between the key and the extensions: unique identifiers.
    pub unique_ids: Vec<u8>,
    /// The extensions; none leaves out the list.
    pub extensions: Vec<Extension>,
    /// What it is signed with; `None`, and what the signer's key cannot do, is what is usual for that key.
    pub algorithm: Option<SignatureAlgorithm>,
    /// The algorithm inside of what is signed, where it is another than outside.
    pub inner_algorithm: Option<Vec<u8>>,
    /// Changes what is written before it is signed.
    pub edit: Edit,
    /// Whether a bit of the signature is wrong.
    pub is_forged: bool,
    /// The key of its owner.
    pub key: DraftKey,
}

/// A change of what is signed: the certificate says something else, and its signature is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edit {
    /// Nothing is changed.
    #[default]
    None,
    /// The byte at this place, counted round and round, gets these bits flipped.
    Flip(usize, u8),
    /// What is found first becomes the other, of the same length.
    Replace(&'static [u8], &'static [u8]),
}

impl Edit {
    fn apply(self, signed: &mut [u8]) {
        match self {
            Self::None => {}
            Self::Flip(place, bits) => {
                let place = place % signed.len();
                signed[place] ^= bits;
            }
            Self::Replace(found, other) => {
                let place = signed.windows(found.len()).position(|window| window == found);
                let place = place.expect("what is to be replaced is there");
                signed[place..place + found.len()].copy_from_slice(other);
            }
        }
    }
}

/// One extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The content of the object identifier.
    pub oid: Vec<u8>,
    /// Whether it is critical.
    pub critical: bool,
    /// Its value in DER.
    pub value: Vec<u8>,
}

/// The last number of object identifiers below 2.5.29.
pub mod extension {
    /// subjectKeyIdentifier
    pub const SUBJECT_KEY_ID: u8 = 14;
    /// keyUsage
    pub const KEY_USAGE: u8 = 15;
    /// subjectAltName
    pub const ALTERNATIVE_NAMES: u8 = 17;
    /// basicConstraints
    pub const BASIC_CONSTRAINTS: u8 = 19;
    /// nameConstraints
    pub const NAME_CONSTRAINTS: u8 = 30;
    /// certificatePolicies
    pub const POLICIES: u8 = 32;
    /// authorityKeyIdentifier
    pub const AUTHORITY_KEY_ID: u8 = 35;
    /// extKeyUsage
    pub const PURPOSES: u8 = 37;
}

impl Extension {
    /// One of those below 2.5.29.
    pub fn ce(number: u8, critical: bool, value: &[u8]) -> Self {
        Self { oid: vec![0x55, 0x1d, number], critical, value: value.to_vec() }
    }

    fn der(&self) -> Vec<u8> {
        let critical = if self.critical { vec![1, 1, 0xff] } else { Vec::new() };
        sequence(&[tlv(6, &self.oid), critical, tlv(4, &self.value)])
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Draft {
    /// A certificate of version 3 without extensions but for the identifier of its key, which is `common_name`. Valid
    /// from yesterday for thirty days.
    pub fn new(common_name: &str, key: &DraftKey) -> Self {
        let now = SystemTime::now();
        Self {
            version: Some(2),
            serial: vec![0x11, 0x22, 0x33],
            subject: name(&[&[attribute(3, 0x0c, common_name.as_bytes())]]),
            issuer: None,
            not_before: utc_time(now - DAY),
            not_after: utc_time(now + 30 * DAY),
            public_key_info: None,
            unique_ids: Vec::new(),
            extensions: vec![Extension::ce(
                extension::SUBJECT_KEY_ID,
                false,
                &tlv(4, common_name.as_bytes()),
            )],
            algorithm: None,
            inner_algorithm: None,
            edit: Edit::None,
            is_forged: false,
            key: key.clone(),
        }
    }

    /// The same with critical basic constraints and key usage of an authority.
    pub fn authority(common_name: &str, key: &DraftKey) -> Self {
        let mut draft = Self::new(common_name, key);
        let is_ca = sequence(&[vec![1, 1, 0xff]]);
        draft.extensions.push(Extension::ce(extension::BASIC_CONSTRAINTS, true, &is_ca));
        draft.extensions.push(Extension::ce(extension::KEY_USAGE, true, &[3, 2, 1, 6]));
        draft
    }

    /// Puts an extension in the place of the one of its kind, or behind the others.
    pub fn set(&mut self, extension: Extension) {
        match self.extensions.iter_mut().find(|other| other.oid == extension.oid) {
            Some(other) => *other = extension,
            None => self.extensions.push(extension),
        }
    }

    /// Takes out the extension of this number below 2.5.29.
    pub fn remove(&mut self, number: u8) {
        self.extensions.retain(|extension| extension.oid != [0x55, 0x1d, number]);
    }

    /// The certificate, signed by its own key.
    pub fn self_signed(&self) -> Vec<u8> {
        self.issued_by(self)
    }

    /// The certificate, signed by the key of `issuer` and in its name.
    pub fn issued_by(&self, issuer: &Self) -> Vec<u8> {
        let algorithm = issuer.key.algorithm(self.algorithm);
        let identifier = algorithm.identifier();
        let signed = self.signed(issuer, self.inner_algorithm.as_ref().unwrap_or(&identifier));
        let mut signature = issuer.key.sign(algorithm, &signed);
        if self.is_forged {
            *signature.last_mut().expect("a signature has bytes") ^= 1;
        }
        sequence(&[signed, identifier, tlv(3, &[vec![0], signature].concat())])
    }

    fn signed(&self, issuer: &Self, algorithm: &[u8]) -> Vec<u8> {
        let version = self.version.map(|number| tlv(0xa0, &[2, 1, number])).unwrap_or_default();
        let date = |(tag, content): &(u8, Vec<u8>)| tlv(*tag, content);
        let extensions: Vec<_> = self.extensions.iter().map(Extension::der).collect();
        let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xa3, &sequence(&extensions)) };
        let mut signed = sequence(&[
            version,
            tlv(2, &self.serial),
            algorithm.to_vec(),
            self.issuer.clone().unwrap_or_else(|| issuer.subject.clone()),
            sequence(&[date(&self.not_before), date(&self.not_after)]),
            self.subject.clone(),
            self.public_key_info.clone().unwrap_or_else(|| self.key.public_key_info()),
            self.unique_ids.clone(),
            extensions,
        ]);
        self.edit.apply(&mut signed);
        signed
    }
}

#[cfg(test)]
mod tests {
    use openssl::x509::X509;

    use super::*;

    #[test]
    fn what_is_signed_is_edited() {
        let mut draft = Draft::new("leaf", &DraftKey::p256());
        let issue = |draft: &Draft| X509::from_der(&draft.self_signed()).unwrap();
        let is_right = |certificate: &X509| certificate.verify(&certificate.public_key().unwrap()).unwrap();

        draft.edit = Edit::Replace(b"leaf", b"reef");
        let edited = issue(&draft);
        assert_eq!(edited.issuer_name().entries().next().unwrap().data().as_slice(), b"reef");
        assert!(is_right(&edited));

        // Behind three bytes of the sequence, five of the version and two of the serial number.
        draft.edit = Edit::Flip(12, 1);
        let flipped = issue(&draft);
        assert_eq!(flipped.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string(), "112232");
        assert!(is_right(&flipped));
    }

    #[test]
    fn every_part_is_written() {
        let mut draft = Draft::authority("Root", &DraftKey::p256());
        let one = X509::from_der(&draft.self_signed()).unwrap();
        assert_eq!(one.version(), 2);
        let text = String::from_utf8(one.to_text().unwrap()).unwrap();
        for said in ["CN=Root", "CA:TRUE", "Certificate Sign, CRL Sign", "52:6F:6F:74"] {
            assert!(
                text.contains(said) || text.contains(&said.replace('=', " = ")),
                "{said} is missing in {text}"
            );
        }
        draft.version = None;
        draft.extensions.clear();
        draft.issuer = Some(name(&[&[attribute(10, 0x13, b"Acme")]]));
        let other = X509::from_der(&draft.self_signed()).unwrap();
        assert_eq!(other.version(), 0);
        assert_ne!(other.issuer_name().try_cmp(other.subject_name()).unwrap(), std::cmp::Ordering::Equal);
    }
}
