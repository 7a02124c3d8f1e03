//! Which certificates can be shown at all: those for whose kind of key there is a signature algorithm.

use x509_parser::{
    asn1_rs::{Any, Tag},
    oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519},
    x509::AlgorithmIdentifier,
};

use super::super::engine::Chain;
use crate::{
    certificate::{PeerCertificate, curve::curve},
    error::Error,
};

/// Those of the policy's ECDSA algorithms, by OpenSSL's names.
const CURVES: [&str; 3] = ["prime256v1", "secp384r1", "secp521r1"];

/// How large an RSA key of a leaf is, in bits.
pub(super) fn rsa_bits(leaf: &[u8]) -> Option<u32> {
    let certificate = PeerCertificate::from_der(leaf).ok()?;
    certificate.modulus().and(certificate.bits())
}

/// Refuses a leaf that no handshake could ever use: OpenSSL would take it and then find no algorithm, or leave it away.
pub(super) fn check(chain: &Chain) -> Result<(), Error> {
    let Some(leaf) = chain.certificates.first() else { return Ok(()) };
    // What is wrong with one that cannot be read the engine says.
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(leaf) else { return Ok(()) };
    let (algorithm, place) = (&certificate.public_key().algorithm, &chain.place);
    let message = match curve_of(algorithm) {
        Some(name) if CURVES.contains(&name) => return Ok(()),
        Some(name) => {
            format!("{place} is for a key on the curve {name}, which no signature algorithm here is for")
        }
        None if [OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519].contains(&algorithm.algorithm) => return Ok(()),
        None => {
            let kind = &algorithm.algorithm;
            format!("{place} is for a kind of key ({kind}) that no signature algorithm here is for")
        }
    };
    Err(Error::invalid("ERR_SSL_UNKNOWN_CERTIFICATE_TYPE", message)
        .with_hint("give one for an RSA key, an ECDSA key on P-256, P-384 or P-521, or an Ed25519 key"))
}

/// The name of the curve that a key of ECDSA is on.
fn curve_of(algorithm: &AlgorithmIdentifier<'_>) -> Option<&'static str> {
    let is_ec = algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY;
    let name = algorithm.parameters.as_ref().filter(|parameters| is_ec && parameters.tag() == Tag::Oid)?;
    curve(Any::as_bytes(name)).map(|curve| curve.asn1_name)
}
