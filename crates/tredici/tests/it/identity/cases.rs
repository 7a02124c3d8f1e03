//! Hosts and certificates, and what the identity check says of them.

/// A host and the names of a certificate, with the verdict that is expected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) host: &'static str,
    pub(super) subjectaltname: Option<&'static str>,
    pub(super) common_names: &'static [&'static str],
    pub(super) verdict: Verdict,
    pub(super) node: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Match,
    Mismatch(&'static str),
    Malformed,
}

/// Which Node comes to the same verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// Every one.
    Every,
    /// Those that bring the name into its ASCII form first: from 22.23, 24.17 and 26.3 on.
    Normalising,
    /// All but the first of those: until 26.7 they read every A-label, and refused a host with a broken one.
    Recent,
    /// None that normalises: they go through a URL parser, and this library is stricter on purpose.
    Lax,
}

const fn case(host: &'static str) -> Case {
    Case { host, subjectaltname: None, common_names: &[], verdict: Verdict::Match, node: Node::Every }
}

impl Case {
    const fn san(self, subjectaltname: &'static str) -> Self {
        Self { subjectaltname: Some(subjectaltname), ..self }
    }

    const fn cn(self, common_names: &'static [&'static str]) -> Self {
        Self { common_names, ..self }
    }

    const fn no(self, reason: &'static str) -> Self {
        Self { verdict: Verdict::Mismatch(reason), ..self }
    }

    const fn malformed(self) -> Self {
        Self { verdict: Verdict::Malformed, ..self }
    }

    const fn node(self, node: Node) -> Self {
        Self { node, ..self }
    }
}

const NO_NAME: &str = "Cert does not contain a DNS name";

pub(super) const CASES: &[Case] = &[
    // The host: one dot at its end is neither matched nor told, a second one is not matched.
    case("a.com").san("DNS:a.com"),
    case("a.com.").san("DNS:a.com"),
    case("a.com").san("DNS:a.com."),
    case("a.com.").san("DNS:a.com."),
    case("a.com..").san("DNS:a.com"),
    case("a.com...").san("DNS:a.com").no("Host: a.com... is not in the cert's altnames: DNS:a.com"),
    case("a.com").san("DNS:a.com..").no("Host: a.com. is not in the cert's altnames: DNS:a.com.."),
    case("a.com.").san("DNS:b.com").no("Host: a.com. is not in the cert's altnames: DNS:b.com"),
    case("a...").san("DNS:a").no("Host: a... is not in the cert's altnames: DNS:a"),
    case("").san("DNS:a.com").no("Host: . is not in the cert's altnames: DNS:a.com"),
    case(".").san("DNS:a.com").no("Host: . is not in the cert's altnames: DNS:a.com"),
    case("").no(NO_NAME),
    case("").san("DNS:").no("Host: . is not in the cert's altnames: DNS:"),
    case("undefined").san("DNS:undefined"),
    case("localhost").san("DNS:localhost"),
    // The host in its ASCII form.
    case("bücher.de").san("DNS:xn--bcher-kva.de").node(Node::Normalising),
    case("BÜCHER.de").san("DNS:xn--bcher-kva.de").node(Node::Normalising),
    case("straße.de").san("DNS:xn--strae-oqa.de").node(Node::Normalising),
    case("ß.test").san("DNS:xn--zca.test").node(Node::Normalising),
    case("ａ.com").san("DNS:a.com").node(Node::Normalising),
    case("a。com").san("DNS:a.com").node(Node::Normalising),
    case("a．com").san("DNS:a.com").node(Node::Normalising),
    case("a｡com").san("DNS:a.com").node(Node::Normalising),
    case("a.com。").san("DNS:a.com").node(Node::Normalising),
    case("a\u{ad}b.com").san("DNS:ab.com").node(Node::Normalising),
    case("☕.example")
        .san("DNS:*.example")
        .no("Host: ☕.example. is not in the cert's altnames: DNS:*.example"),
    case("☕.example.com").san("DNS:*.example.com"),
    case("bücher.de").cn(&["xn--bcher-kva.de"]).node(Node::Normalising),
    case("foo。bar.example.com")
        .san("DNS:*.example.com")
        .no("Host: foo。bar.example.com. is not in the cert's altnames: DNS:*.example.com")
        .node(Node::Normalising),
    case("evil．com").san("DNS:*.a.com").no("Host: evil．com. is not in the cert's altnames: DNS:*.a.com"),
    case("bücher.de")
        .san("DNS:bücher.de")
        .no("Host: bücher.de. is not in the cert's altnames: DNS:bücher.de"),
    case("a\u{fffd}.example.com")
        .san("DNS:*.example.com")
        .no("Host: a\u{fffd}.example.com. is not in the cert's altnames: DNS:*.example.com")
        .node(Node::Normalising),
    case("a\u{200d}b.example.com")
        .san("DNS:*.example.com")
        .no("Host: a\u{200d}b.example.com. is not in the cert's altnames: DNS:*.example.com")
        .node(Node::Normalising),
    case("xn--iñvalid.example.com")
        .san("DNS:*.example.com")
        .no("Host: xn--iñvalid.example.com. is not in the cert's altnames: DNS:*.example.com")
        .node(Node::Normalising),
    case("xn--bcher-kva.de").san("DNS:xn--bcher-kva.de"),
    case("XN--BCHER-KVA.de").san("DNS:xn--bcher-kva.de"),
    case("xn--a.example.com").san("DNS:xn--a.example.com").node(Node::Recent),
    case("xn--.example.com").san("DNS:*.example.com").node(Node::Recent),
    case("a_b.com").san("DNS:a_b.com"),
    case("-a-.com").san("DNS:-a-.com"),
    case("a b.example.com")
        .san("DNS:*.example.com")
        .no("Host: a b.example.com. is not in the cert's altnames: DNS:*.example.com")
        .node(Node::Normalising),
    case("a\u{7f}b.com")
        .san("DNS:a\u{7f}b.com")
        .no("Host: a\u{7f}b.com. is not in the cert's altnames: DNS:a\u{7f}b.com")
        .node(Node::Normalising),
    case("user@a.com")
        .san("DNS:user@a.com")
        .no("Host: user@a.com. is not in the cert's altnames: DNS:user@a.com")
        .node(Node::Normalising),
    // Node's URL parser reads another name out of these than the caller has given.
    case("evil.test/.example.com")
        .san("DNS:evil.test")
        .no("Host: evil.test/.example.com. is not in the cert's altnames: DNS:evil.test")
        .node(Node::Lax),
    case("evil.test?.example.com")
        .san("DNS:evil.test")
        .no("Host: evil.test?.example.com. is not in the cert's altnames: DNS:evil.test")
        .node(Node::Lax),
    case("evil.test#.example.com")
        .san("DNS:evil.test")
        .no("Host: evil.test#.example.com. is not in the cert's altnames: DNS:evil.test")
        .node(Node::Lax),
    case("evil.test\\.example.com")
        .san("DNS:evil.test")
        .no("Host: evil.test\\.example.com. is not in the cert's altnames: DNS:evil.test")
        .node(Node::Lax),
    case("a%2ecom")
        .san("DNS:a.com")
        .no("Host: a%2ecom. is not in the cert's altnames: DNS:a.com")
        .node(Node::Lax),
    case("a\t.com")
        .san("DNS:a.com")
        .no("Host: a\t.com. is not in the cert's altnames: DNS:a.com")
        .node(Node::Lax),
    case("127.1")
        .san("DNS:127.0.0.1")
        .no("Host: 127.1. is not in the cert's altnames: DNS:127.0.0.1")
        .node(Node::Lax),
    case("1.2.3.4..")
        .san("DNS:1.2.3.4")
        .no("Host: 1.2.3.4.. is not in the cert's altnames: DNS:1.2.3.4")
        .node(Node::Lax),
    case("１２７.0.0.1")
        .cn(&["127.0.0.1"])
        .no("Host: １２７.0.0.1. is not cert's CN: 127.0.0.1")
        .node(Node::Lax),
    case("evil.test/.example.com")
        .san("DNS:*.example.com")
        .no("Host: evil.test/.example.com. is not in the cert's altnames: DNS:*.example.com"),
    // The string of alternative names.
    case("b.com").san("DNS:a.com, DNS:b.com"),
    case("b.com").san("DNS:a.com, URI:http://x/, IP Address:1.2.3.4, DNS:b.com, email:a@b.com"),
    case("b.com")
        .san("DNS:a.com,DNS:b.com")
        .no("Host: b.com. is not in the cert's altnames: DNS:a.com,DNS:b.com"),
    case("b.com")
        .san("DNS:a.com,  DNS:b.com")
        .no("Host: b.com. is not in the cert's altnames: DNS:a.com,  DNS:b.com"),
    case("a.com").san("dns:a.com").no(NO_NAME),
    case("a.com").san("Dns:a.com").cn(&["a.com"]),
    case("a.com").san(" DNS:a.com").no(NO_NAME),
    case("1.2.3.4").san("ip address:1.2.3.4").no("IP: 1.2.3.4 is not in the cert's list: "),
    case("1.2.3.4").san("IP:1.2.3.4").no("IP: 1.2.3.4 is not in the cert's list: "),
    case("a.com").san("URI:http://a.com/").no(NO_NAME),
    case("a.com").san("URI:a.com").no(NO_NAME),
    case("a.com").san("email:a.com").no(NO_NAME),
    case("a.com").san("DirName:CN=a.com").no(NO_NAME),
    case("a.com").san("Registered ID:1.2.3.4").no(NO_NAME),
    case("a.com").san("othername:<unsupported>").no(NO_NAME),
    case("1.2.3.4").san("Registered ID:1.2.3.4").no("IP: 1.2.3.4 is not in the cert's list: "),
    case("a.com").san("othername:\"UPN:a\\u002cDNS:a.com\"").no(NO_NAME),
    case("evil.test")
        .san("DNS:\"a\\u002cDNS:evil.test\"")
        .no("Host: evil.test. is not in the cert's altnames: DNS:\"a\\u002cDNS:evil.test\""),
    case("evil.test")
        .san("DNS:\"a, DNS:evil.test\"")
        .no("Host: evil.test. is not in the cert's altnames: DNS:\"a, DNS:evil.test\""),
    case("b.com").san("URI:\"http://x/\\u002cDNS:a.com\", DNS:b.com"),
    case("a.com")
        .san("URI:\"http://x/\\u002cDNS:a.com\", DNS:b.com")
        .no("Host: a.com. is not in the cert's altnames: URI:\"http://x/\\u002cDNS:a.com\", DNS:b.com"),
    case("a.com").san("DNS:\"a.com\""),
    case("a.com").san("DNS:\"\\u0061.com\""),
    case("a.com").san("DNS:\"\\u0061.c\"om"),
    case("a.com").san("\"DNS:a.com\""),
    case("a.com").san("DNS:\"a\"\".com\", DNS:b"),
    case("a'b.com").san("DNS:\"a'b.com\""),
    case("a.com")
        .san("DNS:\"x\",DNS:a.com")
        .no("Host: a.com. is not in the cert's altnames: DNS:\"x\",DNS:a.com"),
    case("a.com").san("DNS:\"x\", DNS:a.com, "),
    case("a.com").san("DNS:\"x\", DNS:a.com,"),
    case("a.com").san("DNS:\"\\ud83d\\ude00\", DNS:a.com"),
    case("a.com").san("DNS:\"\\ud83d\", DNS:a.com"),
    case("::1").san("IP Address:\"::1\""),
    case("a.com").san("DNS:\"a.com").malformed(),
    case("a.com").san("DNS:a.com, DNS:\"").malformed(),
    case("a.com").san("DNS:a.com\"").malformed(),
    case("a.com").san("DNS:\"a\\x.com\", DNS:a.com").malformed(),
    case("a.com").san("DNS:\"a\\u00.com\", DNS:a.com").malformed(),
    case("a.com").san("DNS:\"a\\u+061.com\", DNS:a.com").malformed(),
    case("a.com").san("DNS:\"a\\u00é.com\", DNS:a.com").malformed(),
    case("a.com").san("DNS:\"a\nb\", DNS:a.com").malformed(),
    case("a.com").san("DNS:\"a\u{7f}b\", DNS:a.com"),
    case("1.2.3.4").san("IP Address:1.2.3.4, DNS:\"\\\"").malformed(),
    case("a.com").san("").no(NO_NAME),
    case("a.com").san("").cn(&["a.com"]),
    // Addresses.
    case("8.8.8.8").san("IP Address:8.8.8.8"),
    case("8.8.8.8.").san("IP Address:8.8.8.8"),
    case("8.8.8.8").san("IP Address:8.8.4.4, IP Address:8.8.8.8"),
    case("8.8.8.8")
        .san("IP Address:8.8.4.4, DNS:8.8.8.8, IP Address:::1")
        .no("IP: 8.8.8.8 is not in the cert's list: 8.8.4.4, ::1"),
    case("8.8.8.8.").no("IP: 8.8.8.8 is not in the cert's list: "),
    case("8.8.8.8").cn(&["8.8.8.8"]).no("IP: 8.8.8.8 is not in the cert's list: "),
    case("8.8.8.8").san("DNS:8.8.8.8").no("IP: 8.8.8.8 is not in the cert's list: "),
    case("8.8.8.8").san("DNS:*.8.8.8").no("IP: 8.8.8.8 is not in the cert's list: "),
    case("8.8.8.8").san("IP Address:*.8.8.8").no("IP: 8.8.8.8 is not in the cert's list: "),
    case("8.8.8.8")
        .san("IP Address:<invalid length=5>, IP Address:8.8.4.4")
        .no("IP: 8.8.8.8 is not in the cert's list: , 8.8.4.4"),
    case("8.8.8.8").san("IP Address:08.8.8.8").no("IP: 8.8.8.8 is not in the cert's list: "),
    case("::1").san("IP Address:0:0:0:0:0:0:0:1"),
    case("0:0:0:0:0:0:0:1").san("IP Address:::1"),
    case("2001:db8::A").san("IP Address:2001:DB8:0:0:0:0:0:A"),
    case("2001:0db8::000a").san("IP Address:2001:DB8:0:0:0:0:0:A"),
    case("::1.").san("IP Address:0:0:0:0:0:0:0:1"),
    case("2001:db8::b")
        .san("IP Address:2001:DB8:0:0:0:0:0:A")
        .no("IP: 2001:db8::b is not in the cert's list: 2001:db8::a"),
    case("::1").san("IP Address:0:0:0:0:0:0:102:304").no("IP: ::1 is not in the cert's list: ::1.2.3.4"),
    case("::1").san("IP Address:0:0:0:0:0:0:0:2").no("IP: ::1 is not in the cert's list: ::2"),
    case("::1")
        .san("IP Address:1:0:0:2:0:0:0:3, IP Address:1:0:2:3:4:5:6:7")
        .no("IP: ::1 is not in the cert's list: 1:0:0:2::3, 1:0:2:3:4:5:6:7"),
    case("1.2.3.4")
        .san("IP Address:0:0:0:0:0:FFFF:102:304")
        .no("IP: 1.2.3.4 is not in the cert's list: ::ffff:1.2.3.4"),
    case("::ffff:1.2.3.4")
        .san("IP Address:1.2.3.4")
        .no("IP: ::ffff:1.2.3.4 is not in the cert's list: 1.2.3.4"),
    case("::ffff:1.2.3.4").san("IP Address:0:0:0:0:0:FFFF:102:304"),
    case("fe80::1%eth0").san("IP Address:FE80:0:0:0:0:0:0:1"),
    case("fe80::1%eth0.").san("IP Address:FE80:0:0:0:0:0:0:1"),
    case("fe80::1").san("IP Address:fe80::1%eth0"),
    case("fe80::1%eth0")
        .san("IP Address:FE80:0:0:0:0:0:0:2")
        .no("IP: fe80::1%eth0 is not in the cert's list: fe80::2"),
    case("fe80::1%").san("IP Address:FE80:0:0:0:0:0:0:1").no(NO_NAME),
    case("fe80::1%a_b").san("IP Address:FE80:0:0:0:0:0:0:1").no(NO_NAME),
    case("1.2.3.4%eth0").san("IP Address:1.2.3.4").no(NO_NAME),
    case("[::1]").san("IP Address:0:0:0:0:0:0:0:1").no(NO_NAME),
    case("[::1]")
        .san("DNS:[::1]")
        .no("Host: [::1]. is not in the cert's altnames: DNS:[::1]")
        .node(Node::Lax),
    case("[::1]:443").san("IP Address:0:0:0:0:0:0:0:1").no(NO_NAME),
    case("a.com:443").san("DNS:a.com").no("Host: a.com:443. is not in the cert's altnames: DNS:a.com"),
    case("1.2.3.4:443").san("IP Address:1.2.3.4").no(NO_NAME),
    case("127.1").san("IP Address:127.0.0.1").no(NO_NAME),
    case("0x7f.1").san("IP Address:127.0.0.1").no(NO_NAME),
    case("2130706433").san("IP Address:127.0.0.1").no(NO_NAME),
    case("127.0.0.01").san("IP Address:127.0.0.1").no(NO_NAME),
    case("1.2.3.4.5").san("IP Address:1.2.3.4").no(NO_NAME),
    case("db.1")
        .san("DNS:db.1")
        .no("Host: db.1. is not in the cert's altnames: DNS:db.1")
        .node(Node::Normalising),
    case("db.0x")
        .san("DNS:db.0x")
        .no("Host: db.0x. is not in the cert's altnames: DNS:db.0x")
        .node(Node::Normalising),
    case("db.0xg").san("DNS:db.0xg"),
    case("1.db").san("DNS:1.db"),
    // DNS names among the alternative names.
    case("a.com").san("DNS:b.com").no("Host: a.com. is not in the cert's altnames: DNS:b.com"),
    case("a.com").san("DNS:b.com").cn(&["a.com"]).no("Host: a.com. is not in the cert's altnames: DNS:b.com"),
    case("a.com").san("DNS:").cn(&["a.com"]).no("Host: a.com. is not in the cert's altnames: DNS:"),
    case("a.com")
        .san("URI:http://b.com/, DNS:b.com")
        .cn(&["a.com"])
        .no("Host: a.com. is not in the cert's altnames: URI:http://b.com/, DNS:b.com"),
    // The common name.
    case("a.com").cn(&["a.com"]),
    case("A.COM").cn(&["a.com"]),
    case("a.com").cn(&["b.com"]).no("Host: a.com. is not cert's CN: b.com"),
    case("b.com").cn(&["a.com", "b.com"]),
    case("c.com").cn(&["a.com", "b.com"]).no("Host: c.com. is not cert's CN: a.com,b.com"),
    case("c.com").cn(&["a.com", ""]).no("Host: c.com. is not cert's CN: a.com,"),
    case("c.com").cn(&["", ""]).no("Host: c.com. is not cert's CN: ,"),
    case("a.com").cn(&[""]).no(NO_NAME),
    case("a.com").no(NO_NAME),
    case("b.a.com").cn(&["*.a.com"]),
    case("a.com").san("IP Address:1.2.3.4").cn(&["a.com"]),
    case("a.com").san("URI:http://b.com/, email:x@b.com").cn(&["a.com"]),
    case("a.com").san("URI:http://a.com/").cn(&["b.com"]).no("Host: a.com. is not cert's CN: b.com"),
    case("a.com").cn(&["a.com "]).no("Host: a.com. is not cert's CN: a.com "),
    // Patterns, label by label.
    case("A.cOm").san("DNS:a.CoM"),
    case("a.com").san("DNS:b.a.com").no("Host: a.com. is not in the cert's altnames: DNS:b.a.com"),
    case("b.a.com").san("DNS:a.com").no("Host: b.a.com. is not in the cert's altnames: DNS:a.com"),
    case("a.com").san("DNS:a").no("Host: a.com. is not in the cert's altnames: DNS:a"),
    case("a..com").san("DNS:a..com").no("Host: a..com. is not in the cert's altnames: DNS:a..com"),
    case(".com").san("DNS:.com").no("Host: .com. is not in the cert's altnames: DNS:.com"),
    case("a.com").san("DNS:.").no("Host: a.com. is not in the cert's altnames: DNS:."),
    case("a b.com").san("DNS:a b.com").no("Host: a b.com. is not in the cert's altnames: DNS:a b.com"),
    case("a.com").san("DNS:a\u{0}.com").no("Host: a.com. is not in the cert's altnames: DNS:a\u{0}.com"),
    case("b.a.com").san("DNS:*.a\u{e9}.com").no("Host: b.a.com. is not in the cert's altnames: DNS:*.aé.com"),
    case("\u{212a}.com").san("DNS:k.com").node(Node::Normalising),
    case("k.com").san("DNS:\u{212a}.com").no("Host: k.com. is not in the cert's altnames: DNS:\u{212a}.com"),
    // Wildcards.
    case("b.a.com").san("DNS:*.a.com"),
    case("B.A.com").san("DNS:*.a.COM"),
    case("a.com").san("DNS:*.a.com").no("Host: a.com. is not in the cert's altnames: DNS:*.a.com"),
    case("c.b.a.com").san("DNS:*.a.com").no("Host: c.b.a.com. is not in the cert's altnames: DNS:*.a.com"),
    case("c.b.a.com").san("DNS:*.b.a.com"),
    case("c.b.a.com")
        .san("DNS:c.*.a.com")
        .no("Host: c.b.a.com. is not in the cert's altnames: DNS:c.*.a.com"),
    case("c.*.a.com").san("DNS:c.*.a.com"),
    case("c.b.a.com")
        .san("DNS:*.*.a.com")
        .no("Host: c.b.a.com. is not in the cert's altnames: DNS:*.*.a.com"),
    case("bc.a.com").san("DNS:b*c.a.com"),
    case("bxc.a.com").san("DNS:b*c.a.com"),
    case("BxyzC.a.com").san("DNS:b*c.a.com"),
    case("b.a.com").san("DNS:b*b.a.com").no("Host: b.a.com. is not in the cert's altnames: DNS:b*b.a.com"),
    case("bcd.a.com")
        .san("DNS:b*c.a.com")
        .no("Host: bcd.a.com. is not in the cert's altnames: DNS:b*c.a.com"),
    case("xbc.a.com")
        .san("DNS:b*c.a.com")
        .no("Host: xbc.a.com. is not in the cert's altnames: DNS:b*c.a.com"),
    case("b.a.com").san("DNS:b*.a.com"),
    case("b.a.com").san("DNS:*b.a.com"),
    case("bc.a.com").san("DNS:*b*.a.com").no("Host: bc.a.com. is not in the cert's altnames: DNS:*b*.a.com"),
    case("bc.a.com").san("DNS:**.a.com").no("Host: bc.a.com. is not in the cert's altnames: DNS:**.a.com"),
    case("**.a.com").san("DNS:**.a.com").no("Host: **.a.com. is not in the cert's altnames: DNS:**.a.com"),
    case("a.com").san("DNS:*.com").no("Host: a.com. is not in the cert's altnames: DNS:*.com"),
    case("a.com").san("DNS:*.com.").no("Host: a.com. is not in the cert's altnames: DNS:*.com."),
    case("com").san("DNS:*").no("Host: com. is not in the cert's altnames: DNS:*"),
    case("*").san("DNS:*").no("Host: *. is not in the cert's altnames: DNS:*"),
    case("a.co.uk").san("DNS:*.co.uk"),
    case(".a.com").san("DNS:*.a.com"),
    case(".a.com").san("DNS:b*.a.com").no("Host: .a.com. is not in the cert's altnames: DNS:b*.a.com"),
    case("*.a.com").san("DNS:*.a.com"),
    case("xn--bcher-kva.a.com").san("DNS:*.a.com"),
    case("xn--bcher-kva.a.com").san("DNS:x*.a.com"),
    case("xn--bcher-kva.a.com")
        .san("DNS:xn--*.a.com")
        .no("Host: xn--bcher-kva.a.com. is not in the cert's altnames: DNS:xn--*.a.com"),
    case("xn--bcher-kva.a.com")
        .san("DNS:XN--*.a.com")
        .no("Host: xn--bcher-kva.a.com. is not in the cert's altnames: DNS:XN--*.a.com"),
    case("axn--b.a.com")
        .san("DNS:axn--*.a.com")
        .no("Host: axn--b.a.com. is not in the cert's altnames: DNS:axn--*.a.com"),
    case("axn--*.a.com").san("DNS:axn--*.a.com"),
    case("b.xn--bcher-kva.com").san("DNS:*.xn--bcher-kva.com"),
    case("bücher.a.com").san("DNS:x*.a.com").node(Node::Normalising),
];

/// The strict rules, where they say something else than the default ones; Node has nothing like them.
pub(super) const STRICT: &[Case] = &[
    case("a.com").san("DNS:a.com"),
    case("b.a.com").san("DNS:*.a.com"),
    case("b.xn--bcher-kva.com").san("DNS:*.xn--bcher-kva.com"),
    case("xn--bcher-kva.a.com").san("DNS:xn--bcher-kva.a.com"),
    case("bücher.a.com").san("DNS:xn--bcher-kva.a.com"),
    case("::1").san("IP Address:0:0:0:0:0:0:0:1"),
    case("a.com").cn(&["a.com"]).no(NO_NAME),
    case("a.com").cn(&["a.com", "b.com"]).no(NO_NAME),
    case("a.com").san("IP Address:1.2.3.4").cn(&["a.com"]).no(NO_NAME),
    case("bc.a.com").san("DNS:b*.a.com").no("Host: bc.a.com. is not in the cert's altnames: DNS:b*.a.com"),
    case("bc.a.com").san("DNS:*c.a.com").no("Host: bc.a.com. is not in the cert's altnames: DNS:*c.a.com"),
    case("b*.a.com").san("DNS:b*.a.com").no("Host: b*.a.com. is not in the cert's altnames: DNS:b*.a.com"),
    case("*.a.com").san("DNS:*.a.com").no("Host: *.a.com. is not in the cert's altnames: DNS:*.a.com"),
    case("c.*.a.com")
        .san("DNS:c.*.a.com")
        .no("Host: c.*.a.com. is not in the cert's altnames: DNS:c.*.a.com"),
    case(".a.com").san("DNS:*.a.com").no("Host: .a.com. is not in the cert's altnames: DNS:*.a.com"),
    case("a.com..").san("DNS:a.com").no("Host: a.com.. is not in the cert's altnames: DNS:a.com"),
    case("xn--bcher-kva.a.com")
        .san("DNS:*.a.com")
        .no("Host: xn--bcher-kva.a.com. is not in the cert's altnames: DNS:*.a.com"),
    case("bücher.a.com")
        .san("DNS:*.a.com")
        .no("Host: bücher.a.com. is not in the cert's altnames: DNS:*.a.com"),
    case("a.com").san("DNS:*.com").no("Host: a.com. is not in the cert's altnames: DNS:*.com"),
    case("a.com").san("DNS:\"").malformed(),
];
