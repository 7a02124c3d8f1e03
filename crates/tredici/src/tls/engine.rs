//! The boundary to a TLS library.
//!
//! An engine compiles the terms into a context once, and makes from it one [`Connection`] after another: a state
//! machine over two buffers in memory that never sees a socket. What it learns it tells as plain data; certificates
//! cross as DER. The decision over the peer's certificates is taken inside the handshake by the [`Judge`] that the
//! connection was given. What an engine does not have it refuses by name.

mod built_in;
#[cfg(feature = "openssl")]
mod openssl;
pub(crate) mod policy;
#[cfg(feature = "rustls")]
mod rustls;
mod wire;

use std::{borrow::Cow, fmt, ops::Range, sync::Arc, time::SystemTime};

use super::validity::Validity;
use crate::{
    error::Error,
    options::{Clock, KeyLog, Suites, TlsVersion},
    verify::VerifyCode,
};

pub(crate) use crate::options::EngineSession as Session;
pub(crate) use built_in::{BUILT_IN, BuiltIn};
pub(crate) use wire::{Outgoing, Wire};

/// A certificate as bytes, shared by everybody who looks at it.
pub(crate) type Der = Arc<[u8]>;

/// What an engine compiles into a context, as plain data.
pub(crate) struct ContextTerms {
    pub(crate) side: Side,
    pub(crate) trust: Trust,
    pub(crate) revocation: Revocation,
    pub(crate) identities: Identities,
    pub(crate) min_version: TlsVersion,
    pub(crate) max_version: TlsVersion,
    pub(crate) suites: Suites,
    pub(crate) keylog: Option<KeyLog>,
    /// The time by which sessions age.
    #[cfg_attr(
        not(feature = "rustls"),
        expect(dead_code, reason = "OpenSSL knows no clock but the system's")
    )]
    pub(crate) clock: Clock,
    /// Whether somebody wants a client's new sessions.
    pub(crate) keeps_sessions: bool,
}

/// Which end of a connection, with what only that end needs.
pub(crate) enum Side {
    Client,
    Server { request_certificate: bool, require_certificate: bool, alpn: Vec<u8> },
}

/// Whom to trust.
pub(crate) struct Trust {
    pub(crate) anchors: Anchors,
    /// In addition.
    pub(crate) extra: Vec<Der>,
}

/// Who is trusted no more: nobody is asked where there are no lists, else there must be one of every issuer.
#[derive(Default)]
pub(crate) struct Revocation {
    pub(crate) lists: Vec<Der>,
    /// When all of them are good.
    pub(super) validity: Option<Validity>,
}

impl Revocation {
    /// That something among the lists is none.
    pub(super) fn unreadable(why: impl fmt::Display) -> Error {
        Error::invalid("ERR_CRYPTO_OPERATION_FAILED", format!("Failed to parse CRL: options.crl: {why}"))
    }
}

/// The set that trust begins with.
pub(crate) enum Anchors {
    /// Mozilla's, built into the program and shared by the process.
    Bundled,
    /// These and no others.
    Given(Vec<Der>),
}

/// Certificate chains and the private keys to them, in any order: the engine finds out which belong together.
#[derive(Default)]
pub(crate) struct Identities {
    pub(crate) chains: Vec<Chain>,
    pub(crate) keys: Vec<PrivateKey>,
}

/// A certificate with its issuers, leaf first.
pub(crate) struct Chain {
    /// Where it was given, for messages.
    pub(crate) place: String,
    pub(crate) certificates: Vec<Der>,
}

impl Chain {
    pub(crate) fn without_key(&self) -> Error {
        let message =
            format!("no private key in options.key belongs to the first certificate of {}", self.place);
        Error::invalid("ERR_OSSL_X509_KEY_VALUES_MISMATCH", message)
            .with_hint("give each chain leaf first, and its own private key")
    }
}

/// A private key in PEM, perhaps encrypted.
pub(crate) struct PrivateKey {
    /// Where it was given, for messages.
    pub(crate) place: String,
    pub(crate) pem: zeroize::Zeroizing<Vec<u8>>,
    pub(crate) passphrase: Option<zeroize::Zeroizing<Vec<u8>>>,
}

/// Options of one side, compiled.
pub(crate) trait Context: Send + Sync {
    /// A client's connection that has not sent anything yet.
    fn connect(&self, terms: ConnectTerms<'_>) -> Result<Box<dyn Connection>, Error>;

    /// A server's connection that waits for the client's first bytes.
    fn accept(&self, judge: Arc<dyn Judge>) -> Result<Box<dyn Connection>, Error>;

    /// A session from its portable form, to be offered by connections of this context.
    fn read_session(&self, der: &[u8]) -> Result<Box<dyn Session>, Error>;
}

/// What one connection adds to its context.
pub(crate) struct ConnectTerms<'a> {
    /// The name for SNI; `None` sends none.
    pub(crate) servername: Option<&'a str>,
    /// The protocols to offer, in wire form; empty offers none.
    pub(crate) alpn: &'a [u8],
    /// The session to offer, made under the same terms of trust, if perhaps in another context of the engine. One of
    /// another engine is not offered.
    pub(crate) session: Option<Arc<dyn Session>>,
    /// Who decides over the server's certificates.
    pub(crate) judge: Arc<dyn Judge>,
}

/// One TLS connection, without any input or output of its own.
pub(crate) trait Connection: Send + Sync {
    /// Goes on with the handshake as far as `wire` lets it.
    fn handshake(&mut self, wire: &mut Wire) -> Result<Progress, Failure>;

    /// Decrypts into `buffer`, which is not empty.
    fn read(&mut self, wire: &mut Wire, buffer: &mut [u8]) -> Result<Received, Failure>;

    /// Handles what is not application data and has arrived, and leaves application data for [`read`](Self::read);
    /// tells whether there is some.
    fn settle(&mut self, wire: &mut Wire) -> Result<Received, Failure>;

    /// Whether [`write`](Self::write) can do its work now: not while half of a handshake message has come and the rest
    /// has not.
    fn is_able_to_write(&self) -> bool;

    /// Encrypts all of `bytes`, which are not none.
    fn write(&mut self, wire: &mut Wire, bytes: &[u8]) -> Result<(), Failure>;

    /// Whether the engine encrypts into memory of its own, for which there is [`write_through`](Self::write_through).
    fn writes_through(&self) -> bool {
        false
    }

    /// The same as [`write`](Self::write) while nothing waits in `wire` to be sent. What was encrypted is shown to `send`,
    /// which tells how much of it is on its way; the rest alone is put into `wire`. It may be called from within a
    /// foreign library, and must not panic.
    fn write_through(
        &mut self,
        wire: &mut Wire,
        bytes: &[u8],
        _send: &mut dyn FnMut(&[u8]) -> usize,
    ) -> Result<(), Failure> {
        self.write(wire, bytes)
    }

    /// Says goodbye (`close_notify`).
    fn close(&mut self, wire: &mut Wire);

    /// Whether decrypted bytes wait inside.
    fn has_pending(&self) -> bool;

    /// Whether the hello carries the session that the connection was given; asked once that has been made.
    fn offers_session(&self) -> bool {
        true
    }

    /// What the handshake agreed on.
    fn facts(&self) -> Facts;

    /// The name that the client has asked for; a server's connection alone is asked, once its handshake is done.
    fn servername(&self) -> Option<String>;

    /// The sessions that came since the last call, oldest first.
    fn take_sessions(&mut self) -> Vec<NewSession>;

    /// RFC 5705 and RFC 8446 section 7.5.
    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<(), Error>;

    /// The `Finished` message that this side sent.
    fn finished(&self) -> Result<Option<Vec<u8>>, Error>;

    /// The `Finished` message that the peer sent.
    fn peer_finished(&self) -> Result<Option<Vec<u8>>, Error>;

    /// The ticket of the session in use.
    fn ticket(&self) -> Result<Option<Vec<u8>>, Error>;

    /// The signature algorithms that both sides know; only a server learns them.
    fn shared_sigalgs(&self) -> Result<Vec<String>, Error>;
}

/// How far a handshake came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Done,
    WantRead,
    /// The peer said goodbye instead.
    Closed,
}

/// What reading gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// So many bytes of application data.
    Bytes(usize),
    /// Nothing before more has come from the peer.
    WantRead,
    /// The peer said goodbye.
    Closed,
}

/// Why a connection cannot go on.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// The peer sent this fatal alert.
    Alert(u8),
    /// The judge said no.
    Refused,
    /// The peer broke the protocol or wants what this side does not: a code in Node's style and a reason.
    Protocol { code: String, reason: String },
    /// The transport has ended and the peer had not said goodbye.
    Truncated,
}

/// What a peer's certificates are, and what the engine thinks of the chain.
#[derive(Debug, Clone)]
pub(crate) struct PeerChain {
    /// As the peer sent them, leaf first; empty if it sent none.
    pub(crate) presented: Vec<Der>,
    /// The path that was built from the leaf towards a trust anchor.
    pub(crate) path: Vec<Der>,
    /// Whether the path holds.
    pub(crate) code: VerifyCode,
    /// Of a path that holds, where the engine has read it itself.
    pub(crate) facts: Option<PathFacts>,
}

/// What an engine has read in the certificates of a path, so that nobody has to read them again for it.
#[derive(Debug, Clone)]
pub(crate) struct PathFacts {
    /// When all of them are good.
    pub(super) validity: Validity,
    /// Where in the leaf its alternative names for DNS stand. All of its alternative names could be read.
    pub(super) dns_names: Box<[Range<usize>]>,
}

/// Who decides over a peer.
pub(crate) trait Judge: Send + Sync {
    /// The same as [`judge`](Self::judge) for certificates whose chain was found good before under the same context, and
    /// would be again; `None` where it has to be verified.
    fn judge_verified(&self, presented: &[Der]) -> Option<Result<(), VerifyCode>>;

    /// Whether the handshake goes on; the code chooses the alert where it does not.
    fn judge(&self, chain: PeerChain) -> Result<(), VerifyCode>;

    /// The time to judge by.
    fn now(&self) -> SystemTime;
}

/// A session as the engine reports it.
pub(crate) struct NewSession {
    pub(crate) session: Arc<dyn Session>,
    pub(crate) version: &'static str,
    /// For how many seconds it may be kept; `None` where the server did not say (TLS 1.2).
    pub(crate) lifetime: Option<u64>,
}

/// What a handshake agreed on.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) version: TlsVersion,
    pub(crate) cipher: Option<&'static Cipher>,
    pub(crate) ephemeral_key_info: Option<EphemeralKeyInfo>,
    pub(crate) alpn: Option<Box<[u8]>>,
    pub(crate) resumed: bool,
    pub(crate) local_certificate: Option<Der>,
}

/// The cipher suite of a connection, as Node's `getCipher()` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Cipher {
    /// OpenSSL's name, such as `ECDHE-RSA-AES128-GCM-SHA256`.
    pub name: &'static str,
    /// The name of the standard, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
    pub standard_name: &'static str,
    /// The lowest protocol version that has the suite, such as `TLSv1.2`.
    pub version: &'static str,
}

/// The ephemeral key of the exchange, as Node's `getEphemeralKeyInfo()` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EphemeralKeyInfo {
    /// `ECDH`, `DH`, or `TLSGroup` for a hybrid one.
    #[cfg_attr(feature = "serde", serde(rename = "type"))]
    pub kind: &'static str,
    /// The group, such as `X25519` or `prime256v1`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub name: Option<Cow<'static, str>>,
    /// Its size in bits.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub size: Option<u32>,
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
