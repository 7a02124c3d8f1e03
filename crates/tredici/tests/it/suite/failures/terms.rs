//! Terms that cannot be kept are refused before anything touches the network; and what an error may and may not say.

use std::{error::Error as _, io};

use tredici::{Connector, Error, ErrorKind, ListenOptions, PrivateKey, Target, TargetError};
use tredici_test::{Fault, Pki, RefusedPort, ScriptedServer};

use super::{
    super::ends::{self, client_options, server_options, trusting},
    causes, code_and_phase, refusal, refused_options,
};

#[tokio::test]
async fn a_call_that_contradicts_itself_touches_nothing() {
    let server = ScriptedServer::tcp(Fault::Silent).await;
    let port = server.port();
    let http = || Target::http("127.0.0.1").port(port);
    let https = || Target::https("127.0.0.1").port(port);
    let (stream, _other_end) = tokio::io::duplex(1);
    for (target, code) in [
        (http().servername("localhost"), "UND_ERR_INVALID_ARG"),
        (Target::tcp("127.0.0.1").port(port).servername("localhost"), "UND_ERR_INVALID_ARG"),
        (http().over(stream), "ERR_ASSERTION"),
        (https().servername("127.0.0.1"), "ERR_INVALID_ARG_VALUE"),
        (https().servername("::1"), "ERR_INVALID_ARG_VALUE"),
        (https().servername("no name"), "ERR_INVALID_ARG_VALUE"),
        (https().host("[::1"), "ERR_ASSERTION"),
        (Target::https("").port(port), "ERR_INVALID_ARG_VALUE"),
        (Target::https("127.0.0.1\0").port(port), "ERR_INVALID_ARG_VALUE"),
        (Target::tls("127.0.0.1"), "ERR_MISSING_ARGS"),
        (Target::tcp("127.0.0.1").port(0), "ERR_MISSING_ARGS"),
    ] {
        let error = Connector::new(trusting()).unwrap().connect(target).await.expect_err("refused");
        assert_eq!(code_and_phase(&error), (code, "options"), "{error}");
        assert!(error.attempts().is_empty() && !error.retryable());
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_string_that_is_no_target() {
    let connector = Connector::new(trusting()).unwrap();
    for (text, code) in [
        ("wss://localhost", "UND_ERR_INVALID_ARG"),
        ("ftp://localhost:1", "UND_ERR_INVALID_ARG"),
        ("localhost:443", "UND_ERR_INVALID_ARG"),
        ("", "UND_ERR_INVALID_ARG"),
        ("https://", "UND_ERR_INVALID_ARG"),
        ("https://localhost/path", "UND_ERR_INVALID_ARG"),
        ("https://localhost:70000", "ERR_SOCKET_BAD_PORT"),
        ("https://[::1:443", "UND_ERR_INVALID_ARG"),
        ("tcp://localhost", "UND_ERR_INVALID_ARG"),
        ("unix:", "UND_ERR_INVALID_ARG"),
        ("https://a\nb", "UND_ERR_INVALID_ARG"),
    ] {
        let error = connector.connect(text).await.expect_err(text);
        super::reads_well(&error);
        assert_eq!(code_and_phase(&error), (code, "options"), "{text}");
        assert!(error.target().is_none());
        assert_eq!(Target::try_from(text).map(drop).map_err(|error: TargetError| error.code()), Err(code));
    }
}

#[cfg(feature = "serde")]
#[test]
fn options_that_contradict_each_other() {
    for (json, code) in [
        (r#"{"servername": "127.0.0.1"}"#, "ERR_INVALID_ARG_VALUE"),
        (r#"{"rejectUnauthorised": false}"#, "UND_ERR_INVALID_ARG"),
        (r#"{"rejectUnauthorized": "false"}"#, "ERR_INVALID_ARG_TYPE"),
        (r#"{"timeout": -1}"#, "UND_ERR_INVALID_ARG"),
        (r#"{"minVersion": "TLSv1.3", "maxVersion": "TLSv1.2"}"#, "ERR_TLS_PROTOCOL_VERSION_CONFLICT"),
        (r#"{"ca": []}"#, "ERR_INVALID_ARG_VALUE"),
        (r#"{"localAddress": "localhost"}"#, "ERR_INVALID_IP_ADDRESS"),
    ] {
        let options = tredici::ConnectOptions::from_json(json);
        let error = match options {
            Ok(options) => refused_options(options.engine(super::super::ENGINE)),
            Err(error) => error,
        };
        super::reads_well(&error);
        assert_eq!(code_and_phase(&error), (code, "options"), "{json}");
    }
}

#[tokio::test]
async fn a_tls_listener_needs_an_identity() {
    let bind = |options: ListenOptions| async move {
        let address = "127.0.0.1:0".parse().expect("an address");
        let error = tredici::Listener::bind(address, options).await.expect_err("refused");
        super::reads_well(&error);
        error.code().to_owned()
    };
    assert_eq!(bind(server_options().request_cert(true)).await, "ERR_MISSING_ARGS");
    assert_eq!(bind(ends::localhost().ca("garbage")).await, "ERR_OSSL_PEM_NO_START_LINE");
    let taken = RefusedPort::new();
    let address = format!("127.0.0.1:{}", taken.port()).parse().expect("an address");
    let error = tredici::Listener::bind(address, ListenOptions::new()).await.expect_err("taken");
    assert_eq!(code_and_phase(&error), ("EADDRINUSE", "connect"));
    assert!(error.to_string().contains(&taken.port().to_string()), "{error}");
}

#[tokio::test]
async fn an_error_goes_wherever_errors_go() {
    fn travels<T: std::error::Error + Send + Sync + 'static>() {}
    travels::<Error>();
    let nobody = RefusedPort::new();
    let error = refusal(client_options(), Target::tcp("127.0.0.1").port(nobody.port())).await;
    let line = error.to_string();
    let error = io::Error::from(error);
    assert_eq!((error.kind(), error.to_string()), (io::ErrorKind::ConnectionRefused, line.clone()));
    let back: Error = error.downcast().expect("it is still ours");
    assert_eq!((back.kind(), back.to_string()), (ErrorKind::System, line));
    assert!(back.source().expect("its cause").is::<io::Error>());
    assert_eq!(back.attempts().len(), 1);
}

/// Neither the key nor the passphrase, in any form in which options or errors are shown.
#[tokio::test]
async fn secrets_are_shown_nowhere() {
    let own = Pki::shared().client();
    let (pem, passphrase) = (own.key().encrypted_pem("open sesame"), "close sesame");
    let inner = pem.lines().nth(2).expect("a line of Base64").to_owned();
    let key = PrivateKey::new(pem.as_str()).passphrase(passphrase);
    let options = trusting().cert(own.chain_pem()).key(key).passphrase(passphrase);
    let mut shown = vec![format!("{options:?} {options:#?}")];
    let error = refused_options(options);
    shown.push(format!("{error} {error:?} {error:#?}"));
    #[cfg(feature = "serde")]
    shown.push(serde_json::to_string(&error).expect("JSON"));
    shown.extend(causes(&error).map(|cause| format!("{cause} {cause:?}")));

    let plain = own.key_pem();
    let plain_inner = plain.lines().nth(1).expect("a line of Base64").to_owned();
    // A key where a certificate belongs, and one that is broken.
    for options in [
        trusting().cert(plain.as_str()).key(plain.as_str()),
        trusting().cert(own.chain_pem()).key(plain.replace("-----END", "****END")),
        client_options().ca(plain.as_str()),
    ] {
        shown.push(format!("{options:?}"));
        let error = refused_options(options);
        shown.push(format!("{error} {error:?}"));
    }
    #[cfg(feature = "serde")]
    for json in [
        format!(r#"{{"key": {{"pem": {plain:?}, "passphrase": 7, "wrong": "{passphrase}"}}}}"#),
        format!(r#"{{"key": {plain:?}, "passphrase": ["{passphrase}"]}}"#),
    ] {
        shown.push(tredici::ConnectOptions::from_json(&json).expect_err("not a passphrase").to_string());
    }
    for shown in shown {
        for secret in ["sesame", inner.as_str(), plain_inner.as_str()] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
