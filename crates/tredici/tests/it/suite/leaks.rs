//! Connections that are over leave nothing behind: no task, no descriptor, no memory.
#![cfg(target_os = "linux")]

use std::time::Duration;

use tokio::{
    io::AsyncWriteExt,
    runtime::{Builder, Runtime},
    task::JoinSet,
};
use tredici::{Connector, ListenOptions, Listener, Target};
use tredici_test::{alive_tasks, allow_descriptors, open_descriptors, resident_bytes, run_alone_on, settle};

use super::ends::{self, Echo, client_options, exchange};

/// On one thread memory is where the last connection has left it.
fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// What this process holds.
#[derive(Debug, Clone, Copy)]
struct Holdings {
    tasks: usize,
    descriptors: usize,
    memory: usize,
}

impl Holdings {
    fn now() -> Self {
        Self { tasks: alive_tasks(), descriptors: open_descriptors(), memory: resident_bytes() }
    }

    /// Waits until no more is held than before but for so many bytes, each connection a share of them.
    async fn come_back(self, memory: usize) {
        settle("the tasks to end", || alive_tasks() <= self.tasks).await;
        settle("the descriptors to be closed", || open_descriptors() <= self.descriptors).await;
        let grown = resident_bytes().saturating_sub(self.memory);
        println!("{self:?}, and {grown} bytes more now");
        assert!(grown <= memory, "{grown} bytes are still held");
    }
}

/// A connection, used and closed.
async fn come_and_go(connector: &Connector, target: Target, resumed: bool) {
    let mut socket = connector.connect(target).await.expect("a connection");
    assert_eq!(socket.is_session_reused(), resumed);
    exchange(&mut socket).await;
    socket.shutdown().await.expect("closes");
}

const MANY: usize = 10_000;
/// Of which the memory of the process may grow by less than a hundred bytes each: less than any part of one has.
const LITTLE: usize = 1024 * 1024;

#[test]
fn ten_thousand_plain_connections_one_after_another() {
    run_alone_on(
        concat!(module_path!(), "::ten_thousand_plain_connections_one_after_another"),
        one_thread,
        async {
            let echo = Echo::with(ListenOptions::new()).await;
            let connector = ends::connector();
            let target = || Target::tcp("127.0.0.1").port(echo.port());
            for _ in 0..MANY / 10 {
                come_and_go(&connector, target(), false).await;
            }
            settle("the server to be idle", || alive_tasks() == 1).await;
            let before = Holdings::now();
            for _ in 0..MANY {
                come_and_go(&connector, target(), false).await;
            }
            before.come_back(LITTLE).await;
        },
    );
}

#[test]
fn ten_thousand_tls_connections_one_after_another() {
    run_alone_on(
        concat!(module_path!(), "::ten_thousand_tls_connections_one_after_another"),
        one_thread,
        async {
            let echo = Echo::tls().await;
            let forgetful = Connector::new(ends::trusting().max_cached_sessions(0)).expect("a connector");
            let resuming = ends::connector();
            come_and_go(&resuming, ends::target(echo.port()), false).await;
            let both = async || {
                come_and_go(&forgetful, ends::target(echo.port()), false).await;
                come_and_go(&resuming, ends::target(echo.port()), true).await;
            };
            for _ in 0..MANY / 20 {
                both().await;
            }
            settle("the server to be idle", || alive_tasks() == 1).await;
            let before = Holdings::now();
            for _ in 0..MANY / 2 {
                both().await;
            }
            before.come_back(LITTLE).await;
        },
    );
}

#[test]
fn ten_thousand_failures_one_after_another() {
    run_alone_on(concat!(module_path!(), "::ten_thousand_failures_one_after_another"), one_thread, async {
        let echo = Echo::tls().await;
        let stranger = tredici_test::Authority::new("Another");
        let strange = Connector::new(client_options().ca(stranger.pem())).expect("a connector");
        let checking = ends::connector().check(|_| Err(tredici::Error::check("nobody is good enough")));
        let fail = async || {
            strange.connect(ends::target(echo.port())).await.expect_err("an unknown root");
            checking.connect(ends::target(echo.port())).await.expect_err("a check");
        };
        for _ in 0..MANY / 20 {
            fail().await;
        }
        settle("the server to be idle", || alive_tasks() == 1).await;
        let before = Holdings::now();
        for _ in 0..MANY / 2 {
            fail().await;
        }
        before.come_back(LITTLE).await;
    });
}

/// As many connections as that, all of them open before the first is closed.
async fn at_once(connector: &Connector, target: &Target, count: usize) {
    // More at a time than the system queues for one listener, and some are reset before they are accepted.
    const AT_A_TIME: usize = 250;
    let mut connecting = JoinSet::new();
    let mut sockets = Vec::new();
    while sockets.len() < count {
        while connecting.len() < AT_A_TIME && sockets.len() + connecting.len() < count {
            let (connector, target) = (connector.clone(), target.destination().clone());
            connecting.spawn(async move { connector.connect(Target::from(target)).await });
        }
        let connected = connecting.join_next().await.expect("one is connecting");
        sockets.push(connected.expect("no panic").expect("a connection"));
    }
    for socket in &mut sockets {
        exchange(socket).await;
    }
    assert!(open_descriptors() >= 2 * count);
    for (index, mut socket) in sockets.into_iter().enumerate() {
        match index % 3 {
            0 => socket.shutdown().await.expect("closes"),
            1 => socket.close().await.expect("closes"),
            _ => drop(socket),
        }
    }
}

async fn a_thousand_at_once(listener: Listener, target: Target) {
    const COUNT: usize = 1000;
    allow_descriptors(3 * COUNT as u64);
    let echo = Echo::on(listener);
    let connector = Connector::new(ends::trusting().timeout(Duration::ZERO)).expect("a connector");
    // How many meet at the peak is not the same each time, and nor is what the allocator keeps of it.
    for _ in 0..2 {
        at_once(&connector, &target, COUNT).await;
    }
    settle("the server to be idle", || alive_tasks() == 1).await;
    let before = Holdings::now();
    for _ in 0..3 {
        at_once(&connector, &target, COUNT).await;
    }
    // A third of what a connection holds on the engine that holds the least.
    before.come_back(8 * LITTLE).await;
    echo.stop().await;
}

#[test]
fn a_thousand_plain_connections_at_once() {
    run_alone_on(concat!(module_path!(), "::a_thousand_plain_connections_at_once"), one_thread, async {
        let listener = ends::listen(ListenOptions::new()).await;
        let target = Target::tcp("127.0.0.1").port(ends::port(&listener));
        a_thousand_at_once(listener, target).await;
    });
}

#[test]
fn a_thousand_tls_connections_at_once() {
    run_alone_on(concat!(module_path!(), "::a_thousand_tls_connections_at_once"), one_thread, async {
        let listener = ends::listen(ends::localhost()).await;
        let target = ends::target(ends::port(&listener));
        a_thousand_at_once(listener, target).await;
    });
}

#[test]
fn a_thousand_connections_over_a_unix_socket_at_once() {
    run_alone_on(
        concat!(module_path!(), "::a_thousand_connections_over_a_unix_socket_at_once"),
        one_thread,
        async {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("socket");
            let listener = ends::listen_unix(&path, ListenOptions::new()).await;
            a_thousand_at_once(listener, Target::unix(path.as_path())).await;
        },
    );
}
