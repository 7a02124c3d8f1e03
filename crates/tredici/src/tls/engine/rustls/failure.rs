//! rustls's errors in the words of the boundary: the codes are OpenSSL's for the same fault.

use rustls::{CertificateError, Error as RustlsError, InvalidMessage, PeerIncompatible, PeerMisbehaved};

use super::super::Failure;
use crate::error::{Error, ErrorKind, Phase};

/// Why a handshake, a read or a write ended; `record` is what came last and was not understood.
pub(super) fn failure(error: &RustlsError, record: &[u8]) -> Failure {
    match error {
        RustlsError::AlertReceived(alert) => Failure::Alert((*alert).into()),
        _ => Failure::Protocol {
            code: format!("ERR_SSL_{}", reason(error, record)),
            reason: error.to_string(),
        },
    }
}

fn reason(error: &RustlsError, record: &[u8]) -> &'static str {
    match error {
        RustlsError::InvalidMessage(message) => invalid(message, record),
        RustlsError::PeerIncompatible(why) => incompatible(why),
        RustlsError::PeerMisbehaved(how) => misbehaved(how),
        RustlsError::InvalidCertificate(CertificateError::BadSignature) => "BAD_SIGNATURE",
        RustlsError::InvalidCertificate(CertificateError::BadEncoding) => "ASN1_LIB",
        RustlsError::InvalidCertificate(_) => "BAD_CERTIFICATE",
        RustlsError::NoCertificatesPresented => "PEER_DID_NOT_RETURN_A_CERTIFICATE",
        RustlsError::NoApplicationProtocol => "NO_APPLICATION_PROTOCOL",
        RustlsError::DecryptError => "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
        RustlsError::PeerSentOversizedRecord => "DATA_LENGTH_TOO_LONG",
        RustlsError::InappropriateMessage { .. } | RustlsError::InappropriateHandshakeMessage { .. } => {
            "UNEXPECTED_MESSAGE"
        }
        _ => "SSL",
    }
}

/// What is no TLS at all is told by its first bytes.
fn invalid(message: &InvalidMessage, record: &[u8]) -> &'static str {
    const METHODS: [&[u8]; 4] = [b"GET ", b"POST ", b"HEAD ", b"PUT "];
    match message {
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion => {
            if METHODS.iter().any(|method| record.starts_with(method)) {
                "HTTP_REQUEST"
            } else if record.starts_with(b"CONNE") {
                "HTTPS_PROXY_REQUEST"
            } else {
                "WRONG_VERSION_NUMBER"
            }
        }
        InvalidMessage::MessageTooLarge => "ENCRYPTED_LENGTH_TOO_LONG",
        InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge => {
            "EXCESSIVE_MESSAGE_SIZE"
        }
        InvalidMessage::UnexpectedMessage(_) => "UNEXPECTED_MESSAGE",
        InvalidMessage::InvalidCcs => "BAD_CHANGE_CIPHER_SPEC",
        InvalidMessage::InvalidKeyUpdate => "BAD_KEY_UPDATE",
        InvalidMessage::DuplicateExtension(_) | InvalidMessage::UnknownCertificateExtension => {
            "BAD_EXTENSION"
        }
        _ => "BAD_PACKET",
    }
}

fn incompatible(why: &PeerIncompatible) -> &'static str {
    match why {
        PeerIncompatible::NoCipherSuitesInCommon | PeerIncompatible::NoSignatureSchemesInCommon => {
            "NO_SHARED_CIPHER"
        }
        PeerIncompatible::NoKxGroupsInCommon
        | PeerIncompatible::KeyShareExtensionRequired
        | PeerIncompatible::NamedGroupsExtensionRequired => "NO_SUITABLE_KEY_SHARE",
        PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => "NO_SUITABLE_SIGNATURE_ALGORITHM",
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::SupportedVersionsExtensionRequired
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => "UNSUPPORTED_PROTOCOL",
        _ => "BAD_EXTENSION",
    }
}

fn misbehaved(how: &PeerMisbehaved) -> &'static str {
    match how {
        PeerMisbehaved::TooManyKeyUpdateRequests => "TOO_MANY_KEY_UPDATES",
        PeerMisbehaved::TooManyWarningAlertsReceived => "TOO_MANY_WARN_ALERTS",
        PeerMisbehaved::TooManyEmptyFragments => "RECORD_TOO_SMALL",
        PeerMisbehaved::TooManyRenegotiationRequests => "NO_RENEGOTIATION",
        PeerMisbehaved::AttemptedDowngradeToTls12WhenTls13IsSupported => "INAPPROPRIATE_FALLBACK",
        PeerMisbehaved::SelectedUnofferedCipherSuite
        | PeerMisbehaved::SelectedUnusableCipherSuiteForVersion
        | PeerMisbehaved::SelectedDifferentCipherSuiteAfterRetry => "WRONG_CIPHER_RETURNED",
        PeerMisbehaved::SelectedUnofferedKxGroup
        | PeerMisbehaved::WrongGroupForKeyShare
        | PeerMisbehaved::InvalidKeyShare => "BAD_KEY_SHARE",
        PeerMisbehaved::SelectedUnofferedCompression => "UNSUPPORTED_COMPRESSION_ALGORITHM",
        PeerMisbehaved::SelectedUnofferedPsk | PeerMisbehaved::SelectedInvalidPsk => "BAD_PSK_IDENTITY",
        PeerMisbehaved::IncorrectBinder => "BINDER_DOES_NOT_VERIFY",
        PeerMisbehaved::SignedKxWithWrongAlgorithm
        | PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme => "WRONG_SIGNATURE_TYPE",
        PeerMisbehaved::KeyEpochWithPendingFragment
        | PeerMisbehaved::MessageInterleavedWithHandshakeMessage
        | PeerMisbehaved::IllegalMiddleboxChangeCipherSpec => "UNEXPECTED_MESSAGE",
        _ => "BAD_EXTENSION",
    }
}

/// Something that rustls does not have.
pub(super) fn unsupported(what: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        Phase::Options,
        "UND_ERR_NOT_SUPPORTED",
        format!("{what} is not to be had from the engine rustls"),
    )
    .with_hint("give openssl as options.engine, which takes the crate's feature openssl")
}

/// An option that rustls did not take.
pub(super) fn option_error(option: &str, error: &RustlsError) -> Error {
    let message = format!("{option} cannot be used: {error}");
    Error::invalid("ERR_INVALID_ARG_VALUE", message).with_reason(error.to_string())
}
