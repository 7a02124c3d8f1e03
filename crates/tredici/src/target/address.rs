//! Where bytes go: an IP address with a port, or a Unix socket.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// A Unix socket: a path, or a name in Linux's abstract namespace.
///
/// From a string, a leading NUL (as in Node) or `@` (as in systemd and nginx) makes the name abstract;
/// write `./@name` for a file whose name begins with `@`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketPath {
    /// A socket in the file system.
    Path(PathBuf),
    /// A name in the abstract namespace (Linux only), without its leading NUL.
    Abstract(Vec<u8>),
}

impl SocketPath {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Path(path) if path.as_os_str().is_empty())
    }
}

impl From<&str> for SocketPath {
    fn from(text: &str) -> Self {
        match text.as_bytes() {
            [0 | b'@', name @ ..] => Self::Abstract(name.to_vec()),
            _ => Self::Path(text.into()),
        }
    }
}

impl From<String> for SocketPath {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for SocketPath {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Path> for SocketPath {
    fn from(path: &Path) -> Self {
        Self::Path(path.into())
    }
}

impl From<PathBuf> for SocketPath {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<&PathBuf> for SocketPath {
    fn from(path: &PathBuf) -> Self {
        Self::Path(path.clone())
    }
}

impl fmt::Display for SocketPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Abstract(name) => write!(f, "@{}", name.escape_ascii()),
        }
    }
}

/// The far end of an attempt to connect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemoteAddress {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// A Unix socket.
    Unix(SocketPath),
}

impl RemoteAddress {
    /// The IP address, with its scope where it is a link-local one (`fe80::1%2`), or the path, as text.
    pub fn address(&self) -> String {
        match self {
            Self::Ip(SocketAddr::V6(address)) if address.scope_id() != 0 => {
                format!("{}%{}", address.ip(), address.scope_id())
            }
            Self::Ip(address) => address.ip().to_string(),
            Self::Unix(path) => path.to_string(),
        }
    }

    /// The port, where there is one.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Ip(address) => Some(address.port()),
            Self::Unix(_) => None,
        }
    }

    /// 4 or 6, where it is an IP address.
    pub fn family(&self) -> Option<u8> {
        match self {
            Self::Ip(SocketAddr::V4(_)) => Some(4),
            Self::Ip(SocketAddr::V6(_)) => Some(6),
            Self::Unix(_) => None,
        }
    }
}

/// `address:port` as Node words it (without brackets), or the path.
impl fmt::Display for RemoteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => write!(f, "{}:{}", self.address(), address.port()),
            Self::Unix(path) => path.fmt(f),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SocketPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_local_address_has_a_scope() {
        for (address, text) in
            [("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:80", "::1:80"), ("[fe80::1%2]:80", "fe80::1%2:80")]
        {
            assert_eq!(RemoteAddress::Ip(address.parse().expect(address)).to_string(), text);
        }
    }
}
