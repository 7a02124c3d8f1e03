//! The same at the other end.

use tredici::{Connector, ErrorKind, ListenOptions, Listener, Pem};
use tredici_test::{Authority, Certificate, CertificateSpec, Pki, within};

use super::super::ends::{accept, connector, listen, localhost, pair, port, target, trusting};

fn second() -> Certificate {
    Pki::shared().intermediate().leaf(CertificateSpec::server(&["localhost"]))
}

fn identity(own: &Certificate) -> ListenOptions {
    ListenOptions::new().cert(own.chain_pem()).key(own.key_pem())
}

/// Whom a client meets, in full.
async fn shown(listener: &Listener) -> Vec<u8> {
    let (client, _server) = pair(&connector(), listener, target(port(listener))).await;
    client.peer_certificate().expect("a certificate").raw().to_vec()
}

#[tokio::test]
async fn the_new_identity_is_shown_and_what_was_accepted_before_keeps_the_old() {
    let (first, second) = (Pki::shared().localhost(), second());
    let listener = listen(localhost()).await;
    assert_eq!(shown(&listener).await, first.der());
    let connecting = tokio::spawn({
        let (connector, target) = (connector(), target(port(&listener)));
        async move { connector.connect(target).await }
    });
    let incoming = listener.accept().await.expect("a client");
    listener.rotate(identity(&second)).expect("another identity");
    let server = within("a handshake", incoming.secure()).await.expect("the server's end");
    let client = connecting.await.expect("no panic").expect("the client's end");
    assert_eq!(client.peer_certificate().expect("a certificate").raw(), first.der());
    assert_eq!(server.certificate().expect("its own").raw(), first.der());
    assert_eq!(shown(&listener).await, second.der());
}

#[tokio::test]
async fn sessions_of_the_old_terms_are_not_taken() {
    let listener = listen(localhost()).await;
    let connector = connector();
    let resumed = async || {
        let (mut client, server) = pair(&connector, &listener, target(port(&listener))).await;
        let close = tokio::spawn(server.close());
        client.wait_for_sessions(tredici_test::PATIENCE).await.expect("tickets");
        within("the goodbye", close).await.expect("no panic").expect("closes");
        client.is_session_reused()
    };
    assert_eq!([resumed().await, resumed().await], [false, true]);
    listener.reload().expect("the same again");
    assert_eq!([resumed().await, resumed().await], [false, true]);
}

#[tokio::test]
async fn other_clients_are_let_in() {
    let (pki, other) = (Pki::shared(), Authority::new("Other"));
    let theirs = other.leaf(CertificateSpec::client("Theirs"));
    let listener = listen(localhost().ca(pki.root().pem()).request_cert(true)).await;
    for (known, unknown) in [(pki.client(), &theirs), (&theirs, pki.client())] {
        for (own, expected) in [(known, true), (unknown, false)] {
            let options = trusting().cert(own.chain_pem()).key(own.key_pem());
            let client = Connector::new(options).expect("a connector");
            let (_client, server) = tokio::join!(client.connect(target(port(&listener))), accept(&listener));
            match server {
                Ok(server) => assert!(expected && server.authorized()),
                Err(error) => assert!(!expected && error.kind() == ErrorKind::Untrusted, "{error}"),
            }
        }
        listener.rotate(ListenOptions::new().ca(other.pem())).expect("another authority");
    }
}

#[tokio::test]
async fn what_fails_leaves_the_old_in_force() {
    let listener = listen(localhost()).await;
    let own = second();
    for (options, code) in [
        (ListenOptions::new().cert("no certificate"), "ERR_OSSL_PEM_NO_START_LINE"),
        (ListenOptions::new().cert(own.chain_pem()), "ERR_OSSL_X509_KEY_VALUES_MISMATCH"),
        (ListenOptions::new().cert(Pem::file("/nowhere/cert.pem")), "ENOENT"),
        (ListenOptions::new().request_cert(true), "ERR_INVALID_ARG_VALUE"),
    ] {
        let error = listener.rotate(options).expect_err("it cannot work");
        assert_eq!((error.phase().as_str(), error.code()), ("options", code), "{error}");
        assert!(!error.to_string().contains("pins"), "a listener has none: {error}");
    }
    assert_eq!(shown(&listener).await, Pki::shared().localhost().der());
}

#[tokio::test]
async fn files_are_read_anew() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let write = |own: &Certificate| {
        std::fs::write(path("cert.pem"), own.chain_pem()).expect("writes");
        std::fs::write(path("key.pem"), own.key_pem()).expect("writes");
    };
    let own = second();
    write(Pki::shared().localhost());
    let options = super::super::ends::server_options();
    let listener = listen(options.cert(Pem::file(path("cert.pem"))).key(Pem::file(path("key.pem")))).await;
    assert_eq!(shown(&listener).await, Pki::shared().localhost().der());
    write(&own);
    listener.reload().expect("other files");
    assert_eq!(shown(&listener).await, own.der());
}

#[tokio::test]
async fn a_plain_listener_has_nothing_to_replace() {
    let plain = listen(ListenOptions::new()).await;
    for outcome in [plain.reload(), plain.rotate(identity(&second()))] {
        assert_eq!(outcome.expect_err("it is plain").code(), "UND_ERR_INVALID_ARG");
    }
    assert!(!plain.encrypted());
}
