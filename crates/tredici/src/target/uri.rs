//! A target from a URI.

use http::Uri;

use super::{Target, TargetError};

/// The origin of a URI: scheme, host and port; path and query are not for a connector. The scheme decides between plain
/// and TLS (`https:`, `tls:`, `http:`, `tcp:`), and an unknown one is refused, as are credentials.
impl TryFrom<&Uri> for Target {
    type Error = TargetError;

    fn try_from(uri: &Uri) -> Result<Self, TargetError> {
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}").try_into(),
            // Its path may hold a secret.
            (None, Some(authority)) => authority.as_str().try_into(),
            (_, None) => "".try_into(),
        }
    }
}

impl TryFrom<Uri> for Target {
    type Error = TargetError;

    fn try_from(uri: Uri) -> Result<Self, TargetError> {
        (&uri).try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(uri: &str) -> String {
        match Target::try_from(uri.parse::<Uri>().expect("a URI")) {
            Ok(target) => target.destination().to_string(),
            Err(error) => format!("{} {error}", error.code()),
        }
    }

    #[test]
    fn the_origin_is_what_counts() {
        for (uri, want) in [
            ("http://localhost", "http://localhost"),
            ("https://LocalHost:8443/path?query", "https://localhost:8443"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("tls://127.0.0.1:1", "tls://127.0.0.1:1"),
        ] {
            assert_eq!(read(uri), want, "{uri}");
        }
    }

    #[test]
    fn what_is_refused_says_why_and_keeps_secrets() {
        for (uri, want) in [
            ("ftp://localhost/", "scheme is not known"),
            ("wss://localhost/", "scheme is not known"),
            ("https://user:secret@localhost/", "credentials have no place in it"),
            ("/path/secret", "it has no scheme"),
            ("localhost:80", "it has no scheme"),
            ("tcp://localhost", "need a port"),
            ("https://localhost:99999/", "ERR_SOCKET_BAD_PORT"),
        ] {
            let message = read(uri);
            assert!(message.contains(want) && !message.contains("secret"), "{uri}: {message}");
        }
    }
}
