//! Peers that cut off, alter and repeat what is said: an error each time, never a panic, never a wait without end,
//! never a byte that was not sent.

mod tamper;

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};
use tredici::{Connector, Error, ErrorKind, Listener, Phase, Socket, Target, TlsVersion};
use tredici_test::{Recording, Relay, within};

use super::ends::{self, Echo, exchange};
use tamper::{Direction, Middleman, Random, Tampering, alter};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];
/// Enough by far between two ends in one process; who waits longer waits for what was taken away.
const SHORT: Duration = Duration::from_millis(500);

/// What client and server said in a handshake of this version.
async fn recorded(version: TlsVersion) -> Recording {
    let echo = Echo::with(ends::localhost().max_version(version)).await;
    let relay = Relay::to(echo.port()).await;
    let target = Target::tls("127.0.0.1").port(relay.port()).servername("localhost");
    exchange(&mut ends::connector().connect(target).await.expect("a connection")).await;
    relay.recordings().remove(0)
}

/// Refused while the connection was being made, and not because time was up.
#[track_caller]
fn assert_refused(outcome: Result<Socket, Error>, case: &str) {
    let error = outcome.expect_err(case);
    assert!(matches!(error.phase(), Phase::SecureConnect | Phase::Verify), "{case}: {error}");
    assert_ne!(error.kind(), ErrorKind::Timeout, "{case}: {error}");
    assert!(!error.to_string().contains('\n'), "{case}: {error}");
}

/// Answers a client's hello with these bytes, and ends.
async fn replay_to_client(connector: &Connector, flight: &[u8]) -> Result<Socket, Error> {
    let (near, mut far) = tokio::io::duplex(1 << 20);
    let serve = async move {
        let mut hello = vec![0; 4096];
        let count = far.read(&mut hello).await.expect("a hello");
        assert!(count > 0, "the client has sent nothing");
        far.write_all(flight).await.expect("writes");
        far.shutdown().await.expect("shuts down");
        far.read_to_end(&mut hello).await.expect("the end");
    };
    let both = async { tokio::join!(connector.connect(Target::tls("localhost").over(near)), serve) };
    within("the client to give up", both).await.0
}

/// Says these bytes to a server, and ends.
async fn replay_to_server(listener: &Listener, flight: &[u8]) -> Result<Socket, Error> {
    let speak = async {
        let mut stream = TcpStream::connect(("127.0.0.1", ends::port(listener))).await.expect("a connection");
        // The server may have had enough before it has heard all.
        let _told = stream.write_all(flight).await;
        let _ended = stream.shutdown().await;
        let _heard = stream.read_to_end(&mut Vec::new()).await;
    };
    let both = async { tokio::join!(ends::accept(listener), speak) };
    within("the server to give up", both).await.0
}

#[tokio::test]
async fn what_a_server_has_said_is_cut_off() {
    for version in VERSIONS {
        let echo = Echo::with(ends::localhost().max_version(version)).await;
        let connector = ends::connector();
        let flight = recorded(version).await.to_client;
        for length in 0..=flight.len() {
            let outcome = replay_to_client(&connector, &flight[..length]).await;
            assert_refused(outcome, &format!("{version:?}, {length} bytes of {}", flight.len()));
            if length % 100 == 0 {
                // What failed before on this thread is not held against a good one.
                let good = connector.connect(ends::target(echo.port())).await;
                exchange(&mut good.expect("a connection")).await;
            }
        }
    }
}

#[tokio::test]
async fn what_a_client_has_said_is_cut_off() {
    for version in VERSIONS {
        let listener = ends::listen(ends::localhost().max_version(version)).await;
        let flight = recorded(version).await.to_server;
        for length in 0..=flight.len() {
            let outcome = replay_to_server(&listener, &flight[..length]).await;
            assert_refused(outcome, &format!("{version:?}, {length} bytes of {}", flight.len()));
            if length % 100 == 0 {
                ends::pair(&ends::connector(), &listener, ends::target(ends::port(&listener))).await;
            }
        }
    }
}

#[tokio::test]
async fn what_a_server_has_said_is_altered() {
    let mut random = Random::new(1);
    for version in VERSIONS {
        let connector = ends::connector();
        let flight = recorded(version).await.to_client;
        for round in 0..1000 {
            let altered = alter(&flight, &mut random);
            let outcome = replay_to_client(&connector, &altered).await;
            assert_refused(outcome, &format!("{version:?}, round {round}"));
        }
    }
}

#[tokio::test]
async fn what_a_client_has_said_is_altered() {
    let mut random = Random::new(2);
    for version in VERSIONS {
        let listener = ends::listen(ends::localhost().max_version(version)).await;
        let flight = recorded(version).await.to_server;
        for round in 0..1000 {
            let altered = alter(&flight, &mut random);
            let outcome = replay_to_server(&listener, &altered).await;
            assert_refused(outcome, &format!("{version:?}, round {round}"));
        }
    }
}

/// A byte of a living handshake is altered on its way. Either side notices or was not concerned (a byte of the legacy
/// session's name is nobody's business); where both are content, what they say to each other is what they hear.
#[tokio::test]
async fn a_handshake_is_altered_on_its_way() {
    let mut random = Random::new(3);
    for version in VERSIONS {
        let recording = recorded(version).await;
        let mut cases = JoinSet::new();
        for _ in 0..250 {
            for (direction, said) in
                [(Direction::ToClient, &recording.to_client), (Direction::ToServer, &recording.to_server)]
            {
                let tampering = Tampering::at(direction, random.below(said.len()), &mut random);
                cases.spawn(handshake_with(version, tampering));
                if cases.len() >= 16 {
                    cases.join_next().await.expect("a case").expect("no panic");
                }
            }
        }
        while let Some(case) = cases.join_next().await {
            case.expect("no panic");
        }
    }
}

async fn handshake_with(version: TlsVersion, tampering: Tampering) {
    let case = format!("{version:?}, {tampering:?}");
    let listener = ends::listen(ends::localhost().max_version(version)).await;
    let middleman = Middleman::between(&listener, tampering).await;
    let connector = Connector::new(ends::trusting().timeout(SHORT)).expect("a connector");
    let client = async {
        let mut socket = connector.connect(ends::target(middleman.port())).await?;
        let mut heard = Vec::new();
        let talk = async {
            socket.write_all(b"from the client").await?;
            socket.shutdown().await?;
            socket.read_to_end(&mut heard).await
        };
        let _ended = tokio::time::timeout(SHORT, talk).await;
        Ok::<_, Error>(heard)
    };
    let server = async {
        let mut socket = ends::accept(&listener).await?;
        let mut heard = Vec::new();
        let _told = socket.write_all(b"from the server").await;
        let _ended = socket.read_to_end(&mut heard).await;
        let _ended = socket.shutdown().await;
        Ok::<_, Error>(heard)
    };
    let (client, server) = within("both to come to an end", async { tokio::join!(client, server) }).await;
    for (outcome, said) in [(client, "from the server"), (server, "from the client")] {
        match outcome {
            Ok(heard) => assert!(said.as_bytes().starts_with(&heard), "{case}: {heard:?}"),
            Err(error) if error.kind() == ErrorKind::Timeout => {}
            Err(error) => {
                assert!(matches!(error.phase(), Phase::SecureConnect | Phase::Verify), "{case}: {error}");
            }
        }
    }
}

/// Whatever happens to the records on their way, what is read is what was sent, up to an error.
#[tokio::test]
async fn data_is_altered_on_its_way() {
    let sent: Vec<u8> = (0..50_000_usize).map(|index| (index * 31 + index / 251) as u8).collect();
    let mut random = Random::new(4);
    for version in VERSIONS {
        let before = recorded(version).await.to_client.len();
        for _ in 0..150 {
            let offset = before + random.below(sent.len());
            let tampering = Tampering::at(Direction::ToClient, offset, &mut random);
            let case = format!("{version:?}, {tampering:?}");
            let listener = ends::listen(ends::localhost().max_version(version)).await;
            let middleman = Middleman::between(&listener, tampering).await;
            let connector = ends::connector();
            let server = async {
                let mut socket = ends::accept(&listener).await.expect("the server's end");
                let _told = socket.write_all(&sent).await;
                let _told = socket.shutdown().await;
                let _ended = socket.read_to_end(&mut Vec::new()).await;
            };
            let client = async {
                let socket = connector.connect(ends::target(middleman.port())).await;
                let mut socket = socket.expect("the client's end");
                let mut heard = Vec::new();
                let ended = socket.read_to_end(&mut heard).await;
                assert!(socket.read(&mut [0]).await.is_err(), "{case}: an error is not the end of it");
                (heard, ended)
            };
            let both = async { tokio::join!(client, server) };
            let ((heard, ended), ()) = within("both to come to an end", both).await;
            assert!(
                heard.len() < sent.len() && sent.starts_with(&heard),
                "{case}: other bytes than were sent"
            );
            let error = ended.expect_err(&case).downcast::<Error>().expect("an error of ours");
            assert!(
                matches!(error.kind(), ErrorKind::Tls | ErrorKind::Truncated | ErrorKind::Alert(_)),
                "{case}: {error}"
            );
        }
    }
}

/// Who receives a record that was altered tells its sender so, by an alert: 20, bad_record_mac (RFC 8446 section 5.2).
#[tokio::test]
async fn who_has_sent_what_was_altered_is_told() {
    for (version, direction) in VERSIONS
        .into_iter()
        .flat_map(|version| [Direction::ToClient, Direction::ToServer].map(|direction| (version, direction)))
    {
        let recording = recorded(version).await;
        let said = if direction == Direction::ToClient { recording.to_client } else { recording.to_server };
        let listener = ends::listen(ends::localhost().max_version(version)).await;
        // Within the first record, whatever the lengths of the signatures before it.
        let tampering = Tampering::flip(direction, said.len() + 1000);
        let middleman = Middleman::between(&listener, tampering).await;
        let (client, server) =
            ends::pair(&ends::connector(), &listener, ends::target(middleman.port())).await;
        let (mut sender, mut receiver) =
            if direction == Direction::ToClient { (server, client) } else { (client, server) };
        sender.write_all(&[7; 10_000]).await.expect("writes");
        sender.flush().await.expect("flushes");

        let case = format!("{version:?}, {direction:?}");
        let received = within("what was altered", receiver.read(&mut [0])).await.expect_err("altered");
        let received = received.downcast::<Error>().expect("an error of ours");
        assert_eq!(received.kind(), ErrorKind::Tls, "{case}: {received}");
        assert_eq!(received.code(), "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "{case}: {received}");
        let told = within("an alert", sender.read(&mut [0])).await.expect_err(&case);
        let told = told.downcast::<Error>().expect("an error of ours");
        assert_eq!(told.kind(), ErrorKind::Alert(20), "{case}: {told}");
    }
}

/// What the caller's own function does in the middle of a handshake stays there.
#[tokio::test]
async fn a_callers_key_log_panics() {
    let echo = Echo::tls().await;
    let options = ends::trusting().danger().keylog(|_: &str| panic!("no room for a key"));
    let connector = Connector::new(options).expect("a connector");
    exchange(&mut connector.connect(ends::target(echo.port())).await.expect("a connection")).await;
}
