//! Certificates out of their time: the one line says which of the path it is and since when, and sends to whom can mend it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tredici::{ConnectOptions, ListenOptions, Pem};
use tredici_test::{Authority, Certificate, CertificateSpec, ExtendedKeyUsagePurpose, Pki};

use super::super::ends::{client_options, server_options, showing, target, trusting};
use super::{refusal, server::Server};

const EXPIRED: &str = "CERT_HAS_EXPIRED";
const TOO_SOON: &str = "CERT_NOT_YET_VALID";
const OPERATOR: &str = "ask the server's operator";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Until the first of February 2025.
fn past(spec: CertificateSpec) -> CertificateSpec {
    spec.valid(at(1_706_745_600), at(1_738_368_000))
}

/// From the first of January 2099 on.
fn to_come(spec: CertificateSpec) -> CertificateSpec {
    spec.valid(at(4_070_908_800), at(4_102_444_800))
}

fn leaf() -> CertificateSpec {
    CertificateSpec::named("The Leaf").dns("localhost").purposes(&[ExtendedKeyUsagePurpose::ServerAuth])
}

fn authority(name: &str) -> CertificateSpec {
    CertificateSpec::authority(name)
}

/// The line's part about the certificate, and the hint.
async fn told(client: ConnectOptions, server: ListenOptions, code: &str) -> (String, String) {
    let server = Server::with(server).await;
    let error = refusal(client, target(server.port())).await;
    assert_eq!(error.code(), code, "{error}");
    let reason = error.reason().expect("a reason");
    assert!(!reason.contains('('), "Node's words alone: {reason}");
    let which = error.message().strip_prefix(reason).expect("the reason first");
    assert!(error.to_string().contains("[CERT_") && error.peer_certificate().is_some(), "{error}");
    (which.to_owned(), error.hint().expect("a hint").to_owned())
}

#[tokio::test]
async fn what_the_server_shows_is_named_and_for_its_operator_to_mend() {
    let (root, between) = (Pki::shared().root(), Pki::shared().intermediate());
    let stranger = Authority::root(past(authority("Stranger")));
    let strangers = stranger.leaf(leaf());
    let with_root = server_options().cert(strangers.chain_pem() + &stranger.pem()).key(strangers.key_pem());
    let nameless = CertificateSpec::server(&["localhost"]).without_subject();
    let beneath =
        |authority: CertificateSpec, leaf: CertificateSpec| showing(&root.beneath(authority).leaf(leaf));
    for (server, code, which) in [
        (showing(&between.leaf(past(leaf()))), EXPIRED, " (leaf CN=The Leaf, until 2025-02-01T00:00:00Z)"),
        (showing(&between.leaf(to_come(leaf()))), TOO_SOON, " (leaf CN=The Leaf, from 2099-01-01T00:00:00Z)"),
        (showing(&between.leaf(past(nameless))), EXPIRED, " (leaf, until 2025-02-01T00:00:00Z)"),
        (
            beneath(past(authority("Late")), leaf()),
            EXPIRED,
            " (intermediate CN=Late, until 2025-02-01T00:00:00Z)",
        ),
        (
            beneath(to_come(authority("Soon")), leaf()),
            TOO_SOON,
            " (intermediate CN=Soon, from 2099-01-01T00:00:00Z)",
        ),
        // What is found nearest to the leaf is what the code is about.
        (
            beneath(past(authority("Late")), past(leaf())),
            EXPIRED,
            " (leaf CN=The Leaf, until 2025-02-01T00:00:00Z)",
        ),
        (
            beneath(past(authority("Late")), to_come(leaf())),
            TOO_SOON,
            " (leaf CN=The Leaf, from 2099-01-01T00:00:00Z)",
        ),
        (
            beneath(to_come(authority("Soon")), past(leaf())),
            EXPIRED,
            " (leaf CN=The Leaf, until 2025-02-01T00:00:00Z)",
        ),
        // Nobody trusts it, and so it is in no file of ours.
        (with_root, EXPIRED, " (root CN=Stranger, until 2025-02-01T00:00:00Z)"),
    ] {
        let (told, hint) = told(trusting(), server, code).await;
        assert_eq!(told, which);
        assert!(hint.contains(OPERATOR) && !hint.contains("options."), "{which}: {hint}");
    }
}

#[tokio::test]
async fn what_the_caller_trusts_is_for_the_caller_to_replace() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str, pem: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, pem).expect("a file");
        Pem::file(path)
    };
    let place = |option: &str, name: &str| {
        format!(
            "replace that certificate in options.{option} (file {})",
            directory.path().join(name).display()
        )
    };
    let own = Authority::root(past(authority("Own Root")));
    let soon = Authority::root(to_come(authority("Own Root")));
    let kits = || Pem::from(Pki::shared().root().pem());
    let shown = |certificate: &Certificate, root: &Authority| {
        server_options().cert(certificate.chain_pem() + &root.pem()).key(certificate.key_pem())
    };
    let (leaf, later) = (own.leaf(leaf()), soon.intermediate("Between").leaf(leaf()));
    let expired = " (trust anchor CN=Own Root, until 2025-02-01T00:00:00Z)";
    let too_soon = " (trust anchor CN=Own Root, from 2099-01-01T00:00:00Z)";
    let alone = client_options().ca(file("own.pem", own.pem()));
    let among = client_options().ca([kits(), file("soon.pem", soon.pem())]);
    let extra = trusting().extra_ca(file("extra.pem", own.pem()));
    for (client, server, code, which, remedy) in [
        (alone.clone(), showing(&leaf), EXPIRED, expired, place("ca", "own.pem")),
        // That the server shows it, too, makes it no other.
        (alone, shown(&leaf, &own), EXPIRED, expired, place("ca", "own.pem")),
        (among, showing(&later), TOO_SOON, too_soon, place("ca", "soon.pem")),
        (extra, showing(&leaf), EXPIRED, expired, place("extraCa", "extra.pem")),
    ] {
        let (told, hint) = told(client, server, code).await;
        assert_eq!(told, which);
        assert_eq!(hint, format!("check the date and time of this machine, then {remedy}"));
    }
}

/// One that signed itself has to be made anew at the one end and trusted at the other.
#[tokio::test]
async fn a_leaf_that_is_trusted_is_for_both_to_replace() {
    let own = past(leaf()).self_signed();
    let (told, hint) = told(client_options().ca(own.pem()), showing(&own), EXPIRED).await;
    assert_eq!(told, " (leaf CN=The Leaf, until 2025-02-01T00:00:00Z)");
    assert!(hint.contains(OPERATOR) && hint.ends_with("replace that certificate in options.ca"), "{hint}");
}

/// What a peer writes into its certificates does not reach a terminal as it is, nor does it pass for a date.
#[tokio::test]
async fn a_subject_with_control_characters_in_it() {
    let evil = "evil\n\u{1b}[2J\u{202e}, until 2099-01-01T00:00:00Z";
    let late = Pki::shared().root().beneath(past(authority(evil)));
    let server = Server::with(showing(&late.leaf(leaf()))).await;
    let error = refusal(trusting(), target(server.port())).await;
    let told =
        r"(intermediate CN=evil\0A\1B[2J\u{202e}\, until 2099-01-01T00:00:00Z, until 2025-02-01T00:00:00Z)";
    assert!(error.to_string().contains(told), "{error}");
}
