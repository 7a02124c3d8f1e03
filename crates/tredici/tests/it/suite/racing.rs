//! A name with several addresses: who is dialled, when, and what becomes of the others.

use std::{
    future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use tredici::{
    AddressFamily, Answers, ConnectOptions, Connector, DnsResultOrder, Error, FixedLookup, ListenOptions,
    Listener, Lookup, LookupError, LookupQuery, Networks, Socket, Target,
};
use tredici_test::{RefusedPort, UnansweredPort, within};

use super::ends::{Echo, client_options, exchange, listen_at, localhost, port, trusting};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// Loopback addresses that no other test uses.
pub(super) fn own(test: u8) -> [IpAddr; 2] {
    [1, 2].map(|last| [127, 78, test, last].into())
}

fn named(options: ConnectOptions, addresses: impl IntoIterator<Item = IpAddr>) -> Connector {
    Connector::new(options.lookup(FixedLookup::new().with("db.test", addresses))).expect("a connector")
}

/// A port that nobody answers at one address and an echo has at the other.
pub(super) async fn dead_and_alive(
    dead: IpAddr,
    alive: IpAddr,
    options: ListenOptions,
) -> (UnansweredPort, Echo) {
    loop {
        let unanswered = UnansweredPort::at(dead).await;
        let at = SocketAddr::new(alive, unanswered.port()).to_string();
        match Listener::bind(at.parse().expect("an address"), options.clone()).await {
            Ok(listener) => return (unanswered, Echo::on(listener)),
            // Somebody else has the port there.
            Err(error) => assert_eq!(error.code(), "EADDRINUSE"),
        }
    }
}

/// The outcome of each attempt, in order.
fn outcomes(socket: &Socket) -> Vec<String> {
    let outcomes = socket.attempts().iter().map(|attempt| {
        let code = attempt.error().map_or("connected", |error| error.code());
        format!("{} {code}", attempt.address().address())
    });
    outcomes.collect()
}

#[tokio::test(start_paused = true)]
async fn a_first_address_that_is_dead_costs_a_quarter_of_a_second() {
    for (first, second) in [(own(1)[0], own(1)[1]), (V6, V4), (V4, V6)] {
        for (options, is_tls) in [(ListenOptions::new(), false), (localhost(), true)] {
            let (dead, echo) = dead_and_alive(first, second, options).await;
            let connector = named(trusting(), [first, second]);
            let target = match is_tls {
                true => Target::tls("db.test").servername("localhost"),
                false => Target::tcp("db.test"),
            };
            let start = Instant::now();
            let mut socket = connector.connect(target.port(dead.port())).await.expect("a connection");
            let elapsed = start.elapsed().as_millis();
            assert!((250..=252).contains(&elapsed), "{elapsed} ms over {first} and {second}");
            assert_eq!(socket.remote_address(), Some((second, dead.port()).into()));
            assert_eq!(outcomes(&socket), [format!("{first} ECANCELED"), format!("{second} connected")]);
            let [lost, won] = socket.attempts() else { panic!("two") };
            assert_eq!(lost.start().as_millis(), 0);
            assert!((250..=251).contains(&won.start().as_millis()), "{won:?}");
            assert!(lost.elapsed() >= Duration::from_millis(250), "{lost:?}");
            assert!(socket.timings().connect >= Some(Duration::from_millis(250)));
            exchange(&mut socket).await;
            echo.stop().await;
        }
    }
}

/// By the clock on the wall, where only the lower bound holds on a machine that has other things to do.
#[tokio::test]
async fn by_the_clock_on_the_wall() {
    let [first, second] = own(2);
    let (dead, echo) = dead_and_alive(first, second, ListenOptions::new()).await;
    let connector = named(client_options(), [first, second]);
    let target = Target::tcp("db.test").port(dead.port());
    let socket = within("a connection", connector.connect(target)).await.expect("a connection");
    let total = socket.timings().total;
    assert!(total >= Duration::from_millis(250) && total < Duration::from_secs(10), "{total:?}");
    assert_eq!(outcomes(&socket).len(), 2);
    echo.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_delay_is_the_callers() {
    let [first, second] = own(3);
    let (dead, _echo) = dead_and_alive(first, second, ListenOptions::new()).await;
    for (asked, waited) in [(600, 600), (10, 10), (1, 10)] {
        let delay = Duration::from_millis(asked);
        let options = client_options().auto_select_family_attempt_timeout(delay);
        let start = Instant::now();
        let target = Target::tcp("db.test").port(dead.port());
        let socket = named(options, [first, second]).connect(target).await.expect("a connection");
        let elapsed = start.elapsed().as_millis();
        assert!((waited..=waited + 2).contains(&elapsed), "{elapsed} ms for {asked}");
        assert_eq!(socket.attempts().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_refuses_costs_nothing() {
    let [first, second] = own(4);
    let listener =
        listen_at(SocketAddr::new(second, 0).to_string().parse().unwrap(), ListenOptions::new()).await;
    let target = Target::tcp("db.test").port(port(&listener));
    let start = Instant::now();
    let socket = named(client_options(), [first, second]).connect(target).await.expect("a connection");
    assert!(start.elapsed() <= Duration::from_millis(1));
    assert_eq!(outcomes(&socket), [format!("{first} ECONNREFUSED"), format!("{second} connected")]);
}

/// The attempts that run go on: the first is not given up for a second that refuses.
#[tokio::test(start_paused = true)]
async fn every_attempt_is_told_of_when_time_is_up() {
    let [first, second] = own(5);
    let dead = UnansweredPort::at(first).await;
    let options = client_options().timeout(Duration::from_millis(700));
    let target = Target::tcp("db.test").port(dead.port());
    let error = named(options, [first, second]).connect(target).await.expect_err("nobody answers");
    assert_eq!((error.code(), error.phase().as_str()), ("UND_ERR_CONNECT_TIMEOUT", "connect"));
    let outcomes: Vec<_> =
        error.attempts().iter().map(|attempt| attempt.error().expect("a cause").code()).collect();
    assert_eq!(outcomes, ["ETIMEDOUT", "ECONNREFUSED"]);
    let port = dead.port();
    let tried = format!(
        "Connect Timeout Error (attempted addresses: {first}:{port}, {second}:{port}, timeout: 700ms)"
    );
    assert!(error.message().starts_with(&tried), "{error}");
    assert!(error.message().ends_with(&format!("ms ({second}:{port} ECONNREFUSED)")), "{error}");
    let silent = format!("nobody answers at {first}:{port}; check address and firewall; ");
    assert!(error.hint().expect("a hint").starts_with(&silent), "{error}");
}

#[tokio::test]
async fn without_selection_only_the_first_is_tried() {
    let [first, second] = own(6);
    let refused = RefusedPort::at(first);
    let options = client_options().auto_select_family(false);
    let target = || Target::tcp("db.test").port(refused.port());
    let error = named(options.clone(), [first, second]).connect(target()).await.expect_err("refused");
    assert_eq!((error.code(), error.name(), error.attempts().len()), ("ECONNREFUSED", "Error", 1));
    assert_eq!(error.message(), format!("connect ECONNREFUSED {first}:{}", refused.port()));
}

#[tokio::test]
async fn the_family_is_the_callers() {
    let echo = dead_and_alive(V6, V4, ListenOptions::new()).await;
    let target = || Target::tcp("db.test").port(echo.0.port());
    let connector = named(client_options().family(AddressFamily::V4), [V6, V4]);
    let socket = connector.connect(target()).await.expect("a connection");
    assert_eq!(outcomes(&socket), ["127.0.0.1 connected"]);

    let connector = named(client_options().family(AddressFamily::V6), [V4]);
    let error = connector.connect(target()).await.expect_err("it has none");
    assert_eq!((error.code(), error.phase().as_str()), ("ENOTFOUND", "lookup"));
    assert!(error.attempts().is_empty());

    // An address is what it is.
    let target = Target::tcp("127.0.0.1").port(echo.0.port());
    connector.connect(target).await.expect("a connection");
}

#[tokio::test(start_paused = true)]
async fn the_family_that_leads_is_the_callers() {
    let (dead, _echo) = dead_and_alive(V6, V4, ListenOptions::new()).await;
    let led_by = async |order, addresses: [IpAddr; 2]| {
        let connector = named(client_options().dns_result_order(order), addresses);
        let target = Target::tcp("db.test").port(dead.port());
        outcomes(&connector.connect(target).await.expect("a connection"))
    };
    let (v4_alone, v6_first) = (["127.0.0.1 connected"].as_slice(), ["::1 ECANCELED", "127.0.0.1 connected"]);
    for addresses in [[V6, V4], [V4, V6]] {
        assert_eq!(led_by(DnsResultOrder::Ipv4First, addresses).await, v4_alone);
        assert_eq!(led_by(DnsResultOrder::Ipv6First, addresses).await, v6_first);
    }
    assert_eq!(led_by(DnsResultOrder::Verbatim, [V4, V6]).await, v4_alone);
    assert_eq!(led_by(DnsResultOrder::Verbatim, [V6, V4]).await, v6_first);
}

#[tokio::test]
async fn from_a_local_address_to_its_family() {
    let echo = dead_and_alive(V6, V4, ListenOptions::new()).await;
    let target = || Target::tcp("db.test").port(echo.0.port());
    let local: IpAddr = [127, 78, 8, 9].into();
    for (options, target) in
        [(client_options().local_address(local), target()), (client_options(), target().local_address(local))]
    {
        let socket = named(options, [V6, V4]).connect(target).await.expect("a connection");
        assert_eq!(outcomes(&socket), ["127.0.0.1 connected"]);
        assert_eq!(socket.local_address().expect("an address").ip(), local);
    }
    let other = named(client_options().family(AddressFamily::V6), [V6]);
    let error = other.connect(target().local_address(local)).await.expect_err("of the other family");
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_INVALID_ARG_VALUE", "options"));
}

#[tokio::test]
async fn from_a_local_address_to_an_address_of_the_other_family() {
    let connector = Connector::new(client_options()).expect("a connector");
    for (local, remote) in [(V6, V4), (V4, V6)] {
        let target = Target::tcp(remote.to_string()).port(1).local_address(local);
        let error = connector.connect(target).await.expect_err("of the other family");
        assert!(error.message().starts_with("bind E"), "{error}");
        assert!(error.hint().expect("a hint").contains("family"), "{error}");
    }
}

/// Each attempt is bound anew; a port can be shared by attempts to different addresses.
#[tokio::test(start_paused = true)]
async fn from_a_local_port() {
    let [first, second] = own(9);
    let (dead, echo) = dead_and_alive(first, second, ListenOptions::new()).await;
    let local: IpAddr = [127, 78, 9, 3].into();
    let free = RefusedPort::at(local).port();
    let options = client_options().local_address(local).local_port(free);
    let connector = named(options, [first, second]);
    let target = || Target::tcp("db.test").port(dead.port());
    let socket = connector.connect(target()).await.expect("a connection");
    assert_eq!(socket.local_address(), Some((local, free).into()));
    assert_eq!(outcomes(&socket), [format!("{first} ECANCELED"), format!("{second} connected")]);
    drop(socket);
    // What the connection has left behind does not count.
    let again = connector.connect(target()).await.expect("a connection");
    assert_eq!(again.local_address(), Some((local, free).into()));
    echo.stop().await;
}

#[tokio::test]
async fn a_local_port_that_is_taken() {
    let taken = Listener::bind("0.0.0.0:0".parse().unwrap(), ListenOptions::new()).await.expect("a listener");
    let echo = Echo::with(ListenOptions::new()).await;
    let options = client_options().local_port(port(&taken));
    let target = Target::tcp("127.0.0.1").port(echo.port());
    let error = Connector::new(options).unwrap().connect(target).await.expect_err("taken");
    assert_eq!((error.code(), error.phase().as_str()), ("EADDRINUSE", "connect"));
    assert_eq!(error.message(), format!("bind EADDRINUSE 0.0.0.0:{}", port(&taken)));
    assert!(error.hint().expect("a hint").contains("localPort"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_its_own_limit() {
    let [first, second] = own(10);
    let dead = UnansweredPort::at(first).await;
    let limited = || client_options().attempt_timeout(Duration::from_millis(400));
    let target = || Target::tcp("db.test").port(dead.port());

    // The others go on.
    let error = named(limited(), [first, second]).connect(target()).await.expect_err("nobody");
    let story: Vec<_> = error.attempts().iter().map(|attempt| attempt.error().unwrap().code()).collect();
    assert_eq!(story, ["ETIMEDOUT", "ECONNREFUSED"]);
    assert_eq!((error.code(), error.name()), ("UND_ERR_CONNECT_TIMEOUT", "ConnectTimeoutError"));
    let message = error.attempts()[0].error().unwrap().message();
    assert_eq!(message, format!("connect ETIMEDOUT {first}:{} (attemptTimeout: 400ms)", dead.port()));

    let start = Instant::now();
    let error = named(limited(), [first]).connect(target()).await.expect_err("nobody");
    assert!((400..=401).contains(&start.elapsed().as_millis()));
    assert_eq!((error.code(), error.name()), ("UND_ERR_CONNECT_TIMEOUT", "ConnectTimeoutError"));
    let place = format!("{first}:{}", dead.port());
    let tried = format!("(attempted address: {place}, attemptTimeout: 400ms) during connect after 40");
    assert!(error.message().contains(&tried), "{error}");
}

/// Answers with IPv6 and IPv4 addresses after these times in milliseconds, or never.
struct Apart {
    v6: (Vec<IpAddr>, Option<u64>),
    v4: (Vec<IpAddr>, Option<u64>),
}

impl Lookup for Apart {
    fn lookup(&self, _query: LookupQuery) -> Answers<'_> {
        Answers::parts([&self.v6, &self.v4].map(|(addresses, after)| async move {
            match after {
                Some(after) => sleep(Duration::from_millis(*after)).await,
                None => future::pending().await,
            }
            match addresses.is_empty() {
                true => Err(LookupError::not_found("db.test")),
                false => Ok(addresses.clone()),
            }
        }))
    }
}

/// What connecting to `db.test` comes to, and after how many milliseconds.
async fn apart(options: ConnectOptions, port: u16, apart: Apart) -> (Result<Socket, Error>, u128) {
    let connector = Connector::new(options.lookup(apart)).expect("a connector");
    let start = Instant::now();
    let outcome = connector.connect(Target::tcp("db.test").port(port)).await;
    (outcome, start.elapsed().as_millis())
}

#[tokio::test(start_paused = true)]
async fn one_familys_answer_is_enough_to_begin() {
    let at_v4 = Echo::with(ListenOptions::new()).await;
    let at_v6 = Echo::on(listen_at("[::1]:0".parse().expect("an address"), ListenOptions::new()).await);
    let v4_never = || Apart { v6: (vec![V6], Some(0)), v4: (vec![V4], None) };
    let (socket, took) = apart(client_options(), at_v6.port(), v4_never()).await;
    assert_eq!(
        (outcomes(&socket.expect("a connection")), took <= 1),
        (vec!["::1 connected".to_owned()], true)
    );

    // IPv6 is awaited for a moment: it never comes, comes in time, or is not there.
    let v6_after = |after| Apart { v6: (vec![V6], after), v4: (vec![V4], Some(0)) };
    let (socket, took) = apart(client_options(), at_v4.port(), v6_after(None)).await;
    assert_eq!(outcomes(&socket.expect("a connection")), ["127.0.0.1 connected"]);
    assert!((50..=53).contains(&took), "{took} ms");
    let (socket, took) = apart(client_options(), at_v6.port(), v6_after(Some(20))).await;
    assert_eq!(outcomes(&socket.expect("a connection")), ["::1 connected"]);
    assert!((20..=23).contains(&took), "{took} ms");
    let no_v6 = Apart { v6: (Vec::new(), Some(30)), v4: (vec![V4], Some(0)) };
    let (socket, took) = apart(client_options(), at_v4.port(), no_v6).await;
    assert_eq!(outcomes(&socket.expect("a connection")), ["127.0.0.1 connected"]);
    assert!((30..=33).contains(&took), "{took} ms");

    // Where one family is asked for, the other is not awaited.
    let options = client_options().family(AddressFamily::V4);
    let (socket, took) = apart(options, at_v4.port(), v6_after(None)).await;
    assert!(socket.is_ok() && took <= 1, "{took} ms");
}

#[tokio::test(start_paused = true)]
async fn what_comes_later_joins_in() {
    let (dead, _echo) = dead_and_alive(V6, V4, ListenOptions::new()).await;
    let slow = |after| Apart { v6: (vec![V6], Some(0)), v4: (vec![V4], after) };
    for (after, expected) in [(100, 250), (600, 600)] {
        let (socket, took) = apart(client_options(), dead.port(), slow(Some(after))).await;
        assert_eq!(outcomes(&socket.expect("a connection")), ["::1 ECANCELED", "127.0.0.1 connected"]);
        assert!((expected..=expected + 3).contains(&took), "{took} ms");
    }

    // But for `lookupTimeout`, it waits for it even when all others have failed.
    let refused = RefusedPort::at(V6);
    let limited = client_options().lookup_timeout(Duration::from_millis(300));
    let (error, took) = apart(limited.clone(), refused.port(), slow(None)).await;
    let error = error.expect_err("refused");
    assert_eq!((error.code(), error.attempts().len()), ("ECONNREFUSED", 1));
    assert!((300..=301).contains(&took), "{took} ms");
}

/// Addresses that must not be dialled are told of, whichever part they come in, and nobody hears from us there.
#[tokio::test(start_paused = true)]
async fn what_is_blocked_takes_no_part() {
    let [first, second] = own(11);
    let listener =
        listen_at(SocketAddr::new(second, 0).to_string().parse().unwrap(), ListenOptions::new()).await;
    let parts = Apart { v6: (vec![V6], Some(0)), v4: (vec![second, first], Some(10)) };
    let mut blocked = Networks::new();
    blocked.add_address(second);
    let (error, _) = apart(client_options().block_list(blocked), port(&listener), parts).await;
    let error = error.expect_err("nobody is there");
    let codes =
        error.attempts().iter().map(|attempt| (attempt.address().address(), attempt.error().unwrap().code()));
    let mut codes: Vec<_> = codes.collect();
    codes.sort();
    let expected = [(first, "ECONNREFUSED"), (second, "ERR_IP_BLOCKED"), (V6, "ECONNREFUSED")];
    assert_eq!(codes, expected.map(|(address, code)| (address.to_string(), code)));
    let nobody = timeout(Duration::from_millis(10), listener.accept()).await;
    assert!(nobody.is_err(), "{nobody:?}");
}
