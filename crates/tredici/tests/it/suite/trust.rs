//! Whom a connector trusts: Mozilla's certificate authorities, the caller's instead of them, or the caller's as well.

use tokio::{runtime::Handle, task::block_in_place};
use tredici::{CaStore, ConnectOptions, Connector, Target};
use tredici_test::{Authority, Pki};

use super::ends::{Echo, accept, client_options, exchange, listen, localhost, port, target, trusting};

/// The verdict over a server with a certificate of the test's own authority.
async fn verdict(options: ConnectOptions) -> Result<(), String> {
    let listener = listen(localhost()).await;
    let port = port(&listener);
    let server = tokio::spawn(async move { accept(&listener).await });
    let connector = Connector::new(options).expect("connector");
    let result = connector.connect(Target::https("127.0.0.1").port(port)).await;
    let _refused_or_not = server.await.expect("server");
    result.map(|socket| assert!(socket.authorized())).map_err(|error| error.code().to_owned())
}

fn stranger() -> String {
    Authority::new("Stranger").pem()
}

#[tokio::test]
async fn mozillas_are_trusted_where_nobody_says_otherwise() {
    let unknown = Err("UNABLE_TO_GET_ISSUER_CERT_LOCALLY".to_owned());
    assert_eq!(verdict(client_options()).await, unknown);
    assert_eq!(verdict(client_options().ca_store(CaStore::Bundled)).await, unknown);
}

#[tokio::test]
async fn ca_replaces_and_extra_ca_adds() {
    let root = Pki::shared().root().pem();
    let unknown = Err("UNABLE_TO_GET_ISSUER_CERT_LOCALLY".to_owned());
    assert_eq!(verdict(client_options().ca(root.as_str())).await, Ok(()));
    assert_eq!(verdict(client_options().ca(stranger())).await, unknown);
    assert_eq!(verdict(client_options().ca([stranger(), root.clone()])).await, Ok(()));
    assert_eq!(verdict(client_options().ca(stranger() + &root)).await, Ok(()));
    assert_eq!(verdict(client_options().extra_ca(root.as_str())).await, Ok(()));
    assert_eq!(verdict(client_options().ca(stranger()).extra_ca(root.as_str())).await, Ok(()));
    assert_eq!(verdict(client_options().extra_ca(stranger())).await, unknown);
}

#[test]
fn what_holds_no_certificate_is_an_error_and_no_empty_store() {
    let refused = |pem: &str| {
        let error = Connector::new(client_options().ca(pem)).expect_err("nothing to trust");
        (error.phase().as_str(), error.code().to_owned())
    };
    let none = ("options", "ERR_OSSL_PEM_NO_START_LINE".to_owned());
    assert_eq!(refused("garbage"), none);
    assert_eq!(refused(""), none, "an empty file, a variable that is not set");
    assert_eq!(refused(" \n"), none);
    assert_eq!(refused(&Pki::shared().localhost().key_pem()), none);
    let broken = Pki::shared().root().pem().replace("\nMII", "\n!!!");
    assert_eq!(refused(&broken), ("options", "ERR_OSSL_PEM_BAD_BASE64_DECODE".to_owned()));
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(refused(no_certificate), ("options", "ERR_OSSL_PEM_BAD_BASE64_DECODE".to_owned()));
    let missing = Connector::new(client_options().ca(tredici::Pem::file("/no/such/file.pem")));
    let missing = missing.expect_err("no such file");
    assert_eq!((missing.phase().as_str(), missing.code()), ("options", "ENOENT"));
    assert!(missing.to_string().contains("/no/such/file.pem"), "{missing}");
}

/// An identity of which nothing is there is not none.
#[test]
fn an_empty_text_leaves_nothing_out_but_in_json() {
    let own = Pki::shared().client();
    for (options, code) in [
        (client_options().extra_ca(""), "ERR_OSSL_PEM_NO_START_LINE"),
        (client_options().cert("").key(own.key_pem()), "ERR_OSSL_PEM_NO_START_LINE"),
        (client_options().cert(own.chain_pem()).key(""), "ERR_OSSL_UNSUPPORTED"),
    ] {
        let error = Connector::new(options).expect_err("there is nothing in it");
        assert_eq!((error.phase().as_str(), error.code()), ("options", code), "{error}");
    }
    #[cfg(feature = "serde")]
    for name in ["ca", "extraCa", "cert", "key"] {
        let mut options = client_options();
        let json = |json: serde_json::Value| (json, std::path::Path::new(""));
        let (empty, here) = json("".into());
        options.set_json(name, &empty, here).expect("as in Node");
        Connector::new(options.clone()).expect("the default");
        let (empty, here) = json(serde_json::json!({ "base64": "" }));
        options.set_json(name, &empty, here).expect("bytes, of which there are none");
        Connector::new(options).expect_err("there is nothing in it");
    }
}

/// Who is asked on behalf of one connection, and connects himself before he answers, is served by his own terms, and
/// leaves that connection its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_within_the_verification_of_another() {
    let echo = Echo::tls().await;
    let port = echo.port();
    for (trusted, expected) in [
        (Pki::shared().root().pem(), Ok(())),
        (stranger(), Err("UNABLE_TO_GET_ISSUER_CERT_LOCALLY".to_owned())),
    ] {
        let inner = Connector::new(client_options().ca(trusted)).expect("a connector");
        let options = trusting().danger().check_server_identity(move |_, _| {
            let connecting = inner.connect(target(port));
            let answer = block_in_place(|| Handle::current().block_on(connecting));
            let answer = answer.map(drop).map_err(|error| error.code().to_owned());
            if answer == expected { Ok(()) } else { Err(format!("{answer:?}").into()) }
        });
        let outer = Connector::new(options).expect("a connector");
        let mut socket = outer.connect(target(port)).await.expect("the inner one went as it should");
        assert!(socket.authorized());
        exchange(&mut socket).await;
    }
}
