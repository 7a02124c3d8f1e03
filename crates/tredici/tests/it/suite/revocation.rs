//! Lists of revoked certificates.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tredici::{ConnectOptions, Connector, Error, ErrorKind, Listener, Pem};
use tredici_test::{Authority, Certificate, CertificateSpec, Pki};
#[cfg(feature = "serde")]
use tredici_test::{NodeServer, node_oracle};

use super::ends::{
    Clock, Echo, accept, client_options, exchange, listen, localhost, port, replacements, showing, target,
    trusting,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A root, an intermediate beneath it, and a server's certificate beneath that.
pub(crate) struct Chain {
    pub(crate) root: Authority,
    pub(crate) intermediate: Authority,
    pub(crate) leaf: Certificate,
}

impl Chain {
    pub(crate) fn new() -> Self {
        let root = Authority::new("Root");
        let intermediate = root.intermediate("Intermediate");
        let leaf = intermediate.leaf(CertificateSpec::server(&["localhost"]));
        Self { root, intermediate, leaf }
    }

    /// Lists in which nobody stands.
    pub(crate) fn empty(&self) -> [String; 2] {
        [self.intermediate.crl(&[]), self.root.crl(&[])]
    }

    /// A client that trusts the root less whom these lists name, and has every chain verified anew.
    pub(crate) fn client(&self, lists: impl Into<tredici::PemList>) -> ConnectOptions {
        client_options().ca(self.root.pem()).crl(lists)
    }
}

/// The list, with another signature.
fn tampered(list: &str) -> String {
    let lines: Vec<_> = list.lines().collect();
    let mut der = STANDARD.decode(lines[1..lines.len() - 1].concat()).expect("base64");
    *der.last_mut().expect("the signature's end") ^= 1;
    format!("{}\n{}\n{}\n", lines[0], STANDARD.encode(der), lines[lines.len() - 1])
}

pub(crate) async fn visit(connector: &Connector, server: &Echo) -> Result<bool, Error> {
    let mut socket = connector.connect(target(server.port())).await?;
    exchange(&mut socket).await;
    Ok(socket.is_session_reused())
}

async fn code(options: ConnectOptions, server: &Echo) -> String {
    let connector = Connector::new(options).expect("a connector");
    visit(&connector, server).await.map_or_else(|error| error.code().to_owned(), |_| "trusted".to_owned())
}

#[tokio::test]
async fn every_issuer_of_the_chain_is_asked() {
    let chain = Chain::new();
    let Chain { root, intermediate, leaf } = &chain;
    let other = intermediate.leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(leaf)).await;
    let [by_intermediate, by_root] = chain.empty();
    for (lists, expected) in [
        (vec![by_intermediate.clone(), by_root.clone()], "trusted"),
        (vec![by_intermediate.clone() + &by_root], "trusted"),
        (vec![by_root.clone() + &by_intermediate], "trusted"),
        (vec![intermediate.crl(&[&other]), by_root.clone()], "trusted"),
        (vec![intermediate.crl(&[&other, leaf]), by_root.clone()], "CERT_REVOKED"),
        (vec![by_intermediate.clone(), root.crl(&[intermediate.certificate()])], "CERT_REVOKED"),
        (vec![by_root.clone() + &intermediate.crl(&[leaf])], "CERT_REVOKED"),
        (vec![by_intermediate.clone()], "UNABLE_TO_GET_CRL"),
        (vec![by_root.clone()], "UNABLE_TO_GET_CRL"),
        (vec![Authority::new("Another").crl(&[])], "UNABLE_TO_GET_CRL"),
        (vec![Authority::new("Intermediate").crl(&[]), by_root.clone()], "UNABLE_TO_GET_CRL"),
        (vec![tampered(&by_intermediate), by_root.clone()], "CRL_SIGNATURE_FAILURE"),
    ] {
        assert_eq!(code(chain.client(lists.clone()), &server).await, expected, "{lists:?}");
    }
}

/// Lists, one to a PEM as Node reads them, and what they come to.
fn cases(chain: &Chain, now: SystemTime) -> Vec<(&'static str, Vec<String>, &'static str)> {
    let Chain { root, intermediate, leaf } = chain;
    let [by_intermediate, by_root] = chain.empty();
    let revoking = |from, to| intermediate.crl_within(&[leaf], now - from, now + to);
    let (hour, expired) = (DAY / 24, intermediate.crl_within(&[], now - 2 * DAY, now - DAY));
    let stranger = Authority::new("Intermediate").crl(&[leaf]);
    vec![
        ("good", vec![by_intermediate.clone(), by_root.clone()], "trusted"),
        ("revoked", vec![intermediate.crl(&[leaf]), by_root.clone()], "CERT_REVOKED"),
        (
            "revoked above",
            vec![by_intermediate.clone(), root.crl(&[intermediate.certificate()])],
            "CERT_REVOKED",
        ),
        ("missing", vec![by_root.clone()], "UNABLE_TO_GET_CRL"),
        ("missing above", vec![by_intermediate.clone()], "UNABLE_TO_GET_CRL"),
        ("expired", vec![expired.clone(), by_root.clone()], "CRL_HAS_EXPIRED"),
        ("revoked just now", vec![revoking(Duration::ZERO, DAY), by_root.clone()], "CERT_REVOKED"),
        ("expired and good", vec![expired.clone(), by_intermediate.clone(), by_root.clone()], "trusted"),
        ("good and expired", vec![by_intermediate.clone(), by_root.clone(), expired], "trusted"),
        ("newer", vec![by_intermediate.clone(), revoking(hour, DAY), by_root.clone()], "CERT_REVOKED"),
        ("newer before", vec![revoking(hour, DAY), by_intermediate.clone(), by_root.clone()], "CERT_REVOKED"),
        ("older", vec![revoking(2 * DAY, DAY), by_intermediate.clone(), by_root.clone()], "trusted"),
        ("older behind", vec![by_intermediate.clone(), revoking(2 * DAY, DAY), by_root.clone()], "trusted"),
        ("forged", vec![tampered(&by_intermediate), by_root.clone()], "CRL_SIGNATURE_FAILURE"),
        ("by another of that name", vec![stranger, by_root], "UNABLE_TO_GET_CRL"),
    ]
}

#[tokio::test]
async fn of_several_lists_the_best_counts() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    for (name, lists, expected) in cases(&chain, Clock::new().now()) {
        assert_eq!(code(chain.client(lists), &server).await, expected, "{name}");
    }
}

#[cfg(feature = "serde")]
#[tokio::test]
async fn node_says_the_same() {
    const SCRIPT: &str = "
        const tls = require('tls');
        const ask = (crl) => new Promise((resolve) => {
            const { port, ca } = input;
            const options = { host: '127.0.0.1', port, ca, crl, servername: 'localhost' };
            const socket = tls.connect(options, () => { resolve('trusted'); socket.destroy(); });
            socket.on('error', (error) => resolve(error.code));
        });
        const answers = [];
        for (const crl of input.lists) answers.push(await ask(crl));
        return answers;";

    if !NodeServer::is_available() {
        return;
    }
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let cases = cases(&chain, Clock::new().now());
    let lists: Vec<_> = cases.iter().map(|(_, lists, _)| lists).collect();
    let input = serde_json::json!({ "port": server.port(), "ca": chain.root.pem(), "lists": lists });
    let answers = node_oracle(SCRIPT, input).await;
    for ((name, _, expected), answer) in cases.iter().zip(answers.as_array().expect("answers")) {
        assert_eq!(answer, expected, "{name}");
    }
}

/// A peer that is refused for a list gets the same alert from each engine.
#[tokio::test]
async fn the_refused_peer_is_told() {
    let chain = Chain::new();
    let listener = listen(showing(&chain.leaf)).await;
    for (name, lists, expected) in cases(&chain, Clock::new().now()) {
        let alert = match expected {
            "trusted" => continue,
            "CERT_REVOKED" => 44,
            "CRL_HAS_EXPIRED" => 45,
            "CRL_SIGNATURE_FAILURE" => 51,
            _ => 48,
        };
        let connector = Connector::new(chain.client(lists)).expect("a connector");
        let (client, server) = tokio::join!(connector.connect(target(port(&listener))), accept(&listener));
        assert_eq!(client.expect_err("refused").code(), expected, "{name}");
        assert_eq!(server.expect_err("told").kind(), ErrorKind::Alert(alert), "{name}");
    }
}

#[tokio::test]
async fn a_list_in_a_file_is_read_anew() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("crl.pem");
    let write = |list: &str| std::fs::write(&file, list.to_owned() + &chain.root.crl(&[])).expect("writes");
    write(&chain.intermediate.crl(&[]));
    let connector = Connector::new(chain.client(Pem::file(&file))).expect("a connector");
    assert!(!visit(&connector, &server).await.expect("trusted"));
    write(&chain.intermediate.crl(&[&chain.leaf]));
    assert!(visit(&connector, &server).await.expect("nobody has looked yet"));
    connector.reload().expect("another list");
    assert_eq!(visit(&connector, &server).await.expect_err("revoked").code(), "CERT_REVOKED");
    write("garbage");
    assert_eq!(connector.reload().expect_err("no list").code(), "ERR_CRYPTO_OPERATION_FAILED");
    assert_eq!(visit(&connector, &server).await.expect_err("the old is in force").code(), "CERT_REVOKED");
}

#[tokio::test]
async fn what_is_revoked_is_told_in_the_report_where_nobody_rejects() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let lists = [chain.intermediate.crl(&[&chain.leaf]), chain.root.crl(&[])];
    let connector =
        Connector::new(chain.client(lists).danger().reject_unauthorized(false)).expect("a connector");
    let socket = connector.connect(target(server.port())).await.expect("nobody rejects");
    assert_eq!(socket.authorization_error().expect("why").code(), "CERT_REVOKED");
}

#[tokio::test]
async fn what_is_no_list_is_refused() {
    let list = Pki::shared().root().crl(&[]);
    let cut = &list[..list.len() / 2];
    let certificate = Pki::shared().root().pem();
    for garbage in
        ["", "garbage", cut, &certificate, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"]
    {
        let error = Connector::new(trusting().crl(garbage)).expect_err("no list");
        assert_eq!((error.code(), error.phase().as_str()), ("ERR_CRYPTO_OPERATION_FAILED", "options"));
        assert!(error.message().contains("Failed to parse CRL"), "{error}");
    }
    let error = Connector::new(trusting().crl([list.as_str(), "garbage"])).expect_err("one is none");
    assert_eq!(error.code(), "ERR_CRYPTO_OPERATION_FAILED");
    let error = Connector::new(trusting().crl(Pem::file("/nowhere/crl.pem"))).expect_err("no file");
    assert_eq!(error.code(), "ENOENT");
    let listener =
        Listener::bind("127.0.0.1:0".parse().expect("an address"), localhost().crl("garbage")).await;
    assert_eq!(listener.expect_err("no list").code(), "ERR_CRYPTO_OPERATION_FAILED");
}

/// A verdict is remembered, and a session kept, no longer than the lists are good by which it was found.
#[tokio::test]
async fn neither_verdicts_nor_sessions_outlive_the_lists() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let clock = Clock::new();
    let now = clock.now();
    let lists = [chain.intermediate.crl_within(&[], now - DAY, now + DAY), chain.root.crl(&[])];
    for sessions in [0, 100] {
        let clock = Clock::new();
        let options = clock.tell(chain.client(lists.clone())).max_cached_sessions(sessions);
        let connector = Connector::new(options).expect("a connector");
        assert!(!visit(&connector, &server).await.expect("trusted"));
        assert_eq!(visit(&connector, &server).await.expect("trusted"), sessions > 0);
        clock.advance(2 * DAY);
        assert_eq!(visit(&connector, &server).await.expect_err("too late").code(), "CRL_HAS_EXPIRED");
        clock.turn_back(4 * DAY);
        if sessions == 0 {
            // The kit's certificates were not valid then either; the lists came last.
            let code = visit(&connector, &server).await.expect_err("too early").code().to_owned();
            assert!(["CRL_NOT_YET_VALID", "CERT_NOT_YET_VALID"].contains(&&*code), "{code}");
        }
    }
}

#[tokio::test]
async fn another_list_is_another_trust() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let connector = Connector::new(chain.client(chain.empty())).expect("a connector");
    assert!(!visit(&connector, &server).await.expect("trusted"));
    assert!(visit(&connector, &server).await.expect("trusted"));

    connector
        .rotate(replacements().crl([chain.intermediate.crl(&[]), chain.root.crl(&[])]))
        .expect("newer lists");
    assert!(!visit(&connector, &server).await.expect("trusted"), "in full");
    connector
        .rotate(replacements().crl([chain.intermediate.crl(&[&chain.leaf]), chain.root.crl(&[])]))
        .expect("newer lists");
    assert_eq!(visit(&connector, &server).await.expect_err("revoked").code(), "CERT_REVOKED");
}

#[tokio::test]
async fn a_listener_refuses_clients_that_were_revoked() {
    let pki = Pki::shared();
    let lost = pki.root().leaf(CertificateSpec::client("Lost"));
    let kept = pki.root().leaf(CertificateSpec::client("Kept"));
    let listener =
        listen(localhost().ca(pki.root().pem()).request_cert(true).crl(pki.root().crl(&[&lost]))).await;
    for (own, expected) in [(&kept, None), (&lost, Some("CERT_REVOKED"))] {
        let connector =
            Connector::new(trusting().cert(own.chain_pem()).key(own.key_pem())).expect("a connector");
        let (_client, server) = tokio::join!(connector.connect(target(port(&listener))), accept(&listener));
        assert_eq!(server.err().map(|error| error.code().to_owned()).as_deref(), expected);
    }
}

/// Beside Mozilla's authorities, whose lists are not there.
#[tokio::test]
async fn beside_the_bundled_authorities() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let options = |lists: [String; 2]| client_options().extra_ca(chain.root.pem()).crl(lists);
    assert_eq!(code(options(chain.empty()), &server).await, "trusted");
    let lists = [chain.intermediate.crl(&[&chain.leaf]), chain.root.crl(&[])];
    assert_eq!(code(options(lists), &server).await, "CERT_REVOKED");
}
