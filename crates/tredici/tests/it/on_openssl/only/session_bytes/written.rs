//! Sessions as JSON.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use tredici::{PeerCertificate, Pins, Sessions, TlsVersion};
use tredici_test::{Authority, CertificateSpec, Pki};

use super::{
    super::{
        super::suite::sessions::{chain, resumptions},
        ends::{Clock, Echo, exchange, target, trusting},
    },
    forgetful, sessions_of, with,
};

#[tokio::test]
async fn one_process_takes_up_what_another_has_left() {
    let server = Echo::tls().await;
    for (newest, count, resumed) in
        [(TlsVersion::Tls1_3, 2, [true, true, false]), (TlsVersion::Tls1_2, 1, [true, true, true])]
    {
        let sessions = sessions_of(trusting().max_version(newest), || target(server.port())).await;
        assert_eq!(sessions.len(), count);
        assert_eq!(sessions[0].servername(), Some("localhost"));
        assert_eq!(sessions[0].version(), Some(newest));
        assert_eq!(sessions[0].chain().len(), 3);
        assert!(sessions[0].expires().is_some());

        let written = serde_json::to_string(&Sessions::from(sessions)).expect("JSON");
        let read = Sessions::parse(written.as_bytes()).expect("our own form");
        let connector = with(forgetful().max_version(newest), read);
        let mut seen = Vec::new();
        for expected in resumed {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            exchange(&mut socket).await;
            assert_eq!(socket.is_session_reused(), expected, "{newest}");
            assert!(socket.authorized());
            seen.push(chain(&socket));
        }
        seen.dedup();
        assert_eq!((seen.len(), seen[0].len()), (1, 3), "the certificates came along");
    }
}

/// Whoever can write the file decides which certificates come with a session, but not what they are held against.
#[tokio::test]
async fn whatever_certificates_it_brings_they_are_held_against_the_pins() {
    let pki = Pki::shared();
    let root = PeerCertificate::from_der(pki.root().der()).expect("a certificate");
    let pins = Pins::new([format!("ca-sha256:{}", root.fingerprint256())]).expect("a pin");
    let server = Echo::tls().await;
    for newest in [TlsVersion::Tls1_2, TlsVersion::Tls1_3] {
        let terms = || trusting().max_version(newest).pins(pins.clone());
        let other = Authority::new("Other");
        let chain =
            [other.leaf(CertificateSpec::server(&["localhost"])).der().to_vec(), other.der().to_vec()];
        for (chain, outcome) in [(None, Ok(true)), (Some(chain), Err("ERR_TLS_PIN_MISMATCH"))] {
            let sessions = sessions_of(terms(), || target(server.port())).await;
            let mut written = serde_json::to_value(Sessions::from(sessions)).expect("JSON");
            if let Some(chain) = chain {
                let chain: Vec<_> = chain.iter().map(|der| STANDARD.encode(der)).collect();
                written["sessions"][0]["chain"] = json!(chain);
            }
            let read = Sessions::parse(written.to_string().as_bytes()).expect("our own form");
            let connector = with(terms().max_cached_sessions(0), read);
            let connected = connector.connect(target(server.port())).await;
            let resumed = connected.as_ref().map(tredici::Socket::is_session_reused);
            assert_eq!(resumed.map_err(tredici::Error::code), outcome, "{newest}");
            if let Err(error) = connected {
                assert_eq!(error.phase().as_str(), "check");
                let full = connector.connect(target(server.port())).await;
                assert_eq!(full.is_ok_and(|socket| socket.is_session_reused()), newest == TlsVersion::Tls1_3);
            }
        }
    }
}

#[tokio::test]
async fn from_a_file() {
    let server = Echo::tls().await;
    let sessions = sessions_of(trusting(), || target(server.port())).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), serde_json::to_string(&Sessions::from(sessions)).expect("JSON"))
        .expect("it is written");
    let connector = with(forgetful(), Sessions::file(file.path()));
    assert_eq!(resumptions(&connector, || target(server.port()), 3).await, [true, true, false]);
}

#[tokio::test]
async fn whatever_it_says_of_its_end_its_certificates_are_judged_by_their_dates() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let server = Echo::tls().await;
    let sessions = sessions_of(trusting(), || target(server.port())).await;
    let mut written = serde_json::to_value(Sessions::from(sessions)).expect("JSON");
    for session in written["sessions"].as_array_mut().expect("an array") {
        session["expires"] = json!(10_000_000_000_u64);
    }
    let clock = Clock::new();
    clock.advance(365 * DAY);
    let read = Sessions::parse(written.to_string().as_bytes()).expect("our own form");
    let connector = with(clock.tell(forgetful()), read);
    let error = connector.connect(target(server.port())).await.expect_err("the certificates have ended");
    assert_eq!((error.phase().as_str(), error.code()), ("verify", "CERT_HAS_EXPIRED"));
}
