//! What the extensions of a certificate say, as OpenSSL reads them: one that is repeated or malformed spoils all.

use x509_parser::asn1_rs::oid;

use super::{
    der::{self, BIT_STRING, BOOLEAN, Element, Elements, INTEGER, OCTET_STRING, OID, SEQUENCE, Span},
    distribution_point,
    general_name::{GeneralName, Subtrees},
};

/// Of an extension that is absent, repeated or malformed nothing is here.
#[derive(Default)]
pub(super) struct Extensions {
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) purposes: Option<Purposes>,
    /// Netscape's certificate type, older than the extended key usage.
    pub(super) netscape: Option<u8>,
    pub(super) subject_key_id: Option<Span>,
    pub(super) authority_key_id: Option<AuthorityKeyId>,
    /// The contents of the list.
    pub(super) alternative_names: Option<Span>,
    /// In that list are DNS names, addresses and the like, and nothing follows it.
    pub(super) has_plain_names_alone: bool,
    pub(super) name_constraints: Option<Span>,
    /// The contents of the list.
    pub(super) distribution_points: Option<Span>,
    /// One that matters is repeated or malformed.
    pub(super) invalid: bool,
    /// There is a critical one that OpenSSL does not know.
    pub(super) has_unknown_critical: bool,
    /// There is a critical one that OpenSSL knows and webpki does not.
    pub(super) has_critical_of_openssl: bool,
    /// A proxy certificate (RFC 3820).
    pub(super) is_proxy: bool,
    /// Network resources are delegated (RFC 3779).
    pub(super) has_resources: bool,
}

#[derive(Clone, Copy)]
pub(super) struct BasicConstraints {
    pub(super) is_ca: bool,
    pub(super) path_length: Option<u64>,
}

/// The first bit is the most significant of the first byte, the ninth of the second.
#[derive(Clone, Copy)]
pub(super) struct KeyUsage(u16);

impl KeyUsage {
    pub(super) const DIGITAL_SIGNATURE: u16 = 0x80;
    pub(super) const KEY_ENCIPHERMENT: u16 = 0x20;
    pub(super) const KEY_AGREEMENT: u16 = 0x08;
    pub(super) const KEY_CERT_SIGN: u16 = 0x04;
    pub(super) const CRL_SIGN: u16 = 0x02;

    pub(super) fn has_one_of(self, bits: u16) -> bool {
        self.0 & bits != 0
    }
}

/// The purposes in the extended key usage that matter for TLS.
#[derive(Clone, Copy, Default)]
pub(super) struct Purposes {
    pub(super) server: bool,
    pub(super) client: bool,
    /// Servers with strong cryptography, when exporting that was forbidden.
    pub(super) server_gated: bool,
}

/// What the issuer's certificate looks like.
pub(super) struct AuthorityKeyId {
    pub(super) key_id: Option<Span>,
    /// All of the first distinguished name.
    pub(super) issuer: Option<Span>,
    pub(super) serial: Option<Span>,
}

const NETSCAPE_TYPE: &[u8] = &oid!(raw 2.16.840.1.113730.1.1);
const NO_OCSP_CHECK: &[u8] = &oid!(raw 1.3.6.1.5.5.7.48.1.5);
const PROXY: &[u8] = &oid!(raw 1.3.6.1.5.5.7.1.14);
const ADDRESSES: &[u8] = &oid!(raw 1.3.6.1.5.5.7.1.7);
const SYSTEM_NUMBERS: &[u8] = &oid!(raw 1.3.6.1.5.5.7.1.8);

impl Extensions {
    /// `None` where `list` is no list of extensions.
    pub(super) fn read(whole: &[u8], list: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        let mut seen: u64 = 0;
        for extension in Extension::each(der::only(list, SEQUENCE)?) {
            let Extension { oid, is_critical, value } = extension?;
            let kind = Kind::of(oid);
            read.note_critical(kind, is_critical);
            let Some(slot) = kind.slot() else { continue };
            let is_repeated = seen & 1 << slot != 0;
            seen |= 1 << slot;
            if is_repeated {
                read.forget(kind);
            }
            if is_repeated || read.take_up(kind, whole, value).is_none() {
                read.invalid = true;
            }
        }
        Some(read)
    }

    fn note_critical(&mut self, kind: Kind, is_critical: bool) {
        match kind {
            _ if !is_critical => {}
            Kind::Ce(15 | 17 | 19 | 30 | 31 | 37) => {}
            Kind::Ce(32 | 33 | 36 | 54)
            | Kind::NoOcspCheck
            | Kind::Netscape
            | Kind::Proxy
            | Kind::Resources(_) => {
                self.has_critical_of_openssl = true;
            }
            Kind::Ce(_) | Kind::Unknown => self.has_unknown_critical = true,
        }
    }

    fn take_up(&mut self, kind: Kind, whole: &[u8], value: &[u8]) -> Option<()> {
        let span = |part: &[u8]| Span::of(part, whole);
        match kind {
            Kind::Ce(14) => self.subject_key_id = Some(span(der::first(value, OCTET_STRING)?)),
            Kind::Ce(15) => self.key_usage = Some(key_usage(value)?),
            Kind::Ce(17) => {
                let names = der::first(value, SEQUENCE)?;
                self.has_plain_names_alone = der::only(value, SEQUENCE).is_some();
                for name in GeneralName::each(names) {
                    self.has_plain_names_alone &= name?.is_plain();
                }
                self.alternative_names = Some(span(names));
            }
            Kind::Ce(19) => self.basic_constraints = Some(basic_constraints(value)?),
            Kind::Ce(30) => {
                let constraints = der::first(value, SEQUENCE)?;
                Subtrees::read(constraints)?;
                self.name_constraints = Some(span(constraints));
            }
            Kind::Ce(31) => self.distribution_points = Some(span(distribution_point::points(value)?)),
            Kind::Ce(35) => self.authority_key_id = Some(AuthorityKeyId::read(whole, value)?),
            Kind::Ce(37) => self.purposes = Some(purposes(value)?),
            Kind::Netscape => self.netscape = Some(bits(der::first(value, BIT_STRING)?)?.to_be_bytes()[1]),
            Kind::Proxy => self.is_proxy = true,
            Kind::Resources(_) => self.has_resources = true,
            Kind::Ce(_) | Kind::NoOcspCheck | Kind::Unknown => {}
        }
        Some(())
    }

    fn forget(&mut self, kind: Kind) {
        match kind {
            Kind::Ce(14) => self.subject_key_id = None,
            Kind::Ce(15) => self.key_usage = None,
            Kind::Ce(17) => self.alternative_names = None,
            Kind::Ce(19) => self.basic_constraints = None,
            Kind::Ce(30) => self.name_constraints = None,
            Kind::Ce(31) => self.distribution_points = None,
            Kind::Ce(35) => self.authority_key_id = None,
            Kind::Ce(37) => self.purposes = None,
            Kind::Netscape => self.netscape = None,
            _ => {}
        }
    }

    /// Whether basic constraints say that it is an authority's.
    pub(super) fn says_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|constraints| constraints.is_ca)
    }
}

/// One extension as it is written.
pub(super) struct Extension<'a> {
    oid: &'a [u8],
    pub(super) is_critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// Those that stand one after another; what is none is a `None`.
    pub(super) fn each(list: &'a [u8]) -> impl Iterator<Item = Option<Self>> {
        Elements::of(list).into_iter().map(|element| Self::read(element?))
    }

    fn read(element: Element<'a>) -> Option<Self> {
        let mut fields = Elements::of(Some(element).filter(|element| element.tag == SEQUENCE)?.content);
        let oid = fields.take(OID).filter(|oid| der::is_oid(oid))?;
        let is_critical = fields.take_if(BOOLEAN)?.map_or(Some(false), boolean)?;
        let value = fields.take(OCTET_STRING)?;
        fields.is_empty().then_some(Self { oid, is_critical, value })
    }

    /// The number under `id-ce`, 2.5.29.
    pub(super) fn number(&self) -> Option<u8> {
        match self.oid {
            [0x55, 0x1d, number @ 0..0x80] => Some(*number),
            _ => None,
        }
    }
}

/// Which extension it is.
#[derive(Clone, Copy)]
enum Kind {
    /// The number under `id-ce`, 2.5.29.
    Ce(u8),
    Netscape,
    NoOcspCheck,
    Proxy,
    /// Addresses, or numbers of autonomous systems.
    Resources(u8),
    Unknown,
}

impl Kind {
    fn of(oid: &[u8]) -> Self {
        match oid {
            [0x55, 0x1d, number @ 0..0x80] => Self::Ce(*number),
            NETSCAPE_TYPE => Self::Netscape,
            NO_OCSP_CHECK => Self::NoOcspCheck,
            PROXY => Self::Proxy,
            ADDRESSES => Self::Resources(0),
            SYSTEM_NUMBERS => Self::Resources(1),
            _ => Self::Unknown,
        }
    }

    /// Which bit stands for it among those that may stand once.
    fn slot(self) -> Option<u8> {
        match self {
            Self::Ce(number @ (14 | 15 | 17 | 19 | 30 | 31 | 35 | 37)) => Some(number),
            Self::Netscape => Some(0),
            Self::Proxy => Some(1),
            Self::Resources(which) => Some(2 + which),
            Self::Ce(_) | Self::NoOcspCheck | Self::Unknown => None,
        }
    }
}

impl AuthorityKeyId {
    const KEY_ID: u8 = 0x80;
    const ISSUER: u8 = 0xa1;
    const SERIAL: u8 = 0x82;

    /// Of the names of an issuer only the first distinguished name counts, as for OpenSSL.
    pub(super) fn read(whole: &[u8], value: &[u8]) -> Option<Self> {
        let span = |part: &[u8]| Span::of(part, whole);
        let mut fields = Elements::of(der::first(value, SEQUENCE)?);
        let key_id = fields.take_if(Self::KEY_ID)?;
        let names = fields.take_if(Self::ISSUER)?.unwrap_or_default();
        let serial = fields.take_if(Self::SERIAL)?;
        let names: Vec<_> = GeneralName::each(names).collect::<Option<_>>()?;
        let issuer = names.into_iter().find_map(|name| match name {
            GeneralName::Directory(name) => Some(name),
            _ => None,
        });
        let is_sound = fields.is_empty() && serial.is_none_or(der::is_integer);
        is_sound.then(|| Self {
            key_id: key_id.map(span),
            issuer: issuer.map(span),
            serial: serial.map(span),
        })
    }
}

pub(super) fn boolean(content: &[u8]) -> Option<bool> {
    match content {
        [byte] => Some(*byte != 0),
        _ => None,
    }
}

/// A length that no number of ours holds is as good as none.
fn basic_constraints(value: &[u8]) -> Option<BasicConstraints> {
    let mut fields = Elements::of(der::first(value, SEQUENCE)?);
    let is_ca = fields.take_if(BOOLEAN)?.map_or(Some(false), boolean)?;
    let path_length = fields.take_if(INTEGER)?;
    let is_natural = |number: &[u8]| der::is_integer(number) && number[0] & 0x80 == 0;
    if !fields.is_empty() || !path_length.is_none_or(is_natural) {
        return None;
    }
    let number = |bytes: &[u8]| {
        (bytes.len() <= 7).then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    Some(BasicConstraints { is_ca, path_length: path_length.and_then(number) })
}

/// A usage without a bit is not allowed (RFC 5280, section 4.2.1.3).
fn key_usage(value: &[u8]) -> Option<KeyUsage> {
    bits(der::first(value, BIT_STRING)?).filter(|bits| *bits != 0).map(KeyUsage)
}

/// The first two bytes of a BIT STRING's content, the first of them in the lower half.
pub(super) fn bits(content: &[u8]) -> Option<u16> {
    let (unused, bytes) = Some(content).filter(|content| der::is_bit_string(content))?.split_first()?;
    let mask = 0xff << unused;
    let byte = |index: usize| {
        let byte = bytes.get(index).copied().unwrap_or_default();
        u16::from(if index + 1 == bytes.len() { byte & mask } else { byte })
    };
    Some(byte(1) << 8 | byte(0))
}

fn purposes(value: &[u8]) -> Option<Purposes> {
    const SERVER: &[u8] = &oid!(raw 1.3.6.1.5.5.7.3.1);
    const CLIENT: &[u8] = &oid!(raw 1.3.6.1.5.5.7.3.2);
    const MICROSOFT_GATED: &[u8] = &oid!(raw 1.3.6.1.4.1.311.10.3.3);
    const NETSCAPE_GATED: &[u8] = &oid!(raw 2.16.840.1.113730.4.1);

    let mut purposes = Purposes::default();
    for purpose in Elements::of(der::first(value, SEQUENCE)?) {
        let purpose = purpose.filter(|element| element.tag == OID && der::is_oid(element.content))?;
        match purpose.content {
            SERVER => purposes.server = true,
            CLIENT => purposes.client = true,
            MICROSOFT_GATED | NETSCAPE_GATED => purposes.server_gated = true,
            _ => {}
        }
    }
    Some(purposes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_constraints_are_read_strictly() {
        for (value, expected) in [
            (&[0x30, 0][..], Some((false, None))),
            (&[0x30, 3, 1, 1, 0xff], Some((true, None))),
            (&[0x30, 3, 1, 1, 0], Some((false, None))),
            (&[0x30, 6, 1, 1, 0xff, 2, 1, 0], Some((true, Some(0)))),
            (&[0x30, 7, 1, 1, 0xff, 2, 2, 1, 2], Some((true, Some(258)))),
            (&[0x30, 3, 2, 1, 3], Some((false, Some(3)))),
            (&[0x30, 6, 1, 1, 0xff, 2, 1, 0xff], None),
            (&[0x30, 8, 1, 1, 0xff, 2, 1, 0, 5, 0], None),
            (&[0x30, 4, 1, 2, 0xff, 0xff], None),
            (&[5, 0], None),
        ] {
            let read = basic_constraints(value).map(|read| (read.is_ca, read.path_length));
            assert_eq!(read, expected, "{value:x?}");
        }
    }

    #[test]
    fn key_usage_needs_a_bit() {
        for (value, expected) in [
            (&[3, 2, 0, 4][..], Some(4)),
            (&[3, 2, 2, 4], Some(4)),
            (&[3, 2, 3, 4], None),
            (&[3, 3, 7, 0, 0x80], Some(0x8000)),
            (&[3, 3, 7, 4, 0x80], Some(0x8004)),
            (&[3, 2, 0, 0], None),
            (&[3, 1, 0], None),
            (&[3, 1, 4], None),
            (&[3, 2, 8, 4], None),
            (&[5, 0], None),
        ] {
            assert_eq!(key_usage(value).map(|usage| usage.0), expected, "{value:x?}");
        }
    }

    /// One after another: identifier, critical or not, value.
    fn read(list: &[(&[u8], bool, &[u8])]) -> Extensions {
        let tlv = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
        let extensions: Vec<_> = list
            .iter()
            .map(|(oid, critical, value)| {
                let critical = if *critical { vec![1, 1, 0xff] } else { Vec::new() };
                tlv(SEQUENCE, &[tlv(OID, oid), critical, tlv(OCTET_STRING, value)].concat())
            })
            .collect();
        let list = tlv(SEQUENCE, &extensions.concat());
        Extensions::read(&list, &list).unwrap()
    }

    #[test]
    fn an_extension_stands_once() {
        let ca: (&[u8], _, &[u8]) = (&[0x55, 0x1d, 19], true, &[0x30, 3, 1, 1, 0xff]);
        assert!(read(&[ca]).says_ca() && !read(&[ca]).invalid);
        assert!(!read(&[ca, ca]).says_ca() && read(&[ca, ca]).invalid);
        assert!(read(&[ca, ca, ca]).invalid && !read(&[ca, ca, ca]).says_ca());
        let unknown: (&[u8], _, &[u8]) = (&[0x2a, 3], false, &[5, 0]);
        assert!(!read(&[unknown, unknown]).invalid);
    }

    #[test]
    fn critical_extensions_are_known_or_not() {
        for (oid, unknown, of_openssl) in [
            (&[0x55, 0x1d, 19][..], false, false),
            (&[0x55, 0x1d, 32], false, true),
            (NO_OCSP_CHECK, false, true),
            (&[0x55, 0x1d, 35], true, false),
            (&[0x55, 0x1d, 46], true, false),
            (&[0x2a, 3], true, false),
        ] {
            let read = read(&[(oid, true, &[0x30, 0])]);
            assert_eq!(
                (read.has_unknown_critical, read.has_critical_of_openssl),
                (unknown, of_openssl),
                "{oid:x?}"
            );
        }
        assert!(!read(&[(&[0x2a, 3], false, &[])]).has_unknown_critical);
    }

    #[test]
    fn purposes_are_object_identifiers() {
        let of = |value: &[u8]| read(&[(&[0x55, 0x1d, 37], false, value)]);
        let server = of(&[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]).purposes.unwrap();
        assert!(server.server && !server.client && !server.server_gated);
        assert!(!of(&[0x30, 0]).purposes.unwrap().server);
        assert!(of(&[0x30, 2, 5, 0]).invalid);
    }
}
