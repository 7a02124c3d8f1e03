//! Certificates written part by part: what no authority would issue.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use time::OffsetDateTime;

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
        let fits = |algorithm: &SignatureAlgorithm| algorithm.is_by(issuer.key.0.private.id());
        let algorithm = self.algorithm.filter(fits).unwrap_or(issuer.key.0.usual);
        let identifier = algorithm.identifier();
        let signed = self.signed(issuer, self.inner_algorithm.as_ref().unwrap_or(&identifier));
        let mut signature = algorithm.sign(&issuer.key.0.private, &signed);
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

/// A key that the `openssl` crate makes; a clone is the same key.
#[derive(Clone, Debug)]
pub struct DraftKey(Arc<KeyWithHabit>);

#[derive(Debug)]
struct KeyWithHabit {
    private: PKey<Private>,
    usual: SignatureAlgorithm,
}

impl DraftKey {
    fn new(private: PKey<Private>, usual: SignatureAlgorithm) -> Self {
        Self(Arc::new(KeyWithHabit { private, usual }))
    }

    /// A new key on P-256.
    pub fn p256() -> Self {
        Self::on_curve(Nid::X9_62_PRIME256V1)
    }

    /// A new key on this curve, which signs with SHA-256.
    pub fn on_curve(curve: Nid) -> Self {
        let group = EcGroup::from_curve_name(curve).expect("a curve that OpenSSL knows");
        let key = EcKey::generate(&group).and_then(PKey::from_ec_key).expect("a key on the curve");
        Self::new(key, SignatureAlgorithm::EcdsaSha256)
    }

    /// A new Ed25519 key.
    pub fn ed25519() -> Self {
        Self::new(PKey::generate_ed25519().expect("an Ed25519 key"), SignatureAlgorithm::Ed25519)
    }

    /// A new Ed448 key.
    pub fn ed448() -> Self {
        Self::new(PKey::generate_ed448().expect("an Ed448 key"), SignatureAlgorithm::Ed448)
    }

    /// An RSA key with 2048 bits, the same for all of a process.
    pub fn rsa() -> Self {
        static KEY: OnceLock<DraftKey> = OnceLock::new();
        KEY.get_or_init(|| Self::new_rsa(2048)).clone()
    }

    /// An RSA key with 1024 bits, the same for all of a process.
    pub fn weak_rsa() -> Self {
        static KEY: OnceLock<DraftKey> = OnceLock::new();
        KEY.get_or_init(|| Self::new_rsa(1024)).clone()
    }

    /// A new RSA key with so many bits, which takes its time.
    pub fn new_rsa(bits: u32) -> Self {
        let key = Rsa::generate(bits).and_then(PKey::from_rsa).expect("an RSA key");
        Self::new(key, SignatureAlgorithm::RsaSha256)
    }

    /// The same key, which signs with this if not told otherwise.
    #[must_use]
    pub fn signing(&self, algorithm: SignatureAlgorithm) -> Self {
        Self::new(self.0.private.clone(), algorithm)
    }

    /// Signs a message.
    ///
    /// # Panics
    /// Where the key is none for this algorithm.
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        algorithm.sign(&self.0.private, message)
    }

    /// SubjectPublicKeyInfo of its public half.
    pub fn public_key_info(&self) -> Vec<u8> {
        self.0.private.public_key_to_der().expect("a public key has an encoding")
    }

    /// SubjectPublicKeyInfo of a key on P-256 with the point in its compressed form; of another key, as usual.
    pub fn compressed_key_info(&self) -> Vec<u8> {
        let Some(key) = self
            .0
            .private
            .ec_key()
            .ok()
            .filter(|key| key.group().curve_name() == Some(Nid::X9_62_PRIME256V1))
        else {
            return self.public_key_info();
        };
        let mut numbers = BigNumContext::new().expect("memory");
        let form = PointConversionForm::COMPRESSED;
        let point =
            key.public_key().to_bytes(key.group(), form, &mut numbers).expect("a point has an encoding");
        let p256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let algorithm = sequence(&[tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), tlv(6, &p256)]);
        sequence(&[algorithm, tlv(3, &[vec![0], point].concat())])
    }

    /// SubjectPublicKeyInfo of an RSA key for probabilistic signatures alone, with these parameters or none.
    pub fn pss_key_info(&self, parameters: &[u8]) -> Vec<u8> {
        let algorithm = sequence(&[tlv(6, RSA_PSS), parameters.to_vec()]);
        let rsa = self.0.private.rsa().and_then(|key| key.public_key_to_der_pkcs1()).expect("an RSA key");
        sequence(&[algorithm, tlv(3, &[vec![0], rsa].concat())])
    }
}

/// How a certificate is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSA (PKCS #1 v1.5) with MD5.
    RsaMd5,
    /// RSA (PKCS #1 v1.5) with SHA-1.
    RsaSha1,
    /// RSA (PKCS #1 v1.5) with SHA-224.
    RsaSha224,
    /// RSA (PKCS #1 v1.5) with SHA-256.
    RsaSha256,
    /// RSA (PKCS #1 v1.5) with SHA-512.
    RsaSha512,
    /// RSASSA-PSS with SHA-256 throughout.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-1 throughout.
    RsaPssSha1,
    /// ECDSA with SHA-1.
    EcdsaSha1,
    /// ECDSA with SHA-224.
    EcdsaSha224,
    /// ECDSA with SHA-256.
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512.
    EcdsaSha512,
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
}

const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
const ECDSA: [u8; 6] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];

impl SignatureAlgorithm {
    /// The AlgorithmIdentifier.
    pub fn identifier(self) -> Vec<u8> {
        let rsa = |number: u8| sequence(&[tlv(6, &[&PKCS1[..], &[number]].concat()), vec![5, 0]]);
        let ecdsa = |numbers: &[u8]| sequence(&[tlv(6, &[&ECDSA[..], numbers].concat())]);
        match self {
            Self::RsaMd5 => rsa(4),
            Self::RsaSha1 => rsa(5),
            Self::RsaSha224 => rsa(14),
            Self::RsaSha256 => rsa(11),
            Self::RsaSha512 => rsa(13),
            Self::RsaPssSha256 => sequence(&[tlv(6, RSA_PSS), pss_sha256()]),
            Self::RsaPssSha1 => sequence(&[tlv(6, RSA_PSS), sequence(&[])]),
            Self::EcdsaSha1 => ecdsa(&[1]),
            Self::EcdsaSha224 => ecdsa(&[3, 1]),
            Self::EcdsaSha256 => ecdsa(&[3, 2]),
            Self::EcdsaSha384 => ecdsa(&[3, 3]),
            Self::EcdsaSha512 => ecdsa(&[3, 4]),
            Self::Ed25519 => sequence(&[tlv(6, &[0x2b, 0x65, 0x70])]),
            Self::Ed448 => sequence(&[tlv(6, &[0x2b, 0x65, 0x71])]),
        }
    }

    fn is_by(self, key: Id) -> bool {
        match self {
            Self::RsaMd5 | Self::RsaSha1 | Self::RsaSha224 | Self::RsaSha256 | Self::RsaSha512 => {
                key == Id::RSA
            }
            Self::RsaPssSha256 | Self::RsaPssSha1 => key == Id::RSA,
            Self::EcdsaSha1 | Self::EcdsaSha224 | Self::EcdsaSha256 => key == Id::EC,
            Self::EcdsaSha384 | Self::EcdsaSha512 => key == Id::EC,
            Self::Ed25519 => key == Id::ED25519,
            Self::Ed448 => key == Id::ED448,
        }
    }

    fn digest(self) -> Option<MessageDigest> {
        match self {
            Self::RsaMd5 => Some(MessageDigest::md5()),
            Self::RsaSha1 | Self::RsaPssSha1 | Self::EcdsaSha1 => Some(MessageDigest::sha1()),
            Self::RsaSha224 | Self::EcdsaSha224 => Some(MessageDigest::sha224()),
            Self::RsaSha256 | Self::RsaPssSha256 | Self::EcdsaSha256 => Some(MessageDigest::sha256()),
            Self::EcdsaSha384 => Some(MessageDigest::sha384()),
            Self::RsaSha512 | Self::EcdsaSha512 => Some(MessageDigest::sha512()),
            Self::Ed25519 | Self::Ed448 => None,
        }
    }

    fn sign(self, key: &PKey<Private>, message: &[u8]) -> Vec<u8> {
        let mut signer = match self.digest() {
            Some(digest) => Signer::new(digest, key),
            None => Signer::new_without_digest(key),
        }
        .expect("the key signs so");
        if matches!(self, Self::RsaPssSha256 | Self::RsaPssSha1) {
            signer.set_rsa_padding(Padding::PKCS1_PSS).expect("an RSA key");
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).expect("an RSA key");
        }
        signer.sign_oneshot_to_vec(message).expect("the key signs")
    }
}

/// The parameters of RSASSA-PSS with SHA-256 throughout (RFC 4055, section 3.1).
pub fn pss_sha256() -> Vec<u8> {
    let digest = || sequence(&[tlv(6, SHA256), vec![5, 0]]);
    sequence(&[tlv(0xa0, &digest()), tlv(0xa1, &sequence(&[tlv(6, MGF1), digest()])), tlv(0xa2, &[2, 1, 32])])
}

/// Tag, length and content.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut bytes = vec![tag];
    match content.len() {
        0..0x80 => bytes.push(content.len() as u8),
        _ => {
            bytes.push(0x80 | significant.len() as u8);
            bytes.extend(significant);
        }
    }
    bytes.extend(content);
    bytes
}

/// A SEQUENCE of these.
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// A distinguished name of these relative names.
pub fn name(relative: &[&[Vec<u8>]]) -> Vec<u8> {
    let sets: Vec<_> = relative.iter().map(|attributes| tlv(0x31, &attributes.concat())).collect();
    sequence(&sets)
}

/// An attribute below 2.5.4, its value with this tag.
pub fn attribute(number: u8, tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[tlv(6, &[0x55, 4, number]), tlv(tag, value)])
}

/// UTCTime; fractions of a second are dropped.
pub fn utc_time(time: SystemTime) -> (u8, Vec<u8>) {
    let time = OffsetDateTime::from(time);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let month = u8::from(month);
    let text = format!("{:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z", year % 100);
    (0x17, text.into_bytes())
}

#[cfg(test)]
mod tests {
    use openssl::x509::X509;

    use super::*;

    #[test]
    fn what_every_key_signs_openssl_verifies() {
        use SignatureAlgorithm::*;
        let rsa = DraftKey::rsa();
        for (key, algorithms) in [
            (DraftKey::p256(), &[EcdsaSha1, EcdsaSha224, EcdsaSha256, EcdsaSha384, EcdsaSha512][..]),
            (DraftKey::on_curve(Nid::SECP521R1), &[EcdsaSha512]),
            (rsa, &[RsaMd5, RsaSha1, RsaSha224, RsaSha256, RsaSha512, RsaPssSha1, RsaPssSha256]),
            (DraftKey::weak_rsa(), &[RsaSha256]),
            (DraftKey::ed25519(), &[Ed25519]),
            (DraftKey::ed448(), &[Ed448]),
        ] {
            let root = Draft::authority("Root", &key);
            for algorithm in algorithms {
                let mut draft = Draft::new("leaf", &DraftKey::p256());
                draft.algorithm = Some(*algorithm);
                let verify = |der: &[u8]| X509::from_der(der).unwrap().verify(&key.0.private).unwrap();
                assert!(verify(&draft.issued_by(&root)), "{algorithm:?}");
                draft.is_forged = true;
                assert!(
                    !X509::from_der(&draft.issued_by(&root)).unwrap().verify(&key.0.private).unwrap_or(false)
                );
            }
        }
    }

    #[test]
    fn what_is_signed_is_edited() {
        let mut draft = Draft::new("leaf", &DraftKey::p256());
        draft.edit = Edit::Replace(b"leaf", b"reef");
        let edited = X509::from_der(&draft.self_signed()).unwrap();
        assert_eq!(edited.subject_name().entries().next().unwrap().data().as_slice(), b"reef");
        assert!(edited.verify(&draft.key.0.private).unwrap());
        draft.edit = Edit::Flip(usize::MAX, 1);
        assert!(
            X509::from_der(&draft.self_signed())
                .is_ok_and(|flipped| flipped.verify(&draft.key.0.private).unwrap())
        );
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
