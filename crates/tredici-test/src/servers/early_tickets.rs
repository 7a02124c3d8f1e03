//! A TLS 1.3 server whose session tickets arrive together with its Finished.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::SigningKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::wire::{ClientHello, Reader, clear_handshake_messages};
use crate::{Certificate, KeyKind};

use schedule::{Schedule, Sealer};

mod schedule;

/// A server that speaks just so much TLS 1.3 (RFC 8446) that a client completes a handshake with it, and that sends
/// in one piece: its flight up to Finished, session tickets, and application data. Servers on BoringSSL, as Bun, do
/// the same where they ask for no client certificate; those on OpenSSL wait for the client's Finished.
///
/// A client has therefore got tickets before it has decided anything that it decides after the handshake. The
/// tickets themselves are of no use: what comes back is not read, whatever the client says is swallowed.
///
/// It knows TLS_AES_128_GCM_SHA256, the groups X25519 and P-256 (the client must have sent a share of one), and
/// certificates with a P-256 key.
///
/// ```
/// use tredici_test::{EarlyTicketServer, Pki};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let server = EarlyTicketServer::start(Pki::shared().localhost(), 2, "hello").await;
/// // ... connect to localhost and server.port(), read `hello`: two tickets have come before it ...
/// # assert_eq!(server.greeted(), 0);
/// # });
/// ```
#[derive(Debug)]
pub struct EarlyTicketServer {
    port: u16,
    greeted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl EarlyTicketServer {
    /// On a port of `127.0.0.1` that the system chooses; sends so many tickets and then `text` to everybody.
    ///
    /// # Panics
    /// Where the certificate's key is not a P-256 key.
    pub async fn start(certificate: &Certificate, tickets: usize, text: &str) -> Self {
        Self::serve(Terms { tickets, text: text.to_owned(), ..Terms::of(certificate) }).await
    }

    /// The same with tickets that are good for so many seconds.
    ///
    /// # Panics
    /// Where the certificate's key is not a P-256 key.
    pub async fn for_seconds(certificate: &Certificate, lifetime: u32, tickets: usize, text: &str) -> Self {
        Self::serve(Terms { tickets, lifetime, text: text.to_owned(), ..Terms::of(certificate) }).await
    }

    /// The same with key updates (RFC 8446, section 4.6.3) instead of tickets, each of which asks for one in return.
    ///
    /// # Panics
    /// Where the certificate's key is not a P-256 key.
    pub async fn updating(certificate: &Certificate, key_updates: usize, text: &str) -> Self {
        Self::serve(Terms { key_updates, text: text.to_owned(), ..Terms::of(certificate) }).await
    }

    /// Speaks this protocol (ALPN), whatever the client has offered, and says nothing.
    ///
    /// # Panics
    /// Where the certificate's key is not a P-256 key.
    pub async fn speaking(certificate: &Certificate, protocol: &str) -> Self {
        Self::serve(Terms { protocol: Some(protocol.to_owned()), ..Terms::of(certificate) }).await
    }

    async fn serve(terms: Terms) -> Self {
        assert_eq!(terms.certificate.key().kind(), KeyKind::P256, "this server signs with P-256 only");
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port on the loopback interface");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let greeted = Arc::<AtomicUsize>::default();
        let task = tokio::spawn({
            let greeted = Arc::clone(&greeted);
            async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    connections.spawn(greet(stream, terms.clone(), Arc::clone(&greeted)));
                }
            }
        });
        Self { port, greeted, task }
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many clients it has sent everything to.
    pub fn greeted(&self) -> usize {
        self.greeted.load(Ordering::Relaxed)
    }
}

impl Drop for EarlyTicketServer {
    fn drop(&mut self) {
        // The connections go with the set that the task holds.
        self.task.abort();
    }
}

#[derive(Clone)]
struct Terms {
    certificate: Certificate,
    tickets: usize,
    /// Of the tickets, in seconds.
    lifetime: u32,
    key_updates: usize,
    protocol: Option<String>,
    text: String,
}

impl Terms {
    fn of(certificate: &Certificate) -> Self {
        let certificate = certificate.clone();
        Self { certificate, tickets: 0, lifetime: 7200, key_updates: 0, protocol: None, text: String::new() }
    }
}

async fn greet(mut stream: TcpStream, terms: Terms, greeted: Arc<AtomicUsize>) -> io::Result<()> {
    let mut received = Vec::new();
    let hello = loop {
        if stream.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
        if let Some(hello) = ClientHello::read(&received) {
            break hello;
        }
    };
    let (kind, body) = clear_handshake_messages(&received).swap_remove(0);
    let Some(flight) = everything_at_once(&hello, message(kind, &body), &terms) else {
        // handshake_failure
        return stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).await;
    };
    stream.write_all(&flight).await?;
    greeted.fetch_add(1, Ordering::Relaxed);
    copy(&mut stream, &mut sink()).await.map(drop)
}

/// Everything that the server ever sends; `None` where the client offers nothing that it knows.
fn everything_at_once(hello: &ClientHello, client_hello: Vec<u8>, terms: &Terms) -> Option<Vec<u8>> {
    const TLS_AES_128_GCM_SHA256: u16 = 0x1301;

    if !hello.cipher_suites.contains(&TLS_AES_128_GCM_SHA256) || !hello.supported_versions().contains(&0x0304)
    {
        return None;
    }
    let (group, share, secret) = schedule::agree(key_shares(hello))?;

    let server_hello = message(2, &server_hello(hello, TLS_AES_128_GCM_SHA256, group, &share));
    let mut transcript = [client_hello, server_hello.clone()].concat();
    let schedule = Schedule::new(&secret);

    let handshake_secret = schedule.server_handshake(&transcript);
    let mut flight = Vec::new();
    let mut send = |message: Vec<u8>, transcript: &mut Vec<u8>| {
        transcript.extend_from_slice(&message);
        flight.extend(message);
    };
    send(message(8, &encrypted_extensions_body(terms.protocol.as_deref())), &mut transcript);
    send(message(11, &certificate_body(&terms.certificate)), &mut transcript);
    send(message(15, &signature_body(&terms.certificate, &transcript)), &mut transcript);
    send(message(20, &schedule::finished(&handshake_secret, &transcript)), &mut transcript);

    let mut sent = plain_record(&server_hello);
    sent.extend(Sealer::new(&handshake_secret).record(22, &flight));
    let mut secret = schedule.server_application(&transcript);
    let mut application = Sealer::new(&secret);
    for number in 0..terms.tickets {
        sent.extend(application.record(22, &message(4, &ticket_body(number, terms.lifetime))));
    }
    for _ in 0..terms.key_updates {
        sent.extend(application.record(22, &message(24, &[1])));
        secret = schedule::updated(&secret);
        application = Sealer::new(&secret);
    }
    if !terms.text.is_empty() {
        sent.extend(application.record(23, terms.text.as_bytes()));
    }
    Some(sent)
}

/// The groups and keys in the extension key_share (RFC 8446, section 4.2.8).
fn key_shares(hello: &ClientHello) -> Vec<(u16, Vec<u8>)> {
    let shares = hello.extension(51).and_then(|body| Reader(body).vector(2));
    let mut shares = Reader(shares.unwrap_or_default());
    std::iter::from_fn(|| Some((shares.u16()?, shares.vector(2)?.to_vec()))).collect()
}

/// RFC 8446, section 4.1.3.
fn server_hello(hello: &ClientHello, cipher_suite: u16, group: u16, share: &[u8]) -> Vec<u8> {
    let key_share = [&group.to_be_bytes()[..], &vector::<2>(share)].concat();
    let extensions = [&[0, 43][..], &vector::<2>(&[3, 4]), &[0, 51], &vector::<2>(&key_share)].concat();
    let random = schedule::random();
    let session_id = vector::<1>(&hello.session_id);
    [&[3, 3][..], &random, &session_id, &cipher_suite.to_be_bytes(), &[0], &vector::<2>(&extensions)].concat()
}

/// RFC 8446, section 4.3.1; RFC 7301, section 3.1.
fn encrypted_extensions_body(protocol: Option<&str>) -> Vec<u8> {
    let Some(protocol) = protocol else { return vector::<2>(&[]) };
    let list = vector::<2>(&vector::<1>(protocol.as_bytes()));
    vector::<2>(&[vec![0, 16], vector::<2>(&list)].concat())
}

/// RFC 8446, section 4.4.2.
fn certificate_body(certificate: &Certificate) -> Vec<u8> {
    let entries = certificate.chain_der().into_iter().map(|der| [vector::<3>(&der), vec![0, 0]].concat());
    let entries: Vec<u8> = entries.flatten().collect();
    [vec![0], vector::<3>(&entries)].concat()
}

/// RFC 8446, section 4.4.3.
fn signature_body(certificate: &Certificate, transcript: &[u8]) -> Vec<u8> {
    const ECDSA_SECP256R1_SHA256: [u8; 2] = [4, 3];

    let context = b"TLS 1.3, server CertificateVerify\0";
    let signed = [&[b' '; 64][..], context, &schedule::hash(transcript)].concat();
    let signature = certificate.key().pair().sign(&signed).expect("a P-256 key signs");
    [&ECDSA_SECP256R1_SHA256[..], &vector::<2>(&signature)].concat()
}

/// RFC 8446, section 4.6.1: a ticket that nobody knows.
fn ticket_body(number: usize, lifetime: u32) -> Vec<u8> {
    let (lifetime, age_add) = (lifetime.to_be_bytes(), [0; 4]);
    let nonce = vector::<1>(&number.to_be_bytes());
    let ticket = vector::<2>(&schedule::random());
    [&lifetime[..], &age_add, &nonce, &ticket, &[0, 0]].concat()
}

/// A handshake message: its type, and its body after a length of three bytes.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [vec![kind], vector::<3>(body)].concat()
}

fn plain_record(message: &[u8]) -> Vec<u8> {
    [&[22, 3, 3][..], &vector::<2>(message)].concat()
}

/// Bytes after their length, itself of `WIDTH` bytes.
fn vector<const WIDTH: usize>(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    let (excess, length) = length.split_at(length.len() - WIDTH);
    assert!(excess.iter().all(|byte| *byte == 0), "{} bytes are too many", bytes.len());
    [length, bytes].concat()
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::Mutex;

    use openssl::ssl::{SslConnector, SslConnectorBuilder, SslMethod, SslSessionCacheMode, SslStream};
    use openssl::x509::X509;

    use super::*;
    use crate::{Pki, alive_tasks, settle};

    type Connected = Result<SslStream<std::net::TcpStream>, String>;

    async fn connect(
        port: u16,
        configure: impl FnOnce(&mut SslConnectorBuilder) + Send + 'static,
    ) -> Connected {
        let stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let connecting = tokio::task::spawn_blocking(move || {
            let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
            let root = X509::from_der(Pki::shared().root().der()).unwrap();
            connector.cert_store_mut().add_cert(root).unwrap();
            configure(&mut connector);
            connector.build().connect("localhost", stream).map_err(|error| error.to_string())
        });
        connecting.await.unwrap()
    }

    #[tokio::test]
    async fn openssl_connects_and_finds_the_tickets_waiting() {
        let server = EarlyTicketServer::start(Pki::shared().localhost(), 3, "hello").await;
        for groups in ["X25519", "P-256"] {
            let tickets = Arc::new(Mutex::new(0));
            let counted = Arc::clone(&tickets);
            let stream = connect(server.port(), move |connector| {
                connector.set_groups_list(groups).unwrap();
                connector.set_session_cache_mode(SslSessionCacheMode::CLIENT);
                connector.set_new_session_callback(move |_, _| *counted.lock().unwrap() += 1);
            });
            let mut stream = stream.await.unwrap();
            assert_eq!(stream.ssl().version_str(), "TLSv1.3");
            assert_eq!(*tickets.lock().unwrap(), 0, "the handshake alone takes none of them");

            let heard = tokio::task::spawn_blocking(move || {
                let mut heard = [0; 5];
                stream.read_exact(&mut heard).unwrap();
                heard
            });
            assert_eq!(&heard.await.unwrap(), b"hello");
            assert_eq!(*tickets.lock().unwrap(), 3);
        }
        assert_eq!(server.greeted(), 2);
    }

    #[tokio::test]
    async fn openssl_follows_the_key_updates() {
        let server = EarlyTicketServer::updating(Pki::shared().localhost(), 5, "hello").await;
        let mut stream = connect(server.port(), |_| {}).await.unwrap();
        let heard = tokio::task::spawn_blocking(move || {
            let mut heard = [0; 5];
            stream.read_exact(&mut heard).unwrap();
            heard
        });
        assert_eq!(&heard.await.unwrap(), b"hello");
    }

    #[tokio::test]
    async fn openssl_is_told_the_protocol() {
        let server = EarlyTicketServer::speaking(Pki::shared().localhost(), "acme").await;
        let stream = connect(server.port(), |connector| connector.set_alpn_protos(b"\x04acme").unwrap());
        assert_eq!(stream.await.unwrap().ssl().selected_alpn_protocol(), Some(&b"acme"[..]));
    }

    #[tokio::test]
    async fn a_client_without_a_common_group_is_refused() {
        let server = EarlyTicketServer::start(Pki::shared().localhost(), 1, "").await;
        let connected = connect(server.port(), |connector| connector.set_groups_list("P-384").unwrap()).await;
        assert!(connected.unwrap_err().contains("alert handshake failure"));
        assert_eq!(server.greeted(), 0);
    }

    #[tokio::test]
    async fn no_task_survives_the_server() {
        drop(EarlyTicketServer::start(Pki::shared().localhost(), 1, "").await);
        settle("the task to end", || alive_tasks() == 0).await;
    }
}
