//! Node as an oracle: what it says of a thing is what ours is compared with.

use std::process::Command;

use serde_json::{Value, json};

use crate::program::Program;

/// Runs the body of an asynchronous JavaScript function in Node and returns what it returns.
///
/// The body has `input` and `require`. In what it returns, bytes become Base64 text, and a certificate that is its
/// own issuer has `"issuerCertificate": "self"`; members that are undefined are absent.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use serde_json::json;
///
/// if tredici_test::NodeServer::is_available() {
///     let script = "return { hex: Buffer.from(input.text).toString('hex') };";
///     assert_eq!(tredici_test::node_oracle(script, json!({ "text": "hi" })).await, json!({ "hex": "6869" }));
/// }
/// # });
/// ```
///
/// # Panics
/// Where the script throws, with what it throws.
pub async fn node_oracle(script: &str, input: Value) -> Value {
    let mut node = Program::start(Command::new("node").args(["-e", include_str!("oracle.js")]));
    node.write(&json!({ "script": script, "input": input }).to_string());
    node.close_input();
    let Some(line) = node.line().await else {
        panic!("the script failed: {}", node.complaints());
    };
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("not JSON, {error}: {line}"))
}

/// What Node's own client tells of a connection made with these options of `tls.connect`, in an object with
/// `authorized`, `authorizationError`, `protocol`, `cipher`, `ephemeralKeyInfo`, `alpnProtocol`, `servername`,
/// `isSessionReused` and `peerCertificate` (of `getPeerCertificate(true)`).
///
/// Unless the options say otherwise, it connects to `127.0.0.1` and goes on where the server is not authorized.
///
/// # Panics
/// Where the connection fails, with Node's error.
pub async fn node_client(options: Value) -> Value {
    node_oracle(include_str!("peer_certificate.js"), options).await
}

/// [`node_client`] of a server on this port of `127.0.0.1`, judged by the root in `ca` under the name
/// `servername`.
///
/// # Panics
/// As [`node_client`].
pub async fn node_peer_certificate(port: u16, ca: &str, servername: &str) -> Value {
    node_client(json!({ "port": port, "ca": ca, "servername": servername })).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CertificateSpec, NodeServer, Pki};

    #[tokio::test]
    async fn bytes_undefined_members_and_circles_become_json() {
        if !NodeServer::is_available() {
            return;
        }
        let script =
            "const one = { bytes: Buffer.from(input), none: undefined, list: [null, Buffer.from('x')] };
            one.me = one; one.inner = { up: one }; return one;";
        let expected =
            json!({ "bytes": "aGk=", "list": [null, "eA=="], "me": "self", "inner": { "up": "circular" } });
        assert_eq!(node_oracle(script, json!("hi")).await, expected);
        assert_eq!(node_oracle("", Value::Null).await, Value::Null);
    }

    #[tokio::test]
    async fn what_a_script_throws_is_told() {
        if !NodeServer::is_available() {
            return;
        }
        let failure = tokio::spawn(node_oracle("throw new Error('alas');", Value::Null)).await.unwrap_err();
        assert!(failure.to_string().contains("Error: alas"), "{failure}");
    }

    #[tokio::test]
    async fn nodes_own_client_tells_of_a_server() {
        if !NodeServer::is_available() {
            return;
        }
        let pki = Pki::shared();
        let server = NodeServer::with(pki.localhost()).option("ALPNProtocols", vec!["h2"]).start().await;
        let told = node_peer_certificate(server.port(), &pki.root().pem(), "localhost").await;
        assert_eq!(told["authorized"], true);
        assert_eq!(told["protocol"], "TLSv1.3");
        assert_eq!(told["cipher"]["name"], "TLS_AES_256_GCM_SHA384");
        assert_eq!(told["ephemeralKeyInfo"]["type"], "ECDH");
        assert_eq!(told["alpnProtocol"], false);
        let leaf = &told["peerCertificate"];
        assert_eq!(leaf["subjectaltname"], "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
        let root = &leaf["issuerCertificate"]["issuerCertificate"];
        assert_eq!(root["subject"]["CN"], "Test Root");
        assert_eq!(root["issuerCertificate"], "self");
        assert_eq!(root["raw"], openssl::base64::encode_block(pki.root().der()));
    }

    #[tokio::test]
    async fn a_self_signed_server_is_told_with_the_reason() {
        if !NodeServer::is_available() {
            return;
        }
        let server = NodeServer::with(&CertificateSpec::server(&["localhost"]).self_signed()).start().await;
        let told = node_client(json!({ "port": server.port(), "ALPNProtocols": ["h2"] })).await;
        assert_eq!(told["authorizationError"], "DEPTH_ZERO_SELF_SIGNED_CERT");
    }
}
