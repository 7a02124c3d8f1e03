//! Each term is read back from the descriptor of the socket that the caller gets.
#![cfg(target_os = "linux")]

use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use socket2::{Protocol, SockRef};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{ConnectOptions, Connector, ListenOptions, RemoteAddress, Socket, Target};
use tredici_test::within;

use super::ends::{Echo, client_options, exchange, listen_unix, localhost, target, trusting};

/// Reads one thing from the descriptors of connections on these terms: plain and TLS, over IPv4 and IPv6.
async fn read<T>(options: ConnectOptions, read: impl Fn(&SockRef<'_>, SocketAddr) -> T) -> Vec<T> {
    let mut seen = Vec::new();
    for (address, is_tls) in [("127.0.0.1", false), ("::1", false), ("127.0.0.1", true)] {
        let options = if is_tls {
            options.clone().ca(tredici_test::Pki::shared().root().pem())
        } else {
            options.clone()
        };
        let socket = connected(options, address, is_tls).await;
        let remote = socket.remote_address().expect("TCP");
        let descriptor = socket.fd().expect("a descriptor");
        seen.push(read(&SockRef::from(&descriptor), remote));
    }
    seen
}

async fn connected(options: ConnectOptions, address: &str, is_tls: bool) -> Socket {
    let terms = if is_tls { localhost() } else { ListenOptions::new() };
    let at = SocketAddr::new(address.parse().expect(address), 0).to_string();
    let echo = Echo::on(super::ends::listen_at(at.parse().expect("an address"), terms).await);
    let connector = Connector::new(options).expect("a connector");
    let target = match is_tls {
        true => target(echo.port()),
        false => Target::tcp(address).port(echo.port()),
    };
    let mut socket = within("a connection", connector.connect(target)).await.expect("a connection");
    exchange(&mut socket).await;
    socket
}

/// What stands in `given` for the connections on the terms that were given, and in `default` for those without.
async fn differs<T: PartialEq + std::fmt::Debug>(
    given: (ConnectOptions, T),
    default: T,
    get: impl Fn(&SockRef<'_>) -> io::Result<T>,
) {
    for value in read(given.0, |socket, _| get(socket).expect("a value")).await {
        assert_eq!(value, given.1);
    }
    for value in read(client_options(), |socket, _| get(socket).expect("a value")).await {
        assert_eq!(value, default);
    }
}

#[tokio::test]
async fn no_delay() {
    differs((client_options().no_delay(false), false), true, |socket| socket.tcp_nodelay()).await;
}

#[tokio::test]
async fn keep_alive() {
    differs((client_options().keep_alive(false), false), true, |socket| socket.keepalive()).await;
    let options = client_options()
        .keep_alive_initial_delay(Duration::from_secs(7))
        .keep_alive_interval(Duration::from_secs(3))
        .keep_alive_count(5);
    differs((options, (7, 3, 5)), (60, 1, 10), |socket| {
        let delay = socket.tcp_keepalive_time()?.as_secs();
        Ok((delay, socket.tcp_keepalive_interval()?.as_secs(), socket.tcp_keepalive_retries()?))
    })
    .await;
    // Less than a second is the system's.
    let least = client_options().keep_alive_initial_delay(Duration::from_millis(999));
    let system = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    let system = system.tcp_keepalive_time().expect("the system's");
    for delay in read(least, |socket, _| socket.tcp_keepalive_time().expect("a delay")).await {
        assert_eq!(delay, system);
    }
}

#[tokio::test]
async fn type_of_service() {
    let options = client_options().type_of_service(0x48);
    let tos = |socket: &SockRef<'_>, remote: SocketAddr| match remote {
        SocketAddr::V4(_) => socket.tos_v4(),
        SocketAddr::V6(_) => socket.tclass_v6(),
    };
    let read = read(options.clone(), |socket, remote| tos(socket, remote).expect("a value"));
    assert_eq!(read.await, [0x48; 3]);

    // It goes out as IPv4, whose field is the one that counts.
    let echo = Echo::with(ListenOptions::new()).await;
    let connector = Connector::new(options).expect("a connector");
    let mapped = Target::tcp("::ffff:127.0.0.1").port(echo.port());
    let socket = connector.connect(mapped).await.expect("a connection");
    let descriptor = socket.fd().expect("a descriptor");
    assert_eq!(SockRef::from(&descriptor).tos_v4().expect("a value"), 0x48);
}

#[tokio::test]
async fn tcp_user_timeout() {
    let limit = Duration::from_millis(12_345);
    let given = (client_options().tcp_user_timeout(limit), Some(limit));
    differs(given, None, |socket| Ok(socket.tcp_user_timeout()?.filter(|limit| !limit.is_zero()))).await;
}

#[tokio::test]
async fn bind_device() {
    differs((client_options().bind_device("lo"), Some(b"lo".to_vec())), None, |socket| socket.device()).await;
    let connector = Connector::new(client_options().bind_device("no-such-device")).expect("a connector");
    let error = connector.connect(Target::tcp("127.0.0.1").port(1)).await.expect_err("no device");
    assert_eq!((error.code(), error.phase().as_str()), ("ENODEV", "connect"));
    assert_eq!(error.message(), "setsockopt ENODEV 127.0.0.1:1 (options.bindDevice)");
    assert!(error.hint().expect("a hint").contains("device"), "{error}");
}

/// It takes a capability that not everybody has.
#[tokio::test]
async fn mark() {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    if socket.set_mark(7).is_ok() {
        differs((client_options().mark(7), 7), 0, |socket| socket.mark()).await;
        return;
    }
    let connector = Connector::new(client_options().mark(7)).expect("a connector");
    let error = connector.connect(Target::tcp("127.0.0.1").port(1)).await.expect_err("not permitted");
    assert_eq!(error.message(), "setsockopt EPERM 127.0.0.1:1 (options.mark)");
    assert!(error.hint().expect("a hint").contains("CAP_NET_ADMIN"), "{error}");
}

#[tokio::test]
async fn fast_open() {
    use nix::sys::socket::{getsockopt, sockopt::TcpFastOpenConnect};
    let get = |socket: &SockRef<'_>| getsockopt(&**socket, TcpFastOpenConnect).map_err(io::Error::from);
    differs((client_options().fast_open(true), true), false, get).await;
}

#[tokio::test]
async fn multipath_tcp() {
    let options = client_options().multipath_tcp(true);
    let system = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, Some(Protocol::MPTCP));
    if system.is_ok() {
        differs((options, Some(Protocol::MPTCP)), Some(Protocol::TCP), |socket| socket.protocol()).await;
        return;
    }
    let error = Connector::new(options).expect_err("not on this system");
    assert_eq!((error.code(), error.phase().as_str()), ("UND_ERR_NOT_SUPPORTED", "options"));
    assert!(error.message().contains("options.multipathTcp"), "{error}");
}

/// What Multipath TCP has not on this system is known before anybody is connected to.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn multipath_tcp_with_the_other_terms() {
    let Ok(system) =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, Some(Protocol::MPTCP))
    else {
        return eprintln!("SKIPPED: this system has no Multipath TCP");
    };
    let second = Duration::from_secs(1);
    let has_it = system.set_tcp_user_timeout(Some(second)).is_ok();
    let options = client_options().multipath_tcp(true).tcp_user_timeout(second);
    match Connector::new(options) {
        Ok(_) => assert!(has_it),
        Err(error) => {
            assert_eq!((error.code(), has_it), ("UND_ERR_NOT_SUPPORTED", false), "{error}");
            assert!(error.message().contains("options.tcpUserTimeout"), "{error}");
        }
    }
}

/// Linux doubles what it is given.
#[tokio::test]
async fn buffer_sizes() {
    let options = client_options().send_buffer_size(20_000).receive_buffer_size(30_000);
    let sizes = |socket: &SockRef<'_>| {
        (socket.send_buffer_size().expect("a size"), socket.recv_buffer_size().expect("a size"))
    };
    assert_eq!(read(options.clone(), |socket, _| sizes(socket)).await, [(40_000, 60_000); 3]);

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let _echo = Echo::on(listen_unix(&path, ListenOptions::new()).await);
    let connector = Connector::new(options).expect("a connector");
    let socket = connector.connect(Target::unix(path.as_path())).await.expect("a connection");
    assert_eq!(sizes(&SockRef::from(&socket.fd().expect("a descriptor"))), (40_000, 60_000));
}

/// The hook sees each socket of a race before it connects, on the terms of the other options.
#[tokio::test]
async fn configure_socket() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = seen.clone();
    let options = client_options().send_buffer_size(20_000).configure_socket(move |socket, address| {
        let socket = SockRef::from(&socket);
        let is_connected = socket.peer_addr().is_ok();
        note.lock().unwrap().push((address.to_string(), socket.send_buffer_size()?, is_connected));
        socket.set_recv_buffer_size(30_000)
    });
    let socket = connected(options.clone(), "127.0.0.1", false).await;
    let remote = socket.remote_address().expect("TCP").to_string();
    assert_eq!(*seen.lock().unwrap(), [(remote, 40_000, false)]);
    let size = SockRef::from(&socket.fd().expect("a descriptor")).recv_buffer_size();
    assert_eq!(size.expect("a size"), 60_000);

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let _echo = Echo::on(listen_unix(&path, ListenOptions::new()).await);
    let connector = Connector::new(options).expect("a connector");
    connector.connect(Target::unix(path.as_path())).await.expect("a connection");
    assert_eq!(seen.lock().unwrap()[1].0, path.display().to_string());
}

#[tokio::test]
async fn a_hook_that_fails_fails_the_attempt() {
    let refuse = |_: std::os::fd::BorrowedFd<'_>, address: &RemoteAddress| match address {
        RemoteAddress::Ip(_) => Err(io::Error::other("not on my watch")),
        _ => Err(io::Error::from_raw_os_error(libc::EPERM)),
    };
    let connector = Connector::new(client_options().configure_socket(refuse)).expect("a connector");
    let error = connector.connect(Target::tcp("127.0.0.1").port(1)).await.expect_err("refused");
    assert_eq!(error.phase().as_str(), "connect");
    assert_eq!(error.message(), "configureSocket EIO 127.0.0.1:1: not on my watch");
    assert_eq!(error.attempts()[0].error().expect("a cause").message(), error.message());
    let error = connector.connect(Target::unix(Path::new("/x"))).await.expect_err("refused");
    assert_eq!(error.code(), "EPERM");
}

#[tokio::test]
async fn a_given_stream_that_is_no_socket_has_no_descriptor() {
    let echo = Echo::tls().await;
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", echo.port())).await.expect("a connection");
    let (reader, writer) = stream.into_split();
    let stream = tokio::io::join(reader, writer);
    let connector = Connector::new(trusting()).expect("a connector");
    let socket = connector.connect(Target::tls("localhost").over(stream)).await.expect("a connection");
    assert!(socket.fd().is_none());
}

/// What is written first goes along with the packet that opens the connection, once the server has given a cookie.
#[tokio::test]
async fn what_is_written_first_opens_a_fast_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    let connector = Connector::new(client_options().fast_open(true)).expect("a connector");
    for _ in 0..3 {
        let mut client = connector.connect(Target::tcp("127.0.0.1").port(port)).await.expect("a connection");
        client.write_all(b"hello").await.expect("writes");
        client.flush().await.expect("flushes");
        let (mut server, _) = within("the server's end", listener.accept()).await.expect("a connection");
        let mut received = [0; 5];
        within("what was written", server.read_exact(&mut received)).await.expect("reads");
        assert_eq!(&received, b"hello");
    }
}
