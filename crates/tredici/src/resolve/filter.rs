//! Which addresses may be dialled: the options `blockList` and `allowList`.

mod carried;

use std::net::IpAddr;

use crate::options::{Networks, Values};

#[derive(Default)]
pub(super) struct Filter {
    block: Option<Networks>,
    allow: Option<Networks>,
}

impl Filter {
    pub(super) fn new(values: &Values) -> Self {
        Self { block: values.block_list.clone(), allow: values.allow_list.clone() }
    }

    /// Why this address must not be dialled, if it must not.
    pub(super) fn refusal(&self, address: IpAddr) -> Option<String> {
        if self.block.as_ref().is_some_and(|block| leads_into(block, address)) {
            return Some(format!("IP({address}) is blocked by options.blockList"));
        }
        if self.allow.as_ref().is_some_and(|allow| !admits(allow, address)) {
            return Some(format!("IP({address}) is not in options.allowList"));
        }
        None
    }
}

/// A way round through an address that carries another one is closed, whoever could go it.
fn leads_into(block: &Networks, address: IpAddr) -> bool {
    block.check(address) || carried::all(address).any(|carried| block.check(carried))
}

/// Only where the translator hands on to that very address, as NAT64 does, is it as good as the address itself.
fn admits(allow: &Networks, address: IpAddr) -> bool {
    allow.check(address) || carried::translated(address).is_some_and(|address| allow.check(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(block: &str, allow: Option<&str>) -> Filter {
        let networks = |text: &str| text.parse().expect(text);
        Filter { block: Some(networks(block)), allow: allow.map(networks) }
    }

    #[track_caller]
    fn decides(filter: &Filter, refused: &[&str], passed: &[&str]) {
        let refuses = |text: &&&str| filter.refusal(text.parse().expect(text)).is_some();
        assert_eq!(refused.iter().filter(|text| !refuses(text)).collect::<Vec<_>>(), <[&&str; 0]>::default());
        assert_eq!(passed.iter().filter(refuses).collect::<Vec<_>>(), <[&&str; 0]>::default());
    }

    #[test]
    fn no_way_leads_round_the_block_list() {
        let refused = [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b:1::127.0.0.1",
            "2002:7f00:1::1",
            "2001::5:8000:f227:80ff:fffe",
            "2001:0:7f00:1::",
            "fe80::5efe:127.0.0.1",
            "2a00::200:5efe:127.0.0.1",
        ];
        let passed = ["126.0.0.1", "::1", "::", "64:ff9b::126.0.0.1", "2002:7e00:1::1", "2a00::127.0.0.1"];
        decides(&filter("127.0.0.0/8", None), &refused, &passed);
        decides(&filter("loopback", None), &["::1", "::", "0.0.0.0", "127.0.0.1"], &["::2", "1.0.0.0"]);
        decides(&filter("", None), &[], &["127.0.0.1", "::"]);
    }

    #[test]
    fn only_what_is_named_is_allowed() {
        let only = filter("10.0.0.7", Some("10.0.0.0/8"));
        let refused =
            ["10.0.0.7", "11.0.0.1", "::1", "64:ff9b::10.0.0.7", "2002:a00:1::1", "::10.0.0.1", "::"];
        decides(&only, &refused, &["10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1"]);
        decides(&filter("", Some("2002::/16")), &["10.0.0.1"], &["2002:a00:1::1"]);
        decides(&filter("10.0.0.0/8", Some("2002::/16")), &["2002:a00:1::1"], &["2002:b00:1::1"]);
        decides(&filter("", Some("127.0.0.1")), &["0.0.0.0", "::ffff:0.0.0.0"], &["127.0.0.1"]);
    }

    #[test]
    fn the_refusal_names_the_option() {
        let both = filter("10.0.0.7", Some("10.0.0.0/8"));
        let refusal = |text: &str| both.refusal(text.parse().expect(text)).expect(text);
        assert_eq!(refusal("10.0.0.7"), "IP(10.0.0.7) is blocked by options.blockList");
        assert_eq!(refusal("::1"), "IP(::1) is not in options.allowList");
    }
}
