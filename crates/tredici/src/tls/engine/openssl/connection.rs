//! One `SSL` over two buffers in memory.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Buf;
use openssl::{
    nid::Nid,
    pkey::Id,
    ssl::{NameType, Ssl, SslRef, SslVersion},
    x509::X509,
};
use tredici_openssl::{LentSsl, Stop, current_ticket, group_name, shared_signature_algorithms};

use super::{
    super::{
        Cipher, Connection, Der, EphemeralKeyInfo, Facts, Failure, NewSession, Progress, Received, Wire,
    },
    context::new_session,
    failure::{failure, internal, option_error},
    verification::{self, Companion},
};
use crate::{error::Error, options::TlsVersion};

pub(super) struct OpensslConnection {
    ssl: LentSsl,
    companion: Companion,
    leaves: Arc<[(X509, Der)]>,
    failed: bool,
}

impl tredici_openssl::Wire for Wire {
    fn incoming(&self) -> &[u8] {
        &self.incoming
    }

    fn taken(&mut self, count: usize) {
        self.incoming.advance(count);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.outgoing.add(bytes);
    }
}

/// A wire of which what is put first is sent at once, as far as it can be.
struct Through<'a> {
    wire: &'a mut Wire,
    send: &'a mut dyn FnMut(&[u8]) -> usize,
}

impl tredici_openssl::Wire for Through<'_> {
    fn incoming(&self) -> &[u8] {
        &self.wire.incoming
    }

    fn taken(&mut self, count: usize) {
        self.wire.incoming.advance(count);
    }

    fn put(&mut self, bytes: &[u8]) {
        let sent = if self.wire.outgoing.is_empty() { (self.send)(bytes) } else { 0 };
        if sent < bytes.len() {
            self.wire.outgoing.add(&bytes[sent..]);
        }
    }
}

impl OpensslConnection {
    pub(super) fn new(ssl: Ssl, companion: Companion, leaves: Arc<[(X509, Der)]>) -> Result<Self, Error> {
        let ssl = LentSsl::new(ssl).map_err(|stack| internal(&stack))?;
        Ok(Self { ssl, companion, leaves, failed: false })
    }

    /// Has OpenSSL do something, its callbacks with the companion at hand.
    fn ask<T>(&mut self, call: impl FnOnce(&mut LentSsl) -> Result<T, Stop>) -> Result<T, Halt> {
        let ssl = &mut self.ssl;
        verification::lend(&mut self.companion, || call(ssl)).map_err(|stop| match stop {
            Stop::WantRead => Halt::WantRead,
            Stop::Closed => Halt::Closed,
            Stop::Failed(stack) => {
                self.failed = true;
                Halt::Failed(failure(&stack))
            }
        })
    }

    fn receive(
        &mut self,
        call: impl FnOnce(&mut LentSsl) -> Result<usize, Stop>,
    ) -> Result<Received, Failure> {
        match self.ask(call) {
            Ok(count) => Ok(Received::Bytes(count)),
            Err(Halt::WantRead) => Ok(Received::WantRead),
            Err(Halt::Closed) => Ok(Received::Closed),
            Err(Halt::Failed(failure)) => Err(failure),
        }
    }

    fn encrypt(&mut self, wire: &mut dyn tredici_openssl::Wire, bytes: &[u8]) -> Result<(), Failure> {
        match self.ask(|ssl| ssl.write(wire, bytes)) {
            Ok(written) if written == bytes.len() => Ok(()),
            Err(Halt::Failed(failure)) => Err(failure),
            _ => Err(Failure::Protocol {
                code: "ERR_SSL_SSL".into(),
                reason: "the engine did not take what was to be written".into(),
            }),
        }
    }

    /// A server may send a new ticket with a handshake of TLS 1.2 that resumes; then OpenSSL does not offer the old one any
    /// more, and does not report the new.
    fn finish(&mut self) {
        let offered = self.companion.finish(self.ssl.ssl());
        let renewed = offered.and_then(|offered| offered.renewed(self.ssl.ssl()));
        if let Some(session) = renewed.and_then(new_session) {
            self.companion.add_session(session);
        }
    }
}

/// Why OpenSSL did not do all of it.
enum Halt {
    WantRead,
    Closed,
    Failed(Failure),
}

impl Connection for OpensslConnection {
    fn handshake(&mut self, wire: &mut Wire) -> Result<Progress, Failure> {
        match self.ask(|ssl| ssl.handshake(wire)) {
            Ok(()) => {
                self.finish();
                Ok(Progress::Done)
            }
            Err(Halt::WantRead) => Ok(Progress::WantRead),
            Err(Halt::Closed) => Ok(Progress::Closed),
            Err(Halt::Failed(failure)) => Err(failure),
        }
    }

    fn read(&mut self, wire: &mut Wire, buffer: &mut [u8]) -> Result<Received, Failure> {
        self.receive(|ssl| ssl.read(wire, buffer))
    }

    fn settle(&mut self, wire: &mut Wire) -> Result<Received, Failure> {
        self.receive(|ssl| ssl.peek(wire, &mut [0]))
    }

    fn write(&mut self, wire: &mut Wire, bytes: &[u8]) -> Result<(), Failure> {
        self.encrypt(wire, bytes)
    }

    fn writes_through(&self) -> bool {
        true
    }

    fn write_through(
        &mut self,
        wire: &mut Wire,
        bytes: &[u8],
        send: &mut dyn FnMut(&[u8]) -> usize,
    ) -> Result<(), Failure> {
        self.encrypt(&mut Through { wire, send }, bytes)
    }

    fn is_able_to_write(&self) -> bool {
        self.ssl.ssl().is_init_finished()
    }

    fn close(&mut self, wire: &mut Wire) {
        if !self.failed {
            // The goodbye is queued, whether or not the peer's has come yet.
            let _sent = self.ask(|ssl| ssl.shutdown(wire));
        }
    }

    fn has_pending(&self) -> bool {
        self.ssl.ssl().pending() > 0
    }

    fn facts(&self) -> Facts {
        let ssl = self.ssl.ssl();
        let shown = ssl.certificate();
        let local = shown.and_then(|shown| self.leaves.iter().find(|(leaf, _)| **leaf == *shown));
        Facts {
            version: version(ssl),
            cipher: cipher(ssl),
            ephemeral_key_info: ephemeral_key_info(ssl),
            alpn: ssl.selected_alpn_protocol().map(Into::into),
            resumed: ssl.session_reused(),
            local_certificate: local.map(|(_, der)| der.clone()),
        }
    }

    fn servername(&self) -> Option<String> {
        self.ssl.ssl().servername(NameType::HOST_NAME).map(str::to_owned)
    }

    fn take_sessions(&mut self) -> Vec<NewSession> {
        self.companion.take_sessions()
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<(), Error> {
        let label = std::str::from_utf8(label)
            .map_err(|_| Error::invalid("ERR_INVALID_ARG_VALUE", "the label of an exporter must be text"))?;
        let ssl = self.ssl.ssl();
        ssl.export_keying_material(output, label, context).map_err(|stack| option_error("label", &stack))
    }

    fn finished(&self) -> Result<Option<Vec<u8>>, Error> {
        Ok(message(|buffer| self.ssl.ssl().finished(buffer)))
    }

    fn peer_finished(&self) -> Result<Option<Vec<u8>>, Error> {
        Ok(message(|buffer| self.ssl.ssl().peer_finished(buffer)))
    }

    fn ticket(&self) -> Result<Option<Vec<u8>>, Error> {
        let ssl = self.ssl.ssl();
        Ok(if ssl.is_server() { None } else { current_ticket(ssl) })
    }

    fn shared_sigalgs(&self) -> Result<Vec<String>, Error> {
        let ssl = self.ssl.ssl();
        if !ssl.is_server() {
            return Ok(Vec::new());
        }
        Ok(shared_signature_algorithms(ssl)
            .into_iter()
            .map(|(sign, hash)| signature_name(sign, hash))
            .collect())
    }
}

impl Drop for OpensslConnection {
    fn drop(&mut self) {
        if !self.failed {
            // Else OpenSSL marks the session, which others may hold, as not resumable.
            self.ssl.count_as_closed();
        }
    }
}

fn version(ssl: &SslRef) -> TlsVersion {
    match ssl.version2() {
        Some(SslVersion::TLS1_3) => TlsVersion::Tls1_3,
        Some(SslVersion::TLS1_1) => TlsVersion::Tls1_1,
        Some(SslVersion::TLS1) => TlsVersion::Tls1_0,
        _ => TlsVersion::Tls1_2,
    }
}

fn cipher(ssl: &SslRef) -> Option<&'static Cipher> {
    let suite = ssl.current_cipher()?;
    let standard_name = suite.standard_name().unwrap_or(suite.name());
    Some(shared(Cipher { name: suite.name(), standard_name, version: suite.version() }))
}

/// The one for all connections that have it: there are no more than the few dozen that the library knows.
fn shared(cipher: Cipher) -> &'static Cipher {
    static SHARED: Mutex<Vec<&'static Cipher>> = Mutex::new(Vec::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = shared.iter().copied().find(|known| **known == cipher) {
        return known;
    }
    let cipher: &'static Cipher = Box::leak(Box::new(cipher));
    shared.push(cipher);
    cipher
}

fn ephemeral_key_info(ssl: &SslRef) -> Option<EphemeralKeyInfo> {
    if ssl.is_server() {
        return None;
    }
    let Ok(key) = ssl.peer_tmp_key() else { return hybrid(ssl) };
    let name = match key.id() {
        Id::DH => return Some(EphemeralKeyInfo { kind: "DH", name: None, size: Some(key.bits()) }),
        Id::EC => key.ec_key().ok()?.group().curve_name()?.short_name().ok()?,
        Id::X25519 => "X25519",
        Id::X448 => "X448",
        _ => return hybrid(ssl),
    };
    Some(EphemeralKeyInfo { kind: "ECDH", name: Some(name.into()), size: Some(key.bits()) })
}

/// Of a key that is encapsulated, as ML-KEM's are, OpenSSL keeps the group alone. In TLS 1.2, which has none of them,
/// that may be the group of the handshake that is resumed.
fn hybrid(ssl: &SslRef) -> Option<EphemeralKeyInfo> {
    let name = group_name(ssl).filter(|_| ssl.version2() == Some(SslVersion::TLS1_3))?;
    Some(EphemeralKeyInfo { kind: "TLSGroup", name: Some(Cow::Owned(name)), size: None })
}

/// A `Finished` message is as long as the hash of the connection.
fn message(read: impl FnOnce(&mut [u8]) -> usize) -> Option<Vec<u8>> {
    let mut buffer = [0; 64];
    let length = read(&mut buffer).min(buffer.len());
    (length > 0).then(|| buffer[..length].to_vec())
}

/// As Node's `getSharedSigalgs()` spells them: `RSA-PSS+SHA256`, `Ed25519+UNDEF`.
fn signature_name(sign: Nid, hash: Nid) -> String {
    let short = |nid: Nid| nid.short_name().unwrap_or("UNDEF");
    let sign = match sign {
        Nid::RSAENCRYPTION => "RSA",
        Nid::RSASSAPSS => "RSA-PSS",
        Nid::DSA => "DSA",
        Nid::X9_62_ID_ECPUBLICKEY => "ECDSA",
        other => match other.short_name() {
            Ok("ED25519") => "Ed25519",
            Ok("ED448") => "Ed448",
            Ok(name) => name,
            Err(_) => "UNDEF",
        },
    };
    let hash = if hash == Nid::UNDEF { "UNDEF" } else { short(hash) };
    format!("{sign}+{hash}")
}
