//! What RFC 6724 knows of an address: its scope, and its row in the policy table.

use std::net::{IpAddr, Ipv6Addr};

/// A prefix, how many bits of it count, precedence and label: the default table (section 2.1).
const TABLE: [([u16; 8], u32, u8, u8); 9] = [
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, 50, 0),
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, 35, 4),
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, 1, 3),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, 5, 5),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, 30, 2),
    ([0x3ffe, 0, 0, 0, 0, 0, 0, 0], 16, 1, 12),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, 1, 11),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, 3, 13),
    ([0, 0, 0, 0, 0, 0, 0, 0], 0, 40, 1),
];

pub(super) fn precedence_of(address: IpAddr) -> u8 {
    row(address).0
}

pub(super) fn label_of(address: IpAddr) -> u8 {
    row(address).1
}

/// The longest prefix that fits; the table is sorted by length.
fn row(address: IpAddr) -> (u8, u8) {
    let bits = mapped(address).to_bits();
    let fits =
        |prefix: [u16; 8], length: u32| (bits ^ Ipv6Addr::from(prefix).to_bits()).leading_zeros() >= length;
    let found = TABLE.iter().find(|(prefix, length, ..)| fits(*prefix, *length));
    found.map_or((40, 1), |&(_, _, precedence, label)| (precedence, label))
}

fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

const LINK_LOCAL: u8 = 0x2;
const SITE_LOCAL: u8 = 0x5;
const GLOBAL: u8 = 0xe;

/// The numbers of RFC 4291 section 2.7, in which the smaller scope is the smaller number (RFC 6724 sections 3.1 and 3.2).
pub(super) fn scope_of(address: IpAddr) -> u8 {
    match address.to_canonical() {
        IpAddr::V4(address) if address.is_loopback() || address.is_link_local() => LINK_LOCAL,
        IpAddr::V4(_) => GLOBAL,
        IpAddr::V6(address) => match address.segments()[0] {
            multicast if multicast >> 8 == 0xff => (multicast & 0xf) as u8,
            link_local if link_local & 0xffc0 == 0xfe80 => LINK_LOCAL,
            site_local if site_local & 0xffc0 == 0xfec0 => SITE_LOCAL,
            _ if address.is_loopback() => LINK_LOCAL,
            _ => GLOBAL,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table() {
        for (address, precedence, label, scope) in [
            ("::1", 50, 0, LINK_LOCAL),
            ("2606:4700::1", 40, 1, GLOBAL),
            ("192.0.2.1", 35, 4, GLOBAL),
            ("::ffff:192.0.2.1", 35, 4, GLOBAL),
            ("10.0.0.1", 35, 4, GLOBAL),
            ("127.0.0.1", 35, 4, LINK_LOCAL),
            ("169.254.1.1", 35, 4, LINK_LOCAL),
            ("2002:c633:6401::1", 30, 2, GLOBAL),
            ("2001::1", 5, 5, GLOBAL),
            ("2001:db8::1", 40, 1, GLOBAL),
            ("fd00::1", 3, 13, GLOBAL),
            ("::192.0.2.1", 1, 3, GLOBAL),
            ("fec0::1", 1, 11, SITE_LOCAL),
            ("3ffe::1", 1, 12, GLOBAL),
            ("fe80::1", 40, 1, LINK_LOCAL),
            ("ff05::1", 40, 1, SITE_LOCAL),
        ] {
            let ip: IpAddr = address.parse().expect(address);
            assert_eq!(
                (precedence_of(ip), label_of(ip), scope_of(ip)),
                (precedence, label, scope),
                "{address}"
            );
        }
    }
}
