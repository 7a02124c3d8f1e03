//! `tredici connect` without anybody to connect to: what a newcomer sees.

use serde_json::Value;

use super::{
    ENGINE,
    command::{command, keys, tredici},
};

#[tokio::test]
async fn two_connections_to_a_server_of_its_own_verified_and_resumed() {
    let ran = tredici(&["connect", "--json"]).await;
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("No target was given"), "{ran:?}");
    let documents = ran.documents();
    let [first, second] = documents.as_slice() else { panic!("{documents:?}") };
    for (index, document) in documents.iter().enumerate() {
        assert_eq!((&document["ok"], &document["index"]), (&Value::Bool(true), &Value::from(index)));
        assert_eq!(
            (keys(document).last(), &document["demonstration"]),
            (Some(&"demonstration"), &true.into())
        );
        let socket = &document["socket"];
        assert_eq!((&socket["authorized"], &socket["tlsVersion"]), (&true.into(), &"TLSv1.3".into()));
        assert_eq!(socket["peerCertificate"]["issuerCertificate"]["issuerCertificate"], "self");
        assert!(
            socket["remoteAddress"]
                .as_str()
                .expect("address")
                .parse::<std::net::IpAddr>()
                .expect("address")
                .is_loopback()
        );
    }
    assert_eq!(first["socket"]["isSessionReused"], false);
    assert_eq!(second["socket"]["isSessionReused"], true);
    assert_eq!(first["socket"]["peerCertificate"], second["socket"]["peerCertificate"]);
    assert_eq!(first["target"], second["target"]);
}

#[tokio::test]
async fn a_person_is_told_what_it_is_and_sees_both() {
    let ran = tredici(&["connect"]).await;
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.trim_start().starts_with("No target was given"), "{ran:?}");
    for part in [
        "  1  https://localhost:",
        "✔ verified\n",
        "  2  https://localhost:",
        "✔ verified, resumed\n",
        "lookup ",
        "secureConnect ",
        "  verify ",
        "total ",
        "TLSv1.3",
        "TLS_AES_256_GCM_SHA384",
        "X25519",
        "CN=localhost",
        "CN=tredici throw-away authority",
        "DNS:localhost, IP Address:127.0.0.1",
        "SHA-256",
        &format!("{ENGINE} (asked for)"),
    ] {
        assert!(ran.stdout.contains(part), "{part}:\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\x1b'), "no colours in a pipe");
    assert!(longest(&ran.stdout) <= 80 && longest(&ran.stderr) <= 80, "{ran:?}");
}

fn longest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
}

#[tokio::test]
async fn it_fits_on_a_narrow_terminal() {
    for (columns, arguments) in [
        (50, &["connect"][..]),
        (50, &["connect", "--servername", "other.test"]),
        (52, &["connect"]),
        (66, &["connect"]),
        (66, &["connect", "--servername", "other.test"]),
    ] {
        let output = command(arguments).env("COLUMNS", columns.to_string()).output().await.expect("it runs");
        for text in [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")) {
            assert!(longest(&text) <= columns, "{columns}:\n{text}");
            assert!(!text.is_empty() && !text.lines().any(|line| line.ends_with(' ')), "{columns}:\n{text}");
        }
    }
}

#[tokio::test]
async fn colours_are_for_terminals_and_for_those_who_want_them() {
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = command(&["connect"]);
        command.envs(variables.iter().copied());
        async move {
            String::from_utf8(command.output().await.expect("it runs").stdout)
                .expect("text")
                .contains("\x1b[")
        }
    };
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]).await);
    assert!(!coloured(&[("NO_COLOR", "1")]).await);
    assert!(!coloured(&[]).await);
}

#[tokio::test]
async fn the_options_are_honoured_there_too() {
    let ran = tredici(&[
        "connect",
        "--json",
        "--times",
        "3",
        "--max-version",
        "TLSv1.2",
        "--send",
        "hi",
        "--read",
        "2s",
    ])
    .await;
    let ran = if ran.status == 0 { ran } else { panic!("{ran:?}") };
    let documents = ran.documents();
    assert_eq!(documents.len(), 3);
    for document in documents {
        assert_eq!(document["socket"]["tlsVersion"], "TLSv1.2");
        assert_eq!(document["received"], "aGk=");
    }
}

#[tokio::test]
async fn a_name_that_the_servers_certificate_is_not_for_is_refused() {
    let ran = tredici(&["connect", "--json", "--servername", "other.test", "--times", "1"]).await;
    assert_eq!(ran.status, 1);
    let document = ran.document();
    assert_eq!(document["error"]["code"], "ERR_TLS_CERT_ALTNAME_INVALID");
    assert_eq!(document["demonstration"], true);

    // Who forgot the target reads first whose port that is.
    let ran = tredici(&["connect", "--servername", "other.test"]).await;
    let at = |part: &str| ran.stderr.find(part).unwrap_or_else(|| panic!("{part}: {ran:?}"));
    assert!(at("No target was given") < at("✘"), "{ran:?}");
}
