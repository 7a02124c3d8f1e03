//! Servers that do everything but finish the TLS handshake.

use std::{error::Error as _, io};

use tredici::{ErrorKind, Target};
use tredici_test::{Cut, Fault, NodeServer, Relay, ScriptedServer, node_oracle};

use super::super::ends::{self, target, trusting};
use super::{VERSIONS, code_and_phase, refusal, server::Server, speaking};

/// What the client makes of a server that does this; it has a byte stream, and no certificate.
async fn made_of(fault: Fault) -> tredici::Error {
    let server = ScriptedServer::tcp(fault).await;
    let error = refusal(trusting(), target(server.port())).await;
    assert_eq!(error.phase().as_str(), "secureConnect", "{error}");
    assert!(error.peer_certificate().is_none());
    assert_eq!(error.attempts().len(), 1);
    assert!(error.attempts()[0].error().is_none(), "the byte stream stood");
    assert!(error.timings().connect.is_some() && error.timings().secure_connect.is_some());
    assert_eq!(server.accepted(), 1, "nobody tries again without a session");
    error
}

/// The code of the error that Node's own client ends with.
async fn nodes_code(fault: Fault) -> Option<String> {
    if !NodeServer::is_available() {
        return None;
    }
    let server = ScriptedServer::tcp(fault).await;
    let script = "const tls = require('tls');
        return new Promise((resolve) => {
            tls.connect({ host: '127.0.0.1', port: input }).on('error', ({ code }) => resolve(code));
        });";
    Some(node_oracle(script, server.port().into()).await.as_str().expect("a code").to_owned())
}

#[tokio::test]
async fn a_plain_server() {
    let error = made_of(Fault::plain_text()).await;
    assert_eq!(error.code(), "ERR_SSL_WRONG_VERSION_NUMBER");
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::Tls, false));
    assert!(error.hint().expect("a hint").contains("does not speak TLS"));
    if let Some(code) = nodes_code(Fault::plain_text()).await {
        assert_eq!(code, error.code());
    }
}

#[tokio::test]
async fn a_server_that_speaks_nonsense() {
    let error = made_of(Fault::garbage()).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Tls, "ERR_SSL_WRONG_VERSION_NUMBER"));
    // What begins as TLS and goes on as nonsense.
    for reply in [
        &[22, 3, 3, 0, 4, 2, 0, 0, 0][..],
        &[22, 3, 3, 0, 0],
        &[22, 3, 3, 0, 5, 11, 0, 0, 1, 0],
        &[23, 3, 3, 0, 2, 1, 1],
        &[22, 3, 3, 255, 255, 0],
        &[20, 3, 3, 0, 1, 1, 20, 3, 3, 0, 1, 1],
        &[21, 3, 3, 0, 1, 2],
        // An alert of a level that there is not: rustls takes it for a fatal one, as RFC 8446 section 6 has it.
        &[21, 3, 3, 0, 2, 9, 9],
    ] {
        let error = made_of(Fault::Reply(reply.to_vec())).await;
        let expected = matches!(error.kind(), ErrorKind::Tls | ErrorKind::Disconnected | ErrorKind::Alert(9));
        assert!(expected, "{reply:?}: {:?} {error}", error.kind());
    }
}

#[tokio::test]
async fn a_reset_during_the_handshake() {
    let error = made_of(Fault::Reset).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::System, "ECONNRESET"));
    assert!(error.message().starts_with("read ECONNRESET"), "{error}");
    assert!(error.hint().expect("a hint").contains("does it speak TLS on this port?"), "{error}");
    assert!(error.retryable());
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).expect("its cause");
    assert_eq!(cause.kind(), io::ErrorKind::ConnectionReset);
    if let Some(code) = nodes_code(Fault::Reset).await {
        assert_eq!(code, error.code());
    }
}

#[tokio::test]
async fn an_end_during_the_handshake() {
    let error = made_of(Fault::Fin).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Disconnected, "ECONNRESET"));
    let nodes = "Client network socket disconnected before secure TLS connection was established";
    assert_eq!(error.message(), nodes);
    assert!(error.retryable());
    if let Some(code) = nodes_code(Fault::Fin).await {
        assert_eq!(code, error.code());
    }
}

/// A goodbye instead of a handshake is an end too.
#[tokio::test]
async fn a_goodbye_during_the_handshake() {
    let goodbye = || Fault::Reply(vec![21, 3, 3, 0, 2, 1, 0]);
    let error = made_of(goodbye()).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Disconnected, "ECONNRESET"));
    if let Some(code) = nodes_code(goodbye()).await {
        assert_eq!(code, error.code());
    }
}

#[tokio::test]
async fn the_same_over_a_unix_socket() {
    let directory = tempfile::tempdir().unwrap();
    for (name, fault, code) in [
        ("plain", Fault::plain_text(), "ERR_SSL_WRONG_VERSION_NUMBER"),
        ("fin", Fault::Fin, "ECONNRESET"),
        ("reset", Fault::Reset, "ECONNRESET"),
    ] {
        let path = directory.path().join(name);
        let _server = ScriptedServer::unix(&path, fault);
        let error = refusal(trusting(), Target::https("localhost").socket_path(&path)).await;
        assert_eq!(code_and_phase(&error), (code, "secureConnect"), "{name}: {error}");
    }
}

#[tokio::test]
async fn alerts_of_every_number() {
    for (description, code) in [
        (40, "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"),
        (47, "ERR_SSL_SSL/TLS_ALERT_ILLEGAL_PARAMETER"),
        (70, "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"),
        (80, "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR"),
        (112, "ERR_SSL_TLSV1_UNRECOGNIZED_NAME"),
        (120, "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"),
    ] {
        let error = made_of(Fault::alert(description)).await;
        assert_eq!((error.kind(), error.code()), (ErrorKind::Alert(description), code));
        assert!(!error.retryable());
        let blames_our_certificate =
            error.hint().is_some_and(|hint| hint.contains("certificate of this side"));
        assert!(!blames_our_certificate, "{error}");
    }
    for description in (1..=255).step_by(7) {
        let error = made_of(Fault::alert(description)).await;
        assert_eq!(error.kind(), ErrorKind::Alert(description), "{error}");
    }
}

/// Wherever the line is cut, the error is the same.
#[tokio::test]
async fn the_servers_flight_is_cut_off() {
    for version in VERSIONS {
        let server = Server::with(ends::localhost()).await;
        for after in [1, 5, 50, 127, 300, 700] {
            let relay = Relay::cutting(server.port(), after, Cut::Fin).await;
            let error = refusal(speaking(version), target(relay.port())).await;
            assert_eq!(code_and_phase(&error), ("ECONNRESET", "secureConnect"), "{after} {error}");
            assert_eq!(error.kind(), ErrorKind::Disconnected);
            let relay = Relay::cutting(server.port(), after, Cut::Reset).await;
            let error = refusal(speaking(version), target(relay.port())).await;
            assert_eq!(code_and_phase(&error), ("ECONNRESET", "secureConnect"), "{after} {error}");
            assert_eq!(error.kind(), ErrorKind::System);
        }
    }
}
