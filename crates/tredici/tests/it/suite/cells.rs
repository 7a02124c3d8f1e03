//! Every cell of the table of options: what has to do with TLS builds and has its effect, on the wire where it is to be
//! seen there, or is refused by name. A test for each option, named after it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use tredici::{
    AlpnProtocols, CaStore, ConnectOptions, Connector, Error, ErrorKind, ListenOptions, Listener,
    MemorySessionStore, OPTIONS, Pins, PrivateKey, Sessions, Socket, Target, TlsVersion,
};
use tredici_test::{Authority, Fault, Pki, Relay, ScriptedServer, wire::ClientHello};

use super::{
    ENGINE,
    ends::{accept, client_options, exchange, listen, localhost, port, server_options, target, trusting},
};

/// What the engine under test does not honour of this option.
fn limit(option: &str) -> Option<&'static str> {
    let row = OPTIONS.iter().find(|row| row.name == option).expect("an option");
    row.limit(ENGINE)
}

#[track_caller]
fn assert_refused(error: &Error, option: &str) {
    assert_eq!((error.kind(), error.phase().as_str()), (ErrorKind::Unsupported, "options"), "{error}");
    assert!(error.message().contains(&format!("options.{option}")), "{error}");
}

/// Both ends of a connection on these terms, and what the client said first.
struct Met {
    client: Result<Socket, Error>,
    server: Result<Socket, Error>,
    hello: ClientHello,
}

impl Met {
    async fn between(client: ConnectOptions, server: ListenOptions) -> Self {
        Self::at(target, client, server).await
    }

    async fn at(target: impl Fn(u16) -> Target, client: ConnectOptions, server: ListenOptions) -> Self {
        let connector = Connector::new(client).expect("a connector");
        let listener = listen(server).await;
        let relay = Relay::to(port(&listener)).await;
        let (client, server) = tokio::join!(connector.connect(target(relay.port())), accept(&listener));
        let hello = ClientHello::read(&relay.recordings()[0].to_server).expect("a hello");
        Self { client, server, hello }
    }

    fn both(self) -> [Socket; 2] {
        [self.client.expect("the client's end"), self.server.expect("the server's end")]
    }
}

async fn is_trusted(client: ConnectOptions) -> bool {
    let met = Met::between(client, localhost()).await;
    met.client.is_ok_and(|socket| socket.authorized())
}

/// The terms of a client that shows a certificate, and of a listener that asks for it.
fn mutual() -> (ConnectOptions, ListenOptions) {
    let own = Pki::shared().client();
    let client = trusting().cert(own.chain_pem()).key(own.key_pem());
    (client, localhost().ca(Pki::shared().root().pem()).request_cert(true))
}

/// How long each waits for the other is in `failures::deadlines`.
#[tokio::test(start_paused = true)]
async fn handshake_timeout() {
    let limit = Duration::from_millis(700);
    let silent = ScriptedServer::tcp(Fault::Silent).await;
    let connector = Connector::new(trusting().handshake_timeout(limit)).expect("a connector");
    let error = connector.connect(target(silent.port())).await.expect_err("nobody answers");
    assert!(error.message().contains("handshakeTimeout: 700ms"), "{error}");
    let listener = listen(localhost().handshake_timeout(limit)).await;
    let client = tokio::net::TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("a connection");
    let error = accept(&listener).await.expect_err("nobody begins");
    assert!(error.message().contains("handshakeTimeout: 700ms"), "{error}");
    drop(client);
}

#[tokio::test]
async fn ca() {
    assert!(is_trusted(client_options().ca(Pki::shared().root().pem())).await);
    assert!(!is_trusted(client_options()).await);
    let (client, server) = mutual();
    let stranger = server.clone().ca(Authority::new("Stranger").pem());
    assert!(Met::between(client.clone(), server).await.server.is_ok());
    assert!(Met::between(client, stranger).await.server.is_err());
}

#[tokio::test]
async fn extra_ca() {
    let stranger = client_options().ca(Authority::new("Stranger").pem());
    assert!(!is_trusted(stranger.clone()).await);
    assert!(is_trusted(stranger.extra_ca(Pki::shared().root().pem())).await);
    assert!(is_trusted(client_options().extra_ca(Pki::shared().root().pem())).await);
}

/// What the system's trusts is the system's business; it does not trust the kit's root.
#[tokio::test]
async fn ca_store() {
    for store in [CaStore::Bundled, CaStore::System] {
        let options = client_options().ca_store(store);
        assert!(!is_trusted(options.clone()).await, "{store}");
        assert!(is_trusted(options.extra_ca(Pki::shared().root().pem())).await, "{store}");
    }
}

#[tokio::test]
async fn reject_unauthorized() {
    let lenient = client_options().danger().reject_unauthorized(false);
    let [client, _] = Met::between(lenient, localhost()).await.both();
    assert!(!client.authorized() && client.authorization_error().is_some());
    let (client, server) = mutual();
    let lenient = server.ca(Authority::new("Stranger").pem()).danger().reject_unauthorized(false);
    let [_, server] = Met::between(client, lenient).await.both();
    assert!(!server.authorized() && server.authorization_error().is_some());
}

#[tokio::test]
async fn crl() {
    let pki = Pki::shared();
    let lists =
        |revoked: &[&tredici_test::Certificate]| [pki.intermediate().crl(revoked), pki.root().crl(&[])];
    assert!(is_trusted(trusting().crl(lists(&[]))).await);
    assert!(!is_trusted(trusting().crl(lists(&[pki.localhost()]))).await);
}

#[tokio::test]
async fn pins() {
    let pin = |der: &[u8]| {
        let certificate = tredici::PeerCertificate::from_der(der).expect("a certificate");
        Pins::new([format!("cert-sha256:{}", certificate.fingerprint256())]).expect("a pin")
    };
    let pki = Pki::shared();
    assert!(is_trusted(trusting().pins(pin(pki.localhost().der()))).await);
    let met = Met::between(trusting().pins(pin(pki.root().der())), localhost()).await;
    assert_eq!(met.client.expect_err("the root is not the leaf").code(), "ERR_TLS_PIN_MISMATCH");
    assert_eq!(met.server.expect_err("refused").kind(), ErrorKind::Alert(42));
}

#[tokio::test]
async fn pins_report_only() {
    let wrong = Pins::new([format!("ca-sha256:{}", "00".repeat(32))]).expect("a pin");
    let [client, _] = Met::between(trusting().pins(wrong).pins_report_only(true), localhost()).await.both();
    assert!(client.authorized());
    assert_eq!(client.pin_failure().expect("told").code(), "ERR_TLS_PIN_MISMATCH");
}

#[tokio::test]
async fn request_cert() {
    let (client, server) = mutual();
    for (asks, shown) in [(true, true), (false, false)] {
        let [_, server] = Met::between(client.clone(), server.clone().request_cert(asks)).await.both();
        assert_eq!((server.authorized(), server.peer_certificate().is_some()), (shown, shown));
    }
}

#[tokio::test]
async fn servername() {
    let unnamed = |port| Target::tls("127.0.0.1").port(port);
    let met = Met::at(unnamed, trusting().servername("Localhost."), localhost()).await;
    assert_eq!(met.hello.servername().as_deref(), Some("localhost"));
    let [client, server] = met.both();
    assert_eq!((client.servername(), server.servername()), (Some("localhost"), Some("localhost")));
    assert_eq!(Met::at(unnamed, trusting(), localhost()).await.hello.servername(), None);
}

#[tokio::test]
async fn check_server_identity() {
    let asked = Arc::new(AtomicUsize::new(0));
    let note = asked.clone();
    let options =
        trusting().danger().check_server_identity(move |_, _| match note.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err("once is enough".into()),
        });
    assert!(Met::between(options.clone(), localhost()).await.client.is_ok());
    let error = Met::between(options, localhost()).await.client.expect_err("refused");
    assert_eq!(error.code(), "ERR_TLS_CHECK_SERVER_IDENTITY");
}

#[tokio::test]
async fn cert() {
    let (client, server) = mutual();
    let [client, server] = Met::between(client, server).await.both();
    let pki = Pki::shared();
    assert_eq!(server.peer_certificate().expect("the client's").raw(), pki.client().der());
    assert_eq!(client.certificate().expect("its own").raw(), pki.client().der());
    assert_eq!(client.peer_certificate().expect("the server's").raw(), pki.localhost().der());
    assert_eq!(server.certificate().expect("its own").raw(), pki.localhost().der());
}

#[tokio::test]
async fn key() {
    let (own, other) = (Pki::shared().localhost(), Pki::shared().client());
    let error = Connector::new(trusting().cert(own.chain_pem()).key(other.key_pem())).expect_err("another's");
    assert_eq!(error.code(), "ERR_OSSL_X509_KEY_VALUES_MISMATCH");
    let mismatch = server_options().cert(own.chain_pem()).key(other.key_pem());
    let error = Listener::bind("127.0.0.1:0".parse().expect("an address"), mismatch).await;
    assert_eq!(error.expect_err("another's").code(), "ERR_OSSL_X509_KEY_VALUES_MISMATCH");

    let encrypted = PrivateKey::new(other.key().encrypted_pem("open sesame")).passphrase("open sesame");
    let (client, server) = mutual();
    match (limit("key"), Connector::new(client.clone().key(encrypted.clone()))) {
        (Some(_), error) => assert_refused(&error.expect_err("not on this engine"), "key"),
        (None, _) => {
            let [_, server] = Met::between(client.key(encrypted), server).await.both();
            assert!(server.authorized());
        }
    }
}

#[tokio::test]
async fn passphrase() {
    let own = Pki::shared().client();
    let (client, server) = mutual();
    let client = client.key(own.key().encrypted_pem("open sesame")).passphrase("open sesame");
    match (limit("passphrase"), Connector::new(client.clone())) {
        (Some(_), error) => assert_refused(&error.expect_err("not on this engine"), "passphrase"),
        (None, _) => {
            let [_, server] = Met::between(client, server).await.both();
            assert!(server.authorized());
        }
    }
}

#[tokio::test]
async fn alpn_protocols() {
    let met =
        Met::between(trusting().alpn_protocols(["a", "b"]), localhost().alpn_protocols(["c", "b"])).await;
    assert_eq!(met.hello.alpn(), ["a", "b"]);
    for socket in met.both() {
        assert_eq!(socket.alpn_protocol(), Some("b"));
    }
    let none = trusting().alpn_protocols(AlpnProtocols::none());
    assert_eq!(Met::between(none, localhost()).await.hello.extension(16), None);
}

/// What is offered to a target of HTTPS.
async fn offered(options: ConnectOptions) -> Vec<String> {
    let https = |port| Target::https("127.0.0.1").port(port).servername("localhost");
    Met::at(https, options, localhost()).await.hello.alpn()
}

#[tokio::test]
async fn allow_h2() {
    assert_eq!(offered(trusting()).await, ["http/1.1", "h2"]);
    assert_eq!(offered(trusting().allow_h2(false)).await, ["http/1.1"]);
}

#[tokio::test]
async fn prefer_h2() {
    assert_eq!(offered(trusting().prefer_h2(true)).await, ["h2", "http/1.1"]);
}

/// The cipher suites that were offered.
fn suites(met: &Met) -> Vec<u16> {
    /// That a server may take it for a downgrade, or may renegotiate (RFC 7507, RFC 5746): no suites.
    const SIGNALS: [u16; 2] = [0x5600, 0x00ff];
    met.hello.cipher_suites.iter().copied().filter(|suite| !SIGNALS.contains(suite)).collect()
}

const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

#[tokio::test]
async fn min_version() {
    let met = Met::between(trusting().min_version(TlsVersion::Tls1_3), localhost()).await;
    assert_eq!(met.hello.supported_versions(), [TLS_1_3]);
    assert_eq!(suites(&met), [0x1302, 0x1303, 0x1301]);
    let newer = localhost().min_version(TlsVersion::Tls1_3);
    let met = Met::between(trusting().max_version(TlsVersion::Tls1_2), newer).await;
    assert!(met.client.is_err() && met.server.is_err());

    let old = trusting().min_version(TlsVersion::Tls1_0).max_version(TlsVersion::Tls1_1);
    match (limit("minVersion"), Connector::new(old)) {
        (Some(_), error) => assert_refused(&error.expect_err("not on this engine"), "minVersion"),
        (None, connector) => drop(connector.expect("a connector")),
    }
}

#[tokio::test]
async fn max_version() {
    let met = Met::between(trusting().max_version(TlsVersion::Tls1_2), localhost()).await;
    // A client that knows nothing newer need not say so.
    assert!([&[][..], &[TLS_1_2]].contains(&&met.hello.supported_versions()[..]));
    let of_tls_1_3 = |suite: &u16| suite.to_be_bytes()[0] == 0x13;
    assert!(!suites(&met).is_empty() && !suites(&met).iter().any(of_tls_1_3));
    for socket in met.both() {
        assert_eq!(socket.tls_version(), Some("TLSv1.2"));
    }
    let met = Met::between(trusting(), localhost().max_version(TlsVersion::Tls1_2)).await;
    assert_eq!(met.hello.supported_versions(), [TLS_1_3, TLS_1_2]);
    for socket in met.both() {
        assert_eq!(socket.tls_version(), Some("TLSv1.2"));
    }
}

#[tokio::test]
async fn ciphers() {
    let named = "TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256";
    let met = Met::between(trusting().ciphers(named), localhost()).await;
    assert_eq!(suites(&met), [0x1303, 0xc02b]);
    for (version, name) in [
        (TlsVersion::Tls1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"),
        (TlsVersion::Tls1_3, "TLS_CHACHA20_POLY1305_SHA256"),
    ] {
        for (client, server) in
            [(trusting().ciphers(named), localhost()), (trusting(), localhost().ciphers(named))]
        {
            for socket in Met::between(client.max_version(version), server).await.both() {
                assert_eq!(socket.cipher().expect("a suite").name, name);
            }
        }
    }
    match (limit("ciphers"), Connector::new(trusting().ciphers("HIGH:!aNULL"))) {
        (Some(_), error) => assert_refused(&error.expect_err("not on this engine"), "ciphers"),
        (None, connector) => drop(connector.expect("a connector")),
    }
}

#[tokio::test]
async fn engine() {
    for socket in Met::between(trusting(), localhost()).await.both() {
        assert_eq!((socket.engine(), socket.engine_reason()), (Some(ENGINE.as_str()), Some("engine")));
    }
}

/// What is offered by one connector the first time and the second.
async fn resumes(options: ConnectOptions) -> [bool; 2] {
    let connector = Connector::new(options).expect("a connector");
    let server = super::ends::Echo::tls().await;
    let mut resumed = [false; 2];
    for resumed in &mut resumed {
        let mut socket = connector.connect(target(server.port())).await.expect("a connection");
        exchange(&mut socket).await;
        *resumed = socket.is_session_reused();
    }
    resumed
}

#[tokio::test]
async fn max_cached_sessions() {
    assert_eq!(resumes(trusting()).await, [false, true]);
    assert_eq!(resumes(trusting().max_cached_sessions(0)).await, [false, false]);
}

#[tokio::test]
async fn session() {
    let connector = Connector::new(trusting()).expect("a connector");
    let server = super::ends::Echo::tls().await;
    exchange(&mut connector.connect(target(server.port())).await.expect("a connection")).await;
    let taken = connector.take_sessions(target(server.port()));
    if limit("session").is_some() {
        taken.expect_err("not on this engine");
        let session = tredici::Session::from_der([0x30, 0x03, 1, 2, 3]).expect("it begins as one does");
        let error = Connector::new(trusting().session(session)).expect_err("not on this engine");
        assert_refused(&error, "session");
        return;
    }
    let options = trusting().session(Sessions::from(taken.expect("sessions")));
    let other = Connector::new(options).expect("a connector");
    let socket = other.connect(target(server.port())).await.expect("a connection");
    assert!(socket.is_session_reused());
}

#[tokio::test]
async fn session_store() {
    let store = Arc::new(MemorySessionStore::new(10));
    assert_eq!(resumes(trusting().session_store(store.clone())).await, [false, true]);
    let kept = store.len();
    assert!(kept >= 2, "one of two was used, and at least one more came");
    assert_eq!(resumes(trusting().session_store(store.clone()).max_cached_sessions(0)).await, [false, false]);
    assert_eq!(store.len(), kept, "they are not kept there either");
}

#[tokio::test]
async fn coalesce_sessions() {
    let server = super::ends::Echo::tls().await;
    for (patience, resumed) in [(Duration::ZERO, [false; 2]), (Duration::from_secs(60), [false, true])] {
        let connector = Connector::new(trusting().coalesce_sessions(patience)).expect("a connector");
        let connect = || connector.connect(target(server.port()));
        let (first, second) = tokio::join!(connect(), connect());
        let mut seen = [first, second].map(|socket| socket.expect("a connection").is_session_reused());
        seen.sort_unstable();
        assert_eq!(seen, resumed, "{patience:?}");
    }
}

#[tokio::test]
async fn keylog() {
    let counted = |counter: &Arc<AtomicUsize>| {
        let counter = counter.clone();
        move |_: &str| {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    };
    let (ours, theirs) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (client, server) =
        (trusting().danger().keylog(counted(&ours)), localhost().danger().keylog(counted(&theirs)));
    let _both = Met::between(client, server).await.both();
    assert_eq!((ours.load(Ordering::SeqCst), theirs.load(Ordering::SeqCst)), (5, 5), "of TLS 1.3");
}

#[tokio::test]
async fn keylog_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let (ours, theirs) = (directory.path().join("ours"), directory.path().join("theirs"));
    let (client, server) =
        (trusting().danger().keylog_file(&ours), localhost().danger().keylog_file(&theirs));
    let _both = Met::between(client, server).await.both();
    let lines = |path| {
        let text = std::fs::read_to_string(path).expect("a key log");
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (ours, theirs) = (lines(ours), lines(theirs));
    assert_eq!((ours.len(), &ours), (5, &theirs), "of TLS 1.3");
}

#[tokio::test]
async fn remember_verdicts() {
    let server = super::ends::Echo::tls().await;
    for remembers in [true, false] {
        let options = trusting().max_cached_sessions(0).remember_verdicts(remembers);
        let connector = Connector::new(options).expect("a connector");
        let first = connector.connect(target(server.port())).await.expect("a connection");
        let second = connector.connect(target(server.port())).await.expect("a connection");
        // What is remembered is there once.
        let certificates = [&first, &second].map(|socket| socket.peer_certificate().expect("a certificate"));
        assert_eq!(std::ptr::eq(certificates[0], certificates[1]), remembers);
    }
}

#[tokio::test]
async fn clock() {
    /// When the kit's certificates have ended.
    #[expect(clippy::disallowed_methods, reason = "the certificates of a test are good by the real time")]
    fn later() -> SystemTime {
        SystemTime::now() + Duration::from_secs(400 * 24 * 3600)
    }
    let error = Met::between(trusting().danger().clock(later), localhost()).await.client;
    assert_eq!(error.expect_err("it has expired").code(), "CERT_HAS_EXPIRED");
    let (client, server) = mutual();
    let error = Met::between(client, server.danger().clock(later)).await.server;
    assert_eq!(error.expect_err("it has expired").code(), "CERT_HAS_EXPIRED");
}
