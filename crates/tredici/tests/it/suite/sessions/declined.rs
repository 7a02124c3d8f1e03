//! Servers that do not want the session they are offered.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tredici::{Connector, ErrorKind, Target, TlsVersion};
use tredici_test::{Cut, Fault, Relay, ScriptedServer, wire::ClientHello};

use super::super::ends::{Echo, connector, listen_unix, localhost, target, trusting};
use super::{held, visit};

#[tokio::test]
async fn a_server_that_has_forgotten_is_met_in_full_and_the_old_sessions_go() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let over_unix = || Target::tls("localhost").socket_path(&path);
    let start = async || Echo::on(listen_unix(&path, localhost()).await);
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
        let server = start().await;
        assert!(!visit(&connector, over_unix()).await);
        assert!(visit(&connector, over_unix()).await);
        server.stop().await;

        let server = start().await;
        assert!(!visit(&connector, over_unix()).await, "{newest}: its keys are other ones now");
        let kept = if newest == TlsVersion::Tls1_3 { 2 } else { 1 };
        assert_eq!(held(&connector, over_unix()), kept, "{newest}: none of the first server is left");
        assert!(visit(&connector, over_unix()).await, "{newest}");
        server.stop().await;
    }
}

/// How a server chokes.
#[derive(Debug, Clone, Copy)]
enum Way {
    Alert,
    Reset,
    End,
}

/// Passes clients on to a server, but for those who offer a session.
struct Choking {
    port: u16,
    offers: Arc<Mutex<Vec<bool>>>,
    task: JoinHandle<()>,
}

impl Choking {
    async fn before(server: u16, way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let offers = Arc::<Mutex<Vec<bool>>>::default();
        let task = tokio::spawn({
            let offers = offers.clone();
            async move {
                let mut connections = JoinSet::new();
                while let Ok((client, _)) = listener.accept().await {
                    connections.spawn(choke_or_pass(client, server, way, offers.clone()));
                }
            }
        });
        Self { port, offers, task }
    }

    fn offers(&self) -> Vec<bool> {
        self.offers.lock().expect("nobody panics here").clone()
    }
}

impl Drop for Choking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn choke_or_pass(
    mut client: TcpStream,
    server: u16,
    way: Way,
    offers: Arc<Mutex<Vec<bool>>>,
) -> io::Result<()> {
    let mut received = Vec::new();
    let hello = loop {
        if client.read_buf(&mut received).await? == 0 {
            return Ok(());
        }
        if let Some(hello) = ClientHello::read(&received) {
            break hello;
        }
    };
    let is_offer = hello.ticket().is_some();
    offers.lock().expect("nobody panics here").push(is_offer);
    if is_offer {
        return match way {
            // A fatal illegal_parameter.
            Way::Alert => client.write_all(&[21, 3, 3, 0, 2, 2, 47]).await,
            Way::Reset => client.set_zero_linger(),
            Way::End => Ok(()),
        };
    }
    let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
    server.write_all(&received).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

#[tokio::test]
async fn a_server_that_chokes_on_a_session_is_asked_once_more_without() {
    let server = Echo::tls().await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        for way in [Way::Alert, Way::Reset, Way::End] {
            let front = Choking::before(server.port(), way).await;
            let connector = Connector::new(trusting().max_version(newest)).expect("a connector");
            assert!(!visit(&connector, target(front.port)).await);
            let socket = connector.connect(target(front.port)).await.expect("the second attempt is good");
            assert!(!socket.is_session_reused());
            assert_eq!(front.offers(), [false, true, false], "{newest}, {way:?}");
            assert_eq!(socket.attempts().len(), 2, "both are told");
            let new = usize::from(newest == TlsVersion::Tls1_2);
            assert_eq!(held(&connector, target(front.port)), new, "{newest}, {way:?}: no old one is left");
            let stats = connector.session_stats();
            assert_eq!((stats.hits, stats.misses, stats.refused), (0, 1, 1), "{newest}, {way:?}");
        }
    }
}

#[tokio::test]
async fn over_a_given_stream_there_is_no_second_attempt() {
    let server = Echo::tls().await;
    let front = Choking::before(server.port(), Way::Alert).await;
    let connector = connector();
    let stream = async || TcpStream::connect(("127.0.0.1", front.port)).await.expect("connects");
    let over = async || target(1).over(stream().await);
    visit(&connector, over().await).await;
    let error = connector.connect(over().await).await.expect_err("the alert");
    assert_eq!((error.kind(), error.phase().as_str()), (ErrorKind::Alert(47), "secureConnect"));
    assert!(!visit(&connector, over().await).await, "the sessions are gone, and it works again");
    assert_eq!(front.offers(), [false, true, false]);
}

#[tokio::test]
async fn an_alert_without_a_session_is_final() {
    let server = ScriptedServer::tcp(Fault::alert(40)).await;
    let error = connector().connect(target(server.port())).await.expect_err("the alert");
    assert_eq!((error.kind(), server.accepted()), (ErrorKind::Alert(40), 1));
}

/// A server that breaks every connection says nothing of the session, and is asked once more all the same.
#[tokio::test]
async fn a_line_that_breaks_twice_leaves_the_sessions() {
    let server = Echo::tls().await;
    for cut in [Cut::Reset, Cut::Fin] {
        let relay = Relay::to(server.port()).await;
        let connector = connector();
        visit(&connector, target(relay.port())).await;
        relay.cut(cut);
        let error = connector.connect(target(relay.port())).await.expect_err("broken");
        assert_eq!((error.code(), error.attempts().len()), ("ECONNRESET", 2), "{cut:?}");
        assert_eq!(held(&connector, target(relay.port())), 1, "{cut:?}: one of two was offered");
        relay.resume();
        assert!(visit(&connector, target(relay.port())).await, "{cut:?}");
        let stats = connector.session_stats();
        assert_eq!((stats.hits, stats.misses, stats.refused), (1, 1, 0), "{cut:?}");
    }
}
