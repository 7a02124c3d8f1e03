//! What is known and what is decided on a resumed connection: all that was in the full handshake.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tredici::{Connector, Error, PeerCertificate, TlsVersion};
use tredici_test::{CertificateSpec, NodeServer, Pki};

use super::super::ends::{Clock, Echo, connector, exchange, showing, target, trusting};
use super::{chain, visit};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

#[tokio::test]
async fn the_certificate_is_that_of_the_full_handshake() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        let mut seen = Vec::new();
        for resumed in [false, true, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            assert_eq!(socket.is_session_reused(), resumed);
            assert!(socket.authorized() && socket.authorization_error().is_none());
            assert_eq!(socket.peer_certificate().expect("one").raw(), Pki::shared().localhost().der());
            assert!(socket.peer_certificate().expect("one").chain().last().expect("a root").is_own_issuer());
            seen.push(chain(&socket));
        }
        assert_eq!(seen[0].len(), 3, "leaf, intermediate, root");
        seen.dedup();
        assert_eq!(seen.len(), 1, "{newest}");
    }
}

#[tokio::test]
async fn the_certificate_of_node_is_that_of_the_full_handshake() {
    if !NodeServer::is_available() {
        return;
    }
    for version in VERSIONS {
        let server = NodeServer::with(Pki::shared().localhost()).option("maxVersion", version.as_str());
        let mut server = server.start().await;
        let connector = connector();
        let mut seen = Vec::new();
        for resumed in [false, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            assert_eq!(socket.is_session_reused(), resumed);
            assert_eq!(server.connection().await["isSessionReused"], resumed);
            seen.push(chain(&socket));
        }
        assert_eq!((seen[0].len(), &seen[0]), (3, &seen[1]));
    }
}

/// A verdict of the caller's that can be changed, and how often it was asked for.
#[derive(Clone, Default)]
struct Verdict(Arc<(AtomicBool, AtomicUsize)>);

impl Verdict {
    fn refuse(&self) {
        self.0.0.store(true, Ordering::SeqCst);
    }

    fn give(&self) -> Result<(), &'static str> {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        if self.0.0.load(Ordering::SeqCst) { Err("not any more") } else { Ok(()) }
    }

    fn given(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn the_callers_own_identity_check_decides_again() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let verdict = Verdict::default();
        let options = trusting().max_version(newest).danger().check_server_identity({
            let verdict = verdict.clone();
            move |hostname: &str, certificate: &PeerCertificate| {
                assert_eq!((hostname, certificate.chain().count()), ("localhost", 3));
                Ok(verdict.give()?)
            }
        });
        let connector = Connector::new(options).expect("a connector");
        assert!(!visit(&connector, target(server.port())).await);
        assert!(visit(&connector, target(server.port())).await);
        assert_eq!(verdict.given(), 2);

        verdict.refuse();
        let error = connector.connect(target(server.port())).await.expect_err("refused");
        assert_eq!((error.phase().as_str(), error.code()), ("verify", "ERR_TLS_CHECK_SERVER_IDENTITY"));
        assert_eq!(error.reason(), Some("not any more"));
        assert_eq!(error.peer_certificate().expect("one").raw(), Pki::shared().localhost().der());
        assert_eq!(verdict.given(), 3, "{newest}: there was no second attempt");
        let stats = connector.session_stats();
        assert_eq!((stats.hits, stats.misses, stats.refused), (1, 1, 0), "{newest}: it was us who refused");
    }
}

#[tokio::test]
async fn the_callers_check_decides_again() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let verdict = Verdict::default();
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector").check({
            let verdict = verdict.clone();
            move |socket| {
                assert_eq!(chain(socket).len(), 3);
                verdict.give().map_err(Error::check)
            }
        });
        assert!(!visit(&connector, target(server.port())).await);
        assert!(visit(&connector, target(server.port())).await);
        assert_eq!(verdict.given(), 2);

        verdict.refuse();
        let error = connector.connect(target(server.port())).await.expect_err("refused");
        assert_eq!((error.phase().as_str(), error.message()), ("check", "not any more"));
        assert!(error.peer_certificate().is_some());
        assert_eq!(verdict.given(), 3, "{newest}: there was no second attempt");
    }
}

#[tokio::test]
async fn the_chain_may_have_expired_meanwhile() {
    const HOUR: Duration = Duration::from_secs(3600);
    let clock = Clock::new();
    let pki = Pki::shared();
    // The session itself is good for two hours: OpenSSL's default.
    let short = CertificateSpec::authority("Short-lived").valid(clock.now() - HOUR, clock.now() + HOUR);
    let leaf = pki.root().beneath(short).leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&leaf)).await;
    for newest in VERSIONS {
        let clock = Clock::new();
        let options = clock.tell(trusting()).max_version(newest);
        let rejecting = Connector::new(options.clone()).expect("a connector");
        let lenient = Connector::new(options.danger().reject_unauthorized(false)).expect("a connector");
        for connector in [&rejecting, &lenient] {
            visit(connector, target(server.port())).await;
        }
        clock.advance(HOUR + Duration::from_secs(60));

        let error = rejecting.connect(target(server.port())).await.expect_err("it has expired");
        assert_eq!((error.phase().as_str(), error.code()), ("verify", "CERT_HAS_EXPIRED"));
        assert!(error.message().contains(" (intermediate CN=Short-lived, until "), "{error}");
        assert_eq!(error.peer_certificate().expect("one").raw(), leaf.der());

        let socket = lenient.connect(target(server.port())).await.expect("a connection");
        assert!(
            !socket.is_session_reused(),
            "{newest}: a session does not outlive the chain it was verified by"
        );
        assert_eq!(socket.authorization_error().expect("a reason").code(), "CERT_HAS_EXPIRED");
    }
}

#[tokio::test]
async fn the_dates_are_judged_again() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let clock = Clock::new();
        let options = clock.tell(trusting()).max_version(newest);
        let rejecting = Connector::new(options.clone()).expect("a connector");
        let lenient = Connector::new(options.danger().reject_unauthorized(false)).expect("a connector");
        for connector in [&rejecting, &lenient] {
            visit(connector, target(server.port())).await;
        }
        // The certificates are good since yesterday.
        clock.turn_back(2 * DAY);

        let error = rejecting.connect(target(server.port())).await.expect_err("not yet");
        assert_eq!((error.phase().as_str(), error.code()), ("verify", "CERT_NOT_YET_VALID"));
        assert!(error.message().contains(" (leaf CN=") && error.message().contains(", from "), "{error}");
        assert_eq!(error.peer_certificate().expect("one").raw(), Pki::shared().localhost().der());

        let socket = lenient.connect(target(server.port())).await.expect("a connection");
        assert!(socket.is_session_reused(), "{newest}: it was the kept chain that was judged");
        assert_eq!(socket.authorization_error().expect("a reason").code(), "CERT_NOT_YET_VALID");
    }
}
