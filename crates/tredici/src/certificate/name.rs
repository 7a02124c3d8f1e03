//! Who a certificate is for and who issued it.

use std::borrow::Cow;
use std::fmt;

use super::attribute_type::short_name;
use super::charset::Charset;
use super::der::dotted;
use super::distinguished_name::{ControlCharacters, attributes, escape};

/// The subject or the issuer of a certificate: attributes in the order of the certificate.
///
/// An attribute is named by OpenSSL's short name (`C`, `ST`, `L`, `O`, `OU`, `CN`, `emailAddress`, `DC`,
/// `UID`, ...) or, where it has none, by its object identifier in dotted decimal; this is how Node names the
/// keys of `subject` and `issuer`. Values are decoded text with nothing escaped: treat them as the words of a
/// stranger. The one-line form that [`Display`](fmt::Display) writes is for humans: the last relative name
/// first, special and control characters escaped (RFC 2253, `CN=localhost,O=Acme`).
///
/// With feature `serde` it becomes the object that Node makes of it: a key for each attribute, an array
/// where an attribute is repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    attributes: Vec<Attribute>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    key: Cow<'static, str>,
    value: Box<str>,
    /// Stands in the same relative name as the attribute before it.
    joined: bool,
}

impl Name {
    /// `None` where an attribute is not text, or the bytes are no name at all.
    pub(super) fn decode(der: &[u8]) -> Option<Self> {
        let decode = |raw: super::distinguished_name::RawAttribute<'_>| {
            let key = match short_name(raw.oid) {
                Some(name) => Cow::Borrowed(name),
                None => Cow::Owned(dotted(raw.oid)?),
            };
            let value = Charset::of(&raw.value)?.decode(raw.value.data)?;
            Some(Attribute { key, value: value.into(), joined: raw.joined })
        };
        let attributes = attributes(der)?.into_iter().map(decode).collect::<Option<_>>()?;
        Some(Self { attributes })
    }

    /// The first value of an attribute in the order of the certificate, `subject.get("O")`.
    ///
    /// Where an attribute may be repeated and the choice matters, ask for all [`values`](Self::values).
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values(key).next()
    }

    /// All values of an attribute in the order of the certificate.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(name, _)| *name == key).map(|(_, value)| value)
    }

    /// All common names (`CN`) in the order of the certificate.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.values("CN")
    }

    /// All attributes, `("CN", "localhost")`, in the order of the certificate.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|attribute| (&*attribute.key, &*attribute.value))
    }

    /// Whether there is no attribute at all; such a subject is allowed where there are alternative names.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Whether both name the same entity, by the rules of OpenSSL's `X509_NAME_cmp` (RFC 5280, section 7.1):
    /// string types, the case of ASCII letters, how much white space there is, and the order within a relative
    /// name do not matter.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.attributes.len() == other.attributes.len() && self.folded() == other.folded()
    }

    fn folded(&self) -> Vec<Vec<(&str, String)>> {
        let relative_names = self.attributes.chunk_by(|_, next| next.joined);
        let folded = relative_names.map(|attributes| {
            let mut folded: Vec<_> = attributes.iter().map(Attribute::folded).collect();
            folded.sort_unstable();
            folded
        });
        folded.collect()
    }
}

impl Attribute {
    fn folded(&self) -> (&str, String) {
        let words: Vec<&str> = self.value.split_ascii_whitespace().collect();
        (&self.key, words.join(" ").to_ascii_lowercase())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = String::new();
        let mut separator = "";
        for attribute in self.attributes.iter().rev() {
            line.push_str(separator);
            separator = if attribute.joined { "+" } else { "," };
            line.push_str(&attribute.key);
            line.push('=');
            escape(&mut line, &attribute.value, ControlCharacters::Visible);
        }
        f.write_str(&line)
    }
}
