//! Two ends of one connection.

use std::net::Ipv4Addr;

use tokio::net::{TcpListener, TcpStream, UnixStream};

/// A real TCP connection over the loopback interface: the end that connected and the end that accepted.
pub async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port on the loopback interface");
    let address = listener.local_addr().expect("a bound socket has an address");
    let (connected, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (connected.expect("the listener accepts"), accepted.expect("the client connects").0)
}

/// A pair of connected Unix stream sockets.
pub fn unix_pair() -> (UnixStream, UnixStream) {
    UnixStream::pair().expect("a socket pair")
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

    use super::*;

    async fn talk<S: AsyncRead + AsyncWrite + Unpin>((mut one, mut other): (S, S)) {
        one.write_all(b"there").await.unwrap();
        other.write_all(b"back").await.unwrap();
        one.shutdown().await.unwrap();
        let mut heard = String::new();
        other.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "there");
        let mut answer = [0; 4];
        one.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"back");
    }

    #[tokio::test]
    async fn both_ends_of_a_tcp_connection_talk() {
        let (one, other) = tcp_pair().await;
        assert_eq!(one.local_addr().unwrap(), other.peer_addr().unwrap());
        talk((one, other)).await;
    }

    #[tokio::test]
    async fn both_ends_of_a_unix_connection_talk() {
        talk(unix_pair()).await;
    }
}
