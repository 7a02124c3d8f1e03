//! No address is dialled that `blockList` refuses or `allowList` does not admit, whatever is spoken to it.

use futures_util::FutureExt;
use tokio::net::TcpStream;
use tredici::{
    ConnectOptions, Connector, Error, ErrorKind, FixedLookup, ListenOptions, Listener, Networks, Target,
};
use tredici_test::within;

use super::ends::{accept, listen, listen_unix, localhost, pair, port, trusting};

fn networks(list: &str) -> Networks {
    list.parse().expect(list)
}

fn blocking(list: &str) -> ConnectOptions {
    trusting().block_list(networks(list))
}

async fn refusal(options: ConnectOptions, target: Target) -> Error {
    let connector = Connector::new(options).expect("a connector");
    let error = within("the refusal", connector.connect(target)).await.expect_err("no connection");
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_IP_BLOCKED", "connect"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Blocked);
    let name = if error.attempts().len() > 1 { "AggregateError" } else { "Error" };
    assert_eq!(error.name(), name);
    error
}

/// Nobody has come to the listener so far.
fn nobody_came(listener: &Listener) {
    assert!(listener.accept().now_or_never().is_none());
}

#[tokio::test]
async fn no_spelling_of_an_address_passes() {
    let listener = listen(ListenOptions::new()).await;
    let port = port(&listener);
    for host in ["127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::ffff:7f00:1", "localhost", "2002:7f00:1::"] {
        for target in [Target::tcp(host), Target::tls(host), Target::http(host), Target::https(host)] {
            let error = refusal(blocking("loopback"), target.port(port)).await;
            let codes: Vec<_> = error.attempts().iter().filter_map(|attempt| attempt.error()).collect();
            assert!(!codes.is_empty() && codes.iter().all(|error| error.code() == "ERR_IP_BLOCKED"));
            assert!(error.to_string().contains("is blocked by options.blockList"), "{error}");
            refusal(trusting().allow_list(networks("10.0.0.0/8")), Target::tcp(host).port(port)).await;
        }
    }
    nobody_came(&listener);
}

#[tokio::test]
async fn a_name_leads_where_it_may() {
    let listener = listen(localhost()).await;
    let addresses = ["127.0.0.9", "::1", "127.0.0.1"].map(|address| address.parse().expect(address));
    let options = blocking("127.0.0.9").lookup(FixedLookup::new().with("db.test", addresses));
    let connector = Connector::new(options.allow_list(networks("127.0.0.0/8"))).expect("a connector");
    let target = Target::tls("db.test").port(port(&listener)).servername("localhost");
    let (client, _server) = pair(&connector, &listener, target).await;
    let outcomes: Vec<_> = client
        .attempts()
        .iter()
        .map(|attempt| (attempt.address().address(), attempt.error().map(|error| error.code().to_owned())))
        .collect();
    let blocked = Some("ERR_IP_BLOCKED".to_owned());
    assert_eq!(
        outcomes,
        [
            ("127.0.0.9".to_owned(), blocked.clone()),
            ("::1".to_owned(), blocked),
            ("127.0.0.1".to_owned(), None)
        ]
    );
}

/// What is blocked stands among the attempts where another address was tried and failed.
#[tokio::test]
async fn blocked_and_refused() {
    let free = port(&listen(ListenOptions::new()).await);
    let addresses = ["127.0.0.9", "127.0.0.1"].map(|address| address.parse().expect(address));
    let options = blocking("127.0.0.9").lookup(FixedLookup::new().with("db.test", addresses));
    let connector = Connector::new(options).expect("a connector");
    let error = connector.connect(Target::tcp("db.test").port(free)).await.expect_err("nobody listens");
    assert_eq!(error.code(), "ECONNREFUSED");
    let codes: Vec<_> = error.attempts().iter().filter_map(|attempt| Some(attempt.error()?.code())).collect();
    assert_eq!(codes, ["ERR_IP_BLOCKED", "ECONNREFUSED"]);
    assert!(error.to_string().contains("127.0.0.9"), "{error}");
}

#[tokio::test]
async fn what_has_no_address_is_not_concerned() {
    let connector = Connector::new(blocking("0.0.0.0/0, ::/0")).expect("a connector");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let listener = listen_unix(&path, localhost()).await;
    pair(&connector, &listener, Target::tls("localhost").socket_path(&path)).await;

    let listener = listen(localhost()).await;
    let stream = TcpStream::connect(("127.0.0.1", port(&listener))).await.expect("the listener is there");
    let (client, _server) =
        tokio::join!(connector.connect(Target::tls("localhost").over(stream)), accept(&listener));
    client.expect("a connection over the stream");
}
