//! A session is for one server, under one name, on the terms of one connector.

use tredici::{Connector, Target};
use tredici_test::{CertificateSpec, Pki, Relay};

use super::super::ends::{Echo, connector, listen_unix, localhost, showing, target, trusting};
use super::{held, offers, resumptions, visit};

#[tokio::test]
async fn another_port_is_another_server() {
    let server = Echo::tls().await;
    // The server would take any ticket of its own, by whichever port it comes.
    let (one, other) = (Relay::to(server.port()).await, Relay::to(server.port()).await);
    let connector = connector();
    visit(&connector, target(one.port())).await;
    assert!(!visit(&connector, target(other.port())).await);
    assert!(visit(&connector, target(one.port())).await);
    assert_eq!((offers(&one), offers(&other)), (vec![false, true], vec![false]));
}

#[tokio::test]
async fn two_servers_of_one_name_do_not_take_each_others_place() {
    let (one, other) = (Echo::tls().await, Echo::tls().await);
    let connector = connector();
    for expected in [false, true, true] {
        for server in [&one, &other] {
            assert_eq!(visit(&connector, target(server.port())).await, expected);
        }
    }
}

#[tokio::test]
async fn another_name_is_another_server() {
    let names = CertificateSpec::server(&["one.test", "other.test", "127.0.0.1"]);
    let server = Echo::with(showing(&Pki::shared().root().leaf(names))).await;
    let relay = Relay::to(server.port()).await;
    let connector = connector();
    let at = || Target::tls("127.0.0.1").port(relay.port());
    for expected in [false, true] {
        assert_eq!(visit(&connector, at().servername("one.test")).await, expected);
        assert_eq!(visit(&connector, at().servername("other.test")).await, expected);
        assert_eq!(visit(&connector, at()).await, expected, "the address itself is a name");
    }
    assert_eq!(offers(&relay), [false, false, false, true, true, true]);
    assert!(visit(&connector, at().servername("ONE.test.")).await, "another spelling is the same name");
}

#[tokio::test]
async fn other_protocols_are_other_terms() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let connector = connector();
    let https = || Target::https("127.0.0.1").port(relay.port()).servername("localhost");
    let tls = || target(relay.port());
    for expected in [false, true] {
        assert_eq!(visit(&connector, https()).await, expected);
        assert_eq!(visit(&connector, tls()).await, expected);
    }
    assert_eq!(offers(&relay), [false, false, true, true]);
}

#[tokio::test]
async fn another_path_is_another_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let (path, alias) = (directory.path().join("socket"), directory.path().join("alias"));
    let _server = Echo::on(listen_unix(&path, localhost()).await);
    std::os::unix::fs::symlink(&path, &alias).expect("a second name of the same socket");
    let connector = connector();
    let over = |path| Target::tls("localhost").socket_path(path);
    for expected in [false, true] {
        assert_eq!(visit(&connector, over(&path)).await, expected);
        assert_eq!(visit(&connector, over(&alias)).await, expected);
    }
}

#[tokio::test]
async fn a_path_is_no_port_and_a_given_stream_neither() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let over_unix = Echo::on(listen_unix(&path, localhost()).await);
    let server = Echo::tls().await;
    let connector = connector();
    visit(&connector, target(server.port())).await;
    assert!(!visit(&connector, target(server.port()).socket_path(&path)).await);

    let stream =
        async || tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects");
    for expected in [false, true] {
        assert_eq!(visit(&connector, target(server.port()).over(stream().await)).await, expected);
    }
    drop(over_unix);
}

#[tokio::test]
async fn clones_share_their_sessions() {
    let server = Echo::tls().await;
    let connector = connector();
    visit(&connector.clone(), target(server.port())).await;
    assert!(visit(&connector, target(server.port())).await);
    assert!(visit(&connector.clone(), target(server.port())).await);
}

#[tokio::test]
async fn other_terms_share_none() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let connector = connector();
    visit(&connector, target(relay.port())).await;

    let checked = connector.check(|_| Ok(()));
    let checked_twice = checked.check(|_| Ok(()));
    let equal = Connector::new(trusting()).expect("a connector");
    for other in [&checked, &checked_twice, &equal] {
        assert_eq!(held(other, target(relay.port())), 0);
        assert!(!visit(other, target(relay.port())).await);
    }
    assert_eq!(offers(&relay), [false; 4]);
    for one in [&connector, &checked, &checked_twice, &equal] {
        assert_eq!(resumptions(one, || target(relay.port()), 1).await, [true], "each has its own");
    }
}
