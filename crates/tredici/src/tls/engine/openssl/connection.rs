//! One `SSL` over two buffers in memory.

use std::{
    borrow::Cow,
    io::{self, Read, Write},
    sync::Arc,
};

use bytes::Buf;
use openssl::{
    error::ErrorStack,
    nid::Nid,
    pkey::Id,
    ssl::{ErrorCode, NameType, ShutdownState, Ssl, SslRef, SslStream, SslVersion},
    x509::X509,
};
use tredici_openssl::{Session, current_ticket, group_name, shared_signature_algorithms};

use super::{
    super::{
        Cipher, Connection, Der, EphemeralKeyInfo, Facts, Failure, NewSession, Progress, Received, Wire,
    },
    context::new_session,
    failure::{failure, internal, option_error},
    verification::Companion,
};
use crate::error::Error;

pub(super) struct OpensslConnection {
    stream: SslStream<Pipe>,
    companion: Arc<Companion>,
    leaves: Arc<[(X509, Der)]>,
    sent_servername: Option<String>,
    /// Until the handshake is over.
    offered: Option<Session>,
    failed: bool,
}

/// OpenSSL's input and output: the wire that was lent for the present call.
#[derive(Default)]
struct Pipe(Wire);

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.0.incoming.len().min(buffer.len());
        if available == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.incoming.copy_to_slice(&mut buffer[..available]);
        Ok(available)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.outgoing.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OpensslConnection {
    pub(super) fn new(
        ssl: Ssl,
        companion: Arc<Companion>,
        leaves: Arc<[(X509, Der)]>,
        sent_servername: Option<String>,
        offered: Option<Session>,
    ) -> Result<Self, Error> {
        let stream = SslStream::new(ssl, Pipe::default()).map_err(|stack| internal(&stack))?;
        Ok(Self { stream, companion, leaves, sent_servername, offered, failed: false })
    }

    /// Lends the wire to OpenSSL for one call.
    fn lend<T>(
        &mut self,
        wire: &mut Wire,
        call: impl FnOnce(&mut SslStream<Pipe>) -> Result<T, openssl::ssl::Error>,
    ) -> Result<Option<T>, Failure> {
        // OpenSSL judges a call by the thread's queue of errors, in which anybody may have left one.
        drop(ErrorStack::get());
        std::mem::swap(&mut self.stream.get_mut().0, wire);
        let result = call(&mut self.stream);
        std::mem::swap(&mut self.stream.get_mut().0, wire);
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.code() == ErrorCode::WANT_READ => Ok(None),
            Err(error) => {
                self.failed |= error.code() != ErrorCode::ZERO_RETURN;
                Err(failure(&error))
            }
        }
    }

    fn receive(
        &mut self,
        wire: &mut Wire,
        call: impl FnOnce(&mut SslStream<Pipe>) -> Result<usize, openssl::ssl::Error>,
    ) -> Result<Received, Failure> {
        let received = self.lend(wire, |stream| match call(stream) {
            Err(error) if error.code() == ErrorCode::ZERO_RETURN => Ok(0),
            result => result,
        })?;
        Ok(match received {
            Some(0) => Received::Closed,
            Some(count) => Received::Bytes(count),
            None => Received::WantRead,
        })
    }
}

impl OpensslConnection {
    /// A server may send a new ticket with a handshake of TLS 1.2 that resumes; then OpenSSL does not offer the old one any
    /// more, and does not report the new.
    fn take_renewed_session(&mut self) {
        let renewed = self.offered.take().and_then(|offered| offered.renewed(self.stream.ssl()));
        if let Some(session) = renewed.and_then(new_session) {
            self.companion.add_session(session);
        }
    }
}

impl Connection for OpensslConnection {
    fn handshake(&mut self, wire: &mut Wire) -> Result<Progress, Failure> {
        let progress = self.lend(wire, |stream| match stream.do_handshake() {
            Err(error) if error.code() == ErrorCode::ZERO_RETURN => Ok(Progress::Closed),
            result => result.map(|()| Progress::Done),
        })?;
        if progress == Some(Progress::Done) {
            self.companion.dismiss_judge();
            self.take_renewed_session();
        }
        Ok(progress.unwrap_or(Progress::WantRead))
    }

    fn read(&mut self, wire: &mut Wire, buffer: &mut [u8]) -> Result<Received, Failure> {
        self.receive(wire, |stream| stream.ssl_read(buffer))
    }

    fn settle(&mut self, wire: &mut Wire) -> Result<Received, Failure> {
        self.receive(wire, |stream| stream.ssl_peek(&mut [0]))
    }

    fn write(&mut self, wire: &mut Wire, bytes: &[u8]) -> Result<(), Failure> {
        match self.lend(wire, |stream| stream.ssl_write(bytes))? {
            Some(written) if written == bytes.len() => Ok(()),
            _ => Err(Failure::Protocol {
                code: "ERR_SSL_SSL".into(),
                reason: "the engine did not take what was to be written".into(),
            }),
        }
    }

    fn is_able_to_write(&self) -> bool {
        self.stream.ssl().is_init_finished()
    }

    fn close(&mut self, wire: &mut Wire) {
        if !self.failed {
            // The goodbye is queued, whether or not the peer's has come yet.
            let _sent = self.lend(wire, SslStream::shutdown);
        }
    }

    fn has_pending(&self) -> bool {
        self.stream.ssl().pending() > 0
    }

    fn facts(&self) -> Facts {
        let ssl = self.stream.ssl();
        let servername = if ssl.is_server() {
            ssl.servername(NameType::HOST_NAME).map(str::to_owned)
        } else {
            self.sent_servername.clone()
        };
        let shown = ssl.certificate();
        let local = shown.and_then(|shown| self.leaves.iter().find(|(leaf, _)| **leaf == *shown));
        Facts {
            version: ssl.version_str(),
            cipher: cipher(ssl),
            ephemeral_key_info: ephemeral_key_info(ssl),
            alpn: ssl.selected_alpn_protocol().map(<[u8]>::to_vec),
            servername,
            resumed: ssl.session_reused(),
            local_certificate: local.map(|(_, der)| der.clone()),
        }
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
        let ssl = self.stream.ssl();
        ssl.export_keying_material(output, label, context).map_err(|stack| option_error("label", &stack))
    }

    fn finished(&self) -> Result<Option<Vec<u8>>, Error> {
        Ok(message(|buffer| self.stream.ssl().finished(buffer)))
    }

    fn peer_finished(&self) -> Result<Option<Vec<u8>>, Error> {
        Ok(message(|buffer| self.stream.ssl().peer_finished(buffer)))
    }

    fn ticket(&self) -> Result<Option<Vec<u8>>, Error> {
        let ssl = self.stream.ssl();
        Ok(if ssl.is_server() { None } else { current_ticket(ssl) })
    }

    fn shared_sigalgs(&self) -> Result<Vec<String>, Error> {
        let ssl = self.stream.ssl();
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
            self.stream.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
        }
    }
}

fn cipher(ssl: &SslRef) -> Option<Cipher> {
    let cipher = ssl.current_cipher()?;
    Some(Cipher {
        name: cipher.name(),
        standard_name: cipher.standard_name().unwrap_or(cipher.name()),
        version: cipher.version(),
    })
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
