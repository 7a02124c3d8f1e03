//! The terms of a connection as plain data, from Rust or from JSON. Nothing is loaded and nothing opened here.

#[macro_use]
mod define;

mod alpn;
mod bytes;
mod callback;
mod check;
mod choice;
mod ciphers;
mod duration;
mod family;
mod form;
#[cfg(feature = "serde")]
mod json;
mod key;
mod limit;
mod lookup;
mod networks;
mod observer;
mod path;
mod pem;
mod pins;
mod revocation;
mod rotation;
mod row;
mod scalar;
mod secret;
mod servername;
mod session;
mod session_store;
mod table;
mod unique;
mod version;

use std::fmt;

pub use alpn::AlpnProtocols;
pub(crate) use callback::{CheckServerIdentity, Clock, ConfigureSocket, KeyLog};
pub use choice::{CaStore, DnsResultOrder, Engine};
pub(crate) use ciphers::Suites;
#[cfg(feature = "rustls")]
pub(crate) use ciphers::{SUITES, Suite};
pub use key::{PrivateKey, PrivateKeys};
pub(crate) use limit::{Beyond, sizes_of_rsa};
pub use lookup::{
    AddressFamily, Addresses, Answers, FixedLookup, Lookup, LookupCache, LookupError, LookupHints,
    LookupQuery,
};
pub use networks::Networks;
pub use observer::{Observer, events};
pub(crate) use observer::{Watched, tell_rotation};
pub(crate) use pem::PlacedPem;
pub use pem::{Pem, PemList};
pub use row::{OptionKind, OptionRow, Side};
pub use secret::Secret;
pub(crate) use servername::{normalise_hostname, normalise_servername};
pub(crate) use session::{Endpoint, Origin};
pub use session::{Session, Sessions};
pub(crate) use session_store::{Content, EngineSession, Live, Place, Server, Verified, is_unspent};
pub use session_store::{MemorySessionStore, SessionKey, SessionStore, StoredSession};
pub use table::OPTIONS;
pub(crate) use table::Values;
pub(crate) use unique::Unique;
pub use version::TlsVersion;

/// The terms on which to connect. Every option has its default; what is not given is not changed.
///
/// Options are judged when a connector is built from them, whether they come from Rust or from JSON.
///
/// ```
/// use std::time::Duration;
/// use tredici::{ConnectOptions, Pem, TlsVersion};
///
/// let options = ConnectOptions::new()
///     .ca(Pem::file("ca.pem"))
///     .min_version(TlsVersion::Tls1_3)
///     .alpn_protocols(["h2"])
///     .timeout(Duration::from_secs(5));
/// ```
///
/// What weakens security is behind [`danger`](Self::danger).
#[derive(Clone, Default)]
pub struct ConnectOptions(Values);

impl ConnectOptions {
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The options that weaken security, set apart so that a reader can search for the word.
    ///
    /// ```
    /// let options = tredici::ConnectOptions::new().danger().reject_unauthorized(false);
    /// ```
    pub fn danger(self) -> ConnectDanger {
        ConnectDanger(self)
    }

    /// The documented names of the options that were given and have no meaning without TLS.
    ///
    /// A connector may serve plain targets and TLS targets alike, and leaves these aside for the plain ones. Who has one
    /// target in mind can ask here whether they would be.
    ///
    /// ```
    /// let options = tredici::ConnectOptions::new().ca("...").port(25);
    /// assert!(options.tls_terms().eq(["ca"]));
    /// ```
    pub fn tls_terms(&self) -> impl Iterator<Item = &'static str> {
        self.0.tls_terms()
    }

    pub(crate) fn values(&self) -> &Values {
        &self.0
    }

    fn with(mut self, set: impl FnOnce(&mut Values)) -> Self {
        set(&mut self.0);
        self
    }
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("ConnectOptions", f)
    }
}

/// The options of [`ConnectOptions`] that weaken security. Each method gives the options back.
#[derive(Debug)]
#[must_use]
pub struct ConnectDanger(ConnectOptions);

impl ConnectDanger {
    fn with(self, set: impl FnOnce(&mut Values)) -> ConnectOptions {
        self.0.with(set)
    }
}

/// The terms on which to accept connections. Every option has its default; without any TLS option, connections are
/// plain.
///
/// ```
/// use tredici::{ListenOptions, Pem};
///
/// let options = ListenOptions::new()
///     .cert(Pem::file("server.pem"))
///     .key(Pem::file("server.key"))
///     .ca(Pem::file("clients.pem"))
///     .request_cert(true);
/// ```
#[derive(Clone, Default)]
pub struct ListenOptions(Values);

impl ListenOptions {
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The options that weaken security, set apart so that a reader can search for the word.
    pub fn danger(self) -> ListenDanger {
        ListenDanger(self)
    }

    pub(crate) fn values(&self) -> &Values {
        &self.0
    }

    fn with(mut self, set: impl FnOnce(&mut Values)) -> Self {
        set(&mut self.0);
        self
    }
}

impl fmt::Debug for ListenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("ListenOptions", f)
    }
}

/// The options of [`ListenOptions`] that weaken security. Each method gives the options back.
#[derive(Debug)]
#[must_use]
pub struct ListenDanger(ListenOptions);

impl ListenDanger {
    fn with(self, set: impl FnOnce(&mut Values)) -> ListenOptions {
        self.0.with(set)
    }
}
