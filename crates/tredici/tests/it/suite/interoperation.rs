//! Other implementations at the other end, as servers and as clients: both versions, RSA and ECDSA, certificates of
//! both sides, a protocol, full and resumed, a word and much data.
#![cfg(feature = "serde")]

mod alerts;
mod bun;
mod curl;
mod nginx;
mod node;
mod openssl;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tredici::{Connector, ListenOptions, Socket, TlsVersion};
use tredici_test::{KeyKind, Pki, within};

use super::{
    ends::{client_options, showing},
    transports::traffic::{receive, send},
};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];
const KINDS: [KeyKind; 2] = [KeyKind::Rsa2048, KeyKind::P256];
const LABEL: &str = "EXPORTER-tredici";
const MUCH: usize = 3 << 20;

/// Of a listener: whether it asks for certificates.
fn listeners() -> impl Iterator<Item = (&'static Pki, TlsVersion, bool)> {
    cases().flat_map(|(pki, version)| [(pki, version, false), (pki, version, true)])
}

fn cases() -> impl Iterator<Item = (&'static Pki, TlsVersion)> {
    KINDS.into_iter().flat_map(|kind| VERSIONS.map(|version| (Pki::of(kind), version)))
}

/// A client of this version alone, with a certificate of its own, that offers two protocols.
fn client(pki: &Pki, version: TlsVersion) -> Connector {
    let options = client_options().ca(pki.root().pem()).min_version(version).max_version(version);
    let options = options.cert(pki.client().chain_pem()).key(pki.client().key_pem());
    Connector::new(options.alpn_protocols(["a", "b"])).expect("a connector")
}

/// A listener of this version alone that speaks one protocol. One that asks for certificates verifies them each time: it
/// resumes nothing.
fn server(pki: &Pki, version: TlsVersion, asks: bool) -> ListenOptions {
    let options = showing(pki.localhost()).min_version(version).max_version(version).alpn_protocols(["b"]);
    if asks { options.ca(pki.root().pem()).request_cert(true) } else { options }
}

/// What the listener knows of a client that would show its certificate.
#[track_caller]
fn assert_known(socket: &Socket, pki: &Pki, asks: bool) {
    assert_eq!(socket.authorized(), asks);
    let certificate = socket.peer_certificate().map(tredici::PeerCertificate::raw);
    assert_eq!(certificate, asks.then_some(pki.client().der()));
}

/// Sends so many bytes to an echo, and sees that they come back.
async fn echo_much(socket: Socket) {
    let (reader, writer) = tokio::io::split(socket);
    let spawned = (tokio::spawn(send(writer, 11, MUCH)), tokio::spawn(receive(reader, 12, MUCH)));
    let both = async { tokio::try_join!(spawned.0, spawned.1).expect("no panic") };
    let (sent, received) = within("all data to come back", both).await;
    assert!(sent == received, "what came back is not what was sent");
}

fn material(socket: &Socket, context: Option<&[u8]>) -> Vec<u8> {
    socket.export_keying_material(48, LABEL, context).expect("keying material").to_vec()
}

fn bytes(base64: &Value) -> Vec<u8> {
    STANDARD.decode(base64.as_str().unwrap_or_else(|| panic!("no bytes: {base64}"))).expect("base64")
}

/// The other end, with this view of the connection, sees what we see.
#[track_caller]
fn assert_agreed(socket: &Socket, view: &Value, version: TlsVersion, resumed: bool) {
    assert_eq!((socket.is_session_reused(), &view["isSessionReused"]), (resumed, &Value::from(resumed)));
    assert_eq!(
        (socket.tls_version(), view["protocol"].as_str()),
        (Some(version.as_str()), Some(version.as_str()))
    );
    assert_eq!((socket.alpn_protocol(), view["alpnProtocol"].as_str()), (Some("b"), Some("b")));
    let cipher = socket.cipher().expect("a cipher suite");
    assert_eq!(serde_json::to_value(cipher).expect("JSON"), view["cipher"]);
    let expected = &view["keyingMaterial"];
    assert_eq!(material(socket, None), bytes(&expected["without"]), "without a context");
    assert_eq!(material(socket, Some(b"context")), bytes(&expected["with"]), "with a context");
}
