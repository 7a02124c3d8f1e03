use std::net::{IpAddr, SocketAddr};

use futures_util::stream;

use super::*;
use crate::{
    error::{ErrorKind, Phase},
    options::{Addresses, Answers, ConnectOptions},
};

type Part = Result<Addresses, LookupError>;

/// Answers every question with these parts.
struct Parts(Vec<Part>);

impl Lookup for Parts {
    fn lookup(&self, _query: LookupQuery) -> Answers<'_> {
        Answers::stream(stream::iter(self.0.clone()))
    }
}

fn part(addresses: &[&str]) -> Part {
    Ok(addresses.iter().map(|address| address.parse::<IpAddr>().expect(address)).collect())
}

fn error(code: &'static str) -> Part {
    Err(LookupError::new(code, "as it is"))
}

fn resolver(parts: impl Into<Vec<Part>>) -> Resolver {
    Resolver::new(ConnectOptions::new().lookup(Parts(parts.into())).values())
}

/// Each part as one text, an error as its code.
async fn parts(resolver: &Resolver, hostname: &str, family: AddressFamily) -> Vec<String> {
    let mut resolving = resolver.resolve(hostname, 7, family);
    let mut parts = Vec::new();
    while let Some(part) = resolving.next().await {
        parts.push(match part {
            Ok(addresses) => addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => error.code().to_owned(),
        });
    }
    assert!(resolving.next().await.is_none());
    parts
}

#[tokio::test]
async fn parts_come_as_they_are_without_what_came_before() {
    let resolver = resolver([
        part(&["::1", "::2", "::1"]),
        part(&["::2"]),
        part(&["127.0.0.1", "::1", "::3"]),
        part(&[]),
    ]);
    assert_eq!(
        parts(&resolver, "name", AddressFamily::Any).await,
        ["[::1]:7 [::2]:7", "127.0.0.1:7 [::3]:7"]
    );
    let all = resolver.resolve("name", 7, AddressFamily::Any).all().await.expect("addresses");
    assert_eq!(all.len(), 4);
}

#[tokio::test]
async fn a_family_that_is_not_wanted_is_left_out() {
    let both = resolver([part(&["::1"]), part(&["127.0.0.1"])]);
    assert_eq!(parts(&both, "name", AddressFamily::V4).await, ["127.0.0.1:7"]);
    assert_eq!(parts(&both, "name", AddressFamily::V6).await, ["[::1]:7"]);
    let four = resolver([part(&["127.0.0.1"])]);
    let error = four.resolve("name", 7, AddressFamily::V6).all().await.expect_err("no address");
    assert_eq!((error.code(), error.reason()), ("ENOTFOUND", Some("the name has no IPv6 address")));
}

#[tokio::test]
async fn an_error_counts_where_there_is_no_address() {
    let any = AddressFamily::Any;
    let half = resolver([error("ENOTFOUND"), part(&["127.0.0.1"]), error("EAI_FAIL")]);
    assert_eq!(parts(&half, "name", any).await, ["127.0.0.1:7"]);
    assert_eq!(parts(&resolver([error("EAI_AGAIN"), error("ENOTFOUND")]), "name", any).await, ["EAI_AGAIN"]);
    assert_eq!(parts(&resolver([error("ENOTFOUND"), error("EAI_AGAIN")]), "name", any).await, ["EAI_AGAIN"]);
    assert_eq!(parts(&resolver([part(&[]), error("EAI_FAIL")]), "name", any).await, ["EAI_FAIL"]);
    assert_eq!(parts(&resolver([]), "name", any).await, ["ENOTFOUND"]);
}

#[tokio::test]
async fn who_is_an_address_is_not_asked_for() {
    let nobody = resolver([error("EAI_AGAIN")]);
    assert_eq!(parts(&nobody, "127.0.0.1", AddressFamily::V6).await, ["127.0.0.1:7"]);
    assert_eq!(parts(&nobody, "fe80::1%lo", AddressFamily::Any).await, ["[fe80::1%1]:7"]);
    assert_eq!(parts(&nobody, "fe80::1%nothing0", AddressFamily::Any).await, ["ENOTFOUND"]);
}

#[tokio::test]
async fn what_can_be_no_name_is_not_asked_for() {
    let anything = resolver([part(&["127.0.0.1"])]);
    for name in ["a..b", ".", "a\0b", &"a".repeat(64), &"a.".repeat(128)] {
        let error = anything.resolve(name, 7, AddressFamily::Any).all().await.expect_err(name);
        assert_eq!((error.code(), error.phase()), ("ENOTFOUND", Phase::Lookup), "{error}");
        assert_eq!(error.host(), Some(name));
    }
}

#[tokio::test]
async fn the_system_knows_this_machine() {
    let system = Resolver::system();
    let found = system.resolve("localhost", 7, AddressFamily::V4).all().await.expect("localhost");
    assert_eq!(found, ["127.0.0.1:7".parse().expect("an address")]);
}

fn filtered(block: &str, parts: impl Into<Vec<Part>>) -> Resolver {
    let block = block.parse().expect(block);
    Resolver::new(ConnectOptions::new().lookup(Parts(parts.into())).block_list(block).values())
}

#[tokio::test]
async fn a_refused_address_is_an_attempt_and_no_address() {
    let resolver = filtered("loopback", [part(&["127.0.0.1", "10.0.0.1"]), part(&["::1", "127.0.0.1"])]);
    let mut resolving = resolver.resolve("name", 7, AddressFamily::Any);
    assert_eq!(resolving.all().await.expect("one is left"), ["10.0.0.1:7".parse().expect("an address")]);
    let refused: Vec<_> =
        resolving.refused().iter().map(|(address, error)| (address.to_string(), error.message())).collect();
    assert_eq!(
        refused,
        [
            ("127.0.0.1:7".to_owned(), "IP(127.0.0.1) is blocked by options.blockList"),
            ("[::1]:7".to_owned(), "IP(::1) is blocked by options.blockList"),
        ]
    );
    assert_eq!(resolving.refused()[0].1.code(), "ERR_IP_BLOCKED");
}

#[tokio::test]
async fn no_address_that_may_be_dialled() {
    let resolver = filtered("loopback", [part(&["127.0.0.1"]), error("EAI_AGAIN"), part(&["::1"])]);
    for (hostname, message) in [
        (
            "name",
            "no address of name may be dialled: IP(127.0.0.1) is blocked by options.blockList, \
             IP(::1) is blocked by options.blockList",
        ),
        ("127.0.0.9", "IP(127.0.0.9) is blocked by options.blockList"),
        ("::ffff:127.0.0.1", "IP(::ffff:127.0.0.1) is blocked by options.blockList"),
    ] {
        let mut resolving = resolver.resolve(hostname, 7, AddressFamily::Any);
        let error = resolving.all().await.expect_err(hostname);
        assert_eq!((error.code(), error.kind()), ("ERR_IP_BLOCKED", ErrorKind::Blocked));
        assert_eq!((error.message(), error.host()), (message, Some(hostname)));
        assert!(!error.retryable() && !resolving.refused().is_empty());
    }
}
