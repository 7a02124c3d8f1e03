//! TLS over a connection that is already there: STARTTLS (RFC 3207), both sides of it.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Socket, Target,
};

/// Reads one line and not a byte more: what follows it belongs to TLS.
async fn line(socket: &mut Socket) -> Result<String, Error> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") && line.len() < 512 {
        line.push(socket.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["mail.internal"])?;
    // A listener without TLS options is plain, and hands its connections on to one that has them.
    let plain = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let secure = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = |listener: &Listener| listener.local_address().map_or(0, |address| address.port());
    let (port, inside) = (port(&plain), port(&secure));
    let servers = [
        tokio::spawn(serve::each(plain, move |incoming| gate(inside, incoming))),
        tokio::spawn(serve::each(secure, mail)),
    ];

    let connector = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?;
    let mut socket = connector.connect(Target::tcp("127.0.0.1").port(port)).await?;
    println!("plain  < {}", line(&mut socket).await?);
    println!("plain  > STARTTLS");
    socket.write_all(b"STARTTLS\r\n").await?;
    println!("plain  < {}", line(&mut socket).await?);

    let mut socket = connector.connect(Target::tls("mail.internal").port(port).over(socket)).await?;
    println!("         {} over the same connection", socket.tls_version().unwrap_or("no TLS"));
    println!("secret > MAIL FROM:<ada@mail.internal>");
    socket.write_all(b"MAIL FROM:<ada@mail.internal>\r\n").await?;
    println!("secret < {}", line(&mut socket).await?);
    socket.close().await?;
    servers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// Speaks plainly until TLS is asked for, and leads on to who speaks that.
async fn gate(secure: u16, incoming: Incoming) -> Result<(), Error> {
    let mut client = incoming.secure().await?;
    client.write_all(b"220 mail.internal at your service\r\n").await?;
    if line(&mut client).await? != "STARTTLS" {
        return client.close().await;
    }
    client.write_all(b"220 go ahead\r\n").await?;
    let inside = Connector::new(ConnectOptions::new())?;
    let mut onward = inside.connect(Target::tcp("127.0.0.1").port(secure)).await?;
    tokio::io::copy_bidirectional(&mut client, &mut onward).await?;
    Ok(())
}

async fn mail(incoming: Incoming) -> Result<(), Error> {
    let mut client = incoming.secure().await?;
    let _sender = line(&mut client).await?;
    client.write_all(b"250 a pleasure\r\n").await?;
    client.close().await
}
