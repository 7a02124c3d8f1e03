//! A client and a server in one thread, over two queues of bytes.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    sync::{Arc, Mutex},
};

use openssl::{
    pkey::PKey,
    ssl::{
        Error, ErrorCode, ShutdownState, Ssl, SslContext, SslContextBuilder, SslMethod, SslSessionCacheMode,
        SslStream, SslVerifyMode, SslVersion,
    },
    x509::{X509, store::X509StoreBuilder},
};
use tredici_openssl::{SharedStore, add_chain_certificate};
use tredici_test::{Certificate, Pki};

pub(crate) const VERSIONS: [SslVersion; 2] = [SslVersion::TLS1_2, SslVersion::TLS1_3];

/// A context of the side that speaks this version alone.
fn context(method: SslMethod, version: SslVersion) -> SslContextBuilder {
    let mut context = SslContext::builder(method).unwrap();
    context.set_min_proto_version(Some(version)).unwrap();
    context.set_max_proto_version(Some(version)).unwrap();
    context
}

/// A client that trusts the shared root.
pub(crate) fn client(version: SslVersion) -> SslContextBuilder {
    let mut context = context(SslMethod::tls_client(), version);
    trust(Pki::shared().root().der()).attach(&mut context).unwrap();
    context.set_verify(SslVerifyMode::PEER);
    context.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
    context
}

/// A server with the shared certificate for localhost.
pub(crate) fn server(version: SslVersion) -> SslContextBuilder {
    let mut context = context(SslMethod::tls_server(), version);
    show(&mut context, Pki::shared().localhost());
    context
}

/// Adds a certificate with its chain and key.
pub(crate) fn show(context: &mut SslContextBuilder, certificate: &Certificate) {
    let chain: Vec<_> = certificate.chain_der().iter().map(|der| X509::from_der(der).unwrap()).collect();
    context.set_certificate(&chain[0]).unwrap();
    for intermediate in &chain[1..] {
        add_chain_certificate(context, intermediate).unwrap();
    }
    let key = PKey::private_key_from_pem(certificate.key_pem().as_bytes()).unwrap();
    context.set_private_key(&key).unwrap();
}

pub(crate) fn trust(root: &[u8]) -> SharedStore {
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(X509::from_der(root).unwrap()).unwrap();
    SharedStore::new(store)
}

/// One end's view of the two queues.
#[derive(Debug)]
pub(crate) struct Pipe {
    incoming: Queue,
    outgoing: Queue,
}

type Queue = Arc<Mutex<VecDeque<u8>>>;

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.incoming.lock().unwrap().read(buffer)? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Both ends of one connection.
pub(crate) struct Ends {
    pub(crate) client: SslStream<Pipe>,
    pub(crate) server: SslStream<Pipe>,
}

impl Ends {
    pub(crate) fn of(client: &SslContext, server: &SslContext) -> Self {
        Self::new(Ssl::new(client).unwrap(), server)
    }

    pub(crate) fn new(mut client: Ssl, server: &SslContext) -> Self {
        let mut server = Ssl::new(server).unwrap();
        client.set_connect_state();
        server.set_accept_state();
        let (one, other) = (Queue::default(), Queue::default());
        let pipe = |incoming: &Queue, outgoing: &Queue| Pipe {
            incoming: incoming.clone(),
            outgoing: outgoing.clone(),
        };
        Self {
            client: SslStream::new(client, pipe(&one, &other)).unwrap(),
            server: SslStream::new(server, pipe(&other, &one)).unwrap(),
        }
    }

    /// Both handshakes, as far as they come: what became of the client's, and of the server's.
    pub(crate) fn handshake(&mut self) -> (Result<(), Error>, Result<(), Error>) {
        let mut outcome = (None, None);
        // A handshake takes two turns of each side; a side that waits in vain is stuck.
        for _ in 0..8 {
            turn(&mut self.client, &mut outcome.0);
            turn(&mut self.server, &mut outcome.1);
        }
        // What comes after: tickets, and alerts to a server that was done before the client.
        let client = outcome.0.expect("the client waits").and_then(|()| idle(&mut self.client));
        let server = outcome.1.expect("the server waits").and_then(|()| idle(&mut self.server));
        (client, server)
    }

    /// A connection that stands.
    pub(crate) fn connected(mut self) -> Self {
        let (client, server) = self.handshake();
        client.expect("the client's handshake");
        server.expect("the server's handshake");
        self
    }

    /// Data goes both ways.
    pub(crate) fn exchange(&mut self) {
        let mut heard = [0; 5];
        assert_eq!(self.client.ssl_write(b"hello").unwrap(), 5);
        assert_eq!(self.server.ssl_read(&mut heard).unwrap(), 5);
        assert_eq!(self.server.ssl_write(&heard).unwrap(), 5);
        assert_eq!(self.client.ssl_read(&mut heard).unwrap(), 5);
        assert_eq!(&heard, b"hello");
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        // A session whose connection goes without a goodbye is not resumed.
        self.client.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
    }
}

fn turn(side: &mut SslStream<Pipe>, outcome: &mut Option<Result<(), Error>>) {
    if outcome.is_none() {
        *outcome = match side.do_handshake() {
            Err(error) if error.code() == ErrorCode::WANT_READ => None,
            result => Some(result),
        };
    }
}

fn idle(side: &mut SslStream<Pipe>) -> Result<(), Error> {
    match side.ssl_read(&mut [0]) {
        Err(error) if error.code() == ErrorCode::WANT_READ => Ok(()),
        Err(error) => Err(error),
        Ok(count) => panic!("{count} bytes that nobody has sent"),
    }
}

/// The number of the alert that this side was sent.
pub(crate) fn alert(result: &Result<(), Error>) -> Option<i32> {
    let first = result.as_ref().err()?.ssl_error()?.errors().first()?.reason_code();
    (first > 1000).then_some(first - 1000)
}
