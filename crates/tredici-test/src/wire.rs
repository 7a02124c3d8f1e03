//! What went over the wire, read as TLS: for what a [`Relay`](crate::Relay) has recorded.

use std::iter;

/// One record of TLS (RFC 8446, section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// 20 change_cipher_spec, 21 alert, 22 handshake, 23 application_data: in TLS 1.3 also whatever is encrypted.
    pub content_type: u8,
    /// As sent; of no meaning in TLS 1.3.
    pub version: u16,
    /// What is in it, encrypted or not.
    pub payload: Vec<u8>,
}

/// The whole records in what one side has sent; what is cut off at the end is left out.
pub fn records(sent: &[u8]) -> Vec<Record> {
    let mut rest = Reader(sent);
    iter::from_fn(|| {
        let (content_type, version) = (rest.u8()?, rest.u16()?);
        let payload = rest.vector(2)?.to_vec();
        Some(Record { content_type, version, payload })
    })
    .collect()
}

/// The handshake messages that were sent in the clear, as type and body: in TLS 1.2 all but Finished, in TLS 1.3
/// the hellos. Type 1 is ClientHello, 2 ServerHello, 4 NewSessionTicket, 11 Certificate.
pub fn clear_handshake_messages(sent: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let in_the_clear = records(sent).into_iter().take_while(|record| record.content_type == 22);
    let stream: Vec<u8> = in_the_clear.flat_map(|record| record.payload).collect();
    let mut rest = Reader(&stream);
    iter::from_fn(|| Some((rest.u8()?, rest.vector(3)?.to_vec()))).collect()
}

/// The alerts that were sent in the clear, as level and description (RFC 8446, section 6).
pub fn clear_alerts(sent: &[u8]) -> Vec<(u8, u8)> {
    let alerts = records(sent).into_iter().filter(|record| record.content_type == 21);
    alerts.filter_map(|record| <[u8; 2]>::try_from(record.payload).ok()).map(<(u8, u8)>::from).collect()
}

/// A ClientHello (RFC 8446, section 4.1.2): what a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientHello {
    /// 0x0303 for TLS 1.2 and 1.3.
    pub legacy_version: u16,
    /// Thirty-two random bytes.
    pub random: Vec<u8>,
    /// The session of TLS 1.2 to resume, or any bytes in TLS 1.3.
    pub session_id: Vec<u8>,
    /// The numbers of the cipher suites, in the order of preference.
    pub cipher_suites: Vec<u16>,
    /// The extensions, as number and body, in the order in which they stand.
    pub extensions: Vec<(u16, Vec<u8>)>,
}

impl ClientHello {
    /// The first message in what a client has sent; `None` where it is none or not whole.
    pub fn read(sent: &[u8]) -> Option<Self> {
        let (kind, body) = clear_handshake_messages(sent).into_iter().next()?;
        let mut rest = Reader(&body);
        let hello = Self {
            legacy_version: rest.u16()?,
            random: rest.take(32)?.to_vec(),
            session_id: rest.vector(1)?.to_vec(),
            cipher_suites: numbers(rest.vector(2)?),
            extensions: {
                let _compression_methods = rest.vector(1)?;
                let mut extensions = Reader(rest.vector(2).unwrap_or_default());
                iter::from_fn(|| Some((extensions.u16()?, extensions.vector(2)?.to_vec()))).collect()
            },
        };
        (kind == 1).then_some(hello)
    }

    /// The body of the extension of this number.
    pub fn extension(&self, number: u16) -> Option<&[u8]> {
        let found = self.extensions.iter().find(|(candidate, _)| *candidate == number);
        found.map(|(_, body)| body.as_slice())
    }

    /// The name that is asked for (server_name, RFC 6066).
    pub fn servername(&self) -> Option<String> {
        let mut names = Reader(Reader(self.extension(0)?).vector(2)?);
        let _host_name = names.u8()?;
        String::from_utf8(names.vector(2)?.to_vec()).ok()
    }

    /// The protocols that are offered (RFC 7301), in the order of preference.
    pub fn alpn(&self) -> Vec<String> {
        let mut names =
            Reader(self.extension(16).and_then(|body| Reader(body).vector(2)).unwrap_or_default());
        iter::from_fn(|| Some(String::from_utf8_lossy(names.vector(1)?).into_owned())).collect()
    }

    /// The versions that are offered; 0x0304 is TLS 1.3. Empty where the client says nothing of them, as one does
    /// that offers no more than TLS 1.2.
    pub fn supported_versions(&self) -> Vec<u16> {
        numbers(self.extension(43).and_then(|body| Reader(body).vector(1)).unwrap_or_default())
    }

    /// The groups that are offered for the key exchange (RFC 8446, section 4.2.7); 29 is X25519.
    pub fn supported_groups(&self) -> Vec<u16> {
        numbers(self.extension(10).and_then(|body| Reader(body).vector(2)).unwrap_or_default())
    }

    /// The groups that a key is sent of with the hello itself (key_share, RFC 8446, section 4.2.8).
    pub fn key_shares(&self) -> Vec<u16> {
        let body = self.extension(51).and_then(|body| Reader(body).vector(2));
        let mut shares = Reader(body.unwrap_or_default());
        iter::from_fn(|| {
            let group = shares.u16()?;
            shares.vector(2).map(|_key| group)
        })
        .collect()
    }

    /// The ticket of the session that is to be resumed: of TLS 1.3 the first identity of pre_shared_key, of TLS 1.2
    /// what stands in session_ticket (RFC 5077).
    pub fn ticket(&self) -> Option<Vec<u8>> {
        let identity = self.extension(41).and_then(|body| Reader(Reader(body).vector(2)?).vector(2));
        let ticket = identity.or_else(|| self.extension(35).filter(|ticket| !ticket.is_empty()));
        ticket.map(<[u8]>::to_vec)
    }
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

/// What is still to be read.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// Bytes that follow their length, itself of `width` bytes. Nothing is consumed where they are not all there.
    pub(crate) fn vector(&mut self, width: usize) -> Option<&'a [u8]> {
        let mut ahead = Reader(self.0);
        let length = ahead.take(width)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let body = ahead.take(length)?;
        *self = ahead;
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use openssl::ssl::{SslConnector, SslMethod, SslVersion};

    use super::*;
    use crate::{Fault, NodeServer, Pki, Relay, ScriptedServer, node_oracle};

    /// What OpenSSL's client says first; that it says goodbye to garbage, follows.
    async fn hello_of_openssl(newest: SslVersion) -> Vec<u8> {
        let server = ScriptedServer::tcp(Fault::garbage()).await;
        let stream = std::net::TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let connecting = tokio::task::spawn_blocking(move || {
            let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
            connector.set_min_proto_version(Some(SslVersion::TLS1_2)).unwrap();
            connector.set_max_proto_version(Some(newest)).unwrap();
            connector.set_alpn_protos(b"\x02h2\x08http/1.1").unwrap();
            connector.set_groups_list("X25519:P-256").unwrap();
            connector.set_cipher_list("ECDHE-RSA-AES128-GCM-SHA256").unwrap();
            connector.set_ciphersuites("TLS_CHACHA20_POLY1305_SHA256").unwrap();
            connector.build().connect("some.test", stream).is_err()
        });
        assert!(connecting.await.unwrap());
        server.received()
    }

    #[tokio::test]
    async fn what_a_client_asks_for() {
        let hello = ClientHello::read(&hello_of_openssl(SslVersion::TLS1_3).await).unwrap();
        assert_eq!(hello.legacy_version, 0x0303);
        assert_eq!(hello.servername().unwrap(), "some.test");
        assert_eq!(hello.alpn(), ["h2", "http/1.1"]);
        assert_eq!(hello.supported_versions(), [0x0304, 0x0303]);
        assert_eq!(hello.supported_groups(), [29, 23]);
        assert_eq!(hello.cipher_suites[..2], [0x1303, 0xc02f]);
        assert_eq!(hello.ticket(), None);
        assert_eq!(hello.key_shares(), [29]);

        let hello = ClientHello::read(&hello_of_openssl(SslVersion::TLS1_2).await).unwrap();
        assert!(hello.supported_versions().is_empty());
        assert_eq!(hello.cipher_suites[0], 0xc02f);
    }

    #[tokio::test]
    async fn a_hello_that_is_cut_off_is_none() {
        let hello = hello_of_openssl(SslVersion::TLS1_3).await;
        let whole = 5 + usize::from(u16::from_be_bytes([hello[3], hello[4]]));
        assert!(ClientHello::read(&hello[..whole]).is_some());
        for length in 0..whole {
            assert_eq!(ClientHello::read(&hello[..length]), None);
        }
        for alien in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[22, 3, 3, 0, 4, 1, 0, 0, 0], &[22, 3, 3, 255, 255]] {
            assert_eq!(ClientHello::read(alien), None);
        }
    }

    #[test]
    fn alerts() {
        let mut sent = vec![23, 3, 3, 0, 1, 0xff];
        sent.extend([21, 3, 3, 0, 2, 2, 48, 21, 3, 3, 0, 2, 1, 0, 21, 3, 3]);
        assert_eq!(clear_alerts(&sent), [(2, 48), (1, 0)]);
        assert_eq!(records(&sent).len(), 3);
    }

    /// Connects twice with Node's own client, and resumes the first session in the second connection.
    const RESUME: &str = "
        const tls = require('tls');
        const connect = (session) => new Promise((resolve, reject) => {
            const told = {};
            const options = { host: '127.0.0.1', servername: 'localhost', ...input, session };
            const socket = tls.connect(options, () => { told.reused = socket.isSessionReused(); });
            socket.on('session', (session) => { told.session = session; });
            socket.on('error', reject).on('close', () => resolve(told)).resume();
        });
        const first = await connect();
        return (await connect(first.session)).reused;";

    #[tokio::test]
    async fn a_client_certificate_and_a_ticket_in_the_clear() {
        if !NodeServer::is_available() {
            return;
        }
        let pki = Pki::shared();
        let server = NodeServer::with(pki.localhost()).request_certificate(&pki.root().pem(), true);
        let server =
            server.then(crate::Behaviour::End("bye".into())).option("maxVersion", "TLSv1.2").start().await;
        let relay = Relay::to(server.port()).await;
        let input = serde_json::json!({ "port": relay.port(), "ca": pki.root().pem(),
            "cert": pki.client().chain_pem(), "key": pki.client().key_pem() });
        assert_eq!(node_oracle(RESUME, input).await, true);

        let recordings = relay.recordings();
        let sent = clear_handshake_messages(&recordings[0].to_server);
        let certificate = sent.iter().find(|(kind, _)| *kind == 11).unwrap();
        assert!(certificate.1.windows(pki.client().der().len()).any(|window| window == pki.client().der()));

        let ticket =
            clear_handshake_messages(&recordings[0].to_client).into_iter().find(|(kind, _)| *kind == 4);
        let offered = ClientHello::read(&recordings[1].to_server).unwrap().ticket().unwrap();
        // The ticket follows its lifetime (4 bytes) and its length (2).
        assert_eq!(ticket.unwrap().1[6..], offered);
    }

    #[tokio::test]
    async fn a_ticket_of_tls_1_3() {
        if !NodeServer::is_available() {
            return;
        }
        let server = NodeServer::with(Pki::shared().localhost()).then(crate::Behaviour::End("bye".into()));
        let server = server.option("minVersion", "TLSv1.3").start().await;
        let relay = Relay::to(server.port()).await;
        let input = serde_json::json!({ "port": relay.port(), "ca": Pki::shared().root().pem() });
        assert_eq!(node_oracle(RESUME, input).await, true);
        let [first, second] = &relay.recordings()[..] else { panic!("two connections") };
        assert_eq!(ClientHello::read(&first.to_server).unwrap().ticket(), None);
        assert!(ClientHello::read(&second.to_server).unwrap().ticket().is_some());
        assert!(records(&first.to_client).iter().filter(|record| record.content_type == 23).count() >= 4);
    }
}
