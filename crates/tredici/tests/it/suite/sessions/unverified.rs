//! No session is kept before the peer was found good.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::io::AsyncReadExt;
use tredici::{Connector, Error, Socket, Target, TlsVersion};
use tredici_test::{EarlyTicketServer, Pki, Relay, within};

use super::super::ends::{Echo, client_options, connector, target, trusting};
use super::{held, offers, resumptions, visit};

#[tokio::test]
async fn nothing_is_kept_of_a_peer_that_is_not_authorized() {
    let server = Echo::tls().await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let unknown_issuer = client_options();
        for (options, name) in [(unknown_issuer, "localhost"), (trusting(), "wrong.test")] {
            let relay = Relay::to(server.port()).await;
            let options = options.max_version(newest).danger().reject_unauthorized(false);
            let connector = Connector::new(options).expect("a connector");
            let target = || Target::tls("127.0.0.1").port(relay.port()).servername(name);
            let socket = connector.connect(target()).await.expect("a connection");
            assert!(!socket.authorized());
            assert_eq!(resumptions(&connector, target, 2).await, [false, false]);
            assert_eq!(held(&connector, target()), 0);
            assert_eq!(offers(&relay), [false; 3]);
        }
    }
}

#[tokio::test]
async fn a_peer_that_is_authorized_is_remembered_although_others_would_not_be_rejected() {
    let server = Echo::tls().await;
    let options = trusting().danger().reject_unauthorized(false);
    let connector = Connector::new(options).expect("a connector");
    assert_eq!(resumptions(&connector, || target(server.port()), 2).await, [false, true]);
}

#[tokio::test]
async fn nothing_is_kept_of_a_peer_that_the_check_refuses() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let refuses = Arc::new(AtomicBool::new(true));
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        refuses.store(true, Ordering::SeqCst);
        let options = trusting().max_version(newest);
        let connector = Connector::new(options).expect("a connector").check({
            let refuses = refuses.clone();
            move |_| if refuses.load(Ordering::SeqCst) { Err(Error::check("no")) } else { Ok(()) }
        });
        let error = connector.connect(target(relay.port())).await.expect_err("refused");
        assert_eq!((error.phase().as_str(), error.message()), ("check", "no"));
        assert!(error.peer_certificate().is_some());
        assert_eq!(held(&connector, target(relay.port())), 0);
        refuses.store(false, Ordering::SeqCst);
        assert!(!visit(&connector, target(relay.port())).await);
        assert!(visit(&connector, target(relay.port())).await);
    }
    assert_eq!(offers(&relay), [false, false, true, false, false, true]);
}

/// A server whose tickets have come before anything was decided over it.
async fn hurried() -> EarlyTicketServer {
    EarlyTicketServer::start(Pki::shared().localhost(), 2, "hello").await
}

async fn read_greeting(socket: &mut Socket) {
    let mut greeting = [0; 5];
    within("a greeting", socket.read_exact(&mut greeting)).await.expect("reads");
    assert_eq!(&greeting, b"hello");
}

#[tokio::test]
async fn tickets_that_come_with_finished_are_kept_once_all_has_passed() {
    let server = hurried().await;
    let connector = connector().check(|_| Ok(()));
    let mut socket = connector.connect(target(server.port())).await.expect("a connection");
    read_greeting(&mut socket).await;
    assert_eq!(held(&connector, target(server.port())), 2);
}

#[tokio::test]
async fn tickets_that_come_with_finished_are_not_kept_where_the_name_is_wrong() {
    let server = hurried().await;
    let wrong = || Target::tls("127.0.0.1").port(server.port()).servername("wrong.test");
    let connector = connector();
    let error = connector.connect(wrong()).await.expect_err("another name");
    assert_eq!(error.code(), "ERR_TLS_CERT_ALTNAME_INVALID");
    assert_eq!(held(&connector, wrong()), 0);

    let lenient = Connector::new(trusting().danger().reject_unauthorized(false)).expect("a connector");
    let mut socket = lenient.connect(wrong()).await.expect("a connection");
    read_greeting(&mut socket).await;
    assert_eq!((socket.authorized(), held(&lenient, wrong())), (false, 0));
}

#[tokio::test]
async fn tickets_that_come_with_finished_are_not_kept_where_the_caller_says_no() {
    let server = hurried().await;
    let own_identity =
        trusting().danger().check_server_identity(|_: &str, _: &tredici::PeerCertificate| Err("no".into()));
    let own_identity = Connector::new(own_identity).expect("a connector");
    let error = own_identity.connect(target(server.port())).await.expect_err("refused");
    assert_eq!((error.phase().as_str(), error.code()), ("verify", "ERR_TLS_CHECK_SERVER_IDENTITY"));
    assert_eq!(held(&own_identity, target(server.port())), 0);

    let checked = connector().check(|_| Err(Error::check("no")));
    let error = checked.connect(target(server.port())).await.expect_err("refused");
    assert_eq!(error.phase().as_str(), "check");
    assert_eq!(held(&checked, target(server.port())), 0);
    assert_eq!(server.greeted(), 2);
}
