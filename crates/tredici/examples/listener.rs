//! The other end: a listener with TLS, and what the server knows of each client. The loop that accepts them, and goes on
//! where one fails or the system has no room for more, stands in `server/serve.rs`.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Target, TlsVersion,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["one.internal", "two.internal"])?;
    let options = authority.identify(ListenOptions::new()).alpn_protocols(["greeting/2", "greeting/1"]);
    let listener = Listener::bind("127.0.0.1:0".parse()?, options).await?;
    let address = listener.local_address().ok_or("a TCP listener has an address")?;
    println!("listening at {address} with {}", listener.engine().unwrap_or("no TLS"));
    let server = tokio::spawn(serve::each(listener, greet));

    let client = || ConnectOptions::new().ca(authority.ca_pem());
    let clients = [
        ("one.internal", client().alpn_protocols(["greeting/1"])),
        (
            "two.internal",
            client().alpn_protocols(["greeting/1", "greeting/2"]).min_version(TlsVersion::Tls1_3),
        ),
        ("three.internal", client()),
    ];
    for (name, options) in clients {
        let target = Target::tls("127.0.0.1").port(address.port()).servername(name);
        match Connector::new(options)?.connect(target).await {
            Err(error) => println!("client  {error}"),
            Ok(mut socket) => {
                socket.write_all(b"Ada\n").await?;
                let mut answer = String::new();
                socket.read_to_string(&mut answer).await?;
                println!("client  {answer}");
            }
        }
    }
    server.abort();
    Ok(())
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let socket = incoming.secure().await?;
    println!(
        "server  a client wants {}, speaks {} and {}",
        socket.servername().unwrap_or("nobody"),
        socket.tls_version().unwrap_or("no TLS"),
        socket.alpn_protocol().unwrap_or("nothing agreed on"),
    );
    let mut socket = BufReader::new(socket);
    let mut name = String::new();
    (&mut socket).take(100).read_line(&mut name).await?;
    socket.write_all(format!("hello, {}", name.trim_end()).as_bytes()).await?;
    socket.into_inner().close().await
}
