//! Addresses: which hosts are one, and how Node spells those of a certificate.

use std::net::{IpAddr, Ipv6Addr};

/// The address that a host is, if it is one: IPv4 in four decimal parts, or IPv6 with or without a zone, which
/// is of this machine alone and in no certificate.
pub(super) fn host_address(host: &str) -> Option<IpAddr> {
    match host.split_once('%') {
        None => host.parse().ok(),
        Some((address, zone)) if is_zone(zone) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        Some(_) => None,
    }
}

fn is_zone(zone: &str) -> bool {
    let is_zone_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
    !zone.is_empty() && zone.bytes().all(is_zone_byte)
}

/// The address in a certificate's entry; `None` for `<invalid length=5>` and the like.
pub(super) fn presented_address(text: &str) -> Option<IpAddr> {
    match text.split_once('%') {
        None => text.parse().ok(),
        Some((address, _zone)) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    }
}

/// The address in its canonical spelling, in which Node lists it; nothing where there is none.
pub(super) fn node_spelling(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V6(address)) => match address.segments() {
            // The IPv4-compatible addresses of RFC 4291 section 2.5.5.1.
            [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
                let [.., a, b, c, d] = address.octets();
                format!("::{a}.{b}.{c}.{d}")
            }
            _ => address.to_string(),
        },
        Some(address) => address.to_string(),
        None => String::new(),
    }
}
