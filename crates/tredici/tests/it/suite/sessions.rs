//! TLS sessions: what is kept, for whom, for how long, and what is known of the server when one is resumed.

mod at_once;
mod cache;
mod declined;
mod defects;
mod expiry;
mod keys;
mod resumed;
mod shared;
mod store;
mod terms;
pub(crate) mod told;
mod unverified;

use tredici::{Connector, Socket, Target};
use tredici_test::{Relay, wire::ClientHello};

use super::ends::exchange;

/// Connects, and exchanges so much that the server's tickets have come; the socket is then dropped without a word.
pub(crate) async fn visit(connector: &Connector, target: Target) -> bool {
    let mut socket = connector.connect(target).await.expect("a connection");
    exchange(&mut socket).await;
    socket.is_session_reused()
}

/// Which of so many connections, one after another, were resumed.
pub(crate) async fn resumptions(
    connector: &Connector,
    target: impl Fn() -> Target,
    times: usize,
) -> Vec<bool> {
    let mut resumed = Vec::new();
    for _ in 0..times {
        resumed.push(visit(connector, target()).await);
    }
    resumed
}

/// What each client has offered to resume, in the order in which they came.
pub(crate) fn offered(relay: &Relay) -> Vec<Option<Vec<u8>>> {
    let hello = |sent: &[u8]| ClientHello::read(sent).expect("a whole ClientHello");
    relay.recordings().iter().map(|recording| hello(&recording.to_server).ticket()).collect()
}

/// Which clients have offered anything.
pub(crate) fn offers(relay: &Relay) -> Vec<bool> {
    offered(relay).iter().map(Option::is_some).collect()
}

/// The certificates of the peer, leaf first, as far as the socket tells them.
pub(crate) fn chain(socket: &Socket) -> Vec<String> {
    let leaf = socket.peer_certificate().expect("a certificate");
    leaf.chain().map(tredici::PeerCertificate::fingerprint256).collect()
}

/// How many sessions the connector holds for this target.
pub(crate) fn held(connector: &Connector, target: Target) -> usize {
    connector.cached_sessions(target).expect("a target")
}
