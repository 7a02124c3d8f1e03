//! Host names that are addresses.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::system;
use crate::options::LookupError;

/// Whether `hostname` is an address and no name.
pub(crate) fn is_address(hostname: &str) -> bool {
    hostname.parse::<IpAddr>().is_ok() || zone(hostname).is_some()
}

/// The address that `hostname` is, if it is one and no name.
pub(super) fn address(hostname: &str) -> Option<Result<SocketAddr, LookupError>> {
    match hostname.parse::<IpAddr>() {
        Ok(address) => Some(Ok(SocketAddr::new(address, 0))),
        Err(_) => zone(hostname).map(|zone| scoped(hostname, zone)),
    }
}

/// The zone of an IPv6 address that names one: `eth0` of `fe80::1%eth0` (RFC 4007 section 11).
fn zone(hostname: &str) -> Option<&str> {
    let (address, zone) = hostname.split_once('%')?;
    (address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty()).then_some(zone)
}

/// The system knows the numbers of its interfaces, and asks nobody else.
fn scoped(hostname: &str, zone: &str) -> Result<SocketAddr, LookupError> {
    let found = system::numeric(hostname).ok().and_then(|found| found.first().copied());
    found.ok_or_else(|| {
        LookupError::new("ENOTFOUND", format!("there is no network interface {}", zone.escape_debug()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names() {
        for text in ["127.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1%lo", "fe80::1%1", "fe80::1%no such"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["localhost", "127.1", "0x7f000001", "[::1]", "fe80::1%", "127.0.0.1%lo", "name%lo", ""] {
            assert!(!is_address(text) && address(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_interface_has_a_number() {
        let loopback = address("fe80::1%lo").expect("an address").expect("an interface");
        let by_number = address("fe80::1%1").expect("an address").expect("an interface");
        assert_eq!(loopback, by_number);
        assert_eq!(loopback, "[fe80::1%1]:0".parse().expect("an address"));
        let error = address("fe80::1%nothing0").expect("an address").expect_err("no interface");
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("ENOTFOUND", "there is no network interface nothing0")
        );
    }
}
