//! A resolver of your own, instead of the system's: a zone written down, whose IPv4 and IPv6 records are asked for at once
//! and answered each when they are there.

#[path = "server/serve.rs"]
mod serve;

use std::{collections::HashMap, net::IpAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Answers, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, Lookup, LookupError,
    LookupQuery, Target,
};

/// The records of each name, by their type.
struct Zone(HashMap<(&'static str, &'static str), IpAddr>);

impl Zone {
    async fn ask(&self, name: &str, record: &'static str) -> Result<Vec<IpAddr>, LookupError> {
        println!("asked     {name} {record}");
        match self.0.iter().find(|((known, kind), _)| (*known, *kind) == (name, record)) {
            Some((_, address)) => Ok(vec![*address]),
            None => Err(LookupError::not_found(name)),
        }
    }
}

impl Lookup for Zone {
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        Answers::parts(["AAAA", "A"].map(|record| {
            let name = query.hostname.clone();
            async move { self.ask(&name, record).await }
        }))
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    let zone = Zone(HashMap::from([(("db.internal", "A"), "127.0.0.1".parse()?)]));
    let connector = Connector::new(ConnectOptions::new().lookup(zone))?;
    for name in ["db.internal", "nobody.internal"] {
        match connector.connect(Target::tcp(name).port(port)).await {
            Err(error) => println!("refused   {error}"),
            Ok(mut socket) => {
                let mut greeting = String::new();
                socket.read_to_string(&mut greeting).await?;
                let address = socket.remote_address().ok_or("a TCP socket has an address")?;
                println!("{greeting}     from {name} at {address}");
            }
        }
    }
    server.abort();
    Ok(())
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
