use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::*;

const DER: [u8; 4] = [0x30, 2, 5, 0];

fn nodes(servername: &str, der: &[u8]) -> Vec<u8> {
    let length = (servername.len() as u16).to_be_bytes();
    [b"\0nodejs:tls:session:1\0", length.as_slice(), servername.as_bytes(), der].concat()
}

fn one(bytes: &[u8]) -> Session {
    let sessions = Sessions::parse(bytes).expect("a session").load().expect("in memory");
    let [session] = sessions.as_slice() else { panic!("{} sessions", sessions.len()) };
    session.clone()
}

#[test]
fn the_three_forms() {
    let bare = one(&DER);
    assert_eq!((bare.der(), bare.servername()), (DER.as_slice(), None));
    let named = one(&nodes("db.internal", &DER));
    assert_eq!((named.der(), named.servername()), (DER.as_slice(), Some("db.internal")));
    assert_eq!(one(&nodes("", &DER)).servername(), None);
    let ours = one(br#" {"servername": "a", "sessions": [{"session": "MAIFAA=="}]}"#);
    assert_eq!((ours.der(), ours.servername()), (DER.as_slice(), Some("a")));
    assert_eq!((ours.chain(), ours.expires(), ours.version()), ([].as_slice(), None, None));
}

#[test]
fn what_node_reads() {
    let named = one(&nodes("db.internal", &DER));
    assert_eq!(*named.to_node().expect("a name"), nodes("db.internal", &DER));
    assert_eq!(one(&DER).to_node().expect_err("no name").code(), "ERR_INVALID_ARG_VALUE");
    let long = Origin { servername: Some("a".repeat(65536)), ..Origin::default() };
    assert_eq!(
        Session::new(DER.to_vec(), long).to_node().expect_err("too long").code(),
        "ERR_INVALID_ARG_VALUE"
    );
}

#[test]
fn a_session_says_its_version_itself() {
    let version = |sequence: &[u8]| Session::from_der(sequence).expect("a sequence").version();
    let said = |minor| [0x30, 7, 2, 1, 1, 2, 2, 3, minor];
    assert_eq!(version(&said(4)), Some(TlsVersion::Tls1_3));
    assert_eq!(version(&said(3)), Some(TlsVersion::Tls1_2));
    assert_eq!(version(&[&[0x30, 0x82, 4, 0], &said(4)[2..]].concat()), Some(TlsVersion::Tls1_3));
    for unsaid in [said(9).as_slice(), &said(4)[..8], &[0x30], &[0x30, 0xff, 2], &[0x30, 0x80], &DER] {
        assert_eq!(version(unsaid), None, "{unsaid:?}");
    }
    // A ticket does not become one that may be used again by what is written beside it.
    let beside =
        |version| json!({ "sessions": [{ "session": STANDARD.encode(said(4)), "version": version }] });
    let session = one(beside("TLSv1.2").to_string().as_bytes());
    assert_eq!((session.version(), session.is_single_use()), (Some(TlsVersion::Tls1_3), true));
}

#[test]
fn what_is_no_session() {
    let cut = nodes("db.internal", &DER);
    for bytes in [
        b"".as_slice(),
        b"garbage",
        b"-----BEGIN SSL SESSION PARAMETERS-----",
        &cut[..10],
        &cut[..23],
        &cut[..30],
        &nodes("a", b""),
        &nodes("a", b"x"),
        &[b"\0nodejs:tls:session:1\0\0\x01\xff".as_slice(), &DER].concat(),
        b"{",
        br#"{"sessions": [{"session": "AAAA"}]}"#,
    ] {
        let error = Sessions::parse(bytes).expect_err("no session");
        assert_eq!(error.code(), "ERR_INVALID_ARG_VALUE", "{}: {error}", bytes.escape_ascii());
    }
    assert_eq!(Session::from_der([0x31, 0]).expect_err("a SET").code(), "ERR_INVALID_ARG_VALUE");
}

fn full() -> Session {
    let origin = Origin {
        servername: Some("db.internal".to_owned()),
        endpoint: Some(Endpoint::Port(5433)),
        alpn: Some(b"\x02h2".to_vec()),
        scope: Some([0xab; 32]),
    };
    Session {
        chain: vec![vec![1, 2, 3], vec![4]],
        expires: Some(UNIX_EPOCH + Duration::from_secs(1_900_000_000)),
        version: Some(TlsVersion::Tls1_3),
        ..Session::new(DER.to_vec(), origin)
    }
}

#[test]
fn written_and_read_again() {
    let written = serde_json::to_value(Sessions::from(vec![full(), full()])).unwrap();
    let session = json!({
        "session": "MAIFAA==", "chain": ["AQID", "BA=="], "expires": 1_900_000_000, "version": "TLSv1.3",
    });
    let want = json!({
        "servername": "db.internal", "port": 5433, "alpn": "Amgy", "scope": "ab".repeat(32), "sessions": [session, session],
    });
    assert_eq!(written, want);
    let read: Sessions = serde_json::from_value(written).unwrap();
    let read = read.load().unwrap();
    assert_eq!(read.len(), 2);
    for session in read {
        assert_eq!(format!("{session:?}"), format!("{:?}", full()));
        assert_eq!((session.der(), session.chain()), (full().der(), full().chain()));
    }
}

/// What a caller writes who does not know of `Sessions`.
#[test]
fn one_alone_and_a_list_of_them_are_read_again() {
    let alone = serde_json::to_string(&full()).unwrap();
    let list = serde_json::to_string(&vec![full(), full()]).unwrap();
    for (text, count) in [(alone, 1), (list, 2)] {
        let read = Sessions::parse(text.as_bytes()).unwrap().load().unwrap();
        assert_eq!(read.len(), count);
        for session in read {
            assert_eq!((session.origin, session.der), (full().origin, full().der));
        }
    }
}

#[test]
fn sessions_of_several_servers_and_of_none() {
    let other = Origin { endpoint: Some(Endpoint::SocketPath("/run/db".to_owned())), ..Origin::default() };
    let over = |port| Origin { endpoint: Some(Endpoint::Stream(port)), ..Origin::default() };
    let origins = [full().origin, other, over(None), over(Some(5433)), Origin::default()];
    let sessions = origins.iter().map(|origin| Session::new(DER.to_vec(), origin.clone()));
    let sessions = Sessions::from(Vec::from_iter(sessions));
    let text = serde_json::to_string(&sessions).unwrap();
    let read = Sessions::parse(text.as_bytes()).unwrap().load().unwrap();
    assert_eq!(Vec::from_iter(read.into_iter().map(|session| session.origin)), origins);
    let none = serde_json::to_string(&Sessions::from(Vec::new())).unwrap();
    assert!(Sessions::parse(none.as_bytes()).unwrap().load().unwrap().is_empty());
    assert!(serde_json::to_string(&Sessions::file("sessions.json")).is_err());
}

#[test]
fn shapes_that_are_refused() {
    for (json, code, place) in [
        (json!({"sessions": [], "extra": 1}), "ERR_INVALID_ARG_VALUE", "options.session.extra"),
        (json!({"sessions": [], "stream": 1}), "ERR_INVALID_ARG_TYPE", "options.session.stream"),
        (
            json!({"sessions": [], "stream": true, "port": "/a"}),
            "ERR_SOCKET_BAD_PORT",
            "options.session.port",
        ),
        (
            json!({"sessions": [{"session": "MAA=", "ticket": 1}]}),
            "ERR_INVALID_ARG_VALUE",
            "sessions[0].ticket",
        ),
        (json!({"sessions": [5]}), "ERR_INVALID_ARG_TYPE", "sessions[0]"),
        (json!({"sessions": [{"session": 5}]}), "ERR_INVALID_ARG_TYPE", "sessions[0].session"),
        (json!({"sessions": [{"session": "!"}]}), "ERR_INVALID_ARG_VALUE", "sessions[0].session"),
        (json!({"sessions": [{"session": "MAA=", "chain": ["!"]}]}), "ERR_INVALID_ARG_VALUE", "chain[0]"),
        (json!({"sessions": [{"session": "MAA=", "chain": "x"}]}), "ERR_INVALID_ARG_TYPE", "chain"),
        (json!({"sessions": [{"session": "MAA=", "expires": "x"}]}), "ERR_INVALID_ARG_TYPE", "expires"),
        (json!({"sessions": [{"session": "MAA=", "expires": -1}]}), "ERR_INVALID_ARG_TYPE", "expires"),
        (json!({"sessions": [{"session": "MAA=", "expires": u64::MAX}]}), "ERR_OUT_OF_RANGE", "expires"),
        (json!({"sessions": [{"session": "MAA=", "version": "x"}]}), "ERR_TLS_INVALID_PROTOCOL_VERSION", "x"),
        (json!({"sessions": [], "scope": "ab"}), "ERR_INVALID_ARG_VALUE", "options.session.scope"),
        (json!({"sessions": [], "scope": "é".repeat(32)}), "ERR_INVALID_ARG_VALUE", "options.session.scope"),
        (json!({"sessions": [], "alpn": "!"}), "ERR_INVALID_ARG_VALUE", "options.session.alpn"),
        (json!({"sessions": [], "alpn": ["h2"]}), "ERR_INVALID_ARG_TYPE", "options.session.alpn"),
        (json!({"sessions": [], "port": 70000}), "ERR_SOCKET_BAD_PORT", "options.session.port"),
        (json!({"sessions": [], "servername": 5}), "ERR_INVALID_ARG_TYPE", "options.session.servername"),
        (json!([{"file": "x"}]), "ERR_INVALID_ARG_VALUE", "options.session[0]"),
        (json!("\u{100}"), "ERR_INVALID_ARG_VALUE", "options.session"),
    ] {
        let error = <Sessions as Form>::from_json(&json, &Place::option("session")).expect_err("refused");
        assert_eq!(error.code(), code, "{json}: {error}");
        assert!(error.message().contains(place), "{json}: {error}");
    }
}

#[test]
fn its_bytes_are_not_shown() {
    let shown = format!("{:?}", Sessions::from(full()));
    assert!(!shown.contains("48, 2, 5, 0") && !shown.contains("der"), "{shown}");
    assert!(shown.contains("db.internal"));
}
