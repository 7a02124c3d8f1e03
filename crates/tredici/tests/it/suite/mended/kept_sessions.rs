//! What a session does not survive, and what it does.

use std::time::Duration;

use tokio::net::TcpStream;
use tredici::{Connector, Socket, Target};
use tredici_test::{CertificateSpec, Fault, Pki, ScriptedServer, within};

use super::super::ends::{Clock, Echo, connector, exchange, showing, target, trusting};
use super::gate::Gated;

const MINUTE: Duration = Duration::from_secs(60);

/// The same server to the connector, whichever it is: the caller has made the stream.
async fn over_tcp(port: u16) -> Target {
    target(1).over(TcpStream::connect(("127.0.0.1", port)).await.expect("a connection"))
}

async fn visit(connector: &Connector, target: Target) -> Socket {
    let mut socket = connector.connect(target).await.expect("a connection");
    exchange(&mut socket).await;
    socket
}

#[tokio::test]
async fn it_ends_with_the_first_certificate_of_its_path() {
    let clock = Clock::new();
    let short = CertificateSpec::authority("Short-lived");
    let short = short.valid(clock.now() - MINUTE, clock.now() + 30 * MINUTE);
    let leaf = Pki::shared().root().beneath(short).leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&leaf)).await;
    let held_after = async |time| {
        let clock = Clock::new();
        let connector = Connector::new(clock.tell(trusting())).expect("a connector");
        visit(&connector, target(server.port())).await;
        clock.advance(time);
        connector.cached_sessions(target(server.port())).expect("a target")
    };
    assert_eq!(held_after(29 * MINUTE).await, 2);
    assert_eq!(held_after(31 * MINUTE).await, 0, "the leaf is good for days, and the session for two hours");
}

#[tokio::test]
async fn a_session_that_is_declined_takes_no_newer_ones_with_it() {
    let (old, new) = (Echo::tls().await, Echo::tls().await);
    let connector = connector();
    visit(&connector, over_tcp(old.port()).await).await;

    // One connection offers a session of the old server, and its answer is long in coming.
    let (stream, gate) = Gated::to(new.port()).await;
    gate.shut();
    let slow = tokio::spawn({
        let connector = connector.clone();
        async move { connector.connect(target(1).over(stream)).await }
    });
    tredici_test::settle("the answer to be held back", || gate.held_back() > 0).await;
    // Meanwhile another has got new ones.
    assert!(!visit(&connector, over_tcp(new.port()).await).await.is_session_reused());
    gate.open();
    let slow = within("the slow one", slow).await.expect("the task").expect("a connection");
    assert!(!slow.is_session_reused(), "it was declined");
    assert!(visit(&connector, over_tcp(new.port()).await).await.is_session_reused());
}

#[tokio::test]
async fn a_connection_that_breaks_takes_none_with_it() {
    let server = Echo::tls().await;
    for fault in [Fault::Reset, Fault::Fin] {
        let connector = connector();
        visit(&connector, over_tcp(server.port()).await).await;
        let broken = ScriptedServer::tcp(fault.clone()).await;
        let error = connector.connect(over_tcp(broken.port()).await).await.expect_err("broken");
        assert_eq!(error.code(), "ECONNRESET", "{fault:?}");
        let socket = visit(&connector, over_tcp(server.port()).await).await;
        assert!(socket.is_session_reused(), "{fault:?}: of two sessions one is left");
    }
}
