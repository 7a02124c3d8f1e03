//! Which certificate issued which, as far as that can be told without checking a signature.

use x509_parser::asn1_rs::oid;

use super::extensions::KEY_CERT_SIGN;
use super::fields::Fields;

/// Whether `issuer` can have issued `subject`, by the rules of OpenSSL's `X509_check_issued`: names, key
/// identifiers, serial numbers and kinds of keys agree, and the issuer may sign certificates.
pub(super) fn can_have_issued(issuer: &Fields, subject: &Fields) -> bool {
    !issuer.extensions.invalid
        && !subject.extensions.invalid
        && is_named_as_issuer(issuer, subject)
        && is_identified_as_issuer(issuer, subject)
        && key_fits_signature(issuer.key_algorithm(), subject.signature_algorithm())
        && issuer.extensions.key_usage.is_none_or(|usage| usage & KEY_CERT_SIGN != 0)
}

fn is_named_as_issuer(issuer: &Fields, subject: &Fields) -> bool {
    issuer.subject_der() == subject.issuer_der()
        || match (issuer.subject(), subject.issuer()) {
            (Some(name), Some(wanted)) => name.matches(wanted),
            _ => false,
        }
}

/// The authority key identifier of the subject; what it leaves out cannot disagree.
fn is_identified_as_issuer(issuer: &Fields, subject: &Fields) -> bool {
    let wanted = &subject.extensions.authority_key_id;
    let key_id = issuer.extensions.subject_key_id.as_ref().map(|range| issuer.part(range));
    let wanted_key_id = wanted.key_id.as_ref().map(|range| subject.part(range));
    let wanted_serial = wanted.serial.as_ref().map(|range| subject.part(range));

    (key_id.is_none() || wanted_key_id.is_none() || key_id == wanted_key_id)
        && wanted_serial.is_none_or(|serial| serial == issuer.serial())
        && match (issuer.issuer(), &wanted.issuer) {
            (_, None) => true,
            (Some(name), Some(wanted)) => name.matches(wanted),
            (None, Some(_)) => false,
        }
}

/// Whether a signature of this algorithm can come from a key of that algorithm (content bytes of their object
/// identifiers). About an algorithm that is not known here there is nothing to say against.
fn key_fits_signature(key: &[u8], signature: &[u8]) -> bool {
    const RSA: [u8; 9] = oid!(raw 1.2.840.113549.1.1.1);
    const RSA_PSS: [u8; 9] = oid!(raw 1.2.840.113549.1.1.10);
    const PKCS1: [u8; 8] = oid!(raw 1.2.840.113549.1.1);
    const ECDSA_WITH: [u8; 6] = oid!(raw 1.2.840.10045.4);
    const EC: [u8; 7] = oid!(raw 1.2.840.10045.2.1);
    const NIST_SIGNATURES: [u8; 8] = oid!(raw 2.16.840.1.101.3.4.3);
    const DSA: [u8; 7] = oid!(raw 1.2.840.10040.4.1);
    const DSA_WITH: [u8; 6] = oid!(raw 1.2.840.10040.4);
    const EDWARDS: [u8; 2] = oid!(raw 1.3.101);

    if signature == RSA_PSS {
        key == RSA || key == RSA_PSS
    } else if signature.starts_with(&PKCS1) {
        key == RSA
    } else if signature.starts_with(&ECDSA_WITH) {
        key == EC
    } else if signature.starts_with(&DSA_WITH) {
        key == DSA
    } else if signature.starts_with(&EDWARDS) {
        key == signature
    } else {
        match signature.strip_prefix(&NIST_SIGNATURES[..]) {
            Some([1..=8]) => key == DSA,
            Some([9..=12]) => key == EC,
            Some([13..=16]) => key == RSA,
            Some(_) => key == signature,
            None => true,
        }
    }
}
