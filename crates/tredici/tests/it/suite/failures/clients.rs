//! Certificates of clients: shown, refused, and those that cannot even be read.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tredici::{ConnectOptions, Connector, Engine, Error, ErrorKind, ListenOptions, Pem, TlsVersion};
use tredici_test::{
    Authority, Certificate, CertificateSpec, ExtendedKeyUsagePurpose, OpensslServer, Pki, within,
};

use super::super::{
    ENGINE,
    ends::{self, client_options, target, trusting},
};
use super::{VERSIONS, code_and_phase, refusal, refused_options, server::Server, speaking};

fn as_client(options: ConnectOptions, certificate: &Certificate) -> ConnectOptions {
    options.cert(certificate.chain_pem()).key(certificate.key_pem())
}

/// A listener that wants a certificate of its clients.
fn asking() -> ListenOptions {
    ends::localhost().ca(Pki::shared().root().pem()).request_cert(true)
}

/// A client's certificate of an authority that nobody knows.
fn strangers() -> Certificate {
    Authority::new("Stranger").leaf(CertificateSpec::client("Stranger's Client"))
}

#[tokio::test]
async fn a_client_that_is_trusted() {
    let mut server = Server::with(asking()).await;
    for version in VERSIONS {
        let own = Pki::shared().client();
        let connector = Connector::new(as_client(speaking(version), own)).unwrap();
        let mut socket = connector.connect(target(server.port())).await.unwrap();
        assert_eq!(socket.certificate().unwrap().raw(), own.der());
        let view = server.handshake().await.unwrap();
        assert!(view.authorized);
        assert_eq!(view.certificate.as_deref(), Some(own.der()));
        socket.wait_for_sessions(Duration::ZERO).await.expect("nothing is wrong");
    }
}

/// What comes of a client that the server refuses with `alert`: before TLS 1.3 there is no connection; in TLS 1.3 the
/// client is done first, and hears of it in `wait_for_sessions` or at its first read.
async fn is_refused(port: u16, options: impl Fn(TlsVersion) -> ConnectOptions, alert: u8) {
    let told = |error: &Error| {
        assert_eq!(
            (error.kind(), error.phase().as_str()),
            (ErrorKind::Alert(alert), "secureConnect"),
            "{error}"
        );
        super::reads_well(error);
    };
    let old = refusal(options(TlsVersion::Tls1_2), target(port)).await;
    told(&old);

    let connector = Connector::new(options(TlsVersion::Tls1_3)).unwrap();
    let mut socket = connector.connect(target(port)).await.expect("done before the server has judged");
    let waiting = within("the alert", socket.wait_for_sessions(Duration::from_secs(20))).await;
    told(&waiting.expect_err("refused"));

    let mut socket = connector.connect(target(port)).await.expect("done before the server has judged");
    let read = within("the alert", socket.read(&mut [0; 16])).await.expect_err("refused");
    told(read.get_ref().and_then(|error| error.downcast_ref::<Error>()).expect("one of ours"));
    for _ in 0..3 {
        within("an answer", socket.read(&mut [0; 16])).await.expect_err("still refused");
    }
}

#[tokio::test]
async fn a_client_that_is_not_trusted() {
    let other_use = CertificateSpec::client("c").purposes(&[ExtendedKeyUsagePurpose::ServerAuth]);
    let expired = CertificateSpec::client("c").expired();
    for (certificate, code, alert) in [
        (strangers(), "UNABLE_TO_VERIFY_LEAF_SIGNATURE", 48),
        (Pki::shared().intermediate().leaf(expired), "CERT_HAS_EXPIRED", 45),
        (Pki::shared().intermediate().leaf(other_use), "INVALID_PURPOSE", 43),
    ] {
        let mut server = Server::with(asking()).await;
        is_refused(server.port(), |version| as_client(speaking(version), &certificate), alert).await;
        for _ in 0..3 {
            let error = server.handshake().await.expect_err("the server refuses");
            super::reads_well(&error);
            assert_eq!(code_and_phase(&error), (code, "verify"));
            assert_eq!(error.peer_certificate().expect("whom it refused").raw(), certificate.der());
        }
    }
}

#[tokio::test]
async fn a_client_without_a_certificate() {
    let mut server = Server::with(asking()).await;
    let error = refusal(speaking(TlsVersion::Tls1_2), target(server.port())).await;
    // RFC 5246 section 7.4.6 leaves it to the server; rustls takes the alert that only TLS 1.3 has a name for.
    let code = match ENGINE {
        Engine::OpenSsl => "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
        _ => "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    };
    assert_eq!(error.code(), code);
    let connector = Connector::new(speaking(TlsVersion::Tls1_3)).unwrap();
    let mut socket = connector.connect(target(server.port())).await.unwrap();
    let error = socket.wait_for_sessions(Duration::from_secs(20)).await.expect_err("refused");
    assert_eq!(code_and_phase(&error), ("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "secureConnect"));
    assert!(error.hint().expect("a hint").contains("wants a client certificate"));
    for _ in VERSIONS {
        let error = server.handshake().await.expect_err("the server insists");
        assert_eq!(code_and_phase(&error), ("ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "secureConnect"));
        assert!(error.peer_certificate().is_none());
    }
}

#[tokio::test]
async fn where_the_listener_does_not_reject_the_verdict_is_only_told() {
    let mut server = Server::with(asking().danger().reject_unauthorized(false)).await;
    for version in VERSIONS {
        for (options, code) in [
            (speaking(version), "UNABLE_TO_GET_ISSUER_CERT"),
            (as_client(speaking(version), &strangers()), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ] {
            let connector = Connector::new(options).unwrap();
            let _socket = connector.connect(target(server.port())).await.unwrap();
            let view = server.handshake().await.expect("a connection all the same");
            assert_eq!((view.authorized, view.authorization_error), (false, Some(code)));
        }
    }
}

#[tokio::test]
async fn a_listener_that_does_not_ask_is_shown_nothing() {
    let mut server = Server::with(ends::localhost()).await;
    for version in VERSIONS {
        let connector = Connector::new(as_client(speaking(version), Pki::shared().client())).unwrap();
        let _socket = connector.connect(target(server.port())).await.unwrap();
        let view = server.handshake().await.unwrap();
        assert!(!view.authorized && view.authorization_error.is_none() && view.certificate.is_none());
    }
}

/// Another TLS implementation as the server that refuses.
#[tokio::test]
async fn openssl_as_the_server_that_refuses() {
    if !OpensslServer::is_available() {
        return;
    }
    let server = OpensslServer::with(Pki::shared().localhost()).verify(&Pki::shared().root().pem());
    let server = server.start().await;
    let certificate = strangers();
    is_refused(server.port(), |version| as_client(speaking(version), &certificate), 48).await;
    is_refused(server.port(), |version| as_client(speaking(version), &expired()), 45).await;
}

fn expired() -> Certificate {
    Pki::shared().intermediate().leaf(CertificateSpec::client("c").expired())
}

#[test]
fn an_identity_that_cannot_be_used() {
    let (own, other) = (Pki::shared().client(), Pki::shared().localhost());
    let code = |cert: &str, key: &str| refused_options(trusting().cert(cert).key(key)).code().to_owned();
    assert_eq!(code(&own.chain_pem(), &other.key_pem()), "ERR_OSSL_X509_KEY_VALUES_MISMATCH");
    assert_eq!(code("garbage", &own.key_pem()), "ERR_OSSL_PEM_NO_START_LINE");
    assert_eq!(code(&own.key_pem(), &own.key_pem()), "ERR_OSSL_PEM_NO_START_LINE");
    assert_eq!(code(&own.chain_pem(), "garbage"), "ERR_OSSL_UNSUPPORTED");
    assert_eq!(code(&own.chain_pem(), &own.chain_pem()), "ERR_OSSL_UNSUPPORTED");
    let alike = trusting().cert([own.chain_pem(), other.chain_pem()]).key([own.key_pem(), other.key_pem()]);
    assert_eq!(refused_options(alike).code(), "ERR_INVALID_ARG_VALUE", "only one of a kind can be shown");
    let (cert, key) = (own.chain_pem(), own.key_pem());
    assert_eq!(refused_options(trusting().cert(cert)).code(), "ERR_INVALID_ARG_VALUE");
    assert_eq!(refused_options(trusting().key(key)).code(), "ERR_INVALID_ARG_VALUE");
}

/// Whoever has to mend it looks for a file, and for which option it is.
#[test]
fn a_file_whose_content_is_bad_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let file = |name: &str, content: &str| {
        std::fs::write(path(name), content).expect("writes");
        Pem::file(path(name))
    };
    let (own, other) = (Pki::shared().client(), Pki::shared().localhost());
    let good = || file("good.pem", &own.chain_pem());
    let bad = || file("bad.pem", "nothing of use");
    let half = || file("half.pem", &own.chain_pem()[..300]);
    let unread = || file("unread.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let place = |option: &str, name: &str| format!("options.{option} (file {})", path(name).display());
    for (options, place, problem) in [
        (client_options().ca([good(), bad()]), place("ca", "bad.pem"), " holds no certificate in PEM form"),
        (client_options().ca(half()), place("ca", "half.pem"), ": certificate 1 in it cannot be read: "),
        (trusting().extra_ca(bad()), place("extraCa", "bad.pem"), " holds no certificate in PEM form"),
        (
            trusting().cert(bad()).key(own.key_pem()),
            place("cert", "bad.pem"),
            " holds no certificate in PEM form",
        ),
        (trusting().cert(good()).key(bad()), place("key", "bad.pem"), " holds no private key in PEM form"),
        (trusting().cert(good()).key(unread()), place("key", "unread.pem"), " "),
    ] {
        let error = refused_options(options);
        assert!(error.message().starts_with(&format!("{place}{problem}")), "{error}");
    }
    let others = file("others.pem", &other.chain_pem());
    let error = refused_options(trusting().cert(others).key(own.key_pem()));
    let first = format!("the first certificate of {}", place("cert", "others.pem"));
    assert!(error.message().ends_with(&first), "{error}");
    let error = refused_options(client_options().ca([Pem::from(own.chain_pem()), Pem::from("garbage")]));
    assert!(error.message().starts_with("options.ca[1] holds no certificate"), "{error}");
    assert!(error.hint().expect("a hint").contains("-----BEGIN CERTIFICATE-----"));
}

/// Everybody's first mistake: a string is the PEM itself.
#[test]
fn a_path_that_is_given_as_the_text() {
    let own = Pki::shared().client();
    for options in [
        client_options().ca("nope.pem"),
        trusting().cert("certs/own").key(own.key_pem()),
        trusting().cert(own.chain_pem()).key("own.key"),
    ] {
        let hint = refused_options(options).hint().expect("a hint").to_owned();
        assert!(hint.starts_with(r#"for a file write Pem::file("..."), in JSON {"file": "..."}"#), "{hint}");
    }
}
