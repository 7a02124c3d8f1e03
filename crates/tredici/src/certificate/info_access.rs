//! Where a certificate says that its issuer and its revocation status can be found (RFC 5280, section 4.2.2.1).

use x509_parser::asn1_rs::{Any, FromDer, Tag, oid};

use super::der::{constructed, dotted, element, elements, primitive};
use super::general_name::GeneralName;

/// The authority information access of a certificate, Node's `infoAccess`: locations in the order of the
/// certificate, each under a key such as `OCSP - URI` or `CA Issuers - URI`.
///
/// The key is the method (its name in OpenSSL or its object identifier) and the kind of the location. With
/// feature `serde` it becomes the object that Node makes of it: an array of locations for each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoAccess {
    entries: Vec<(String, String)>,
}

impl InfoAccess {
    /// The first location under a key: `get("OCSP - URI")`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values(key).next()
    }

    /// All locations under a key in the order of the certificate.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(name, _)| *name == key).map(|(_, location)| location)
    }

    /// All keys and locations in the order of the certificate; a key can come again.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, location)| (&**key, &**location))
    }

    /// `None` where the extension's value cannot be decoded.
    pub(super) fn decode(value: &[u8]) -> Option<Self> {
        let entries = elements(constructed(value, Tag::Sequence)?).map(|description| {
            let description = description?;
            if description.tag() != Tag::Sequence {
                return None;
            }
            let (location, method) = Any::from_der(description.data).ok()?;
            let location = GeneralName::decode(&element(location)?)?;
            let key = format!("{} - {}", method_name(primitive(&method, Tag::Oid)?)?, location.kind);
            Some((key, location.text.into_owned()))
        });
        Some(Self { entries: entries.collect::<Option<_>>()? })
    }
}

/// The long names that OpenSSL gives to access methods.
const METHODS: [(&[u8], &str); 8] = [
    (&oid!(raw 1.3.6.1.5.5.7.48.1), "OCSP"),
    (&oid!(raw 1.3.6.1.5.5.7.48.2), "CA Issuers"),
    (&oid!(raw 1.3.6.1.5.5.7.48.3), "AD Time Stamping"),
    (&oid!(raw 1.3.6.1.5.5.7.48.4), "ad dvcs"),
    (&oid!(raw 1.3.6.1.5.5.7.48.5), "CA Repository"),
    (&oid!(raw 1.3.6.1.5.5.7.48.10), "RPKI Manifest"),
    (&oid!(raw 1.3.6.1.5.5.7.48.11), "Signed Object"),
    (&oid!(raw 1.3.6.1.5.5.7.48.13), "RPKI Notify"),
];

fn method_name(method: &[u8]) -> Option<String> {
    match METHODS.iter().find(|(id, _)| *id == method) {
        Some((_, name)) => Some((*name).to_owned()),
        None => dotted(method),
    }
}
