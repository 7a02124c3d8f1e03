//! Sessions that leave the process, and sessions that come from elsewhere.

mod revoked;
mod stored;
#[cfg(feature = "serde")]
mod written;

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use tokio::net::TcpStream;
use tredici::{ConnectOptions, Connector, Session, Sessions, Target, TlsVersion};
use tredici_test::{Authority, CertificateSpec, NodeServer, Pki, Relay, node_oracle, run_alone};

use super::{
    super::suite::sessions::{held, offered, offers, resumptions, told::Events, visit},
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

/// A clock of the caller's may say anything.
#[tokio::test]
async fn at_the_end_of_time_none_is_good() {
    let server = Echo::tls().await;
    let sessions = sessions_of(trusting(), || target(server.port())).await;
    let bare = Session::from_der(sessions[0].der()).expect("DER");
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX as u64);
    let options = forgetful().danger().clock(move || end).danger().reject_unauthorized(false);
    let socket = with(options, bare).connect(target(server.port())).await.expect("a connection");
    assert!(!socket.is_session_reused());
}

/// A stream of the caller's leads anywhere: what was made over one is for such a stream alone.
#[tokio::test]
async fn over_a_stream_is_a_place_of_its_own() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    for named in [None, Some(relay.port())] {
        let to = async || {
            let stream = TcpStream::connect(("127.0.0.1", relay.port())).await.expect("a connection");
            named
                .map_or_else(|| Target::tls("localhost"), |port| Target::tls("localhost").port(port))
                .over(stream)
        };
        let connector = Connector::new(trusting()).expect("a connector");
        visit(&connector, to().await).await;
        let taken = connector.take_sessions(to().await).expect("sessions");
        assert!(!taken.is_empty());

        let connector = with(forgetful(), taken);
        assert!(!visit(&connector, target(relay.port())).await, "dialled");
        assert!(visit(&connector, to().await).await, "over a stream once more");
    }
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

/// Connects with Node's own client and this session, and says whether it was resumed.
const NODE_RESUMES: &str = "
    const tls = require('tls');
    const [major, minor] = process.versions.node.split('.').map(Number);
    // The releases that write the name before a session.
    const binds = major > 26 || (major == 26 && minor >= 3) || (major == 24 && minor >= 17) || (major == 22 && minor >= 23);
    const session = Buffer.from(binds ? input.bound : input.der, 'base64');
    const { port, ca, maxVersion } = input;
    const socket = tls.connect({ host: '127.0.0.1', servername: 'localhost', port, ca, maxVersion, session });
    return new Promise((resolve, reject) => {
        socket.on('secureConnect', () => {
            resolve({ resumed: socket.isSessionReused(), authorized: socket.authorized });
            socket.destroy();
        });
        socket.on('error', reject);
    });";

#[tokio::test]
async fn node_resumes_a_session_of_ours() {
    if !NodeServer::is_available() {
        return;
    }
    let server = NodeServer::with(Pki::shared().localhost()).start().await;
    for newest in super::VERSIONS {
        let mut sessions =
            sessions_of(trusting().max_version(newest), || target(server.port())).await.into_iter();
        let session = sessions.next().expect("a session");
        let bound = session.to_node().expect("its name is known");
        let input = json!({
            "port": server.port(), "ca": Pki::shared().root().pem(), "maxVersion": newest.as_str(),
            "der": STANDARD.encode(session.der()), "bound": STANDARD.encode(&bound),
        });
        let told = node_oracle(NODE_RESUMES, input).await;
        assert_eq!(told, json!({ "resumed": true, "authorized": true }), "{newest}");

        // What Node would be given, we read.
        let lenient = forgetful().max_version(newest).danger().reject_unauthorized(false);
        let read = with(lenient, Sessions::parse(&bound).expect("what we have written"));
        let socket = read.connect(target(server.port())).await.expect("a connection");
        assert!(socket.is_session_reused(), "{newest}");
    }
}

#[tokio::test]
async fn a_session_of_tls_1_2_that_comes_alone_may_be_used_again_and_again() {
    let server = Echo::tls().await;
    let old = || forgetful().max_version(TlsVersion::Tls1_2).danger().reject_unauthorized(false);
    let sessions = sessions_of(trusting().max_version(TlsVersion::Tls1_2), || target(server.port())).await;
    let bare = Session::from_der(sessions[0].der()).expect("DER");
    assert_eq!(bare.version(), Some(TlsVersion::Tls1_2));
    for connector in [with(old(), bare.clone()), with(old(), bare)] {
        assert_eq!(resumptions(&connector, || target(server.port()), 3).await, [true; 3]);
    }
}

#[tokio::test]
async fn a_ticket_that_is_given_to_many_is_offered_once() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let session = sessions_of(trusting(), || target(relay.port())).await.remove(0);
    let before = offers(&relay).len();
    let copy = Session::from_der(session.der()).expect("DER");
    let one = with(forgetful(), vec![session.clone(), session.clone()]);
    assert_eq!(resumptions(&one, || target(relay.port()), 2).await, [true, false]);
    let other = with(forgetful(), session);
    assert!(!visit(&other, target(relay.port())).await);
    let lenient = with(forgetful().danger().reject_unauthorized(false), copy);
    assert!(!visit(&lenient, target(relay.port())).await);
    assert_eq!(offers(&relay)[before..], [true, false, false, false]);
}

/// Alone, since what is traced is decided for a whole process, which tests on other threads are part of.
#[test]
fn one_that_is_not_offered_is_told_of() {
    run_alone(concat!(module_path!(), "::one_that_is_not_offered_is_told_of"), async {
        let server = Echo::tls().await;
        let sessions = sessions_of(trusting(), || target(server.port())).await;
        let spent = sessions[0].clone();
        let elsewhere = target(server.port()).servername("127.0.0.1.test");
        let told = Events::during(async {
            let given = vec![spent.clone(), spent, Session::from_der(sessions[1].der()).expect("DER")];
            let connector = with(forgetful(), given);
            connector.connect(elsewhere).await.expect_err("not its name");
            assert_eq!(resumptions(&connector, || target(server.port()), 2).await, [true, false]);
        })
        .await;
        let reasons: Vec<_> = told.iter().filter_map(|line| line.split("unfit=").nth(1)).collect();
        let bare = "no certificate came with it to verify the server by; ";
        let name = "it belongs to another name; ";
        assert_eq!(reasons, [bare, name, name, "it was offered before, and may be used once; "], "{told:?}");
    });
}

#[tokio::test]
async fn other_protocols_are_other_terms_in_another_process_too() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let https = || Target::https("127.0.0.1").port(relay.port()).servername("localhost");
    let sessions = sessions_of(trusting(), https).await;
    let before = offers(&relay).len();
    let (connector, count) = (with(forgetful(), sessions.clone()), sessions.len() as u64);
    assert!(!visit(&connector, target(relay.port())).await);
    assert!(visit(&connector, https()).await);
    assert_eq!(connector.session_stats().unfit, count);
    assert_eq!(offers(&relay)[before..], [false, true]);
}

#[tokio::test]
async fn a_check_is_equal_to_none_in_another_process() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let checked = Connector::new(trusting()).expect("a connector").check(|_| Ok(()));
    visit(&checked, target(relay.port())).await;
    let sessions = checked.take_sessions(target(relay.port())).expect("sessions");
    let unchecked = sessions_of(trusting(), || target(relay.port())).await;
    let before = offers(&relay).len();
    let connector = with(forgetful(), sessions.clone());
    assert!(!visit(&connector, target(relay.port())).await);
    assert_eq!(connector.session_stats().unfit, sessions.len() as u64);
    assert!(!visit(&with(forgetful(), sessions).check(|_| Ok(())), target(relay.port())).await);
    assert!(!visit(&with(forgetful(), unchecked).check(|_| Ok(())), target(relay.port())).await);
    assert_eq!(offers(&relay)[before..], [false; 3]);
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

#[tokio::test]
async fn a_rotation_drops_those_that_were_given() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let sessions = sessions_of(trusting(), || target(relay.port())).await;
    let connector = with(forgetful(), sessions);
    assert!(visit(&connector, target(relay.port())).await);
    connector.reload().expect("the same again");
    assert!(!visit(&connector, target(relay.port())).await, "there was another one");
    assert_eq!(offers(&relay).last(), Some(&false));
}
