//! The verdict over the server is given inside the handshake, by our rules or the caller's own.

use std::{
    error::Error as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tredici::{
    ConnectOptions, Connector, ErrorKind, ListenOptions, PeerCertificate, Pins, TlsVersion,
    check_server_identity,
};
use tredici_test::{Authority, CertificateSpec, NodeServer, Pki, Relay, wire, wire::ClientHello};

use super::super::ends::{self, showing, target, trusting};
use super::{VERSIONS, code_and_phase, only, refusal, server::Server, speaking};

type Verdict = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn checking(
    options: ConnectOptions,
    check: impl Fn(&str, &PeerCertificate) -> Verdict + Send + Sync + 'static,
) -> ConnectOptions {
    options.danger().check_server_identity(check)
}

/// A server with a certificate for another name.
async fn misnamed() -> Server {
    let leaf = Pki::shared().intermediate().leaf(CertificateSpec::server(&["other.test"]));
    Server::with(showing(&leaf)).await
}

#[tokio::test]
async fn the_callers_check_replaces_the_usual_one() {
    let mut server = misnamed().await;
    let asked: Arc<Mutex<Vec<_>>> = Arc::default();
    let note = Arc::clone(&asked);
    let options = checking(trusting(), move |hostname, certificate| {
        let chain = certificate.chain().map(|certificate| certificate.raw().to_vec()).collect::<Vec<_>>();
        note.lock().unwrap().push((hostname.to_owned(), chain));
        Ok(())
    });
    let socket = Connector::new(options).unwrap().connect(target(server.port())).await.unwrap();
    assert!(socket.authorized());
    server.handshake().await.unwrap();
    let asked = asked.lock().unwrap();
    let [(hostname, chain)] = &asked[..] else { panic!("asked once: {asked:?}") };
    assert_eq!(hostname, "localhost");
    assert_eq!(chain.len(), 3);
    assert_eq!(chain[1..], [Pki::shared().intermediate().der(), Pki::shared().root().der()]);
}

#[tokio::test]
async fn the_callers_check_is_asked_only_where_the_chain_holds() {
    let stranger = Authority::new("Stranger").leaf(CertificateSpec::server(&["localhost"]));
    let server = Server::with(showing(&stranger)).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = |options: ConnectOptions| {
        let asked = Arc::clone(&asked);
        checking(options, move |_, _| {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    };
    let error = refusal(counting(trusting()), target(server.port())).await;
    assert_eq!(code_and_phase(&error), ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "verify"));
    let lenient = counting(trusting()).danger().reject_unauthorized(false);
    let socket = Connector::new(lenient).unwrap().connect(target(server.port())).await.unwrap();
    assert!(!socket.authorized());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_callers_check_refuses() {
    let mut server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let options = checking(speaking(version), |_, _| Err("we know\nbetter".into()));
        let error = refusal(options, target(server.port())).await;
        assert_eq!(code_and_phase(&error), ("ERR_TLS_CHECK_SERVER_IDENTITY", "verify"));
        assert_eq!(error.kind(), ErrorKind::Identity);
        assert_eq!(error.reason(), Some("we know\nbetter"));
        assert_eq!(error.source().expect("the caller's error").to_string(), "we know\nbetter");
        assert_eq!(error.peer_certificate().unwrap().raw(), Pki::shared().localhost().der());
        let told = server.handshake().await.expect_err("refused");
        assert!(matches!(told.kind(), ErrorKind::Alert(_)), "{told}");
    }
}

/// A caller's check may ask the usual one; its answer is then as usual.
#[tokio::test]
async fn the_callers_check_passes_on_the_usual_answer() {
    let server = misnamed().await;
    let options =
        checking(trusting(), |hostname, certificate| Ok(check_server_identity(hostname, certificate)?));
    let error = refusal(options, target(server.port())).await;
    assert_eq!(code_and_phase(&error), ("ERR_TLS_CERT_ALTNAME_INVALID", "verify"));
    assert_eq!(error.host(), Some("localhost"));
}

#[tokio::test]
async fn a_panic_in_the_callers_check_is_a_refusal() {
    let mut server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let options = checking(speaking(version), |_, _| panic!("a bug of the caller's"));
        let error = refusal(options, target(server.port())).await;
        assert_eq!(code_and_phase(&error), ("ERR_TLS_CHECK_SERVER_IDENTITY", "verify"));
        assert!(error.message().contains("panicked"), "{error}");
        assert!(error.peer_certificate().is_some());
        let told = server.handshake().await.expect_err("refused");
        assert!(matches!(told.kind(), ErrorKind::Alert(_)), "{told}");
    }
}

#[tokio::test]
async fn where_the_caller_does_not_reject_the_verdict_is_only_told() {
    let server = misnamed().await;
    let lenient = || trusting().danger().reject_unauthorized(false);
    for (options, code) in [
        (lenient(), "ERR_TLS_CERT_ALTNAME_INVALID"),
        (checking(lenient(), |_, _| Err("no".into())), "ERR_TLS_CHECK_SERVER_IDENTITY"),
        (checking(lenient(), |_, _| panic!("a bug of the caller's")), "ERR_TLS_CHECK_SERVER_IDENTITY"),
    ] {
        for version in VERSIONS {
            let connector = Connector::new(only(options.clone(), version)).unwrap();
            let socket = connector.connect(target(server.port())).await.expect("a connection all the same");
            assert!(!socket.authorized());
            assert_eq!(socket.authorization_error().unwrap().code(), code);
            assert!(socket.peer_certificate().is_some());
        }
    }
    let connector = Connector::new(checking(lenient(), |_, _| Ok(()))).unwrap();
    let socket = connector.connect(target(server.port())).await.unwrap();
    assert!(socket.authorized() && socket.authorization_error().is_none());
}

/// On a resumed connection TLS asks nobody; the caller's check is asked all the same.
#[tokio::test]
async fn the_callers_check_is_asked_on_resumed_connections_too() {
    let server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let options = checking(speaking(version), move |hostname, certificate| {
            let is_whole = hostname == "localhost" && certificate.chain().count() == 3;
            match count.fetch_add(1, Ordering::Relaxed) {
                0 | 1 if is_whole => Ok(()),
                nth => Err(format!("number {nth} is one too many").into()),
            }
        });
        let connector = Connector::new(options).unwrap();
        let connect = || connector.connect(target(server.port()));
        for resumed in [false, true] {
            let mut socket = connect().await.unwrap();
            assert_eq!((socket.is_session_reused(), socket.authorized()), (resumed, true), "{version}");
            socket.wait_for_sessions(Duration::from_secs(5)).await.unwrap();
            socket.close().await.unwrap();
        }
        let error = connect().await.expect_err("refused");
        super::reads_well(&error);
        assert_eq!(code_and_phase(&error), ("ERR_TLS_CHECK_SERVER_IDENTITY", "verify"), "{version}");
        assert!(error.message().contains("number 2 is one too many"), "{error}");
        assert_eq!(error.peer_certificate().unwrap().raw(), Pki::shared().localhost().der());
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}

/// A client with a certificate, which a server should get only once it is trusted itself.
fn client(options: ConnectOptions, version: TlsVersion) -> ConnectOptions {
    let own = Pki::shared().client();
    only(options, version).cert(own.chain_pem()).key(own.key_pem())
}

/// A listener with this certificate that wants to see its clients' and takes any.
fn curious(certificate: &tredici_test::Certificate) -> ListenOptions {
    showing(certificate).ca(Pki::shared().root().pem()).request_cert(true).danger().reject_unauthorized(false)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// That the client has said no more than its hello and this alert.
fn only_hello_and_alert(sent: &[u8], version: TlsVersion, alert: u8) {
    assert!(ClientHello::read(sent).is_some());
    assert!(!contains(sent, Pki::shared().client().der()), "the certificate in the clear");
    let records = wire::records(sent);
    let length: usize = records.iter().map(|record| 5 + record.payload.len()).sum();
    assert_eq!(length, sent.len(), "whole records");
    match version {
        TlsVersion::Tls1_2 => {
            let messages: Vec<_> =
                wire::clear_handshake_messages(sent).iter().map(|(kind, _)| *kind).collect();
            assert_eq!(messages, [1], "ClientHello");
            assert_eq!(wire::clear_alerts(sent), [(2, alert)]);
            assert_eq!(records.len(), 2);
        }
        _ => {
            let said = records[1..].iter().filter(|record| record.content_type != 20);
            let [last] = &said.collect::<Vec<_>>()[..] else { panic!("{records:?}") };
            match last.content_type {
                21 => assert_eq!(last.payload, [2, alert], "in the clear"),
                // Two bytes of alert, one of content type, sixteen of the cipher's tag: no certificate fits in.
                _ => assert_eq!((last.content_type, last.payload.len()), (23, 19)),
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_trusted_never_sees_the_clients_certificate() {
    let pki = Pki::shared();
    let stranger = Authority::new("Stranger").leaf(CertificateSpec::server(&["localhost"]));
    let misnamed = pki.intermediate().leaf(CertificateSpec::server(&["other.test"]));
    let expired = pki.intermediate().leaf(CertificateSpec::server(&["localhost"]).expired());
    let no: fn(&str, &PeerCertificate) -> Verdict = |_, _| Err("no".into());
    let panics: fn(&str, &PeerCertificate) -> Verdict = |_, _| panic!("a bug of the caller's");
    for (name, certificate, options, alert) in [
        ("an unknown issuer", &stranger, trusting(), 48),
        ("a wrong name", &misnamed, trusting(), 42),
        ("expired", &expired, trusting(), 45),
        ("refused by the caller", pki.localhost(), checking(trusting(), no), 42),
        ("refused by a panic", pki.localhost(), checking(trusting(), panics), 42),
    ] {
        let mut server = Server::with(curious(certificate)).await;
        for version in VERSIONS {
            let relay = Relay::to(server.port()).await;
            let error = refusal(client(options.clone(), version), target(relay.port())).await;
            assert_eq!(error.phase().as_str(), "verify", "{name}, {version}: {error}");
            let told = server.handshake().await.expect_err("the client refuses");
            assert_eq!(told.kind(), ErrorKind::Alert(alert), "{name}, {version}: {told}");
            assert!(told.peer_certificate().is_none(), "{name}, {version}");
            only_hello_and_alert(&relay.recordings()[0].to_server, version, alert);
        }
    }
}

#[tokio::test]
async fn a_server_without_a_pinned_key_never_sees_the_clients_certificate() {
    let pki = Pki::shared();
    let wrong = || Pins::new([format!("cert-sha256:{}", "00".repeat(32))]).unwrap();
    let mut server = Server::with(curious(pki.localhost())).await;
    for options in [trusting(), trusting().danger().reject_unauthorized(false)] {
        for version in VERSIONS {
            let relay = Relay::to(server.port()).await;
            let error = refusal(client(options.clone().pins(wrong()), version), target(relay.port())).await;
            assert_eq!(code_and_phase(&error), ("ERR_TLS_PIN_MISMATCH", "check"), "{version}");
            let told = server.handshake().await.expect_err("the client refuses");
            assert_eq!(told.kind(), ErrorKind::Alert(42), "{version}: {told}");
            assert!(told.peer_certificate().is_none(), "{version}");
            only_hello_and_alert(&relay.recordings()[0].to_server, version, 42);
        }
    }
}

/// What the tests above look for is there where the server is trusted.
#[tokio::test]
async fn a_server_that_is_trusted_sees_the_clients_certificate() {
    let own = Pki::shared().client();
    let mut server = Server::with(curious(Pki::shared().localhost())).await;
    for version in VERSIONS {
        let relay = Relay::to(server.port()).await;
        let connector = Connector::new(client(trusting(), version)).unwrap();
        let socket = connector.connect(target(relay.port())).await.unwrap();
        let view = server.handshake().await.unwrap();
        assert_eq!(view.certificate.as_deref(), Some(own.der()));
        assert!(view.authorized);
        let sent = relay.recordings()[0].to_server.clone();
        assert_eq!(contains(&sent, own.der()), version == TlsVersion::Tls1_2, "in the clear before TLS 1.3");
        let encrypted = wire::records(&sent).into_iter().filter(|record| record.content_type == 23);
        if version == TlsVersion::Tls1_3 {
            assert!(encrypted.map(|record| record.payload.len()).sum::<usize>() > own.der().len());
        }
        drop(socket);
    }
}

/// Another TLS implementation's view of the same.
#[tokio::test]
async fn node_as_the_server_that_is_refused() {
    if !NodeServer::is_available() {
        return;
    }
    let stranger = Authority::new("Stranger").leaf(CertificateSpec::server(&["localhost"]));
    let misnamed = Pki::shared().intermediate().leaf(CertificateSpec::server(&["other.test"]));
    for (certificate, code) in [(&stranger, "TLSV1_ALERT_UNKNOWN_CA"), (&misnamed, "BAD_CERTIFICATE")] {
        let server = NodeServer::with(certificate).request_certificate(&Pki::shared().root().pem(), false);
        let mut server = server.start().await;
        for version in VERSIONS {
            refusal(client(trusting(), version), target(server.port())).await;
            let told = server.event("tlsClientError").await;
            assert!(told["code"].as_str().unwrap().ends_with(code), "{told}");
        }
        let lenient = client(trusting(), TlsVersion::Tls1_3).danger().reject_unauthorized(false);
        let _socket = Connector::new(lenient).unwrap().connect(target(server.port())).await.unwrap();
        // Had it been a trusted one, it would have seen this before; now the caller has asked for it.
        assert_eq!(server.connection().await["peer"]["subject"]["CN"], "Test Client");
    }
}
