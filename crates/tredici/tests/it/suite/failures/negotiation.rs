//! Two ends that share no version, no cipher suite or no protocol; and what they agree on where they do.

use tredici::{ConnectOptions, Connector, ErrorKind, ListenOptions, Target, TlsVersion};
use tredici_test::{NodeServer, Pki};

use super::super::ends::{self, target, trusting};
use super::{code_and_phase, refusal, refused_options, server::Server};

fn serving() -> ListenOptions {
    ends::localhost()
}

/// The codes on both sides where a client and a listener do not come together.
async fn apart(connect: ConnectOptions, listen: ListenOptions) -> (String, String) {
    let mut server = Server::with(listen).await;
    let client = refusal(connect, target(server.port())).await;
    assert_eq!(client.phase().as_str(), "secureConnect");
    assert!(matches!(client.kind(), ErrorKind::Alert(_)), "{client}");
    assert!(client.hint().is_some(), "{client}");
    let server = server.handshake().await.expect_err("no handshake");
    super::reads_well(&server);
    assert_eq!((server.kind(), server.phase().as_str()), (ErrorKind::Tls, "secureConnect"));
    (client.code().to_owned(), server.code().to_owned())
}

fn codes(client: &str, server: &str) -> (String, String) {
    (format!("ERR_SSL_{client}"), format!("ERR_SSL_{server}"))
}

#[tokio::test]
async fn no_version_in_common() {
    let (old, new) = (TlsVersion::Tls1_2, TlsVersion::Tls1_3);
    let expected = codes("TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL");
    assert_eq!(apart(trusting().min_version(new), serving().max_version(old)).await, expected);
    assert_eq!(apart(trusting().max_version(old), serving().min_version(new)).await, expected);
}

#[tokio::test]
async fn no_cipher_suite_in_common() {
    const NONE: &str = "SSL/TLS_ALERT_HANDSHAKE_FAILURE";
    let (aes, chacha) = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305");
    let old = trusting().ciphers(aes).max_version(TlsVersion::Tls1_2);
    assert_eq!(apart(old, serving().ciphers(chacha)).await, codes(NONE, "NO_SHARED_CIPHER"));
    let new = trusting().ciphers("TLS_AES_128_GCM_SHA256");
    let listen = serving().ciphers("TLS_CHACHA20_POLY1305_SHA256");
    assert_eq!(apart(new, listen).await, codes(NONE, "NO_SHARED_CIPHER"));
}

#[tokio::test]
async fn no_protocol_in_common() {
    let listen = || serving().alpn_protocols(["h2"]);
    let expected = codes("TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "NO_APPLICATION_PROTOCOL");
    let alone = trusting().alpn_protocols(["http/1.1"]);
    let mut server = Server::with(listen()).await;
    let client = refusal(alone, target(server.port())).await;
    assert_eq!(client.kind(), ErrorKind::Alert(120));
    assert_eq!(code_and_phase(&client), (expected.0.as_str(), "secureConnect"));
    server.handshake().await.expect_err("no handshake");
    // A client that offers nothing is not refused.
    let connector = Connector::new(trusting().alpn_protocols(tredici::AlpnProtocols::none())).unwrap();
    let socket = connector.connect(target(server.port())).await.unwrap();
    assert_eq!((socket.alpn_protocol(), server.handshake().await.unwrap().alpn_protocol), (None, None));
}

#[tokio::test]
async fn the_servers_order_of_protocols_decides() {
    for (offered, served, agreed) in
        [(["http/1.1", "h2"], ["h2", "http/1.1"], "h2"), (["h2", "http/1.1"], ["http/1.1", "h2"], "http/1.1")]
    {
        let mut server = Server::with(serving().alpn_protocols(served)).await;
        let connector = Connector::new(trusting().alpn_protocols(offered)).unwrap();
        let socket = connector.connect(target(server.port())).await.unwrap();
        assert_eq!(socket.alpn_protocol(), Some(agreed));
        assert_eq!(server.handshake().await.unwrap().alpn_protocol.as_deref(), Some(agreed));
    }
}

#[test]
fn ciphers_that_leave_none() {
    let old = trusting().max_version(TlsVersion::Tls1_2);
    for options in [
        old.ciphers("TLS_AES_128_GCM_SHA256"),
        trusting().ciphers("TLS_AES_128_GCM_SHA256:!TLS_AES_128_GCM_SHA256"),
        trusting().ciphers("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ] {
        assert_eq!(refused_options(options).code(), "ERR_SSL_NO_CIPHER_MATCH");
    }
    assert_eq!(refused_options(trusting().ciphers("::")).code(), "ERR_INVALID_ARG_VALUE");
}

/// What `ciphers` names is what is spoken, in the server's order of preference.
#[tokio::test]
async fn ciphers_by_name() {
    const AES: &str = "TLS_AES_128_GCM_SHA256";
    const CHACHA: &str = "TLS_CHACHA20_POLY1305_SHA256";
    const OLD_AES: &str = "ECDHE-ECDSA-AES128-GCM-SHA256";
    const OLD_CHACHA: &str = "ECDHE-ECDSA-CHACHA20-POLY1305";
    let cases = [
        ("", AES, AES),
        (AES, "", AES),
        ("", &[CHACHA, AES].join(":"), CHACHA),
        (&[CHACHA, AES].join(":"), &[AES, CHACHA].join(":"), AES),
        ("!TLS_AES_256_GCM_SHA384", "", CHACHA),
        (OLD_AES, "", "TLS_AES_256_GCM_SHA384"),
        (&[OLD_AES, AES, &format!("!{AES}")].join(":"), "", OLD_AES),
        (
            &[OLD_AES, OLD_CHACHA, AES, &format!("!{AES}")].join(":"),
            &[OLD_CHACHA, OLD_AES].join(":"),
            OLD_CHACHA,
        ),
    ];
    for (ours, the_servers, spoken) in cases {
        let mut server = Server::with(serving().ciphers(the_servers)).await;
        let connector = Connector::new(trusting().ciphers(ours)).expect(ours);
        let socket = connector.connect(target(server.port())).await.expect(ours);
        assert_eq!(socket.cipher().expect("a suite").name, spoken, "{ours} and {the_servers}");
        server.handshake().await.expect(ours);
    }
}

/// The call's server name, else the option's, else the host's, else the address's name.
#[tokio::test]
async fn the_server_name_that_a_server_sees() {
    if !NodeServer::is_available() {
        return;
    }
    let mut server = NodeServer::with(Pki::shared().localhost()).start().await;
    let port = server.port();
    let target = || Target::https("127.0.0.1").port(port);
    let lenient = || trusting().danger().reject_unauthorized(false);
    for (options, target, seen) in [
        (
            lenient().servername("option.test"),
            target().host("host.test").servername("Call.Test."),
            "call.test",
        ),
        (lenient().servername("option.test"), target().host("host.test:1"), "option.test"),
        (lenient(), target().host("host.test:1"), "host.test"),
        (lenient().lookup(to_loopback), Target::https("name.test").port(port), "name.test"),
        (lenient().lookup(to_loopback), Target::https("bücher.test").port(port), "xn--bcher-kva.test"),
        (lenient(), target(), "false"),
        (lenient(), target().host("10.0.0.1"), "false"),
    ] {
        let socket = Connector::new(options).unwrap().connect(target).await.unwrap();
        let view = server.connection().await["servername"].clone();
        let view = view.as_str().map_or_else(|| view.to_string(), str::to_owned);
        assert_eq!(view, seen);
        assert_eq!(socket.servername(), (seen != "false").then_some(seen));
    }
}

async fn to_loopback(_name: String) -> Result<Vec<std::net::IpAddr>, tredici::LookupError> {
    Ok(vec!["127.0.0.1".parse().unwrap()])
}
