//! Whose a session is.

use std::{fmt, sync::Arc};

use crate::{options::Endpoint, target::SocketPath};

/// Which server, and under which terms, a TLS session belongs to: the verified name, the port or the path of the
/// socket, the protocols that are offered, and a digest of all that trust depends on. An addition of this library.
///
/// It is opaque, cheap to clone, and holds no secret. Its text is the same in another process where that connects on
/// equal terms, and the keys of two texts are equal exactly where the texts are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionKey(Arc<Server>);

#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Server {
    /// The verified name.
    pub(crate) hostname: Arc<str>,
    pub(crate) place: Place,
    /// The protocols that are offered, in wire form.
    pub(crate) alpn: Vec<u8>,
    /// A digest of the terms of trust; `None` where the store belongs to one connector, whose terms are all the same.
    pub(crate) scope: Option<[u8; 32]>,
}

/// What stands where a port stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Port(u16),
    Unix(SocketPath),
    /// A stream that the caller gave, with the port that the caller named.
    Given(Option<u16>),
}

impl SessionKey {
    pub(crate) fn server(&self) -> &Server {
        &self.0
    }
}

impl Place {
    /// The same, to be written down.
    pub(crate) fn endpoint(&self) -> Endpoint {
        match self {
            Self::Port(port) => Endpoint::Port(*port),
            Self::Unix(path) => Endpoint::SocketPath(path.to_string()),
            Self::Given(port) => Endpoint::Stream(*port),
        }
    }
}

impl From<Server> for SessionKey {
    fn from(server: Server) -> Self {
        Self(server.into())
    }
}

/// One word for each part, so that no part can be taken for another.
impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Server { hostname, place, alpn, scope } = &*self.0;
        word(f, hostname.as_bytes())?;
        match place {
            Place::Port(port) => write!(f, " port={port}")?,
            Place::Unix(SocketPath::Path(path)) => {
                f.write_str(" path=")?;
                word(f, path.as_os_str().as_encoded_bytes())?;
            }
            Place::Unix(SocketPath::Abstract(name)) => {
                f.write_str(" abstract=")?;
                word(f, name)?;
            }
            Place::Given(Some(port)) => write!(f, " stream={port}")?,
            Place::Given(None) => f.write_str(" stream")?,
        }
        f.write_str(" alpn=")?;
        word(f, alpn)?;
        f.write_str(" scope=")?;
        scope.iter().flatten().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Bytes without a space in them.
fn word(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| match byte {
        b' ' => f.write_str("\\x20"),
        other => write!(f, "{}", other.escape_ascii()),
    })
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_part_is_in_the_key_and_in_its_text() {
        let paths = ["/run/a", "/run/a b", "@a", "/run/a\\x20b"].map(SocketPath::from).map(Place::Unix);
        let places = [Place::Port(443), Place::Port(8443), Place::Given(Some(443)), Place::Given(None)];
        let mut keys = Vec::new();
        for hostname in ["localhost", "localhost port=443", "127.0.0.1", "::1", "bücher"] {
            for place in places.iter().chain(&paths) {
                for alpn in [b"".as_slice(), b"\x02h2", b"\x02h2\x08http/1.1", b"\x08 scope=a"] {
                    for scope in [None, Some([0xab; 32]), Some([0xac; 32])] {
                        let (hostname, place, alpn) = (hostname.into(), place.clone(), alpn.to_vec());
                        keys.push(SessionKey::from(Server { hostname, place, alpn, scope }));
                    }
                }
            }
        }
        let texts: HashSet<_> = keys.iter().map(ToString::to_string).collect();
        assert_eq!((texts.len(), HashSet::<_>::from_iter(&keys).len()), (keys.len(), keys.len()));
    }

    #[test]
    fn it_says_whose_it_is() {
        let key = SessionKey::from(Server {
            hostname: "localhost".into(),
            place: Place::Port(443),
            alpn: b"\x02h2".to_vec(),
            scope: Some([0xab; 32]),
        });
        let text = format!("localhost port=443 alpn=\\x02h2 scope={}", "ab".repeat(32));
        assert_eq!((key.to_string(), format!("{key:?}")), (text.clone(), format!("SessionKey({text})")));
    }
}
