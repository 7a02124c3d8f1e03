//! One library that turns "connect me to that, under these terms" into one verified, observable socket.
#![forbid(unsafe_code)]

mod error;
mod options;
mod target;
mod timing;
mod verify;

/// Placeholder until the certificate module lands.
mod certificate {
    /// Placeholder.
    #[derive(Debug, Clone)]
    pub struct PeerCertificate;
}

pub use certificate::PeerCertificate;
pub use error::{Attempt, AttemptError, Error, ErrorKind, Phase};
pub use options::{
    AlpnProtocols, CaStore, ConnectDanger, ConnectOptions, Engine, FixedLookup, ListenDanger, ListenOptions,
    Lookup, LookupError, LookupFuture, OPTIONS, OptionKind, OptionRow, Pem, PemList, PrivateKey, PrivateKeys,
    Secret, Session, Sessions, Side, TlsVersion,
};
pub use target::{ByteStream, Destination, Protocol, RemoteAddress, SocketPath, Target, TargetError};
pub use timing::Timings;
pub use verify::{
    CertificateDigests, CertificateNames, IdentityError, IdentityRules, Pin, PinError, Pins, VerifyCode,
    check_names,
};
