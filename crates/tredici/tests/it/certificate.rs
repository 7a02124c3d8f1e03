//! Certificates of all kinds, compared field by field with what Node says of them.
#![cfg(feature = "serde")]

mod cases;
#[path = "../../src/certificate/sample.rs"]
mod sample;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tredici::PeerCertificate;
use tredici_test::{NodeServer, node_oracle};

use cases::{Case, Difference};

/// For each certificate what Node makes of it, and whether Node takes it for its own issuer.
const SCRIPT: &str = r"
const { X509Certificate } = require('crypto');
return input.map((der) => {
    const certificate = new X509Certificate(Buffer.from(der, 'base64'));
    return { object: certificate.toLegacyObject(), ownIssuer: certificate.checkIssued(certificate) };
});
";

#[tokio::test]
async fn every_field_is_what_node_says() {
    if !NodeServer::is_available() {
        return;
    }
    let major = node_oracle("return parseInt(process.versions.node);", Value::Null).await.as_u64().unwrap();
    let (fatal, cases): (Vec<Case>, Vec<Case>) =
        cases::all().into_iter().partition(|case| case.difference == Difference::FatalAfter20 && major > 20);
    for case in fatal {
        eprintln!("SKIPPED: {}, which ends Node {major}", case.label);
    }
    eprintln!("comparing {} certificates with Node {major}", cases.len());
    let certificates: Vec<String> = cases.iter().map(|case| BASE64.encode(&case.der)).collect();
    let descriptions = node_oracle(SCRIPT, certificates.into()).await;
    let descriptions = descriptions.as_array().unwrap();
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
fn settle(difference: Difference, major: u64, ours: &mut Value, theirs: &mut Value) {
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
