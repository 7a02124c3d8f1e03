//! OpenSSL's own commands.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tredici::{Socket, TlsVersion};
use tredici_test::{OpensslClient, OpensslServer, within};

use super::{
    super::ends::{accept, listen, port, target},
    LABEL, assert_known, cases, client, listeners, material, server,
};

const LINES: usize = 300;

/// A line as long as half a record.
fn line() -> String {
    "x".repeat(8191) + "\n"
}

/// What `line` says after its colon, in hexadecimal digits.
fn hex(line: &str) -> Vec<u8> {
    let (_, digits) = line.split_once(": ").expect("a colon");
    let digit = |index: usize| u8::from_str_radix(&digits[index..index + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(digit).collect()
}

async fn hear(socket: &mut Socket, expected: &str) {
    let mut heard = vec![0; expected.len()];
    within("what was said", socket.read_exact(&mut heard)).await.expect("reads");
    assert!(heard == expected.as_bytes(), "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn as_a_server() {
    if !OpensslServer::is_available() {
        return;
    }
    for (pki, version) in cases() {
        let server = OpensslServer::with(pki.localhost()).verify(&pki.root().pem());
        let server = server.arguments(&["-alpn", "b", "-keymatexport", LABEL, "-keymatexportlen", "48"]);
        let mut server = server.start().await;
        let connector = client(pki, version);
        for resumed in [false, true] {
            let mut socket = connector.connect(target(server.port())).await.expect("a connection");
            assert_eq!((socket.is_session_reused(), socket.alpn_protocol()), (resumed, Some("b")));
            let cipher = socket.cipher().expect("one").name;
            server.line_with(&format!("CIPHER is {cipher}")).await;
            if resumed {
                server.line_with("Reused session-id").await;
            }
            assert_eq!(hex(&server.line_with("Keying material:").await), material(&socket, None));

            socket.write_all(b"hello\n").await.expect("writes");
            assert_eq!(server.line_with("hello").await, "hello");
            for _ in 0..LINES {
                server.send(&line());
                hear(&mut socket, &line()).await;
            }
            socket.write_all(line().repeat(LINES).as_bytes()).await.expect("writes");
            for _ in 0..LINES {
                assert_eq!(server.line_with("xxx").await, line().trim_end());
            }
            socket.close().await.expect("says goodbye");
            server.line_with("DONE").await;
        }
    }
}

#[tokio::test]
async fn as_a_client() {
    if !OpensslClient::is_available() {
        return;
    }
    for (pki, version, asks) in listeners() {
        let listener = listen(server(pki, version, asks)).await;
        let files = tempfile::tempdir().expect("a directory");
        let name = |name: &str| files.path().join(name).to_str().expect("a name in Unicode").to_owned();
        let (ca, session) = (name("ca.pem"), name("session.pem"));
        std::fs::write(&ca, pki.root().pem()).expect("a file");
        for resumed in [false, true] {
            if resumed && asks {
                continue;
            }
            let client = OpensslClient::to(port(&listener)).certificate(pki.client());
            let client = client.arguments(&["-alpn", "a,b", "-CAfile", &ca, "-verify_return_error"]);
            let client = client.arguments(&["-keymatexport", LABEL, "-keymatexportlen", "48"]);
            let client = client.arguments(&[if resumed { "-sess_in" } else { "-sess_out" }, &session]);
            let mut client = client.start();
            let socket = within("a client", accept(&listener)).await.expect("a connection");
            assert_eq!((socket.is_session_reused(), socket.alpn_protocol()), (resumed, Some("b")));
            assert_eq!(socket.servername(), Some("localhost"));
            assert_known(&socket, pki, asks);

            client.line_with("ALPN protocol: b").await;
            let (begin, cipher) =
                (if resumed { "Reused" } else { "New" }, socket.cipher().expect("one").name);
            client.line_with(&format!("{begin}, {version}, Cipher is {cipher}")).await;
            assert_eq!(hex(&client.line_with("Keying material:").await), material(&socket, None));
            talk(&mut client, socket, version).await;
        }
    }
}

async fn talk(client: &mut OpensslClient, mut socket: Socket, version: TlsVersion) {
    client.send("hello\n");
    hear(&mut socket, "hello\n").await;
    let much = line().repeat(LINES);
    socket.write_all(much.as_bytes()).await.expect("writes");
    socket.flush().await.expect("flushes");
    for _ in 0..LINES {
        assert_eq!(client.line_with("xxx").await, line().trim_end());
    }
    if version == TlsVersion::Tls1_3 {
        // It updates its keys, and wants ours updated.
        client.command("K").await;
    }
    let mut socket = BufReader::new(socket);
    for _ in 0..LINES {
        client.send(&line());
        let mut heard = String::new();
        within("a line", socket.read_line(&mut heard)).await.expect("reads");
        assert!(heard == line());
    }
    socket.write_all(b"there\n").await.expect("writes");
    socket.flush().await.expect("flushes");
    assert_eq!(client.line_with("there").await, "there");
    client.send("Q\n");
    let mut rest = Vec::new();
    within("a goodbye", socket.read_to_end(&mut rest)).await.expect("a clean end");
    assert!(rest.is_empty());
}
