//! So many at once, in the order in which they came.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
    time::Duration,
};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tredici::{Connect, ConnectExt, Error, ErrorKind, Socket, Target};
use tredici_test::within;

/// Connections that end when the test says so, each known by its port.
#[derive(Clone, Default)]
struct Underway(Arc<Mutex<HashMap<u16, oneshot::Sender<()>>>>);

impl Underway {
    fn connector(&self) -> impl Connect + Clone + 'static {
        let underway = self.clone();
        move |target: Target| {
            let port = target.destination().port.expect("a port");
            let underway = underway.clone();
            async move {
                let (end, ended) = oneshot::channel();
                underway.0.lock().expect("nobody panics with it").insert(port, end);
                let _ended = ended.await;
                assert!(port != PANICS, "as it was told");
                Err::<Socket, _>(Error::check("ended"))
            }
        }
    }

    /// The ports that were let in and have neither ended nor been dropped.
    fn ports(&self) -> Vec<u16> {
        let mut underway = self.0.lock().expect("nobody panics with it");
        underway.retain(|_, end| !end.is_closed());
        let mut ports: Vec<_> = underway.keys().copied().collect();
        ports.sort_unstable();
        ports
    }

    fn end(&self, port: u16) {
        let end = self.0.lock().expect("nobody panics with it").remove(&port);
        end.expect("it was let in").send(()).expect("it waits");
    }
}

const PANICS: u16 = 666;

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Socket, Error>> + Send + 'a>>;

/// Asks for a connection to this port, and waits as far as it goes.
fn begun<'a>(connector: &'a impl Connect, name: &str, port: u16) -> Connecting<'a> {
    let mut connecting: Connecting<'a> = Box::pin(connector.connect(Target::tcp(name).port(port)));
    assert!(!polled(&mut connecting));
    connecting
}

fn polled(connecting: &mut Connecting<'_>) -> bool {
    connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn the_first_to_come_are_the_first_to_go() {
    let underway = Underway::default();
    let limited = underway.connector().concurrency_limit(2).expect("a limit");
    let mut all: Vec<_> = (1..=5).map(|port| begun(&limited, "a", port)).collect();
    assert_eq!(underway.ports(), [1, 2]);
    underway.end(2);
    assert!(polled(&mut all[1]));
    // Whoever is asked in what order: it is the turn of the third.
    for late in [4, 3, 2] {
        assert!(!polled(&mut all[late]));
    }
    assert_eq!(underway.ports(), [1, 3]);
}

#[test]
fn who_gives_up_leaves_no_gap() {
    let underway = Underway::default();
    let limited = underway.connector().concurrency_limit(1).expect("a limit");
    let running = begun(&limited, "a", 1);
    let (second, mut third) = (begun(&limited, "a", 2), begun(&limited, "a", 3));
    drop(second);
    drop(running);
    assert!(!polled(&mut third));
    assert_eq!(underway.ports(), [3]);
}

#[tokio::test]
async fn a_signal_ends_the_waiting() {
    let underway = Underway::default();
    let limited = underway.connector().concurrency_limit(1).expect("a limit").per_origin(1).expect("a limit");
    let _running = begun(&limited, "a", 1);
    for name in ["a", "b"] {
        let signal = CancellationToken::new();
        let target = Target::tcp(name).port(1).signal(signal.clone());
        let mut waiting: Connecting<'_> = Box::pin(limited.connect(target));
        assert!(!polled(&mut waiting));
        signal.cancel();
        let error = within("the end of the waiting", waiting).await.expect_err("it was given up");
        assert_eq!((error.code(), error.kind()), ("ABORT_ERR", ErrorKind::Aborted));
        assert_eq!(error.target().and_then(|target| target.hostname.as_deref()), Some(name));
        assert!(error.message().contains("waited for a place under concurrency_limit"), "{error}");
    }
    assert_eq!(underway.ports(), [1]);
}

#[test]
fn clones_share_the_limit() {
    let underway = Underway::default();
    let limited = underway.connector().concurrency_limit(1).expect("a limit");
    let clone = limited.clone();
    let _first = begun(&limited, "a", 1);
    let _second = begun(&clone, "a", 2);
    assert_eq!(underway.ports(), [1]);
}

#[test]
fn a_crowd_at_one_server_holds_up_nobody_else() {
    let underway = Underway::default();
    let limited = underway.connector().concurrency_limit(3).expect("a limit").per_origin(1).expect("a limit");
    let mut same: Vec<_> = (0..5).map(|_| begun(&limited, "crowded", 1)).collect();
    assert_eq!(underway.ports(), [1]);
    let _others = [begun(&limited, "crowded", 2), begun(&limited, "calm", 3), begun(&limited, "calm", 4)];
    assert_eq!(underway.ports(), [1, 2, 3], "two more, by the limit for all");
    underway.end(1);
    assert!(polled(&mut same[0]));
    assert!(!polled(&mut same[1]));
    assert_eq!(underway.ports(), [2, 3], "the fourth waited longer for any than the second at its server");
}

#[tokio::test]
async fn a_panic_gives_its_place_back() {
    let underway = Underway::default();
    let limited =
        Arc::new(underway.connector().concurrency_limit(1).expect("a limit").per_origin(1).expect("a limit"));
    let panicking = Arc::clone(&limited);
    let panicking =
        tokio::spawn(async move { panicking.connect(Target::tcp("a").port(PANICS)).await.map(drop) });
    tredici_test::settle("it to be let in", || underway.ports() == [PANICS]).await;
    underway.end(PANICS);
    assert!(panicking.await.expect_err("it panics").is_panic());
    let _next = begun(&*limited, "a", 1);
    assert_eq!(underway.ports(), [1]);
}

/// It is known when the connector is put together, not when it is to connect.
#[test]
fn nobody_at_all_is_a_mistake() {
    let underway = Underway::default();
    let one = || underway.connector().concurrency_limit(1).expect("a limit");
    for (error, what) in [
        (underway.connector().concurrency_limit(0).map(drop), "concurrency_limit must be at least 1"),
        (one().per_origin(0).map(drop), "per_origin must be at least 1"),
    ] {
        let error = error.expect_err("no limit at all");
        assert_eq!((error.code(), error.phase().as_str()), ("ERR_OUT_OF_RANGE", "options"));
        assert!(error.message().starts_with(what) && error.hint().is_some(), "{error}");
    }
    let all = underway.connector().concurrency_limit(usize::MAX).expect("a limit");
    let all = all.per_origin(usize::MAX).expect("a limit");
    let _one = begun(&all, "a", 1);
}

/// Who was not let in has met no network that does not answer.
#[tokio::test(start_paused = true)]
async fn who_waited_in_vain_for_a_place_is_told_so() {
    let underway = Underway::default();
    let limited = underway.connector().concurrency_limit(2).expect("a limit").per_origin(1).expect("a limit");
    let patient = limited.clone().timeout(Duration::from_secs(1)).timeout(Duration::from_secs(2));
    let words = "while it waited for a place under concurrency_limit";
    let connect = async |name: &str, port: u16| {
        let connecting = patient.connect(Target::tcp(name).port(port));
        within("the end of the waiting", connecting).await.expect_err("it does not end by itself")
    };
    let slow = connect("slow", 1).await;
    assert!(!slow.message().contains(words), "it had its place: {slow}");

    let first = begun(&limited, "a", 1);
    let error = connect("a", 1).await;
    assert_eq!((error.kind(), error.phase().as_str()), (ErrorKind::Timeout, "connect"));
    assert!(error.message().ends_with(&format!("{words} after 1000ms")), "for one server: {error}");
    assert!(error.hint().expect("a hint").contains("per_origin"));
    let _second = begun(&limited, "b", 2);
    assert!(connect("c", 3).await.message().contains(words), "for all");
    drop(first);
    assert!(!connect("c", 3).await.message().contains(words), "it had its place");

    // The outer limit knows as well as the inner one.
    let _full = begun(&limited, "d", 4);
    let outer = limited.clone().timeout(Duration::from_secs(9)).timeout(Duration::from_secs(1));
    let error = outer.connect(Target::tcp("e").port(5)).await.expect_err("it is full");
    assert!(error.message().contains(words), "{error}");
}
