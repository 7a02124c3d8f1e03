//! The two engines with each other: one's client, the other's listener.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    ConnectOptions, Connector, Engine, ListenOptions, Listener, MemorySessionStore, SessionKey, SessionStore,
    Socket, StoredSession, Target, TlsVersion,
};
use tredici_test::{Pki, within};

const ENGINES: [Engine; 2] = [Engine::Rustls, Engine::OpenSsl];
const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// Every pair of a client's engine and a listener's, with every version.
fn pairs() -> impl Iterator<Item = (Engine, Engine, TlsVersion)> {
    let engines = ENGINES.into_iter().flat_map(|client| ENGINES.map(|server| (client, server)));
    engines.flat_map(|(client, server)| VERSIONS.map(|version| (client, server, version)))
}

async fn listen(engine: Engine) -> Listener {
    let own = Pki::shared().localhost();
    let options = ListenOptions::new().cert(own.chain_pem()).key(own.key_pem()).alpn_protocols(["b", "a"]);
    let address = "127.0.0.1:0".parse().expect("an address");
    Listener::bind(address, options.engine(engine)).await.expect("a listener")
}

fn connector(engine: Engine, newest: TlsVersion) -> Connector {
    let options = ConnectOptions::new().ca(Pki::shared().root().pem()).alpn_protocols(["a", "b"]);
    Connector::new(options.engine(engine).max_version(newest)).expect("a connector")
}

/// Both ends, after each has said something: what comes with it, such as tickets, has been read.
async fn ends(connector: &Connector, listener: &Listener) -> [Socket; 2] {
    let port = listener.local_address().expect("an address").port();
    let target = Target::tls("127.0.0.1").port(port).servername("localhost");
    let accept = async { listener.accept().await.expect("a connection").secure().await };
    let talk = async {
        let (client, server) = tokio::join!(connector.connect(target), accept);
        let (mut client, mut server) = (client.expect("the client's end"), server.expect("the server's end"));
        client.write_all(b"question").await.expect("writes");
        server.read_exact(&mut [0; 8]).await.expect("reads");
        server.write_all(b"answer").await.expect("writes");
        client.read_exact(&mut [0; 6]).await.expect("reads");
        [client, server]
    };
    within("both ends of a connection", talk).await
}

#[tokio::test]
async fn they_agree_on_everything() {
    for (client, server, version) in pairs() {
        let [client, server] = ends(&connector(client, version), &listen(server).await).await;
        assert_eq!(
            (client.tls_version(), server.tls_version()),
            (Some(version.as_str()), Some(version.as_str()))
        );
        assert!(client.authorized());
        assert_eq!(client.cipher(), server.cipher());
        assert_eq!((client.alpn_protocol(), server.alpn_protocol()), (Some("b"), Some("b")));
        assert_eq!(server.servername(), Some("localhost"));
        let material = |socket: &Socket| {
            socket
                .export_keying_material(32, "EXPORTER-between", Some(b"two"))
                .expect("keying material")
                .to_vec()
        };
        assert_eq!(material(&client), material(&server));
    }
}

/// Again and again: a listener on rustls renews the ticket of TLS 1.2 each time.
#[tokio::test]
async fn sessions_are_resumed() {
    for (client, server, version) in pairs() {
        let (connector, listener) = (connector(client, version), listen(server).await);
        for resumed in [false, true, true, true] {
            let [ours, theirs] = ends(&connector, &listener).await;
            let reused = (ours.is_session_reused(), theirs.is_session_reused());
            assert_eq!(reused, (resumed, resumed), "{client} to {server} with {version}");
            assert!(ours.authorized() && ours.peer_certificate().is_some());
        }
    }
}

/// An engine cannot offer the other's sessions, nor does it use them up.
#[tokio::test]
async fn a_store_that_they_share_keeps_their_sessions_apart() {
    for version in VERSIONS {
        let store = Arc::new(MemorySessionStore::new(100));
        let listener = listen(Engine::OpenSsl).await;
        let connectors = ENGINES.map(|engine| {
            let options = ConnectOptions::new().ca(Pki::shared().root().pem()).engine(engine);
            let options = options.max_version(version).session_store(store.clone());
            Connector::new(options).expect("a connector")
        });
        for resumed in [false, true] {
            for connector in &connectors {
                let [client, _server] = ends(connector, &listener).await;
                assert_eq!(client.is_session_reused(), resumed, "{version}, {:?}", client.engine());
            }
        }
        for stats in connectors.map(|connector| connector.session_stats()) {
            assert_eq!((stats.hits, stats.misses, stats.unfit), (1, 1, 0), "{version}");
        }
    }
}

/// Nor do they where a store hands each of them the other's.
#[tokio::test]
async fn a_store_that_hands_out_the_others_sessions_harms_neither() {
    /// Gives whatever came last to whoever asks.
    #[derive(Default)]
    struct Heap(Mutex<Vec<StoredSession>>);
    impl SessionStore for Heap {
        fn put(&self, _key: &SessionKey, session: StoredSession) {
            self.0.lock().expect("a heap").push(session);
        }
        fn take(&self, _key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
            self.0.lock().expect("a heap").pop()
        }
        fn retain(&self, _key: &SessionKey, _keep: &mut dyn FnMut(&StoredSession) -> bool) {}
    }
    for (owner, stranger, version) in pairs().filter(|(owner, stranger, _)| owner != stranger) {
        let heap = Arc::new(Heap::default());
        let listener = listen(Engine::OpenSsl).await;
        let [owner, stranger] = [owner, stranger].map(|engine| {
            let options = ConnectOptions::new().ca(Pki::shared().root().pem()).engine(engine);
            Connector::new(options.max_version(version).session_store(heap.clone())).expect("a connector")
        });
        ends(&owner, &listener).await;
        let there = heap.0.lock().expect("a heap").len() as u64;
        assert!(there > 0, "there is something to be tempted by");
        let [client, _server] = ends(&stranger, &listener).await;
        assert!(!client.is_session_reused() && client.authorized());
        let stats = stranger.session_stats();
        assert_eq!((stats.hits, stats.misses, stats.refused, stats.unfit), (0, 1, 0, there), "{version}");
    }
}
