//! Keys and certificates that the caller knows in advance, on full and on resumed connections.

mod option;

use sha2::{Digest, Sha256};
use tredici::{Connector, ErrorKind, ListenOptions, PeerCertificate, Pins, Target, TlsVersion};
use tredici_test::{Authority, CertificateSpec, Pki};

use super::ends::{Echo, client_options, connector, exchange, server_options, showing, target, trusting};

fn key_pin(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let certificate = PeerCertificate::from_der(der).expect("a certificate");
    format!("sha256/{}", STANDARD.encode(Sha256::digest(certificate.public_key_info())))
}

fn fingerprint(der: &[u8]) -> String {
    PeerCertificate::from_der(der).expect("a certificate").fingerprint256()
}

fn stranger() -> Authority {
    Authority::new("Stranger")
}

fn pinning(connector: &Connector, pins: &[String]) -> Connector {
    let pins = Pins::new(pins).expect("pins");
    connector.check(move |socket| pins.verify(socket))
}

/// How connecting twice with these pins ends: whether the second was resumed, or the code of the error.
async fn outcome(
    connector: &Connector,
    pins: &[String],
    target: impl Fn() -> Target,
) -> Result<bool, String> {
    let pinned = pinning(connector, pins);
    for resumed in [false, true] {
        match pinned.connect(target()).await {
            Ok(mut socket) => {
                exchange(&mut socket).await;
                assert_eq!(socket.is_session_reused(), resumed);
            }
            Err(error) => {
                assert!(!resumed, "the first was accepted");
                assert_eq!((error.phase().as_str(), error.kind()), ("check", ErrorKind::Check));
                assert!(error.hint().is_some());
                return Err(error.code().to_owned());
            }
        }
    }
    Ok(true)
}

#[tokio::test]
async fn what_was_verified_matches_the_first_time_and_when_resumed() {
    let server = Echo::tls().await;
    let pki = Pki::shared();
    let (leaf, intermediate, root) = (pki.localhost().der(), pki.intermediate().der(), pki.root().der());
    let stranger = stranger();
    let mismatch = || Err("ERR_TLS_PIN_MISMATCH".to_owned());
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        for (pin, expected) in [
            (key_pin(leaf), Ok(true)),
            (key_pin(intermediate), Ok(true)),
            (key_pin(root), Ok(true)),
            (format!("cert-sha256:{}", fingerprint(leaf)), Ok(true)),
            (format!("ca-sha256:{}", fingerprint(intermediate)), Ok(true)),
            (format!("ca-sha256:{}", fingerprint(root)), Ok(true)),
            (format!("cert-sha256:{}", fingerprint(root)), mismatch()),
            (format!("ca-sha256:{}", fingerprint(leaf)), mismatch()),
            (key_pin(stranger.der()), mismatch()),
        ] {
            let pins = [pin];
            assert_eq!(outcome(&connector, &pins, || target(server.port())).await, expected, "{pins:?}");
            let with_spare = [key_pin(stranger.certificate().der()), pins[0].clone()];
            assert_eq!(outcome(&connector, &with_spare, || target(server.port())).await, expected);
        }
    }
}

#[tokio::test]
async fn a_mismatch_tells_whom_it_met() {
    let server = Echo::tls().await;
    let pinned = pinning(&connector(), &[key_pin(stranger().der())]);
    let error = pinned.connect(target(server.port())).await.expect_err("another key");
    assert_eq!(error.peer_certificate().expect("one").raw(), Pki::shared().localhost().der());
    assert!(!error.retryable());
}

#[tokio::test]
async fn a_certificate_that_is_merely_sent_along_matches_nothing() {
    let pki = Pki::shared();
    let stranger = stranger();
    // A chain in which a certificate stands that leads nowhere: everybody can send everybody's.
    let chain = pki.localhost().chain_pem() + &stranger.pem();
    let server = Echo::with(server_options().cert(chain).key(pki.localhost().key_pem())).await;
    let connector = connector();
    for pin in [key_pin(stranger.der()), format!("ca-sha256:{}", fingerprint(stranger.der()))] {
        let error =
            pinning(&connector, &[pin]).connect(target(server.port())).await.expect_err("not of the path");
        assert_eq!(error.code(), "ERR_TLS_PIN_MISMATCH");
    }
}

#[tokio::test]
async fn a_peer_that_is_not_authorized_matches_nothing() {
    let leaf = stranger().leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&leaf)).await;
    let pins = [key_pin(leaf.der()), format!("cert-sha256:{}", fingerprint(leaf.der()))];
    let lenient = client_options().danger().reject_unauthorized(false);
    let lenient = Connector::new(lenient).expect("a connector");
    let error = pinning(&lenient, &pins).connect(target(server.port())).await.expect_err("not verified");
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_TLS_PIN_MISMATCH", "check"));
    assert_eq!(error.peer_certificate().expect("one").raw(), leaf.der());
}

#[tokio::test]
async fn a_plain_connection_matches_nothing() {
    let server = Echo::with(ListenOptions::new()).await;
    let pinned = pinning(&connector(), &[key_pin(Pki::shared().root().der())]);
    let plain = Target::tcp("127.0.0.1").port(server.port());
    let error = pinned.connect(plain).await.expect_err("there is no certificate");
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_TLS_PIN_MISMATCH", "check"));
    assert!(error.peer_certificate().is_none());
}

#[test]
fn a_bad_pin_is_a_bad_option() {
    let error = tredici::Error::from(Pins::new(["sha256/none"]).expect_err("no pin"));
    assert_eq!((error.phase().as_str(), error.code()), ("options", "ERR_INVALID_ARG_VALUE"));
    assert!(error.message().contains("sha256/none"), "{error}");
}
