//! The system's resolver.

use std::{net::SocketAddr, sync::LazyLock};

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType};
use futures_util::FutureExt;

use super::{flights::Flights, permits, threads};
use crate::options::{AddressFamily, Addresses, Answers, Lookup, LookupError, LookupHints, LookupQuery};

/// The system's resolver, `getaddrinfo`: what is asked where the option `lookup` is not given.
///
/// It knows what the system has been told of names (`/etc/hosts`, `/etc/resolv.conf`, `/etc/nsswitch.conf`), and answers
/// in the order of RFC 6724. It runs on threads of its own, at most 128 in the process and 4 for a name, so that names
/// that hang leave room for others; who asks what is being asked already, for less than 5 seconds, hears the same answer.
/// A call cannot be stopped: where nobody waits any more its result is dropped, and no runtime waits for it.
///
/// `localhost` and the names below it are this machine (RFC 6761 section 6.3): the system is asked for `localhost`
/// whatever stands before it, with or without a final dot, and for both families however the machine is connected.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SystemLookup;

impl SystemLookup {
    /// Asks the system.
    pub fn new() -> Self {
        Self
    }
}

impl Lookup for SystemLookup {
    fn lookup(&self, mut query: LookupQuery) -> Answers<'_> {
        static FLIGHTS: LazyLock<Flights> = LazyLock::new(Flights::default);
        if is_localhost(&query.hostname) {
            query.hostname = LOCALHOST.to_owned();
            query.hints = query.hints.without(LookupHints::ADDRCONFIG);
        }
        let begin = |query: LookupQuery, parts: super::flights::Parts| {
            async move {
                parts.take(Answers::once(ask(query))).await;
            }
            .boxed()
        };
        FLIGHTS.join(query, begin).0
    }
}

const LOCALHOST: &str = "localhost";

/// Whether the name is `localhost` or below it.
pub(super) fn is_localhost(hostname: &str) -> bool {
    let name = hostname.strip_suffix('.').unwrap_or(hostname);
    name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(LOCALHOST))
}

async fn ask(query: LookupQuery) -> Result<Addresses, LookupError> {
    let hints = hints(query.family, query.hints);
    let hostname = query.hostname.clone();
    let found = call(&query.hostname, move || getaddrinfo(&hostname, hints)).await;
    let no_thread =
        |error| LookupError::new("EAI_AGAIN", format!("there is no thread to ask the system: {error}"));
    found.map_err(no_thread)?.map(Addresses::from_iter)
}

/// What a call about this name returns, once there is room for it.
async fn call<T: Send + 'static>(
    hostname: &str,
    call: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<T> {
    // The permit goes with the call and not with the caller, who may be gone before it returns.
    let permit = permits::acquire(hostname).await;
    let call = move || {
        let found = call();
        drop(permit);
        found
    };
    threads::run(call).await
}

/// An address with the name of a zone; nobody is asked.
pub(super) fn numeric(hostname: &str) -> Result<Vec<SocketAddr>, LookupError> {
    let hints = hints(AddressFamily::V6, LookupHints::none());
    getaddrinfo(hostname, AddrInfoHints { flags: libc::AI_NUMERICHOST, ..hints })
}

fn hints(family: AddressFamily, hints: LookupHints) -> AddrInfoHints {
    let address = match family {
        AddressFamily::Any => libc::AF_UNSPEC,
        AddressFamily::V4 => libc::AF_INET,
        AddressFamily::V6 => libc::AF_INET6,
    };
    AddrInfoHints {
        flags: hints.bits(),
        socktype: SockType::Stream.into(),
        address,
        ..AddrInfoHints::default()
    }
}

fn getaddrinfo(hostname: &str, hints: AddrInfoHints) -> Result<Vec<SocketAddr>, LookupError> {
    let found = dns_lookup::getaddrinfo(Some(hostname), None, Some(hints)).map_err(|error| {
        let code = match error.kind() {
            LookupErrorKind::NoName | LookupErrorKind::NoData => "ENOTFOUND",
            LookupErrorKind::Again => "EAI_AGAIN",
            LookupErrorKind::Fail => "EAI_FAIL",
            LookupErrorKind::Family => "EAI_FAMILY",
            LookupErrorKind::Memory => "EAI_MEMORY",
            LookupErrorKind::System => "EAI_SYSTEM",
            _ => "ENOTFOUND",
        };
        LookupError::new(code, std::io::Error::from(error).to_string())
    })?;
    Ok(found.filter_map(Result::ok).map(|info| info.sockaddr).collect())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    async fn ask(query: LookupQuery) -> Result<Vec<IpAddr>, LookupError> {
        let answer = SystemLookup::new().lookup(query).next().await.expect("an answer");
        answer.map(|addresses| addresses.ips().collect())
    }

    #[test]
    fn localhost_and_what_is_below_it() {
        for name in ["localhost", "LocalHost.", "a.localhost", "a.b.LOCALHOST."] {
            assert!(is_localhost(name), "{name}");
        }
        for name in ["localhost.example", "mylocalhost", "local", "", "."] {
            assert!(!is_localhost(name), "{name}");
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_whatever_is_said_beside() {
        let alone = ask(LookupQuery::new("localhost")).await.expect("localhost");
        assert!(!alone.is_empty() && alone.iter().all(IpAddr::is_loopback));
        for name in ["localhost.", "db.localhost", "LOCALHOST"] {
            let query = LookupQuery::new(name).hints(LookupHints::ADDRCONFIG);
            assert_eq!(ask(query).await.as_ref(), Ok(&alone), "{name}");
        }
    }

    #[tokio::test]
    async fn family_and_hints_reach_the_system() {
        let four = ask(LookupQuery::new("localhost").family(AddressFamily::V4)).await.expect("localhost");
        assert!(four.iter().all(IpAddr::is_ipv4));
        let mapped = LookupQuery::new("localhost")
            .family(AddressFamily::V6)
            .hints(LookupHints::V4MAPPED | LookupHints::ALL);
        let mapped = ask(mapped).await.expect("localhost");
        assert!(mapped.contains(&"::ffff:127.0.0.1".parse().expect("an address")), "{mapped:?}");
    }

    /// Whoever asked has gone, and the calls hang on: they take the places of their name and of no other.
    #[tokio::test]
    async fn calls_that_hang_leave_room_for_other_names() {
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
        let hang = || {
            let gate = gate.clone();
            move || {
                let _opened = gate.lock().map(|gate| gate.recv());
            }
        };
        for _ in 0..permits::AT_ONCE_FOR_A_NAME {
            assert!(call("hung.test", hang()).now_or_never().is_none());
        }
        let mut one_more = Box::pin(call("hung.test", || "answered"));
        assert!((&mut one_more).now_or_never().is_none());
        assert_eq!(call("other.test", || "answered").await.expect("a thread"), "answered");
        assert!((&mut one_more).now_or_never().is_none());
        drop(open);
        assert_eq!(one_more.await.expect("a thread"), "answered");
    }

    /// A label of more than 63 bytes is sent to no name server.
    #[tokio::test]
    async fn a_name_that_nobody_has() {
        let error = ask(LookupQuery::new("a".repeat(64))).await.expect_err("no name");
        assert_eq!(error.code(), "ENOTFOUND");
    }
}
