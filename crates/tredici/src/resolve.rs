//! A name becomes addresses.

mod permits;

use std::net::{IpAddr, SocketAddr};

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType};

use crate::{
    error::{Error, ErrorKind, Phase},
    options::{Lookup, LookupError},
};

/// The address that `hostname` is, if it is one and no name.
pub(crate) fn literal(hostname: &str) -> Option<IpAddr> {
    hostname.parse().ok()
}

/// The addresses of `hostname`, in the order in which they are to be tried.
pub(crate) async fn resolve(
    hostname: &str,
    port: u16,
    lookup: Option<&dyn Lookup>,
) -> Result<Vec<SocketAddr>, Error> {
    let found = match lookup {
        Some(lookup) => lookup
            .lookup(hostname)
            .await
            .map(|addresses| addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()),
        None => system(hostname, port).await,
    };
    match found {
        Ok(addresses) if addresses.is_empty() => {
            Err(failed(hostname, &LookupError::new("ENOTFOUND", "the name has no address")))
        }
        Ok(addresses) => Ok(without_duplicates(addresses)),
        Err(error) => Err(failed(hostname, &error)),
    }
}

fn without_duplicates(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut unique = Vec::with_capacity(addresses.len());
    for address in addresses {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    unique
}

fn failed(hostname: &str, error: &LookupError) -> Error {
    let code = error.code().to_owned();
    let hint = match code.as_str() {
        "ENOTFOUND" => Some("check the spelling of the name, or give the addresses with `lookup`"),
        "EAI_AGAIN" => Some("the name server does not answer; try again"),
        _ => None,
    };
    let message = format!("getaddrinfo {code} {}", hostname.escape_debug());
    let failure = Error::new(ErrorKind::Lookup, Phase::Lookup, code, message)
        .with_reason(error.to_string())
        .with_host(hostname)
        .with_source(error.clone());
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// The system's resolver, on a thread of the runtime's blocking pool.
async fn system(hostname: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
    // The permit goes with the call and not with the caller, who may be gone before it returns.
    let permit = permits::acquire(hostname).await;
    let hostname = hostname.to_owned();
    let call = tokio::task::spawn_blocking(move || {
        let found = getaddrinfo(&hostname, port);
        drop(permit);
        found
    });
    call.await.map_err(|_| LookupError::new("ECANCELED", "the runtime is shutting down"))?
}

fn getaddrinfo(hostname: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
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
    let addresses = found.filter_map(Result::ok).map(|info| {
        let mut address = info.sockaddr;
        address.set_port(port);
        address
    });
    Ok(addresses.collect())
}
