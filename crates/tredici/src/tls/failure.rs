//! What ends a TLS connection, as an error of ours.

use super::engine::Failure;
use crate::error::{Error, ErrorKind, Phase, alert_code};

impl Failure {
    /// The error for the phase in which it happened.
    pub(crate) fn to_error(&self, phase: Phase) -> Error {
        match self {
            Self::Alert(description) => alert(phase, *description),
            Self::Refused => Error::new(ErrorKind::Tls, phase, "ERR_SSL_SSL", "the peer was refused"),
            Self::Protocol { code, reason } => protocol(phase, code.clone(), reason),
            Self::Truncated => {
                let message =
                    "the connection ended without close_notify: the peer may not have sent all it meant to";
                Error::new(ErrorKind::Truncated, Phase::Transfer, "ERR_TLS_TRUNCATED", message).with_hint(
                    "where what came tells its own length and is complete, nothing is missing; else take it for cut \
                     off, and ask for it again",
                )
            }
        }
    }
}

/// The peer ended the connection with this alert.
fn alert(phase: Phase, description: u8) -> Error {
    let code = alert_code(description);
    let name =
        code.rsplit_once("ALERT_").map_or(&*code, |(_, name)| name).to_ascii_lowercase().replace('_', " ");
    let reason = format!("the peer sent the alert '{name}' ({description})");
    let error = Error::new(ErrorKind::Alert(description), phase, code, reason.clone()).with_reason(reason);
    let hint = match description {
        40 => {
            "the two sides share no protocol version, cipher suite or group, or a client certificate is missing"
        }
        42..=46 | 48 | 49 => "the peer refuses the certificate of this side",
        70 => {
            "the peer does not speak these protocol versions; see options.minVersion and options.maxVersion"
        }
        112 => "the peer does not serve this name; see options.servername",
        116 => "the peer wants a client certificate; see options.cert and options.key",
        120 => {
            "the peer speaks none of the protocols offered by ALPN: https: offers http/1.1 and h2, tls: only options.ALPNProtocols"
        }
        _ => return error,
    };
    error.with_hint(hint)
}

/// The peer broke the protocol.
fn protocol(phase: Phase, code: String, reason: &str) -> Error {
    let wrong_version = code == "ERR_SSL_WRONG_VERSION_NUMBER";
    let error = Error::new(ErrorKind::Tls, phase, code, format!("TLS failed: {reason}")).with_reason(reason);
    if wrong_version { error.with_hint("the peer does not speak TLS on this port") } else { error }
}
