//! The key of a leaf, for the handshake's own signature.

use rustls::SignatureScheme;
use rustls_pki_types::SignatureVerificationAlgorithm;

use super::{
    super::super::Der,
    der::{self, BIT_STRING, Elements, INTEGER, SEQUENCE},
    key::CurveKey,
};

/// The key of a leaf that was verified, taken apart already.
pub(in super::super) struct LeafKey {
    leaf: Der,
    key: CurveKey,
}

impl LeafKey {
    pub(super) fn new(leaf: Der, key: CurveKey) -> Self {
        Self { leaf, key }
    }

    /// Whether `signature` over `message` is that of the key in the certificate `leaf`; `None` where this key is of
    /// another certificate, or does not sign by `scheme`.
    pub(in super::super) fn has_signed(
        &self,
        leaf: &[u8],
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let fits = *self.leaf == *leaf && self.key.scheme == scheme;
        fits.then(|| self.key.key.verify_sig(message, signature).is_ok())
    }
}

/// Whether `signature` over `message` is that of the key in the certificate `leaf`, by one of `algorithms`; `None` where
/// none of them is for that key.
///
/// It reads whatever [`Store::verify`](super::Store::verify) does, such as certificates of version 1.
pub(in super::super) fn is_signed_by(
    leaf: &[u8],
    algorithms: &[&dyn SignatureVerificationAlgorithm],
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let mut fields = Elements::of(public_key_info(leaf)?);
    let (algorithm, bits) = (fields.take(SEQUENCE)?, der::whole_bytes(fields.take(BIT_STRING)?)?);
    let fitting = algorithms.iter().find(|candidate| *candidate.public_key_alg_id() == *algorithm)?;
    Some(fitting.verify_signature(bits, message, signature).is_ok())
}

/// The content of SubjectPublicKeyInfo.
fn public_key_info(certificate: &[u8]) -> Option<&[u8]> {
    let signed = Elements::of(der::only(certificate, SEQUENCE)?).take(SEQUENCE)?;
    let mut fields = Elements::of(signed);
    let _version = fields.take_if(0xa0)?;
    let _serial = fields.take(INTEGER)?;
    for _algorithm_issuer_validity_subject in 0..4 {
        fields.take(SEQUENCE)?;
    }
    fields.take(SEQUENCE)
}
