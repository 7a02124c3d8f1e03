//! Sessions that leave the process or come from elsewhere.

use std::{sync::Mutex, time::SystemTime};

use tredici::{Connector, Session, SessionKey, SessionStore, StoredSession};

use super::{
    assert_names,
    ends::{Echo, connector, exchange, target, trusting},
};

#[tokio::test]
async fn a_session_that_is_kept_does_not_leave() {
    let server = Echo::tls().await;
    let connector = connector();
    assert!(connector.take_sessions(target(server.port())).expect("none to take").is_empty());
    exchange(&mut connector.connect(target(server.port())).await.expect("a connection")).await;
    let error = connector.take_sessions(target(server.port())).expect_err("not on this engine");
    assert_names(&error, "take_sessions");
    assert_eq!(connector.cached_sessions(target(server.port())).expect("a target"), 2, "it is still here");
}

#[tokio::test]
async fn a_session_in_a_store_stays_what_it_is() {
    /// Would write its sessions down.
    #[derive(Default)]
    struct Disk(Mutex<Vec<StoredSession>>);
    impl SessionStore for Disk {
        fn put(&self, _key: &SessionKey, session: StoredSession) {
            let unwritten = session.into_session().expect_err("not on this engine");
            self.0.lock().expect("a disk").push(unwritten);
        }
        fn take(&self, _key: &SessionKey, _now: SystemTime) -> Option<StoredSession> {
            self.0.lock().expect("a disk").pop()
        }
        fn retain(&self, _key: &SessionKey, _keep: &mut dyn FnMut(&StoredSession) -> bool) {}
    }
    let server = Echo::tls().await;
    let connector = Connector::new(trusting().session_store(Disk::default())).expect("a connector");
    for resumed in [false, true] {
        let mut socket = connector.connect(target(server.port())).await.expect("a connection");
        exchange(&mut socket).await;
        assert_eq!(socket.is_session_reused(), resumed, "it can be kept in memory all the same");
    }
}

#[test]
fn one_from_elsewhere_is_refused_when_the_connector_is_built() {
    let session = Session::from_der([0x30, 0x03, 1, 2, 3]).expect("it begins as a session does");
    let error = Connector::new(trusting().session(session)).expect_err("not on this engine");
    assert_eq!(error.phase().as_str(), "options");
    assert_names(&error, "session");
}
