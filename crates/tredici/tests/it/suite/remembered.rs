//! A chain that was found good is not verified again, and yet everything that may have changed is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tredici::{ConnectOptions, Connector, Error, Socket, TlsVersion};
use tredici_test::{Authority, CertificateSpec, Pki};

use super::ends::{
    Clock, Echo, accept, client_options, listen, localhost, port, server_options, showing, target, trusting,
};

/// Full handshakes only.
fn forgetful(options: ConnectOptions) -> Connector {
    Connector::new(options.max_cached_sessions(0)).expect("a connector")
}

async fn visit(connector: &Connector, server: &Echo) -> Result<Socket, Error> {
    let socket = connector.connect(target(server.port())).await?;
    assert!(!socket.is_session_reused());
    Ok(socket)
}

async fn code(connector: &Connector, server: &Echo) -> String {
    visit(connector, server).await.expect_err("refused").code().to_owned()
}

#[tokio::test]
async fn the_peer_is_the_same_each_time() {
    let server = Echo::tls().await;
    let connector = forgetful(trusting());
    let mut chains = Vec::new();
    for _ in 0..3 {
        let socket = visit(&connector, &server).await.expect("a connection");
        assert!(socket.authorized());
        let certificate = socket.peer_certificate().expect("one");
        chains.push(certificate.chain().map(tredici::PeerCertificate::fingerprint256).collect::<Vec<_>>());
    }
    assert_eq!(chains[0].len(), 3);
    assert!(chains.iter().all(|chain| *chain == chains[0]));
}

#[tokio::test]
async fn not_beyond_the_time_of_any_certificate_of_the_path() {
    const HOUR: Duration = Duration::from_secs(3600);
    let now = Clock::new().now();
    let short = CertificateSpec::authority("Short-lived").valid(now - HOUR, now + HOUR);
    let leaf = Pki::shared().root().beneath(short).leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&leaf)).await;
    let clock = Clock::new();
    let connector = forgetful(clock.tell(trusting()));
    visit(&connector, &server).await.expect("good now");
    clock.advance(HOUR + HOUR);
    assert_eq!(code(&connector, &server).await, "CERT_HAS_EXPIRED");
    clock.turn_back(4 * HOUR);
    assert_eq!(code(&connector, &server).await, "CERT_NOT_YET_VALID");
    clock.advance(2 * HOUR);
    visit(&connector, &server).await.expect("good again");
}

#[tokio::test]
async fn not_with_another_intermediate() {
    let localhost = Pki::shared().localhost();
    let known = Echo::tls().await;
    let connector = forgetful(trusting());
    visit(&connector, &known).await.expect("the chain holds");

    let other = Authority::new("Another").intermediate("Not the issuer");
    let swapped = localhost.pem() + &other.pem();
    let options = server_options().cert(swapped).key(localhost.key_pem());
    assert_eq!(code(&connector, &Echo::with(options).await).await, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    let options = server_options().cert(localhost.pem()).key(localhost.key_pem());
    assert_eq!(code(&connector, &Echo::with(options).await).await, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
}

#[tokio::test]
async fn not_under_other_terms() {
    let server = Echo::tls().await;
    visit(&forgetful(trusting()), &server).await.expect("trusted");
    let strange = forgetful(client_options().ca(Authority::new("Another").pem()));
    assert_eq!(code(&strange, &server).await, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
}

/// Good as a server's, a chain is not good as a client's.
#[tokio::test]
async fn not_for_another_purpose() {
    let root = Pki::shared().root();
    let server_only = root.leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&server_only)).await;
    let connector = forgetful(trusting());
    visit(&connector, &server).await.expect("good for a server");
    let listener = listen(showing(&server_only).ca(root.pem()).request_cert(true)).await;
    let showing_it = trusting().cert(server_only.chain_pem()).key(server_only.key_pem());
    let connector = forgetful(showing_it.max_version(TlsVersion::Tls1_2));
    for _ in 0..2 {
        let target = target(port(&listener));
        let (client, server) = tokio::join!(connector.connect(target), accept(&listener));
        assert_eq!(server.expect_err("not a client's").code(), "INVALID_PURPOSE");
        client.expect_err("refused");
    }
}

#[tokio::test]
async fn unless_it_is_not_wanted() {
    let server = Echo::with(localhost().remember_verdicts(false)).await;
    for remembers in [true, false] {
        let connector = forgetful(trusting().remember_verdicts(remembers));
        let sockets = [visit(&connector, &server).await, visit(&connector, &server).await];
        let sockets = sockets.map(|socket| socket.expect("a connection"));
        // What is remembered is there once.
        let [first, second] = sockets.each_ref().map(|socket| {
            assert!(socket.authorized());
            std::ptr::from_ref(socket.peer_certificate().expect("a certificate"))
        });
        assert_eq!(first == second, remembers);
    }
}

#[tokio::test]
async fn the_name_and_the_callers_check_are_asked_each_time() {
    let server = Echo::tls().await;
    let connector = forgetful(trusting());
    visit(&connector, &server).await.expect("for localhost");
    let error = connector.connect(target(server.port()).servername("other.test")).await.expect_err("a name");
    assert_eq!(error.code(), "ERR_TLS_CERT_ALTNAME_INVALID");

    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let checking = forgetful(trusting().danger().check_server_identity(move |_, _| {
        match counted.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Ok(()),
            _ => Err("not any more".into()),
        }
    }));
    visit(&checking, &server).await.expect("the first time");
    visit(&checking, &server).await.expect("the second time");
    assert_eq!(code(&checking, &server).await, "ERR_TLS_CHECK_SERVER_IDENTITY");
}

#[tokio::test]
async fn what_was_refused_is_not_remembered_as_good() {
    let stranger = Authority::new("Another").leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&stranger)).await;
    let lenient = forgetful(trusting().danger().reject_unauthorized(false));
    for _ in 0..3 {
        let socket = visit(&lenient, &server).await.expect("a connection");
        assert!(!socket.authorized());
        assert!(socket.authorization_error().is_some());
    }
}
