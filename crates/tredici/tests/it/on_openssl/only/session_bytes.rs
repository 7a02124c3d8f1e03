//! Sessions that leave the process, and sessions that come from elsewhere.

#[cfg(feature = "serde")]
mod written;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use tredici::{ConnectOptions, Connector, Session, Sessions, Target, TlsVersion};
use tredici_test::{Authority, CertificateSpec, NodeServer, Pki, Relay, node_oracle};

use super::{
    super::suite::sessions::{held, offered, offers, resumptions, visit},
    ends::{Echo, client_options, listen_unix, localhost, showing, target, trusting},
};

/// Trusts the kit's root, and keeps no sessions of its own.
fn forgetful() -> ConnectOptions {
    trusting().max_cached_sessions(0)
}

fn with(options: ConnectOptions, sessions: impl Into<Sessions>) -> Connector {
    Connector::new(options.session(sessions)).expect("a connector")
}

/// The sessions of one connection to this target.
async fn sessions_of(options: ConnectOptions, target: impl Fn() -> Target) -> Vec<Session> {
    let connector = Connector::new(options).expect("a connector");
    visit(&connector, target()).await;
    let count = held(&connector, target());
    let sessions = connector.take_sessions(target()).expect("sessions");
    assert_eq!(sessions.len(), count);
    assert_eq!(held(&connector, target()), 0, "they were taken, not copied");
    assert!(!visit(&connector, target()).await);
    sessions
}

#[tokio::test]
async fn those_from_outside_go_before_those_of_the_cache() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let mut sessions = sessions_of(trusting(), || target(relay.port())).await;
    let connector = with(trusting(), sessions.remove(0));
    assert_eq!(resumptions(&connector, || target(relay.port()), 3).await, [true; 3]);
    let tickets = offered(&relay);
    assert_eq!(tickets.len(), 5);
    assert!(tickets[2].is_some() && tickets[2] != tickets[3] && tickets[3] != tickets[4]);
}

#[tokio::test]
async fn only_its_own_server_is_offered_a_session() {
    let spec = CertificateSpec::server(&["localhost", "other.test"]);
    let server = Echo::with(showing(&Pki::shared().root().leaf(spec))).await;
    let (relay, elsewhere) = (Relay::to(server.port()).await, Relay::to(server.port()).await);
    let sessions = sessions_of(trusting(), || target(relay.port())).await;
    let before = offers(&relay).len();

    let connector = with(forgetful(), sessions);
    visit(&connector, target(relay.port()).servername("other.test")).await;
    visit(&connector, target(elsewhere.port())).await;
    assert_eq!(offers(&relay)[before..], [false], "another name");
    assert_eq!(offers(&elsewhere), [false], "another port");
    assert!(visit(&connector, target(relay.port())).await, "it was not used up by that");
}

#[tokio::test]
async fn only_under_the_terms_that_it_was_made_under() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let sessions = sessions_of(trusting(), || target(relay.port())).await;
    let root = Pki::shared().root().pem();
    let client = Pki::shared().client();
    for other_terms in [
        client_options().ca([root.clone(), Authority::new("Another").pem()]),
        client_options().extra_ca(root.as_str()),
        trusting().min_version(TlsVersion::Tls1_3),
        trusting().ciphers("TLS_AES_256_GCM_SHA384"),
        trusting().cert(client.chain_pem()).key(client.key_pem()),
        trusting().danger().reject_unauthorized(false),
    ] {
        let before = offers(&relay).len();
        let connector = with(other_terms.max_cached_sessions(0), sessions.clone());
        let socket = connector.connect(target(relay.port())).await.expect("a connection");
        assert!(socket.authorized() && !socket.is_session_reused());
        assert_eq!(offers(&relay)[before..], [false]);
    }
    assert!(visit(&with(forgetful(), sessions), target(relay.port())).await, "under its own it is good");
}

#[tokio::test]
async fn a_session_that_comes_alone_is_for_those_who_do_not_reject() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let sessions = sessions_of(trusting(), || target(relay.port())).await;
    let bare: Vec<_> =
        sessions.iter().map(|session| Session::from_der(session.der()).expect("DER")).collect();

    let before = offers(&relay).len();
    let rejecting = with(forgetful(), bare.clone());
    assert!(rejecting.connect(target(relay.port())).await.expect("a connection").authorized());
    assert_eq!(offers(&relay)[before..], [false], "nothing came with it to verify the server by");

    let lenient = with(forgetful().danger().reject_unauthorized(false), bare);
    for resumed in [true, true, false] {
        let socket = lenient.connect(target(relay.port())).await.expect("a connection");
        assert_eq!((socket.is_session_reused(), socket.authorized()), (resumed, !resumed));
        let reason = socket.authorization_error().map(tredici::AuthorizationError::code);
        assert_eq!(reason, resumed.then_some("ERR_TLS_SESSION_UNVERIFIED"));
        assert_eq!(socket.peer_certificate().is_some(), !resumed);
    }
}

/// Connects with Node's own client and returns the first session that it is given.
const SESSION_OF_NODE: &str = "
    const socket = require('tls').connect({ host: '127.0.0.1', ...input });
    socket.on('secureConnect', () => socket.write('hello'));
    return new Promise((resolve, reject) => {
        socket.on('session', resolve);
        socket.on('error', reject);
    });";

/// What Node writes since version 22.23 (24.17, 26.3.1): the name before the DER.
fn as_node_writes_it(session: Vec<u8>, servername: &str) -> Vec<u8> {
    const PREFIX: &[u8] = b"\0nodejs:tls:session:1\0";
    if session.starts_with(PREFIX) {
        return session;
    }
    let length = u16::try_from(servername.len()).expect("a short name").to_be_bytes();
    [PREFIX, &length, servername.as_bytes(), &session].concat()
}

#[tokio::test]
async fn a_session_of_node_is_for_those_who_do_not_reject() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    let relay = Relay::to(server.port()).await;
    let ca = Pki::shared().root().pem();
    let input = json!({ "port": server.port(), "ca": ca, "servername": "localhost" });
    let session = node_oracle(SESSION_OF_NODE, input).await;
    let session = STANDARD.decode(session.as_str().expect("bytes")).expect("base64");
    let session = as_node_writes_it(session, "localhost");
    let session = || Sessions::parse(&session).expect("a session of Node's");

    let rejecting = with(forgetful(), session());
    assert!(!visit(&rejecting, target(relay.port())).await);
    let lenient = || forgetful().danger().reject_unauthorized(false);
    let other_name = Target::tls("127.0.0.1").port(relay.port()).servername("other.test");
    assert!(!visit(&with(lenient(), session()), other_name).await);
    assert_eq!(offers(&relay), [false, false]);

    let connector = with(lenient(), session());
    let socket = connector.connect(target(relay.port())).await.expect("a connection");
    assert!(socket.is_session_reused() && !socket.authorized());
    assert_eq!(socket.authorization_error().expect("a reason").code(), "ERR_TLS_SESSION_UNVERIFIED");
    let socket = connector.connect(target(relay.port())).await.expect("a connection");
    assert!(!socket.is_session_reused() && socket.authorized(), "it was used once");
}

#[tokio::test]
async fn a_declined_session_from_outside_is_not_offered_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let over_unix = || Target::tls("localhost").socket_path(&path);
    let start = async || Echo::on(listen_unix(&path, localhost()).await);
    let old = trusting().max_version(TlsVersion::Tls1_2);

    let server = start().await;
    let sessions = sessions_of(old.clone(), over_unix).await;
    server.stop().await;
    let _server = start().await;
    let connector = with(old, sessions);
    assert_eq!(resumptions(&connector, over_unix, 3).await, [false, true, true]);
}

#[test]
fn garbage_is_refused_when_the_connector_is_built() {
    for options in [trusting(), trusting().danger().reject_unauthorized(false)] {
        let garbage = Session::from_der([0x30, 0x03, 1, 2, 3]).expect("it begins as a session does");
        let error = Connector::new(options.session(garbage)).expect_err("no session");
        assert_eq!((error.phase().as_str(), error.code()), ("options", "ERR_INVALID_ARG_VALUE"));
    }
    assert_eq!(Sessions::parse(b"garbage").expect_err("no session").code(), "ERR_INVALID_ARG_VALUE");
}
