//! `tredici verify`: the identity check alone.

use std::{
    fs,
    io::{self, Read},
    net::IpAddr,
    path::Path,
};

use serde::Serialize;
use serde_json::Value;
use tredici::{CertificateNames, Error, IdentityError, IdentityRules, PeerCertificate, check_names};

use crate::{arguments::Verify, ending::Ending, file, human, outcome::Failure, output::Output};

pub(crate) fn run(arguments: &Verify, output: &mut Output) -> io::Result<Ending> {
    let names = match names(arguments) {
        Ok(names) => names,
        Err(error) => return output.fail(Failure::of(error)),
    };
    let rules = if arguments.strict { IdentityRules::Strict } else { IdentityRules::Default };
    let verdict = names.check(&arguments.hostname, rules);
    match (output.is_json(), &verdict) {
        (true, _) => output.document(&Document::of(&verdict))?,
        (false, Ok(())) => output.print(&human::identified(&arguments.hostname, &names.listed()))?,
        (false, Err(error)) => {
            let hint = match is_like_a_name(&arguments.hostname) {
                false => Some(NO_NAME),
                true => names.is_of_authority.then_some(OF_AUTHORITY),
            };
            output.complain(&human::not_identified(error, hint, output.paper(false)));
        }
    }
    Ok(if verdict.is_ok() { Ending::Done } else { Ending::Failed })
}

const OF_AUTHORITY: &str = "this is the certificate of an authority, which issues others; give the server's own, or what \
    tredici connect --json prints of a connection to it";

const NO_NAME: &str = "that is no host name: give a name or an IP address by itself, without a scheme, a port, brackets or \
    spaces";

/// Whether it may be meant as one.
fn is_like_a_name(hostname: &str) -> bool {
    let is_foreign = |letter: char| letter.is_whitespace() || "/:@?#[]".contains(letter);
    hostname.parse::<IpAddr>().is_ok() || !(hostname.is_empty() || hostname.contains(is_foreign))
}

/// The names that a certificate bears.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    common_names: Vec<String>,
    subjectaltname: Option<String>,
    is_undecodable: bool,
    /// Whether it is one that issues others, which is seldom what was meant.
    is_of_authority: bool,
}

impl Names {
    fn check(&self, hostname: &str, rules: IdentityRules) -> Result<(), IdentityError> {
        let common_names: Vec<&str> = self.common_names.iter().map(String::as_str).collect();
        let names = CertificateNames {
            common_names: &common_names,
            subjectaltname: self.subjectaltname.as_deref(),
            subjectaltname_undecodable: self.is_undecodable,
        };
        check_names(hostname, &names, rules)
    }

    /// What they are, for a person.
    fn listed(&self) -> String {
        let common_names = || self.common_names.iter().map(|name| format!("CN={name}")).collect::<Vec<_>>();
        self.subjectaltname.clone().unwrap_or_else(|| common_names().join(", "))
    }
}

fn names(arguments: &Verify) -> Result<Names, Error> {
    let path = &arguments.certificate;
    let bytes = read(path).map_err(|error| file::refused("--certificate", path, error))?;
    let unreadable = |problem: &dyn std::fmt::Display| {
        Error::invalid("ERR_INVALID_ARG_VALUE", format!("--certificate {}: {problem}", path.display()))
            .with_hint("it must be PEM, DER, a JSON object with subject and subjectaltname, or what connect --json prints")
    };
    if bytes.trim_ascii_start().starts_with(b"{") {
        let json: Value = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
        let of_report =
            ["/socket/peerCertificate", "/peerCertificate"].iter().find_map(|at| json.pointer(at));
        return of_json(of_report.unwrap_or(&json)).map_err(|problem| unreadable(&problem));
    }
    let is_pem = bytes.windows(PEM.len()).any(|window| window == PEM);
    if !is_pem && bytes.first().is_some_and(|first| *first != SEQUENCE) {
        return Err(unreadable(&"it is neither PEM nor DER nor a JSON object"));
    }
    let certificate = match is_pem {
        true => PeerCertificate::from_pem(&bytes),
        false => PeerCertificate::from_der(bytes),
    };
    certificate.map(|certificate| of_certificate(&certificate)).map_err(|error| unreadable(&error))
}

const PEM: &[u8] = b"-----BEGIN ";
/// What a certificate in DER begins with.
const SEQUENCE: u8 = 0x30;

/// The file, or standard input.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn of_certificate(certificate: &PeerCertificate) -> Names {
    let common_names =
        certificate.subject().map(|subject| subject.common_names().map(str::to_owned).collect());
    Names {
        common_names: common_names.unwrap_or_default(),
        subjectaltname: certificate.subjectaltname().map(str::to_owned),
        is_undecodable: certificate.subjectaltname_undecodable(),
        is_of_authority: certificate.ca(),
    }
}

/// Node's object: what it leaves undefined is absent, and null stands for names that cannot be decoded.
fn of_json(json: &Value) -> Result<Names, &'static str> {
    let common_name = match json.get("subject") {
        None | Some(Value::Null) => None,
        Some(Value::Object(subject)) => subject.get("CN"),
        Some(_) => return Err("subject is not an object"),
    };
    let common_names = match common_name {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(name)) => Some(vec![name.clone()]),
        Some(Value::Array(names)) => names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    };
    let (subjectaltname, is_undecodable) = match json.get("subjectaltname") {
        None => (None, false),
        Some(Value::Null) => (None, true),
        Some(Value::String(names)) => (Some(names.clone()).filter(|names| !names.is_empty()), false),
        Some(_) => return Err("subjectaltname is not a string"),
    };
    let common_names = common_names.ok_or("subject.CN is neither a string nor an array of strings")?;
    let is_of_authority = json.get("ca") == Some(&Value::Bool(true));
    Ok(Names { common_names, subjectaltname, is_undecodable, is_of_authority })
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal<'a>>,
}

#[derive(Serialize)]
struct Refusal<'a> {
    code: &'a str,
    reason: &'a str,
    host: &'a str,
}

impl<'a> Document<'a> {
    fn of(verdict: &'a Result<(), IdentityError>) -> Self {
        let refusal = |error: &'a IdentityError| Refusal {
            code: error.code(),
            reason: error.reason(),
            host: error.host(),
        };
        Self { ok: verdict.is_ok(), error: verdict.as_ref().err().map(refusal) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_node_gives_is_read() {
        let names =
            of_json(&json!({ "subject": { "CN": ["a", "b"] }, "subjectaltname": "DNS:c", "ca": true }));
        let want = Names {
            common_names: vec!["a".into(), "b".into()],
            subjectaltname: Some("DNS:c".into()),
            is_undecodable: false,
            is_of_authority: true,
        };
        assert_eq!(names, Ok(want));
        let names = of_json(&json!({ "subject": { "CN": "a" } })).unwrap();
        assert!(names.check("a", IdentityRules::Default).is_ok());
        assert!(names.check("a", IdentityRules::Strict).is_err());
    }

    #[test]
    fn names_that_cannot_be_decoded_are_nobodys() {
        let names = of_json(&json!({ "subject": { "CN": "a" }, "subjectaltname": null })).unwrap();
        assert!(names.check("a", IdentityRules::Default).is_err());
    }

    #[test]
    fn other_types_are_refused() {
        for json in [
            json!({ "subject": "CN=a" }),
            json!({ "subject": { "CN": 1 } }),
            json!({ "subject": { "CN": [1] } }),
            json!({ "subjectaltname": ["DNS:a"] }),
        ] {
            assert!(of_json(&json).is_err(), "{json}");
        }
        assert!(of_json(&json!({})).unwrap().check("a", IdentityRules::Default).is_err());
    }
}
