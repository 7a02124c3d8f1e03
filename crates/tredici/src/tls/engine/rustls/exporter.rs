//! Keying material for the caller (RFC 5705, RFC 8446 section 7.5), which rustls's unbuffered interface does not offer:
//! derived from what it tells its key log.

use rustls::{
    SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite,
    crypto::tls13::{HkdfExpander, OkmBlock, OutputLengthError},
};
use zeroize::Zeroizing;

use crate::error::Error;

/// What an exporter begins with.
#[derive(Default)]
pub(super) struct Secrets {
    /// TLS 1.3's exporter secret, TLS 1.2's master secret.
    master: Option<OkmBlock>,
    /// TLS 1.2 alone mixes these in.
    client_random: Option<[u8; 32]>,
    server_random: Option<[u8; 32]>,
}

/// The labels under which a key log hears of the secrets.
pub(super) const TLS13_LABEL: &str = "EXPORTER_SECRET";
pub(super) const TLS12_LABEL: &str = "CLIENT_RANDOM";

impl Secrets {
    /// Takes from the key log what an exporter will need.
    pub(super) fn note(&mut self, label: &str, client_random: &[u8], secret: &[u8]) {
        match label {
            TLS13_LABEL => self.master = copy(secret),
            TLS12_LABEL => {
                self.client_random = client_random.try_into().ok();
                self.master = copy(secret);
            }
            _ => {}
        }
    }

    /// Reads the server's random from its first flight, which is not encrypted: the first record that is no alert.
    pub(super) fn note_server_random(&mut self, mut flight: &[u8]) {
        const ALERT: u8 = 21;
        const HANDSHAKE: u8 = 22;
        const SERVER_HELLO: u8 = 2;
        /// A message's header, the version.
        const BEFORE: usize = 4 + 2;
        while self.server_random.is_none()
            && let Some(([kind, _, _, high, low], rest)) = flight.split_first_chunk()
            && let Some((record, rest)) = rest.split_at_checked(u16::from_be_bytes([*high, *low]).into())
        {
            match *kind {
                ALERT => flight = rest,
                // A hello in pieces is not put together: then there is no exporter, rather than a wrong one.
                HANDSHAKE if record.first() == Some(&SERVER_HELLO) => {
                    let random = record.get(BEFORE..BEFORE + 32);
                    self.server_random = random.and_then(|random| random.try_into().ok());
                    return;
                }
                _ => return,
            }
        }
    }
}

/// Fills `output`.
pub(super) fn export(
    suite: Option<SupportedCipherSuite>,
    secrets: &Secrets,
    output: &mut [u8],
    label: &[u8],
    context: Option<&[u8]>,
) -> Result<(), Error> {
    let master = secrets.master.as_ref().ok_or_else(unready)?;
    match suite.ok_or_else(unready)? {
        SupportedCipherSuite::Tls13(suite) => {
            export_13(suite, master, output, label, context.unwrap_or_default())
        }
        SupportedCipherSuite::Tls12(suite) => {
            let randoms = secrets.client_random.zip(secrets.server_random).ok_or_else(unready)?;
            export_12(suite, master.as_ref(), randoms, output, label, context)
        }
    }
}

/// A copy of the secret; no hash puts out more than there is room for.
fn copy(secret: &[u8]) -> Option<OkmBlock> {
    (1..=OkmBlock::MAX_LEN).contains(&secret.len()).then(|| OkmBlock::new(secret))
}

fn unready() -> Error {
    Error::invalid("ERR_TLS_INVALID_STATE", "the handshake has left no secret to export from")
}

fn too_long(what: &str) -> Error {
    Error::invalid("ERR_OUT_OF_RANGE", format!("{what} is too long for an exporter"))
}

fn export_13(
    suite: &Tls13CipherSuite,
    master: &OkmBlock,
    output: &mut [u8],
    label: &[u8],
    context: &[u8],
) -> Result<(), Error> {
    let hash = suite.common.hash_provider;
    let master = suite.hkdf_provider.expander_for_okm(master);
    let mut secret = Zeroizing::new(vec![0; master.hash_len()]);
    expand_label(&*master, label, hash.hash(&[]).as_ref(), &mut secret)?;
    let secret = suite.hkdf_provider.expander_for_okm(&OkmBlock::new(&secret));
    expand_label(&*secret, b"exporter", hash.hash(context).as_ref(), output)
}

/// HKDF-Expand-Label of RFC 8446 section 7.1.
fn expand_label(
    secret: &dyn HkdfExpander,
    label: &[u8],
    context: &[u8],
    output: &mut [u8],
) -> Result<(), Error> {
    const PREFIX: &[u8] = b"tls13 ";
    let length = u16::try_from(output.len()).map_err(|_| too_long("the output"))?.to_be_bytes();
    let label_length = u8::try_from(PREFIX.len() + label.len()).map_err(|_| too_long("the label"))?;
    let context_length = u8::try_from(context.len()).map_err(|_| too_long("the context"))?;
    let info: [&[u8]; 6] = [&length, &[label_length], PREFIX, label, &[context_length], context];
    secret.expand_slice(&info, output).map_err(|OutputLengthError| too_long("the output"))
}

/// RFC 5705 section 4.
fn export_12(
    suite: &Tls12CipherSuite,
    master: &[u8],
    (client_random, server_random): ([u8; 32], [u8; 32]),
    output: &mut [u8],
    label: &[u8],
    context: Option<&[u8]>,
) -> Result<(), Error> {
    let mut seed = [client_random, server_random].concat();
    if let Some(context) = context {
        let length = u16::try_from(context.len()).map_err(|_| too_long("the context"))?;
        seed.extend_from_slice(&length.to_be_bytes());
        seed.extend_from_slice(context);
    }
    suite.prf_provider.for_secret(output, master, label, &seed);
    Ok(())
}
