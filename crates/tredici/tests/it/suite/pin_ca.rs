//! undici's example of pinning an authority, the one of our examples: in Node it refuses every resumed connection.
#![cfg(feature = "self-signed")]

use tredici::{Connector, PeerCertificate, TlsVersion};
use tredici_test::{Authority, CertificateSpec, Pki};

use super::ends::{Echo, client_options, exchange, showing, target, trusting};
use crate::examples::pin_ca as example;

fn fingerprint(authority: &Authority) -> String {
    PeerCertificate::from_der(authority.der()).expect("a certificate").fingerprint256()
}

#[tokio::test]
async fn finds_the_authority_on_the_first_and_on_the_resumed_connection() {
    let server = Echo::tls().await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        let pinned = example::pinning(&connector, fingerprint(Pki::shared().root()));
        for resumed in [false, true, true] {
            let mut socket = pinned.connect(target(server.port())).await.expect("the authority is known");
            exchange(&mut socket).await;
            assert_eq!(socket.is_session_reused(), resumed);
        }
        let another = example::pinning(&connector, fingerprint(&Authority::new("Stranger")));
        let error = another.connect(target(server.port())).await.expect_err("another authority");
        assert_eq!(error.phase().as_str(), "check");
    }
}

#[tokio::test]
async fn refuses_where_no_authority_is_known() {
    let leaf = Authority::new("Stranger").leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&leaf)).await;
    let lenient = client_options().danger().reject_unauthorized(false);
    let lenient = Connector::new(lenient).expect("a connector");
    let pinned = example::pinning(&lenient, fingerprint(&Authority::new("Stranger")));
    let error = pinned.connect(target(server.port())).await.expect_err("no authority");
    assert_eq!(error.message(), "the certificate comes from an unknown authority");
}
