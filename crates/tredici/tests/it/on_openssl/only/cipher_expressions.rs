//! Cipher suites by OpenSSL's expressions, and those that no other engine has.

use tredici::Connector;

use super::ends::{listen, localhost, pair, port, target, trusting};

#[tokio::test]
async fn what_they_choose_is_spoken() {
    let cases = [
        ("AES128-SHA:ECDHE-ECDSA-AES128-SHA:!TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"),
        ("ECDHE-ECDSA-AES128-SHA:TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256"),
        ("ECDHE-ECDSA-AES128-SHA:TLS_AES_128_GCM_SHA256:!TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-SHA"),
        ("aECDSA+CHACHA20:TLS_AES_128_GCM_SHA256:!TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
    ];
    for (ciphers, spoken) in cases {
        let listener = listen(localhost().ciphers(ciphers)).await;
        let connector =
            Connector::new(trusting().ciphers("ALL:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256"));
        let connector = connector.expect("a connector");
        let (client, server) = pair(&connector, &listener, target(port(&listener))).await;
        for socket in [client, server] {
            assert_eq!(socket.cipher().expect("a suite").name, spoken, "{ciphers}");
        }
    }
}

#[test]
fn those_that_nobody_knows() {
    for ciphers in ["TLS_BOGUS", "BOGUS", "TLS_AES_128_GCM_SHA256_BOGUS", "!ALL"] {
        let error = Connector::new(trusting().ciphers(ciphers)).expect_err("refused");
        assert_eq!(
            (error.code(), error.phase().as_str()),
            ("ERR_SSL_NO_CIPHER_MATCH", "options"),
            "{ciphers}"
        );
        let named = error.message().starts_with("options.ciphers") && error.message().contains(ciphers);
        assert!(named && error.hint().is_some(), "{error}");
    }
}
