//! A private key that is encrypted.

use tredici::{Connector, PrivateKey};
use tredici_test::Pki;

use super::ends::{listen, localhost, pair, port, target, trusting};

#[tokio::test]
async fn it_is_opened_with_its_own_passphrase_or_with_that_of_the_options() {
    let own = Pki::shared().client();
    let pem = || own.key().encrypted_pem("open sesame");
    let options = |key: PrivateKey| trusting().cert(own.chain_pem()).key(key);
    let asking = localhost().ca(Pki::shared().root().pem()).request_cert(true);
    let listener = listen(asking).await;
    for options in [
        options(PrivateKey::new(pem())).passphrase("open sesame"),
        options(PrivateKey::new(pem()).passphrase("open sesame")).passphrase("the key's own goes first"),
    ] {
        let connector = Connector::new(options).expect("a connector");
        let (_client, server) = pair(&connector, &listener, target(port(&listener))).await;
        assert!(server.authorized());
    }
    for options in [
        options(PrivateKey::new(pem())),
        options(PrivateKey::new(pem())).passphrase("close sesame"),
        options(PrivateKey::new(pem()).passphrase("close sesame")).passphrase("open sesame"),
    ] {
        let error = Connector::new(options).expect_err("it stays shut");
        assert_eq!((error.code(), error.phase().as_str()), ("ERR_OSSL_BAD_DECRYPT", "options"));
        assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
    }
}
