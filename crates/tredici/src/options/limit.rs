//! What an engine honours of an option, where that is not every value of it.

use std::{fmt, ops::RangeInclusive};

use super::{Engine, PrivateKeys, Secret, Sessions, TlsVersion, ciphers::Suites};

/// The values of an option that an engine honours exactly.
pub(super) struct Limit<T: 'static> {
    /// The values, in words that can follow "honours".
    pub(super) words: &'static str,
    /// Whether this is one of them.
    pub(super) honours: fn(&T) -> bool,
}

/// Versions that are not deprecated.
pub(super) const FROM_TLS_1_2: Limit<TlsVersion> =
    Limit { words: "TLSv1.2 and TLSv1.3", honours: |version| *version >= TlsVersion::Tls1_2 };

/// Suites by their names. What cannot be read at all is no engine's: building the context says so.
pub(super) const NAMES_OF_SUITES: Limit<String> = Limit {
    words: "names of suites of the default policy",
    honours: |ciphers| Suites::read(Some(ciphers)).map_or(true, |suites| suites.by_name().is_some()),
};

/// Keys that lie in the clear. How large they are is known once they have been read.
pub(super) const CLEAR_KEYS: Limit<PrivateKeys> = Limit {
    words: "keys without a passphrase, of RSA those of 2048 to 8192 bits",
    honours: |keys| keys.iter().all(|key| key.own_passphrase().is_none()),
};

/// The sizes of RSA keys, in bits, that the engine signs with; `None` for all.
pub(crate) fn sizes_of_rsa(engine: Engine) -> Option<RangeInclusive<u32>> {
    (engine == Engine::Rustls).then_some(2048..=8192)
}

/// What is honoured of an option that the engine does not have.
const NONE: &str = "none";

/// An option that the engine does not have.
const fn none<T>() -> Limit<T> {
    Limit { words: NONE, honours: |_| false }
}

/// Keys under a passphrase are not read.
pub(super) const NO_SECRET: Limit<Secret> = none();

/// Sessions are opaque to all but the connector that they were made by.
pub(super) const NO_SESSIONS: Limit<Sessions> = none();

/// An option that was given, with a value that an engine does not honour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beyond {
    /// The option's documented name.
    pub(crate) option: &'static str,
    /// What the engine honours of it.
    pub(super) honoured: &'static str,
}

impl Beyond {
    /// A key that the engine cannot sign with.
    pub(crate) const KEY: Self = Self { option: "key", honoured: CLEAR_KEYS.words };
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.honoured {
            NONE => write!(f, "options.{}", self.option),
            some => write!(f, "options.{} (only {some})", self.option),
        }
    }
}
