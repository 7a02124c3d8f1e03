//! Networks from text.

use std::{net::IpAddr, str::FromStr};

use super::{Networks, groups};
use crate::error::Error;

impl FromStr for Networks {
    type Err = Error;

    /// A list with commas; the empty text is the empty set.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ADDRESS` (Node's) for what is no address and no group's name, and those of
    /// [`add_range`](Self::add_range) and [`add_subnet`](Self::add_subnet).
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut networks = Self::new();
        if !text.trim().is_empty() {
            text.split(',').try_for_each(|rule| networks.add(rule.trim()))?;
        }
        Ok(networks)
    }
}

impl Networks {
    /// Adds what one entry of a list says.
    pub(super) fn add(&mut self, rule: &str) -> Result<(), Error> {
        if let Some(group) = groups::named(rule) {
            self.ranges.extend(group.ranges);
            return Ok(());
        }
        if let Some((network, prefix)) = rule.split_once('/') {
            let network = address(network, rule)?;
            let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = prefix.parse().ok().filter(|_| digits).ok_or_else(|| no_network(rule))?;
            return self.add_subnet(network, prefix);
        }
        if let Some((start, end)) = rule.split_once('-') {
            return self.add_range(address(start, rule)?, address(end, rule)?);
        }
        self.add_address(address(rule, rule)?);
        Ok(())
    }
}

fn address(text: &str, rule: &str) -> Result<IpAddr, Error> {
    text.trim().parse().map_err(|_| no_network(rule))
}

fn no_network(rule: &str) -> Error {
    let shown = rule[..rule.floor_char_boundary(64)].escape_debug();
    let message = format!("'{shown}' is no address, range (10.0.0.1-10.0.0.9), subnet (10.0.0.0/8) or group");
    let groups = groups::NAMES.join(", ");
    Error::invalid("ERR_INVALID_ADDRESS", message).with_hint(format!("the groups are {groups}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_one() {
        let all: Networks =
            " 10.0.0.0/8 ,127.0.0.1, 192.0.2.1 - 192.0.2.9,::1,fe80::/10,private".parse().expect("a list");
        assert_eq!(all.ranges.len(), 5 + Networks::private().ranges.len());
        assert!("".parse::<Networks>().expect("nothing").is_empty());
    }

    #[test]
    fn what_cannot_be_read() {
        for (text, code) in [
            ("localhost", "ERR_INVALID_ADDRESS"),
            ("Private", "ERR_INVALID_ADDRESS"),
            ("10.0.0.0/", "ERR_INVALID_ADDRESS"),
            ("10.0.0.0/+8", "ERR_INVALID_ADDRESS"),
            ("10.0.0.0/256", "ERR_INVALID_ADDRESS"),
            ("10.0.0/8", "ERR_INVALID_ADDRESS"),
            ("10.0.0.1-", "ERR_INVALID_ADDRESS"),
            ("fe80::1%eth0", "ERR_INVALID_ADDRESS"),
            ("::1,", "ERR_INVALID_ADDRESS"),
            ("10.0.0.0/33", "ERR_OUT_OF_RANGE"),
            ("::/129", "ERR_OUT_OF_RANGE"),
            ("10.0.0.2-10.0.0.1", "ERR_INVALID_ARG_VALUE"),
            ("10.0.0.2-::1", "ERR_INVALID_ARG_VALUE"),
        ] {
            assert_eq!(text.parse::<Networks>().expect_err(text).code(), code, "{text}");
        }
    }
}
