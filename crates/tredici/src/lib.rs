//! One library that turns "connect me to that, under these terms" into one verified, observable socket: TCP and Unix
//! sockets, plain and TLS.
//!
//! - [`connect`] connects to what a string names; a [`Connector`] does so under the terms of [`ConnectOptions`], to a
//!   [`Target`].
//! - What comes back is a [`Socket`]: it reads, writes, and tells everything about itself; or an [`Error`] that says what
//!   happened, in which phase, at which addresses, and what to do.
//! - A connector of your own is a closure, or a type that implements [`Connect`]; [`ConnectExt`] puts them together, to
//!   what stands in [`compose`].
//! - A [`Listener`] is the other end.
//!
//! The names are those that Node, undici and Bun document, in snake case.
//!
//! ```no_run
//! # async fn example() -> Result<(), tredici::Error> {
//! let socket = tredici::connect("https://example.com").await?;
//! println!("{:?} {:?}", socket.tls_version(), socket.peer_certificate().map(|c| c.fingerprint256()));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! At least one TLS engine is needed; with both, the option `engine` decides, and by itself takes rustls where that
//! honours every given option exactly ([`OptionRow::limit`]).
//!
//! - `rustls` (default): the engine on rustls with aws-lc-rs: fast and memory-safe. Needs a C compiler.
//! - `openssl`: the engine on OpenSSL, which honours every option: the system's, 3.0 or later.
//! - `vendored`: the same on a current OpenSSL, built from source; needs make and perl too.
//! - `serde` (default): options from JSON; certificates, errors and reports as JSON.
//! - `hickory`: `HickoryLookup`, which asks name servers by itself instead of the system's resolver.
//! - `hyper`: connectors as hyper-util's client and tonic take them (`tower_service::Service<http::Uri>`), sockets with
//!   hyper's `Read` and `Write`.
//! - `self-signed`: `Authority`, a throw-away certificate authority for a listener.
#![forbid(unsafe_code)]
// A test writes all options into one object.
#![cfg_attr(test, recursion_limit = "256")]

#[cfg(not(unix))]
compile_error!("tredici is for Unix-like systems");

#[cfg(not(any(feature = "rustls", feature = "openssl")))]
compile_error!(
    "tredici needs a TLS engine: turn on the feature `rustls` (on by default), `openssl`, or both"
);

mod certificate;
pub mod compose;
mod connector;
mod dial;
mod error;
mod listener;
mod options;
mod resolve;
mod socket;
mod target;
mod timing;
mod tls;
mod verify;

#[cfg(feature = "serde")]
pub use certificate::ShortCertificate;
pub use certificate::{CertificateError, InfoAccess, Name, PeerCertificate};
pub use compose::root::{BoxConnector, ConnectExt, Routes};
pub use connector::{CheckFuture, Connect, ConnectFuture, Connector, FileWatch, SessionStats, connect};
pub use error::{Attempt, AttemptError, Error, ErrorKind, Phase};
#[cfg(feature = "self-signed")]
pub use listener::{Authority, AuthorityError};
pub use listener::{Incoming, ListenAddress, Listener};
pub use options::{
    AddressFamily, Addresses, AlpnProtocols, Answers, CaStore, ConnectDanger, ConnectOptions, DnsResultOrder,
    Engine, FixedLookup, ListenDanger, ListenOptions, Lookup, LookupCache, LookupError, LookupHints,
    LookupQuery, MemorySessionStore, Networks, OPTIONS, Observer, OptionKind, OptionRow, Pem, PemList,
    PrivateKey, PrivateKeys, Secret, Session, SessionKey, SessionStore, Sessions, Side, StoredSession,
    TlsVersion, events,
};
#[cfg(feature = "hickory")]
pub use resolve::HickoryLookup;
pub use resolve::{CachedLookup, LookupStats, SystemLookup};
#[cfg(feature = "hyper")]
pub use socket::ConnectionInfo;
#[cfg(feature = "serde")]
pub use socket::SocketReport;
pub use socket::{ReadyState, Socket};
pub use target::{ByteStream, Destination, Protocol, RemoteAddress, SocketPath, Target, TargetError};
pub use timing::Timings;
pub use tls::engine::{Cipher, EphemeralKeyInfo};
/// What [`Target::signal`] takes: that of the crate tokio-util.
#[doc(no_inline)]
pub use tokio_util::sync::CancellationToken;
pub use verify::{
    AuthorizationError, CertificateDigests, CertificateNames, IdentityError, IdentityRules, Pin, PinError,
    PinFailure, Pins, VerifyCode, check_names, check_server_identity,
};

/// The examples of the README compile; one of them reads JSON.
#[cfg(all(doctest, feature = "serde"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
