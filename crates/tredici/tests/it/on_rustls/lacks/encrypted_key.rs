//! A private key that is encrypted.

use tredici::{Connector, Listener, PrivateKey};
use tredici_test::Pki;

use super::{
    assert_names,
    ends::{server_options, trusting},
};

#[tokio::test]
async fn neither_side_opens_it() {
    let own = Pki::shared().localhost();
    let key = || PrivateKey::new(own.key().encrypted_pem("open sesame")).passphrase("open sesame");
    let error = Connector::new(trusting().cert(own.chain_pem()).key(key())).expect_err("not on this engine");
    assert_names(&error, "options.key");
    assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");

    let options = server_options().cert(own.chain_pem()).key(key());
    let error = Listener::bind("127.0.0.1:0".parse().expect("an address"), options).await;
    assert_names(&error.expect_err("not on this engine"), "options.key");
}
