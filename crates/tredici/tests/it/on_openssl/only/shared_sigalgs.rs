//! The signature algorithms that both sides know.

use serde_json::json;
use tredici_test::{NodeServer, Pki, node_oracle};

use super::{
    VERSIONS,
    ends::{accept, listen, localhost, pair, port, target},
    newest,
};

#[tokio::test]
async fn a_client_does_not_learn_them() {
    let listener = listen(localhost()).await;
    for version in VERSIONS {
        let (client, server) = pair(&newest(version), &listener, target(port(&listener))).await;
        assert!(client.shared_sigalgs().expect("it tells").is_empty());
        assert!(!server.shared_sigalgs().expect("it tells").is_empty());
    }
}

/// Connects with Node's client to a server of Node's and to the one on `input.port`, and returns what the first says
/// of the signature algorithms that it shares with the client.
const SHARED_WITH_NODE: &str = "
    const tls = require('tls');
    const server = tls.createServer(input.server);
    const shared = new Promise((resolve) =>
        server.on('secureConnection', (socket) => resolve(socket.getSharedSigalgs())));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connect = (port) => new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', rejectUnauthorized: false, ...input.client, port };
        const socket = tls.connect(options, () => socket.end(resolve));
        socket.on('error', reject);
    });
    await connect(server.address().port);
    await connect(input.port);
    return shared;";

#[tokio::test]
async fn shared_signature_algorithms_are_spelled_as_nodes_server_spells_them() {
    if !NodeServer::is_available() {
        return;
    }
    let algorithms = "rsa_pss_rsae_sha256:ed25519:ecdsa_secp256r1_sha256:rsa_pkcs1_sha512:ecdsa_secp521r1_sha512:\
                      rsa_pss_rsae_sha512";
    let localhost_certificate = Pki::shared().localhost();
    let listener = listen(localhost()).await;
    for version in ["TLSv1.2", "TLSv1.3"] {
        let input = json!({
            "server": { "cert": localhost_certificate.chain_pem(), "key": localhost_certificate.key_pem() },
            "client": { "sigalgs": algorithms, "maxVersion": version },
            "port": port(&listener),
        });
        let (expected, ours) = tokio::join!(node_oracle(SHARED_WITH_NODE, input), accept(&listener));
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list
        };
        let expected: Vec<String> = serde_json::from_value(expected).expect("names");
        let ours = ours.expect("a connection").shared_sigalgs().expect("it tells");
        assert_eq!(expected.len(), 6, "{expected:?}");
        // Each server goes by its own preference.
        assert_eq!(sorted(ours), sorted(expected), "{version}");
    }
}
