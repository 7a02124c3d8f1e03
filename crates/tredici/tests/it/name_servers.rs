//! `HickoryLookup` and name servers that answer, answer late, answer badly, or do not answer.

mod server;

use std::{net::IpAddr, sync::Arc, time::Duration};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
};
use tokio::sync::Notify;
use tredici::{
    AddressFamily, Addresses, ConnectOptions, Connector, Error, HickoryLookup, ListenOptions, Listener,
    Lookup, LookupError, LookupQuery, Socket, Target,
};
use tredici_test::{alive_tasks, settle, within};

use server::{Answer, NameServer, Record};

type Part = Result<Addresses, LookupError>;

fn ips(list: &[&str]) -> Vec<IpAddr> {
    list.iter().map(|address| address.parse().expect(address)).collect()
}

fn lookup(server: &NameServer) -> HickoryLookup {
    HickoryLookup::servers([server.address()]).expect("a lookup")
}

async fn parts(lookup: &HickoryLookup, query: LookupQuery) -> Vec<Part> {
    let mut answers = lookup.lookup(query);
    let mut parts = Vec::new();
    while let Some(part) = within("an answer", answers.next()).await {
        parts.push(part);
    }
    parts
}

async fn connect(lookup: HickoryLookup, port: u16) -> Result<Socket, Error> {
    let connector = Connector::new(ConnectOptions::new().lookup(lookup)).expect("a connector");
    within("a connection", connector.connect(Target::tcp("db.test").port(port))).await
}

async fn listener() -> (Listener, u16) {
    let address = "127.0.0.1:0".parse().expect("an address");
    let listener = Listener::bind(address, ListenOptions::new()).await.expect("a listener");
    let port = listener.local_address().expect("an address").port();
    (listener, port)
}

#[tokio::test]
async fn each_family_is_a_part_that_knows_how_long_it_is_right() {
    let server = NameServer::start(|_name, record| match record {
        Record::Aaaa => Answer::Addresses(ips(&["::1"]), 60),
        Record::A => Answer::Addresses(ips(&["127.0.0.1", "127.0.0.2"]), 30),
    })
    .await;
    let lookup = lookup(&server);
    let parts = parts(&lookup, LookupQuery::new("db.test.")).await;
    assert_eq!(parts.len(), 2);
    for part in parts {
        let part = part.expect("addresses");
        let found: Vec<_> = part.ips().collect();
        let ttl = part.ttl().expect("a time").as_secs();
        match found[0] {
            IpAddr::V6(_) => assert!(found == ips(&["::1"]) && (59..=60).contains(&ttl), "{ttl}"),
            IpAddr::V4(_) => {
                assert!(found == ips(&["127.0.0.1", "127.0.0.2"]) && (29..=30).contains(&ttl), "{ttl}");
            }
        }
    }
    let mut asked = server.asked();
    asked.sort_by_key(|(_, record)| *record == Record::A);
    assert_eq!(asked, [("db.test".to_owned(), Record::Aaaa), ("db.test".to_owned(), Record::A)]);
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_other() {
    let told = Arc::new(Notify::new());
    let tell = told.clone();
    let server = NameServer::start(move |_name, record| match record {
        Record::Aaaa => Answer::Addresses(ips(&["::1"]), 60),
        Record::A => Answer::Later(ips(&["127.0.0.1"]), told.clone()),
    })
    .await;
    let lookup = lookup(&server);
    let mut answers = lookup.lookup(LookupQuery::new("db.test"));
    let mut next = async || {
        let part = within("a part", answers.next()).await.expect("a part").expect("addresses");
        part.ips().collect::<Vec<_>>()
    };
    assert_eq!(next().await, ips(&["::1"]));
    tell.notify_one();
    assert_eq!(next().await, ips(&["127.0.0.1"]));
    assert_eq!(answers.next().await, None);
}

#[tokio::test]
async fn one_family_is_enough() {
    let (_listener, port) = listener().await;
    for bad in [Answer::NoName(60), Answer::ServerFailure, Answer::Refused, Answer::Addresses(vec![], 60)] {
        let other = bad.clone();
        let server = NameServer::start(move |_name, record| match record {
            Record::Aaaa => other.clone(),
            Record::A => Answer::Addresses(ips(&["127.0.0.1"]), 60),
        })
        .await;
        let socket = connect(lookup(&server), port).await.unwrap_or_else(|error| panic!("{bad:?}: {error}"));
        assert_eq!(socket.attempts().len(), 1);
    }
}

#[tokio::test]
async fn none_is_an_error_that_says_whether_to_try_again() {
    for (answer, code, retryable) in [
        (Answer::NoName(60), "ENOTFOUND", false),
        (Answer::Addresses(vec![], 60), "ENOTFOUND", false),
        (Answer::ServerFailure, "EAI_AGAIN", true),
        (Answer::Refused, "EAI_FAIL", false),
    ] {
        let told = answer.clone();
        let server = NameServer::start(move |_name, _record| told.clone()).await;
        let error = connect(lookup(&server), 1).await.expect_err("no address");
        assert_eq!((error.code(), error.phase().as_str()), (code, "lookup"), "{answer:?}: {error:?}");
        assert_eq!((error.retryable(), error.host()), (retryable, Some("db.test")), "{answer:?}");
    }
}

#[tokio::test]
async fn that_there_is_no_name_is_right_for_a_time() {
    let server = NameServer::start(|_name, _record| Answer::NoName(7)).await;
    let lookup = lookup(&server);
    for part in parts(&lookup, LookupQuery::new("db.test.")).await {
        let error = part.expect_err("no name");
        assert_eq!((error.code(), error.ttl()), ("ENOTFOUND", Some(Duration::from_secs(7))));
    }
    let asked = server.asked().len();
    parts(&lookup, LookupQuery::new("db.test.")).await;
    assert_eq!(server.asked().len(), asked, "it is remembered");
}

#[tokio::test]
async fn who_does_not_answer_is_asked_no_longer_than_is_said() {
    let server = NameServer::start(|_name, _record| Answer::Silence).await;
    let mut udp = ConnectionConfig::udp();
    udp.port = server.address().port();
    let servers = vec![NameServerConfig::new(server.address().ip(), true, vec![udp])];
    let config = ResolverConfig::from_parts(None, Vec::new(), servers);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().timeout = Duration::from_millis(50);
    builder.options_mut().attempts = 0;
    let lookup = HickoryLookup::from(builder.build().expect("a resolver"));
    let error = connect(lookup, 1).await.expect_err("no answer");
    assert_eq!((error.code(), error.phase().as_str()), ("EAI_AGAIN", "lookup"), "{error:?}");
    assert!(error.retryable() && !server.asked().is_empty());
}

#[tokio::test]
async fn only_the_wanted_family_is_asked_for() {
    let server = NameServer::start(|_name, _record| Answer::Addresses(ips(&["127.0.0.1"]), 60)).await;
    let query = LookupQuery::new("db.test").family(AddressFamily::V4);
    assert_eq!(parts(&lookup(&server), query).await.len(), 1);
    assert!(server.asked().iter().all(|(_, record)| *record == Record::A));
}

#[tokio::test]
async fn this_machine_is_asked_nobody_for() {
    let server = NameServer::start(|_name, _record| Answer::NoName(60)).await;
    for name in ["localhost", "localhost.", "db.localhost"] {
        let parts = parts(&lookup(&server), LookupQuery::new(name)).await;
        let mut found: Vec<_> = parts[0].as_ref().expect("addresses").ips().collect();
        found.sort();
        assert_eq!((parts.len(), found), (1, ips(&["127.0.0.1", "::1"])), "{name}");
    }
    assert_eq!(server.asked(), []);
}

/// What a name server says is held against the filter like any other answer.
#[tokio::test]
async fn a_name_server_leads_nobody_inside() {
    let server = NameServer::start(|_name, record| match record {
        Record::Aaaa => Answer::Addresses(ips(&["::ffff:127.0.0.1", "::1"]), 60),
        Record::A => Answer::Addresses(ips(&["127.0.0.1", "0.0.0.0"]), 60),
    })
    .await;
    let options = ConnectOptions::new().block_list("loopback".parse().expect("a list"));
    let connector = Connector::new(options.lookup(lookup(&server))).expect("a connector");
    let error = connector.connect(Target::tcp("db.test").port(1)).await.expect_err("blocked");
    assert_eq!((error.code(), error.attempts().len()), ("ERR_IP_BLOCKED", 4));
}

#[tokio::test]
async fn nothing_is_left_when_it_is_dropped() {
    let server = NameServer::start(|_name, _record| Answer::Silence).await;
    let before = alive_tasks();
    let lookup = lookup(&server);
    let mut answers = lookup.lookup(LookupQuery::new("db.test"));
    let asked = || server.asked().len() >= 2;
    tokio::select! {
        part = answers.next() => panic!("nobody answers, and yet: {part:?}"),
        () = settle("the questions", asked) => {}
    }
    drop(answers);
    drop(lookup);
    settle("the resolver's tasks to end", || alive_tasks() <= before).await;
}

#[tokio::test]
async fn nobody_to_ask() {
    let error = HickoryLookup::servers([]).expect_err("no server");
    assert_eq!(error.code(), "ERR_INVALID_ARG_VALUE");
}
