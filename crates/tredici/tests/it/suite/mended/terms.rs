//! Targets that lead nowhere.

use tredici::{Connector, Destination, Protocol, Target};

use super::super::ends::trusting;

fn destination(protocol: Protocol, hostname: Option<&str>, port: Option<u16>) -> Target {
    let mut destination = Destination::from(protocol);
    destination.hostname = hostname.map(str::to_owned);
    destination.port = port;
    Target::from(destination)
}

#[tokio::test]
async fn a_destination_without_what_it_needs_is_refused() {
    let connector = Connector::new(trusting()).expect("a connector");
    for (target, missing) in [
        (destination(Protocol::Unix, None, None), "path"),
        (destination(Protocol::Unix, Some("127.0.0.1"), Some(1)), "path"),
        (destination(Protocol::Tcp, None, Some(1)), "hostname"),
        (destination(Protocol::Http, None, None), "hostname"),
        (destination(Protocol::Tcp, Some("127.0.0.1"), None), "port"),
    ] {
        let error = connector.connect(target).await.expect_err(missing);
        assert_eq!((error.code(), error.phase().as_str()), ("ERR_MISSING_ARGS", "options"), "{error}");
        assert!(error.message().contains(missing), "{error}");
        assert!(error.attempts().is_empty());
    }
}
