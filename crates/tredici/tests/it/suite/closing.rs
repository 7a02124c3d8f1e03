//! However a connection is closed, its peer sees an end and no reset, and has got all that was sent.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::Instant,
};
use tredici::{Connector, Error, ListenOptions, Listener, Socket, Target, TlsVersion};
use tredici_test::{Fault, ScriptedServer, within};

use super::ends;

/// How the caller is done with a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Close,
    Shutdown,
    Drop,
}

impl Way {
    const ALL: [Self; 3] = [Self::Close, Self::Shutdown, Self::Drop];

    async fn go(self, mut socket: Socket) {
        match self {
            Self::Close => socket.close().await.expect("closes"),
            Self::Shutdown => socket.shutdown().await.expect("shuts down"),
            Self::Drop => {}
        }
    }
}

const LAST: &[u8] = b"what was written last";

/// The client goes with so many bytes unread, and the server reads to the end: what it heard, and how it ended.
async fn leave(
    connector: &Connector,
    listener: &Listener,
    target: Target,
    unread: usize,
    way: Way,
) -> (Vec<u8>, std::io::Result<usize>) {
    let (mut client, mut server) = ends::pair(connector, listener, target).await;
    // On the loopback interface what has been written has arrived.
    server.write_all(&vec![7; unread]).await.expect("writes");
    server.flush().await.expect("flushes");
    client.write_all(LAST).await.expect("writes");
    client.flush().await.expect("flushes");
    way.go(client).await;
    let mut heard = Vec::new();
    let ended = within("the end of the connection", server.read_to_end(&mut heard)).await;
    (heard, ended)
}

const UNREAD: [usize; 4] = [0, 1, 40_000, 100_000];

#[tokio::test]
async fn plain() {
    let connector = ends::connector();
    let listener = ends::listen(ListenOptions::new()).await;
    for unread in UNREAD {
        for way in Way::ALL {
            let target = Target::tcp("127.0.0.1").port(ends::port(&listener));
            let (heard, ended) = leave(&connector, &listener, target, unread, way).await;
            assert_eq!(heard, LAST, "{way:?} with {unread} bytes unread");
            ended.unwrap_or_else(|error| panic!("{way:?} with {unread} bytes unread: {error}"));
        }
    }
}

#[tokio::test]
async fn tls() {
    for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        // Without a byte unread, the tickets of TLS 1.3 are.
        let connector = ends::connector();
        let listener = ends::listen(ends::localhost().max_version(version)).await;
        for unread in UNREAD {
            for way in Way::ALL {
                let target = ends::target(ends::port(&listener));
                let (heard, ended) = leave(&connector, &listener, target, unread, way).await;
                let case = format!("{version:?}, {way:?} with {unread} bytes unread");
                assert_eq!(heard, LAST, "{case}");
                match (way, ended) {
                    // There is no goodbye without waiting, and the server is told so.
                    (Way::Drop, Err(error)) => {
                        let error = error.downcast::<Error>().expect("an error of ours");
                        assert_eq!(error.code(), "ERR_TLS_TRUNCATED", "{case}");
                    }
                    (Way::Close | Way::Shutdown, Ok(_)) => {}
                    (_, ended) => panic!("{case}: {ended:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn over_a_unix_socket() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let connector = ends::connector();
    let listener = ends::listen_unix(&path, ends::localhost()).await;
    for way in [Way::Close, Way::Shutdown] {
        let target = Target::tls("localhost").socket_path(path.as_path());
        let (heard, ended) = leave(&connector, &listener, target, 10_000, way).await;
        assert_eq!(heard, LAST);
        ended.expect("a clean end");
    }
}

/// A server that is reset reads ECONNRESET and not what came before: the tickets are unread when the client goes that
/// has seen nothing but the handshake.
#[tokio::test]
async fn a_client_that_goes_right_after_the_handshake() {
    let connector = ends::connector();
    let listener = ends::listen(ends::localhost()).await;
    for way in Way::ALL {
        let (client, mut server) =
            ends::pair(&connector, &listener, ends::target(ends::port(&listener))).await;
        way.go(client).await;
        let ended = within("the end", server.read(&mut [0])).await;
        match ended {
            Ok(0) => assert_ne!(way, Way::Drop),
            Ok(count) => panic!("{count} bytes that nobody has sent"),
            Err(error) => {
                assert_eq!(way, Way::Drop);
                assert_eq!(error.downcast::<Error>().expect("one of ours").code(), "ERR_TLS_TRUNCATED");
            }
        }
    }
}

/// Closing waits for what the peer is still sending, as long as it comes.
#[tokio::test]
async fn a_peer_that_is_still_sending() {
    let connector = ends::connector();
    for is_tls in [false, true] {
        let listener = ends::listen(if is_tls { ends::localhost() } else { ListenOptions::new() }).await;
        let port = ends::port(&listener);
        let target = if is_tls { ends::target(port) } else { Target::tcp("127.0.0.1").port(port) };
        let (mut client, server) = ends::pair(&connector, &listener, target).await;
        let (mut reader, mut writer) = tokio::io::split(server);
        let sending = tokio::spawn(async move {
            writer.write_all(&vec![7; 500_000]).await?;
            writer.shutdown().await
        });
        let hearing = tokio::spawn(async move {
            let mut heard = Vec::new();
            reader.read_to_end(&mut heard).await.map(|_| heard)
        });
        client.write_all(LAST).await.expect("writes");
        client.close().await.expect("closes");
        within("all to be sent", sending).await.expect("no panic").expect("no reset");
        let heard = within("all to be heard", hearing).await.expect("no panic").expect("no reset");
        assert_eq!(heard, LAST);
    }
}

/// Nor does it wait for ever.
#[tokio::test]
async fn a_peer_that_does_not_end_is_not_waited_for() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let connector = ends::connector();
    let mut client =
        connector.connect(Target::tcp("127.0.0.1").port(server.port())).await.expect("a connection");
    client.write_all(LAST).await.expect("writes");
    tokio::time::pause();
    let start = Instant::now();
    within("the close", client.close()).await.expect("closes");
    assert!(start.elapsed() <= Duration::from_millis(101), "{:?}", start.elapsed());
}

/// What a close waits for is read by TLS, and not just away.
#[tokio::test]
async fn a_close_keeps_the_tickets_of_a_connection_that_was_never_read() {
    let echo = ends::Echo::tls().await;
    let connector = ends::connector();
    for resumed in [false, true, true] {
        let socket = connector.connect(ends::target(echo.port())).await.expect("a connection");
        assert_eq!(socket.is_session_reused(), resumed);
        socket.close().await.expect("closes");
    }
}
