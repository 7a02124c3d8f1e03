//! Sets of IP addresses, by network, range or name.

mod groups;
mod option;
mod parse;

use std::{fmt, net::IpAddr};

pub(crate) use option::AllowedNetworks;

use crate::error::Error;

/// A set of IP addresses: what `blockList` refuses, or all that `allowList` admits. Node's `net.BlockList`, whose method
/// names it has.
///
/// An IPv4-mapped IPv6 address (`::ffff:127.0.0.1`) is the IPv4 address that it maps, as a rule and as what is checked.
///
/// From text it is a list with commas of addresses, ranges, subnets and the names of groups:
///
/// ```
/// use tredici::{ConnectOptions, Networks};
///
/// let networks: Networks = "10.0.0.0/8, 192.0.2.1-192.0.2.9, ::1, link-local".parse()?;
/// assert!(networks.check("10.1.2.3".parse()?));
///
/// // One word keeps a program that fetches what strangers name away from everything internal.
/// let options = ConnectOptions::new().block_list(Networks::special_purpose());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The groups:
///
/// | name | networks |
/// |---|---|
/// | `loopback` | 127.0.0.0/8, ::1 |
/// | `private` | 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918), fc00::/7 (RFC 4193) |
/// | `link-local` | 169.254.0.0/16 (RFC 3927; where clouds serve their metadata), fe80::/10 (RFC 4291) |
/// | `multicast` | 224.0.0.0/4, ff00::/8 |
/// | `special-purpose` | these four and all else that IANA's registries of special-purpose addresses (RFC 6890) do not call globally reachable: 0.0.0.0/8, 100.64.0.0/10, 192.0.0.0/24, 192.0.2.0/24, 192.88.99.0/24, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 240.0.0.0/4, ::, 64:ff9b:1::/48, 100::/64, 100:0:0:1::/64, 2001::/23, 2001:db8::/32, 2002::/16, 3fff::/20, 5f00::/16, fec0::/10 |
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Networks {
    /// The first and the last address of each rule, both of one family.
    ranges: Vec<(IpAddr, IpAddr)>,
}

impl Networks {
    /// No address at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one address. Node's `addAddress`.
    pub fn add_address(&mut self, address: IpAddr) {
        let address = address.to_canonical();
        self.ranges.push((address, address));
    }

    /// Adds all addresses from `start` to `end`. Node's `addRange`.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` where `start` comes after `end`, or one is an IPv4 address and the other is not.
    pub fn add_range(&mut self, start: IpAddr, end: IpAddr) -> Result<(), Error> {
        let (start, end) = (start.to_canonical(), end.to_canonical());
        if start.is_ipv4() != end.is_ipv4() || start > end {
            let message = format!("there is no range of addresses from {start} to {end}");
            return Err(Error::invalid("ERR_INVALID_ARG_VALUE", message));
        }
        self.ranges.push((start, end));
        Ok(())
    }

    /// Adds all addresses whose first `prefix` bits are those of `network`. Node's `addSubnet`.
    ///
    /// # Errors
    ///
    /// `ERR_OUT_OF_RANGE` where `prefix` is more than the 32 bits of an IPv4 address, or the 128 of an IPv6 address.
    pub fn add_subnet(&mut self, network: IpAddr, prefix: u8) -> Result<(), Error> {
        let bits = if network.is_ipv4() { 32 } else { 128 };
        if prefix > bits {
            let message = format!("the prefix of {network}/{prefix} must be from 0 to {bits}");
            return Err(Error::invalid("ERR_OUT_OF_RANGE", message));
        }
        let (start, end) = match network {
            IpAddr::V4(network) => {
                let rest = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
                let start = network.to_bits() & !rest;
                (IpAddr::V4(start.into()), IpAddr::V4((start | rest).into()))
            }
            IpAddr::V6(network) => {
                let rest = u128::MAX.checked_shr(prefix.into()).unwrap_or(0);
                let start = network.to_bits() & !rest;
                (IpAddr::V6(start.into()), IpAddr::V6((start | rest).into()))
            }
        };
        let (first, last) = (start.to_canonical(), end.to_canonical());
        // A network that is more than the mapped addresses is one of IPv6.
        let is_one_family = first.is_ipv4() == last.is_ipv4();
        self.ranges.push(if is_one_family { (first, last) } else { (start, end) });
        Ok(())
    }

    /// Whether this address is in the set. Node's `check`.
    pub fn check(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        // Any IPv4 address comes before every IPv6 address, and so is in no range of these.
        self.ranges.iter().any(|(start, end)| (start..=end).contains(&&address))
    }

    /// Whether no address is in the set.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for (start, end) in &self.ranges {
            match start == end {
                true => list.entry(start),
                false => list.entry(&format_args!("{start}-{end}")),
            };
        }
        list.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Networks {
        text.parse().expect(text)
    }

    #[track_caller]
    fn holds(list: &str, inside: &[&str], outside: &[&str]) {
        let networks = networks(list);
        for address in inside {
            assert!(networks.check(address.parse().expect(address)), "{address} is in {list}");
        }
        for address in outside {
            assert!(!networks.check(address.parse().expect(address)), "{address} is not in {list}");
        }
    }

    #[test]
    fn a_network_holds_its_first_and_last_address() {
        holds("10.0.0.0/8", &["10.0.0.0", "10.255.255.255"], &["9.255.255.255", "11.0.0.0", "::a00:0"]);
        holds("10.1.2.3/8", &["10.0.0.0", "10.255.255.255"], &["11.0.0.0"]);
        holds("10.0.0.1/32", &["10.0.0.1"], &["10.0.0.0", "10.0.0.2"]);
        holds("fe80::/10", &["fe80::", "febf::ffff"], &["fe7f::", "fec0::"]);
        holds("::1/128", &["::1"], &["::", "::2"]);
        holds("192.0.2.1-192.0.2.9", &["192.0.2.1", "192.0.2.9"], &["192.0.2.0", "192.0.2.10"]);
        holds("::1-::9", &["::1", "::9"], &["::", "::a", "0.0.0.1"]);
    }

    #[test]
    fn all_of_a_family_is_not_the_other() {
        holds("0.0.0.0/0", &["0.0.0.0", "255.255.255.255"], &["::", "::1", "ffff::"]);
        holds("::/0", &["::", "::1", "ffff::"], &["0.0.0.0", "127.0.0.1", "::ffff:127.0.0.1"]);
    }

    #[test]
    fn a_mapped_address_is_the_one_that_it_maps() {
        holds("127.0.0.0/8", &["::ffff:127.0.0.1", "::ffff:7f00:1"], &["::ffff:126.0.0.1", "::7f00:1"]);
        holds("::ffff:127.0.0.0/104", &["127.0.0.1", "::ffff:127.0.0.1"], &["126.0.0.1"]);
        holds("::ffff:10.0.0.1", &["10.0.0.1"], &["10.0.0.2"]);
        holds("::ffff:10.0.0.1-10.0.0.2", &["10.0.0.1"], &["10.0.0.3"]);
        holds("::ffff:0:0/96", &["0.0.0.0", "255.255.255.255"], &["::"]);
    }

    #[test]
    fn what_is_no_set_of_addresses() {
        let mut networks = Networks::new();
        let address = |text: &str| text.parse::<IpAddr>().expect(text);
        let (four, six) = (address("10.0.0.2"), address("::1"));
        let code = |result: Result<(), Error>| result.expect_err("wrong").code().to_owned();
        assert_eq!(code(networks.add_range(four, address("10.0.0.1"))), "ERR_INVALID_ARG_VALUE");
        assert_eq!(code(networks.add_range(four, six)), "ERR_INVALID_ARG_VALUE");
        assert_eq!(code(networks.add_subnet(four, 33)), "ERR_OUT_OF_RANGE");
        assert_eq!(code(networks.add_subnet(six, 129)), "ERR_OUT_OF_RANGE");
        assert!(networks.is_empty());
        networks.add_address(four);
        assert_eq!(format!("{networks:?}"), "[10.0.0.2]");
    }
}
