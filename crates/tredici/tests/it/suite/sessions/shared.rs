//! Connectors of equal terms that share one store: each resumes what another has met.

use std::sync::Arc;
use std::time::Duration;

use tredici::{ConnectOptions, Connector, MemorySessionStore, SessionStore, TlsVersion};
use tredici_test::{Authority, Cut, Pki, Relay, settle, within};

use super::super::ends::{Clock, Echo, client_options, exchange, replacements, target, trusting};
use super::{chain, held, offers, store::Noting, terms::less_the_revoked, visit};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

fn sharing(store: &Arc<impl SessionStore + 'static>, options: ConnectOptions) -> Connector {
    Connector::new(options.session_store(store.clone())).expect("a connector")
}

async fn assert_shared(store: &Arc<impl SessionStore + 'static>, options: ConnectOptions) {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let [one, other] = [(); 2].map(|()| sharing(store, options.clone()));
    let mut met = one.connect(target(relay.port())).await.expect("a connection");
    exchange(&mut met).await;
    assert!(!met.is_session_reused());
    let mut socket = other.connect(target(relay.port())).await.expect("a connection");
    exchange(&mut socket).await;
    assert_eq!((socket.is_session_reused(), socket.authorized()), (true, true));
    assert_eq!(chain(&socket), chain(&met), "who it is was kept with it");
    for connector in [&one, &other, &other.clone(), &one] {
        assert!(visit(connector, target(relay.port())).await);
    }
    assert_eq!(offers(&relay), [false, true, true, true, true, true]);
    let stats = [one, other].map(|connector| connector.session_stats());
    assert_eq!(
        stats.map(|stats| (stats.hits, stats.misses, stats.refused, stats.unfit)),
        [(2, 1, 0, 0), (3, 0, 0, 0)]
    );
}

#[tokio::test]
async fn they_resume_each_others_sessions() {
    for newest in VERSIONS {
        assert_shared(&Arc::new(MemorySessionStore::new(100)), trusting().max_version(newest)).await;
    }
}

#[tokio::test]
async fn a_store_of_the_callers_is_as_good() {
    for newest in VERSIONS {
        assert_shared(&Arc::new(Noting::default()), trusting().max_version(newest)).await;
    }
}

#[tokio::test]
async fn who_shows_the_same_certificate_shares_too() {
    let own = Pki::shared().client();
    for newest in VERSIONS {
        let options = trusting().cert(own.chain_pem()).key(own.key_pem()).max_version(newest);
        assert_shared(&Arc::new(MemorySessionStore::new(100)), options).await;
    }
}

#[tokio::test]
async fn who_knows_of_the_same_revoked_shares_too() {
    for newest in VERSIONS {
        let options = less_the_revoked(&[Pki::shared().client()]).max_version(newest);
        assert_shared(&Arc::new(MemorySessionStore::new(100)), options).await;
    }
}

#[tokio::test]
async fn a_session_outlives_the_connector_that_made_it() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let store = Arc::new(MemorySessionStore::new(100));
        let equal = || sharing(&store, trusting().max_version(newest));
        assert!(!visit(&equal(), target(server.port())).await);
        assert!(visit(&equal(), target(server.port())).await, "{newest}");
    }
}

/// What time it is belongs to the connector that offers, whoever has made the session.
#[tokio::test]
async fn each_goes_by_its_own_clock() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let relay = Relay::to(server.port()).await;
        let store = Arc::new(MemorySessionStore::new(100));
        let late = Clock::new();
        late.advance(Duration::from_secs(8 * 24 * 3600));
        let [early, late] =
            [Clock::new(), late].map(|clock| sharing(&store, clock.tell(trusting()).max_version(newest)));
        visit(&early, target(relay.port())).await;
        assert_eq!(held(&late, target(relay.port())), 0);
        assert!(!visit(&late, target(relay.port())).await, "{newest}");
        assert_eq!(offers(&relay), [false, false]);
    }
}

#[tokio::test]
async fn who_rotates_shares_with_those_of_the_new_terms() {
    let server = Echo::tls().await;
    let cas = [Pki::shared().root().pem(), Authority::new("Another").pem()];
    for newest in VERSIONS {
        let store = Arc::new(MemorySessionStore::new(100));
        let old = || sharing(&store, trusting().max_version(newest));
        let (rotated, left) = (old(), old());
        assert!(!visit(&left, target(server.port())).await);
        rotated.rotate(replacements().ca(cas.clone())).expect("other authorities");
        assert!(!visit(&rotated, target(server.port())).await, "the old terms' are not for the new");
        assert!(visit(&left, target(server.port())).await, "they are for the old");
        let new = sharing(&store, client_options().ca(cas.clone()).max_version(newest));
        assert!(visit(&new, target(server.port())).await, "{newest}");
    }
}

/// Those of the others on the old terms are theirs still, and the connector's too, should it come back to these terms.
#[tokio::test]
async fn who_rotates_drops_its_own() {
    let servers = [Echo::tls().await, Echo::tls().await];
    let [one, other] = [servers[0].port(), servers[1].port()];
    let root = Pki::shared().root().pem();
    for newest in VERSIONS {
        let store = Arc::new(MemorySessionStore::new(100));
        let old = || sharing(&store, trusting().max_version(newest));
        let (rotated, left) = (old(), old());
        let derived = rotated.check(|_| Ok(()));
        visit(&left, target(other)).await;
        let of_left = store.len();
        visit(&rotated, target(one)).await;
        visit(&derived, target(one)).await;
        assert_eq!(store.len(), 3 * of_left);

        rotated.rotate(replacements().ca([root.clone(), Authority::new("Another").pem()])).expect("another");
        assert_eq!(store.len(), of_left, "{newest}");
        assert_eq!(held(&left, target(other)), of_left);
        rotated.rotate(replacements().ca(root.clone())).expect("the old one again");
        for connector in [&rotated, &derived] {
            assert!(!visit(connector, target(one)).await, "{newest}: it has left what it knew");
        }
        assert!(visit(&rotated, target(other)).await, "{newest}: whoever stays stands by what it knows");
    }
}

#[tokio::test]
async fn what_comes_after_a_rotation_on_the_old_terms_is_not_kept() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let relay = Relay::cutting(server.port(), 10, Cut::Stall).await;
        let store = Arc::new(MemorySessionStore::new(100));
        let connector = sharing(&store, trusting().max_version(newest));
        let visiting = tokio::spawn({
            let (connector, port) = (connector.clone(), relay.port());
            async move { visit(&connector, target(port)).await }
        });
        let half_way = || relay.recordings().first().is_some_and(|seen| seen.to_client.len() == 10);
        settle("the server's answer to begin", half_way).await;
        connector.reload().expect("the same again");
        relay.resume();
        assert!(!within("the connection", visiting).await.expect("no panic"));
        assert_eq!(store.len(), 0, "{newest}");
    }
}
