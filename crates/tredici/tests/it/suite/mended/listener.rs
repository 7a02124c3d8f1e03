//! What either side of a handshake must not be told or offer.

use tredici::{ConnectOptions, Connector, ErrorKind, Listener};
use tredici_test::{EarlyTicketServer, Pki, within};

use super::super::ends::{localhost, target, trusting};

/// What comes of a server that speaks this protocol whatever the client has offered.
async fn meet(protocol: &str, options: ConnectOptions) -> Result<Option<String>, tredici::Error> {
    let connector = Connector::new(options).expect("a connector");
    let server = EarlyTicketServer::speaking(Pki::shared().localhost(), protocol).await;
    let socket = within("a handshake", connector.connect(target(server.port()))).await?;
    Ok(socket.alpn_protocol().map(str::to_owned))
}

#[tokio::test]
async fn a_protocol_that_was_not_offered_is_refused() {
    let offering = || trusting().alpn_protocols(["http/1.1", "acme"]);
    for chosen in ["http/1.1", "acme"] {
        assert_eq!(meet(chosen, offering()).await.expect("offered"), Some(chosen.to_owned()));
    }
    for chosen in ["h2", "http/1", "http/1.1\x04acme", "\x04acme"] {
        let error = meet(chosen, offering()).await.expect_err(chosen);
        assert_eq!(error.kind(), ErrorKind::Tls, "{chosen}: {error}");
        // Later versions of OpenSSL find it out by themselves.
        let codes = ["ERR_TLS_ALPN_NOT_OFFERED", "ERR_SSL_BAD_EXTENSION"];
        assert!(codes.contains(&error.code()), "{chosen}: {error}");
        assert_eq!(error.phase().as_str(), "secureConnect");
    }
}

/// Whoever has a certificate of any public authority would be let in.
#[tokio::test]
async fn a_listener_that_asks_for_certificates_says_whose() {
    let bind = async |options| Listener::bind("127.0.0.1:0".parse().expect("an address"), options).await;
    let error = bind(localhost().request_cert(true)).await.expect_err("whose?");
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_MISSING_ARGS", "options"));
    assert!(error.message().contains("requestCert") && error.message().contains("options.ca"), "{error}");

    let root = Pki::shared().root().pem();
    bind(localhost().request_cert(true).ca(root)).await.expect("a listener");
    bind(localhost().request_cert(true).danger().reject_unauthorized(false)).await.expect("it only tells");
}
