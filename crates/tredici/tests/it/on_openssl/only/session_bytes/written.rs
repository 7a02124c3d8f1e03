//! Sessions as JSON.

use std::time::Duration;

use serde_json::json;
use tredici::{Sessions, TlsVersion};

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
