//! Why bytes are no certificate.

use std::fmt;

use rustls_pki_types::pem;
use x509_parser::error::X509Error;
use x509_parser::nom;

/// Why something given as a certificate could not be read.
///
/// [`Display`](fmt::Display) says what is wrong and where.
#[derive(Debug)]
pub struct CertificateError(Reason);

#[derive(Debug)]
enum Reason {
    Missing,
    Pem(pem::Error),
    PemInsteadOfDer,
    NotASequence { first: u8 },
    TooShort { declared: usize, present: usize },
    Trailing { length: usize, extra: usize },
    Structure(X509Error),
}

impl CertificateError {
    /// There is no certificate where there should be one.
    pub(super) fn missing() -> Self {
        Self(Reason::Missing)
    }

    pub(super) fn pem(error: pem::Error) -> Self {
        Self(Reason::Pem(error))
    }

    /// There are bytes after the certificate's end.
    pub(super) fn trailing(length: usize, extra: usize) -> Self {
        Self(Reason::Trailing { length, extra })
    }

    /// Looks at what the parser refused for the reasons that a person can do something about.
    pub(super) fn refused(der: &[u8], error: nom::Err<X509Error>) -> Self {
        Self(match der {
            [] => Reason::Missing,
            _ if der.starts_with(b"-----BEGIN") => Reason::PemInsteadOfDer,
            [first, ..] if *first != 0x30 => Reason::NotASequence { first: *first },
            _ => match super::der::declared_length(der) {
                Some(declared) if declared > der.len() => Reason::TooShort { declared, present: der.len() },
                _ => Reason::Structure(X509Error::from(error)),
            },
        })
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Missing => f.write_str("no certificate: there are no bytes"),
            Reason::Pem(pem::Error::NoItemsFound) => {
                f.write_str("no certificate: the PEM text has no section \"BEGIN CERTIFICATE\"")
            }
            Reason::Pem(error) => write!(f, "not a certificate in PEM: {error}"),
            Reason::PemInsteadOfDer => f.write_str("not a certificate in DER: this is PEM text"),
            Reason::NotASequence { first } => write!(
                f,
                "not a certificate in DER: byte 0 is 0x{first:02x} where a SEQUENCE (0x30) should begin"
            ),
            Reason::TooShort { declared, present } => {
                write!(f, "the certificate is cut short: {present} of {declared} bytes are there")
            }
            Reason::Trailing { length, extra } => {
                write!(f, "{extra} more bytes follow the certificate, which ends at byte {length}")
            }
            Reason::Structure(error) => write!(f, "the certificate is malformed: {}", part(error)),
        }
    }
}

/// Which part of the certificate the parser did not like.
fn part(error: &X509Error) -> String {
    let part = match error {
        X509Error::InvalidVersion => "version",
        X509Error::InvalidSerial => "serialNumber",
        X509Error::InvalidAlgorithmIdentifier => "an AlgorithmIdentifier",
        X509Error::InvalidX509Name => "issuer or subject",
        X509Error::InvalidDate => "validity",
        X509Error::InvalidSPKI => "subjectPublicKeyInfo",
        X509Error::InvalidIssuerUID => "issuerUniqueID",
        X509Error::InvalidSubjectUID => "subjectUniqueID",
        X509Error::InvalidExtensions => "extensions",
        X509Error::InvalidSignatureValue => "signatureValue",
        other => return other.to_string(),
    };
    format!("{part} cannot be decoded")
}

impl std::error::Error for CertificateError {}
