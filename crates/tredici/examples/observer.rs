//! An observer that counts, for a metrics page, and tells of every connection that is slow to come about or fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tredici::{
    Authority, ConnectOptions, Connector, FixedLookup, ListenOptions, Listener, Observer, Target, events,
};

#[derive(Default)]
struct Watch {
    connected: AtomicU64,
    resumed: AtomicU64,
    refused_attempts: AtomicU64,
    failed: AtomicU64,
}

/// What is slower than this is told.
const SLOW: Duration = Duration::from_secs(1);

impl Observer for Watch {
    fn attempt_failed(&self, _: &events::Connection<'_>, _: &events::AttemptEnded<'_>) {
        self.refused_attempts.fetch_add(1, Relaxed);
    }

    fn session_resumed(&self, _: &events::Connection<'_>, _: &events::SessionOffered) {
        self.resumed.fetch_add(1, Relaxed);
    }

    fn connected(&self, connection: &events::Connection<'_>, event: &events::Connected<'_>) {
        self.connected.fetch_add(1, Relaxed);
        if connection.elapsed > SLOW {
            eprintln!("{} was slow: {:?}", connection.destination, event.timings);
        }
    }

    fn failed(&self, connection: &events::Connection<'_>, event: &events::Failed<'_>) {
        self.failed.fetch_add(1, Relaxed);
        eprintln!("#{} failed after {:?}: {}", connection.id, connection.elapsed, event.error);
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["db.internal"])?;
    let options = authority.identify(ListenOptions::new());
    let listener = Listener::bind("127.0.0.1:0".parse()?, options).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve(listener));

    // Nobody listens at the first address.
    let addresses = ["::1".parse()?, "127.0.0.1".parse()?];
    let lookup = FixedLookup::new().with("db.internal", addresses).with("other.internal", addresses);
    let watch = Arc::new(Watch::default());
    let options = ConnectOptions::new().ca(authority.ca_pem()).lookup(lookup).observer(watch.clone());
    let connector = Connector::new(options)?;
    for name in ["db.internal", "db.internal", "other.internal"] {
        if let Ok(socket) = connector.connect(Target::tls(name).port(port)).await {
            socket.close().await?;
        }
    }
    println!("connected         {}", watch.connected.load(Relaxed));
    println!("resumed           {}", watch.resumed.load(Relaxed));
    println!("refused attempts  {}", watch.refused_attempts.load(Relaxed));
    println!("failed            {}", watch.failed.load(Relaxed));
    server.abort();
    Ok(())
}

async fn serve(listener: Listener) {
    while let Ok(incoming) = listener.accept().await {
        tokio::spawn(async move { incoming.secure().await?.close().await });
    }
}
