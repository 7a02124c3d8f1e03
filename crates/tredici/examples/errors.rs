//! What an error knows: a line for a person, and for a program its kind, its phase, what was tried and whether to try again.

#[path = "server/serve.rs"]
mod serve;

use tokio::io::AsyncWriteExt;
use tredici::{
    Authority, ConnectOptions, Connector, Error, ErrorKind, FixedLookup, Incoming, ListenOptions, Listener,
    Target,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["db.internal"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));
    // Nobody listens there any more.
    let down = Listener::bind("127.0.0.1:0".parse()?, ListenOptions::new()).await?;
    let down_port = down.local_address().map_or(0, |address| address.port());
    drop(down);

    let here = ["127.0.0.1".parse()?, "127.0.0.2".parse()?];
    let names = FixedLookup::new().with("db.internal", here).with("web.internal", here);
    let knowing = Connector::new(ConnectOptions::new().ca(authority.ca_pem()).lookup(names.clone()))?;
    let strange = Connector::new(ConnectOptions::new().lookup(names))?;
    for (connector, name, port) in [
        (&knowing, "nobody.internal", port),
        (&knowing, "db.internal", down_port),
        (&knowing, "web.internal", port),
        (&strange, "db.internal", port),
    ] {
        match connector.connect(Target::tls(name).port(port)).await {
            Ok(_) => return Err("there was something wrong with each of them".into()),
            Err(error) => tell(&error),
        }
    }
    server.abort();
    Ok(())
}

fn tell(error: &Error) {
    // For a person: what, where, what to do. `Debug` is the same line, so that `?` in `main` shows it, too.
    println!("{error}");
    // For a program: codes are those of Node and undici, kinds are there to be matched on.
    let what = match error.kind() {
        ErrorKind::Lookup => "a name is unknown".to_owned(),
        ErrorKind::System => "the system says no".to_owned(),
        ErrorKind::Identity | ErrorKind::Untrusted => {
            let certificate = error.peer_certificate();
            let names = certificate.and_then(|certificate| certificate.subjectaltname()).unwrap_or("nobody");
            format!("the certificate is for {names}")
        }
        _ => "something else".to_owned(),
    };
    let again = if error.retryable() { "try again" } else { "trying again is no use" };
    println!("  {} in {}: {what}; {again}", error.code(), error.phase());
    for attempt in error.attempts() {
        println!("  {attempt}");
    }
    println!("  hint: {}\n", error.hint().unwrap_or("none"));
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let mut socket = incoming.secure().await?;
    socket.write_all(b"hello").await?;
    socket.close().await
}
