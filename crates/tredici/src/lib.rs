//! One library that turns "connect me to that, under these terms" into one verified, observable socket.
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("tredici is for Unix-like systems");

mod certificate;
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
pub use connector::{Connect, Connector, connect};
pub use error::{Attempt, AttemptError, Error, ErrorKind, Phase};
#[cfg(feature = "self-signed")]
pub use listener::{Authority, AuthorityError};
pub use listener::{Incoming, ListenAddress, Listener};
pub use options::{
    AlpnProtocols, CaStore, ConnectDanger, ConnectOptions, Engine, FixedLookup, ListenDanger, ListenOptions,
    Lookup, LookupError, LookupFuture, OPTIONS, OptionKind, OptionRow, Pem, PemList, PrivateKey, PrivateKeys,
    Secret, Session, Sessions, Side, TlsVersion,
};
#[cfg(feature = "serde")]
pub use socket::SocketReport;
pub use socket::{ReadyState, Socket};
pub use target::{ByteStream, Destination, Protocol, RemoteAddress, SocketPath, Target, TargetError};
pub use timing::Timings;
pub use tls::engine::{Cipher, EphemeralKeyInfo};
pub use verify::{
    AuthorizationError, CertificateDigests, CertificateNames, IdentityError, IdentityRules, Pin, PinError,
    Pins, VerifyCode, check_names, check_server_identity,
};
