//! Networks that have a name.

use super::Networks;

const LOOPBACK: &[&str] = &["127.0.0.0/8", "::1"];
const PRIVATE: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
const LINK_LOCAL: &[&str] = &["169.254.0.0/16", "fe80::/10"];
const MULTICAST: &[&str] = &["224.0.0.0/4", "ff00::/8"];

/// The rest of what is not globally reachable. Within 192.0.0.0/24 and 2001::/23 a few addresses are; none of them
/// belongs to a server that one connects to by TCP.
const ELSE: &[&str] = &[
    "0.0.0.0/8",
    "100.64.0.0/10",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fec0::/10",
];

pub(super) const NAMES: [&str; 5] = ["loopback", "private", "link-local", "multicast", "special-purpose"];

/// What the group of this name adds, if there is one.
pub(super) fn named(name: &str) -> Option<Networks> {
    match name {
        "loopback" => Some(Networks::loopback()),
        "private" => Some(Networks::private()),
        "link-local" => Some(Networks::link_local()),
        "multicast" => Some(Networks::multicast()),
        "special-purpose" => Some(Networks::special_purpose()),
        _ => None,
    }
}

impl Networks {
    /// The group `loopback`: this machine.
    pub fn loopback() -> Self {
        Self::of(&[LOOPBACK])
    }

    /// The group `private`: networks of organisations and homes.
    pub fn private() -> Self {
        Self::of(&[PRIVATE])
    }

    /// The group `link-local`: what is on the same wire, and the metadata services of clouds.
    pub fn link_local() -> Self {
        Self::of(&[LINK_LOCAL])
    }

    /// The group `multicast`.
    pub fn multicast() -> Self {
        Self::of(&[MULTICAST])
    }

    /// The group `special-purpose`: all that is not globally reachable, and so the block list of who connects to what
    /// strangers name.
    pub fn special_purpose() -> Self {
        Self::of(&[LOOPBACK, PRIVATE, LINK_LOCAL, MULTICAST, ELSE])
    }

    fn of(groups: &[&[&str]]) -> Self {
        let mut networks = Self::new();
        for rule in groups.iter().copied().flatten() {
            networks.add(rule).unwrap_or_else(|error| unreachable!("{error}"));
        }
        networks
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn every_group_has_its_name() {
        for name in NAMES {
            assert!(!named(name).expect(name).is_empty(), "{name}");
        }
        assert_eq!(named("everything"), None);
    }

    #[test]
    fn what_is_internal_and_what_is_not() {
        let internal = Networks::special_purpose();
        let check = |address: &str| internal.check(address.parse::<IpAddr>().expect(address));
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:169.254.169.254",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "64:ff9b:1::a00:1",
        ] {
            assert!(check(address), "{address}");
        }
        for address in
            ["1.1.1.1", "172.32.0.1", "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2a00::1"]
        {
            assert!(!check(address), "{address}");
        }
    }
}
