//! What is read here spares others from reading the certificate: they would have come to the same.

use std::sync::Arc;

use tredici_test::{
    Authority, CertificateSpec,
    draft::{Draft, DraftKey, Extension, SignatureAlgorithm, extension, sequence, tlv},
};

use super::{
    super::super::{Anchors, Der, Trust},
    *,
};
use crate::{
    certificate::PeerCertificate,
    verify::{check_server_identity, is_dns_name_among},
};

/// Whether the names that were read say at once that the certificate is for `hostname`.
fn is_known_for(hostname: &str, certificate: &Certificate) -> bool {
    is_dns_name_among(hostname, certificate.dns_names().map(|name| &certificate.der[name]))
}

/// Whether whoever reads all of it says so.
fn is_for(hostname: &str, certificate: &PeerCertificate) -> bool {
    check_server_identity(hostname, certificate).is_ok()
}

fn named(list: &[Vec<u8>]) -> Der {
    let mut leaf = Draft::new("common.test", &DraftKey::p256());
    leaf.set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &sequence(list)));
    leaf.self_signed().into()
}

fn dns(name: &str) -> Vec<u8> {
    tlv(0x82, name.as_bytes())
}

/// Up to three labels of what is usual and what is odd.
fn names() -> Vec<String> {
    const LABELS: [&str; 10] = ["a", "B", "*", "a*", "xn--a", "é", "", "1", "0x1", "\"a, "];
    let mut all = vec![String::new()];
    for _ in 0..3 {
        let longer = all.iter().flat_map(|name| LABELS.map(|label| format!("{label}.{name}")));
        all = longer.chain(all.clone()).collect();
    }
    all.sort_unstable();
    all.dedup();
    // With a dot at the end, and without.
    all.iter().flat_map(|name| [name.clone(), name.trim_end_matches('.').to_owned()]).collect()
}

#[test]
fn a_name_that_is_found_at_once_is_one_that_would_be_found() {
    let hosts: Vec<_> =
        names().into_iter().step_by(4).chain(["127.0.0.1", "::1", "common.test"].map(Into::into)).collect();
    let mut found = 0;
    for name in names().into_iter().step_by(3) {
        let der = named(&[dns("other.test"), tlv(0x87, &[127, 0, 0, 1]), dns(&name)]);
        let (read, whole) = (Certificate::read(&der).unwrap(), PeerCertificate::alone(&der).unwrap());
        for host in &hosts {
            let is_address = host.parse::<std::net::IpAddr>().is_ok();
            let is_known = is_known_for(host, &read);
            assert_eq!(is_known, is_for(host, &whole) && !is_address, "{name:?} {host:?}");
            found += usize::from(is_known);
        }
    }
    assert!(found > 100, "{found}");
}

/// Who has names that only some can read, or something behind them, is asked at length.
#[test]
fn names_that_are_not_read_alike_are_not_found() {
    let name = || dns("a.test");
    let other = tlv(0xa0, &[tlv(6, &[0x2a, 3]), tlv(0xa0, &tlv(0x0c, b"x"))].concat());
    for (list, expected) in [
        (vec![name()], true),
        (vec![tlv(0x86, b"http://a"), tlv(0x81, b"a@b"), tlv(0x87, &[1, 2, 3]), name()], true),
        (vec![name(), other], false),
        (vec![name(), tlv(0xa5, &[])], false),
        (vec![tlv(0xa4, &sequence(&[])), name()], false),
    ] {
        let read = Certificate::read(&named(&list)).unwrap();
        assert_eq!(is_known_for("a.test", &read), expected, "{list:x?}");
    }
    let mut leaf = Draft::new("a.test", &DraftKey::p256());
    let behind = [sequence(&[name()]), vec![5, 0]].concat();
    leaf.set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &behind));
    let der: Der = leaf.self_signed().into();
    assert!(!is_known_for("a.test", &Certificate::read(&der).unwrap()));
    assert!(!is_for("a.test", &PeerCertificate::alone(&der).unwrap()));
    leaf.extensions.clear();
    assert!(!is_known_for("a.test", &Certificate::read(&leaf.self_signed().into()).unwrap()));
}

/// What is certain to be refused for something else need not be read alike.
fn could_be_good(certificate: &Certificate) -> bool {
    !certificate.extensions.invalid
        && certificate.not_before.and(certificate.not_after).is_some()
        && certificate.key.is_some()
        && certificate.signature().is_some()
}

/// With any byte of it another: whatever is read here and could be good is read elsewhere, to the same end.
#[test]
fn spoilt_certificates_are_read_alike() {
    let spec = CertificateSpec::server(&["localhost", "*.example.test", "127.0.0.1"]);
    let good = Authority::new("Root").intermediate("Between").leaf(spec).der().to_vec();
    let (mut known, mut dated) = (0, 0);
    for (place, bits) in
        (0..good.len()).flat_map(|place| (1..=u8::MAX).step_by(3).map(move |bits| (place, bits)))
    {
        let mut spoilt = good.clone();
        spoilt[place] ^= bits;
        let der: Der = spoilt.into();
        let Some(read) = Certificate::read(&der).filter(could_be_good) else { continue };
        let whole = match PeerCertificate::alone(&der) {
            Ok(whole) => whole,
            Err(error) => {
                assert!(!is_known_for("localhost", &read), "{place} {bits:#x}: {error}");
                continue;
            }
        };
        for host in ["localhost", "www.example.test"].iter().filter(|host| is_known_for(host, &read)) {
            assert!(is_for(host, &whole), "{host} {place} {bits:#x}");
            known += 1;
        }
        let dates = [read.not_before, read.not_after].map(|date| since_1970(date.unwrap()));
        assert_eq!(dates, [whole.not_before(), whole.not_after()], "{place} {bits:#x}");
        dated += 1;
    }
    assert!(known > 5_000 && dated > 5_000, "{known} {dated}");
}

#[test]
fn a_path_that_holds_comes_with_what_was_read() {
    let root = Authority::new("Root");
    let presented: Vec<Der> = root
        .intermediate("Between")
        .leaf(CertificateSpec::server(&["a.test"]))
        .chain_der()
        .into_iter()
        .map(Der::from)
        .collect();
    let trust = Trust { anchors: Anchors::Given(vec![root.der().into()]), extra: Vec::new() };
    let verify = |store: &Arc<Store>, now| store.verify(&presented, Purpose::Server, now).unwrap();
    let store = Store::new(&trust).unwrap();
    let of = |der: &Der| PeerCertificate::alone(der).unwrap();
    let now = of(&presented[0]).not_before();

    let Verified { chain, leaf_key } = verify(&store, now);
    let facts = chain.facts.unwrap();
    let path: Vec<_> = chain.path.iter().map(of).collect();
    assert_eq!(Some(facts.validity.from), path.iter().map(PeerCertificate::not_before).max());
    assert_eq!(Some(facts.validity.to), path.iter().map(PeerCertificate::not_after).min());
    let names: Vec<_> = facts.dns_names.iter().map(|name| &presented[0][name.clone()]).collect();
    assert_eq!(names, [b"a.test"]);
    assert!(leaf_key.is_some());

    let Verified { chain, leaf_key } = verify(&store, facts.validity.to);
    assert!(chain.code.code() != "OK" && chain.facts.is_none() && leaf_key.is_none());
}

#[test]
fn a_key_that_was_read_has_signed_what_its_certificate_has() {
    use rustls::SignatureScheme as Scheme;
    let (root, key) = (Draft::authority("Root", &DraftKey::p256()), DraftKey::p256());
    let [leaf, other] = ["a.test", "b.test"].map(|name| Der::from(Draft::new(name, &key).issued_by(&root)));
    let trust = Trust { anchors: Anchors::Given(vec![root.self_signed().into()]), extra: Vec::new() };
    let now = PeerCertificate::alone(&leaf).unwrap().not_before();
    let verified =
        Store::new(&trust).unwrap().verify(std::slice::from_ref(&leaf), Purpose::Server, now).unwrap();
    let (known, signature) =
        (verified.leaf_key.unwrap(), key.sign(SignatureAlgorithm::EcdsaSha256, b"message"));
    let has_signed = |leaf: &Der, scheme, message: &[u8]| known.has_signed(leaf, scheme, message, &signature);
    assert_eq!(has_signed(&leaf, Scheme::ECDSA_NISTP256_SHA256, b"message"), Some(true));
    assert_eq!(has_signed(&leaf, Scheme::ECDSA_NISTP256_SHA256, b"massage"), Some(false));
    assert_eq!(has_signed(&leaf, Scheme::ECDSA_NISTP384_SHA384, b"message"), None);
    assert_eq!(has_signed(&other, Scheme::ECDSA_NISTP256_SHA256, b"message"), None);
}
