//! Whoever drops a connection that is being made drops all of it: for every number of polls.
#![cfg(target_os = "linux")]

use std::{
    cell::RefCell,
    collections::HashSet,
    fs,
    future::{self, poll_fn},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, UnixStream},
    runtime::{Builder, Runtime},
};
use tokio_util::sync::CancellationToken;
use tredici::{Connector, Error, FixedLookup, ListenOptions, Socket, Target, TlsVersion};
use tredici_test::{
    Fault, ScriptedServer, Trickle, UnansweredPort, alive_tasks, drop_after, open_descriptors, run_alone_on,
    settle, within,
};

use super::ends::{self, Echo, client_options, exchange};

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// What is held while nothing goes on.
async fn idle() -> (usize, usize) {
    settle("the server to be idle", || alive_tasks() <= 1).await;
    held()
}

/// Tasks and descriptors.
fn held() -> (usize, usize) {
    (alive_tasks(), open_descriptors())
}

async fn nothing_more_than((tasks, descriptors): (usize, usize)) {
    settle("the tasks to end", || alive_tasks() <= tasks).await;
    settle("the descriptors to be closed", || open_descriptors() <= descriptors).await;
}

/// The sockets that were opened while the client was polled, by which they are told from those of a server on the same thread.
#[derive(Default)]
struct Opened {
    names: RefCell<HashSet<PathBuf>>,
    by_others: bool,
}

impl Opened {
    /// Threads open some at the same time, and nobody knows whose is whose.
    fn and_by_others(self) -> Self {
        Self { by_others: true, ..self }
    }

    async fn by<F: Future>(&self, client: F) -> F::Output {
        let mut client = pin!(client);
        poll_fn(|cx| {
            let before = sockets();
            let outcome = client.as_mut().poll(cx);
            self.names.borrow_mut().extend(sockets().difference(&before).cloned());
            outcome
        })
        .await
    }

    /// None of them is there any more, and nobody had to wait for it.
    fn are_closed(&self) {
        let left: Vec<_> = sockets().intersection(&self.names.borrow()).cloned().collect();
        assert!(self.by_others || left.is_empty(), "{left:?} outlive the connection");
    }
}

/// The sockets of this process, by the names that the system has for them.
fn sockets() -> HashSet<PathBuf> {
    let descriptors = fs::read_dir("/proc/self/fd").expect("the descriptors of this process");
    // One that was closed meanwhile is none.
    let links = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).collect()
}

/// Drops the connection after every number of polls, until it is made; returns that number.
async fn drop_at_every_poll(connect: impl AsyncFn() -> Result<Socket, Error>) -> usize {
    drop_at_every_poll_of(&Opened::default(), connect).await
}

async fn drop_at_every_poll_of(opened: &Opened, connect: impl AsyncFn() -> Result<Socket, Error>) -> usize {
    // What is made once, such as the resolver's thread, is made now.
    exchange(&mut connect().await.expect("a connection")).await;
    let before = idle().await;
    let mut polls = 0;
    while within("a connection", drop_after(polls, opened.by(connect()))).await.is_none() {
        opened.are_closed();
        nothing_more_than(before).await;
        polls += 1;
    }
    nothing_more_than(before).await;
    polls
}

/// Drops the connection after every number of polls, and after all that come until `stuck`.
async fn drop_while_it_waits(connect: impl AsyncFn() -> Result<Socket, Error>, stuck: impl AsyncFn()) {
    let (before, opened) = (idle().await, Opened::default());
    for polls in 0..12 {
        tokio::select! {
            made = drop_after(polls, opened.by(connect())) => assert!(made.is_none(), "{made:?}"),
            () = stuck() => {}
        }
        opened.are_closed();
        nothing_more_than(before).await;
    }
}

/// One that never resumes.
fn forgetful() -> Connector {
    Connector::new(ends::trusting().max_cached_sessions(0)).expect("a connector")
}

#[test]
fn plain_connections() {
    run_alone_on(concat!(module_path!(), "::plain_connections"), one_thread, async {
        let echo = Echo::with(ListenOptions::new()).await;
        let fixed = FixedLookup::new().with("fixed.test", [Ipv4Addr::LOCALHOST.into()]);
        let connector = Connector::new(client_options().lookup(fixed)).expect("a connector");
        // Over loopback a connection stands at once, and of these lookups only the system's waits.
        let target = |name: &str| Target::tcp(name).port(echo.port());
        for name in ["127.0.0.1", "fixed.test"] {
            assert!(drop_at_every_poll(async || connector.connect(target(name)).await).await >= 1);
        }
        // The resolver's thread opens sockets, too, and closes them when it is done.
        let (opened, connector) = (Opened::default().and_by_others(), forgetful());
        let connect = async || connector.connect(target("localhost")).await;
        assert!(drop_at_every_poll_of(&opened, connect).await >= 1);
    });
}

#[test]
fn full_handshakes() {
    run_alone_on(concat!(module_path!(), "::full_handshakes"), one_thread, async {
        for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
            let echo = Echo::with(ends::localhost().max_version(version)).await;
            let connector = forgetful();
            let dialled = async || connector.connect(ends::target(echo.port())).await;
            assert!(drop_at_every_poll(dialled).await >= 3);
            let trickled = async || connector.connect(trickle(echo.port()).await).await;
            assert!(drop_at_every_poll(trickled).await >= 20);
            echo.stop().await;
        }
    });
}

/// A stream on which a handshake takes many polls.
async fn trickle(port: u16) -> Target {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("a connection");
    Target::tls("localhost").port(port).over(Trickle::new(stream, 100))
}

#[test]
fn resumed_handshakes() {
    run_alone_on(concat!(module_path!(), "::resumed_handshakes"), one_thread, async {
        for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
            let echo = Echo::with(ends::localhost().max_version(version)).await;
            let connector = ends::connector();
            // A ticket is used once; each connection that is dropped may have used one.
            let acquaint = async |target: Target| {
                exchange(&mut connector.connect(target).await.expect("a connection")).await;
            };
            let resumed = async |target: Target| {
                let socket = connector.connect(target).await?;
                assert!(socket.is_session_reused());
                Ok(socket)
            };
            let dialled = async || {
                acquaint(ends::target(echo.port())).await;
                resumed(ends::target(echo.port())).await
            };
            assert!(drop_at_every_poll(dialled).await >= 5);
            let trickled = async || {
                acquaint(trickle(echo.port()).await).await;
                resumed(trickle(echo.port()).await).await
            };
            let polls = drop_at_every_poll(trickled).await;
            assert!(polls >= 10, "{version:?}: {polls} polls");
            echo.stop().await;
        }
    });
}

#[test]
fn unix_sockets() {
    run_alone_on(concat!(module_path!(), "::unix_sockets"), one_thread, async {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("socket");
        let connector = forgetful();
        let echo = Echo::on(ends::listen_unix(&path, ListenOptions::new()).await);
        drop_at_every_poll(async || connector.connect(Target::unix(path.as_path())).await).await;
        echo.stop().await;
        let echo = Echo::on(ends::listen_unix(&path, ends::localhost()).await);
        let target = || Target::tls("localhost").socket_path(path.as_path());
        assert!(drop_at_every_poll(async || connector.connect(target()).await).await >= 2);
        echo.stop().await;

        let silent = ScriptedServer::unix(&path, Fault::Silent);
        let greeted = async || greeted(&silent).await;
        drop_while_it_waits(async || connector.connect(target()).await, greeted).await;
    });
}

/// One more client has said hello since this was asked for.
async fn greeted(server: &ScriptedServer) {
    let before = server.received().len();
    settle("a client's hello", || server.received().len() > before).await;
}

#[test]
fn servers_that_do_not_answer() {
    run_alone_on(concat!(module_path!(), "::servers_that_do_not_answer"), one_thread, async {
        let connector = forgetful();
        let silent = ScriptedServer::tcp(Fault::Silent).await;
        let target = || ends::target(silent.port());
        drop_while_it_waits(async || connector.connect(target()).await, async || greeted(&silent).await)
            .await;
        drop(silent);

        let unanswered = UnansweredPort::new().await;
        let target = || Target::tcp("127.0.0.1").port(unanswered.port());
        let begun = open_descriptors();
        let opened = async || settle("a socket", || open_descriptors() > begun).await;
        drop_while_it_waits(async || connector.connect(target()).await, opened).await;
    });
}

/// With one attempt in flight, and with two.
#[test]
fn a_race_in_which_nobody_answers() {
    run_alone_on(concat!(module_path!(), "::a_race_in_which_nobody_answers"), one_thread, async {
        let addresses = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
        let [dead, _also_dead] = UnansweredPort::at_both(addresses).await;
        let fixed = FixedLookup::new().with("dead.test", addresses);
        let soon = Duration::from_millis(10);
        let options = client_options().lookup(fixed).auto_select_family_attempt_timeout(soon);
        let connector = Connector::new(options).expect("a connector");
        let target = || Target::tcp("dead.test").port(dead.port());
        let begun = open_descriptors();
        for running in [1, 2] {
            let opened = async || settle("the sockets", || open_descriptors() >= begun + running).await;
            drop_while_it_waits(async || connector.connect(target()).await, opened).await;
        }
    });
}

/// What a signal has ended is closed before its error is told.
#[test]
fn a_race_that_is_given_up() {
    run_alone_on(concat!(module_path!(), "::a_race_that_is_given_up"), one_thread, async {
        let addresses = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];
        let [dead, _also_dead] = UnansweredPort::at_both(addresses).await;
        let fixed = FixedLookup::new().with("dead.test", addresses);
        let soon = Duration::from_millis(10);
        let options = client_options().lookup(fixed).auto_select_family_attempt_timeout(soon);
        let connector = Connector::new(options).expect("a connector");
        let before = idle().await;
        let signal = CancellationToken::new();
        let target = Target::tcp("dead.test").port(dead.port()).signal(signal.clone());
        let connecting = async {
            let error = connector.connect(target).await.expect_err("it is given up");
            (error.code().to_owned(), held())
        };
        let (ended, ()) = tokio::join!(connecting, async {
            settle("two sockets", || open_descriptors() == before.1 + 2).await;
            signal.cancel();
        });
        assert_eq!(ended, ("ABORT_ERR".to_owned(), before));
    });
}

#[test]
fn a_lookup_that_does_not_answer() {
    run_alone_on(concat!(module_path!(), "::a_lookup_that_does_not_answer"), one_thread, async {
        let asked = Arc::new(());
        let held = asked.clone();
        let lookup = move |_name: String| {
            let held = held.clone();
            async move {
                future::pending::<()>().await;
                drop(held);
                Ok(Vec::new())
            }
        };
        let connector = Connector::new(client_options().lookup(lookup)).expect("a connector");
        let begun = Arc::strong_count(&asked);
        let asking = async || settle("a lookup", || Arc::strong_count(&asked) > begun).await;
        let connect = async || connector.connect(Target::tcp("name.test").port(1)).await;
        drop_while_it_waits(connect, asking).await;
        assert_eq!(Arc::strong_count(&asked), begun, "the lookup is dropped too");
    });
}

#[test]
fn checks_that_wait() {
    run_alone_on(concat!(module_path!(), "::checks_that_wait"), one_thread, async {
        for version in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
            let echo = Echo::with(ends::localhost().max_version(version)).await;
            let talkative = forgetful().check_async(|socket| {
                Box::pin(async move {
                    exchange(socket).await;
                    Ok(())
                })
            });
            let checked = async || talkative.connect(ends::target(echo.port())).await;
            assert!(drop_at_every_poll(checked).await >= 4);

            let asked = Arc::new(());
            let held = asked.clone();
            let stuck = forgetful().check_async(move |_| {
                let held = held.clone();
                Box::pin(async move {
                    future::pending::<()>().await;
                    drop(held);
                    Ok(())
                })
            });
            let begun = Arc::strong_count(&asked);
            let asking = async || settle("a check", || Arc::strong_count(&asked) > begun).await;
            let connect = async || stuck.connect(ends::target(echo.port())).await;
            drop_while_it_waits(connect, asking).await;
            assert_eq!(Arc::strong_count(&asked), begun, "the check is dropped too");
            echo.stop().await;
        }
    });
}

#[test]
fn servers_in_mid_handshake() {
    run_alone_on(concat!(module_path!(), "::servers_in_mid_handshake"), one_thread, async {
        let connector = forgetful();
        let listener = ends::listen(ends::localhost()).await;
        let port = ends::port(&listener);
        let before = idle().await;
        let mut polls = 0;
        loop {
            let (made, accepted) = tokio::join!(connector.connect(trickle(port).await), async {
                let incoming = listener.accept().await.expect("a connection");
                drop_after(polls, incoming.secure()).await.map(Result::unwrap)
            });
            // A client of TLS 1.3 is done before its server.
            assert!(accepted.is_none() || made.is_ok());
            let is_accepted = accepted.is_some();
            drop((made, accepted));
            nothing_more_than(before).await;
            if is_accepted {
                break;
            }
            polls += 1;
        }
        assert!(polls >= 3, "{polls} polls");

        // Neither those that were accepted nor those that still queue outlive the listener.
        let mut clients = Vec::new();
        for _ in 0..4 {
            clients.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("a connection"));
        }
        let incoming = listener.accept().await.expect("a connection");
        drop((listener, incoming));
        for mut client in clients {
            let end = within("the end", tokio::io::AsyncReadExt::read(&mut client, &mut [0])).await;
            assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        }
        settle("the descriptors to be closed", || open_descriptors() < before.1).await;
    });
}

#[test]
fn a_listener_on_a_unix_socket() {
    run_alone_on(concat!(module_path!(), "::a_listener_on_a_unix_socket"), one_thread, async {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("socket");
        let before = held();
        let listener = ends::listen_unix(&path, ends::localhost()).await;
        let mut client = UnixStream::connect(&path).await.expect("a connection");
        let incoming = listener.accept().await.expect("a connection");
        client.write_all(b"\x16\x03\x01").await.expect("writes");
        assert!(drop_after(1, incoming.secure()).await.is_none());
        drop((listener, client));
        assert!(!path.exists());
        settle("the descriptors to be closed", || open_descriptors() <= before.1 + 1).await;
    });
}
