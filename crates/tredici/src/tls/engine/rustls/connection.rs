//! One connection of rustls's over two buffers in memory.

use bytes::{Buf, BytesMut};
use rustls::HandshakeKind;

use super::{
    super::{Connection, Facts, Failure, NewSession, Progress, Received, Wire},
    clear,
    companion::{self, Companion},
    exporter, facts,
    failure::{failure, unsupported},
    unbuffered::{Intent, Plaintext, Step, Unbuffered},
};
use crate::error::Error;

pub(super) struct RustlsConnection {
    tls: Unbuffered,
    companion: Box<Companion>,
    /// Decrypted and not yet read.
    plain: BytesMut,
    /// What the connection has ended of; told once what was decrypted before has been read.
    failure: Option<Failure>,
    peer_closed: bool,
}

impl RustlsConnection {
    pub(super) fn new(tls: Unbuffered, companion: Box<Companion>) -> Self {
        Self { tls, companion, plain: BytesMut::new(), failure: None, peer_closed: false }
    }

    fn step(
        &mut self,
        wire: &mut Wire,
        intent: Intent<'_>,
        buffer: &mut [u8],
        filled: &mut usize,
    ) -> Result<Step, Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let Self { tls, companion, plain, .. } = self;
        let mut plaintext = Plaintext { buffer, filled: *filled, rest: plain };
        let sent = wire.outgoing.len();
        companion.secrets.note_server_random(&wire.incoming);
        if tls.is_handshaking() {
            companion.ticket.note(&wire.incoming);
        }
        let step = companion::lend(companion, || tls.step(wire, intent, &mut plaintext));
        *filled = plaintext.filled;
        companion.secrets.note_server_random(&wire.outgoing[sent..]);
        if std::mem::take(&mut companion.has_taken_ticket) {
            companion.offers_session = clear::offers_session(&wire.outgoing[sent..]);
        }
        match step {
            Ok(step) => {
                self.peer_closed |= matches!(step, Step::PeerClosed | Step::Closed);
                Ok(step)
            }
            Err(error) => {
                let failure =
                    if companion.refused { Failure::Refused } else { failure(&error, &wire.incoming) };
                self.failure = Some(failure.clone());
                self.send_alert(wire);
                Err(failure)
            }
        }
    }

    fn finish_handshake(&mut self) {
        self.companion.judge = None;
        self.companion.party = None;
        if self.tls.handshake_kind() == Some(HandshakeKind::Resumed) {
            // rustls makes a session of TLS 1.2 anew when it is resumed, with a new life; its server only by a ticket.
            let is_renewed = self.companion.ticket.has_come();
            self.companion.sessions.retain(|session| session.version != "TLSv1.2" || is_renewed);
        }
    }

    /// After an error rustls still has the alert to send.
    fn send_alert(&mut self, wire: &mut Wire) {
        let Self { tls, companion, plain, .. } = self;
        let mut nowhere = Plaintext { buffer: &mut [], filled: 0, rest: plain };
        while tls.wants_write() {
            let _sent = companion::lend(companion, || tls.step(wire, Intent::Nothing, &mut nowhere));
        }
    }

    /// Handles what has come until there is data, or nothing left to handle.
    fn receive(&mut self, wire: &mut Wire, buffer: &mut [u8]) -> Result<Received, Failure> {
        let mut filled = self.take_plain(buffer);
        while filled < buffer.len().max(1) && self.plain.is_empty() && !self.peer_closed {
            match self.step(wire, Intent::Nothing, buffer, &mut filled) {
                Ok(Step::Onward | Step::Data | Step::PeerClosed) => {}
                Ok(Step::Blocked | Step::Ready | Step::Closed) => break,
                // What came before it is read first.
                Err(_) if filled > 0 || !self.plain.is_empty() => break,
                Err(failure) => return Err(failure),
            }
        }
        Ok(match filled + self.plain.len() {
            0 if self.peer_closed => Received::Closed,
            0 => Received::WantRead,
            _ if buffer.is_empty() => Received::Bytes(self.plain.len()),
            _ => Received::Bytes(filled),
        })
    }

    fn take_plain(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.plain.len().min(buffer.len());
        self.plain.copy_to_slice(&mut buffer[..count]);
        if self.plain.is_empty() {
            self.plain = BytesMut::new();
        }
        count
    }
}

impl Connection for RustlsConnection {
    fn handshake(&mut self, wire: &mut Wire) -> Result<Progress, Failure> {
        loop {
            let step = self.step(wire, Intent::Nothing, &mut [], &mut 0)?;
            if !self.tls.is_handshaking() && !self.tls.wants_write() {
                self.finish_handshake();
                return Ok(Progress::Done);
            }
            match step {
                Step::Onward | Step::Data => {}
                Step::Blocked | Step::Ready => return Ok(Progress::WantRead),
                Step::PeerClosed | Step::Closed => return Ok(Progress::Closed),
            }
        }
    }

    fn read(&mut self, wire: &mut Wire, buffer: &mut [u8]) -> Result<Received, Failure> {
        self.receive(wire, buffer)
    }

    fn settle(&mut self, wire: &mut Wire) -> Result<Received, Failure> {
        self.receive(wire, &mut [])
    }

    fn is_able_to_write(&self) -> bool {
        true
    }

    fn write(&mut self, wire: &mut Wire, bytes: &[u8]) -> Result<(), Failure> {
        loop {
            match self.step(wire, Intent::Encrypt(bytes), &mut [], &mut 0)? {
                Step::Ready => return Ok(()),
                Step::Onward | Step::Data | Step::PeerClosed => {}
                Step::Blocked | Step::Closed => {
                    return Err(Failure::Protocol {
                        code: "ERR_SSL_SSL".into(),
                        reason: "the engine did not take what was to be written".into(),
                    });
                }
            }
        }
    }

    fn close(&mut self, wire: &mut Wire) {
        if self.tls.is_handshaking() {
            return;
        }
        while let Ok(Step::Onward | Step::Data | Step::PeerClosed) =
            self.step(wire, Intent::CloseNotify, &mut [], &mut 0)
        {}
    }

    fn has_pending(&self) -> bool {
        !self.plain.is_empty() || self.peer_closed || self.failure.is_some()
    }

    fn offers_session(&self) -> bool {
        self.companion.offers_session
    }

    fn facts(&self) -> Facts {
        facts::facts(&self.tls, self.companion.shown.clone())
    }

    fn servername(&self) -> Option<String> {
        self.companion.servername.clone()
    }

    fn take_sessions(&mut self) -> Vec<NewSession> {
        std::mem::take(&mut self.companion.sessions)
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<(), Error> {
        let suite = self.tls.negotiated_cipher_suite();
        exporter::export(suite, &self.companion.secrets, output, label, context)
    }

    fn finished(&self) -> Result<Option<Vec<u8>>, Error> {
        Err(unsupported("finished"))
    }

    fn peer_finished(&self) -> Result<Option<Vec<u8>>, Error> {
        Err(unsupported("peer_finished"))
    }

    fn ticket(&self) -> Result<Option<Vec<u8>>, Error> {
        Err(unsupported("ticket"))
    }

    fn shared_sigalgs(&self) -> Result<Vec<String>, Error> {
        Err(unsupported("shared_sigalgs"))
    }
}
