//! `tredici pin`.

use serde_json::{Value, json};
use tredici_test::{CertificateSpec, NodeServer, Pki, RefusedPort, node_oracle};

use super::command::{Files, keys, listen, tredici, url};
use crate::shape::assert_failed;

/// The digests, made with Node.
const DIGESTS: &str = "const crypto = require('crypto');
    const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
    return input.map((pem) => {
        const certificate = new crypto.X509Certificate(pem);
        return {
            spki: 'sha256/' + sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })).toString('base64'),
            certificate: sha256(certificate.raw).toString('hex'),
            validTo: certificate.validTo,
        };
    });";

#[tokio::test]
async fn a_failure_is_told_as_connect_tells_it() {
    let pki = Pki::shared();
    let files = Files::new();
    let (cert, key) = files.identity(pki.localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--mode", "discard"]).await;
    let refused = RefusedPort::new();
    for target in [url(port), url(refused.port())] {
        let steps = async |verb: &str| {
            let ran = tredici(&[verb, &target, "--json"]).await;
            assert_eq!(ran.status, 1, "{ran:?}");
            let steps = ran.document()["waterfall"].as_array().expect("steps").clone();
            steps.into_iter().map(|step| (step["name"].clone(), step["error"].clone())).collect::<Vec<_>>()
        };
        let steps = [steps("pin").await, steps("connect").await];
        assert!(steps[0].len() >= 2 && steps[0] == steps[1], "{steps:?}");
        let told = tredici(&["pin", &target]).await.stderr;
        assert!(told.contains("lookup ") && told.contains("━") && told.contains("  ✘ "), "{told}");
    }
}

#[tokio::test]
async fn who_cannot_verify_a_server_is_told_how_to_read_it_all_the_same() {
    let files = Files::new();
    let (cert, key) = files.identity(Pki::shared().localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--mode", "discard"]).await;
    let refused = RefusedPort::new();
    for (verb, target, is_told) in
        [("pin", url(port), true), ("connect", url(port), false), ("pin", url(refused.port()), false)]
    {
        let ran = tredici(&[verb, &target]).await;
        assert_eq!((ran.status, ran.stderr.contains("--insecure-read")), (1, is_told), "{ran:?}");
    }
    assert_eq!(tredici(&["pin", &url(port), "--insecure-read"]).await.status, 0);
}

#[tokio::test]
async fn every_certificate_of_the_chain_ready_to_paste() {
    if !NodeServer::is_available() {
        return;
    }
    let pki = Pki::shared();
    let files = Files::trusting(pki);
    let (cert, key) = files.identity(pki.localhost());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--mode", "discard"]).await;
    let ran = tredici(&["pin", &url(port), "--ca", &files.name("ca.pem"), "--json"]).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let document = ran.document();
    assert_eq!((keys(&document), &document["ok"]), (vec!["ok", "pins"], &json!(true)));

    let chain = [pki.localhost().pem(), pki.intermediate().pem(), pki.root().pem()];
    let digests = node_oracle(DIGESTS, json!(chain)).await;
    let expected = [
        ("leaf", "CN=localhost", "cert"),
        ("intermediate", "CN=Test Intermediate", "ca"),
        ("root", "CN=Test Root", "ca"),
    ];
    let pins = document["pins"].as_array().expect("pins");
    assert_eq!(pins.len(), 3);
    for ((pin, (position, subject, kind)), digest) in
        pins.iter().zip(expected).zip(digests.as_array().expect("digests"))
    {
        assert_eq!(keys(pin), ["position", "subject", "validTo", "spki", "certificate"]);
        assert_eq!((&pin["position"], &pin["subject"]), (&json!(position), &json!(subject)));
        assert_eq!((&pin["spki"], &pin["validTo"]), (&digest["spki"], &digest["validTo"]));
        let certificate = format!("{kind}-sha256:{}", digest["certificate"].as_str().expect("hex"));
        assert_eq!(pin["certificate"], certificate);
        for pin in ["spki", "certificate"].map(|name| pin[name].as_str().expect("a pin")) {
            assert!(pin.parse::<tredici::Pin>().is_ok(), "{pin}");
        }
    }

    let (root, authority) = (pins[2]["spki"].as_str().expect("a pin"), files.name("ca.pem"));
    let as_json = files.write("pins.json", json!({"pins": [root], "ca": {"file": "ca.pem"}}).to_string());
    for arguments in [["--ca", &*authority, "--pins", root].as_slice(), &["--options", &as_json]] {
        let ran = tredici(&[&["connect", &url(port), "--json"], arguments].concat()).await;
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    let wrong = format!("cert-sha256:{}", digests[2]["certificate"].as_str().expect("hex"));
    let wrong = ["connect", &url(port), "--ca", &authority, "--pins", &wrong];
    let ran = tredici(&[&wrong[..], &["--json"]].concat()).await;
    assert_eq!(ran.status, 1);
    assert_failed(&ran.document(), "ERR_TLS_PIN_MISMATCH", "check");
    let ran = tredici(&[&wrong[..], &["--pins-report-only"]].concat()).await;
    assert_eq!(ran.status, 0);
    assert!(ran.stdout.contains("no pin matches"), "{}", ran.stdout);

    let ran = tredici(&["pin", &url(port), "--ca", &files.name("ca.pem")]).await;
    let pasted = format!(
        "--pins {},{}\n",
        digests[0]["spki"].as_str().expect("a pin"),
        digests[1]["spki"].as_str().expect("a pin")
    );
    assert!(ran.stdout.contains(&pasted), "{}", ran.stdout);
    for pin in pins {
        for field in ["position", "subject", "spki", "certificate"] {
            assert!(ran.stdout.contains(pin[field].as_str().expect("text")), "{field}: {}", ran.stdout);
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_verify_is_refused_unless_it_is_to_be_read() {
    let certificate = CertificateSpec::server(&["localhost"]).self_signed();
    let files = Files::new();
    let (cert, key) = files.identity(&certificate);
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--mode", "discard"]).await;
    let ran = tredici(&["pin", &url(port), "--json"]).await;
    assert_eq!(ran.status, 1);
    let document = ran.document();
    assert_failed(&document, "DEPTH_ZERO_SELF_SIGNED_CERT", "verify");
    assert_eq!(document["peerCertificate"]["subject"]["CN"], "localhost");

    let ran = tredici(&["pin", &url(port), "--insecure-read", "--json"]).await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let document = ran.document();
    assert_eq!((&document["ok"], &document["pins"][0]["position"]), (&json!(true), &json!("leaf")));
    assert_eq!(
        (&document["authorized"], &document["authorizationError"]),
        (&json!(false), &json!("DEPTH_ZERO_SELF_SIGNED_CERT"))
    );

    let ran = tredici(&["pin", &url(port), "--insecure-read"]).await;
    assert!(ran.stdout.contains("! not verified: DEPTH_ZERO_SELF_SIGNED_CERT"), "{}", ran.stdout);
}

#[tokio::test]
async fn whatever_lets_an_unverified_server_pass_its_pins_say_so() {
    let files = Files::new();
    let (cert, key) = files.identity(&CertificateSpec::server(&["localhost"]).self_signed());
    let (_server, port) = listen(&["--cert", &cert, "--key", &key, "--mode", "discard"]).await;
    let options = files.write("options.json", r#"{"rejectUnauthorized": false}"#);
    let target = url(port);
    for terms in [&["--reject-unauthorized=false"][..], &["--options", &options], &["--insecure-read"]] {
        let call = [&["pin", &target], terms].concat();
        let ran = tredici(&call).await;
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stdout.contains("! not verified: DEPTH_ZERO_SELF_SIGNED_CERT"), "{}", ran.stdout);
        assert!(ran.stdout.contains("compare the pins another way"), "{}", ran.stdout);
        assert!(!ran.stdout.contains('✔'), "{}", ran.stdout);
        let document = tredici(&[&call[..], &["--json"]].concat()).await.document();
        assert_eq!(keys(&document), ["ok", "pins", "authorized", "authorizationError"], "{terms:?}");
        assert_eq!(
            (&document["authorized"], &document["authorizationError"]),
            (&json!(false), &json!("DEPTH_ZERO_SELF_SIGNED_CERT"))
        );
    }
}

#[tokio::test]
async fn a_pin_that_is_only_reported_is_reported() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "discard"]).await;
    let another = format!("cert-sha256:{}", "00".repeat(32));
    let target = url(port);
    let call = ["pin", &target, "--ca", &ca, "--pins", &another];
    assert_failed(
        &tredici(&[&call[..], &["--json"]].concat()).await.document(),
        "ERR_TLS_PIN_MISMATCH",
        "check",
    );
    let call = [&call[..], &["--pins-report-only"]].concat();
    let ran = tredici(&call).await;
    assert!(ran.status == 0 && ran.stdout.contains("✔ verified  ! no pin matches"), "{ran:?}");
    let document = tredici(&[&call[..], &["--json"]].concat()).await.document();
    assert_eq!((keys(&document), &document["ok"]), (vec!["ok", "pins", "pinFailure"], &json!(true)));
    assert_eq!(document["pinFailure"]["code"], "ERR_TLS_PIN_MISMATCH");
    // Both verdicts, where the server is neither verified nor pinned.
    let call =
        ["pin", &target, "--reject-unauthorized=false", "--pins", &another, "--pins-report-only", "--json"];
    let document = tredici(&call).await.document();
    assert_eq!(
        (&document["authorized"], &document["pinFailure"]["code"]),
        (&json!(false), &json!("ERR_TLS_PIN_MISMATCH"))
    );
}

#[tokio::test]
async fn a_verified_server_that_is_read_insecurely_is_said_to_be_verified() {
    let files = Files::new();
    let ca = files.name("ca.pem");
    let (_server, port) = listen(&["--self-signed", "localhost", "--ca-out", &ca, "--mode", "discard"]).await;
    let document = tredici(&["pin", &url(port), "--ca", &ca, "--insecure-read", "--json"]).await.document();
    assert_eq!((&document["authorized"], &document["authorizationError"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn nobody_there_is_status_1() {
    let port = RefusedPort::new();
    let ran = tredici(&["pin", &format!("https://127.0.0.1:{}", port.port()), "--json"]).await;
    assert_eq!(ran.status, 1);
    assert_failed(&ran.document(), "ECONNREFUSED", "connect");
}
