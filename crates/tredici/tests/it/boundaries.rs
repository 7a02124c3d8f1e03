//! What stands in one place only: `unsafe`, and the types of the TLS libraries.

use std::{ffi::OsStr, fs, path::PathBuf};

use crate::source::{self, Source};

/// Its wrappers are what `unsafe` is for.
const UNSAFE_CRATE: &str = "tredici-openssl";
const TLS_LIBRARIES: [&str; 6] =
    ["openssl", "openssl_sys", "tredici_openssl", "rustls", "webpki", "aws_lc_rs"];

/// The folder of each crate's sources, with the crate's name.
fn crates() -> Vec<(String, PathBuf)> {
    let all = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let folders = fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path().join("src"));
    let named = folders.filter(|folder| folder.is_dir()).map(|folder| {
        let name = folder.parent().and_then(|parent| parent.file_name()).unwrap();
        (name.to_string_lossy().into_owned(), folder)
    });
    named.collect()
}

#[test]
fn unsafe_code_stands_in_one_crate() {
    let mut wrong = Vec::new();
    for (name, folder) in crates().into_iter().filter(|(name, _)| name != UNSAFE_CRATE) {
        for source in source::read(&folder) {
            let file = format!("crates/{name}/src/{}", source.file.display());
            let lines = source.lines_with("unsafe");
            wrong.extend(
                lines.iter().map(|line| format!("{file}:{line}: `unsafe` belongs in {UNSAFE_CRATE}")),
            );
            if is_root(&source) && !forbids_unsafe(&source) {
                wrong.push(format!("{file}: a crate's root says `#![forbid(unsafe_code)]`"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n"));
}

#[test]
fn the_tls_library_is_named_by_its_engine_alone() {
    let (_, folder) = crates().into_iter().find(|(name, _)| name == "tredici").unwrap();
    let wrong: Vec<String> = source::read(&folder).iter().flat_map(names_tls_library).collect();
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n"));
}

/// `main.rs`, `lib.rs` and every `bin/*.rs` is the root of a crate.
fn is_root(source: &Source) -> bool {
    let name = source.file.to_string_lossy();
    name == "lib.rs"
        || name == "main.rs"
        || source.file.parent().and_then(|parent| parent.file_name()) == Some(OsStr::new("bin"))
}

fn forbids_unsafe(source: &Source) -> bool {
    let attribute = Source::parse("", "#![forbid(unsafe_code)]").tokens.to_string();
    source.tokens.to_string().contains(&attribute)
}

fn names_tls_library(source: &Source) -> Vec<String> {
    if source.file.starts_with("tls/engine") {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for path in source.paths() {
        let named = path.segments[0].as_str();
        if TLS_LIBRARIES.contains(&named) && (path.segments.len() > 1 || path.renamed) {
            wrong.push(format!(
                "src/{}:{}: `{}`: types of {named} stay in src/tls/engine/ \
                 (a module of ours by that name is written `self::{named}`)",
                source.file.display(),
                path.line,
                path.segments.join("::"),
            ));
        }
    }
    wrong
}

#[test]
fn an_unsafe_word_is_found() {
    for text in
        ["fn f() { unsafe { g() } }", "m! { unsafe impl Send for X {} }", "#[unsafe(no_mangle)] fn f() {}"]
    {
        assert_eq!(Source::parse("x.rs", text).lines_with("unsafe"), [1], "{text}");
    }
    for text in ["#![forbid(unsafe_code)]", "// unsafe\n/// unsafe\nstruct X;", "const X: &str = \"unsafe\";"]
    {
        assert_eq!(Source::parse("x.rs", text).lines_with("unsafe"), [0; 0], "{text}");
    }
    assert!(forbids_unsafe(&Source::parse("lib.rs", "//! Words.\n#![forbid( unsafe_code )]\nmod x;")));
    assert!(!forbids_unsafe(&Source::parse("lib.rs", "#![deny(unsafe_code)]")));
    assert!(!forbids_unsafe(&Source::parse("lib.rs", "// #![forbid(unsafe_code)]")));
}

#[test]
fn a_type_of_the_tls_library_is_found() {
    for text in [
        "use openssl::ssl::Ssl;",
        "use ::openssl::ssl::Ssl;",
        "use {std::io, openssl::x509};",
        "use openssl as tls_library;",
        "use openssl_sys::SSL;",
        "use rustls::ClientConfig;",
        "fn f(x: &tredici_openssl::Context) {}",
        "fn f() -> openssl::x509::X509 { g() }",
        "type X = Option<::openssl::x509::X509>;",
        "m!(openssl::ssl::Ssl);",
    ] {
        assert_eq!(names_tls_library(&Source::parse("socket.rs", text)).len(), 1, "{text}");
        assert_eq!(names_tls_library(&Source::parse("tls.rs", text)).len(), 1, "{text}");
        assert_eq!(names_tls_library(&Source::parse("tls/engine/openssl.rs", text)).len(), 0, "{text}");
    }
    for text in [
        "use openssl_probe::probe;",
        "mod openssl; use self::openssl::Engine;",
        "use super::engine::openssl::Engine;",
        "let openssl = 3; f(openssl);",
        "/// [`openssl::ssl`]\nstruct X;",
    ] {
        assert_eq!(names_tls_library(&Source::parse("tls/engine.rs", text)), [""; 0], "{text}");
    }
}
