use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls_pki_types::SignatureVerificationAlgorithm;
use tredici_test::{
    Authority, CertificateSpec, ExtendedKeyUsagePurpose,
    draft::{Draft, DraftKey, Extension, SignatureAlgorithm, attribute, extension, name, sequence, tlv},
};

use super::{
    super::super::{Anchors, Der, PeerChain, Trust},
    *,
};

fn ders(certificates: &[Vec<u8>]) -> Vec<Der> {
    certificates.iter().map(|der| der.as_slice().into()).collect()
}

fn store(ca: &[&[u8]]) -> Arc<Store> {
    let given = ca.iter().map(|der| (*der).into()).collect();
    Store::new(&Trust { anchors: Anchors::Given(given), extra: Vec::new() }).unwrap()
}

fn bundled(extra: Vec<Der>) -> Arc<Store> {
    Store::new(&Trust { anchors: Anchors::Bundled, extra }).unwrap()
}

fn judged(store: &Store, presented: &[Vec<u8>]) -> PeerChain {
    store.verify(&ders(presented), Purpose::Server, now()).unwrap().chain
}

fn code(store: &Store, presented: &[Vec<u8>]) -> &'static str {
    judged(store, presented).code.code()
}

#[expect(clippy::disallowed_methods, reason = "the certificates of a test are good by the real time")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn server() -> CertificateSpec {
    CertificateSpec::server(&["localhost"])
}

#[test]
fn a_path_is_made_of_what_is_there() {
    let root = Authority::new("Root");
    let given: Der = root.der().into();
    let trust = Trust { anchors: Anchors::Given(vec![given.clone()]), extra: Vec::new() };
    let store = Store::new(&trust).unwrap();
    let presented = ders(&root.intermediate("Between").leaf(server()).chain_der());
    let chain = store.verify(&presented, Purpose::Server, now()).unwrap().chain;
    assert_eq!(chain.code.code(), "OK");
    let expected = [&presented[0], &presented[1], &given];
    assert_eq!(chain.path.len(), expected.len());
    assert!(chain.path.iter().zip(expected).all(|(one, other)| Arc::ptr_eq(one, other)), "nothing is copied");
    assert!(chain.presented.iter().zip(&presented).all(|(one, other)| Arc::ptr_eq(one, other)));
}

#[test]
fn the_clock_and_the_purpose_decide() {
    let root = Authority::new("Root");
    let presented = ders(&root.leaf(server()).chain_der());
    let store = store(&[root.der()]);
    let judge = |purpose, now| store.verify(&presented, purpose, now).unwrap().chain.code.code();
    let (now, year) = (now(), Duration::from_secs(365 * 24 * 60 * 60));
    assert_eq!(judge(Purpose::Server, now), "OK");
    assert_eq!(judge(Purpose::Client, now), "INVALID_PURPOSE");
    assert_eq!(judge(Purpose::Server, now + year), "CERT_HAS_EXPIRED");
    assert_eq!(judge(Purpose::Server, now - year), "CERT_NOT_YET_VALID");
    for end in [UNIX_EPOCH, UNIX_EPOCH - Duration::from_millis(1), UNIX_EPOCH - 100 * year] {
        assert_eq!(judge(Purpose::Server, end), "CERT_NOT_YET_VALID");
    }
    assert_eq!([seconds(UNIX_EPOCH), seconds(UNIX_EPOCH - Duration::from_millis(1))], [0, -1]);
}

/// What is in `ca` and issued itself is trusted as it is, whether it calls itself an authority or not.
#[test]
fn a_trusted_leaf_is_asked_for_its_dates_and_its_purpose() {
    for is_ca in [false, true] {
        let judge = |spec: CertificateSpec| {
            let leaf = spec.ca(is_ca).self_signed();
            code(&store(&[leaf.der()]), &leaf.chain_der())
        };
        assert_eq!(judge(server()), "OK");
        assert_eq!(judge(server().expired()), "CERT_HAS_EXPIRED");
        assert_eq!(judge(server().purposes(&[ExtendedKeyUsagePurpose::ClientAuth])), "INVALID_PURPOSE");
        let (one, other) = (server().ca(is_ca).self_signed(), server().ca(is_ca).self_signed());
        assert_eq!(code(&store(&[one.der()]), &other.chain_der()), "DEPTH_ZERO_SELF_SIGNED_CERT");
    }
}

#[test]
fn an_intermediate_in_the_store_need_not_be_sent() {
    let root = Authority::new("Root");
    let between = root.intermediate("Between");
    let leaf = between.leaf(server());
    let alone = [leaf.der().to_vec()];
    assert_eq!(code(&store(&[root.der()]), &alone), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    assert_eq!(code(&store(&[root.der(), between.der()]), &alone), "OK");
    assert_eq!(code(&store(&[between.der()]), &alone), "UNABLE_TO_GET_ISSUER_CERT");
}

#[test]
fn mozillas_authorities_are_read_once_and_all() {
    let all = bundled(Vec::new());
    assert!(Arc::ptr_eq(&all, &bundled(Vec::new())));
    assert_eq!(all.subjects().len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());

    let root = Authority::new("Root");
    let presented = root.leaf(server()).chain_der();
    assert_eq!(code(&all, &presented), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    let more = bundled(vec![root.der().into()]);
    assert_eq!(more.subjects().len(), all.subjects().len() + 1);
    assert_eq!(code(&more, &presented), "OK");
    for der in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let path = judged(&all, &[der.to_vec()]).path;
        assert_eq!(path.len(), 1);
        assert_eq!(*path[0], **der);
    }
}

#[test]
fn what_is_given_twice_counts_once() {
    let (one, other) = (Authority::new("One"), Authority::new("Other"));
    let store = store(&[one.der(), other.der(), one.der()]);
    let subjects: Vec<Vec<u8>> = store.subjects().iter().map(|name| name.as_ref().to_vec()).collect();
    let named = |text: &str| name(&[&[attribute(3, 0x0c, text.as_bytes())]]);
    assert_eq!(subjects, [named("One"), named("Other")]);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let root = Authority::new("Root");
    let cut = &root.der()[..root.der().len() - 1];
    for (der, expected) in [
        (&b""[..], "ERR_OSSL_TOO_SMALL"),
        (b"text", "ERR_OSSL_TOO_LONG"),
        (cut, "ERR_OSSL_TOO_LONG"),
        (&[5, 0], "ERR_OSSL_WRONG_TAG"),
    ] {
        let error = |trust: &Trust| Store::new(trust).err().expect("an error");
        let given = error(&Trust { anchors: Anchors::Given(vec![der.into()]), extra: Vec::new() });
        assert_eq!(given.code(), expected);
        assert!(given.message().starts_with("ca cannot be used: "), "{given}");
        let extra = error(&Trust { anchors: Anchors::Bundled, extra: vec![der.into()] });
        assert!(extra.message().starts_with("extraCa cannot be used: "), "{extra}");

        let presented = ders(&[root.der().to_vec(), der.to_vec()]);
        let store = store(&[root.der()]);
        let judge = |presented| store.verify(presented, Purpose::Server, now()).err();
        assert_eq!(judge(&presented), Some(Unreadable));
        assert_eq!(judge(&[]), Some(Unreadable));
    }
}

/// A chain in which one and the same name stands at two heights: X above Y above X. The leaf says that the lower one has
/// issued it, and the upper one has. webpki would leave out what is between.
#[test]
fn a_short_cut_is_no_confirmation() {
    let identified_by =
        |id: &str| Extension::ce(extension::AUTHORITY_KEY_ID, false, &sequence(&[tlv(0x80, id.as_bytes())]));
    let named = |text: &str, id: &str, issuer_id: &str| {
        let mut draft = Draft::authority(id, &DraftKey::p256());
        draft.subject = name(&[&[attribute(3, 0x0c, text.as_bytes())]]);
        draft.set(identified_by(issuer_id));
        draft
    };
    let root = Draft::authority("Root", &DraftKey::p256());
    let upper = named("X", "upper", "Root");
    let middle = named("Y", "middle", "upper");
    let lower = named("X", "lower", "middle");
    let mut leaf = Draft::new("localhost", &DraftKey::p256());
    leaf.set(identified_by("lower"));

    let store = store(&[&root.self_signed()]);
    let above = [lower.issued_by(&middle), middle.issued_by(&upper), upper.issued_by(&root)];
    let judge = |leaf: Vec<u8>| {
        let chain = judged(&store, &[&[leaf][..], &above].concat());
        (chain.code.code(), chain.path.len())
    };
    assert_eq!(judge(leaf.issued_by(&lower)), ("OK", 5));
    assert_eq!(judge(leaf.issued_by(&upper)), ("CERT_SIGNATURE_FAILURE", 5));
}

/// Two authorities that have certified each other, and no root.
#[test]
fn a_circle_in_the_store_ends() {
    let (one, other) =
        (Draft::authority("One", &DraftKey::p256()), Draft::authority("Other", &DraftKey::p256()));
    let store = store(&[&one.issued_by(&other), &other.issued_by(&one)]);
    let chain = judged(&store, &[Draft::new("localhost", &DraftKey::p256()).issued_by(&one)]);
    assert_eq!((chain.code.code(), chain.path.len()), ("UNABLE_TO_GET_ISSUER_CERT", 20));
}

#[test]
fn comparing_names_has_an_end() {
    // Of mail addresses, which webpki does not compare, so that its own end is not reached.
    let address = |n: usize| tlv(0x81, format!("{n}@mail.test").as_bytes());
    let names = |count: usize| -> Vec<_> { (0..count).map(address).collect() };
    let judge = |presented: usize, permitted: usize| {
        let mut root = Draft::authority("Root", &DraftKey::p256());
        let subtrees: Vec<_> = names(permitted).into_iter().map(|name| sequence(&[name])).collect();
        let constraints = sequence(&[tlv(0xa0, &subtrees.concat())]);
        root.set(Extension::ce(extension::NAME_CONSTRAINTS, true, &constraints));
        let mut leaf = Draft::new("localhost", &DraftKey::p256());
        leaf.set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &sequence(&names(presented))));
        code(&store(&[&root.self_signed()]), &[leaf.issued_by(&root)])
    };
    assert_eq!(judge(20, 20), "OK");
    assert_eq!(judge(20, 19), "PERMITTED_VIOLATION");
    assert_eq!(judge(1_000, 1_000), "UNSPECIFIED");
}

/// Whatever is in the bytes, there is an answer, and it is not yes.
#[test]
fn spoilt_certificates_are_refused() {
    let root = Authority::new("Root");
    let good = root.intermediate("Between").leaf(server()).chain_der();
    let store = store(&[root.der()]);
    let now = now();
    for which in [0, 1] {
        for place in 0..good[which].len() {
            for bits in [1, 0x20, 0x80, 0xff] {
                let mut spoilt = good.clone();
                spoilt[which][place] ^= bits;
                let judged = store.verify(&ders(&spoilt), Purpose::Server, now);
                let is_good = judged.is_ok_and(|verified| verified.chain.code == VerifyCode::OK);
                assert!(!is_good, "{which} {place} {bits}");
            }
            let mut cut = good.clone();
            cut[which].truncate(place);
            assert!(store.verify(&ders(&cut), Purpose::Server, now).is_err(), "{which} {place}");
        }
    }
}

#[test]
fn the_key_of_any_leaf_verifies_a_handshake() {
    use SignatureAlgorithm::*;
    let algorithms: Vec<&dyn SignatureVerificationAlgorithm> = webpki::ALL_VERIFICATION_ALGS.to_vec();
    for (key, algorithm) in
        [(DraftKey::p256(), EcdsaSha256), (DraftKey::rsa(), RsaPssSha256), (DraftKey::ed25519(), Ed25519)]
    {
        let identifier = algorithm.identifier();
        let identifier = der::only(&identifier, der::SEQUENCE).unwrap();
        let fitting: Vec<_> =
            algorithms.iter().copied().filter(|one| *one.signature_alg_id() == *identifier).collect();
        let mut leaf = Draft::new("localhost", &key);
        for version in [Some(2), None] {
            leaf.version = version;
            let der = leaf.self_signed();
            let signature = key.sign(algorithm, b"message");
            assert_eq!(is_signed_by(&der, &fitting, b"message", &signature), Some(true), "{algorithm:?}");
            assert_eq!(is_signed_by(&der, &fitting, b"massage", &signature), Some(false), "{algorithm:?}");
            assert_eq!(is_signed_by(&der, &[], b"message", &signature), None);
        }
        let other = if algorithm == Ed25519 { DraftKey::p256() } else { DraftKey::ed25519() };
        let other = Draft::new("localhost", &other).self_signed();
        assert_eq!(is_signed_by(&other, &fitting, b"message", &[]), None);
    }
    assert_eq!(is_signed_by(b"junk", &algorithms, b"message", &[]), None);
}
