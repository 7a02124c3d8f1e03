//! Certificates as Node shows them: read from DER by a pure-Rust parser, the same for every engine.

mod attribute_type;
pub(crate) mod charset;
pub(crate) mod curve;
mod der;
mod distinguished_name;
mod error;
mod extensions;
mod fields;
mod general_name;
mod hex;
mod info_access;
mod issuing;
mod moment;
mod name;
mod path;
mod public_key;
#[cfg(test)]
mod sample;
#[cfg(feature = "serde")]
mod serialize;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use extensions::{KEY_CERT_SIGN, SubjectAltName};
use fields::Fields;
use path::Issuer;
use public_key::PublicKey;

#[cfg(feature = "rustls")]
pub(crate) use moment::since_1970;
pub(crate) use moment::system_time;

pub use error::CertificateError;
pub use info_access::InfoAccess;
pub use name::Name;
#[cfg(feature = "serde")]
pub use serialize::ShortCertificate;

/// A certificate of a peer (or one's own), with the certificates of its issuers as far as they are known.
///
/// The counterpart of the object that Node's `getPeerCertificate(true)` returns: the same facts in the same
/// formats. What Node leaves undefined is `None` here. Nothing in it has been verified by reading it; whether
/// a certificate can be trusted is decided in the handshake.
///
/// Cloning costs a reference count. What a handshake asks for is taken from the certificate once; fingerprints
/// and the details of the key are computed when they are asked for. Two are equal when their DER bytes are.
///
/// With feature `serde` it serialises to the object that Node makes of it: Node's keys in Node's order, keys
/// that Node leaves undefined left out, bytes in base64, and `"issuerCertificate": "self"` where a certificate
/// is its own issuer.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let certificate = tredici::PeerCertificate::from_pem(std::fs::read("server.pem")?)?;
/// println!("{} until {}", certificate.fingerprint256(), certificate.valid_to());
/// if let Some(subject) = certificate.subject() {
///     println!("{subject}, also known as {:?}", certificate.subjectaltname());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PeerCertificate(Arc<Linked>);

/// A certificate and who issued it.
struct Linked {
    fields: Fields,
    issuer: Issuer,
}

impl PeerCertificate {
    /// Reads a certificate from DER. Bytes after its end are an error.
    ///
    /// The only issuer that it can know is itself.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, CertificateError> {
        Self::with_chain(&[der.into().into()], &[])
    }

    /// Reads the first certificate (`BEGIN CERTIFICATE`) of a PEM text.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem.as_ref()).map_err(CertificateError::pem)?;
        Self::from_der(&*der)
    }

    /// The certificate alone, of no known issuer: less to do where nobody will ask for one.
    pub(crate) fn alone(der: &Arc<[u8]>) -> Result<Self, CertificateError> {
        Ok(Self(Arc::new(Linked { fields: Fields::read(der)?, issuer: Issuer::Unknown })))
    }

    /// The first of the certificates that a peer has presented, with the chain of its issuers.
    ///
    /// Each issuer is looked for among the other presented ones, then in `pool` (the verified chain and
    /// whatever else is trusted, best first), as Node does it. Of those, what cannot be read is passed over.
    pub(crate) fn with_chain(presented: &[Arc<[u8]>], pool: &[Arc<[u8]>]) -> Result<Self, CertificateError> {
        path::link(presented, pool)
    }

    /// Whom the certificate is for; `None` where the name cannot be decoded.
    pub fn subject(&self) -> Option<&Name> {
        self.fields().subject()
    }

    /// Who issued the certificate; `None` where the name cannot be decoded.
    pub fn issuer(&self) -> Option<&Name> {
        self.fields().issuer()
    }

    /// The alternative names of the subject in one line: `DNS:localhost, IP Address:127.0.0.1`.
    ///
    /// Exactly Node's text. A name with a character that could be misread stands as a JSON string:
    /// `DNS:"a\u002cDNS:evil.example"`. `None` where there are none, or where they
    /// [cannot be decoded](Self::subjectaltname_undecodable).
    pub fn subjectaltname(&self) -> Option<&str> {
        match &self.fields().extensions.subject_alt_name {
            SubjectAltName::Names(names) => Some(names),
            SubjectAltName::Absent | SubjectAltName::Undecodable => None,
        }
    }

    /// Whether there are alternative names that cannot be decoded (or two lists of them, which RFC 5280
    /// forbids). Nobody can be identified by such a certificate, not by its common name either.
    pub fn subjectaltname_undecodable(&self) -> bool {
        matches!(self.fields().extensions.subject_alt_name, SubjectAltName::Undecodable)
    }

    /// Where the issuer's certificate and the revocation status can be found; `None` where the certificate does
    /// not say so or what it says cannot be decoded.
    pub fn info_access(&self) -> Option<InfoAccess> {
        let fields = self.fields();
        InfoAccess::decode(fields.part(fields.extensions.info_access.as_ref()?))
    }

    /// Whether the certificate is a certificate authority's by its basic constraints, and its key usage, if it
    /// has one, agrees (OpenSSL's `X509_check_ca` is 1).
    pub fn ca(&self) -> bool {
        let extensions = &self.fields().extensions;
        let may_sign = extensions.key_usage.is_none_or(|usage| usage & KEY_CERT_SIGN != 0);
        extensions.basic_constraints_ca && may_sign && !extensions.invalid
    }

    /// The modulus of an RSA key in upper-case hexadecimal.
    pub fn modulus(&self) -> Option<String> {
        self.key().modulus()
    }

    /// The public exponent of an RSA key, `0x10001`.
    pub fn exponent(&self) -> Option<String> {
        self.key().exponent()
    }

    /// The public key: of an RSA key its SubjectPublicKeyInfo in DER, of an elliptic curve's the encoded point,
    /// of others nothing. See also [`public_key_info`](Self::public_key_info).
    pub fn pubkey(&self) -> Option<Vec<u8>> {
        match self.key() {
            PublicKey::Rsa { .. } => Some(self.public_key_info().to_vec()),
            PublicKey::Ec { point, .. } => Some(point),
            PublicKey::Other => None,
        }
    }

    /// The size of the key in bits: of an RSA key's modulus, or of the order of an elliptic curve's group.
    pub fn bits(&self) -> Option<u32> {
        self.key().bits()
    }

    /// When the certificate becomes valid, in OpenSSL's form: `Nov 20 23:07:14 2026 GMT`.
    pub fn valid_from(&self) -> String {
        self.fields().not_before.to_string()
    }

    /// When the certificate expires, in OpenSSL's form: `Feb  6 23:07:14 2035 GMT`.
    pub fn valid_to(&self) -> String {
        self.fields().not_after.to_string()
    }

    /// When the certificate becomes valid (an addition to Node's object).
    pub fn not_before(&self) -> SystemTime {
        self.fields().not_before.to_system_time()
    }

    /// When the certificate expires (an addition to Node's object).
    pub fn not_after(&self) -> SystemTime {
        self.fields().not_after.to_system_time()
    }

    /// The SHA-1 digest of the certificate, upper-case hexadecimal with colons. Good for recognising an old
    /// note; for pinning use [`fingerprint256`](Self::fingerprint256).
    pub fn fingerprint(&self) -> String {
        hex::colons(&Sha1::digest(self.raw()))
    }

    /// The SHA-256 digest of the certificate, upper-case hexadecimal with colons.
    pub fn fingerprint256(&self) -> String {
        hex::colons(&Sha256::digest(self.raw()))
    }

    /// The SHA-512 digest of the certificate, upper-case hexadecimal with colons.
    pub fn fingerprint512(&self) -> String {
        hex::colons(&Sha512::digest(self.raw()))
    }

    /// What the key may be used for, as object identifiers in dotted decimal (`1.3.6.1.5.5.7.3.1` is
    /// authentication of a TLS server); `None` where the certificate does not say.
    pub fn ext_key_usage(&self) -> Option<&[String]> {
        self.fields().extensions.ext_key_usage.as_deref()
    }

    /// The serial number in upper-case hexadecimal, whole bytes, with `-` before a negative one.
    pub fn serial_number(&self) -> String {
        hex::integer(self.fields().serial())
    }

    /// The certificate in DER.
    pub fn raw(&self) -> &[u8] {
        &self.fields().der
    }

    /// The name that OpenSSL has for the curve of the key: `prime256v1`.
    pub fn asn1_curve(&self) -> Option<&'static str> {
        self.key().curve().map(|curve| curve.asn1_name)
    }

    /// The name that NIST has given to the curve of the key: `P-256`.
    pub fn nist_curve(&self) -> Option<&'static str> {
        self.key().curve().and_then(|curve| curve.nist_name)
    }

    /// SubjectPublicKeyInfo in DER, which is what pins of public keys are digests of (RFC 7469, section 2.4; an
    /// addition to Node's object).
    pub fn public_key_info(&self) -> &[u8] {
        self.fields().public_key()
    }

    /// The certificate of the issuer: this one where it [is its own issuer](Self::is_own_issuer), `None` where
    /// none is known. Who wants all of them takes [`chain`](Self::chain), which ends.
    pub fn issuer_certificate(&self) -> Option<&Self> {
        match &self.0.issuer {
            Issuer::Unknown => None,
            Issuer::Itself => Some(self),
            Issuer::Known(issuer) => Some(issuer),
        }
    }

    /// Whether the certificate stands at the root: it names itself as its issuer and may sign certificates
    /// (an addition to Node's object, where `issuerCertificate` is then the object itself).
    pub fn is_own_issuer(&self) -> bool {
        matches!(self.0.issuer, Issuer::Itself)
    }

    /// This certificate, its issuer, the issuer's issuer, and so on to the last one known, each once (an
    /// addition to Node's object).
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |certificate| match &certificate.0.issuer {
            Issuer::Known(issuer) => Some(issuer),
            Issuer::Unknown | Issuer::Itself => None,
        })
    }

    /// The form without `issuerCertificate`, for serialising: Node's `getPeerCertificate()`.
    #[cfg(feature = "serde")]
    pub fn short_form(&self) -> ShortCertificate<'_> {
        ShortCertificate(self)
    }

    fn fields(&self) -> &Fields {
        &self.0.fields
    }

    fn key(&self) -> PublicKey {
        PublicKey::decode(self.public_key_info())
    }
}

/// Short: who, from whom, which, until when.
impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: Option<&Name>| name.map_or_else(|| "?".to_owned(), Name::to_string);
        f.debug_struct("PeerCertificate")
            .field("subject", &name(self.subject()))
            .field("issuer", &name(self.issuer()))
            .field("serial_number", &self.serial_number())
            .field("valid_to", &self.valid_to())
            .finish_non_exhaustive()
    }
}

impl PartialEq for PeerCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl Eq for PeerCertificate {}

impl Hash for PeerCertificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw().hash(state);
    }
}
