//! What a certificate is to say.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyUsagePurpose, SanType,
};

use crate::{Certificate, Key, KeyKind};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The object identifiers of the attributes that a name is mostly made of (RFC 5280, appendix A.1).
pub mod attribute {
    /// CN
    pub const COMMON_NAME: &[u64] = &[2, 5, 4, 3];
    /// C
    pub const COUNTRY: &[u64] = &[2, 5, 4, 6];
    /// L
    pub const LOCALITY: &[u64] = &[2, 5, 4, 7];
    /// ST
    pub const STATE: &[u64] = &[2, 5, 4, 8];
    /// O
    pub const ORGANIZATION: &[u64] = &[2, 5, 4, 10];
    /// OU
    pub const UNIT: &[u64] = &[2, 5, 4, 11];
    /// emailAddress
    pub const EMAIL: &[u64] = &[1, 2, 840, 113_549, 1, 9, 1];
}

/// What a certificate is to say; [`Authority::leaf`](crate::Authority::leaf) makes it.
///
/// Begin with [`server`](Self::server), [`client`](Self::client), [`authority`](Self::authority) or
/// [`named`](Self::named), and change what the test is about.
///
/// ```
/// use tredici_test::{Authority, CertificateSpec, KeyKind};
///
/// let root = Authority::new("Test Root");
/// let expired = root.leaf(CertificateSpec::server(&["localhost", "127.0.0.1"]).key(KeyKind::P384).expired());
/// assert!(expired.pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// ```
#[derive(Clone, Debug)]
pub struct CertificateSpec {
    subject: Vec<(Vec<u64>, String)>,
    alternative_names: Vec<SanType>,
    not_before: SystemTime,
    not_after: SystemTime,
    is_ca: IsCa,
    key_usages: Vec<KeyUsagePurpose>,
    purposes: Vec<ExtendedKeyUsagePurpose>,
    serial: Vec<u8>,
    access: Vec<(&'static [u64], String)>,
    extensions: Vec<CustomExtension>,
    key: KeyChoice,
}

#[derive(Clone, Debug)]
enum KeyChoice {
    New(KeyKind),
    Given(Key),
}

impl CertificateSpec {
    /// A common name and nothing else: no subjectAltName, no keyUsage, no extendedKeyUsage, not a CA.
    /// Valid from yesterday for thirty days, with a P-256 key and a random serial number.
    pub fn named(common_name: &str) -> Self {
        let now = SystemTime::now();
        Self {
            subject: vec![(attribute::COMMON_NAME.to_vec(), common_name.to_owned())],
            alternative_names: Vec::new(),
            not_before: now - DAY,
            not_after: now + 30 * DAY,
            is_ca: IsCa::ExplicitNoCa,
            key_usages: Vec::new(),
            purposes: Vec::new(),
            serial: random_serial(),
            access: Vec::new(),
            extensions: Vec::new(),
            key: KeyChoice::New(KeyKind::default()),
        }
    }

    /// A server's certificate for these DNS names and IP addresses; the first is the common name too.
    ///
    /// # Panics
    /// Where `names` is empty: that is [`named`](Self::named).
    pub fn server(names: &[&str]) -> Self {
        let common_name =
            names.first().expect("a server's certificate has a name; see CertificateSpec::named");
        let spec = Self::named(common_name)
            .key_usages(&[KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment])
            .purposes(&[ExtendedKeyUsagePurpose::ServerAuth]);
        names.iter().fold(spec, |spec, name| match name.parse() {
            Ok(address) => spec.ip(address),
            Err(_) => spec.dns(name),
        })
    }

    /// A client's certificate.
    pub fn client(common_name: &str) -> Self {
        Self::named(common_name)
            .key_usages(&[KeyUsagePurpose::DigitalSignature])
            .purposes(&[ExtendedKeyUsagePurpose::ClientAuth])
    }

    /// A certificate that may sign others, without a limit on the path beneath it.
    pub fn authority(common_name: &str) -> Self {
        Self::named(common_name)
            .ca(true)
            .key_usages(&[KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign])
    }

    /// Makes the key of this kind.
    #[must_use]
    pub fn key(self, kind: KeyKind) -> Self {
        Self { key: KeyChoice::New(kind), ..self }
    }

    /// Takes a key that is there already: a renewed certificate keeps its key.
    #[must_use]
    pub fn with_key(self, key: &Key) -> Self {
        Self { key: KeyChoice::Given(key.clone()), ..self }
    }

    /// Adds an attribute to the subject, after those that are there. An attribute may stand twice, which is
    /// as much as rcgen can be brought to write.
    #[must_use]
    pub fn subject(mut self, attribute: &[u64], value: &str) -> Self {
        self.subject.push((attribute.to_vec(), value.to_owned()));
        self
    }

    /// Begins the subject anew: without any attribute.
    #[must_use]
    pub fn without_subject(self) -> Self {
        Self { subject: Vec::new(), ..self }
    }

    /// Adds a DNS name to subjectAltName, as it is: a wildcard, or what no name should contain.
    ///
    /// # Panics
    /// Where it is not ASCII: that cannot be written.
    #[must_use]
    pub fn dns(mut self, name: &str) -> Self {
        self.alternative_names.push(SanType::DnsName(name.try_into().expect("a DNS name is ASCII")));
        self
    }

    /// Adds an IP address to subjectAltName.
    #[must_use]
    pub fn ip(mut self, address: IpAddr) -> Self {
        self.alternative_names.push(SanType::IpAddress(address));
        self
    }

    /// Adds a mail address to subjectAltName.
    ///
    /// # Panics
    /// Where it is not ASCII: that cannot be written.
    #[must_use]
    pub fn email(mut self, address: &str) -> Self {
        self.alternative_names
            .push(SanType::Rfc822Name(address.try_into().expect("a mail address is ASCII")));
        self
    }

    /// Adds a URI to subjectAltName.
    ///
    /// # Panics
    /// Where it is not ASCII: that cannot be written.
    #[must_use]
    pub fn uri(mut self, uri: &str) -> Self {
        self.alternative_names.push(SanType::URI(uri.try_into().expect("a URI is ASCII")));
        self
    }

    /// Sets the window of validity; fractions of a second are dropped.
    #[must_use]
    pub fn valid(self, not_before: SystemTime, not_after: SystemTime) -> Self {
        Self { not_before, not_after, ..self }
    }

    /// Valid until yesterday.
    #[must_use]
    pub fn expired(self) -> Self {
        let now = SystemTime::now();
        self.valid(now - 30 * DAY, now - DAY)
    }

    /// Valid from tomorrow.
    #[must_use]
    pub fn not_yet_valid(self) -> Self {
        let now = SystemTime::now();
        self.valid(now + DAY, now + 30 * DAY)
    }

    /// Sets the CA flag of basicConstraints.
    #[must_use]
    pub fn ca(self, is_ca: bool) -> Self {
        let is_ca = if is_ca { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
        Self { is_ca, ..self }
    }

    /// A CA with at most so many intermediates beneath it (pathLenConstraint).
    #[must_use]
    pub fn path_length(self, intermediates: u8) -> Self {
        Self { is_ca: IsCa::Ca(BasicConstraints::Constrained(intermediates)), ..self }
    }

    /// Sets keyUsage; an empty list leaves the extension out.
    #[must_use]
    pub fn key_usages(self, usages: &[KeyUsagePurpose]) -> Self {
        Self { key_usages: usages.to_vec(), ..self }
    }

    /// Sets extendedKeyUsage; an empty list leaves the extension out.
    #[must_use]
    pub fn purposes(self, purposes: &[ExtendedKeyUsagePurpose]) -> Self {
        Self { purposes: purposes.to_vec(), ..self }
    }

    /// Sets the serial number, big-endian and positive.
    #[must_use]
    pub fn serial(self, serial: &[u8]) -> Self {
        Self { serial: serial.to_vec(), ..self }
    }

    /// Adds an OCSP responder to authorityInfoAccess.
    #[must_use]
    pub fn ocsp(mut self, uri: &str) -> Self {
        self.access.push((&[1, 3, 6, 1, 5, 5, 7, 48, 1], uri.to_owned()));
        self
    }

    /// Adds the address of the issuer's certificate to authorityInfoAccess.
    #[must_use]
    pub fn ca_issuers(mut self, uri: &str) -> Self {
        self.access.push((&[1, 3, 6, 1, 5, 5, 7, 48, 2], uri.to_owned()));
        self
    }

    /// Adds any extension, its value in DER: what has no method of its own, and what is malformed on purpose.
    #[must_use]
    pub fn extension(mut self, oid: &[u64], critical: bool, der: &[u8]) -> Self {
        let mut extension = CustomExtension::from_oid_content(oid, der.to_vec());
        extension.set_criticality(critical);
        self.extensions.push(extension);
        self
    }

    /// The certificate, signed with its own key.
    pub fn self_signed(self) -> Certificate {
        let (key, serial) = (self.make_key(), self.serial.clone());
        let issued = self.into_params().self_signed(key.pair()).expect("the certificate signs itself");
        Certificate::new(issued, Vec::new(), key, serial)
    }

    pub(crate) fn serial_number(&self) -> &[u8] {
        &self.serial
    }

    pub(crate) fn make_key(&self) -> Key {
        match &self.key {
            KeyChoice::New(kind) => Key::new(*kind),
            KeyChoice::Given(key) => key.clone(),
        }
    }

    pub(crate) fn into_params(self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = self.distinguished_name();
        params.custom_extensions = self.authority_info_access().into_iter().chain(self.extensions).collect();
        params.subject_alt_names = self.alternative_names;
        params.not_before = self.not_before.into();
        params.not_after = self.not_after.into();
        params.is_ca = self.is_ca;
        params.key_usages = self.key_usages;
        params.extended_key_usages = self.purposes;
        params.serial_number = Some(self.serial.into());
        params.use_authority_key_identifier_extension = true;
        params
    }

    /// rcgen holds a name as a map, so that an attribute stands once; but it takes the attributes that it
    /// has a word for under their number as well, as another key.
    fn distinguished_name(&self) -> DistinguishedName {
        let mut name = DistinguishedName::new();
        for (oid, value) in &self.subject {
            let (word, number) = (DnType::from_oid(oid), DnType::CustomDnType(oid.clone()));
            let free = [word, number].into_iter().find(|kind| name.get(kind).is_none());
            name.push(free.unwrap_or_else(|| panic!("{oid:?} cannot stand once more in a name")), value);
        }
        name
    }

    /// RFC 5280, section 4.2.2.1.
    fn authority_info_access(&self) -> Option<CustomExtension> {
        const URI: yasna::Tag = yasna::Tag { tag_class: yasna::TagClass::ContextSpecific, tag_number: 6 };

        let der = yasna::construct_der(|writer| {
            writer.write_sequence_of(|writer| {
                for (method, uri) in &self.access {
                    writer.next().write_sequence(|writer| {
                        writer.next().write_oid(&yasna::models::ObjectIdentifier::from_slice(method));
                        writer.next().write_tagged_implicit(URI, |writer| writer.write_ia5_string(uri));
                    });
                }
            });
        });
        let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der);
        (!self.access.is_empty()).then_some(extension)
    }
}

/// Sixteen random bytes. rcgen would take the hash of the public key, and keys are shared here.
fn random_serial() -> Vec<u8> {
    let random = || RandomState::new().build_hasher().finish().to_be_bytes();
    let mut serial = [random(), random()].concat();
    serial[0] = serial[0] & 0x7f | 0x40;
    serial
}

#[cfg(test)]
mod tests {
    use openssl::asn1::Asn1Time;
    use openssl::nid::Nid;
    use openssl::x509::{X509, X509Ref};

    use super::*;

    fn made(spec: CertificateSpec) -> X509 {
        X509::from_der(spec.self_signed().der()).unwrap()
    }

    fn is_current(certificate: &X509Ref) -> (bool, bool) {
        let now = Asn1Time::days_from_now(0).unwrap();
        (certificate.not_before() <= now, now <= certificate.not_after())
    }

    #[test]
    fn the_window_of_validity() {
        assert_eq!(is_current(&made(CertificateSpec::named("a"))), (true, true));
        assert_eq!(is_current(&made(CertificateSpec::named("a").expired())), (true, false));
        assert_eq!(is_current(&made(CertificateSpec::named("a").not_yet_valid())), (false, true));
    }

    #[test]
    fn names_and_addresses() {
        let spec = CertificateSpec::server(&["localhost", "127.0.0.1", "::1"]);
        let certificate = made(spec.dns("a,DNS:evil.test").email("x@y.test").uri("https://z.test/"));
        let names = certificate.subject_alt_names().unwrap();
        assert_eq!(names[0].dnsname(), Some("localhost"));
        assert_eq!(names[1].ipaddress(), Some(&[127, 0, 0, 1][..]));
        assert_eq!(names[2].ipaddress().map(<[u8]>::len), Some(16));
        assert_eq!(names[3].dnsname(), Some("a,DNS:evil.test"));
        assert_eq!(names[4].email(), Some("x@y.test"));
        assert_eq!(names[5].uri(), Some("https://z.test/"));
    }

    #[test]
    fn a_common_name_alone() {
        let certificate = made(CertificateSpec::named("only.test"));
        assert!(certificate.subject_alt_names().is_none());
        let name = certificate.subject_name().entries_by_nid(Nid::COMMONNAME).next().unwrap();
        assert_eq!(name.data().as_slice(), b"only.test");
    }

    #[test]
    fn an_attribute_may_stand_twice() {
        let spec = CertificateSpec::named("localhost").subject(attribute::COUNTRY, "DE");
        let spec = spec.subject(attribute::UNIT, "one").subject(attribute::UNIT, "two");
        let certificate = made(spec);
        let units = certificate.subject_name().entries_by_nid(Nid::ORGANIZATIONALUNITNAME);
        let units: Vec<_> = units.map(|unit| unit.data().as_slice().to_vec()).collect();
        assert_eq!(units, [b"one", b"two"]);
        assert_eq!(certificate.subject_name().entries().count(), 4);
    }

    #[test]
    fn the_serial_number() {
        let certificate = made(CertificateSpec::named("a").serial(&[0x1a, 0x2b]));
        assert_eq!(certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string(), "1A2B");

        let (one, other) = (made(CertificateSpec::named("a")), made(CertificateSpec::named("a")));
        assert_ne!(one.serial_number().to_bn().unwrap(), other.serial_number().to_bn().unwrap());
        assert_eq!(one.serial_number().to_bn().unwrap().num_bytes(), 16);
    }

    #[test]
    fn where_to_ask_about_it() {
        let spec = CertificateSpec::named("a").ocsp("http://ocsp.test/1").ocsp("http://ocsp.test/2");
        let certificate = made(spec.ca_issuers("http://ca.test/root.der"));
        let responders: Vec<_> =
            certificate.ocsp_responders().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(responders, ["http://ocsp.test/1", "http://ocsp.test/2"]);
        assert!(made(CertificateSpec::named("a")).ocsp_responders().is_err());
    }

    #[test]
    fn usages_purposes_and_other_extensions_are_written() {
        let spec = CertificateSpec::authority("a").path_length(3);
        let spec = spec.purposes(&[ExtendedKeyUsagePurpose::ClientAuth]);
        let text = made(spec.extension(&[1, 2, 3, 4], true, &[0x05, 0x00])).to_text().unwrap();
        let text = String::from_utf8(text).unwrap();
        for said in
            ["CA:TRUE, pathlen:3", "Certificate Sign, CRL Sign", "TLS Web Client Auth", "1.2.3.4: critical"]
        {
            assert!(text.contains(said), "{said} is missing in {text}");
        }
    }
}
