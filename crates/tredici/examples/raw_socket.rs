//! The raw socket, before it connects: for what no option has a name for.
//!
//! This connector promises its peers small packets, as one does on a path that loses the large ones.

#[path = "server/serve.rs"]
mod serve;

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Target};

const LARGEST_SEGMENT: u32 = 1200;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    let options = ConnectOptions::new().configure_socket(|socket, address| {
        println!("a socket for {address}");
        SockRef::from(&socket).set_tcp_mss(LARGEST_SEGMENT)
    });
    let mut socket = Connector::new(options)?.connect(Target::tcp("127.0.0.1").port(port)).await?;
    let fd = socket.fd().ok_or("a TCP socket has a descriptor")?;
    let segment = SockRef::from(&fd).tcp_mss()?;
    println!("segments of at most {segment} bytes");
    let mut greeting = String::new();
    socket.read_to_string(&mut greeting).await?;
    println!("{greeting}");
    server.abort();
    if segment <= LARGEST_SEGMENT { Ok(()) } else { Err("the hook was not asked".into()) }
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
