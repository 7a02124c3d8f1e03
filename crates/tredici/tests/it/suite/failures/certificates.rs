//! Certificates that are not to be trusted: the code is Node's, the server learns why, the caller sees whom they
//! talked to.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, Issuer, KeyPair, SubjectPublicKeyInfo};
use serde_json::{Value, json};
use tredici::{Connector, ErrorKind, ListenOptions, PeerCertificate, TlsVersion};
use tredici_test::{
    Authority, Certificate, CertificateSpec, ExtendedKeyUsagePurpose, NodeServer, Pki, node_oracle,
};

use super::super::ends::{client_options, exchange, server_options, showing, target, trusting};
use super::{VERSIONS, only, refusal, server::Server};

/// A server's certificate, what the client trusts, and what comes of it.
struct Case {
    name: &'static str,
    shown: String,
    key: String,
    ca: String,
    code: &'static str,
    alert: u8,
    /// What Node says where it has no name for the code, or another one.
    nodes: Option<&'static [&'static str]>,
}

impl Case {
    fn of(name: &'static str, certificate: &Certificate, code: &'static str, alert: u8) -> Self {
        let (shown, key) = (certificate.chain_pem(), certificate.key_pem());
        Self { name, shown, key, ca: Pki::shared().root().pem(), code, alert, nodes: None }
    }

    fn trusting(self, ca: String) -> Self {
        Self { ca, ..self }
    }

    fn showing(self, shown: String) -> Self {
        Self { shown, ..self }
    }

    fn nodes(self, codes: &'static [&'static str]) -> Self {
        Self { nodes: Some(codes), ..self }
    }

    fn listen_options(&self) -> ListenOptions {
        server_options().cert(self.shown.as_str()).key(self.key.as_str())
    }

    fn nodes_codes(&self) -> Vec<&str> {
        self.nodes.map_or_else(|| vec![self.code], <[_]>::to_vec)
    }
}

const UNKNOWN_CA: u8 = 48;
const BAD_CERTIFICATE: u8 = 42;
const UNSUPPORTED: u8 = 43;
const EXPIRED: u8 = 45;
const UNKNOWN: u8 = 46;
const DECRYPT_ERROR: u8 = 51;

fn server() -> CertificateSpec {
    CertificateSpec::server(&["localhost"])
}

fn cases() -> Vec<Case> {
    let pki = Pki::shared();
    let between = pki.intermediate();
    let good = pki.localhost();
    let stranger = Authority::new("Stranger");
    let strangers = stranger.intermediate("Stranger's Intermediate").leaf(server());
    let no_authority = pki.root().beneath(CertificateSpec::authority("No Authority").ca(false));
    let short = pki.root().beneath(CertificateSpec::authority("Short").path_length(0));
    let too_long = short.intermediate("Too Long").leaf(server());
    let late = pki.root().beneath(CertificateSpec::authority("Late").expired()).leaf(server());
    let bad_alone = between.leaf(server().expired());
    let critical = server().extension(&[1, 2, 3, 4], true, &[5, 0]);
    vec![
        Case::of("expired", &between.leaf(server().expired()), "CERT_HAS_EXPIRED", EXPIRED),
        Case::of("an expired intermediate", &late, "CERT_HAS_EXPIRED", EXPIRED),
        Case::of(
            "not yet valid",
            &between.leaf(server().not_yet_valid()),
            "CERT_NOT_YET_VALID",
            BAD_CERTIFICATE,
        ),
        Case::of("self-signed", &server().self_signed(), "DEPTH_ZERO_SELF_SIGNED_CERT", UNKNOWN_CA),
        Case::of("a root that is not trusted", &strangers, "SELF_SIGNED_CERT_IN_CHAIN", UNKNOWN_CA)
            .showing(strangers.chain_pem() + &stranger.pem()),
        Case::of("an unknown issuer", &strangers, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", UNKNOWN_CA),
        Case::of("an intermediate that is missing", good, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", UNKNOWN_CA)
            .showing(good.pem()),
        Case::of("the intermediate alone is trusted", good, "UNABLE_TO_GET_ISSUER_CERT", UNKNOWN_CA)
            .trusting(between.pem()),
        Case::of(
            "another name",
            &between.leaf(CertificateSpec::server(&["other.test"])),
            "ERR_TLS_CERT_ALTNAME_INVALID",
            BAD_CERTIFICATE,
        ),
        Case::of(
            "for clients only",
            &between.leaf(server().purposes(&[ExtendedKeyUsagePurpose::ClientAuth])),
            "INVALID_PURPOSE",
            UNSUPPORTED,
        ),
        Case::of(
            "an issuer that is no authority",
            &no_authority.leaf(server()),
            "INVALID_PURPOSE",
            UNSUPPORTED,
        ),
        Case::of("a path that is too long", &too_long, "PATH_LENGTH_EXCEEDED", UNKNOWN_CA),
        Case::of("a signature that is wrong", good, "CERT_SIGNATURE_FAILURE", DECRYPT_ERROR)
            .showing(forged(good) + &between.pem()),
        Case::of(
            "an extension nobody knows",
            &between.leaf(critical),
            "UNHANDLED_CRITICAL_EXTENSION",
            UNKNOWN,
        )
        .nodes(&["UNSPECIFIED"]),
        // The chain comes first: the name is not even looked at.
        Case::of(
            "expired, and another name",
            &between.leaf(CertificateSpec::server(&["other.test"]).expired()),
            "CERT_HAS_EXPIRED",
            EXPIRED,
        ),
        // Of several things that are wrong with a chain, OpenSSL tells the last.
        Case::of("expired, and its intermediate missing", &bad_alone, "CERT_HAS_EXPIRED", EXPIRED)
            .showing(bad_alone.pem()),
    ]
}

/// The same certificate with another bit at the end of its signature.
fn forged(certificate: &Certificate) -> String {
    let mut der = certificate.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let base64 = STANDARD.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[tokio::test]
async fn each_is_refused_for_its_own_reason() {
    for case in cases() {
        let mut server = Server::with(case.listen_options()).await;
        for version in VERSIONS {
            is_refused(&case, &mut server, version).await;
        }
    }
}

async fn is_refused(case: &Case, server: &mut Server, version: TlsVersion) {
    let name = format!("{}, {version}", case.name);
    let options = only(client_options().ca(case.ca.as_str()), version);
    let error = refusal(options, target(server.port())).await;
    assert_eq!((error.code(), error.phase().as_str()), (case.code, "verify"), "{name}");
    let is_identity = case.code == "ERR_TLS_CERT_ALTNAME_INVALID";
    let kind = if is_identity { ErrorKind::Identity } else { ErrorKind::Untrusted };
    assert_eq!((error.kind(), error.retryable()), (kind, false), "{name}");
    assert!(error.reason().is_some(), "{name}");

    let shown = PeerCertificate::from_pem(&case.shown).unwrap();
    let certificate = error.peer_certificate().expect("whom we talked to");
    assert_eq!(certificate.raw(), shown.raw(), "{name}");
    assert_eq!(error.attempts().len(), 1, "{name}");
    assert!(error.timings().connect.is_some() && error.timings().secure_connect.is_some(), "{name}");

    let told = server.handshake().await.expect_err("the client refuses");
    assert_eq!(told.kind(), ErrorKind::Alert(case.alert), "{name}: {told}");
    assert_eq!(told.phase().as_str(), "secureConnect");
}

#[tokio::test]
async fn a_wrong_name_is_told_in_full() {
    let leaf = Pki::shared().intermediate().leaf(CertificateSpec::server(&["other.test", "*.third.test"]));
    let server = Server::with(showing(&leaf)).await;
    let error = refusal(trusting(), target(server.port())).await;
    let reason = "Host: localhost. is not in the cert's altnames: DNS:other.test, DNS:*.third.test";
    assert_eq!((error.reason(), error.host()), (Some(reason), Some("localhost")));
    assert_eq!(error.message(), format!("Hostname/IP does not match certificate's altnames: {reason}"));
    let chain: Vec<_> = error.peer_certificate().unwrap().chain().collect();
    assert_eq!(chain.len(), 3, "the leaf, its issuer and the root");
    assert_eq!(chain[2].raw(), Pki::shared().root().der());
}

/// What a peer writes into its certificate does not reach a terminal as it is.
#[tokio::test]
async fn a_name_with_control_characters_in_it() {
    let spec = CertificateSpec::named("evil\n\u{1b}[2Jdone").purposes(&[ExtendedKeyUsagePurpose::ServerAuth]);
    let server = Server::with(showing(&Pki::shared().intermediate().leaf(spec))).await;
    let error = refusal(trusting(), target(server.port())).await;
    assert_eq!(error.code(), "ERR_TLS_CERT_ALTNAME_INVALID");
    assert!(error.to_string().contains(r"evil\n\u{1b}[2Jdone"), "{error}");
}

/// The one line says which authority it is that nobody trusts, if the certificate does.
#[tokio::test]
async fn an_unknown_authority_is_named() {
    let (pki, stranger) = (Pki::shared(), Authority::new("Stranger"));
    let (good, leaf) = (pki.localhost(), stranger.leaf(server()));
    let beneath = stranger.intermediate("Stranger's Intermediate").leaf(server());
    let root = pki.root().pem();
    for (certificate, shown, ca, code, named) in [
        (&leaf, leaf.pem(), &root, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CN=Stranger)"),
        (&beneath, beneath.chain_pem(), &root, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CN=Stranger)"),
        (&beneath, beneath.chain_pem() + &stranger.pem(), &root, "SELF_SIGNED_CERT_IN_CHAIN", "CN=Stranger)"),
        (good, good.chain_pem(), &pki.intermediate().pem(), "UNABLE_TO_GET_ISSUER_CERT", "(authority: CN="),
    ] {
        let server = Server::with(server_options().cert(shown).key(certificate.key_pem())).await;
        let error = refusal(client_options().ca(ca.as_str()), target(server.port())).await;
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains("(authority: ") && error.message().contains(named), "{error}");
        assert!(!error.reason().expect("a reason").contains("authority:"), "{error}");
    }

    let nameless = server().self_signed();
    let server = Server::with(server_options().cert(nameless.pem()).key(nameless.key_pem())).await;
    let error = refusal(client_options().ca(root), target(server.port())).await;
    assert!(!error.to_string().contains("(authority"), "nobody issued it: {error}");
}

/// A leaf in `ca` is no root. Which of two codes says so depends on the version of OpenSSL, here as in Node.
#[tokio::test]
async fn the_leaf_itself_is_trusted() {
    let good = Pki::shared().localhost();
    let mut server = Server::with(server_options().cert(good.pem()).key(good.key_pem())).await;
    for version in VERSIONS {
        let options = only(client_options().ca(good.pem()), version);
        let error = refusal(options, target(server.port())).await;
        let codes = ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"];
        assert!(codes.contains(&error.code()), "{error}");
        assert_eq!(server.handshake().await.expect_err("refused").kind(), ErrorKind::Alert(UNKNOWN_CA));
    }
}

/// A self-signed certificate that is trusted is its own root.
#[tokio::test]
async fn a_self_signed_certificate_that_is_trusted() {
    let own = server().self_signed();
    let mut server = Server::with(showing(&own)).await;
    let connector = Connector::new(client_options().ca(own.pem())).unwrap();
    assert!(connector.connect(target(server.port())).await.unwrap().authorized());
    server.handshake().await.unwrap();
}

/// RSA with 1024 bits, which Node 20 still takes.
#[tokio::test]
async fn a_key_that_is_too_weak() {
    if !NodeServer::is_available() {
        return;
    }
    let (certificate, key) = weak().await;
    let server = NodeServer::with(Pki::shared().localhost()).option("cert", certificate).option("key", key);
    let mut server = server.option("ciphers", "DEFAULT:@SECLEVEL=0").start().await;
    for version in VERSIONS {
        let error = refusal(only(trusting(), version), target(server.port())).await;
        assert_eq!((error.code(), error.phase().as_str()), ("EE_KEY_TOO_SMALL", "verify"), "{error}");
        assert!(error.hint().is_some());
        assert_eq!(error.peer_certificate().unwrap().bits(), Some(1024));
        let told = server.event("tlsClientError").await;
        assert!(told["code"].as_str().unwrap().ends_with("ALERT_BAD_CERTIFICATE"), "{told}");
    }
}

/// A certificate of the kit's root, and its key.
async fn weak() -> (String, String) {
    const KEY: &str = "return require('crypto').generateKeyPairSync('rsa', {
        modulusLength: 1024,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });";
    let key = node_oracle(KEY, Value::Null).await;
    let public_key = SubjectPublicKeyInfo::from_pem(key["publicKey"].as_str().unwrap()).unwrap();
    let root = Pki::shared().root();
    let roots_key = KeyPair::try_from(root.certificate().key().der()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&root.pem(), roots_key).unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&public_key, &issuer).unwrap();
    (certificate.pem(), key["privateKey"].as_str().unwrap().to_owned())
}

/// All cases in one process: for each the code with which it refuses, and its word where it is told not to.
const NODE: &str = "
    const tls = require('tls');
    const ask = ({ port, ca }, rejectUnauthorized) => new Promise((resolve) => {
        const options = { host: '127.0.0.1', port, ca, servername: 'localhost', rejectUnauthorized };
        const socket = tls.connect(options, () => { resolve(socket.authorizationError); socket.destroy(); });
        socket.on('error', (error) => resolve(error.code));
    });
    const answers = [];
    for (const server of input) answers.push([await ask(server, true), await ask(server, false)]);
    return { version: process.version, answers };";

#[tokio::test]
async fn node_says_the_same() {
    if !NodeServer::is_available() {
        return;
    }
    let cases = cases();
    let mut servers = Vec::new();
    for case in &cases {
        servers.push(Server::with(case.listen_options()).await);
    }
    let input =
        servers.iter().zip(&cases).map(|(server, case)| json!({ "port": server.port(), "ca": case.ca }));
    let told = node_oracle(NODE, input.collect::<Value>()).await;
    println!("Node {}", told["version"]);
    for (case, node) in cases.iter().zip(told["answers"].as_array().unwrap()) {
        let [refused, reported] = [&node[0], &node[1]].map(|code| code.as_str().unwrap_or("none"));
        assert!(case.nodes_codes().contains(&refused), "{}: Node has {refused}", case.name);
        assert!(case.nodes_codes().contains(&reported), "{}: Node has {reported}", case.name);
    }
}

#[tokio::test]
async fn each_is_told_where_the_caller_does_not_reject() {
    for case in cases() {
        let server = Server::with(case.listen_options()).await;
        for version in VERSIONS {
            let options = only(client_options().ca(case.ca.as_str()), version);
            let connector = Connector::new(options.danger().reject_unauthorized(false)).unwrap();
            let mut socket =
                connector.connect(target(server.port())).await.expect("a connection all the same");
            assert!(!socket.authorized(), "{}", case.name);
            assert_eq!(socket.authorization_error().expect("a reason").code(), case.code, "{}", case.name);
            exchange(&mut socket).await;
        }
    }
}
