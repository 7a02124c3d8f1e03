mod dialling;
mod insight;
mod memory;
mod socket;
mod speech;
mod trust;

use std::{path::Path, time::Duration};

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::*;
use crate::options::{LookupQuery, OptionKind};

const TYPE: &str = "ERR_INVALID_ARG_TYPE";
const VALUE: &str = "ERR_INVALID_ARG_VALUE";
const RANGE: &str = "ERR_OUT_OF_RANGE";
const UNDICI: &str = "UND_ERR_INVALID_ARG";
const PORT: &str = "ERR_SOCKET_BAD_PORT";
const IP: &str = "ERR_INVALID_IP_ADDRESS";
const ADDRESS: &str = "ERR_INVALID_ADDRESS";
const VERSION: &str = "ERR_TLS_INVALID_PROTOCOL_VERSION";
const OK: &str = "";
const PIN: &str = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// For each option what it is given, and the code that it is refused with.
type Cases = Vec<(&'static str, Vec<(Value, &'static str)>)>;

/// What reading this option on its own side comes to: `OK` or a code.
fn outcome(name: &str, json: &Value) -> Result<String, Error> {
    let object = json!({ name: json });
    let row = OPTIONS.iter().find(|row| row.name == name).expect(name);
    match row.side {
        Side::Server => {
            ListenOptions::from_json_value(&object, Path::new("")).map(|read| format!("{read:?}"))
        }
        _ => ConnectOptions::from_json_value(&object, Path::new("")).map(|read| format!("{read:?}")),
    }
}

fn by_flag(row: &OptionRow, text: &str) -> Result<String, Error> {
    let (mut connect, mut listen) = (ConnectOptions::new(), ListenOptions::new());
    match row.side {
        Side::Server => listen.set_flag(row.name, text).map(|()| format!("{listen:?}")),
        _ => connect.set_flag(row.name, text).map(|()| format!("{connect:?}")),
    }
}

fn code(name: &str, json: &Value) -> String {
    outcome(name, json).map_or_else(|error| error.code().to_owned(), |_| OK.to_owned())
}

#[test]
fn every_row_takes_what_is_right_and_refuses_the_rest() {
    let cases: Cases = [
        dialling::cases(),
        socket::cases(),
        trust::cases(),
        speech::cases(),
        memory::cases(),
        insight::cases(),
    ]
    .into_iter()
    .flatten()
    .collect();
    for row in OPTIONS {
        assert!(cases.iter().any(|(name, _)| *name == row.name), "{} has no case", row.name);
        let nothing = outcome(row.name, &Value::Null).expect(row.name);
        assert!(nothing == "ConnectOptions" || nothing == "ListenOptions", "{}: {nothing}", row.name);
    }
    for (name, values) in cases {
        for (json, want) in values {
            assert_eq!(code(name, &json), want, "{name}: {json}");
        }
    }
}

#[test]
fn null_and_the_empty_string_are_not_given() {
    for name in [
        "servername",
        "host",
        "path",
        "socketPath",
        "localAddress",
        "ca",
        "cert",
        "key",
        "ciphers",
        "session",
        "keylogFile",
    ] {
        for json in [Value::Null, json!("")] {
            assert_eq!(outcome(name, &json).expect(name), "ConnectOptions", "{name}: {json}");
        }
    }
    let mut options = ConnectOptions::new().port(80);
    options.set_json("port", &Value::Null, Path::new("")).unwrap();
    assert_eq!(options.values().port, None);
    assert_eq!(outcome("engine", &json!("auto")).expect("the default"), "ConnectOptions");
    let none = ConnectOptions::from_json(r#"{"ALPNProtocols": [], "passphrase": ""}"#).unwrap();
    assert_eq!(format!("{none:?}"), "ConnectOptions { passphrase: Secret(..), alpn_protocols: [] }");
}

/// A text for each kind of flag; the same value as the JSON beside it.
#[test]
fn every_option_can_be_set_by_a_flag() {
    let texts = [
        ("host", "db", json!("db")),
        ("port", "8443", json!(8443)),
        ("path", "/run/a", json!("/run/a")),
        ("socketPath", "@a", json!("@a")),
        ("timeout", "2s", json!(2000)),
        ("lookupTimeout", "2s", json!(2000)),
        ("dialTimeout", "300ms", json!(300)),
        ("attemptTimeout", "1m", json!(60_000)),
        ("handshakeTimeout", "5s", json!(5000)),
        ("family", "6", json!(6)),
        ("dnsResultOrder", "ipv6first", json!("ipv6first")),
        ("autoSelectFamily", "false", json!(false)),
        ("autoSelectFamilyAttemptTimeout", "100ms", json!(100)),
        ("localPort", "50000", json!(50000)),
        ("keepAliveInterval", "2s", json!(2000)),
        ("keepAliveCount", "3", json!(3)),
        ("tcpUserTimeout", "30s", json!(30_000)),
        ("bindDevice", "lo", json!("lo")),
        ("mark", "7", json!(7)),
        ("fastOpen", "true", json!(true)),
        ("multipathTcp", "true", json!(true)),
        ("sendBufferSize", "65536", json!(65536)),
        ("receiveBufferSize", "65536", json!(65536)),
        ("lookup", "a=127.0.0.1,::1; b=::1", json!({"a": ["127.0.0.1", "::1"], "b": ["::1"]})),
        ("lookupCache", "maxTTL=5s, maxItems=7", json!({"maxTTL": 5000, "maxItems": 7})),
        ("hints", "32", json!(32)),
        ("blockList", "special-purpose, 10.0.0.1", json!(["special-purpose", "10.0.0.1"])),
        ("allowList", "10.0.0.0/8", json!(["10.0.0.0/8"])),
        ("localAddress", "::1", json!("::1")),
        ("noDelay", "false", json!(false)),
        ("keepAlive", "true", json!(true)),
        ("keepAliveInitialDelay", "1.5m", json!(90000)),
        ("typeOfService", "8", json!(8)),
        ("ca", "a.pem,b.pem", json!([{"file": "a.pem"}, {"file": "b.pem"}])),
        ("extraCa", "a.pem", json!([{"file": "a.pem"}])),
        ("caStore", "system", json!("system")),
        ("rejectUnauthorized", "false", json!(false)),
        ("crl", "a.pem,b.pem", json!([{"file": "a.pem"}, {"file": "b.pem"}])),
        ("pins", PIN, json!([PIN])),
        ("pinsReportOnly", "true", json!(true)),
        ("requestCert", "true", json!(true)),
        ("servername", "a", json!("a")),
        ("cert", "a.pem", json!([{"file": "a.pem"}])),
        ("key", "a.key", json!([{"file": "a.key"}])),
        ("passphrase", "a,b", json!("a,b")),
        ("ALPNProtocols", "h2,http/1.1", json!(["h2", "http/1.1"])),
        ("allowH2", "false", json!(false)),
        ("preferH2", "true", json!(true)),
        ("useH2c", "true", json!(true)),
        ("minVersion", "TLSv1.3", json!("TLSv1.3")),
        ("maxVersion", "TLSv1.2", json!("TLSv1.2")),
        ("ciphers", "A:B", json!("A:B")),
        ("engine", "rustls", json!("rustls")),
        ("maxCachedSessions", "7", json!(7)),
        ("session", "a.json", json!({"file": "a.json"})),
        ("coalesceSessions", "250ms", json!(250)),
        ("rememberVerdicts", "false", json!(false)),
        ("keylogFile", "keys", json!("keys")),
    ];
    for row in OPTIONS.iter().filter(|row| row.kind != OptionKind::Callback) {
        let (_, text, json) = texts.iter().find(|(name, ..)| *name == row.name).expect(row.name);
        let want = outcome(row.name, json).expect(row.name);
        assert_eq!(by_flag(row, text).expect(row.name), want, "{}", row.name);
    }
    let mut options = ConnectOptions::new();
    options.set_flag("lookup", "a=127.0.0.1,::1").unwrap();
    let mut answers = options.values().lookup.as_ref().unwrap().0.lookup(LookupQuery::new("a"));
    assert_eq!(answers.next().now_or_never().unwrap().unwrap().unwrap().iter().count(), 2);
}

#[test]
fn durations_have_units() {
    for (text, want) in [
        ("400ms", 400),
        ("2s", 2000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("250", 250),
        ("0.5s", 500),
        ("0", 0),
    ] {
        let mut options = ConnectOptions::new();
        options.set_flag("timeout", text).expect(text);
        assert_eq!(options.values().timeout(), Duration::from_millis(want), "{text}");
    }
    for text in ["", "s", "2 s", "2d", "-1s", "nan", "inf", "NaNs", "1e999s", "two"] {
        let error = ConnectOptions::new().set_flag("timeout", text).expect_err(text);
        assert_eq!(error.code(), UNDICI, "{text}");
        assert!(error.to_string().contains("--timeout ") && error.to_string().contains("400ms"), "{error}");
    }
}

/// The words of the table and the value that holds are the same.
#[test]
fn defaults_are_what_the_table_says() {
    fn check<T: PartialEq + fmt::Debug>(name: &str, default: T, read: impl Fn(&Values) -> Option<T>) {
        let row = OPTIONS.iter().find(|row| row.name == name).expect(name);
        let (mut connect, mut listen) = (ConnectOptions::new(), ListenOptions::new());
        let values = match row.side {
            Side::Server => listen.set_flag(name, row.default).map(|()| listen.values()),
            _ => connect.set_flag(name, row.default).map(|()| connect.values()),
        };
        assert_eq!(read(values.expect(name)), Some(default), "{name}");
    }
    let none = Values::default();
    check("timeout", none.timeout(), |values| values.timeout);
    check("family", none.family(), |values| Some(values.family()));
    check("dnsResultOrder", none.dns_result_order(), |values| values.dns_result_order);
    check("autoSelectFamily", none.auto_select_family(), |values| values.auto_select_family);
    check("autoSelectFamilyAttemptTimeout", none.auto_select_family_attempt_timeout(), |values| {
        values.auto_select_family_attempt_timeout
    });
    check("keepAliveInterval", none.keep_alive_interval(), |values| values.keep_alive_interval);
    check("keepAliveCount", none.keep_alive_count(), |values| values.keep_alive_count);
    check("fastOpen", none.fast_open(), |values| values.fast_open);
    check("multipathTcp", none.multipath_tcp(), |values| values.multipath_tcp);
    check("noDelay", none.no_delay(), |values| values.no_delay);
    check("keepAlive", none.keep_alive(), |values| values.keep_alive);
    check("keepAliveInitialDelay", none.keep_alive_initial_delay(), |values| values.keep_alive_initial_delay);
    check("caStore", none.ca_store(), |values| values.ca_store);
    check("rejectUnauthorized", none.reject_unauthorized(), |values| values.reject_unauthorized);
    check("pinsReportOnly", none.pins_report_only(), |values| values.pins_report_only);
    check("requestCert", none.request_cert(), |values| values.request_cert);
    check("allowH2", none.allow_h2(), |values| values.allow_h2);
    check("preferH2", none.prefer_h2(), |values| values.prefer_h2);
    check("useH2c", none.use_h2c(), |values| values.use_h2c);
    check("minVersion", none.min_version(), |values| values.min_version);
    check("maxVersion", none.max_version(), |values| values.max_version);
    check("engine", none.engine(), |values| Some(values.engine()));
    check("coalesceSessions", none.coalesce_sessions(), |values| values.coalesce_sessions);
    check("rememberVerdicts", none.remember_verdicts(), |values| values.remember_verdicts);
    check("maxCachedSessions", none.max_cached_sessions(), |values| values.max_cached_sessions);
}

/// Every option that an engine does not honour in full: a value beyond, and one that it honours.
#[test]
fn limits_are_what_the_table_says() {
    let key = |passphrase: Value| json!([{"pem": "PEM"}, {"pem": "PEM", "passphrase": passphrase}]);
    let cases = [
        ("key", vec![key(json!("secret"))], vec![key(Value::Null), json!("PEM")]),
        ("passphrase", vec![json!("secret")], vec![Value::Null]),
        ("minVersion", vec![json!("TLSv1"), json!("TLSv1.1")], vec![json!("TLSv1.2"), json!("TLSv1.3")]),
        ("maxVersion", vec![json!("TLSv1"), json!("TLSv1.1")], vec![json!("TLSv1.2"), json!("TLSv1.3")]),
        (
            "ciphers",
            vec![json!("HIGH:!aNULL"), json!("DEFAULT"), json!("@SECLEVEL=0"), json!("AES128-SHA")],
            vec![json!("ECDHE-RSA-AES128-GCM-SHA256"), json!("!TLS_AES_256_GCM_SHA384"), json!("::")],
        ),
        ("session", vec![json!("0\0")], vec![json!("")]),
    ];
    for row in OPTIONS {
        let case = cases.iter().find(|(name, ..)| *name == row.name);
        assert_eq!(row.limit(Engine::Rustls).is_some(), case.is_some(), "{}", row.name);
        assert_eq!(row.limit(Engine::OpenSsl), None);
        let says_so = row.documentation().contains("the engine openssl");
        assert_eq!(says_so, case.is_some(), "{} says which values take the engine openssl", row.name);
        let Some((name, beyond, honoured)) = case else { continue };
        let beyond_rustls = |value: &Value| {
            let options =
                ConnectOptions::from_json_value(&json!({ *name: value }), Path::new("")).expect(name);
            assert_eq!(options.values().beyond(Engine::OpenSsl), []);
            let beyond = options.values().beyond(Engine::Rustls);
            beyond.into_iter().map(|beyond| beyond.option).collect::<Vec<_>>()
        };
        for value in beyond {
            assert_eq!(beyond_rustls(value), [*name], "{value}");
        }
        for value in honoured {
            assert_eq!(beyond_rustls(value), [""; 0], "{name}: {value}");
        }
    }
}
