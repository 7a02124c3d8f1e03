//! Where to listen.

use std::{fmt, net::SocketAddr, str::FromStr};

use crate::{error::Error, target::SocketPath};

/// Where to listen: `host:port`, where port 0 picks one, or `unix:/path` (`unix:@name` for an abstract name).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListenAddress {
    /// A name or address, and a port.
    Tcp(String, u16),
    /// A Unix socket. An existing file of that name is an error, not overwritten.
    Unix(SocketPath),
}

impl FromStr for ListenAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = |what: &str| {
            Error::invalid(
                "UND_ERR_INVALID_ARG",
                format!("invalid address '{}': {what}", text.escape_debug()),
            )
            .with_hint("write host:port, such as localhost:0, or unix:/path")
        };
        if let Some(path) = text.strip_prefix("unix:") {
            let path = SocketPath::from(path.strip_prefix("//").unwrap_or(path));
            return if path.is_empty() { Err(invalid("it names no socket")) } else { Ok(Self::Unix(path)) };
        }
        if text.contains("://") {
            return Err(invalid("listening takes no scheme; it is TLS where an option of TLS is given"));
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(|| invalid("it has no port"))?;
        let port = port.parse().map_err(|_| invalid("its port is not a number from 0 to 65535"))?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        match bare {
            Some(address) => Ok(Self::Tcp(address.to_owned(), port)),
            None if host.is_empty() || host.contains(':') => {
                Err(invalid("its host is missing, or needs brackets"))
            }
            None => Ok(Self::Tcp(host.to_owned(), port)),
        }
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address.ip().to_string(), address.port())
    }
}

impl From<SocketPath> for ListenAddress {
    fn from(path: SocketPath) -> Self {
        Self::Unix(path)
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_and_back() {
        for text in ["localhost:0", "127.0.0.1:8443", "[::1]:443", "unix:/run/app.sock", "unix:@app"] {
            assert_eq!(text.parse::<ListenAddress>().expect(text).to_string(), text);
        }
        for text in ["localhost", ":80", "::1:80", "localhost:x", "localhost:70000", "unix:", "tls://a:0"] {
            let error = text.parse::<ListenAddress>().expect_err(text);
            assert_eq!(error.code(), "UND_ERR_INVALID_ARG");
            assert_eq!(error.message().contains("takes no scheme"), text.contains("://"), "{error}");
        }
    }
}
