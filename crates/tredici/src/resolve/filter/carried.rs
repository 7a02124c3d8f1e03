//! Addresses inside addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Every other address that connecting to this one may lead to.
pub(super) fn all(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let address = address.to_canonical();
    let carried = match address {
        IpAddr::V6(address) => ipv4(address),
        IpAddr::V4(_) => [None; 2],
    };
    carried.into_iter().flatten().map(IpAddr::V4).chain(this_machine(address))
}

/// Where the IPv4 address behind NAT64's well-known prefix is reached (RFC 6052 section 2.1).
pub(super) fn translated(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V6(address) if address.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            Some(last(address).into())
        }
        _ => None,
    }
}

/// The address of nobody is a way to say this machine.
fn this_machine(address: IpAddr) -> Option<IpAddr> {
    address.is_unspecified().then_some(match address {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    })
}

/// The IPv4 addresses in an IPv6 one; two where it names a relay beside the end.
fn ipv4(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let at = |index: usize| {
        let bits = (address.to_bits() << (16 * index)) >> 96;
        u32::try_from(bits).ok().map(Ipv4Addr::from_bits)
    };
    match address.segments() {
        // `::` and `::1` are themselves.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None; 2],
        // IPv4-compatible, of old (RFC 4291 section 2.5.5.1).
        [0, 0, 0, 0, 0, 0, ..] => [at(6), None],
        // NAT64: the well-known prefix (RFC 6052), and the one for local use (RFC 8215) with 96 bits of it.
        [0x64, 0xff9b, 0 | 1, ..] => [at(6), None],
        // 6to4 (RFC 3056).
        [0x2002, ..] => [at(1), None],
        // Teredo (RFC 4380 section 4): the server, and the client with every bit turned.
        [0x2001, 0, ..] => [at(2), Some(Ipv4Addr::from_bits(!last(address).to_bits()))],
        // ISATAP (RFC 5214 section 6.1).
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => [at(6), None],
        _ => [None; 2],
    }
}

fn last(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}
