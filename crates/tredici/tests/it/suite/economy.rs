//! How often the stream underneath is called, and what a connection holds that does nothing.

mod idle;

use std::{io::IoSlice, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    net::TcpStream,
    task::JoinHandle,
    time::Instant,
};
use tredici::{Connector, ListenOptions, Listener, Socket, Target, TlsVersion};
use tredici_test::{Behaviour, Counter, Counting, NodeServer, OpensslServer, Pki, settle, within};

use super::ends::{self, accept, exchange};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Both ends of a TLS connection over TCP, and what the client asks of its end.
async fn connect(connector: &Connector, listener: &Listener) -> (Socket, Counter, Socket) {
    let (client, counter) = over_tcp(ends::port(listener)).await;
    let (client, server) = tokio::join!(connector.connect(client), accept(listener));
    (client.expect("the client's end"), counter, server.expect("the server's end"))
}

async fn over_tcp(port: u16) -> (Target, Counter) {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.set_nodelay(true).expect("an option");
    let (stream, counter) = Counting::new(stream);
    (Target::tls("localhost").port(port).over(stream), counter)
}

/// A full handshake and a resumed one with this listener: the client's reads and writes in each.
async fn reads_and_writes(options: ListenOptions, version: &str) -> [(u64, u64); 2] {
    let connector = ends::connector();
    let listener = ends::listen(options).await;
    let mut counted = Vec::new();
    for resumed in [false, true] {
        let (mut client, counter, mut server) = connect(&connector, &listener).await;
        let counts = counter.take();
        assert_eq!((client.tls_version(), client.is_session_reused()), (Some(version), resumed));
        // A flush is no system call; streams with a buffer of their own need it.
        assert_eq!(counts.shutdowns, 0);
        counted.push((counts.reads, counts.writes));
        // What is said takes one call each, the tickets come along.
        server.write_all(b"there").await.expect("writes");
        client.read_exact(&mut [0; 5]).await.expect("reads");
        client.write_all(b"back").await.expect("writes");
        let counts = counter.take();
        assert!(counts.reads <= 2 && counts.writes == 1, "{counts:?}");
    }
    counted.try_into().expect("two")
}

#[tokio::test]
async fn a_handshake_of_tls_1_3_takes_two_writes_and_one_read() {
    let [full, resumed] = reads_and_writes(ends::localhost(), "TLSv1.3").await;
    assert_eq!((full, resumed), ((1, 2), (1, 2)));
}

#[tokio::test]
async fn a_handshake_of_tls_1_2_takes_two_writes_and_two_reads() {
    let options = ends::localhost().max_version(TlsVersion::Tls1_2);
    let [full, resumed] = reads_and_writes(options, "TLSv1.2").await;
    assert_eq!((full, resumed), ((2, 2), (1, 2)));
}

#[tokio::test]
async fn nor_does_it_take_more_with_other_servers() {
    let localhost = Pki::shared().localhost();
    let handshake = async |port: u16| {
        let connector = ends::connector();
        let (target, counter) = over_tcp(port).await;
        let _client = connector.connect(target).await.expect("a connection");
        let counts = counter.counts();
        assert!(counts.reads <= 3 && counts.writes <= 2, "{counts:?}");
    };
    if NodeServer::is_available() {
        let server = NodeServer::with(localhost).then(Behaviour::End("bye".into())).start().await;
        handshake(server.port()).await;
    }
    if OpensslServer::is_available() {
        handshake(OpensslServer::with(localhost).start().await.port()).await;
    }
}

/// Both ends, with room for megabytes between them: each end's writes are taken at once and whole.
struct Roomy {
    client: Socket,
    counter: Counter,
    server: Socket,
    /// What came from the server and lies before the client.
    arrived: Counter,
    pump: JoinHandle<()>,
}

impl Roomy {
    async fn connect() -> Self {
        let connector = ends::connector();
        let listener = ends::listen(ends::localhost()).await;
        let port = ends::port(&listener);
        let (near, far) = tokio::io::duplex(4 * MIB);
        let tcp = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        let (tcp, arrived) = Counting::new(tcp);
        let pump = tokio::spawn(pump(far, tcp));
        let (near, counter) = Counting::new(near);
        let target = Target::tls("localhost").over(near);
        let (client, server) = tokio::join!(connector.connect(target), accept(&listener));
        let mut roomy = Self { client: client.unwrap(), counter, server: server.unwrap(), arrived, pump };
        // The tickets are out of the way then.
        roomy.server.write_all(b"hello").await.expect("writes");
        roomy.client.read_exact(&mut [0; 5]).await.expect("reads");
        roomy.counter.take();
        roomy.arrived.take();
        roomy
    }
}

impl Drop for Roomy {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

async fn pump(mut far: DuplexStream, mut tcp: Counting<TcpStream>) {
    let _ended = tokio::io::copy_bidirectional_with_sizes(&mut far, &mut tcp, 64 * KIB, 64 * KIB).await;
}

#[tokio::test]
async fn a_megabyte_that_is_there_takes_a_read_for_each_64_kib() {
    for buffer in [4 * KIB, 16 * KIB, 256 * KIB] {
        let mut roomy = Roomy::connect().await;
        let sent: Vec<u8> = (0..MIB).map(|index| (index * 7 + index / 256) as u8).collect();
        roomy.server.write_all(&sent).await.expect("writes");
        roomy.server.flush().await.expect("flushes");
        // Records of 16 KiB, each with 22 bytes of TLS.
        let on_the_wire = (MIB + 64 * 22) as u64;
        let arrived = roomy.arrived.clone();
        settle("all of it to arrive", move || arrived.counts().bytes_read == on_the_wire).await;

        let (mut received, mut buffer) = (Vec::new(), vec![0; buffer]);
        while received.len() < MIB {
            let count = roomy.client.read(&mut buffer).await.expect("reads");
            received.extend_from_slice(&buffer[..count]);
        }
        assert!(received == sent);
        let counts = roomy.counter.counts();
        assert_eq!(counts.bytes_read, on_the_wire);
        assert!(counts.reads <= 18 && counts.pending_reads == 0, "{counts:?}");
    }
}

#[tokio::test]
async fn a_megabyte_is_sent_in_a_write_for_each_64_kib() {
    let mut roomy = Roomy::connect().await;
    let part = vec![7; 64 * KIB];
    let receive = async {
        let mut received = vec![0; MIB];
        roomy.server.read_exact(&mut received).await.expect("reads");
        received
    };
    let send = async {
        for _ in 0..16 {
            assert_eq!(roomy.client.write(&part).await.expect("writes"), part.len());
        }
    };
    let (received, ()) = within("a megabyte", async { tokio::join!(receive, send) }).await;
    assert!(received.iter().all(|&byte| byte == 7));
    let counts = roomy.counter.counts();
    assert_eq!((counts.writes, counts.reads, counts.flushes), (16, 0, 0));
}

#[tokio::test]
async fn what_is_handed_over_together_goes_out_together() {
    let mut roomy = Roomy::connect().await;
    let slices = [IoSlice::new(b"many small "); 64];
    let whole = 64 * slices[0].len();
    assert_eq!(roomy.client.write_vectored(&slices).await.expect("writes"), whole);
    roomy.client.flush().await.expect("flushes");
    assert_eq!(roomy.counter.take().writes, 1);
    // One after another each is sent at once: nobody has said that more is to come.
    for _ in 0..8 {
        roomy.client.write_all(b"small").await.expect("writes");
    }
    roomy.client.flush().await.expect("flushes");
    assert_eq!(roomy.counter.take().writes, 8);
    let mut received = vec![0; whole + 8 * 5];
    roomy.server.read_exact(&mut received).await.expect("reads");
    assert!(received.starts_with(b"many small many small ") && received.ends_with(b"smallsmall"));
}

#[tokio::test]
async fn a_goodbye_is_one_write() {
    let mut roomy = Roomy::connect().await;
    roomy.client.shutdown().await.expect("closes");
    let counts = roomy.counter.counts();
    assert_eq!((counts.writes, counts.shutdowns), (1, 1));
    assert_eq!(roomy.server.read(&mut [0]).await.expect("a clean end"), 0);
}

/// TCP by itself would hold back what follows the tickets until the client, who has nothing to say, acknowledges them
/// after 40 ms: every answer would take as long, where the quickest of some takes none.
#[tokio::test]
async fn an_answer_does_not_wait_behind_the_tickets() {
    let echo = ends::Echo::tls().await;
    let connector = ends::connector();
    let mut quickest = Duration::MAX;
    for _ in 0..20 {
        let mut socket = connector.connect(ends::target(echo.port())).await.expect("a connection");
        let asked = Instant::now();
        exchange(&mut socket).await;
        quickest = quickest.min(asked.elapsed());
    }
    assert!(quickest < Duration::from_millis(30), "{quickest:?}");
}

#[tokio::test]
async fn a_plain_connection_adds_no_call() {
    let listener = ends::listen(ListenOptions::new()).await;
    let connector = ends::connector();
    let target = Target::tcp("127.0.0.1").port(ends::port(&listener));
    let (mut client, server) = ends::pair(&connector, &listener, target).await;
    let (mut server, counter) = Counting::new(server);
    client.write_all(&[1; 1000]).await.expect("writes");
    server.read_exact(&mut [0; 1000]).await.expect("reads");
    server.write_all(b"hello").await.expect("writes");
    client.read_exact(&mut [0; 5]).await.expect("reads");
    let counts = counter.counts();
    assert_eq!((counts.reads, counts.writes), (1, 1));
    let echo = ends::Echo::with(ListenOptions::new()).await;
    exchange(&mut TcpStream::connect(("127.0.0.1", echo.port())).await.expect("a connection")).await;
}
