//! Cipher suites by OpenSSL's expressions, and those that only OpenSSL has.

use tredici::{Connector, Listener};

use super::{
    assert_names,
    ends::{localhost, trusting},
};

#[tokio::test]
async fn neither_side_takes_them() {
    for ciphers in ["DEFAULT", "HIGH:!aNULL", "@SECLEVEL=0", "AES128-SHA", "TLS_AES_128_CCM_SHA256", "BOGUS"]
    {
        let error = Connector::new(trusting().ciphers(ciphers)).expect_err("not on this engine");
        assert_names(&error, "options.ciphers");
        let address = "127.0.0.1:0".parse().expect("an address");
        let error =
            Listener::bind(address, localhost().ciphers(ciphers)).await.expect_err("not on this engine");
        assert_names(&error, "options.ciphers");
    }
}
