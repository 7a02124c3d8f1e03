//! What either side of a handshake must not be told or offer.

use openssl::{
    pkey::PKey,
    ssl::{Ssl, SslContext, SslMethod},
    x509::X509,
};
use tredici::{ConnectOptions, Connector, ErrorKind, Listener};
use tredici_test::{Pki, within};

use super::super::ends::{localhost, target, trusting};

/// A server that speaks this protocol whatever the client has offered; serves one client.
fn stubborn(protocol: &'static [u8]) -> u16 {
    let own = Pki::shared().localhost();
    let mut context = SslContext::builder(SslMethod::tls_server()).expect("a context");
    let chain = X509::stack_from_pem(own.chain_pem().as_bytes()).expect("certificates");
    let (leaf, issuers) = chain.split_first().expect("a leaf");
    context.set_certificate(leaf).expect("a certificate");
    for issuer in issuers {
        context.add_extra_chain_cert(issuer.clone()).expect("an issuer");
    }
    context
        .set_private_key(&PKey::private_key_from_pem(own.key_pem().as_bytes()).expect("a key"))
        .expect("a key");
    context.set_alpn_select_callback(move |_, _| Ok(protocol));
    let context = context.build();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        // It is the client that is asked how this went.
        let _done = Ssl::new(&context).expect("a connection").accept(stream);
    });
    port
}

async fn meet(protocol: &'static [u8], options: ConnectOptions) -> Result<Option<String>, tredici::Error> {
    let connector = Connector::new(options).expect("a connector");
    let socket = within("a handshake", connector.connect(target(stubborn(protocol)))).await?;
    Ok(socket.alpn_protocol().map(str::to_owned))
}

#[tokio::test]
async fn a_protocol_that_was_not_offered_is_refused() {
    let offering = || trusting().alpn_protocols(["http/1.1", "acme"]);
    for chosen in ["http/1.1", "acme"] {
        assert_eq!(meet(chosen.as_bytes(), offering()).await.expect("offered"), Some(chosen.to_owned()));
    }
    for chosen in ["h2", "http/1", "http/1.1\x04acme", "\x04acme"] {
        let error = meet(chosen.as_bytes(), offering()).await.expect_err(chosen);
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
