//! Sessions that leave the process or come from elsewhere.

use tredici::{Connector, Session};

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
    assert_names(&error, "session");
    assert_eq!(connector.cached_sessions(target(server.port())).expect("a target"), 2, "it is still here");
}

#[test]
fn one_from_elsewhere_is_refused_when_the_connector_is_built() {
    let session = Session::from_der([0x30, 0x03, 1, 2, 3]).expect("it begins as a session does");
    let error = Connector::new(trusting().session(session)).expect_err("not on this engine");
    assert_eq!(error.phase().as_str(), "options");
    assert_names(&error, "session");
}
