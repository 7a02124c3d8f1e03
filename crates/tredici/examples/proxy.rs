//! A type of your own as a connector: it goes through an HTTP proxy by `CONNECT` (RFC 9110 section 9.3.6), and speaks TLS
//! with the server behind it.
//!
//! Whatever takes a connector takes it: what puts connectors together, hyper-util's client, a library of yours.

#[path = "server/serve.rs"]
mod serve;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, Connect, ConnectExt, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener,
    Socket, Target,
};

/// Connects through the proxy at this port.
struct ThroughProxy {
    connector: Connector,
    port: u16,
}

impl Connect for ThroughProxy {
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let destination = target.destination();
        let name = destination.hostname.clone().unwrap_or_default();
        let authority = format!("{name}:{}", destination.port.unwrap_or(443));
        let mut tunnel = self.connector.connect(Target::tcp("127.0.0.1").port(self.port)).await?;
        let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
        tunnel.write_all(request.as_bytes()).await?;
        let answer = head(&mut tunnel).await?;
        if !answer.starts_with("HTTP/1.1 200 ") {
            return Err(Error::check(format!(
                "the proxy said: {}",
                answer.lines().next().unwrap_or_default()
            )));
        }
        self.connector.connect(target.over(tunnel)).await
    }
}

/// Reads a head of HTTP and not a byte more: what follows it belongs to TLS.
async fn head(socket: &mut Socket) -> Result<String, Error> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 4096 {
        head.push(socket.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["db.internal"])?;
    let behind = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let proxy = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let port = |listener: &Listener| listener.local_address().map_or(0, |address| address.port());
    let (behind_port, port) = (port(&behind), port(&proxy));
    let servers = [
        tokio::spawn(serve::each(behind, greet)),
        tokio::spawn(serve::each(proxy, move |incoming| lead_on(behind_port, incoming))),
    ];

    let connector = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?;
    let connector = ThroughProxy { connector, port }.timeout(Duration::from_secs(5));
    for name in ["db.internal", "elsewhere.internal"] {
        match connector.connect(Target::tls(name).port(5432)).await {
            Err(error) => println!("{name:<20} {}", error.message()),
            Ok(mut socket) => {
                let mut greeting = String::new();
                socket.read_to_string(&mut greeting).await?;
                println!("{name:<20} {greeting} over {}", socket.tls_version().unwrap_or("no TLS"));
            }
        }
    }
    servers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// The proxy: it knows one server.
async fn lead_on(behind: u16, incoming: Incoming) -> Result<(), Error> {
    let mut client = incoming.secure().await?;
    let asked_for = head(&mut client).await?;
    if !asked_for.starts_with("CONNECT db.internal:5432 ") {
        client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await?;
        return client.close().await;
    }
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let mut onward =
        Connector::new(ConnectOptions::new())?.connect(Target::tcp("127.0.0.1").port(behind)).await?;
    tokio::io::copy_bidirectional(&mut client, &mut onward).await?;
    Ok(())
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
