//! Why it is refused the other end learns by an alert (RFC 8446 section 6.2), and so do we.

use tredici::{ConnectOptions, Connector, ErrorKind, TlsVersion};
use tredici_test::{
    Authority, Certificate, CertificateSpec, ExtendedKeyUsagePurpose, OpensslClient, OpensslServer, Pki,
    within,
};

use super::{
    super::ends::{accept, listen, localhost, port, target, trusting},
    VERSIONS,
};

fn leaf(spec: CertificateSpec) -> Certificate {
    Pki::shared().intermediate().leaf(spec)
}

/// Servers whose certificates are not to be trusted.
fn servers() -> [(Certificate, u8); 5] {
    let server = || CertificateSpec::server(&["localhost"]);
    [
        (Authority::new("Stranger").leaf(server()), 48),
        (server().self_signed(), 48),
        (leaf(server().expired()), 45),
        (leaf(server().purposes(&[ExtendedKeyUsagePurpose::ClientAuth])), 43),
        (leaf(CertificateSpec::server(&["other.test"])), 42),
    ]
}

#[tokio::test]
async fn a_server_that_is_not_trusted() {
    if !OpensslServer::is_available() {
        return;
    }
    for (certificate, alert) in servers() {
        for version in VERSIONS {
            let mut server = OpensslServer::with(&certificate).start().await;
            let connector = Connector::new(trusting().max_version(version)).expect("a connector");
            let error = connector.connect(target(server.port())).await.expect_err("not to be trusted");
            assert_eq!(error.phase().as_str(), "verify");
            server.complains_of(&format!("SSL alert number {alert}\n")).await;
        }
    }
}

#[tokio::test]
async fn a_server_with_which_nothing_is_in_common() {
    if !OpensslServer::is_available() {
        return;
    }
    let with = || OpensslServer::with(Pki::shared().localhost());
    for (server, options, alert) in [
        (with().tls1_2(), trusting().min_version(TlsVersion::Tls1_3), 70),
        (with().tls1_3(), trusting().max_version(TlsVersion::Tls1_2), 70),
        (with().argument("-alpn").argument("a"), trusting().alpn_protocols(["b"]), 120),
        (with().argument("-groups").argument("P-521"), trusting(), 40),
    ] {
        let server = server.start().await;
        let error = refused(options, server.port()).await;
        assert_eq!(error.kind(), ErrorKind::Alert(alert), "{error}");
    }
}

async fn refused(options: ConnectOptions, port: u16) -> tredici::Error {
    let connector = Connector::new(options).expect("a connector");
    within("the end", connector.connect(target(port))).await.expect_err("refused")
}

/// Clients that a listener which asks for certificates does not let in.
fn clients() -> Vec<(Option<Certificate>, [u8; 2])> {
    let client = || CertificateSpec::client("c");
    let stranger = Authority::new("Stranger").leaf(client());
    let for_servers = client().purposes(&[ExtendedKeyUsagePurpose::ServerAuth]);
    vec![
        (Some(stranger), [48, 48]),
        (Some(leaf(client().expired())), [45, 45]),
        (Some(leaf(for_servers)), [43, 43]),
        // handshake_failure, or from rustls certificate_required, of which TLS 1.2 does not know.
        (None, [if super::super::ENGINE == tredici::Engine::OpenSsl { 40 } else { 116 }, 116]),
    ]
}

#[tokio::test]
async fn a_client_that_is_not_trusted() {
    if !OpensslClient::is_available() {
        return;
    }
    let listener = listen(localhost().ca(Pki::shared().root().pem()).request_cert(true)).await;
    for (certificate, alerts) in clients() {
        for (argument, alert) in ["-tls1_2", "-tls1_3"].into_iter().zip(alerts) {
            let client = OpensslClient::to(port(&listener)).argument(argument);
            let client = match &certificate {
                Some(certificate) => client.certificate(certificate),
                None => client,
            };
            let mut client = client.start();
            within("a client", accept(&listener)).await.expect_err("not to be trusted");
            client.complains_of(&format!("SSL alert number {alert}\n")).await;
        }
    }
}

#[tokio::test]
async fn a_client_with_which_nothing_is_in_common() {
    if !OpensslClient::is_available() {
        return;
    }
    let suite = "ECDHE-ECDSA-AES128-GCM-SHA256";
    for (options, arguments, alert) in [
        (localhost().min_version(TlsVersion::Tls1_3), &["-tls1_2"][..], 70),
        (localhost().max_version(TlsVersion::Tls1_2), &["-tls1_3"], 70),
        (localhost().alpn_protocols(["a"]), &["-alpn", "b"], 120),
        (localhost().ciphers(suite), &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"], 40),
        (localhost(), &["-groups", "P-521"], 40),
        (localhost(), &["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], 40),
    ] {
        let listener = listen(options).await;
        let mut client = OpensslClient::to(port(&listener)).arguments(arguments).start();
        within("a client", accept(&listener)).await.expect_err("nothing in common");
        client.complains_of(&format!("SSL alert number {alert}\n")).await;
    }
}
