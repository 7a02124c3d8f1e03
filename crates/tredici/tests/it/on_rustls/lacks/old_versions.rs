//! TLS 1.0 and 1.1.

use tredici::{Connector, Listener, TlsVersion};

use super::{
    assert_names,
    ends::{localhost, trusting},
};

#[tokio::test]
async fn neither_side_speaks_them() {
    for version in [TlsVersion::Tls1_0, TlsVersion::Tls1_1] {
        let error = Connector::new(trusting().min_version(version)).expect_err("not on this engine");
        assert_names(&error, "options.minVersion");
        let options = localhost().min_version(version).max_version(version);
        let address = "127.0.0.1:0".parse().expect("an address");
        let error = Listener::bind(address, options).await.expect_err("not on this engine");
        assert_names(&error, "options.minVersion");
        assert_names(&error, "options.maxVersion");
    }
}
