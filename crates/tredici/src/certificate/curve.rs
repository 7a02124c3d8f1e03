//! The elliptic curves that TLS has given a number to (RFC 8422 and its predecessor, RFC 7027).

use x509_parser::asn1_rs::oid;

/// A named curve.
pub(crate) struct Curve {
    /// OpenSSL's short name, Node's `asn1Curve`.
    pub(crate) asn1_name: &'static str,
    /// The name that NIST has given it, Node's `nistCurve`.
    pub(crate) nist_name: Option<&'static str>,
    /// How many bits the order of its group has.
    pub(crate) order_bits: u32,
}

/// The curve with these object identifier content bytes.
pub(crate) fn curve(oid: &[u8]) -> Option<&'static Curve> {
    CURVES.iter().find(|(id, _)| *id == oid).map(|(_, curve)| curve)
}

const fn curve_of(asn1_name: &'static str, nist_name: Option<&'static str>, order_bits: u32) -> Curve {
    Curve { asn1_name, nist_name, order_bits }
}

static CURVES: [(&[u8], Curve); 28] = [
    (&oid!(raw 1.2.840.10045.3.1.7), curve_of("prime256v1", Some("P-256"), 256)),
    (&oid!(raw 1.3.132.0.34), curve_of("secp384r1", Some("P-384"), 384)),
    (&oid!(raw 1.3.132.0.35), curve_of("secp521r1", Some("P-521"), 521)),
    (&oid!(raw 1.3.132.0.10), curve_of("secp256k1", None, 256)),
    (&oid!(raw 1.3.36.3.3.2.8.1.1.7), curve_of("brainpoolP256r1", None, 256)),
    (&oid!(raw 1.3.36.3.3.2.8.1.1.11), curve_of("brainpoolP384r1", None, 384)),
    (&oid!(raw 1.3.36.3.3.2.8.1.1.13), curve_of("brainpoolP512r1", None, 512)),
    (&oid!(raw 1.3.132.0.33), curve_of("secp224r1", Some("P-224"), 224)),
    (&oid!(raw 1.2.840.10045.3.1.1), curve_of("prime192v1", Some("P-192"), 192)),
    (&oid!(raw 1.3.132.0.8), curve_of("secp160r1", None, 161)),
    (&oid!(raw 1.3.132.0.9), curve_of("secp160k1", None, 161)),
    (&oid!(raw 1.3.132.0.30), curve_of("secp160r2", None, 161)),
    (&oid!(raw 1.3.132.0.31), curve_of("secp192k1", None, 192)),
    (&oid!(raw 1.3.132.0.32), curve_of("secp224k1", None, 225)),
    (&oid!(raw 1.3.132.0.1), curve_of("sect163k1", Some("K-163"), 163)),
    (&oid!(raw 1.3.132.0.2), curve_of("sect163r1", None, 162)),
    (&oid!(raw 1.3.132.0.15), curve_of("sect163r2", Some("B-163"), 163)),
    (&oid!(raw 1.3.132.0.24), curve_of("sect193r1", None, 193)),
    (&oid!(raw 1.3.132.0.25), curve_of("sect193r2", None, 193)),
    (&oid!(raw 1.3.132.0.26), curve_of("sect233k1", Some("K-233"), 232)),
    (&oid!(raw 1.3.132.0.27), curve_of("sect233r1", Some("B-233"), 233)),
    (&oid!(raw 1.3.132.0.3), curve_of("sect239k1", None, 238)),
    (&oid!(raw 1.3.132.0.16), curve_of("sect283k1", Some("K-283"), 281)),
    (&oid!(raw 1.3.132.0.17), curve_of("sect283r1", Some("B-283"), 282)),
    (&oid!(raw 1.3.132.0.36), curve_of("sect409k1", Some("K-409"), 407)),
    (&oid!(raw 1.3.132.0.37), curve_of("sect409r1", Some("B-409"), 409)),
    (&oid!(raw 1.3.132.0.38), curve_of("sect571k1", Some("K-571"), 570)),
    (&oid!(raw 1.3.132.0.39), curve_of("sect571r1", Some("B-571"), 570)),
];
