//! Whoever watches is told each event on the way of a connection: for a log, for metrics, to see where the time goes.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectOptions, Connector, Error, FixedLookup, Incoming, ListenOptions, Listener, Observer,
    Target,
    events::{AttemptEnded, Connected, Connection, Failed, LookupFinished, SessionOffered, Verified},
};

/// Writes down what it is told, each line with the time since the call.
struct Diary;

impl Diary {
    fn note(connection: &Connection<'_>, what: &str) {
        println!("{:>3}  {:>7.2} ms  {what}", connection.id, connection.elapsed.as_secs_f64() * 1000.0);
    }
}

impl Observer for Diary {
    fn lookup_finished(&self, connection: &Connection<'_>, event: &LookupFinished<'_>) {
        match event.result {
            Ok(addresses) => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                Self::note(connection, &format!("{} is at {}", event.hostname, addresses.join(" and ")));
            }
            Err(error) => Self::note(connection, &format!("{} is nowhere: {}", event.hostname, error.code())),
        }
    }

    fn attempt_failed(&self, connection: &Connection<'_>, event: &AttemptEnded<'_>) {
        let reason = event.attempt.error().map_or("", |error| error.code());
        Self::note(connection, &format!("{} does not answer: {reason}", event.attempt.address()));
    }

    fn attempt_won(&self, connection: &Connection<'_>, event: &AttemptEnded<'_>) {
        Self::note(connection, &format!("{} answers", event.attempt.address()));
    }

    fn session_resumed(&self, connection: &Connection<'_>, event: &SessionOffered) {
        Self::note(connection, &format!("the server remembers us from before, over {}", event.tls_version));
    }

    fn verified(&self, connection: &Connection<'_>, event: &Verified<'_>) {
        let verdict = event.error.map_or("is who it says".to_owned(), |error| format!("is refused: {error}"));
        Self::note(connection, &format!("{} {verdict}", event.hostname));
    }

    fn connected(&self, connection: &Connection<'_>, event: &Connected<'_>) {
        Self::note(connection, &format!("connected, after {} attempts", event.attempts.len()));
    }

    fn failed(&self, connection: &Connection<'_>, event: &Failed<'_>) {
        Self::note(connection, &format!("not connected: {}", event.error.code()));
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["db.internal"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    // Nobody listens at the first address.
    let addresses = ["127.0.0.2".parse()?, "127.0.0.1".parse()?];
    let names = FixedLookup::new().with("db.internal", addresses).with("another.internal", addresses);
    let options = ConnectOptions::new().ca(authority.ca_pem()).lookup(names).observer(Diary);
    let connector = Connector::new(options)?;
    for name in ["db.internal", "db.internal", "another.internal"] {
        if let Ok(mut socket) = connector.connect(Target::tls(name).port(port)).await {
            socket.read_to_string(&mut String::new()).await?;
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
