//! The system's resolver.

use std::net::SocketAddr;

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType};

use super::permits;
use crate::options::{AddressFamily, Addresses, Answers, Lookup, LookupError, LookupQuery};

/// `getaddrinfo`.
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        Answers::once(ask(query))
    }
}

/// On a thread of the runtime's blocking pool.
async fn ask(query: LookupQuery) -> Result<Addresses, LookupError> {
    // The permit goes with the call and not with the caller, who may be gone before it returns.
    let permit = permits::acquire(&query.hostname).await;
    let call = tokio::task::spawn_blocking(move || {
        let found = getaddrinfo(&query.hostname, hints(query.family));
        drop(permit);
        found
    });
    let found = call.await.map_err(|_| LookupError::new("ECANCELED", "the runtime is shutting down"))?;
    found.map(Addresses::from_iter)
}

fn hints(family: AddressFamily) -> AddrInfoHints {
    let address = match family {
        AddressFamily::Any => libc::AF_UNSPEC,
        AddressFamily::V4 => libc::AF_INET,
        AddressFamily::V6 => libc::AF_INET6,
    };
    AddrInfoHints { socktype: SockType::Stream.into(), address, ..AddrInfoHints::default() }
}

/// An address with the name of a zone; nobody is asked.
pub(super) fn numeric(hostname: &str) -> Result<Vec<SocketAddr>, LookupError> {
    getaddrinfo(hostname, AddrInfoHints { flags: libc::AI_NUMERICHOST, ..hints(AddressFamily::V6) })
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
