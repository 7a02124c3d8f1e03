//! How long a session is offered, by the connector's clock.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::io::AsyncReadExt;
use tredici::{Connector, Engine, Observer, SessionStats, TlsVersion, events};
use tredici_test::{CertificateSpec, EarlyTicketServer, NodeServer, Pki, Relay};

use super::super::ENGINE;
use super::super::ends::{Clock, Echo, connector, showing, target, trusting};
use super::{held, offers, visit};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn no_longer_than_the_server_says() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).option("sessionTimeout", 600).start().await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let relay = Relay::to(server.port()).await;
        let (clock, told) = (Clock::new(), Told::default());
        let options = clock.tell(trusting()).max_version(newest).observer(told.clone());
        let connector = Connector::new(options).expect("a connector");
        visit(&connector, target(relay.port())).await;
        clock.advance(Duration::from_secs(598));
        assert!(visit(&connector, target(relay.port())).await, "{newest}");
        // At the last second itself an engine may do either.
        clock.advance(Duration::from_secs(3));
        assert!(!visit(&connector, target(relay.port())).await, "{newest}");
        assert_eq!(offers(&relay), [false, true, false], "{newest}");
        let SessionStats { hits, misses, refused, .. } = connector.session_stats();
        assert_eq!((hits, misses, refused), (1, 2, 0), "{newest}");
        assert_eq!(told.taken(), ["offered", "resumed"], "{newest}");
    }
}

/// What is told of sessions.
#[derive(Default, Clone)]
struct Told(Arc<Mutex<Vec<&'static str>>>);

impl Told {
    fn note(&self, what: &'static str) {
        self.0.lock().expect("what was told").push(what);
    }

    fn taken(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().expect("what was told"))
    }
}

impl Observer for Told {
    fn session_offered(&self, _: &events::Connection<'_>, _: &events::SessionOffered) {
        self.note("offered");
    }

    fn session_resumed(&self, _: &events::Connection<'_>, _: &events::SessionOffered) {
        self.note("resumed");
    }

    fn session_refused(&self, _: &events::Connection<'_>, _: &events::SessionOffered) {
        self.note("refused");
    }
}

#[tokio::test]
async fn no_longer_than_seven_days() {
    if !NodeServer::is_available() {
        return;
    }
    const DAY: Duration = Duration::from_secs(24 * 3600);
    // In TLS 1.3 OpenSSL's servers do not say more than seven days.
    let server = NodeServer::with(Pki::shared().localhost()).option("maxVersion", "TLSv1.2");
    let server = server.option("sessionTimeout", 14 * 24 * 3600).start().await;
    let clock = Clock::new();
    let connector = Connector::new(clock.tell(trusting())).expect("a connector");
    visit(&connector, target(server.port())).await;
    clock.advance(7 * DAY);
    assert_eq!(held(&connector, target(server.port())), 0);
    visit(&connector, target(server.port())).await;
    clock.advance(7 * DAY - HOUR);
    assert_eq!(held(&connector, target(server.port())), 1);
    clock.advance(HOUR);
    assert_eq!(held(&connector, target(server.port())), 0);
}

#[tokio::test]
async fn no_longer_than_the_certificate_is_good() {
    let clock = Clock::new();
    let leaf = CertificateSpec::server(&["localhost"]).valid(clock.now() - HOUR, clock.now() + HOUR);
    let server = Echo::with(showing(&Pki::shared().intermediate().leaf(leaf))).await;
    let relay = Relay::to(server.port()).await;
    let connector = Connector::new(clock.tell(trusting())).expect("a connector");
    visit(&connector, target(relay.port())).await;
    clock.advance(HOUR - Duration::from_secs(60));
    assert!(visit(&connector, target(relay.port())).await);
    clock.advance(Duration::from_secs(120));
    let error = connector.connect(target(relay.port())).await.expect_err("it has expired");
    assert_eq!((error.code(), error.phase().as_str()), ("CERT_HAS_EXPIRED", "verify"));
    assert_eq!(offers(&relay), [false, true, false]);
}

/// RFC 8446 section 4.6.1: such a ticket is to be discarded at once.
#[tokio::test]
async fn not_at_all_where_the_server_says_so() {
    let server = EarlyTicketServer::for_seconds(Pki::shared().localhost(), 0, 2, "hello").await;
    let connector = connector();
    let mut socket = connector.connect(target(server.port())).await.expect("a connection");
    socket.read_exact(&mut [0; 5]).await.expect("a greeting");
    // rustls alone knows how long a ticket is good, and takes zero for no end.
    let kept = if ENGINE == Engine::Rustls { 2 } else { 0 };
    assert_eq!(held(&connector, target(server.port())), kept);
}
