//! One pass over a certificate: everything that a handshake needs, and where the rest stands.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser as _;

use super::error::CertificateError;
use super::extensions::Extensions;
use super::moment::Moment;
use super::name::Name;

/// A certificate taken apart.
pub(super) struct Fields {
    pub(super) der: Arc<[u8]>,
    subject: OnceLock<Option<Name>>,
    issuer: OnceLock<Option<Name>>,
    pub(super) not_before: Moment,
    pub(super) not_after: Moment,
    pub(super) extensions: Extensions,
    subject_der: Range<usize>,
    issuer_der: Range<usize>,
    serial: Range<usize>,
    public_key: Range<usize>,
    key_algorithm: Range<usize>,
    signature_algorithm: Range<usize>,
}

impl Fields {
    pub(super) fn read(der: &Arc<[u8]>) -> Result<Self, CertificateError> {
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, certificate) = parser.parse(der).map_err(|error| CertificateError::refused(der, error))?;
        if !rest.is_empty() {
            return Err(CertificateError::trailing(der.len() - rest.len(), rest.len()));
        }
        let (subject, issuer) = (certificate.subject.as_raw(), certificate.issuer.as_raw());
        let (key, signature) = (&certificate.subject_pki, &certificate.signature);
        Ok(Self {
            subject: OnceLock::new(),
            issuer: OnceLock::new(),
            not_before: certificate.validity.not_before.into(),
            not_after: certificate.validity.not_after.into(),
            extensions: Extensions::read(der, certificate.extensions()),
            subject_der: span(der, subject),
            issuer_der: span(der, issuer),
            serial: span(der, certificate.raw_serial()),
            public_key: span(der, key.raw),
            key_algorithm: span(der, key.algorithm.algorithm.as_bytes()),
            signature_algorithm: span(der, signature.algorithm.as_bytes()),
            der: Arc::clone(der),
        })
    }

    /// Decoded when somebody asks: a handshake seldom does.
    pub(super) fn subject(&self) -> Option<&Name> {
        self.subject.get_or_init(|| Name::decode(self.subject_der())).as_ref()
    }

    /// The same of the issuer.
    pub(super) fn issuer(&self) -> Option<&Name> {
        self.issuer.get_or_init(|| Name::decode(self.issuer_der())).as_ref()
    }

    /// The subject as it is encoded.
    pub(super) fn subject_der(&self) -> &[u8] {
        self.part(&self.subject_der)
    }

    /// The issuer as it is encoded.
    pub(super) fn issuer_der(&self) -> &[u8] {
        self.part(&self.issuer_der)
    }

    /// The serial number, a two's complement integer.
    pub(super) fn serial(&self) -> &[u8] {
        self.part(&self.serial)
    }

    /// SubjectPublicKeyInfo as it is encoded.
    pub(super) fn public_key(&self) -> &[u8] {
        self.part(&self.public_key)
    }

    /// The content of the object identifier of the key's algorithm.
    pub(super) fn key_algorithm(&self) -> &[u8] {
        self.part(&self.key_algorithm)
    }

    /// The content of the object identifier of the algorithm that the certificate is signed with.
    pub(super) fn signature_algorithm(&self) -> &[u8] {
        self.part(&self.signature_algorithm)
    }

    /// The bytes of a part whose place has been noted.
    pub(super) fn part(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }
}

/// Where in `whole` the slice `part` of it lies.
pub(super) fn span(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    start..start.wrapping_add(part.len())
}
