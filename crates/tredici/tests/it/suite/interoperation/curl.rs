//! curl, with whatever TLS library it was built with.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tredici::{Listener, Socket, TlsVersion};
use tredici_test::{Curl, within};

use super::{
    super::ends::{accept, listen, port},
    MUCH, assert_known, listeners, server,
};

/// Reads a request and answers it with so many bytes; the length of the request's body.
async fn answer(socket: &mut BufReader<Socket>, length: usize) -> usize {
    let mut body = 0;
    loop {
        let mut line = String::new();
        within("a request", socket.read_line(&mut line)).await.expect("reads");
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", length)) => body = length.parse().expect("a length"),
            None if line == "\r\n" => break,
            _ => assert!(!line.is_empty(), "an end in the middle of a request"),
        }
    }
    let mut received = vec![0; body];
    within("a body", socket.read_exact(&mut received)).await.expect("reads");
    assert!(received.iter().all(|&byte| byte == b'y'));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    socket.write_all(head.as_bytes()).await.expect("writes");
    socket.write_all(&vec![b'x'; length]).await.expect("writes");
    socket.shutdown().await.expect("says goodbye");
    body
}

async fn serve(listener: &Listener, length: usize) -> (Socket, usize) {
    let socket = within("a client", accept(listener)).await.expect("a connection");
    let mut socket = BufReader::new(socket);
    let body = answer(&mut socket, length).await;
    (socket.into_inner(), body)
}

#[tokio::test]
async fn as_a_client() {
    if !Curl::is_available() {
        return;
    }
    for (pki, version, asks) in listeners() {
        let listener = listen(server(pki, version, asks).alpn_protocols(["http/1.1"])).await;
        let files = tempfile::tempdir().expect("a directory");
        let write = |name: &str, contents: String| {
            let path = files.path().join(name);
            std::fs::write(&path, contents).expect("a file");
            path.to_str().expect("a name in Unicode").to_owned()
        };
        let ca = write("ca.pem", pki.root().pem());
        let own = (write("cert.pem", pki.client().chain_pem()), write("key.pem", pki.client().key_pem()));
        let url = format!("https://localhost:{}/", port(&listener));
        let curl = Curl::of(&url).arguments(&["--cacert", &ca, "--cert", &own.0, "--key", &own.1, "--ipv4"]);

        // Both in one call, so that the second may take up the session of the first.
        let twice = curl.clone().arguments(&["--verbose", &url]);
        let both = async { (serve(&listener, MUCH).await.0, serve(&listener, MUCH).await.0) };
        let ((received, said), (first, second)) = tokio::join!(twice.run(), both);
        assert!(received == vec![b'x'; 2 * MUCH], "{} bytes", received.len());
        // It takes no tickets of TLS 1.2.
        let is_resumed = version == TlsVersion::Tls1_3 && !asks;
        for (socket, resumed) in [(&first, false), (&second, is_resumed)] {
            assert_eq!((socket.is_session_reused(), socket.alpn_protocol()), (resumed, Some("http/1.1")));
            assert_eq!(socket.tls_version(), Some(version.as_str()));
            assert_known(socket, pki, asks);
            let cipher = socket.cipher().expect("one").name;
            assert!(said.contains(&format!("SSL connection using {version} / {cipher}")), "{said}");
        }

        let body = write("body", "y".repeat(MUCH));
        let post = curl.arguments(&["--data-binary", &format!("@{body}"), "--header", "Expect:"]);
        let ((received, _), (_, body)) = tokio::join!(post.run(), serve(&listener, 2));
        assert_eq!((&received[..], body), (&b"xx"[..], MUCH));
    }
}
