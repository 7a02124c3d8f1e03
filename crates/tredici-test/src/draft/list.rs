//! Lists of revoked certificates written part by part.

use std::time::SystemTime;

use super::{DAY, Draft, Edit, Extension, SignatureAlgorithm, sequence, tlv, utc_time};

/// The parts of a list, each as the test wants it.
///
/// ```
/// use tredici_test::draft::{Draft, DraftKey, ListDraft, RevokedDraft};
///
/// let root = Draft::authority("Root", &DraftKey::p256());
/// let mut list = ListDraft::new();
/// list.entries = Some(vec![RevokedDraft::new(&[7])]);
/// assert_eq!(list.issued_by(&root)[0], 0x30);
/// ```
#[derive(Clone, Debug)]
pub struct ListDraft {
    /// The number in the version, 1 for version 2; `None` writes none, which is version 1.
    pub version: Option<u8>,
    /// The issuer; `None` is the subject of whoever signs.
    pub issuer: Option<Vec<u8>>,
    /// Tag and content of the date on which it was made.
    pub last_update: (u8, Vec<u8>),
    /// Tag and content of the date on which there is another; `None` writes none.
    pub next_update: Option<(u8, Vec<u8>)>,
    /// Who was revoked; `None` leaves out the list of them.
    pub entries: Option<Vec<RevokedDraft>>,
    /// The extensions; none leaves out the list of them.
    pub extensions: Vec<Extension>,
    /// What stands behind everything else.
    pub rest: Vec<u8>,
    /// What it is signed with; `None`, and what the signer's key cannot do, is what is usual for that key.
    pub algorithm: Option<SignatureAlgorithm>,
    /// The algorithm inside of what is signed, where it is another than outside.
    pub inner_algorithm: Option<Vec<u8>>,
    /// The algorithm beside the signature, where it is another than that of the signature.
    pub outer_algorithm: Option<Vec<u8>>,
    /// Changes what is written before it is signed.
    pub edit: Edit,
    /// How many bits of the signature's last byte are said not to count.
    pub unused_bits: u8,
    /// Whether a bit of the signature is wrong.
    pub is_forged: bool,
}

/// One entry of a list.
#[derive(Clone, Debug)]
pub struct RevokedDraft {
    /// The content of the serial number.
    pub serial: Vec<u8>,
    /// Tag and content of the date on which it was revoked.
    pub date: (u8, Vec<u8>),
    /// The extensions; none leaves out the list of them.
    pub extensions: Vec<Extension>,
    /// What stands behind everything else.
    pub rest: Vec<u8>,
}

impl ListDraft {
    /// A list of version 2 in which nobody stands, made yesterday and good for thirty days.
    #[expect(clippy::new_without_default, reason = "it depends on the time")]
    pub fn new() -> Self {
        let now = SystemTime::now();
        Self {
            version: Some(1),
            issuer: None,
            last_update: utc_time(now - DAY),
            next_update: Some(utc_time(now + 30 * DAY)),
            entries: None,
            extensions: Vec::new(),
            rest: Vec::new(),
            algorithm: None,
            inner_algorithm: None,
            outer_algorithm: None,
            edit: Edit::None,
            unused_bits: 0,
            is_forged: false,
        }
    }

    /// Puts an extension in the place of the one of its kind, or behind the others.
    pub fn set(&mut self, extension: Extension) {
        self.extensions.retain(|other| other.oid != extension.oid);
        self.extensions.push(extension);
    }

    /// Adds an entry.
    pub fn revoke(&mut self, entry: RevokedDraft) {
        self.entries.get_or_insert_default().push(entry);
    }

    /// The list, signed by the key of `issuer` and in its name.
    pub fn issued_by(&self, issuer: &Draft) -> Vec<u8> {
        let algorithm = issuer.key.algorithm(self.algorithm);
        let identifier = algorithm.identifier();
        let signed = self.signed(issuer, self.inner_algorithm.as_ref().unwrap_or(&identifier));
        let mut signature = issuer.key.sign(algorithm, &signed);
        if self.is_forged {
            *signature.last_mut().expect("a signature has bytes") ^= 1;
        }
        let signature = tlv(3, &[vec![self.unused_bits], signature].concat());
        sequence(&[signed, self.outer_algorithm.clone().unwrap_or(identifier), signature])
    }

    fn signed(&self, issuer: &Draft, algorithm: &[u8]) -> Vec<u8> {
        let date = |(tag, content): &(u8, Vec<u8>)| tlv(*tag, content);
        let entries =
            |all: &Vec<RevokedDraft>| sequence(&all.iter().map(RevokedDraft::der).collect::<Vec<_>>());
        let extensions: Vec<_> = self.extensions.iter().map(Extension::der).collect();
        let mut signed = sequence(&[
            self.version.map(|number| tlv(2, &[number])).unwrap_or_default(),
            algorithm.to_vec(),
            self.issuer.clone().unwrap_or_else(|| issuer.subject.clone()),
            date(&self.last_update),
            self.next_update.as_ref().map(date).unwrap_or_default(),
            self.entries.as_ref().map(entries).unwrap_or_default(),
            if extensions.is_empty() { Vec::new() } else { tlv(0xa0, &sequence(&extensions)) },
            self.rest.clone(),
        ]);
        self.edit.apply(&mut signed);
        signed
    }
}

impl RevokedDraft {
    /// A certificate that was revoked yesterday, by the content of its serial number.
    pub fn new(serial: &[u8]) -> Self {
        let date = utc_time(SystemTime::now() - DAY);
        Self { serial: serial.to_vec(), date, extensions: Vec::new(), rest: Vec::new() }
    }

    /// The same with one extension more.
    #[must_use]
    pub fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    fn der(&self) -> Vec<u8> {
        let extensions: Vec<_> = self.extensions.iter().map(Extension::der).collect();
        sequence(&[
            tlv(2, &self.serial),
            tlv(self.date.0, &self.date.1),
            if extensions.is_empty() { Vec::new() } else { sequence(&extensions) },
            self.rest.clone(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use openssl::x509::{CrlStatus, X509, X509Crl};

    use super::{super::DraftKey, *};

    #[test]
    fn every_part_is_written() {
        let root = Draft::authority("Root", &DraftKey::p256());
        let certificate = X509::from_der(&root.self_signed()).unwrap();
        let key = certificate.public_key().unwrap();
        let mut list = ListDraft::new();
        let read = |list: &ListDraft| X509Crl::from_der(&list.issued_by(&root)).unwrap();
        assert!(read(&list).verify(&key).unwrap());
        assert!(matches!(read(&list).get_by_cert(&certificate), CrlStatus::NotRevoked));
        list.revoke(RevokedDraft::new(&root.serial).with(Extension::ce(21, false, &[10, 1, 1])));
        list.set(Extension::ce(20, false, &[2, 1, 7]));
        let revoking = read(&list);
        let CrlStatus::Revoked(entry) = revoking.get_by_cert(&certificate) else { panic!("it stands there") };
        assert_eq!(entry.serial_number().to_bn().unwrap().to_vec(), root.serial);
        list.is_forged = true;
        assert!(!read(&list).verify(&key).unwrap());
    }
}
