//! Calls that are wrong: status 2, and nothing touched the network.

use serde_json::{Value, json};
use tredici_test::{Fault, ScriptedServer};

use crate::{
    command::{Files, Ran, tredici},
    shape::assert_failed,
};

fn assert_wrong(ran: &Ran, code: &str) -> Value {
    assert_eq!((ran.status, ran.stderr.as_str()), (2, ""), "{ran:?}");
    let document = ran.document();
    assert_failed(&document, code, "options");
    assert_eq!((&document["index"], &document["attempts"]), (&json!(0), &json!([])));
    assert_eq!(document["peerCertificate"], json!({}));
    document
}

#[tokio::test]
async fn every_verb_reports_a_wrong_call_in_the_shape_of_a_failed_connection() {
    let files = Files::new();
    let text = files.write("text", "this is no certificate");
    let missing = files.name("missing");
    let calls: &[(&[&str], &str)] = &[
        (&["connect", "localhost:1"], "UND_ERR_INVALID_ARG"),
        (&["connect", "https://localhost:70000"], "ERR_SOCKET_BAD_PORT"),
        (&["connect", "tls://localhost"], "UND_ERR_INVALID_ARG"),
        (&["connect", "--bogus"], "UND_ERR_INVALID_ARG"),
        (&["connect", "--trace"], "UND_ERR_INVALID_ARG"),
        (&["connect", "--times", "0"], "ERR_INVALID_ARG_VALUE"),
        (&["connect", "--concurrency", "2"], "ERR_MISSING_ARGS"),
        (&["connect", "--read", "5"], "ERR_INVALID_ARG_VALUE"),
        (&["connect", "--send", r"\q"], "ERR_INVALID_ARG_VALUE"),
        (&["connect", "--pipe", "--read", "1s"], "UND_ERR_INVALID_ARG"),
        (&["connect", "--pipe", "--options", "-"], "UND_ERR_INVALID_ARG"),
        (&["connect", "--host", "localhost"], "ERR_MISSING_ARGS"),
        (&["connect", "--ca", &missing], "ENOENT"),
        (&["connect", "--ca", &text], "ERR_OSSL_PEM_NO_START_LINE"),
        (&["connect", "--options", &missing], "ENOENT"),
        (&["connect", "--options", &text], "UND_ERR_INVALID_ARG"),
        (&["connect", "--session-in", &text], "ERR_INVALID_ARG_VALUE"),
        (&["connect", "--session-out", "/dev/null/x"], "ENOTDIR"),
        (&["connect", "--keylog", "/dev/null/x"], "ENOTDIR"),
        (&["connect", "--min-version", "TLSv9"], "ERR_TLS_INVALID_PROTOCOL_VERSION"),
        (&["connect", "--reject-unauthorized=0"], "ERR_INVALID_ARG_TYPE"),
        (&["connect", "--ciphers", "NONSENSE"], "ERR_SSL_NO_CIPHER_MATCH"),
        (&["connect", "--engine", "best"], "ERR_INVALID_ARG_VALUE"),
        (&["connect", "--request-cert"], "UND_ERR_INVALID_ARG"),
        (&["connect", "tcp://localhost:1", "--json", "--port", "1", "--port", "2"], "UND_ERR_INVALID_ARG"),
        (&["listen"], "ERR_MISSING_ARGS"),
        (&["listen", "localhost"], "UND_ERR_INVALID_ARG"),
        (&["listen", "localhost:0", "--mode", "shout"], "ERR_INVALID_ARG_VALUE"),
        (&["listen", "localhost:0", "--count", "-1"], "UND_ERR_INVALID_ARG"),
        (&["listen", "localhost:0", "--for", "soon"], "ERR_INVALID_ARG_VALUE"),
        (&["listen", "localhost:0", "--ca-out", "ca.pem"], "ERR_MISSING_ARGS"),
        (&["listen", "localhost:0", "--self-signed", "a", "--cert", &text], "UND_ERR_INVALID_ARG"),
        (&["listen", "localhost:0", "--self-signed", "a", "--ca-out", "/dev/null/x"], "ENOTDIR"),
        (&["listen", "localhost:0", "--cert", &text], "ERR_INVALID_ARG_VALUE"),
        (&["listen", "localhost:0", "--servername", "a"], "UND_ERR_INVALID_ARG"),
        (&["pin"], "ERR_MISSING_ARGS"),
        (&["pin", "tcp://localhost:1"], "UND_ERR_INVALID_ARG"),
        (&["pin", "nowhere"], "UND_ERR_INVALID_ARG"),
        (&["pin", "https://localhost:1", "--times", "2"], "UND_ERR_INVALID_ARG"),
        (&["verify", "localhost"], "ERR_MISSING_ARGS"),
        (&["verify", "localhost", "--certificate", &missing], "ENOENT"),
        (&["verify", "localhost", "--certificate", &text], "ERR_INVALID_ARG_VALUE"),
        (&["request", "https://localhost:1"], "UND_ERR_INVALID_ARG"),
        (&["bench", "https://localhost:1"], "UND_ERR_INVALID_ARG"),
        (&[], "UND_ERR_INVALID_ARG"),
    ];
    for (arguments, code) in calls {
        let arguments = match arguments.contains(&"--json") {
            true => arguments.to_vec(),
            false => [arguments, &["--json"][..]].concat(),
        };
        assert_wrong(&tredici(&arguments).await, code);
    }
}

#[tokio::test]
async fn a_person_reads_what_is_wrong_on_standard_error() {
    for (arguments, part) in [
        (&["connect", "localhost:1"][..], "it has no scheme, as in tls://localhost:1"),
        (&["connect", "--tims", "3"], "--times"),
        (&["connect", "--read", "5"], "write a number with its unit"),
        (&["connect", "--min-version", "TLSv9"], "TLSv1.3"),
        (&["connect", "--min-version", "TLSv9"], "tip: --min-version is one of"),
        (&["connect", "--timeout", "5parsecs"], r#"--timeout cannot be read from "5parsecs""#),
        (&["connect", "--lookup", "localhost"], r#"--lookup cannot be read from "localhost""#),
        (&["connect", "--times", "0"], "'--times <N>': write a whole number, 1 or more"),
        (&["connect", "--concurrency", "3"], "--times"),
        (&["connect", "--reject-unauthorized", "false"], "--reject-unauthorized=false"),
        (&["connect", "tls://localhost:1", "--reject-unauthorized", "false"], "--reject-unauthorized=false"),
        (&["pin", "--reject-unauthorized", "false", "tls://localhost:1"], "--reject-unauthorized=false"),
        (&["connect", "tls://localhost:1", "--servername", "true", "--bogus"], "--bogus"),
        (&["verify", "localhost"], "--certificate"),
        (&["frobnicate"], "unrecognized verb 'frobnicate'"),
        (&["frobnicate"], "the verbs are connect, listen, pin, verify, completions, man"),
        (&["conect"], "a similar verb exists: 'connect'"),
        (&["connect", "--reject-unauthorized=no"], r#"--reject-unauthorized cannot be read from "no""#),
        (&["connect", "--reject-unauthorized=no"], "tip: write true or false"),
        (&["connect", "--allow-h2=no"], r#"--allow-h2 cannot be read from "no""#),
        (&["connect", "--dns-result-order", "ipv4"], "tip: did you mean ipv4first?"),
        (&["connect", "--family", "ip4"], "tip: did you mean IPv4?"),
        (&["connect", "--family", "5"], "must be one of 0, 4, 6, IPv4, IPv6, not 5"),
        (&["connect", "--engine", "opensl"], "tip: did you mean openssl?"),
        (
            &["connect", "tls://localhost:1", "--cert", "x"],
            "tip: give the private key of each certificate with --key",
        ),
        (
            &["connect", "tls://localhost:1", "--key", "x"],
            "tip: give the certificate of each private key with --cert",
        ),
        (&["connect", "--session-out", "/dev/null/x"], "--session-out /dev/null/x: Not a directory"),
        (&["listen", "tls://localhost:0"], "listening takes no scheme"),
        (
            &["listen", "localhost:0", "--self-signed", "a", "--ca-out", "/dev/null/x"],
            "--ca-out /dev/null/x: Not a directory",
        ),
        (
            &["verify", "localhost", "--certificate", "/dev/null/x"],
            "--certificate /dev/null/x: Not a directory",
        ),
        // An option is called what it was called.
        (&["connect", "tls://localhost:1", "--ca", "/missing"], "--ca: cannot read /missing"),
        (&["connect", "tls://localhost:1", "--cert", "/missing"], "--cert and --key go in pairs"),
        (&["listen", "localhost:0", "--alpn-protocols", "a"], "needs --cert and --key"),
        (
            &["listen", "localhost:0", "--alpn-protocols", "a"],
            "tip: for a test, --self-signed NAME makes them",
        ),
    ] {
        let ran = tredici(arguments).await;
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        // A line may be broken anywhere.
        let told = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("error: ") && told.contains(part), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn an_option_of_another_verb_is_not_taken_for_one_with_a_similar_name() {
    for (call, tip) in [
        (["pin", "tls://localhost:1", "--certificate", "x"], "--certificate is an option of verify"),
        (["pin", "tls://localhost:1", "--certificate=x", "--json"], "--certificate is an option of verify"),
        (["listen", "localhost:0", "--session-in", "x"], "--session-in is an option of connect, pin"),
        (
            ["connect", "tls://localhost:1", "--request-cert", "--json"],
            "--request-cert is an option of listen",
        ),
    ] {
        let ran = tredici(&call).await;
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert!(ran.status == 2 && told.contains(tip), "{told}");
        assert!(!told.contains("similar") && !told.contains("Usage:"), "{told}");
    }
}

#[tokio::test]
async fn nothing_touches_the_network() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let target = format!("https://127.0.0.1:{}", server.port());
    let plain = format!("tcp://127.0.0.1:{}", server.port());
    for arguments in [
        &["connect", &target, "--ca", "/missing", "--json"][..],
        &["connect", &target, "--session-out", "/dev/null/x", "--json"],
        &["connect", &target, "--servername", "127.0.0.1", "--json"],
        &["connect", &plain, "--local-address", "nowhere", "--json"],
    ] {
        assert_eq!(tredici(arguments).await.status, 2, "{arguments:?}");
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn the_target_is_told_where_it_could_be_read() {
    let ran = tredici(&["connect", "https://localhost:1", "--ca", "/missing", "--json"]).await;
    let document = assert_wrong(&ran, "ENOENT");
    assert_eq!(
        (&document["target"]["hostname"], &document["target"]["port"]),
        (&json!("localhost"), &json!(1))
    );
    let ran = tredici(&["connect", "--bogus", "--json"]).await;
    assert_eq!(assert_wrong(&ran, "UND_ERR_INVALID_ARG")["error"]["hint"], "see --help");
    let ran = tredici(&["connect", "https://", "--json"]).await;
    assert_eq!(assert_wrong(&ran, "UND_ERR_INVALID_ARG")["target"]["hostname"], Value::Null);
}

#[tokio::test]
async fn an_option_that_does_not_go_with_the_target_ends_a_series_at_once() {
    let arguments = [
        "connect",
        "tls://127.0.0.1:1",
        "--times",
        "3",
        "--json",
        "--host",
        "x",
        "--path",
        "a",
        "--socket-path",
        "b",
    ];
    assert_wrong(&tredici(&arguments).await, "ERR_INVALID_ARG_VALUE");
}

#[tokio::test]
async fn no_secret_is_told() {
    let files = Files::new();
    let certificate = tredici_test::Pki::shared().localhost();
    let cert = files.write("cert.pem", certificate.chain_pem());
    let key = files.write("key.pem", certificate.key().encrypted_pem("horse battery"));
    for json in [true, false] {
        let mut arguments =
            vec!["connect", "https://localhost:1", "--cert", &cert, "--key", &key, "--passphrase", "staple"];
        if json {
            arguments.push("--json");
        }
        let ran = tredici(&arguments).await;
        assert_eq!(ran.status, 2);
        assert!(!format!("{ran:?}").contains("staple"), "{ran:?}");
    }
}

#[tokio::test]
async fn help_and_version_are_no_mistakes() {
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["connect", "--help"],
        &["listen", "-h"],
        &["pin", "--help"],
        &["verify", "-h"],
    ] {
        let ran = tredici(arguments).await;
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!ran.stdout.is_empty());
    }
    let ran = tredici(&["--help"]).await;
    for part in ["Exit status:", "130  Ctrl-C", "connect", "listen", "pin", "verify"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[tokio::test]
async fn an_option_of_a_file_is_called_what_the_file_calls_it() {
    let files = Files::new();
    let options = files.write("options.json", r#"{"cert": "PEM"}"#);
    let ran = tredici(&["connect", "tls://localhost:1", "--options", &options]).await;
    assert!(ran.stderr.contains("options.cert and options.key go in pairs"), "{ran:?}");
    let options = files.write("options.json", "{}");
    let ran = tredici(&["connect", "tls://localhost:1", "--options", &options, "--cert", "x"]).await;
    assert!(ran.stderr.contains("--cert and options.key go in pairs"), "{ran:?}");
}

#[tokio::test]
async fn what_a_file_of_options_has_wrong_is_told_in_the_terms_of_files() {
    let files = Files::new();
    let broken = files.write("broken.json", "{");
    let ran = tredici(&["connect", "tls://localhost:1", "--options", &broken]).await;
    assert!(ran.status == 2 && ran.stderr.contains("broken.json are not JSON: "), "{ran:?}");
    let path = files.write("path.json", r#"{"ca": "ca.pem"}"#);
    let call = ["connect", "tls://localhost:1", "--options", &path];
    for told in [tredici(&call).await.stderr, tredici(&[&call[..], &["--json"]].concat()).await.stdout] {
        let told = told.replace('\\', "");
        assert!(told.contains(r#"for a file write {"file": "..."}: a string"#), "{told}");
        assert!(!told.contains("Pem::"), "{told}");
    }
}

#[tokio::test]
async fn help_tells_the_rules_that_decide_unseen() {
    let help = tredici(&["connect", "--help"]).await.stdout;
    let help = help.split("\n      --").map(|about| about.split_whitespace().collect::<Vec<_>>().join(" "));
    let help: Vec<_> = help.collect();
    for flag in ["host <", "port <", "path <"] {
        let about = help.iter().find(|about| about.starts_with(flag)).expect(flag);
        assert!(about.contains("any option of TLS makes it TLS"), "{flag}: {about}");
    }
    let help = help.join("\n");
    assert!(help.contains("verified where it is TLS, unless --reject-unauthorized=false"), "{help}");
    assert!(!help.contains("CachedLookup"), "{help}");
}

#[tokio::test]
async fn help_says_where_what_happened_when_is_of_every_one() {
    let help = tredici(&["connect", "--help"]).await.stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("--json has what happened when of every one, as waterfall"), "{help}");
}

#[tokio::test]
async fn a_list_of_names_that_lacks_one_says_so() {
    let ran = tredici(&["connect", "tcp://db.internal:1", "--lookup", "x=127.0.0.1"]).await;
    let told = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        ran.status == 1 && told.contains("the given list lacks db.internal: add its addresses with --lookup"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn help_is_prose_without_markup() {
    for verb in ["connect", "listen", "pin"] {
        for help in ["-h", "--help"] {
            let text = tredici(&[verb, help]).await.stdout;
            // The name of an item in brackets is a link in the documentation.
            let is_item = |part: &str| {
                let mut letters = part.chars();
                letters.next().is_some_and(char::is_uppercase)
                    && letters.next().is_some_and(char::is_lowercase)
            };
            let marked = |line: &&str| {
                line.contains("](") || line.contains("**") || line.split('[').skip(1).any(is_item)
            };
            let wrong: Vec<_> = text.lines().filter(marked).collect();
            assert!(wrong.is_empty(), "{verb} {help}: {wrong:#?}");
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(100), "{verb} {help}: {widest:?}");
        }
        let short = tredici(&[verb, "-h"]).await.stdout;
        assert!(short.contains("--engine "), "{short}");
    }
}

#[tokio::test]
async fn help_shows_every_option_that_can_be_a_flag() {
    for (verb, has) in [
        ("connect", (|row| row.side.is_client()) as fn(&tredici::OptionRow) -> bool),
        ("pin", |row| row.side.is_client()),
        ("listen", |row| row.side.is_server()),
    ] {
        let help = tredici(&[verb, "--help"]).await.stdout;
        for row in tredici::OPTIONS.iter().filter(|row| row.kind != tredici::OptionKind::Callback) {
            let flag = format!("--{}", row.flag());
            let shown = help.lines().any(|line| {
                line.trim_start().strip_prefix(&flag).is_some_and(|rest| rest.starts_with([' ', '[', '=']))
            });
            assert_eq!(shown, has(row), "{verb} {flag}");
            assert!(!shown || help.contains(&format!("{}:", row.section)), "{}", row.section);
        }
    }
}

#[tokio::test]
async fn a_listener_has_nothing_under_a_heading_of_dialling() {
    let help = tredici(&["listen", "--help"]).await.stdout;
    let is_heading = |line: &&str| line.ends_with(':') && !line.starts_with(' ');
    let (before, _) = help.split_once("--handshake-timeout").expect("the option");
    assert_eq!(before.lines().rfind(is_heading), Some("How long to wait:"));
    assert!(help.lines().filter(is_heading).all(|heading| !heading.contains("dial")), "{help}");
}

#[tokio::test]
async fn help_of_pins_shows_how_to_pin_what_is_in_a_file() {
    let help = tredici(&["pin", "--help"]).await.stdout;
    assert!(help.contains("cert-sha256:") && help.contains("openssl x509 -noout -fingerprint"), "{help}");
}

#[tokio::test]
async fn terms_of_tls_are_not_ignored_on_a_plain_target() {
    for terms in [
        ["--servername", "a"],
        ["--min-version", "TLSv1.3"],
        ["--session-out", "/dev/null"],
        ["--keylog", "/dev/null"],
    ] {
        let call = [&["connect", "http://localhost:1", "--json"], &terms[..]].concat();
        let ran = tredici(&call).await;
        assert_eq!(ran.status, 2, "{ran:?}");
        assert_failed(&ran.document(), "UND_ERR_INVALID_ARG", "options");
    }
    let ran = tredici(&["connect", "http://localhost:1", "--json", "--reject-unauthorized=false"]).await;
    assert_eq!(ran.status, 1, "it promises nothing: {ran:?}");
}
