//! The one file that knows rustls's unbuffered interface.

use std::{
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bytes::{Buf, BytesMut};
use rustls::{
    ClientConfig, CommonState, Error, ServerConfig,
    client::UnbufferedClientConnection,
    pki_types::ServerName,
    server::UnbufferedServerConnection,
    unbuffered::{
        ConnectionState, EncodeError, EncodeTlsData, EncryptError, InsufficientSizeError, UnbufferedStatus,
        WriteTraffic,
    },
};

use super::super::{Outgoing, Wire};

/// One connection of either side.
pub(super) enum Unbuffered {
    Client(UnbufferedClientConnection),
    Server(UnbufferedServerConnection),
}

/// What to do once the connection may send application data.
#[derive(Clone, Copy)]
pub(super) enum Intent<'a> {
    Nothing,
    Encrypt(&'a [u8]),
    CloseNotify,
}

/// How far one step came.
pub(super) enum Step {
    /// Something of the protocol was done; there may be more to do.
    Onward,
    /// Application data was decrypted.
    Data,
    /// The peer has to send more before anything else can be done.
    Blocked,
    /// The intent was carried out, and what has come is used up.
    Ready,
    /// The peer has said goodbye.
    PeerClosed,
    /// Both sides have.
    Closed,
}

/// Where decrypted bytes go: into the caller's buffer, and what it has no room for behind it.
pub(super) struct Plaintext<'a> {
    pub(super) buffer: &'a mut [u8],
    pub(super) filled: usize,
    pub(super) rest: &'a mut BytesMut,
}

impl Plaintext<'_> {
    fn add(&mut self, bytes: &[u8]) {
        let room = &mut self.buffer[self.filled..];
        let (now, later) = bytes.split_at(room.len().min(bytes.len()));
        room[..now.len()].copy_from_slice(now);
        self.filled += now.len();
        self.rest.extend_from_slice(later);
    }
}

impl Unbuffered {
    /// A client whose hello waits to be sent. A session that its configuration's store gives is used up.
    pub(super) fn client(
        config: &Arc<ClientConfig>,
        name: ServerName<'static>,
        alpn: Vec<Vec<u8>>,
    ) -> Result<Self, Error> {
        let new = || UnbufferedClientConnection::new_with_alpn(config.clone(), name, alpn);
        catch_unwind(AssertUnwindSafe(new)).unwrap_or_else(|_| Err(gave_up())).map(Self::Client)
    }

    pub(super) fn server(config: &Arc<ServerConfig>) -> Result<Self, Error> {
        UnbufferedServerConnection::new(config.clone()).map(Self::Server)
    }

    /// One step: the next thing that the connection wants done is done.
    pub(super) fn step(
        &mut self,
        wire: &mut Wire,
        intent: Intent<'_>,
        plaintext: &mut Plaintext<'_>,
    ) -> Result<Step, Error> {
        let Wire { incoming, outgoing } = wire;
        let step = || match self {
            Self::Client(client) => act(client.process_tls_records(incoming), outgoing, intent, plaintext),
            Self::Server(server) => act(server.process_tls_records(incoming), outgoing, intent, plaintext),
        };
        // Built with debug assertions, rustls panics over a peer that breaks the protocol after our goodbye.
        let (discard, step) = catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| (0, Err(gave_up())));
        incoming.advance(discard);
        step
    }
}

impl Deref for Unbuffered {
    type Target = CommonState;

    fn deref(&self) -> &CommonState {
        match self {
            Self::Client(client) => client,
            Self::Server(server) => server,
        }
    }
}

/// A callback, or rustls itself, has panicked.
fn gave_up() -> Error {
    Error::General("rustls gave up".to_owned())
}

fn act<Data>(
    status: UnbufferedStatus<'_, '_, Data>,
    outgoing: &mut Outgoing,
    intent: Intent<'_>,
    plaintext: &mut Plaintext<'_>,
) -> (usize, Result<Step, Error>) {
    let UnbufferedStatus { mut discard, state } = status;
    let step = state.and_then(|state| {
        Ok(match state {
            ConnectionState::ReadTraffic(mut traffic) => {
                while let Some(record) = traffic.next_record() {
                    let record = record?;
                    discard += record.discard;
                    plaintext.add(record.payload);
                }
                Step::Data
            }
            ConnectionState::EncodeTlsData(message) => {
                encode(message, outgoing);
                Step::Onward
            }
            ConnectionState::TransmitTlsData(queued) => {
                queued.done();
                Step::Onward
            }
            ConnectionState::WriteTraffic(traffic) => {
                carry_out(traffic, outgoing, intent)?;
                Step::Ready
            }
            ConnectionState::PeerClosed => Step::PeerClosed,
            ConnectionState::Closed => Step::Closed,
            // Early data is never accepted.
            _ => Step::Blocked,
        })
    });
    (discard, step)
}

fn encode<Data>(mut message: EncodeTlsData<'_, Data>, outgoing: &mut Outgoing) {
    // Without room it tells how much it needs.
    let needed = match message.encode(&mut []) {
        Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) => required_size,
        Ok(_) | Err(EncodeError::AlreadyEncoded) => 0,
    };
    let encoded = message.encode(outgoing.room(needed)).unwrap_or_default();
    outgoing.added(encoded);
}

fn carry_out<Data>(
    mut traffic: WriteTraffic<'_, Data>,
    outgoing: &mut Outgoing,
    intent: Intent<'_>,
) -> Result<(), Error> {
    let encrypted = match intent {
        Intent::Nothing => return Ok(()),
        Intent::Encrypt(bytes) => match traffic.encrypt(bytes, outgoing.room(encrypted_len(bytes.len()))) {
            Err(EncryptError::InsufficientSize(InsufficientSizeError { required_size })) => {
                traffic.encrypt(bytes, outgoing.room(required_size))
            }
            result => result,
        },
        Intent::CloseNotify => traffic.queue_close_notify(outgoing.room(encrypted_len(0))),
    };
    outgoing.added(*encrypted.as_ref().unwrap_or(&0));
    encrypted.map(|_| ()).map_err(|_| Error::EncryptError)
}

/// What so many bytes become at most, in records of 16 KiB: the header, an explicit nonce and a tag for each.
fn encrypted_len(plain: usize) -> usize {
    const RECORD: usize = 16 * 1024;
    const OVERHEAD: usize = 5 + 8 + 1 + 16;
    plain + plain.div_ceil(RECORD).max(2) * OVERHEAD
}
