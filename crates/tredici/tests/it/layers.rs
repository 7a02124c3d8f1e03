//! The direction of imports: what comes first knows nothing of what comes after it.
//!
//! It holds for unit tests too: one that needs a later module belongs here, among the integration tests.

use std::{fmt, path::Path};

use crate::source::{self, Source};

/// The modules at the crate's root. A module may name those in earlier rows; modules in one row do not name each
/// other. The root itself may name any.
const LAYERS: [&[&str]; 9] = [
    &["timing", "target", "certificate"],
    &["error"],
    &["verify"],
    &["options"],
    &["resolve", "dial"],
    &["tls"],
    &["socket"],
    &["connector"],
    &["compose", "listener"],
];

struct Violation {
    file: String,
    line: usize,
    path: String,
    why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "src/{}:{}: `{}`: {}", self.file, self.line, self.path, self.why)
    }
}

#[test]
fn imports_run_in_one_direction() {
    let sources = source::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let wrong: Vec<String> = sources.iter().flat_map(violations).map(|wrong| wrong.to_string()).collect();
    assert!(sources.len() > 1, "no sources were read");
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n"));
}

fn violations(source: &Source) -> Vec<Violation> {
    let file = source.file.display().to_string();
    let Some(own) = source.module().into_iter().next() else { return Vec::new() };
    let Some(own_row) = row(&own) else {
        let why = "this module has no place yet: give it one in LAYERS in tests/it/layers.rs, \
                   after all that it imports"
            .to_owned();
        return vec![Violation { file, line: 1, path: own, why }];
    };
    let mut wrong = Vec::new();
    for path in source.paths() {
        let Some(place) = path.target() else { continue };
        let named = place.first().copied().unwrap_or_default();
        let why = match row(named) {
            _ if named == own => continue,
            Some(other) if other < own_row => continue,
            Some(other) if other == own_row => {
                format!("`{own}` and `{named}` stand side by side and do not name each other")
            }
            Some(_) => format!(
                "`{own}` comes before `{named}`: move what both need to an earlier module, or pass it in"
            ),
            None => "this names the crate's root: inside the crate, name the module that defines it \
                     (a new module gets its place in LAYERS in tests/it/layers.rs)"
                .to_owned(),
        };
        let path_text = path.segments.join("::");
        wrong.push(Violation { file: file.clone(), line: path.line, path: path_text, why });
    }
    wrong
}

fn row(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

/// The paths for which `text` in `file` is refused, each after its line.
fn refused(file: &str, text: &str) -> Vec<String> {
    let wrong = violations(&Source::parse(file, text));
    wrong.iter().map(|wrong| format!("{} {}", wrong.line, wrong.path)).collect()
}

#[test]
fn earlier_modules_may_be_named() {
    for (file, text) in [
        ("error.rs", "use crate::{certificate::PeerCertificate, target::{self, Target}, timing::Timings};"),
        ("error/attempt.rs", "use super::Error; use crate::target::*; use std::io;"),
        ("tls/engine/openssl.rs", "use super::super::context; use crate::tls::handshake; use crate::verify;"),
        (
            "options.rs",
            "mod tests { use super::*; use crate::options::Options; mod inner { use super::super::X; } }",
        ),
        (
            "options.rs",
            "pub(crate) fn f() {} pub(in crate::options) fn g() {} pub(super) fn h() {} pub(self) fn i() {}",
        ),
        ("options/table.rs", "pub(in super::super) struct Row(pub (super::Kind));"),
        (
            "timing.rs",
            "// crate::tls\n/* crate::tls */ /// crate::tls\n fn f() -> &'static str { \"crate::tls::X\" }",
        ),
        ("timing.rs", "fn f(self) -> u8 { self.tls; self as u8 } use tls::context; use openssl::ssl;"),
        ("lib.rs", "mod tls; pub use crate::tls::Engine; pub use self::listener::Listener;"),
    ] {
        assert_eq!(refused(file, text), [""; 0], "{file}: {text}");
    }
}

#[test]
fn later_modules_may_not() {
    for (file, text, expected) in [
        ("timing.rs", "use crate::error::Error;", "1 crate::error::Error"),
        ("timing.rs", "\nuse super::error::Error;", "2 super::error::Error"),
        ("timing.rs", "use self::super::error::Error;", "1 self::super::error::Error"),
        ("options.rs", "use crate::{\n error::Error,\n tls::{self,\n Context}};", "3 crate::tls::self"),
        ("options/table.rs", "use super::super::socket as s;", "1 super::super::socket"),
        ("options/table.rs", "use super::{super::socket::Socket};", "1 super::super::socket::Socket"),
        (
            "options.rs",
            "mod tests { use super::super::connector::Connector; }",
            "1 super::super::connector::Connector",
        ),
        (
            "options.rs",
            "#[cfg(test)]\nmod tests { use crate::connector::Connector; }",
            "2 crate::connector::Connector",
        ),
        ("verify.rs", "fn f(x: Vec<&dyn crate::options::Check>) {}", "1 crate::options::Check"),
        ("verify.rs", "fn f() -> impl Fn() { crate::socket::f::<u8>() }", "1 crate::socket::f"),
        ("verify.rs", "fn f() { <crate::tls::X as Default>::default() }", "1 crate::tls::X"),
        ("verify.rs", "fn f() {\n assert_eq!(1, crate::dial::N, \"{}\", 1);\n}", "2 crate::dial::N"),
        ("verify.rs", "macro_rules! m { () => { $crate::tls::X } }", "1 crate::tls::X"),
        ("verify.rs", "#[derive(crate::options::Row)] struct S;", "1 crate::options::Row"),
        ("verify.rs", "pub(crate) use crate::listener::Listener;", "1 crate::listener::Listener"),
        ("verify.rs", "pub(crate) struct S(pub (crate::tls::X));", "1 crate::tls::X"),
    ] {
        assert_eq!(refused(file, text).first().map(String::as_str), Some(expected), "{file}: {text}");
    }
}

#[test]
fn neighbours_may_not() {
    assert_eq!(refused("dial.rs", "use crate::resolve::Resolver;"), ["1 crate::resolve::Resolver"]);
    assert_eq!(refused("resolve.rs", "use super::dial::race;"), ["1 super::dial::race"]);
}

#[test]
fn the_root_is_not_a_place_to_import_from() {
    for (text, expected) in [
        ("use crate::Error;", "1 crate::Error"),
        ("use crate::{error, Error};", "1 crate::Error"),
        ("use crate::*;", "1 crate::*"),
        ("use super::*;", "1 super::*"),
        ("use crate as tredici;", "1 crate"),
        ("use crate::{self as tredici};", "1 crate::self"),
        ("fn f() -> super::Error {}", "1 super::Error"),
        ("fn f() { crate::connect() }", "1 crate::connect"),
    ] {
        assert_eq!(refused("connector.rs", text), [expected], "{text}");
    }
    let wrong = violations(&Source::parse("connector.rs", "use crate::Error;"))[0].to_string();
    assert!(wrong.starts_with("src/connector.rs:1: `crate::Error`: this names the crate's root"), "{wrong}");
    assert!(wrong.contains("name the module"), "{wrong}");
}

#[test]
fn a_new_module_needs_a_place() {
    for file in ["proxy.rs", "proxy/http.rs"] {
        let wrong = violations(&Source::parse(file, "use crate::error::Error;"));
        assert_eq!(wrong.len(), 1);
        let wrong = wrong[0].to_string();
        assert!(
            wrong.contains("`proxy`: this module has no place yet") && wrong.contains("LAYERS"),
            "{wrong}"
        );
    }
}
