//! A store that keeps its sessions as bytes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use tredici::{ConnectOptions, Connector, Session, SessionKey, SessionStore, StoredSession, TlsVersion};
use tredici_test::{Pki, Relay};

use super::super::{
    super::suite::sessions::{offers, visit},
    VERSIONS,
    ends::{Echo, client_options, exchange, target, trusting},
};

/// What would lie on a disk: by the text of the key. It never takes anything out.
#[derive(Default)]
struct Disk(Mutex<HashMap<String, Vec<Session>>>);

impl SessionStore for Disk {
    fn put(&self, key: &SessionKey, session: StoredSession) {
        let session = session.into_session().expect("OpenSSL writes its sessions");
        self.0.lock().expect("a disk").entry(key.to_string()).or_default().push(session);
    }

    fn take(&self, key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
        let disk = self.0.lock().expect("a disk");
        disk.get(&key.to_string())?.last().cloned().map(StoredSession::from)
    }

    fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        if let Some(sessions) = self.0.lock().expect("a disk").get_mut(&key.to_string()) {
            sessions.retain(|session| keep(&session.clone().into()));
        }
    }
}

/// Another process, with the same disk.
fn process(options: ConnectOptions, disk: &Arc<Disk>) -> Connector {
    Connector::new(options.session_store(disk.clone())).expect("a connector")
}

#[tokio::test]
async fn what_one_process_has_put_there_another_resumes() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let disk = Arc::new(Disk::default());
        let connector = || process(trusting().max_version(newest), &disk);
        assert!(!visit(&connector(), target(server.port())).await);
        let mut socket = connector().connect(target(server.port())).await.expect("a connection");
        exchange(&mut socket).await;
        assert!(socket.is_session_reused() && socket.authorized(), "{newest}");
        let leaf = socket.peer_certificate().expect("its certificates came along");
        assert_eq!(leaf.raw(), Pki::shared().localhost().der());
        assert_eq!(leaf.chain().count(), 3);
    }
}

#[tokio::test]
async fn a_ticket_is_offered_once_although_the_store_never_lets_go_of_it() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let disk = Arc::new(Disk::default());
    visit(&process(trusting(), &disk), target(relay.port())).await;
    let connect = async || {
        let socket = process(trusting(), &disk).connect(target(relay.port())).await.expect("a connection");
        socket.is_session_reused()
    };
    // Not read, so that no new ticket comes.
    assert!(connect().await);
    assert!(!connect().await);
    assert_eq!(offers(&relay), [false, true, false]);
}

#[tokio::test]
async fn under_other_terms_it_is_not_found_and_not_taken() {
    let server = Echo::tls().await;
    let relay = Relay::to(server.port()).await;
    let disk = Arc::new(Disk::default());
    visit(&process(trusting(), &disk), target(relay.port())).await;
    let under_any_key: Vec<_> = disk.0.lock().expect("a disk").values().flatten().cloned().collect();

    /// Gives everybody everything.
    struct Mixed(Vec<Session>);
    impl SessionStore for Mixed {
        fn put(&self, _key: &SessionKey, _session: StoredSession) {}
        fn take(&self, _key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
            self.0.first().cloned().map(StoredSession::from)
        }
        fn retain(&self, _key: &SessionKey, _keep: &mut dyn FnMut(&StoredSession) -> bool) {}
    }
    for options in [
        trusting().min_version(TlsVersion::Tls1_3),
        trusting().danger().reject_unauthorized(false),
        client_options().ca([Pki::shared().root().pem(), tredici_test::Authority::new("Another").pem()]),
    ] {
        assert!(!visit(&process(options.clone(), &disk), target(relay.port())).await);
        let mixed = options.session_store(Mixed(under_any_key.clone()));
        let connector = Connector::new(mixed).expect("a connector");
        assert!(!visit(&connector, target(relay.port())).await);
        assert!(connector.session_stats().unfit > 0);
    }
    assert!(offers(&relay).iter().all(|offered| !offered));
    // Bare bytes say nothing of whom they belong to.
    let bare: Vec<_> =
        under_any_key.iter().map(|session| Session::from_der(session.der()).expect("DER")).collect();
    let options = trusting().session_store(Mixed(bare)).danger().reject_unauthorized(false);
    assert!(!visit(&Connector::new(options).expect("a connector"), target(relay.port())).await);
}
