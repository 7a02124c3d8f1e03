//! In which order destinations are tried: RFC 6724.
//!
//! `getaddrinfo` answers in this order, and a lookup of the caller's in the one that it wants. It is made here for what is
//! known in parts and for what comes from name servers as it is.

mod policy;

use std::{
    cmp::Reverse,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use policy::{label_of, precedence_of, scope_of};

/// Sorts by what the system's routes say at present. No packet is sent.
pub(crate) fn sort(addresses: &mut [SocketAddr]) {
    if addresses.len() > 1 {
        addresses.sort_by_cached_key(|address| rank(address.ip(), source(*address)));
    }
}

/// The address that the system would connect from; none where there is no way to the destination.
fn source(destination: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = match destination {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let mut anywhere = destination;
    anywhere.set_port(DISCARD);
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(anywhere).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// Any port would do: connecting a datagram socket sets its route, and that is all.
const DISCARD: u16 = 9;

/// The lower comes first. In the order of RFC 6724 section 6: 1 a destination without a way to it; 2 one of another
/// scope than its source; 5 one of another label; 6 precedence; 8 the smaller scope; 9 the longer common prefix. What
/// only the system knows of a source (3 deprecated, 4 home, 7 native transport) is left to the system, which has
/// chosen the source. Equal ones stay as they are (10).
fn rank(destination: IpAddr, source: Option<IpAddr>) -> impl Ord {
    let scope = scope_of(destination);
    (
        source.is_none(),
        source.is_none_or(|source| scope_of(source) != scope),
        source.is_none_or(|source| label_of(source) != label_of(destination)),
        Reverse(precedence_of(destination)),
        scope,
        Reverse(source.map_or(0, |source| common_prefix(source, destination))),
    )
}

/// In bits, up to where the interface's part begins (RFC 6724 section 2.2). For IPv4, where it would undo the turns that
/// name servers take, nothing is in common: the RFC allows for that.
fn common_prefix(source: IpAddr, destination: IpAddr) -> u32 {
    match (source, destination) {
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            (source.to_bits() ^ destination.to_bits()).leading_zeros().min(64)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    /// Each destination with its source, or `-`, in the order that is expected; whatever order they come in.
    #[track_caller]
    fn sorted(expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(to, from)| (ip(to), from.parse().ok())).collect();
        let mut turned = expected.clone();
        for _ in 0..expected.len() {
            turned.rotate_left(1);
            for mut list in [turned.clone(), turned.iter().copied().rev().collect()] {
                list.sort_by_key(|(to, from)| rank(*to, *from));
                assert_eq!(list, expected);
            }
        }
    }

    /// RFC 6724 section 10.2, but for those whose outcome depends on what only the system knows.
    #[test]
    fn the_examples_of_the_rfc() {
        // Prefer matching scope.
        sorted(&[("2001:db8:1::1", "2001:db8::2"), ("198.51.100.121", "169.254.13.78")]);
        sorted(&[("198.51.100.121", "198.51.100.117"), ("2001:db8:1::1", "fe80::1")]);
        // Prefer higher precedence.
        sorted(&[("2001:db8:1::1", "2001:db8::2"), ("10.1.2.3", "10.1.2.4")]);
        // Prefer smaller scope.
        sorted(&[("fe80::1", "fe80::2"), ("2001:db8:1::1", "2001:db8::2")]);
        // Longest matching prefix.
        sorted(&[("2001:db8:1::1", "2001:db8::2"), ("2001:db8:3ffe::1", "2001:db8:3f44::2")]);
        // Prefer matching label.
        sorted(&[("2002:c633:6401::1", "2002:c633:6401::2"), ("2001:db8:1::1", "2002:c633:6401::2")]);
        // Prefer higher precedence.
        sorted(&[("2001:db8:1::1", "2001:db8:1::2"), ("2002:c633:6401::1", "2002:c633:6401::2")]);
    }

    #[test]
    fn where_no_way_leads_comes_last() {
        sorted(&[("198.51.100.121", "198.51.100.117"), ("2001:db8:1::1", "-")]);
        sorted(&[("::1", "::1"), ("127.0.0.1", "127.0.0.1"), ("2001:db8:1::1", "-")]);
        // A home network's own addresses do not lead into the Internet.
        sorted(&[("198.51.100.121", "192.168.1.2"), ("2001:db8:1::1", "fd00::2")]);
        sorted(&[("fd00::1", "fd00::2"), ("fd00::1", "2001:db8::2")]);
    }

    #[test]
    fn equal_ones_stay_as_they_are() {
        let from = Some(ip("10.0.0.200"));
        let mut list = ["10.0.0.9", "10.0.0.201", "10.9.9.9", "192.0.2.1"].map(|to| (ip(to), from));
        let before = list;
        list.sort_by_key(|(to, from)| rank(*to, *from));
        assert_eq!(list, before);
    }

    #[test]
    fn the_system_is_asked_for_the_source() {
        let address = |text: &str| text.parse::<SocketAddr>().expect(text);
        assert_eq!(source(address("127.0.0.1:80")), Some(ip("127.0.0.1")));
        assert_eq!(source(address("127.0.0.9:0")), Some(ip("127.0.0.1")));
        let mut list = ["[fe80::1%999999]:80", "127.0.0.1:80", "[::1]:80"].map(address);
        assert_eq!(source(list[0]), None, "there is no such interface");
        sort(&mut list);
        assert_eq!(list.last(), Some(&address("[fe80::1%999999]:80")));
        assert!(list[0].ip().is_loopback());
    }
}
