//! What a caller's own code says, and how it fails.

use std::{error::Error as StdError, fmt, iter};

use tredici::{Connector, Error, PeerCertificate};
use tredici_test::Pki;

use super::super::ends::{Echo, exchange, target, trusting};

#[derive(Debug, PartialEq)]
struct NotHim(u8);

impl fmt::Display for NotHim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not him")
    }
}

impl StdError for NotHim {}

fn is_not_him(_: &str, _: &PeerCertificate) -> Result<(), Box<dyn StdError + Send + Sync>> {
    Err(Box::new(NotHim(7)))
}

/// The caller's own error among the causes of this one.
fn callers_own<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a NotHim> {
    iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

#[tokio::test]
async fn the_error_of_an_identity_check_is_among_the_causes() {
    let server = Echo::tls().await;
    let options = trusting().danger().check_server_identity(is_not_him);
    let connector = Connector::new(options.clone()).expect("a connector");
    let error = connector.connect(target(server.port())).await.expect_err("refused");
    assert_eq!(callers_own(&error), Some(&NotHim(7)));
    assert_eq!((error.phase().as_str(), error.reason()), ("verify", Some("it is not him")));

    let lenient = Connector::new(options.danger().reject_unauthorized(false)).expect("a connector");
    let socket = lenient.connect(target(server.port())).await.expect("a connection");
    let told = socket.authorization_error().expect("a reason");
    assert_eq!(callers_own(told), Some(&NotHim(7)));
}

#[tokio::test]
async fn the_error_of_a_check_tells_the_whole_way() {
    let server = Echo::tls().await;
    let connector = Connector::new(trusting())
        .expect("a connector")
        .check(|_| Err(Error::check("not today").with_source(NotHim(9))));
    let error = connector.connect(target(server.port())).await.expect_err("refused");
    assert_eq!((error.phase().as_str(), error.message()), ("check", "not today"));
    assert_eq!(callers_own(&error), Some(&NotHim(9)));
    let tried: Vec<_> = error.attempts().iter().map(|attempt| attempt.address().to_string()).collect();
    assert_eq!(tried, [format!("127.0.0.1:{}", server.port())]);
    assert!(error.attempts()[0].error().is_none(), "it did answer");
    let timings = error.timings();
    assert!(timings.connect.is_some() && timings.secure_connect.is_some());
    assert!(
        timings.total >= timings.connect.expect("just seen") + timings.secure_connect.expect("just seen")
    );
    assert_eq!(error.target().and_then(|target| target.port), Some(server.port()));
    let certificate = error.peer_certificate().expect("whom we talked to");
    assert_eq!(certificate.raw(), Pki::shared().localhost().der());
}

#[tokio::test]
async fn a_panic_in_keylog_harms_nobody() {
    let server = Echo::tls().await;
    let options = trusting().danger().keylog(|_: &str| panic!("a caller's own"));
    let connector = Connector::new(options).expect("a connector");
    for _ in 0..2 {
        let mut socket = connector.connect(target(server.port())).await.expect("a connection");
        exchange(&mut socket).await;
    }
}
