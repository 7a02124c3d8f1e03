//! No byte stream: nobody there, no such name, no such socket, no such local address.

use std::{error::Error as _, io, net::IpAddr, path::Path};

use tredici::{Connector, ErrorKind, FixedLookup, LookupError, SocketPath, Target};
use tredici_test::{Fault, NodeServer, RefusedPort, ScriptedServer, abandoned_socket, node_oracle};

use super::{super::ends::client_options, code_and_phase, refusal};

#[tokio::test]
async fn a_port_that_refuses() {
    let nobody = RefusedPort::new();
    let port = nobody.port();
    for target in [Target::tcp("127.0.0.1"), Target::http("127.0.0.1"), Target::tls("127.0.0.1")] {
        let error = refusal(client_options(), target.port(port)).await;
        assert_eq!(code_and_phase(&error), ("ECONNREFUSED", "connect"));
        assert_eq!((error.kind(), error.name(), error.retryable()), (ErrorKind::System, "Error", true));
        assert_eq!(error.message(), format!("connect ECONNREFUSED 127.0.0.1:{port}"));
        assert!(error.hint().expect("a hint").contains("nothing listens there"));
        let [attempt] = error.attempts() else { panic!("one attempt: {:?}", error.attempts()) };
        assert_eq!(attempt.address().to_string(), format!("127.0.0.1:{port}"));
        assert_eq!(attempt.error().expect("a cause").message(), error.message());
        let timings = error.timings();
        assert!(timings.lookup.is_none() && timings.connect.is_some() && timings.secure_connect.is_none());
        let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).expect("its cause");
        assert_eq!(cause.kind(), io::ErrorKind::ConnectionRefused);
        assert!(error.peer_certificate().is_none());
    }
}

/// Two loopback addresses that no other test uses: where one has a port, it is nobody's at the other.
pub(super) fn two_addresses(test: u8) -> [IpAddr; 2] {
    [1, 2].map(|last| [127, 77, test, last].into())
}

#[tokio::test]
async fn several_addresses_that_refuse() {
    let addresses = two_addresses(1);
    let nobody = RefusedPort::at(addresses[0]);
    let port = nobody.port();
    let lookup = FixedLookup::new().with("db.test", addresses);
    let error = refusal(client_options().lookup(lookup), Target::tcp("db.test").port(port)).await;
    assert_eq!(code_and_phase(&error), ("ECONNREFUSED", "connect"));
    assert_eq!(error.name(), "AggregateError");
    for address in addresses.map(|address| format!("{address}:{port}")) {
        assert!(error.message().contains(&format!("{address} ECONNREFUSED")), "{error}");
    }
    let codes: Vec<_> = error.attempts().iter().map(|attempt| attempt.error().unwrap().code()).collect();
    assert_eq!(codes, ["ECONNREFUSED", "ECONNREFUSED"]);
    assert!(error.timings().lookup.is_some() && error.timings().connect.is_some());
    assert_eq!((error.syscall(), error.errno()), (Some("connect"), Some(libc::ECONNREFUSED)));
    #[cfg(feature = "serde")]
    {
        // As in Node, which has a negative errno, its fields for each address.
        let json = serde_json::to_value(&error).unwrap();
        let cause = |address: IpAddr| {
            serde_json::json!({
                "code": "ECONNREFUSED", "message": format!("connect ECONNREFUSED {address}:{port}"),
                "errno": -libc::ECONNREFUSED, "syscall": "connect", "address": address, "port": port,
            })
        };
        assert_eq!(json["causes"], serde_json::json!(addresses.map(cause)));
        assert_eq!((&json["errno"], &json["syscall"]), (&(-libc::ECONNREFUSED).into(), &"connect".into()));
    }
}

#[tokio::test]
async fn an_address_after_one_that_refuses() {
    let addresses = two_addresses(2);
    let server = ScriptedServer::tcp_at(addresses[1], Fault::Silent).await;
    let lookup = FixedLookup::new().with("db.test", addresses);
    let connector = Connector::new(client_options().lookup(lookup)).unwrap();
    let socket = connector.connect(Target::tcp("db.test").port(server.port())).await.unwrap();
    let outcomes =
        socket.attempts().iter().map(|attempt| attempt.error().map(|error| error.code().to_owned()));
    assert_eq!(outcomes.collect::<Vec<_>>(), [Some("ECONNREFUSED".to_owned()), None]);
}

#[tokio::test]
async fn a_name_that_is_unknown() {
    let target = || Target::https("missing.test");
    let error = refusal(client_options().lookup(FixedLookup::new()), target()).await;
    assert_eq!(code_and_phase(&error), ("ENOTFOUND", "lookup"));
    assert_eq!(error.message(), "getaddrinfo ENOTFOUND missing.test");
    assert_eq!((error.kind(), error.host()), (ErrorKind::Lookup, Some("missing.test")));
    assert!(!error.retryable() && error.attempts().is_empty());
    assert!(error.timings().lookup.is_some() && error.timings().connect.is_none());
    let cause = error.source().and_then(|cause| cause.downcast_ref::<LookupError>());
    assert_eq!(cause.expect("its cause").code(), "ENOTFOUND");

    let later = |_name: String| async { Err(LookupError::new("EAI_AGAIN", "no name server answers")) };
    let error = refusal(client_options().lookup(later), target()).await;
    assert_eq!(code_and_phase(&error), ("EAI_AGAIN", "lookup"));
    assert!(error.retryable());

    let nothing = |_name: String| async { Ok(Vec::new()) };
    let error = refusal(client_options().lookup(nothing), target()).await;
    assert_eq!(code_and_phase(&error), ("ENOTFOUND", "lookup"));
}

/// A label of more than 63 bytes (RFC 1035 section 2.3.4) is a name that no resolver sends anywhere.
#[tokio::test]
async fn a_name_that_the_system_refuses() {
    let name = format!("{}.test", "a".repeat(64));
    let error = refusal(client_options(), Target::tcp(name.as_str()).port(1)).await;
    assert_eq!(code_and_phase(&error), ("ENOTFOUND", "lookup"), "{error:?}");
    if NodeServer::is_available() {
        let script = "const net = require('net');
            return new Promise((resolve) => net.connect(1, input.name).on('error', ({ code }) => resolve(code)));";
        assert_eq!(node_oracle(script, serde_json::json!({ "name": name })).await, error.code());
    }
}

async fn unix(path: impl Into<SocketPath>) -> (String, String) {
    let path = path.into();
    let plain = refusal(client_options(), Target::unix(path.clone())).await;
    let tls = refusal(client_options(), Target::https("localhost").socket_path(path)).await;
    assert_eq!(code_and_phase(&plain), code_and_phase(&tls));
    assert_eq!(plain.phase().as_str(), "connect");
    assert_eq!(plain.attempts().len(), 1);
    (plain.code().to_owned(), plain.message().to_owned())
}

fn shown(code: &str, path: &Path) -> (String, String) {
    (code.to_owned(), format!("connect {code} {}", path.display()))
}

#[tokio::test]
async fn unix_sockets_that_nobody_listens_on() {
    let directory = tempfile::tempdir().unwrap();
    let inside = |name: &str| directory.path().join(name);
    assert_eq!(unix(inside("missing")).await, shown("ENOENT", &inside("missing")));
    assert_eq!(unix(directory.path()).await, shown("ECONNREFUSED", directory.path()));
    abandoned_socket(&inside("stale"));
    assert_eq!(unix(inside("stale")).await, shown("ECONNREFUSED", &inside("stale")));
    std::fs::write(inside("file"), "").unwrap();
    assert_eq!(unix(inside("file")).await, shown("ECONNREFUSED", &inside("file")));
    assert_eq!(unix("@tredici nobody listens here").await.0, "ECONNREFUSED");
}

#[tokio::test]
async fn paths_that_no_unix_socket_can_have() {
    let directory = Path::new("/tmp").join("x".repeat(200));
    for length in [108, 109, 200] {
        let path = &directory.to_str().unwrap()[..length];
        assert_eq!(unix(path).await, shown("EINVAL", Path::new(path)), "{length}");
    }
    // One byte less can be a name, and is none.
    assert_eq!(unix(&directory.to_str().unwrap()[..107]).await.0, "ENOENT");
    assert_eq!(unix("/tmp/with\0nul").await.0, "EINVAL");
    assert_eq!(unix("/tmp/with\nnewline and \u{1b}[31mcolour").await.0, "ENOENT");
    assert_eq!(unix(format!("@{}", "x".repeat(108))).await.0, "EINVAL");
}

/// 192.0.2.1 is kept for documentation (RFC 5737): it is nobody's.
#[tokio::test]
async fn a_local_address_that_is_not_ours() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let local = "192.0.2.1".parse().unwrap();
    let target = || Target::tcp("127.0.0.1").port(server.port());
    for error in [
        refusal(client_options(), target().local_address(local)).await,
        refusal(client_options().local_address(local), target()).await,
    ] {
        assert_eq!(code_and_phase(&error), ("EADDRNOTAVAIL", "connect"));
        assert_eq!(error.message(), "bind EADDRNOTAVAIL 192.0.2.1");
        assert_eq!(error.attempts()[0].address().to_string(), format!("127.0.0.1:{}", server.port()));
        assert!(error.hint().expect("a hint").contains("localAddress"));
    }
    assert_eq!(server.accepted(), 0);
}
