//! Hosts and certificates at random, the same ones in every run.

use serde_json::Value;

use super::oracle::Question;

const HOST_LABELS: [&str; 14] =
    ["a", "a", "b", "b", "ab", "A", "aab", "", "*", "a*b", "xn--bcher-kva", "é", "a。b", "b c"];
const PATTERN_LABELS: [&str; 18] = [
    "a",
    "a",
    "b",
    "b",
    "ab",
    "B",
    "*",
    "*",
    "a*",
    "*b",
    "a*b",
    "**",
    "*a*",
    "xn--*",
    "xn--bcher-kva",
    "",
    "é",
    "b c",
];
const ADDRESSES: [&str; 17] = [
    "1.2.3.4",
    "1.2.3.4",
    "1.2.3.5",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::",
    "::2",
    "::1:2",
    "0:0:0:0:0:0:102:304",
    "::ffff:1.2.3.4",
    "0:0:0:0:0:FFFF:102:304",
    "fe80::1%eth0",
    "FE80:0:0:0:0:0:0:1",
    "1:2:3:4:5:6:7::",
    "1::2:0:0:0:3",
    "1:2:3:4:5:6:7:8:9",
    "<invalid length=5>",
];
const KINDS: [&str; 12] = [
    "DNS:",
    "DNS:",
    "DNS:",
    "IP Address:",
    "IP Address:",
    "IP Address:",
    "dns:",
    "URI:",
    "email:",
    "DirName:CN=",
    "othername:UPN:",
    "",
];
const PIECES: [&str; 28] = [
    "DNS:a.b, ",
    "DNS:\"a.b\", ",
    "IP Address:1.2.3.4, ",
    "DNS:",
    "DNS:",
    "IP Address:",
    "URI:",
    "a.b",
    "a.b",
    "1.2.3.4",
    "a",
    ".",
    "b",
    "*",
    "\"",
    "\"",
    ",",
    ", ",
    ", ",
    "\\",
    "\\\"",
    "\\\\",
    "\\n",
    "\\u002c",
    "\\u0061",
    "\\u00",
    "\n",
    "é",
];

/// A generator that needs no seed from outside (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Certificates as they are issued and as they are not, hosts that they are for and others.
    pub(super) fn certificates(&mut self, count: usize) -> Vec<Question> {
        let mut certificate = || {
            let host = self.host();
            Question {
                subjectaltname: (self.below(5) > 0).then(|| self.alternative_names(&host)),
                common_names: (0..self.below(3)).map(|_| self.pattern(&host)).collect(),
                host,
            }
        };
        (0..count).map(|_| certificate()).collect()
    }

    /// Strings of which some follow the form of the alternative names and most break it.
    pub(super) fn strings_of_alternative_names(&mut self, count: usize) -> Vec<Question> {
        let mut question = || Question {
            host: self.pick(&["a.b", "a.b", "1.2.3.4", "a"]).to_owned(),
            subjectaltname: Some((0..self.below(12)).map(|_| self.pick(&PIECES)).collect()),
            common_names: vec!["c.d".to_owned()],
        };
        (0..count).map(|_| question()).collect()
    }

    fn host(&mut self) -> String {
        let (mut host, dots) = match self.below(4) {
            0 => (self.pick(&ADDRESSES).to_owned(), ["."; 3]),
            _ => (self.name(&HOST_LABELS), [".", "..", "..."]),
        };
        if self.below(8) == 0 {
            host.push_str(self.pick(&dots));
        }
        host
    }

    fn name(&mut self, labels: &[&'static str]) -> String {
        let first = self.pick(labels);
        let parents: &[&str] = &["", ".b", ".a.b", ".a.b", ".a.b", ".B.a.b"];
        let parent = self.pick(parents);
        let dot = self.pick(&["", "", "", "", "", "", "."]);
        match self.below(6) {
            0 => format!("{first}.{}.{}{dot}", self.pick(labels), self.pick(labels)),
            _ => format!("{first}{parent}{dot}"),
        }
    }

    /// A name for a certificate, every third one taken from the host.
    fn pattern(&mut self, host: &str) -> String {
        match (self.below(6), host.split_once('.')) {
            (0, _) => host.to_owned(),
            (1, Some((_, parent))) => format!("{}.{parent}", self.pick(&["*", "a*", "*b"])),
            _ => self.name(&PATTERN_LABELS),
        }
    }

    fn alternative_names(&mut self, host: &str) -> String {
        let entries: Vec<String> = (0..self.below(4)).map(|_| self.alternative_name(host)).collect();
        entries.join(self.pick(&[", ", ", ", ", ", ", ", ", ", ",", " ,", ",  "]))
    }

    fn alternative_name(&mut self, host: &str) -> String {
        let kind = self.pick(&KINDS);
        let value = match (kind, self.below(8)) {
            ("IP Address:", 1..) | (_, 0) => self.pick(&ADDRESSES).to_owned(),
            _ => self.pattern(host),
        };
        match self.below(8) {
            0 => format!("{kind}{}", Value::from(format!("{value}, DNS:a.b"))),
            1 => format!("{kind}{}", Value::from(value)),
            2 => Value::from(format!("{kind}{value}")).to_string(),
            _ => format!("{kind}{value}"),
        }
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        number as usize % bound
    }
}
