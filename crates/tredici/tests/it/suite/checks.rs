//! Checks that wait, and may talk to the peer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Notify,
    task::JoinHandle,
    time::Instant,
};
use tredici::{Connector, Error, ErrorKind, ListenOptions, Listener, Socket, Target, TlsVersion};
use tredici_test::{Pki, within};

use super::ends::{Echo, accept, connector, exchange, listen, localhost, pair, port, target, trusting};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// Welcomes each client with this line, then echoes.
async fn welcoming(word: &'static [u8; 4], version: TlsVersion) -> (u16, JoinHandle<()>) {
    let listener = listen(localhost().max_version(version)).await;
    let port = port(&listener);
    let task = tokio::spawn(async move {
        while let Ok(incoming) = listener.accept().await {
            tokio::spawn(async move {
                let mut socket = incoming.secure().await?;
                socket.write_all(word).await?;
                let (mut reader, mut writer) = tokio::io::split(socket);
                tokio::io::copy(&mut reader, &mut writer).await?;
                writer.shutdown().await?;
                Ok::<(), Error>(())
            });
        }
    });
    (port, task)
}

/// One that wants to be welcomed.
fn welcomed(connector: &Connector) -> Connector {
    connector.check_async(|socket| {
        Box::pin(async move {
            let mut word = [0; 4];
            socket.read_exact(&mut word).await?;
            match &word {
                b"220 " => Ok(()),
                _ => Err(Error::check("not welcome")),
            }
        })
    })
}

#[tokio::test]
async fn a_greeting_is_read_on_the_first_and_on_the_resumed_connection() {
    for version in VERSIONS {
        let (port, server) = welcoming(b"220 ", version).await;
        let connector = welcomed(&connector());
        for resumed in [false, true, true] {
            let mut socket = connector.connect(target(port)).await.expect("welcome");
            assert_eq!((socket.is_session_reused(), socket.bytes_read()), (resumed, 4));
            exchange(&mut socket).await;
        }
        server.abort();
    }
}

#[tokio::test]
async fn what_a_check_refuses_is_closed_and_leaves_no_session() {
    for version in VERSIONS {
        let (port, server) = welcoming(b"554 ", version).await;
        let connector = welcomed(&connector());
        for _ in 0..2 {
            let error = connector.connect(target(port)).await.expect_err("not welcome");
            assert_eq!((error.phase().as_str(), error.message()), ("check", "not welcome"));
            assert_eq!(error.attempts().len(), 1);
            let certificate = error.peer_certificate().expect("whom we talked to");
            assert_eq!(certificate.raw(), Pki::shared().localhost().der());
            assert_eq!(connector.cached_sessions(target(port)).expect("a target"), 0);
        }
        server.abort();
    }
}

/// The end of a connection that this connector refuses, as its server sees it.
async fn refused(connector: &Connector, listener: &Listener) -> Error {
    let server = async {
        let mut socket = accept(listener).await?;
        Ok::<usize, Error>(socket.read(&mut [0]).await?)
    };
    let both = async { tokio::join!(connector.connect(target(port(listener))), server) };
    let (refused, seen) = within("a refusal", both).await;
    assert!(matches!(&seen, Err(_) | Ok(0)), "closed: {seen:?}");
    refused.expect_err("refused")
}

#[tokio::test]
async fn a_peer_that_goes_during_a_check_has_failed_it() {
    let listener = listen(localhost()).await;
    let connector = welcomed(&connector());
    let both = async {
        tokio::join!(connector.connect(target(port(&listener))), async {
            accept(&listener).await.expect("a client").close().await
        })
    };
    let (refused, _) = within("a refusal", both).await;
    let error = refused.expect_err("no greeting");
    assert_eq!(error.phase().as_str(), "check");
    assert!(error.peer_certificate().is_some());
}

#[tokio::test]
async fn checks_run_in_their_order_and_the_first_no_ends_it() {
    let listener = listen(localhost()).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let in_turn = |connector: &Connector, turn: usize, verdict: fn() -> Result<(), Error>| {
        let asked = asked.clone();
        connector.check_async(move |_| {
            let asked = asked.clone();
            Box::pin(async move {
                tokio::task::yield_now().await;
                assert_eq!(asked.swap(turn, Ordering::SeqCst), turn - 1);
                verdict()
            })
        })
    };
    let one = in_turn(&connector(), 1, || Ok(()));
    let two = one.check({
        let asked = asked.clone();
        move |_| {
            assert_eq!(asked.swap(2, Ordering::SeqCst), 1);
            Ok(())
        }
    });
    let three = in_turn(&two, 3, || Err(Error::check("three")));
    let four = three.check(|_| unreachable!("it was refused before"));
    assert_eq!(refused(&four, &listener).await.message(), "three");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn time_is_up_for_a_check_too() {
    let listener = listen(localhost()).await;
    let limit = Duration::from_millis(1234);
    let limited = Connector::new(trusting().timeout(limit)).expect("a connector");
    let is_accepted = Arc::new(Notify::new());
    let accepted = is_accepted.clone();
    let stuck = limited.check_async(move |_| {
        let is_accepted = is_accepted.clone();
        Box::pin(async move {
            is_accepted.notified().await;
            // Nothing else is waited for from here on.
            tokio::time::pause();
            std::future::pending().await
        })
    });
    let start = Instant::now();
    let server = async {
        let socket = accept(&listener).await.expect("a client");
        accepted.notify_one();
        socket
    };
    let (refused, mut server) = tokio::join!(stuck.connect(target(port(&listener))), server);
    let error = refused.expect_err("time is up");
    assert!((limit..limit + Duration::from_millis(2)).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert_eq!((error.kind(), error.phase().as_str()), (ErrorKind::Timeout, "check"));
    let said = format!("Connect Timeout Error (attempted address: 127.0.0.1:{}, ", port(&listener));
    assert!(error.message().starts_with(&said), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("check")));
    let [attempt] = error.attempts() else { panic!("one attempt: {:?}", error.attempts()) };
    assert!(attempt.error().is_none(), "it answered");
    assert!(error.timings().secure_connect.is_some());
    let read = server.read(&mut [0]).await;
    assert!(matches!(read, Err(_) | Ok(0)), "closed: {read:?}");
}

#[tokio::test]
async fn a_panic_in_a_check_harms_nobody_else() {
    let listener = listen(localhost()).await;
    let panicking = connector().check_async(|socket| {
        Box::pin(async move {
            assert!(socket.destination().servername.as_deref() != Some("localhost"), "a caller's own");
            Ok(())
        })
    });
    let connecting = tokio::spawn({
        let (connector, target) = (panicking.clone(), target(port(&listener)));
        async move { connector.connect(target).await.map(drop) }
    });
    let mut server = accept(&listener).await.expect("a client");
    assert!(connecting.await.expect_err("it panics").is_panic());
    let read = within("the end", server.read(&mut [0])).await;
    assert!(matches!(read, Err(_) | Ok(0)), "closed: {read:?}");
    assert_eq!(panicking.cached_sessions(target(port(&listener))).expect("a target"), 0);
    let by_address = Target::tls("127.0.0.1").port(port(&listener));
    let (client, _server) = pair(&panicking, &listener, by_address).await;
    assert!(client.authorized());
}

/// Whatever a check does with the socket, no session of another connection is taken for one of this.
#[tokio::test]
async fn the_sessions_of_another_socket_are_not_kept() {
    let (echo, other) = (Echo::tls().await, Echo::tls().await);
    let (elsewhere, elsewhere_port) = (connector(), other.port());
    let swapping = {
        let elsewhere = elsewhere.clone();
        connector().check_async(move |socket| {
            let elsewhere = elsewhere.clone();
            Box::pin(async move {
                *socket = elsewhere.connect(target(elsewhere_port)).await?;
                Ok(())
            })
        })
    };
    let mut socket = swapping.connect(target(echo.port())).await.expect("a connection");
    exchange(&mut socket).await;
    assert_eq!(swapping.cached_sessions(target(echo.port())).expect("a target"), 0);
    assert!(elsewhere.cached_sessions(target(elsewhere_port)).expect("a target") > 0);
}

/// Not even where it lies at the same address in memory, which is free once a check has dropped the first.
#[tokio::test]
async fn nor_where_it_takes_the_place_of_the_first() {
    let (echo, other) = (Echo::tls().await, Echo::tls().await);
    let plain = Echo::with(ListenOptions::new()).await;
    let (other_port, plain_port, round) = (other.port(), plain.port(), AtomicUsize::new(0));
    let lenient = Connector::new(trusting().danger().reject_unauthorized(false)).expect("a connector");
    let swapping = connector().check_async(move |socket| {
        // What else is allocated decides which of them comes to lie there.
        let pieces = round.fetch_add(1, Ordering::Relaxed) % 7;
        let lenient = lenient.clone();
        Box::pin(async move {
            *socket = lenient.connect(Target::tcp("127.0.0.1").port(plain_port)).await?;
            let held: Vec<_> = (0..pieces).map(|_| Box::new([0_u8; size_of::<Socket>()])).collect();
            *socket = lenient.connect(target(other_port)).await?;
            drop(held);
            Ok(())
        })
    });
    for _ in 0..40 {
        let mut socket = swapping.connect(target(echo.port())).await.expect("a connection");
        exchange(&mut socket).await;
        assert_eq!(swapping.cached_sessions(target(echo.port())).expect("a target"), 0);
    }
}

#[tokio::test]
async fn plain_connections_are_checked_too() {
    let listener = listen(ListenOptions::new()).await;
    let asking = connector()
        .check_async(|socket: &mut Socket| Box::pin(async move { Ok(socket.write_all(b"hello").await?) }));
    let plain = Target::tcp("127.0.0.1").port(port(&listener));
    let (_client, mut server) = pair(&asking, &listener, plain).await;
    let mut said = [0; 5];
    within("what the check says", server.read_exact(&mut said)).await.expect("reads");
    assert_eq!(&said, b"hello");
}
