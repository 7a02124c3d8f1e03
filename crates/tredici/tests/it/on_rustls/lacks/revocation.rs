//! Lists of revoked certificates.

use tredici::{Connector, Listener};
use tredici_test::Pki;

use super::{
    assert_names,
    ends::{localhost, replacements, trusting},
};

#[tokio::test]
async fn neither_side_asks_them() {
    let list = Pki::shared().root().crl(&[]);
    let error = Connector::new(trusting().crl(list.as_str())).expect_err("not on this engine");
    assert_names(&error, "options.crl");
    let error =
        Listener::bind("127.0.0.1:0".parse().expect("an address"), localhost().crl(list.as_str())).await;
    assert_names(&error.expect_err("not on this engine"), "options.crl");
}

/// The engine stays what it was decided to be.
#[test]
fn nor_does_a_connector_that_lives() {
    let connector = Connector::new(trusting()).expect("a connector");
    let error =
        connector.rotate(replacements().crl(Pki::shared().root().crl(&[]))).expect_err("not on this engine");
    assert_names(&error, "options.crl");
    connector.rotate(replacements().ca(Pki::shared().root().pem())).expect("nothing of it has stayed");
}
