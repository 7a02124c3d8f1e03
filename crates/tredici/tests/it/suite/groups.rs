//! The groups of the key exchange: which are offered, which keys are sent at once, and what is told of the one agreed.

use tredici::{EphemeralKeyInfo, Socket, TlsVersion};
use tredici_test::{NodeServer, OpensslServer, Pki, Relay, wire};

use super::{
    ENGINE,
    ends::{Echo, connector, exchange, target},
};

const X25519: u16 = 0x001D;
const P256: u16 = 0x0017;
const P384: u16 = 0x0018;
const X25519MLKEM768: u16 = 0x11EC;

/// Whether the engine has groups that a quantum computer does not break: OpenSSL has from 3.5 on.
fn has_hybrids() -> bool {
    match ENGINE {
        #[cfg(feature = "openssl")]
        tredici::Engine::OpenSsl => openssl::version::number() >= 0x3050_0000,
        _ => true,
    }
}

/// The group that two ends of ours agree on, as type, name and size.
pub(super) fn preferred(version: TlsVersion) -> (&'static str, Option<&'static str>, Option<u32>) {
    match version {
        TlsVersion::Tls1_3 if has_hybrids() => ("TLSGroup", Some("X25519MLKEM768"), None),
        _ => ("ECDH", Some("X25519"), Some(253)),
    }
}

fn told(socket: &Socket) -> (&'static str, Option<&str>, Option<u32>) {
    let EphemeralKeyInfo { kind, name, size, .. } = socket.ephemeral_key_info().expect("a key");
    (kind, name.as_deref(), *size)
}

#[tokio::test]
async fn the_hybrid_one_is_offered_first_and_x25519_beside_it() {
    let echo = Echo::tls().await;
    let relay = Relay::to(echo.port()).await;
    let socket = connector().connect(target(relay.port())).await.expect("a connection");
    assert_eq!(told(&socket), preferred(TlsVersion::Tls1_3));
    let sent = &relay.recordings()[0].to_server;
    let hello = wire::ClientHello::read(sent).expect("a hello");
    let (groups, shares) = match has_hybrids() {
        true => (vec![X25519MLKEM768, X25519, P256, P384], vec![X25519MLKEM768, X25519]),
        false => (vec![X25519, P256, P384], vec![X25519]),
    };
    assert_eq!((hello.supported_groups(), hello.key_shares()), (groups, shares));
    assert_eq!(hellos(sent), 1);
}

/// The hellos in what a client has sent: two where the server asked for a key of another group.
fn hellos(sent: &[u8]) -> usize {
    wire::records(sent).iter().filter(|record| record.content_type == 22).count()
}

#[tokio::test]
async fn a_server_that_knows_x25519_alone_answers_at_once() {
    if !OpensslServer::is_available() {
        return;
    }
    let server =
        OpensslServer::with(Pki::shared().localhost()).tls1_3().argument("-groups").argument("X25519");
    asks_again(server.start().await.port(), false, ("ECDH", Some("X25519"), Some(253))).await;
}

#[tokio::test]
async fn a_server_that_knows_others_alone_asks_for_theirs() {
    if !OpensslServer::is_available() {
        return;
    }
    for (group, name, size) in [("P-256", "prime256v1", 256), ("P-384", "secp384r1", 384)] {
        let server =
            OpensslServer::with(Pki::shared().localhost()).tls1_3().argument("-groups").argument(group);
        asks_again(server.start().await.port(), true, ("ECDH", Some(name), Some(size))).await;
    }
}

#[tokio::test]
async fn node_may_know_one_alone() {
    if !NodeServer::is_available() {
        return;
    }
    for (curve, name, size, again) in [
        ("X25519", "X25519", 253, false),
        ("prime256v1", "prime256v1", 256, true),
        ("P-384", "secp384r1", 384, true),
    ] {
        let server = NodeServer::with(Pki::shared().localhost()).option("ecdhCurve", curve).start().await;
        asks_again(server.port(), again, ("ECDH", Some(name), Some(size))).await;
    }
}

async fn asks_again(server: u16, again: bool, group: (&str, Option<&str>, Option<u32>)) {
    let relay = Relay::to(server).await;
    let connector = connector();
    let socket = connector.connect(target(relay.port())).await.expect("a connection");
    assert_eq!(told(&socket), group);
    assert_eq!(hellos(&relay.recordings()[0].to_server), if again { 2 } else { 1 }, "{group:?}");
}

/// A key is dear to make, and a question for another costs a round trip.
#[tokio::test]
async fn a_server_that_is_met_again_is_sent_a_key_of_its_group_alone() {
    if !OpensslServer::is_available() {
        return;
    }
    let connector = connector();
    // The last has the same name as the others, and other groups.
    for (group, number, told_name) in [("P-256", P256, "prime256v1"), ("P-384", P384, "secp384r1")] {
        let server =
            OpensslServer::with(Pki::shared().localhost()).tls1_3().argument("-groups").argument(group);
        let server = server.start().await;
        let relay = Relay::to(server.port()).await;
        for visit in 0..2 {
            let socket = connector.connect(target(relay.port())).await.expect("a connection");
            assert_eq!(told(&socket).1, Some(told_name));
            drop(socket);
            let sent = &relay.recordings()[visit].to_server;
            let known = visit > 0 && has_hybrids();
            assert_eq!(hellos(sent), if known { 1 } else { 2 });
            if known {
                let hello = wire::ClientHello::read(sent).expect("a hello");
                assert_eq!(hello.supported_groups(), vec![X25519MLKEM768, X25519, P256, P384]);
                assert_eq!(hello.key_shares(), vec![number]);
            }
        }
    }
}

/// A round trip for a key of the group that stands first with us would be lost.
#[tokio::test]
async fn a_server_of_ours_takes_the_key_that_came() {
    if !NodeServer::is_available() {
        return;
    }
    let echo = Echo::tls().await;
    let relay = Relay::to(echo.port()).await;
    let options = serde_json::json!({
        "port": relay.port(), "ca": Pki::shared().root().pem(), "ecdhCurve": "P-256:P-384:X25519",
    });
    let group = tredici_test::node_oracle(
        "const tls = require('tls');
        return await new Promise((resolve, reject) => {
            const options = { host: '127.0.0.1', servername: 'localhost', ...input };
            const socket = tls.connect(options, () => {
                resolve(socket.getEphemeralKeyInfo().name);
                socket.destroy();
            });
            socket.on('error', reject);
        });",
        options,
    );
    assert_eq!(group.await, "prime256v1");
    assert_eq!(hellos(&relay.recordings()[0].to_server), 1);
}

#[tokio::test]
async fn a_resumed_connection_has_a_key_of_its_own() {
    let server = Echo::tls().await;
    let connector = connector();
    for resumed in [false, true] {
        let mut socket = connector.connect(target(server.port())).await.expect("a connection");
        exchange(&mut socket).await;
        assert_eq!(socket.is_session_reused(), resumed);
        assert_eq!(told(&socket), preferred(TlsVersion::Tls1_3));
    }
}
