use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, SystemTime},
};

use serde_json::json;

use super::*;
use crate::{
    options::{
        AddressFamily, AlpnProtocols, CaStore, DnsResultOrder, Engine, FixedLookup, LookupCache, LookupHints,
        Networks, Pem, PrivateKey, Session, TlsVersion,
    },
    verify::Pins,
};

const TYPE: &str = "ERR_INVALID_ARG_TYPE";
const UNDICI: &str = "UND_ERR_INVALID_ARG";
const PIN: &str = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

#[test]
fn json_and_rust_say_the_same() {
    let der = [0x30, 0];
    let from_rust = ConnectOptions::new()
        .host("db.internal")
        .port(5433)
        .path("/run/db")
        .socket_path("/run/db")
        .timeout(Duration::from_millis(1500))
        .lookup_timeout(Duration::from_millis(1))
        .dial_timeout(Duration::from_millis(2))
        .attempt_timeout(Duration::from_millis(3))
        .handshake_timeout(Duration::from_millis(4))
        .family(AddressFamily::V4)
        .dns_result_order(DnsResultOrder::Ipv4First)
        .auto_select_family(false)
        .auto_select_family_attempt_timeout(Duration::from_millis(100))
        .local_port(50000)
        .keep_alive_interval(Duration::from_secs(2))
        .keep_alive_count(3)
        .tcp_user_timeout(Duration::from_secs(30))
        .bind_device("lo")
        .mark(7)
        .fast_open(true)
        .multipath_tcp(true)
        .send_buffer_size(65536)
        .receive_buffer_size(131_072)
        .local_address(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .no_delay(false)
        .keep_alive(false)
        .keep_alive_initial_delay(Duration::from_secs(1))
        .type_of_service(8)
        .lookup(FixedLookup::new())
        .lookup_cache(LookupCache::new().max_ttl(Duration::from_secs(5)).max_items(7))
        .hints(LookupHints::ADDRCONFIG)
        .block_list("10.0.0.0/8, link-local".parse().unwrap())
        .allow_list(Networks::private())
        .ca(["one", "two"])
        .extra_ca(Pem::file("base/extra.pem"))
        .ca_store(CaStore::System)
        .crl("list")
        .pins(Pins::new([PIN]).unwrap())
        .pins_report_only(true)
        .servername("Db.Internal.")
        .cert(Pem::bytes(vec![1, 2, 3]))
        .key(PrivateKey::new("key").passphrase("secret"))
        .passphrase("secret")
        .alpn_protocols(["h2"])
        .allow_h2(false)
        .prefer_h2(true)
        .use_h2c(true)
        .min_version(TlsVersion::Tls1_2)
        .max_version(TlsVersion::Tls1_3)
        .ciphers("DEFAULT")
        .engine(Engine::OpenSsl)
        .max_cached_sessions(7)
        .session(Session::from_der(der).unwrap())
        .coalesce_sessions(Duration::from_millis(250))
        .remember_verdicts(false)
        .danger()
        .reject_unauthorized(false)
        .danger()
        .keylog_file("base/keys");
    let from_json = ConnectOptions::from_json_value(
        &json!({
            "host": "db.internal", "port": "5433", "path": "/run/db", "socketPath": "/run/db", "timeout": 1500,
            "lookupTimeout": 1, "dialTimeout": 2, "attemptTimeout": 3, "handshakeTimeout": 4, "family": "IPv4", "dnsResultOrder": "ipv4first",
            "autoSelectFamily": false, "autoSelectFamilyAttemptTimeout": 100, "localPort": "50000",
            "keepAliveInterval": 2000, "keepAliveCount": 3, "tcpUserTimeout": 30000, "bindDevice": "lo", "mark": 7,
            "fastOpen": true, "multipathTcp": true, "sendBufferSize": 65536, "receiveBufferSize": 131072,
            "localAddress": "127.0.0.1", "noDelay": false, "keepAlive": false, "keepAliveInitialDelay": 1000,
            "typeOfService": 8, "lookup": {}, "lookupCache": {"maxTTL": 5000, "maxItems": 7}, "hints": 32,
            "blockList": ["10.0.0.0/8", "link-local"], "allowList": "private",
            "ca": ["one", {"base64": "dHdv"}], "extraCa": {"file": "extra.pem"}, "caStore": "system",
            "crl": "list", "pins": [PIN], "pinsReportOnly": true, "servername": "Db.Internal.",
            "cert": {"type": "Buffer", "data": [1, 2, 3]},
            "key": {"pem": "key", "passphrase": "secret"}, "passphrase": "secret", "ALPNProtocols": ["h2"],
            "allowH2": false, "preferH2": true, "useH2c": true, "minVersion": "TLSv1.2", "maxVersion": "TLSv1.3",
            "ciphers": "DEFAULT", "engine": "openssl", "maxCachedSessions": 7, "session": {"base64": "MAA="},
            "coalesceSessions": 250, "rememberVerdicts": false, "rejectUnauthorized": false, "keylogFile": "keys",
        }),
        Path::new("base"),
    )
    .unwrap();
    assert_eq!(format!("{from_json:#?}"), format!("{from_rust:#?}"));
    let given = format!("{from_json:?}");
    let client = OPTIONS.iter().filter(|row| row.side.is_client() && row.kind != OptionKind::Callback);
    for row in client {
        assert!(given.contains(row.rust_name), "{} is missing here", row.name);
    }
    from_rust.validate().unwrap();
    from_json.validate().unwrap();
    for options in [&from_rust, &from_json] {
        let pems: Vec<_> = options
            .values()
            .ca
            .as_ref()
            .unwrap()
            .iter()
            .map(|pem| pem.load("ca").unwrap().to_vec())
            .collect();
        assert_eq!(pems, [b"one", b"two"]);
        let passphrase = options.values().key.as_ref().unwrap().iter().next().unwrap().own_passphrase();
        assert_eq!(passphrase.unwrap().reveal(), "secret");
    }
}

#[test]
fn what_json_refuses_validate_refuses_with_the_same_code() {
    let cases = [
        (ConnectOptions::new().servername("127.0.0.1"), json!({"servername": "127.0.0.1"})),
        (ConnectOptions::new().host("a\0b"), json!({"host": "a\0b"})),
        (ConnectOptions::new().alpn_protocols([""]), json!({"ALPNProtocols": [""]})),
        (
            ConnectOptions::new().alpn_protocols(["x".repeat(256)]),
            json!({"ALPNProtocols": ["x".repeat(256)]}),
        ),
        (
            ConnectOptions::new().alpn_protocols(AlpnProtocols::wire([9])),
            json!({"ALPNProtocols": {"base64": "CQ=="}}),
        ),
        (ConnectOptions::new().ca(Vec::<Pem>::new()), json!({"ca": []})),
        (ConnectOptions::new().socket_path("a\0b"), json!({"socketPath": "a\0b"})),
        (ConnectOptions::new().bind_device("l\0"), json!({"bindDevice": "l\0"})),
        (ConnectOptions::new().keep_alive_count(0), json!({"keepAliveCount": 0})),
        (
            ConnectOptions::new().tcp_user_timeout(Duration::from_secs(1 << 32)),
            json!({"tcpUserTimeout": (1_u64 << 32) * 1000}),
        ),
        (
            ConnectOptions::new().keep_alive_initial_delay(Duration::from_secs(32_768)),
            json!({"keepAliveInitialDelay": 32_768_000}),
        ),
    ];
    for (options, json) in cases {
        let from_rust = options.validate().expect_err("refused");
        let from_json = ConnectOptions::from_json_value(&json, Path::new("")).expect_err("refused");
        assert_eq!(from_rust.to_string(), from_json.to_string());
    }
}

#[test]
fn an_unknown_option_is_told_the_nearest() {
    for (name, near) in [
        ("rejectUnauthorised", Some("rejectUnauthorized")),
        ("rejectunauthorized", Some("rejectUnauthorized")),
        ("reject_unauthorized", Some("rejectUnauthorized")),
        ("alpnProtocols", Some("ALPNProtocols")),
        ("ALPNProtocol", Some("ALPNProtocols")),
        ("serverName", Some("servername")),
        ("maxCachedSession", Some("maxCachedSessions")),
        ("socket_path", Some("socketPath")),
        ("zebra", None),
        ("", None),
    ] {
        let error = ConnectOptions::from_json_value(&json!({ name: true }), Path::new("")).expect_err(name);
        assert_eq!(error.code(), UNDICI);
        assert_eq!(error.hint(), near.map(|near| format!("did you mean {near}?")).as_deref(), "{name}");
        assert!(error.to_string().contains(&format!("options.{name} is not known")), "{error}");
    }
    let long = "x\n".repeat(1000);
    let error = ConnectOptions::new().set_json(&long, &Value::Null, Path::new("")).expect_err("unknown");
    assert!(error.to_string().len() < 300 && !error.to_string().contains('\n'));
}

#[test]
fn an_option_of_the_other_side_says_so() {
    let error = ConnectOptions::from_json(r#"{"requestCert": true}"#).expect_err("a listener's");
    assert_eq!(error.code(), UNDICI);
    assert_eq!(error.message(), "options.requestCert is an option for listening, not for connecting");
    let error = ListenOptions::from_json(r#"{"timeout": null}"#).expect_err("a connector's");
    assert_eq!(error.message(), "options.timeout is an option for connecting, not for listening");
    ListenOptions::from_json(r#"{"rejectUnauthorized": false, "requestCert": true, "ca": "PEM"}"#).unwrap();
}

#[test]
fn a_function_says_what_to_use_instead() {
    let error = ConnectOptions::from_json(r#"{"checkServerIdentity": "x"}"#).expect_err("no form in JSON");
    assert!(error.message().contains("options.checkServerIdentity is a function"));
    assert!(error.hint().expect("a hint").contains("servername"));
}

#[test]
fn an_error_says_where_what_and_what_else() {
    for (json, want) in [
        (json!({"ALPNProtocols": ["h2", 5]}), "options.ALPNProtocols[1] must be a string, a Buffer"),
        (json!({"ALPNProtocols": ["h2", ""]}), "options.ALPNProtocols[1] must not be empty"),
        (
            json!({"key": [{"pem": "x", "passphrase": 5}]}),
            "options.key[0].passphrase must be a string, not a number",
        ),
        (json!({"lookup": {"a": ["x"]}}), r#"options.lookup.a[0] must be an IP address, not "x""#),
        (
            json!({"pins": [PIN, "sha256/none"]}),
            "options.pins[1] is a bad pin 'sha256/none': a SHA-256 digest",
        ),
        (json!({"pins": []}), "options.pins must not be empty"),
        (json!({"pins": "sha256/none"}), "options.pins is a bad pin 'sha256/none': a SHA-256 digest"),
        (
            json!({"blockList": ["::1", "10.0.0/8"]}),
            r#"options.blockList[1] cannot be "10.0.0/8": '10.0.0/8' is no address, range (10.0.0.1-10.0.0.9), subnet"#,
        ),
        (json!({"allowList": []}), "options.allowList names no network"),
        (json!({"ca": {"type": "Buffer", "data": [256]}}), "options.ca.data must be an array of integers"),
        (json!({"maxCachedSessions": -1}), "maxCachedSessions must be a positive integer or zero"),
        (json!({"minVersion": "x"}), r#""x" is not a valid minimum TLS protocol version"#),
        (json!({"maxVersion": 5}), "5 is not a valid maximum TLS protocol version"),
        (
            json!({"engine": "schannel"}),
            r#"options.engine must be one of auto, openssl, rustls, not "schannel""#,
        ),
        (json!([]), "the options must be an object, not an array"),
    ] {
        let error = ConnectOptions::from_json_value(&json, Path::new("")).expect_err("refused");
        assert!(error.message().contains(want), "{error}");
    }
    let error = ConnectOptions::from_json("{").expect_err("no JSON");
    assert_eq!(error.code(), UNDICI);
    assert!(error.message().starts_with("the options are not JSON: "));
    let error = ConnectOptions::from_json("5").expect_err("no object");
    assert_eq!(error.code(), TYPE);
}

/// Neither of the two is taken in silence.
#[test]
fn what_is_said_twice() {
    for text in [
        r#"{"ca": "one", "servername": "a", "ca": "two"}"#,
        r#"{"servername": "a", "ca": {"file": "a", "ca": 1, "ca": 2}}"#,
        r#"{"lookup": {"ca": ["::1"], "ca": ["::1"]}}"#,
        r#"{"ALPNProtocols": [{"ca": null, "ca": null}]}"#,
    ] {
        let error = ConnectOptions::from_json(text).expect_err(text);
        assert_eq!(error.code(), UNDICI);
        let said = r#"the options cannot be read: "ca" is given twice at line 1 column "#;
        assert!(error.message().starts_with(said), "{error}");
    }
    let numbers = r#"{"timeout": 1.5, "port": 80, "keepAlive": true, "host": null, "ca": ["a", "ca"]}"#;
    let value = serde_json::from_str(numbers).expect("JSON");
    let options =
        [ConnectOptions::from_json(numbers), ConnectOptions::from_json_value(&value, Path::new(""))];
    let [once, parsed] = options.map(|options| format!("{:#?}", options.expect("options")));
    assert_eq!(once, parsed);
}

#[test]
fn a_file_is_relative_to_the_options_and_read_late() {
    let directory = std::env::temp_dir().join(format!("tredici-options-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("ca.pem"), "PEM of the authority").unwrap();
    std::fs::write(directory.join("alpn"), b"\x02h2").unwrap();
    std::fs::write(
        directory.join("session.json"),
        r#"{"servername": "a", "sessions": [{"session": "MAA="}]}"#,
    )
    .unwrap();
    let options = ConnectOptions::from_json_value(
        &json!({
            "ca": [{"file": "ca.pem"}, {"file": "missing.pem"}],
            "ALPNProtocols": {"file": "alpn"},
            "session": {"file": "session.json"},
        }),
        &directory,
    )
    .unwrap();
    options.validate().unwrap();
    let ca = options.values().ca.as_ref().unwrap();
    let mut ca = ca.iter();
    assert_eq!(**ca.next().unwrap().load("ca").unwrap(), *b"PEM of the authority");
    let error = ca.next().unwrap().load("ca").expect_err("it is missing");
    assert_eq!(error.code(), "ENOENT");
    let missing = directory.join("missing.pem");
    assert!(
        error.message().starts_with(&format!("options.ca: cannot read {}", missing.display())),
        "{error}"
    );
    assert_eq!(options.values().alpn_protocols.as_ref().unwrap().to_wire().unwrap(), b"\x02h2");
    let sessions = options.values().session.as_ref().unwrap().load().unwrap();
    assert_eq!((sessions.len(), sessions[0].servername()), (1, Some("a")));

    let file = directory.join("options.json");
    std::fs::write(&file, r#"{"ca": {"file": "ca.pem"}}"#).unwrap();
    let options = ConnectOptions::from_json_file(&file).unwrap();
    let ca = options.values().ca.as_ref().unwrap().iter().next().unwrap();
    assert_eq!(**ca.load("ca").unwrap(), *b"PEM of the authority");
    let error = ListenOptions::from_json_file(&missing).expect_err("it is missing");
    assert_eq!((error.code(), error.phase().as_str()), ("ENOENT", "options"));
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn no_secret_is_ever_shown() {
    let secret = "correct horse battery staple";
    let options = ConnectOptions::new()
        .passphrase(secret)
        .key(PrivateKey::new(secret).passphrase(secret))
        .session(Session::from_der([&[0x30], secret.as_bytes()].concat()).unwrap());
    assert!(!format!("{options:?} {options:#?}").contains("horse"));
    let bytes = secret.as_bytes().iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    assert!(!format!("{options:?}").contains(&bytes));
    for json in [
        json!({"passphrase": [secret]}),
        json!({"key": {"pem": secret, "passphrase": {"text": secret}}}),
        json!({"key": {"pem": secret, "passphrase": "x", "other": secret}}),
        json!({"key": {"passphrase": secret}}),
        json!({"key": {"base64": secret}}),
        json!({"session": secret}),
        json!({"session": {"sessions": [{"session": secret}]}}),
        json!({"session": {"sessions": secret}}),
        json!({"nonsense": secret}),
    ] {
        let error = ConnectOptions::from_json_value(&json, Path::new("")).expect_err("refused");
        assert!(!format!("{error} {error:?}").contains("horse"), "{error:?}");
    }
    let text = format!(r#"{{"passphrase": "{secret}" "#);
    let error = ConnectOptions::from_json(&text).expect_err("cut off");
    assert!(!format!("{error} {error:?}").contains("horse"), "{error:?}");
}

#[test]
fn scrubbing_leaves_no_text() {
    let mut json = json!({"passphrase": "secret", "key": [{"pem": "secret"}], "port": 5});
    scrub(&mut json);
    assert_eq!(json, json!({"passphrase": "", "key": [{"pem": ""}], "port": 5}));
}

#[test]
fn options_are_shared_between_threads() {
    fn shared<T: Clone + std::fmt::Debug + Default + Send + Sync + 'static>() {}
    shared::<ConnectOptions>();
    shared::<ListenOptions>();
    let options = ConnectOptions::new()
        .danger()
        .check_server_identity(|host, _certificate| match host {
            "localhost" => Ok(()),
            other => Err(other.into()),
        })
        .danger()
        .keylog(|line| assert!(!line.is_empty()))
        .danger()
        .clock(|| SystemTime::UNIX_EPOCH);
    let values = options.values();
    assert_eq!(values.clock.as_ref().unwrap().0(), SystemTime::UNIX_EPOCH);
    values.keylog.as_ref().unwrap().0("CLIENT_RANDOM 00 00");
    assert!(format!("{options:?}").contains("check_server_identity: Fn(..)"));
}
