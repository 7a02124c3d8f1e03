//! rustls asks; the judge decides.

use std::{fmt, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, PeerMisbehaved,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::{
    super::{Der, Judge, policy::SIGNATURES},
    chain::{Purpose, Store, Unreadable, Verified, is_signed_by},
    companion,
};
use crate::verify::VerifyCode;

/// The verifier of a context, of the peers of either side.
pub(super) struct PeerVerifier {
    pub(super) store: Arc<Store>,
    pub(super) purpose: Purpose,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    /// A server's: whether it insists on a certificate, and whose it names as welcome.
    pub(super) require: bool,
    pub(super) hints: Vec<DistinguishedName>,
}

impl PeerVerifier {
    pub(super) fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<(), Error> {
        let presented: Vec<Der> =
            std::iter::once(leaf).chain(intermediates).map(|der| Der::from(&**der)).collect();
        let judge = companion::with(|companion| companion.judge.clone()).flatten();
        let verdict = match judge {
            Some(judge) => {
                self.decide(&*judge, &presented).map_err(|Unreadable| CertificateError::BadEncoding)?
            }
            None => Err(VerifyCode::APPLICATION_VERIFICATION),
        };
        verdict.map_err(|code| {
            let _ = companion::with(|companion| companion.refused = true);
            refusal(code)
        })
    }

    /// Whether the judge takes the peer.
    fn decide(&self, judge: &dyn Judge, presented: &[Der]) -> Result<Result<(), VerifyCode>, Unreadable> {
        match judge.judge_verified(presented) {
            Some(verdict) => Ok(verdict),
            None => {
                let Verified { chain, leaf_key } = self.store.verify(presented, self.purpose, judge.now())?;
                let _ = companion::with(|companion| companion.leaf_key = leaf_key);
                Ok(judge.judge(chain))
            }
        }
    }

    pub(super) fn verify_12(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_with_known_key(message, certificate, signed).unwrap_or_else(|| {
            verify_tls12_signature(message, certificate, signed, &self.algorithms)
                .or_else(|error| self.verify_with_key_alone(message, certificate, signed, error, usize::MAX))
        })
    }

    pub(super) fn verify_13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_with_known_key(message, certificate, signed).unwrap_or_else(|| {
            verify_tls13_signature(message, certificate, signed, &self.algorithms)
                .or_else(|error| self.verify_with_key_alone(message, certificate, signed, error, 1))
        })
    }

    /// With the key that was read when the chain was verified; `None` where there is none, or another is needed.
    fn verify_with_known_key(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Option<Result<HandshakeSignatureValid, Error>> {
        let key = companion::with(|companion| companion.leaf_key.take()).flatten()?;
        self.algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme)?;
        Some(match key.has_signed(certificate, signed.scheme, message, signed.signature())? {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(CertificateError::BadSignature.into()),
        })
    }
}

impl PeerVerifier {
    /// webpki reads certificates of version 3 alone; the key is in the same place in all of them. TLS 1.3 binds a scheme
    /// to one curve, the first of its algorithms.
    fn verify_with_key_alone(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
        error: Error,
        most: usize,
    ) -> Result<HandshakeSignatureValid, Error> {
        let Error::InvalidCertificate(
            CertificateError::BadEncoding
            | CertificateError::Other(_)
            | CertificateError::UnhandledCriticalExtension,
        ) = &error
        else {
            return Err(error);
        };
        let algorithms = self.algorithms.mapping.iter().find(|(scheme, _)| *scheme == signed.scheme);
        let (_, algorithms) = algorithms.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        let algorithms = &algorithms[..algorithms.len().min(most)];
        match is_signed_by(certificate, algorithms, message, signed.signature()) {
            Some(true) => Ok(HandshakeSignatureValid::assertion()),
            Some(false) => Err(CertificateError::BadSignature.into()),
            None => Err(error),
        }
    }
}

/// What a peer may sign with.
pub(super) fn schemes() -> Vec<SignatureScheme> {
    SIGNATURES.iter().map(|signature| signature.number.into()).collect()
}

/// A server's. A client's configuration has [`PartyAtWork`](super::party::PartyAtWork), which comes here, too.
impl ClientCertVerifier for PeerVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.require
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(leaf, intermediates).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_12(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_13(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        schemes()
    }
}

impl fmt::Debug for PeerVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeerVerifier")
    }
}

/// The error from which rustls makes the same alert as OpenSSL makes of the code.
fn refusal(code: VerifyCode) -> Error {
    match code.code() {
        "APPLICATION_VERIFICATION" | "UNSPECIFIED" => Error::General("the peer was refused".to_owned()),
        "CERT_HAS_EXPIRED" | "CRL_HAS_EXPIRED" => CertificateError::Expired.into(),
        "CERT_REVOKED" => CertificateError::Revoked.into(),
        "CERT_SIGNATURE_FAILURE" | "CRL_SIGNATURE_FAILURE" => CertificateError::BadSignature.into(),
        "INVALID_PURPOSE" => CertificateError::InvalidPurpose.into(),
        "CERT_CHAIN_TOO_LONG"
        | "DEPTH_ZERO_SELF_SIGNED_CERT"
        | "INVALID_CA"
        | "PATH_LENGTH_EXCEEDED"
        | "SELF_SIGNED_CERT_IN_CHAIN"
        | "UNABLE_TO_GET_CRL"
        | "UNABLE_TO_GET_CRL_ISSUER"
        | "UNABLE_TO_GET_ISSUER_CERT"
        | "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
        | "UNABLE_TO_VERIFY_LEAF_SIGNATURE" => CertificateError::UnknownIssuer.into(),
        "CA_KEY_TOO_SMALL"
        | "CA_MD_TOO_WEAK"
        | "CERT_NOT_YET_VALID"
        | "CERT_REJECTED"
        | "CERT_UNTRUSTED"
        | "CRL_NOT_YET_VALID"
        | "DANE_NO_MATCH"
        | "EC_KEY_EXPLICIT_PARAMS"
        | "EE_KEY_TOO_SMALL"
        | "EMAIL_MISMATCH"
        | "ERROR_IN_CERT_NOT_AFTER_FIELD"
        | "ERROR_IN_CERT_NOT_BEFORE_FIELD"
        | "ERROR_IN_CRL_LAST_UPDATE_FIELD"
        | "ERROR_IN_CRL_NEXT_UPDATE_FIELD"
        | "HOSTNAME_MISMATCH"
        | "IP_ADDRESS_MISMATCH"
        | "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY"
        | "UNABLE_TO_DECRYPT_CERT_SIGNATURE" => CertificateError::BadEncoding.into(),
        _ => CertificateError::Other(OtherError(Arc::new(fmt::Error))).into(),
    }
}
