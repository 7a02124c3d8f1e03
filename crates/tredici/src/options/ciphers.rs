//! The option `ciphers`, taken apart, and the cipher suites that hold where it is not given.

use super::TlsVersion;
use crate::error::Error;

/// A cipher suite that every engine has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    /// Its number in IANA's registry.
    pub(crate) number: u16,
    /// OpenSSL's name, which is what `ciphers` takes.
    pub(crate) name: &'static str,
    /// The name in IANA's registry. For TLS 1.3 OpenSSL has the same.
    pub(crate) standard_name: &'static str,
    /// The version of TLS that it belongs to.
    pub(crate) version: TlsVersion,
}

const fn tls13(number: u16, name: &'static str) -> Suite {
    Suite { number, name, standard_name: name, version: TlsVersion::Tls1_3 }
}

const fn tls12(number: u16, name: &'static str, standard_name: &'static str) -> Suite {
    Suite { number, name, standard_name, version: TlsVersion::Tls1_2 }
}

/// The default policy, the preferred first: TLS 1.3, and of TLS 1.2 what has ECDHE and AEAD.
pub(crate) static SUITES: [Suite; 9] = [
    tls13(0x1302, "TLS_AES_256_GCM_SHA384"),
    tls13(0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    tls13(0x1301, "TLS_AES_128_GCM_SHA256"),
    tls12(0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    tls12(0xC030, "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    tls12(0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    tls12(0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    tls12(0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    tls12(0xC02F, "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
];

/// The cipher suites to speak, as Node takes `ciphers` apart: what begins with `TLS_` is for TLS 1.3, the rest for what
/// is below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suites {
    /// Names, the preferred first.
    pub(crate) tls13: Vec<String>,
    /// What is below TLS 1.3, in OpenSSL's notation: names, the preferred first, or expressions such as `HIGH:!aNULL`.
    pub(crate) below: Vec<String>,
    /// Whether suites of TLS 1.3 were named and none of another version.
    only_tls13: bool,
}

impl Suites {
    /// Reads the option; without it, the default policy.
    pub(crate) fn read(ciphers: Option<&str>) -> Result<Self, Error> {
        let Some(ciphers) = ciphers else {
            return Ok(Self { tls13: default(TLS13), below: default(TLS12), only_tls13: false });
        };
        let entries = || ciphers.split(':').filter(|entry| !entry.is_empty());
        let is_13 = |entry: &&str| entry.trim_start_matches('!').starts_with("TLS_");
        let mut below = owned(entries().filter(|entry| !is_13(entry)));
        let named = owned(entries().filter(|entry| entry.starts_with("TLS_")));
        let refused: Vec<_> = entries().filter(is_13).filter_map(|entry| entry.strip_prefix('!')).collect();
        if below.is_empty() && named.is_empty() && refused.is_empty() {
            return Err(Error::invalid("ERR_INVALID_ARG_VALUE", "options.ciphers names no cipher suite"));
        }
        if let Some(below_13) = named.iter().find(|name| name.contains("_WITH_")) {
            return Err(by_its_standard_name(below_13));
        }
        if let Some(unknown) = named.iter().find(|name| !TLS13_OF_ALL.contains(&name.as_str())) {
            return Err(unknown_suite(unknown, nearest(unknown, TLS13_OF_ALL)));
        }
        for name in &below {
            if let Some(meant) = slip(name) {
                return Err(unknown_suite(name, Some(meant)));
            }
        }
        // `@SECLEVEL=n` alone chooses no suite.
        let chooses_below = below.iter().any(|entry| !entry.starts_with('@'));
        let only_tls13 = !named.is_empty() && !chooses_below;
        let mut tls13 = if named.is_empty() { default(TLS13) } else { named };
        tls13.retain(|entry| !refused.contains(&&**entry));
        if !chooses_below {
            below.splice(..0, default(TLS12));
        }
        Ok(Self { tls13, below, only_tls13 })
    }

    /// Every suite by itself, the preferred first; `None` where an entry is no name of a suite that every engine has.
    pub(crate) fn by_name(&self) -> Option<Vec<&'static Suite>> {
        let mut suites = Vec::new();
        for name in self.tls13.iter().chain(&self.below) {
            let suite = SUITES.iter().find(|suite| suite.name == name)?;
            if !suites.contains(&suite) {
                suites.push(suite);
            }
        }
        Some(suites)
    }

    /// The versions to speak of those from `min` to `max`: the ones that there are suites for.
    pub(crate) fn versions(
        &self,
        min: TlsVersion,
        max: TlsVersion,
    ) -> Result<(TlsVersion, TlsVersion), Error> {
        let oldest = if self.only_tls13 { TLS13 } else { min };
        let newest = if self.tls13.is_empty() { max.min(TLS12) } else { max };
        match oldest <= newest {
            true => Ok((oldest, newest)),
            false if self.tls13.is_empty() => {
                Err(no_match("options.ciphers leaves no suite of TLS 1.3, the only version"))
            }
            false => {
                Err(no_match(format!("options.ciphers names TLS 1.3 suites alone, and maxVersion is {max}")))
            }
        }
    }
}

const TLS13: TlsVersion = TlsVersion::Tls1_3;
const TLS12: TlsVersion = TlsVersion::Tls1_2;

fn default(version: TlsVersion) -> Vec<String> {
    owned(SUITES.iter().filter(|suite| suite.version == version).map(|suite| suite.name))
}

fn owned<'a>(entries: impl Iterator<Item = &'a str>) -> Vec<String> {
    entries.map(str::to_owned).collect()
}

fn no_match(problem: impl Into<String>) -> Error {
    Error::invalid("ERR_SSL_NO_CIPHER_MATCH", problem)
}

/// All suites of TLS 1.3 in IANA's registry: what is not among them no engine has.
const TLS13_OF_ALL: [&str; 11] = [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_128_CCM_SHA256",
    "TLS_AES_128_CCM_8_SHA256",
    "TLS_AEGIS_256_SHA512",
    "TLS_AEGIS_128L_SHA256",
    "TLS_SM4_GCM_SM3",
    "TLS_SM4_CCM_SM3",
    "TLS_SHA256_SHA256",
    "TLS_SHA384_SHA384",
];

/// How alike two names must be for one to be a slip of the other, from 0 to 1.
const ALIKE: f64 = 0.9;

fn nearest(name: &str, names: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let upper = name.to_uppercase();
    let likeness = |known: &'static str| (strsim::jaro_winkler(&upper, known), known);
    let nearest = names.into_iter().map(likeness).max_by(|one, other| one.0.total_cmp(&other.0));
    nearest.filter(|(likeness, _)| *likeness >= ALIKE).map(|(_, known)| known)
}

/// The suite that was meant by what no engine has: a letter beside, or other capitals. What OpenSSL alone has is farther
/// from each of ours.
fn slip(entry: &str) -> Option<&'static str> {
    let upper = entry.to_uppercase().replace('_', "-");
    let is_name = entry.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_near = |suite: &&Suite| {
        is_name
            && suite.version == TLS12
            && suite.name != entry
            && strsim::osa_distance(&upper, suite.name) <= 1
    };
    SUITES.iter().find(is_near).map(|suite| suite.name)
}

fn unknown_suite(name: &str, meant: Option<&str>) -> Error {
    let error =
        no_match(format!("options.ciphers names '{}', which is no cipher suite", name.escape_debug()));
    match meant {
        Some(meant) => error.with_hint(format!("did you mean {meant}?")),
        None => error.with_hint("leave the option out for the usual suites, or write OpenSSL's names"),
    }
}

/// OpenSSL would take it for a suite of TLS 1.3, and the handshake would find none.
fn by_its_standard_name(name: &str) -> Error {
    let error = no_match(format!("options.ciphers names {name}, which is no suite of TLS 1.3"));
    match SUITES.iter().find(|suite| suite.standard_name == name) {
        Some(suite) => error.with_hint(format!("write {}, OpenSSL's name for it", suite.name)),
        None => error.with_hint("write OpenSSL's name for a suite of an older version"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_12: &str = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:\
        ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:\
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
    const ALL_13: &str = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

    fn read(ciphers: &str) -> Suites {
        Suites::read(Some(ciphers)).expect(ciphers)
    }

    /// What is below TLS 1.3, what is TLS 1.3, and whether that is all.
    fn parts(ciphers: &str) -> (String, String, bool) {
        let suites = read(ciphers);
        (suites.below.join(":"), suites.tls13.join(":"), suites.only_tls13)
    }

    fn code(result: Result<impl std::fmt::Debug, Error>) -> String {
        result.expect_err("refused").code().to_owned()
    }

    #[test]
    fn the_default_is_every_suite() {
        let default = Suites::read(None).expect("the default");
        assert_eq!(default.below.join(":"), ALL_12);
        assert_eq!(default.tls13.join(":"), ALL_13);
        assert!(default.by_name().expect("names").into_iter().eq(&SUITES));
    }

    #[test]
    fn suites_of_13_and_below_are_told_apart() {
        assert_eq!(parts("HIGH:!aNULL"), ("HIGH:!aNULL".into(), ALL_13.into(), false));
        assert_eq!(parts("TLS_AES_128_GCM_SHA256"), (ALL_12.into(), "TLS_AES_128_GCM_SHA256".into(), true));
        assert_eq!(
            parts("TLS_AES_128_GCM_SHA256:@SECLEVEL=0"),
            (format!("{ALL_12}:@SECLEVEL=0"), "TLS_AES_128_GCM_SHA256".into(), true)
        );
        assert_eq!(
            parts("!TLS_AES_256_GCM_SHA384:HIGH").1,
            "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
        );
        assert_eq!(code(Suites::read(Some("::"))), "ERR_INVALID_ARG_VALUE");
    }

    #[test]
    fn names_are_told_from_expressions() {
        let names = |ciphers: &str| {
            let suites = read(ciphers).by_name()?;
            Some(suites.into_iter().map(|suite| suite.name).collect::<Vec<_>>().join(":"))
        };
        let order = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256";
        assert_eq!(names(order).as_deref(), Some(order));
        assert_eq!(
            names("TLS_AES_128_GCM_SHA256").expect("names"),
            format!("TLS_AES_128_GCM_SHA256:{ALL_12}")
        );
        assert_eq!(
            names("!TLS_AES_256_GCM_SHA384:!TLS_CHACHA20_POLY1305_SHA256").expect("names"),
            format!("TLS_AES_128_GCM_SHA256:{ALL_12}")
        );
        let twice = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:!TLS_AES_256_GCM_SHA384";
        assert_eq!(
            names(twice).expect("names"),
            "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256"
        );
        for expression in [
            "DEFAULT",
            "HIGH:!aNULL",
            "@SECLEVEL=0",
            "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=1",
            "ECDHE-RSA-AES128-GCM-SHA256:!ECDHE-RSA-AES256-GCM-SHA384",
            "AES128-SHA",
            "ECDHE-RSA-AES128-GCM-SHA256,ECDHE-RSA-AES256-GCM-SHA384",
            "TLS_AES_128_CCM_SHA256",
            "BOGUS",
        ] {
            assert_eq!(names(expression), None, "{expression}");
        }
    }

    #[test]
    fn the_versions_are_those_that_have_suites() {
        let [oldest, newest] = [TLS12, TLS13];
        let versions = |ciphers: &str, min, max| read(ciphers).versions(min, max);
        assert_eq!(versions("HIGH", oldest, newest).expect("both"), (oldest, newest));
        assert_eq!(versions("TLS_AES_128_GCM_SHA256", oldest, newest).expect("one"), (newest, newest));
        assert_eq!(code(versions("TLS_AES_128_GCM_SHA256", oldest, oldest)), "ERR_SSL_NO_CIPHER_MATCH");
        let without_13 = "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256:!TLS_AES_128_GCM_SHA256";
        assert_eq!(versions(without_13, oldest, newest).expect("one"), (oldest, oldest));
        assert_eq!(code(versions(without_13, newest, newest)), "ERR_SSL_NO_CIPHER_MATCH");
        let nothing = "TLS_AES_128_GCM_SHA256:!TLS_AES_128_GCM_SHA256";
        assert_eq!(code(versions(nothing, oldest, newest)), "ERR_SSL_NO_CIPHER_MATCH");
    }

    #[test]
    fn a_name_that_no_suite_has_is_told_with_the_one_that_was_meant() {
        for (given, meant) in [
            ("TLS_AES_128_GCM_SHA265", Some("TLS_AES_128_GCM_SHA256")),
            ("TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305", Some("TLS_CHACHA20_POLY1305_SHA256")),
            ("TLS_FOO", None),
            ("ecdhe-rsa-aes128-gcm-sha256", Some("ECDHE-RSA-AES128-GCM-SHA256")),
            ("HIGH:ECDHE-RSA-AES128-GCM-SHA25", Some("ECDHE-RSA-AES128-GCM-SHA256")),
        ] {
            let error = Suites::read(Some(given)).expect_err(given);
            assert_eq!(error.code(), "ERR_SSL_NO_CIPHER_MATCH");
            let name = given.rsplit(':').next().expect("the last");
            assert_eq!(error.message(), format!("options.ciphers names '{name}', which is no cipher suite"));
            let hint = error.hint().expect("a hint");
            match meant {
                Some(meant) => assert_eq!(hint, format!("did you mean {meant}?")),
                None => assert!(!hint.contains("did you mean"), "{hint}"),
            }
        }
    }

    /// Names of OpenSSL's that are near to ours.
    #[test]
    fn a_suite_that_openssl_alone_has_is_no_slip() {
        for name in [
            "DHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-SHA256",
            "ECDHE-ECDSA-AES256-CCM",
            "ECDHE-ECDSA-AES256-CCM8",
            "ECDHE-PSK-CHACHA20-POLY1305",
            "DHE-RSA-CHACHA20-POLY1305",
            "ECDHE-ARIA256-GCM-SHA384",
            "ECDHE-RSA-CAMELLIA128-SHA256",
            "!ECDHE-RSA-AES128-GCM-SHA256",
            "-ECDHE-RSA-AES128-GCM-SHA256",
            "+ECDHE-RSA-AES128-GCM-SHA256",
            "TLS_AES_128_CCM_SHA256",
        ] {
            assert!(Suites::read(Some(name)).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_standard_name_below_13_says_how_it_is_written() {
        let error = Suites::read(Some("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")).expect_err("refused");
        assert_eq!(error.code(), "ERR_SSL_NO_CIPHER_MATCH");
        assert!(error.hint().expect("a hint").contains("ECDHE-RSA-AES128-GCM-SHA256"));
        assert!(Suites::read(Some("TLS_RSA_WITH_AES_128_CBC_SHA")).expect_err("refused").hint().is_some());
    }
}
