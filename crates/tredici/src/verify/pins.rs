//! Pins: keys and certificates that a caller knows in advance.

use std::{fmt, str::FromStr};

use base64::{Engine as _, alphabet, engine::general_purpose};
use sha2::{Digest, Sha256};

use super::pin_failure::PinFailure;
use crate::{certificate::PeerCertificate, error::Error};

const FORMS: &str = "write sha256/<base64>, cert-sha256:<hex> or ca-sha256:<hex>";

/// One key or certificate by its SHA-256 digest. An addition; neither Node nor undici has pins.
///
/// `Display` gives the canonical text, which parses back to the same pin:
///
/// ```
/// use tredici::Pin;
///
/// let pin: Pin = "cert-sha256:B5:BB:9D:80:14:A0:F9:B1:D6:1E:21:E7:96:D7:8D:CC:\
///                 DF:13:52:F2:3C:D3:28:12:F4:85:0B:87:8A:E4:94:4C".parse()?;
/// assert_eq!(
///     pin.to_string(),
///     "cert-sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
/// );
/// # Ok::<(), tredici::PinError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pin {
    /// `sha256/<base64>`: the SubjectPublicKeyInfo of any certificate of the chain (RFC 7469 section 2.4).
    /// Survives the renewal of a certificate whose key stays.
    Key([u8; 32]),
    /// `cert-sha256:<hex>`: the DER of the leaf, which is what Node calls `fingerprint256`.
    Leaf([u8; 32]),
    /// `ca-sha256:<hex>`: the DER of any certificate of the chain but the leaf.
    Issuer([u8; 32]),
}

impl Pin {
    /// The pin of this certificate's key, wherever in the chain it stands: of a certificate of your own, or of a peer's.
    ///
    /// ```
    /// use tredici::{ConnectOptions, Error, PeerCertificate, Pin, Pins};
    ///
    /// /// Trusts the key of the certificate that is deployed, and the spare one.
    /// fn pinned(now: &PeerCertificate, spare: &PeerCertificate) -> Result<ConnectOptions, Error> {
    ///     Ok(ConnectOptions::new().pins(Pins::of([Pin::key_of(now), Pin::key_of(spare)])?))
    /// }
    /// ```
    pub fn key_of(certificate: &PeerCertificate) -> Self {
        Self::Key(Sha256::digest(certificate.public_key_info()).into())
    }

    /// The pin of this very certificate, where it is the leaf.
    pub fn leaf_of(certificate: &PeerCertificate) -> Self {
        Self::Leaf(Sha256::digest(certificate.raw()).into())
    }

    /// The pin of this very certificate, where it is an issuer of the leaf: an authority.
    pub fn issuer_of(certificate: &PeerCertificate) -> Self {
        Self::Issuer(Sha256::digest(certificate.raw()).into())
    }

    fn matches(&self, chain: &[CertificateDigests]) -> bool {
        match self {
            Self::Key(digest) => chain.iter().any(|certificate| certificate.key_sha256 == *digest),
            Self::Leaf(digest) => chain.iter().take(1).any(|leaf| leaf.certificate_sha256 == *digest),
            Self::Issuer(digest) => chain.iter().skip(1).any(|issuer| issuer.certificate_sha256 == *digest),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, digest) = match self {
            Self::Key(digest) => {
                return write!(f, "sha256/{}", general_purpose::STANDARD.encode(digest));
            }
            Self::Leaf(digest) => ("cert-sha256:", digest),
            Self::Issuer(digest) => ("ca-sha256:", digest),
        };
        f.write_str(prefix)?;
        digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Pin {
    type Err = PinError;

    /// Hex may be in either case, with or without a colon between the bytes; the base64 is of the standard
    /// alphabet, and its padding may be left out.
    fn from_str(text: &str) -> Result<Self, PinError> {
        let (pin, digest): (fn([u8; 32]) -> Self, _) = if let Some(base64) = text.strip_prefix("sha256/") {
            (Self::Key, from_base64(base64))
        } else if let Some(hex) = text.strip_prefix("cert-sha256:") {
            (Self::Leaf, from_hex(hex))
        } else if let Some(hex) = text.strip_prefix("ca-sha256:") {
            (Self::Issuer, from_hex(hex))
        } else {
            (Self::Key, Err("it has none of the known prefixes"))
        };
        digest.map(pin).map_err(|problem| PinError { pin: Some((0, text.to_owned())), problem })
    }
}

fn from_base64(text: &str) -> Result<[u8; 32], &'static str> {
    const LENIENT_PADDING: general_purpose::GeneralPurpose = general_purpose::GeneralPurpose::new(
        &alphabet::STANDARD,
        general_purpose::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let bytes = LENIENT_PADDING.decode(text).map_err(|_| "what follows the prefix is not base64")?;
    bytes.try_into().map_err(|_| "a SHA-256 digest has 32 bytes, 44 characters of base64")
}

fn from_hex(text: &str) -> Result<[u8; 32], &'static str> {
    const NOT_HEX: &str = "what follows the prefix is not hex, with or without a colon between the bytes";
    if text.contains(':') && text.split(':').any(|byte| byte.len() != 2) {
        return Err(NOT_HEX);
    }
    let digits = text.chars().filter(|&digit| digit != ':').map(|digit| digit.to_digit(16));
    let digits = digits.collect::<Option<Vec<u32>>>().ok_or(NOT_HEX)?;
    if digits.len() != 64 {
        return Err("a SHA-256 digest has 32 bytes, 64 digits of hex");
    }
    Ok(std::array::from_fn(|byte| (digits[2 * byte] * 16 + digits[2 * byte + 1]) as u8))
}

/// The digests of one certificate, all that pins know about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateDigests {
    /// SHA-256 of the DER of the SubjectPublicKeyInfo.
    pub key_sha256: [u8; 32],
    /// SHA-256 of the DER of the whole certificate.
    pub certificate_sha256: [u8; 32],
}

impl From<&PeerCertificate> for CertificateDigests {
    fn from(certificate: &PeerCertificate) -> Self {
        Self {
            key_sha256: Sha256::digest(certificate.public_key_info()).into(),
            certificate_sha256: Sha256::digest(certificate.raw()).into(),
        }
    }
}

/// A list of pins, of which one must match. An addition; neither Node nor undici has pins.
///
/// ```
/// use tredici::Pins;
///
/// let error = Pins::new(["sha256/c3Bpbm9zYQ=="]).unwrap_err();
/// assert_eq!(error.pin(), Some("sha256/c3Bpbm9zYQ=="));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pins(Vec<Pin>);

impl Pins {
    /// Reads pins in the forms that [`Pin`] names.
    ///
    /// # Errors
    /// The first pin that cannot be read, and why; also an empty list, which would refuse every peer.
    pub fn new<P: AsRef<str>>(pins: impl IntoIterator<Item = P>) -> Result<Self, PinError> {
        let read = |(at, pin): (usize, P)| {
            pin.as_ref().parse().map_err(|error: PinError| PinError {
                pin: error.pin.map(|(_, pin)| (at, pin)),
                problem: error.problem,
            })
        };
        Self::of(pins.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?)
    }

    /// These pins.
    ///
    /// # Errors
    /// An empty list, which would refuse every peer.
    pub fn of(pins: impl IntoIterator<Item = Pin>) -> Result<Self, PinError> {
        let pins: Vec<Pin> = pins.into_iter().collect();
        match pins.is_empty() {
            true => Err(PinError { pin: None, problem: "the list of pins is empty" }),
            false => Ok(Self(pins)),
        }
    }

    /// Whether one of the pins matches the verified chain, leaf first. Never for an empty chain.
    ///
    /// Only a chain that was verified means anything here: whoever holds no key can still send any certificate.
    pub fn matches(&self, chain: &[CertificateDigests]) -> bool {
        self.0.iter().any(|pin| pin.matches(chain))
    }

    /// The pins, in the order in which they were given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Pin> {
        self.0.iter()
    }

    /// Why these certificates, by which the peer was verified, do not do; `None` where they do.
    pub(crate) fn failure(&self, path: &[CertificateDigests]) -> Option<PinFailure> {
        (!self.matches(path)).then(|| PinFailure::no_match(path))
    }
}

/// This pin alone.
impl From<Pin> for Pins {
    fn from(pin: Pin) -> Self {
        Self(vec![pin])
    }
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(ToString::to_string)).finish()
    }
}

/// A pin that cannot be read, or a list without any.
#[derive(Clone, PartialEq, Eq)]
pub struct PinError {
    /// With its place in the list.
    pin: Option<(usize, String)>,
    problem: &'static str,
}

impl PinError {
    /// The pin as it was given; `None` where the list is empty.
    pub fn pin(&self) -> Option<&str> {
        self.pin.as_ref().map(|(_, pin)| pin.as_str())
    }

    /// Its place in the list, from 0; `None` where the list is empty.
    pub fn index(&self) -> Option<usize> {
        self.pin.as_ref().map(|(index, _)| *index)
    }
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pin {
            Some((_, pin)) => write!(f, "bad pin '{}': {}; {FORMS}", pin.escape_debug(), self.problem),
            None => write!(f, "{}; {FORMS}", self.problem),
        }
    }
}

/// The line for a person, which is what a `main` that returns it shows; `{:#?}` shows the data.
impl fmt::Debug for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("PinError").field("pin", &self.pin).field("problem", &self.problem).finish()
    }
}

impl std::error::Error for PinError {}

/// A bad pin is a bad option.
impl From<PinError> for Error {
    fn from(error: PinError) -> Self {
        Self::invalid("ERR_INVALID_ARG_VALUE", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_that_returns_the_error_shows_its_line() {
        let error = Pins::new(["sha256/x"]).expect_err("no pin");
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(format!("{error:#?}").starts_with("PinError {"), "{error:#?}");
    }

    const HEX: &str = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
    const BASE64: &str = "tbudgBSg+bHWHiHnlteNzN8TUvI80ygS9IULh4rklEw";

    fn digest(byte: u8) -> [u8; 32] {
        [byte; 32]
    }

    /// A leaf with key 1, an intermediate with key 2, a root with key 3.
    fn chain() -> [CertificateDigests; 3] {
        [(1, 11), (2, 12), (3, 13)].map(|(key, certificate)| CertificateDigests {
            key_sha256: digest(key),
            certificate_sha256: digest(certificate),
        })
    }

    fn matches(pins: &[Pin], chain: &[CertificateDigests]) -> bool {
        Pins::new(pins.iter().map(Pin::to_string)).unwrap().matches(chain)
    }

    #[test]
    fn every_spelling_of_a_pin_has_one_canonical_text() {
        let with_colons =
            HEX.as_bytes().chunks(2).map(|byte| str::from_utf8(byte).unwrap()).collect::<Vec<_>>().join(":");
        for prefix in ["cert-sha256:", "ca-sha256:"] {
            for hex in [HEX, &HEX.to_uppercase(), &with_colons, &with_colons.to_uppercase()] {
                let pin: Pin = format!("{prefix}{hex}").parse().unwrap();
                assert_eq!(pin.to_string(), format!("{prefix}{HEX}"));
            }
        }
        for base64 in [BASE64.to_owned(), format!("{BASE64}=")] {
            let pin: Pin = format!("sha256/{base64}").parse().unwrap();
            assert_eq!(pin.to_string(), format!("sha256/{BASE64}="));
        }
    }

    #[test]
    fn base64_and_hex_of_one_digest_agree() {
        let Pin::Key(from_base64) = format!("sha256/{BASE64}").parse().unwrap() else { panic!("not a key") };
        let Pin::Leaf(from_hex) = format!("cert-sha256:{HEX}").parse().unwrap() else { panic!("not a leaf") };
        assert_eq!(from_base64, from_hex);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        let length = "a SHA-256 digest has 32 bytes";
        let cases = [
            (String::new(), "none of the known prefixes"),
            (HEX.to_owned(), "none of the known prefixes"),
            (format!("SHA256/{BASE64}"), "none of the known prefixes"),
            (format!("sha256:{HEX}"), "none of the known prefixes"),
            (format!(" cert-sha256:{HEX}"), "none of the known prefixes"),
            ("sha256/".to_owned(), length),
            ("sha256/c3Bpbm9zYQ==".to_owned(), length),
            (format!("sha256/{BASE64}AAAA"), length),
            (format!("sha256//{BASE64}="), "not base64"),
            (format!("sha256/{BASE64}=="), "not base64"),
            (format!("sha256/{}", BASE64.replace('+', "-")), "not base64"),
            (format!("sha256/{}x", &BASE64[..42]), "not base64"),
            (format!("sha256/{BASE64}=\n"), "not base64"),
            (format!("sha256/{HEX}"), length),
            ("cert-sha256:".to_owned(), length),
            (format!("cert-sha256:{HEX}00"), length),
            (format!("cert-sha256:{}", &HEX[1..]), length),
            (format!("cert-sha256:{}g", &HEX[1..]), "not hex"),
            (format!("cert-sha256:{HEX} "), "not hex"),
            (format!("cert-sha256:{HEX}:"), "not hex"),
            (format!("ca-sha256::{HEX}"), "not hex"),
            (format!("ca-sha256:{}é", &HEX[2..]), "not hex"),
            (format!("ca-sha256:{}:{}", &HEX[..2], &HEX[2..]), "not hex"),
        ];
        for (text, problem) in cases {
            let good = format!("sha256/{BASE64}");
            let error = Pins::new([good.as_str(), text.as_str()]).unwrap_err();
            assert_eq!((error.pin(), error.index()), (Some(text.as_str()), Some(1)));
            assert!(error.to_string().contains(problem), "{text:?}: {error}");
            assert!(error.to_string().contains(FORMS), "{text:?}: {error}");
            assert!(!error.to_string().contains('\n'), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_list_without_pins_is_refused() {
        let error = Pins::new(Vec::<String>::new()).unwrap_err();
        assert_eq!((error.pin(), error.index()), (None, None));
        assert!(error.to_string().starts_with("the list of pins is empty"), "{error}");
    }

    #[test]
    fn a_certificate_has_its_pins() {
        let authority = tredici_test::Pki::shared().root().der();
        let authority = PeerCertificate::from_der(authority).expect("a certificate");
        let digests = CertificateDigests::from(&authority);
        let [key, leaf, issuer] =
            [Pin::key_of(&authority), Pin::leaf_of(&authority), Pin::issuer_of(&authority)];
        assert_eq!(key, Pin::Key(digests.key_sha256));
        let fingerprint = authority.fingerprint256().to_lowercase().replace(':', "");
        assert_eq!(leaf.to_string(), format!("cert-sha256:{fingerprint}"));
        assert_eq!(issuer.to_string(), format!("ca-sha256:{fingerprint}"));
        for pin in [key, leaf, issuer] {
            assert_eq!(Pins::new([pin.to_string()]), Pins::of([pin]));
            assert_eq!(Pins::of([pin]), Ok(Pins::from(pin)));
        }
        assert!(Pins::of([]).is_err());
    }

    #[test]
    fn each_kind_of_pin_looks_where_it_should() {
        let chain = chain();
        for key in 1..=3 {
            assert!(matches(&[Pin::Key(digest(key))], &chain), "the key of any certificate");
        }
        assert!(matches(&[Pin::Leaf(digest(11))], &chain));
        assert!(matches(&[Pin::Issuer(digest(12))], &chain));
        assert!(matches(&[Pin::Issuer(digest(13))], &chain));

        assert!(!matches(&[Pin::Leaf(digest(12))], &chain), "an issuer is not the leaf");
        assert!(!matches(&[Pin::Issuer(digest(11))], &chain), "the leaf is no issuer");
        assert!(!matches(&[Pin::Key(digest(11))], &chain), "a certificate is not its key");
        assert!(!matches(&[Pin::Leaf(digest(1))], &chain), "a key is not its certificate");
        assert!(!matches(&[Pin::Issuer(digest(11))], &chain[..1]), "not even where it signed itself");
    }

    #[test]
    fn one_match_is_enough_and_none_is_not() {
        let wrong = [Pin::Key(digest(9)), Pin::Leaf(digest(9)), Pin::Issuer(digest(9))];
        let mut pins = wrong.to_vec();
        pins.push(Pin::Issuer(digest(13)));
        assert!(!matches(&wrong, &chain()));
        assert!(matches(&pins, &chain()));
        assert!(!matches(&pins, &[]), "nothing matches an empty chain");
    }
}
