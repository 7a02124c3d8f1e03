//! Another identity and other authorities while the connector lives: at once, as a whole, and nothing of the old left.

mod files;
mod listener;

use tokio::task::JoinSet;
use tredici::{ConnectOptions, Connector, ListenOptions, Pem, Socket, Target};
use tredici_test::{Authority, Certificate, CertificateSpec, Cut, Key, KeyKind, Pki, Relay, settle, within};

use super::ends::{
    Echo, client_options, connector, exchange, listen, localhost, pair, port, replacements, showing, target,
    trusting,
};

/// A server's certificate for localhost, with its authority.
fn elsewhere() -> (Authority, Certificate) {
    let root = Authority::new("Elsewhere");
    let leaf = root.leaf(CertificateSpec::server(&["localhost"]));
    (root, leaf)
}

fn ca(authority: &Authority) -> ConnectOptions {
    replacements().ca(authority.pem())
}

fn identity(own: &Certificate) -> ConnectOptions {
    replacements().cert(own.chain_pem()).key(own.key_pem())
}

async fn code(connector: &Connector, server: &Echo) -> String {
    match connector.connect(target(server.port())).await {
        Ok(mut socket) => {
            exchange(&mut socket).await;
            format!("resumed: {}", socket.is_session_reused())
        }
        Err(error) => error.code().to_owned(),
    }
}

#[tokio::test]
async fn the_new_authority_is_trusted_and_the_old_is_not() {
    let (root, leaf) = elsewhere();
    let (old, new) = (Echo::tls().await, Echo::with(showing(&leaf)).await);
    let connector = connector();
    let clone = connector.clone();
    let derived = connector.check(|_| Ok(()));
    assert_eq!(code(&connector, &new).await, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    for connector in [&connector, &derived] {
        assert_eq!(code(connector, &old).await, "resumed: false");
        assert_eq!(code(connector, &old).await, "resumed: true");
    }

    connector.rotate(ca(&root)).expect("another authority");
    for connector in [&connector, &clone, &derived] {
        assert_eq!(code(connector, &old).await, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
        assert_eq!(connector.cached_sessions(target(old.port())).expect("a number"), 0);
    }
    assert_eq!(code(&connector, &new).await, "resumed: false");
    assert_eq!(code(&clone, &new).await, "resumed: true");
    assert_eq!(code(&derived, &new).await, "resumed: false", "it has a cache of its own still");
    let later = derived.check(|_| Ok(()));
    assert_eq!(code(&later, &new).await, "resumed: false");
}

#[tokio::test]
async fn the_new_identity_is_shown() {
    let pki = Pki::shared();
    let second = pki.root().leaf(CertificateSpec::client("Second"));
    let listener = listen(localhost().ca(pki.root().pem()).request_cert(true)).await;
    let own = pki.client();
    let options = trusting().cert(own.chain_pem()).key(own.key_pem());
    let connector = Connector::new(options).expect("a connector");
    for expected in [own, &second] {
        let (client, server) = pair(&connector, &listener, target(port(&listener))).await;
        assert_eq!(server.peer_certificate().expect("one").raw(), expected.der());
        assert_eq!(client.certificate().expect("one").raw(), expected.der());
        connector.rotate(identity(&second)).expect("another identity");
    }
}

#[tokio::test]
async fn sessions_of_the_old_trust_are_dropped_even_where_nothing_changed() {
    let server = Echo::tls().await;
    let connector = connector();
    let mut open = connector.connect(target(server.port())).await.expect("a connection");
    assert_eq!(code(&connector, &server).await, "resumed: false");
    assert_ne!(connector.cached_sessions(target(server.port())).expect("a number"), 0);

    connector.reload().expect("the same again");
    let cached = || connector.cached_sessions(target(server.port())).expect("a number");
    assert_eq!(cached(), 0);
    // The open socket's tickets come only now: they belong to the old terms.
    exchange(&mut open).await;
    assert!(open.authorized());
    assert_eq!(cached(), 0);
    assert_eq!(code(&connector, &server).await, "resumed: false");
    assert_eq!(code(&connector, &server).await, "resumed: true");
}

#[tokio::test]
async fn a_connection_in_flight_ends_under_the_terms_that_it_began_with() {
    let (root, _) = elsewhere();
    let server = Echo::tls().await;
    let relay = Relay::cutting(server.port(), 10, Cut::Stall).await;
    let connector = connector();
    let connecting = tokio::spawn({
        let (connector, port) = (connector.clone(), relay.port());
        async move { connector.connect(target(port)).await }
    });
    let half_way = || relay.recordings().first().is_some_and(|seen| seen.to_client.len() == 10);
    settle("the server's answer to begin", half_way).await;

    connector.rotate(ca(&root)).expect("another authority");
    relay.resume();
    let mut socket = within("the connection", connecting).await.expect("no panic").expect("a connection");
    assert!(socket.authorized());
    exchange(&mut socket).await;
    assert_eq!(connector.cached_sessions(target(relay.port())).expect("a number"), 0);
    assert_eq!(code(&connector, &server).await, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
}

#[tokio::test]
async fn what_fails_leaves_the_old_in_force() {
    let server = Echo::tls().await;
    let (_, stranger) = elsewhere();
    let connector = connector();
    assert_eq!(code(&connector, &server).await, "resumed: false");
    let own = Pki::shared().client();
    let mismatched = replacements().cert(own.chain_pem()).key(stranger.key_pem());
    for (options, code) in [
        (replacements().ca("no certificate"), "ERR_OSSL_PEM_NO_START_LINE"),
        (replacements().ca(Pem::file("/nowhere/ca.pem")), "ENOENT"),
        (replacements().cert(own.chain_pem()), "ERR_INVALID_ARG_VALUE"),
        (mismatched, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"),
        (replacements().port(1), "ERR_INVALID_ARG_VALUE"),
    ] {
        let error = connector.rotate(options).expect_err("it cannot work");
        assert_eq!((error.phase().as_str(), error.code()), ("options", code), "{error}");
    }
    assert_eq!(code(&connector, &server).await, "resumed: true", "nothing has changed");
}

#[tokio::test]
async fn an_option_that_cannot_be_replaced_is_named() {
    let options = replacements().ca("...").alpn_protocols(["h2"]);
    let error = connector().rotate(options).expect_err("it cannot work");
    assert!(error.message().contains("options.ALPNProtocols"), "{error}");
    assert!(error.hint().expect("a hint").contains("ca, extraCa"), "{error}");
}

#[tokio::test]
async fn files_are_read_anew() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    let write = |authority: &Authority| std::fs::write(&file, authority.pem()).expect("writes");
    let (root, leaf) = elsewhere();
    let (old, new) = (Echo::tls().await, Echo::with(showing(&leaf)).await);
    write(Pki::shared().root());
    let connector = Connector::new(client_options().ca(Pem::file(&file))).expect("a connector");
    assert_eq!(code(&connector, &old).await, "resumed: false");
    write(&root);
    assert_eq!(code(&connector, &old).await, "resumed: true", "nobody has looked yet");
    connector.reload().expect("another file");
    assert_eq!(code(&connector, &new).await, "resumed: false");
    assert_eq!(code(&connector, &old).await, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    std::fs::remove_file(&file).expect("removes");
    assert_eq!(connector.reload().expect_err("no file").code(), "ENOENT");
    assert_eq!(code(&connector, &new).await, "resumed: true");
}

/// Authorities with one key and one name: what one has signed, the others have signed as well.
fn twins() -> [Authority; 2] {
    let key = Key::new(KeyKind::P256);
    [&[1], &[2]]
        .map(|serial| Authority::root(CertificateSpec::authority("Twin").with_key(&key).serial(serial)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_is_entirely_old_or_entirely_new() {
    let roots = twins();
    let own = ["First", "Second"].map(|name| roots[0].leaf(CertificateSpec::client(name)));
    let shown = roots[0].leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&shown).ca(roots[0].pem()).request_cert(true)).await;
    let options = client_options().ca(roots[0].pem()).cert(own[0].chain_pem()).key(own[0].key_pem());
    let connector = Connector::new(options).expect("a connector");
    let terms = [0, 1].map(|nth: usize| identity(&own[nth]).ca(roots[nth].pem()));

    // Which of the terms a connection was made under, and under no other.
    let which = |socket: &Socket| {
        let trusted = socket.peer_certificate().expect("a certificate").chain().last().expect("a root");
        let which = roots.iter().position(|root| root.der() == trusted.raw()).expect("one of the two");
        assert_eq!(socket.certificate().expect("one").raw(), own[which].der());
        which
    };
    let connect = || {
        let (connector, target) = (connector.clone(), target(server.port()));
        async move {
            let mut socket = connector.connect(target).await.expect("a connection");
            exchange(&mut socket).await;
            socket
        }
    };
    for (new, terms) in (0..2).zip(&terms).cycle().skip(1).take(10) {
        let connecting: JoinSet<_> = (0..10).map(|_| connect()).collect();
        let rotating = tokio::task::spawn_blocking({
            let (connector, terms) = (connector.clone(), terms.clone());
            move || connector.rotate(terms)
        });
        let sockets = within("the connections", connecting.join_all()).await;
        let under_new = sockets.iter().filter(|socket| which(socket) == new).count();
        println!("{under_new} of {} under the new terms", sockets.len());
        rotating.await.expect("no panic").expect("the other terms");
        assert_eq!(which(&connect().await), new);
    }
}

#[tokio::test]
async fn a_plain_connection_does_not_care() {
    let server = Echo::with(ListenOptions::new()).await;
    let connector = connector();
    let plain = || Target::tcp("127.0.0.1").port(server.port());
    let mut open = connector.connect(plain()).await.expect("a connection");
    connector.rotate(ca(&elsewhere().0)).expect("another authority");
    exchange(&mut open).await;
    exchange(&mut connector.connect(plain()).await.expect("another")).await;
}
