//! From numbers to the names that Node and undici give them.

use std::{borrow::Cow, io};

use super::{BLOCKED, ErrorKind};

macro_rules! errno_names {
    ($($name:ident)*) => {
        fn errno_name(number: i32) -> Option<&'static str> {
            $(if number == libc::$name { return Some(stringify!($name)); })*
            None
        }
    };
}

errno_names! {
    EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNABORTED ECONNREFUSED ECONNRESET
    EDESTADDRREQ EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMSGSIZE
    ENAMETOOLONG ENETDOWN ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOMEM ENOPROTOOPT ENOTCONN ENOTDIR ENOTSOCK
    EOPNOTSUPP EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ETIMEDOUT
}

/// The name of the system's error, as Node has it in `error.code`.
pub(crate) fn system_code(error: &io::Error) -> Cow<'static, str> {
    match error.raw_os_error() {
        Some(number) => errno_name(number).map_or_else(|| format!("E{number}").into(), Cow::Borrowed),
        None => match error.kind() {
            io::ErrorKind::ConnectionReset => "ECONNRESET",
            io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
            io::ErrorKind::BrokenPipe => "EPIPE",
            io::ErrorKind::TimedOut => "ETIMEDOUT",
            io::ErrorKind::NotFound => "ENOENT",
            io::ErrorKind::InvalidInput => "EINVAL",
            io::ErrorKind::UnexpectedEof => "EOF",
            _ => "EIO",
        }
        .into(),
    }
}

/// The code for an alert that the peer sent, one name for each alert whatever the TLS library calls it:
/// the spelling of OpenSSL 3.5, which is that of Node 26.
pub(crate) fn alert_code(description: u8) -> Cow<'static, str> {
    let name = match description {
        0 => "SSL/TLS_ALERT_CLOSE_NOTIFY",
        10 => "SSL/TLS_ALERT_UNEXPECTED_MESSAGE",
        20 => "SSL/TLS_ALERT_BAD_RECORD_MAC",
        21 => "TLSV1_ALERT_DECRYPTION_FAILED",
        22 => "TLSV1_ALERT_RECORD_OVERFLOW",
        30 => "SSL/TLS_ALERT_DECOMPRESSION_FAILURE",
        40 => "SSL/TLS_ALERT_HANDSHAKE_FAILURE",
        41 => "SSL/TLS_ALERT_NO_CERTIFICATE",
        42 => "SSL/TLS_ALERT_BAD_CERTIFICATE",
        43 => "SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE",
        44 => "SSL/TLS_ALERT_CERTIFICATE_REVOKED",
        45 => "SSL/TLS_ALERT_CERTIFICATE_EXPIRED",
        46 => "SSL/TLS_ALERT_CERTIFICATE_UNKNOWN",
        47 => "SSL/TLS_ALERT_ILLEGAL_PARAMETER",
        48 => "TLSV1_ALERT_UNKNOWN_CA",
        49 => "TLSV1_ALERT_ACCESS_DENIED",
        50 => "TLSV1_ALERT_DECODE_ERROR",
        51 => "TLSV1_ALERT_DECRYPT_ERROR",
        60 => "TLSV1_ALERT_EXPORT_RESTRICTION",
        70 => "TLSV1_ALERT_PROTOCOL_VERSION",
        71 => "TLSV1_ALERT_INSUFFICIENT_SECURITY",
        80 => "TLSV1_ALERT_INTERNAL_ERROR",
        86 => "TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
        90 => "TLSV1_ALERT_USER_CANCELLED",
        100 => "TLSV1_ALERT_NO_RENEGOTIATION",
        109 => "TLSV13_ALERT_MISSING_EXTENSION",
        110 => "TLSV1_UNSUPPORTED_EXTENSION",
        111 => "TLSV1_CERTIFICATE_UNOBTAINABLE",
        112 => "TLSV1_UNRECOGNIZED_NAME",
        113 => "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
        114 => "TLSV1_BAD_CERTIFICATE_HASH_VALUE",
        115 => "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY",
        116 => "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        120 => "TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
        other => return format!("ERR_SSL_TLS_ALERT_{other}").into(),
    };
    format!("ERR_SSL_{name}").into()
}

/// The class that Node or undici throws.
pub(super) fn class_name(code: &str, attempts: usize) -> &'static str {
    match code {
        "UND_ERR_INVALID_ARG" => "InvalidArgumentError",
        "UND_ERR_CONNECT_TIMEOUT" => "ConnectTimeoutError",
        "UND_ERR_NOT_SUPPORTED" => "NotSupportedError",
        "ABORT_ERR" => "AbortError",
        "ERR_OUT_OF_RANGE" | "ERR_SOCKET_BAD_PORT" | "ERR_INVALID_ADDRESS_FAMILY" => "RangeError",
        "ERR_INVALID_ARG_TYPE"
        | "ERR_INVALID_ARG_VALUE"
        | "ERR_INVALID_IP_ADDRESS"
        | "ERR_MISSING_ARGS"
        | "ERR_TLS_INVALID_PROTOCOL_VERSION" => "TypeError",
        "ERR_TLS_CERT_ALTNAME_FORMAT" => "SyntaxError",
        "ERR_ASSERTION" => "AssertionError",
        BLOCKED if attempts > 1 => "AggregateError",
        code if attempts > 1 && code.starts_with('E') && !code.starts_with("ERR_") => "AggregateError",
        _ => "Error",
    }
}

/// Whether the same call may succeed later with nothing changed on this side.
pub(super) fn retryable(kind: ErrorKind, code: &str) -> bool {
    match kind {
        ErrorKind::Timeout | ErrorKind::Disconnected => true,
        ErrorKind::Lookup => code == "EAI_AGAIN",
        ErrorKind::System => matches!(
            code,
            "ECONNREFUSED"
                | "ECONNRESET"
                | "ECONNABORTED"
                | "EHOSTDOWN"
                | "EHOSTUNREACH"
                | "ENETDOWN"
                | "ENETUNREACH"
                | "ETIMEDOUT"
                | "EADDRINUSE"
                | "EAGAIN"
                | "EMFILE"
                | "ENFILE"
                | "ENOBUFS"
                | "EPIPE"
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errno_and_its_name() {
        assert_eq!(system_code(&io::Error::from_raw_os_error(libc::ECONNREFUSED)), "ECONNREFUSED");
        assert_eq!(system_code(&io::Error::from_raw_os_error(4095)), "E4095");
        assert_eq!(system_code(&io::Error::from(io::ErrorKind::BrokenPipe)), "EPIPE");
    }

    #[test]
    fn alerts_have_one_name_whatever_the_library() {
        assert_eq!(alert_code(40), "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE");
        assert_eq!(alert_code(116), "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED");
        assert_eq!(alert_code(200), "ERR_SSL_TLS_ALERT_200");
    }

    #[test]
    fn several_refused_addresses_are_an_aggregate() {
        assert_eq!(class_name("ECONNREFUSED", 2), "AggregateError");
        assert_eq!(class_name("ECONNREFUSED", 1), "Error");
        assert_eq!(class_name("ERR_TLS_CERT_ALTNAME_INVALID", 2), "Error");
        assert_eq!([1, 2].map(|attempts| class_name(BLOCKED, attempts)), ["Error", "AggregateError"]);
    }
}
