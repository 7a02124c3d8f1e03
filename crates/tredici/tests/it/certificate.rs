//! Certificates of all kinds, compared field by field with what Node says of them.
#![cfg(feature = "serde")]

mod cases;
#[path = "../../src/certificate/sample.rs"]
mod sample;

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tredici::PeerCertificate;

use cases::{Case, Difference};

/// For each certificate what Node makes of it, and whether Node takes it for its own issuer.
const SCRIPT: &str = r"
const { X509Certificate } = require('crypto');
const describe = (der) => {
    const certificate = new X509Certificate(Buffer.from(der, 'base64'));
    const object = certificate.toLegacyObject();
    for (const key of ['raw', 'pubkey']) object[key] = object[key]?.toString('base64');
    return { object, ownIssuer: certificate.checkIssued(certificate) };
};
const certificates = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(certificates.map(describe)));
";

#[test]
fn every_field_is_what_node_says() {
    let Some(major) = node_major() else {
        eprintln!("SKIPPED: no comparison with Node, because there is no `node` in the path");
        return;
    };
    let (fatal, cases): (Vec<Case>, Vec<Case>) =
        cases::all().into_iter().partition(|case| case.difference == Difference::FatalAfter20 && major > 20);
    for case in fatal {
        eprintln!("SKIPPED: {}, which ends Node {major}", case.label);
    }
    eprintln!("comparing {} certificates with Node {major}", cases.len());
    let descriptions = describe(&cases);
    assert_eq!(descriptions.len(), cases.len());

    for (case, theirs) in cases.iter().zip(descriptions) {
        let label = &case.label;
        let certificate =
            PeerCertificate::from_der(&*case.der).unwrap_or_else(|error| panic!("{label}: {error}"));
        let mut ours = serde_json::to_value(certificate.short_form()).unwrap();
        let mut object = theirs["object"].clone();
        settle(case.difference, major, &mut ours, &mut object);
        for key in keys(&ours).chain(keys(&object)) {
            assert_eq!(ours.get(key), object.get(key), "{label}: {key}");
        }
        assert_eq!(certificate.is_own_issuer(), theirs["ownIssuer"], "{label}: its own issuer?");
    }
}

fn keys(object: &Value) -> impl Iterator<Item = &String> {
    object.as_object().unwrap().keys()
}

/// Takes out what a known difference explains, after checking that it is no greater than known.
fn settle(difference: Difference, major: u32, ours: &mut Value, theirs: &mut Value) {
    let (ours, theirs) = (ours.as_object_mut().unwrap(), theirs.as_object_mut().unwrap());
    match difference {
        Difference::None | Difference::FatalAfter20 => {}
        Difference::KeyBefore26 if major >= 26 => {}
        Difference::RsaPss if major >= 26 => {
            assert!(ours.remove("pubkey").is_some() && theirs.remove("pubkey").is_some());
        }
        Difference::KeyBefore26 | Difference::RsaPss => {
            for key in ["modulus", "exponent", "pubkey", "bits"] {
                ours.remove(key);
                theirs.remove(key);
            }
        }
        Difference::UndecodableNames => {
            assert_eq!(ours.remove("subjectaltname"), Some(Value::Null));
            assert!(theirs.remove("subjectaltname").is_none_or(|value| value.is_null()));
        }
        Difference::UndecodableAccess => {
            assert_eq!(ours.remove("infoAccess"), None);
            assert!(theirs.remove("infoAccess").is_none_or(|value| value.is_null()));
        }
        Difference::SubjectNotText => {
            assert_eq!(ours.remove("subject"), None);
            assert!(theirs.remove("subject").is_none_or(|value| value == json!({"": ""})));
        }
    }
}

fn node_major() -> Option<u32> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn describe(cases: &[Case]) -> Vec<Value> {
    let mut node = Command::new("node")
        .args(["-e", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let certificates: Vec<String> = cases.iter().map(|case| BASE64.encode(&case.der)).collect();
    let input = serde_json::to_vec(&certificates).unwrap();
    node.stdin.take().unwrap().write_all(&input).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
