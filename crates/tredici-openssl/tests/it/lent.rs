//! A connection that has its wire for the length of a call.

use openssl::{
    error::ErrorStack,
    ssl::{Ssl, SslContext, SslRef, SslVersion},
    x509::X509,
};
use tredici_openssl::{LentSsl, Stop, Wire, clear_errors};

use crate::ends::{VERSIONS, client, server};

/// What one end has before it and leaves behind it.
#[derive(Default)]
struct Buffers {
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
}

impl Wire for Buffers {
    fn incoming(&self) -> &[u8] {
        &self.incoming
    }

    fn taken(&mut self, count: usize) {
        self.incoming.drain(..count);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.outgoing.extend_from_slice(bytes);
    }
}

struct End {
    ssl: LentSsl,
    wire: Buffers,
}

impl End {
    fn client(version: SslVersion) -> Self {
        Self::new(&client(version).build(), SslRef::set_connect_state)
    }

    fn server(version: SslVersion) -> Self {
        Self::new(&server(version).build(), SslRef::set_accept_state)
    }

    fn new(context: &SslContext, begin: impl Fn(&mut SslRef)) -> Self {
        let mut ssl = Ssl::new(context).unwrap();
        begin(&mut ssl);
        Self { ssl: LentSsl::new(ssl).unwrap(), wire: Buffers::default() }
    }

    fn handshake(&mut self) -> Result<(), Stop> {
        self.ssl.handshake(&mut self.wire)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        self.ssl.read(&mut self.wire, buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        self.ssl.write(&mut self.wire, bytes).unwrap()
    }

    /// All that was sent arrives.
    fn deliver_to(&mut self, other: &mut Self) {
        other.wire.incoming.append(&mut self.wire.outgoing);
    }
}

fn connected(version: SslVersion) -> (End, End) {
    let (mut client, mut server) = (End::client(version), End::server(version));
    let (mut client_done, mut server_done) = (false, false);
    while !(client_done && server_done) {
        client_done |= client.handshake().is_ok();
        client.deliver_to(&mut server);
        server_done |= server.handshake().is_ok();
        server.deliver_to(&mut client);
    }
    (client, server)
}

#[test]
fn data_goes_both_ways_and_goodbyes_too() {
    for version in VERSIONS {
        let (mut client, mut server) = connected(version);
        assert_eq!(client.ssl.ssl().version2(), Some(version));
        let mut heard = [0; 16];
        assert!(matches!(client.read(&mut heard), Err(Stop::WantRead)));
        assert_eq!(client.write(b"hello"), 5);
        client.deliver_to(&mut server);
        assert_eq!(server.ssl.peek(&mut server.wire, &mut heard).unwrap(), 5);
        assert_eq!(server.read(&mut heard[..2]).unwrap(), 2);
        assert_eq!(server.read(&mut heard[2..]).unwrap(), 3);
        assert_eq!(&heard[..5], b"hello");

        client.ssl.shutdown(&mut client.wire).unwrap();
        client.deliver_to(&mut server);
        assert!(matches!(server.read(&mut heard), Err(Stop::Closed)));
        server.ssl.shutdown(&mut server.wire).unwrap();
        server.deliver_to(&mut client);
        assert!(matches!(client.read(&mut heard), Err(Stop::Closed)));
    }
}

#[test]
fn records_may_come_in_pieces_and_between_threads() {
    for version in VERSIONS {
        let (mut client, mut server) = connected(version);
        let sent: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
        assert_eq!(server.write(&sent), sent.len());
        let mut received = Vec::new();
        for piece in server.wire.outgoing.chunks(1000) {
            client.wire.incoming.extend_from_slice(piece);
            // Nothing of the wire is left in the connection that goes to another thread.
            (client, received) = std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                loop {
                    match client.read(&mut buffer) {
                        Ok(count) => received.extend_from_slice(&buffer[..count]),
                        Err(Stop::WantRead) => return (client, received),
                        Err(stop) => panic!("{stop:?}"),
                    }
                }
            })
            .join()
            .unwrap();
        }
        assert!(received == sent);
    }
}

#[test]
fn what_is_no_tls_is_told_with_openssls_reasons() {
    let mut client = End::client(SslVersion::TLS1_3);
    assert!(matches!(client.handshake(), Err(Stop::WantRead)));
    client.wire.incoming.extend_from_slice(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let Err(Stop::Failed(stack)) = client.handshake() else { panic!("a handshake with whom?") };
    assert_eq!(stack.errors()[0].reason(), Some("wrong version number"));
    let Err(Stop::Failed(_)) = client.handshake() else { panic!("it had failed") };
}

#[test]
fn an_error_that_somebody_has_left_is_not_taken_for_the_connections() {
    let leave_an_error = || X509::from_der(b"no certificate").expect_err("an error").put();
    let (mut client, _server) = connected(SslVersion::TLS1_3);
    leave_an_error();
    assert!(matches!(client.read(&mut [0]), Err(Stop::WantRead)));
    leave_an_error();
    clear_errors();
    assert!(ErrorStack::get().errors().is_empty());
}
