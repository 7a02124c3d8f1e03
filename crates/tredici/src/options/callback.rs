//! Options that are functions: they have no form in JSON.

use std::{fmt, io, os::fd::BorrowedFd, sync::Arc, time::SystemTime};

#[cfg(feature = "serde")]
use serde_json::Value;

#[cfg(feature = "serde")]
use super::form::Place;
use super::{OptionKind, form::Form, unique::Unique};
#[cfg(feature = "serde")]
use crate::error::Error;
use crate::{certificate::PeerCertificate, target::RemoteAddress};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Defines the shared handle of a function, perhaps with what tells it from every other, and its form.
macro_rules! callback {
    ($(#[doc = $doc:literal])+ $name:ident $(($unique:ident))?, $instead:literal: $($function:tt)+) => {
        $(#[doc = $doc])+
        #[derive(Clone)]
        pub(crate) struct $name(pub(crate) Arc<dyn $($function)+ + Send + Sync> $(, pub(crate) $unique)?);

        impl<F: $($function)+ + Send + Sync + 'static> From<F> for $name {
            fn from(function: F) -> Self {
                Self(Arc::new(function) $(, $unique::new())?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("Fn(..)")
            }
        }

        impl Form for $name {
            type Value = Self;
            const KIND: OptionKind = OptionKind::Callback;

            #[cfg(feature = "serde")]
            fn from_json(_json: &Value, place: &Place<'_>) -> Result<Self, Error> {
                Err(no_json_form(place, $instead))
            }
        }
    };
}

callback! {
    /// The caller's own verdict on the name of the peer.
    CheckServerIdentity(Unique), "use options.servername to have another name verified": Fn(&str, &PeerCertificate) -> Result<(), BoxError>
}

callback! {
    /// Takes the lines of the NSS key log format.
    KeyLog, "name a file with options.keylogFile, or give it in Rust": Fn(&str)
}

callback! {
    /// Tells the time by which certificates and sessions are judged.
    Clock, "give it in Rust": Fn() -> SystemTime
}

callback! {
    /// Is shown every socket before it connects.
    ConfigureSocket, "give it in Rust": Fn(BorrowedFd<'_>, &RemoteAddress) -> io::Result<()>
}

#[cfg(feature = "serde")]
pub(super) fn no_json_form(place: &Place<'_>, instead: &'static str) -> Error {
    let message = format!("{place} is a function and has no form in JSON");
    Error::invalid("UND_ERR_INVALID_ARG", message).with_hint(instead)
}
