//! TLS 1.0 and 1.1, for servers that know nothing newer.

use tredici::{Connector, TlsVersion};

use super::ends::{listen, localhost, pair, port, target, trusting};

#[tokio::test]
async fn they_are_spoken_where_they_are_asked_for() {
    for version in [TlsVersion::Tls1_0, TlsVersion::Tls1_1] {
        let listener = listen(localhost().min_version(version).ciphers("DEFAULT:@SECLEVEL=0")).await;
        let options = trusting().min_version(version).max_version(version).ciphers("DEFAULT:@SECLEVEL=0");
        let connector = Connector::new(options).expect("a connector");
        let (client, server) = pair(&connector, &listener, target(port(&listener))).await;
        for socket in [client, server] {
            assert_eq!(socket.tls_version(), Some(version.as_str()));
        }
    }
}
