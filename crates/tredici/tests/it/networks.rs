//! Node's `net.BlockList` is the oracle for what is in a network.

use serde_json::{Value, json};
use tredici::Networks;
use tredici_test::{NodeServer, node_oracle};

const RULES: [&str; 9] = [
    "127.0.0.1",
    "10.0.0.0/8",
    "10.1.2.3/31",
    "0.0.0.0/0",
    "192.0.2.10-192.0.2.19",
    "::1",
    "fe80::/10",
    "2001:db8::/33",
    "::5-::9",
];

const ADDRESSES: [&str; 24] = [
    "0.0.0.0",
    "9.255.255.255",
    "10.0.0.0",
    "10.1.2.2",
    "10.1.2.3",
    "10.1.2.4",
    "10.255.255.255",
    "11.0.0.0",
    "127.0.0.1",
    "192.0.2.9",
    "192.0.2.10",
    "192.0.2.19",
    "192.0.2.20",
    "255.255.255.255",
    "::1",
    "::5",
    "::9",
    "::a",
    "fe80::1",
    "febf:ffff::",
    "fec0::",
    "2001:db8:7fff::",
    "2001:db8:8000::",
    "::ffff:10.1.2.3",
];

#[tokio::test]
async fn networks_are_nodes() {
    if !NodeServer::is_available() {
        return;
    }
    let script = "
        const net = require('net');
        const family = (address) => net.isIPv6(address) ? 'ipv6' : 'ipv4';
        return input.rules.map((rule) => {
            const list = new net.BlockList();
            const [, start, sign, end] = /^([^/-]+)([/-]?)(.*)$/.exec(rule);
            if (sign === '/') list.addSubnet(start, Number(end), family(start));
            else if (sign === '-') list.addRange(start, end, family(start));
            else list.addAddress(start, family(start));
            return input.addresses.filter((address) => list.check(address, family(address)));
        });";
    let theirs = node_oracle(script, json!({ "rules": RULES, "addresses": ADDRESSES })).await;
    let ours = RULES.map(|rule| {
        let networks: Networks = rule.parse().expect(rule);
        let inside = ADDRESSES.iter().filter(|address| networks.check(address.parse().expect(address)));
        json!(inside.collect::<Vec<_>>())
    });
    assert_eq!(Value::from(ours.to_vec()), theirs);
}
