//! TCP over IPv4, over IPv6 and by name; Unix sockets by path and by abstract name. Plain, and with TLS.

use std::net::IpAddr;

use tredici::{Connector, FixedLookup, ListenOptions, Listener, SocketPath, Target};
use tredici_test::{Behaviour, NodeServer, Pki};

use super::super::ends::{connector, exchange, listen_at, localhost, pair, port, trusting};
use super::traffic::exchange_much;

const MUCH: usize = 3 << 20;

async fn listen(address: &str, options: ListenOptions) -> Listener {
    listen_at(address.parse().expect("an address"), options).await
}

#[tokio::test]
async fn by_address() {
    for host in ["127.0.0.1", "::1"] {
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        for (options, scheme) in [(ListenOptions::new(), "tcp"), (localhost(), "tls")] {
            let listener = listen(&format!("{bracketed}:0"), options).await;
            let port = port(&listener);
            let url = format!("{scheme}://{bracketed}:{port}");
            let target = url.parse().expect("a target");
            let (client, server) = pair(&connector(), &listener, target).await;
            assert_eq!(client.encrypted(), scheme == "tls");
            assert_eq!(client.authorized(), scheme == "tls", "the address itself was verified");
            let address: IpAddr = host.parse().expect("an address");
            assert_eq!(client.remote_address(), Some((address, port).into()));
            assert_eq!(client.attempts().len(), 1);
            assert_eq!(client.destination().to_string(), url);
            assert_eq!(client.timings().lookup, None, "there was nothing to look up");
            exchange_much(client, server, MUCH).await;
        }
    }
}

#[tokio::test]
async fn by_name() {
    for (options, scheme) in [(ListenOptions::new(), "tcp"), (localhost(), "tls")] {
        let listener = listen("localhost:0", options).await;
        let target = format!("{scheme}://localhost:{}", port(&listener)).parse().expect("a target");
        let (client, server) = pair(&connector(), &listener, target).await;
        assert_eq!(client.remote_address(), listener.local_address());
        assert!(client.timings().lookup.is_some());
        assert_eq!(client.servername(), (scheme == "tls").then_some("localhost"));
        exchange_much(client, server, MUCH).await;
    }
}

#[tokio::test]
async fn by_a_name_that_only_the_caller_knows() {
    let listener = listen("127.0.0.1:0", localhost()).await;
    let lookup = FixedLookup::new().with("db.internal", ["127.0.0.1".parse().expect("an address")]);
    let connector = Connector::new(trusting().lookup(lookup)).expect("a connector");
    let target = Target::tls("db.internal").port(port(&listener)).servername("localhost");
    let (client, server) = pair(&connector, &listener, target).await;
    assert_eq!(server.servername(), Some("localhost"));
    assert_eq!(client.destination().hostname.as_deref(), Some("db.internal"));
}

async fn over_unix(path: SocketPath) {
    for (options, is_tls) in [(ListenOptions::new(), false), (localhost(), true)] {
        let listener = listen_at(path.clone().into(), options).await;
        assert_eq!((listener.socket_path(), listener.local_address()), (Some(&path), None));
        let target = match is_tls {
            true => Target::tls("localhost").socket_path(path.clone()),
            false => Target::unix(path.clone()),
        };
        let (client, server) = pair(&connector(), &listener, target).await;
        assert_eq!((client.encrypted(), client.authorized()), (is_tls, is_tls));
        for socket in [&client, &server] {
            assert_eq!((socket.local_address(), socket.remote_address()), (None, None));
        }
        assert_eq!(client.attempts()[0].address().to_string(), path.to_string());
        assert_eq!(client.destination().socket_path.as_ref(), Some(&path));
        exchange_much(client, server, MUCH).await;
    }
}

#[tokio::test]
async fn by_path() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    over_unix(SocketPath::from(&path)).await;
    assert!(!path.exists(), "the listener removed its socket");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn by_abstract_name() {
    over_unix(SocketPath::from(format!("@tredici test {}", std::process::id()))).await;
}

#[tokio::test]
async fn nodes_server_over_tcp_and_unix() {
    if !NodeServer::is_available() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let _server = NodeServer::with(Pki::shared().localhost()).unix(&path).start().await;
    let target = Target::https("localhost").socket_path(&path);
    let mut socket = connector().connect(target).await.expect("a connection");
    exchange(&mut socket).await;

    let server = NodeServer::with(Pki::shared().localhost()).host("::1".parse().expect("an address"));
    let server = server.then(Behaviour::Stream(MUCH)).start().await;
    let target = Target::https("::1").port(server.port());
    let mut socket = connector().connect(target).await.expect("a connection");
    let mut received = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut received).await.expect("a clean end");
    assert_eq!((received.len(), socket.bytes_read()), (MUCH, MUCH as u64));
    assert!(received.iter().all(|byte| *byte == b'x'));
}
