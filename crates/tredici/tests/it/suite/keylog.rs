//! The secrets that are told to the caller who asked for them: what Wireshark reads.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Connector, TlsVersion};
use tredici_test::{OpensslServer, Pki, Relay, wire::ClientHello, within};

use super::ends::{accept, listen, localhost, port, target, trusting};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

/// What the engine has told so far.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn note(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let lines = self.0.clone();
        move |line| lines.lock().expect("nobody panics here").push(line.to_owned())
    }

    /// Without that of early data, which nobody sends and rustls's server knows all the same.
    fn take(&self) -> BTreeSet<String> {
        let lines = std::mem::take(&mut *self.0.lock().expect("nobody panics here"));
        lines.into_iter().filter(|line| !line.starts_with("CLIENT_EARLY_TRAFFIC_SECRET ")).collect()
    }
}

/// The label, the client's random and the secret of a line, the two as hexadecimal digits.
fn parts(line: &str) -> [&str; 3] {
    let parts: Vec<_> = line.split(' ').collect();
    parts.try_into().unwrap_or_else(|_| panic!("not three parts: {line}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The labels of a version.
fn labels(version: TlsVersion) -> BTreeSet<&'static str> {
    match version {
        TlsVersion::Tls1_2 => BTreeSet::from(["CLIENT_RANDOM"]),
        _ => BTreeSet::from([
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "EXPORTER_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_TRAFFIC_SECRET_0",
        ]),
    }
}

#[tokio::test]
async fn both_ends_tell_the_same() {
    for version in VERSIONS {
        let (ours, theirs) = (Lines::default(), Lines::default());
        let listener = listen(localhost().danger().keylog(theirs.note())).await;
        let options = trusting().max_version(version).danger().keylog(ours.note());
        let connector = Connector::new(options).expect("a connector");
        for resumed in [false, true] {
            let relay = Relay::to(port(&listener)).await;
            let target =
                target(1).over(tokio::net::TcpStream::connect(("127.0.0.1", relay.port())).await.unwrap());
            let both = async { tokio::join!(connector.connect(target), accept(&listener)) };
            let (client, server) = within("both ends", both).await;
            let (mut client, mut server) = (client.expect("a connection"), server.expect("a connection"));
            assert_eq!(client.is_session_reused(), resumed);
            server.write_all(b"x").await.expect("writes");
            client.read_exact(&mut [0]).await.expect("reads");

            let (ours, theirs) = (ours.take(), theirs.take());
            assert_eq!(ours, theirs, "{version}");
            assert_eq!(ours.iter().map(|line| parts(line)[0]).collect::<BTreeSet<_>>(), labels(version));
            let hello = ClientHello::read(&relay.recordings()[0].to_server).expect("a hello");
            for [label, random, secret] in ours.iter().map(|line| parts(line)) {
                assert_eq!(random, hex(&hello.random), "{label}");
                // The master secret of RFC 5246, or as long as the suite's hash: SHA-384.
                assert_eq!(secret.len(), 2 * 48, "{label}");
                assert!(secret.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{secret}");
            }
        }
    }
}

#[tokio::test]
async fn openssls_server_has_the_same_secrets() {
    if !OpensslServer::is_available() {
        return;
    }
    for version in VERSIONS {
        let files = tempfile::tempdir().expect("a directory");
        let log = files.path().join("log");
        let server = OpensslServer::with(Pki::shared().localhost()).reverse().argument("-keylogfile");
        let server = server.argument(log.to_str().expect("a name in Unicode")).start().await;
        let lines = Lines::default();
        let options = trusting().max_version(version).danger().keylog(lines.note());
        let connector = Connector::new(options).expect("a connector");
        let mut theirs = BTreeSet::new();
        for resumed in [false, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            socket.write_all(b"ab\n").await.expect("writes");
            let mut answer = [0; 3];
            within("an answer", socket.read_exact(&mut answer)).await.expect("reads");
            assert_eq!((&answer, socket.is_session_reused()), (b"ba\n", resumed));
            socket.close().await.expect("says goodbye");

            let text = std::fs::read_to_string(&log).expect("the server's log");
            let all: BTreeSet<_> =
                text.lines().filter(|line| !line.starts_with('#')).map(str::to_lowercase).collect();
            let new: BTreeSet<_> = all.difference(&theirs).cloned().collect();
            let ours: BTreeSet<_> = lines.take().iter().map(|line| line.to_lowercase()).collect();
            assert_eq!(ours, new, "{version}");
            theirs = all;
        }
    }
}
