//! Sessions from outside, and lists of revoked certificates.

#[cfg(feature = "serde")]
use std::time::Duration;

use tredici::Connector;

#[cfg(feature = "serde")]
use super::super::ends::Clock;
use super::{
    super::super::suite::revocation::{Chain, visit},
    Echo, showing, target,
};

/// They outlive the lists no more than others do, nor do those that the server gives in exchange for them.
#[cfg(feature = "serde")]
#[tokio::test]
async fn none_outlives_the_lists() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    for newest in super::super::VERSIONS {
        let clock = Clock::new();
        let (now, hour) = (clock.now(), Duration::from_secs(3600));
        let lists = [chain.intermediate.crl_within(&[], now - hour, now + hour / 2), chain.root.crl(&[])];
        let options = || clock.tell(chain.client(lists.clone())).max_version(newest);
        let connector = Connector::new(options()).expect("a connector");
        assert!(!visit(&connector, &server).await.expect("trusted"));
        let taken = connector.take_sessions(target(server.port())).expect("sessions");
        let mut written = serde_json::to_value(tredici::Sessions::from(taken)).expect("JSON");
        for session in written["sessions"].as_array_mut().expect("sessions") {
            session["expires"] = serde_json::Value::Null;
        }
        let taken = tredici::Sessions::parse(written.to_string().as_bytes()).expect("our own form");

        let unused = Connector::new(options().session(taken.clone())).expect("a connector");
        let elsewhere = Connector::new(options().session(taken)).expect("a connector");
        assert!(visit(&elsewhere, &server).await.expect("trusted"));
        clock.advance(hour);
        for connector in [&elsewhere, &unused] {
            let error = visit(connector, &server).await.expect_err("too late");
            assert_eq!(error.code(), "CRL_HAS_EXPIRED", "{newest}");
        }
    }
}

#[tokio::test]
async fn one_of_another_trust_is_not_offered() {
    let chain = Chain::new();
    let server = Echo::with(showing(&chain.leaf)).await;
    let connector = Connector::new(chain.client(chain.empty())).expect("a connector");
    assert!(!visit(&connector, &server).await.expect("trusted"));
    let taken = connector.take_sessions(target(server.port())).expect("sessions");
    assert!(!taken.is_empty());

    let revoking = chain.client([chain.intermediate.crl(&[&chain.leaf]), chain.root.crl(&[])]);
    let elsewhere = Connector::new(revoking.session(taken)).expect("a connector");
    let error = visit(&elsewhere, &server).await.expect_err("a session of another trust is not offered");
    assert_eq!(error.code(), "CERT_REVOKED");
}
