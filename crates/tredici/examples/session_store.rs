//! TLS sessions in a store of your own, which sees them come and go, and may bound them or keep them elsewhere.

#[path = "server/serve.rs"]
mod serve;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::SystemTime,
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{
    Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener, MemorySessionStore,
    SessionKey, SessionStore, StoredSession, Target,
};

/// Counts what goes in and out of a store in memory.
struct Counting {
    sessions: MemorySessionStore,
    put: AtomicUsize,
    taken: AtomicUsize,
}

impl SessionStore for Counting {
    fn put(&self, key: &SessionKey, session: StoredSession) {
        println!("  in    session {} is kept", self.put.fetch_add(1, Ordering::Relaxed) + 1);
        self.sessions.put(key, session);
    }

    fn take(&self, key: &SessionKey, now: SystemTime) -> Option<StoredSession> {
        let session = self.sessions.take(key, now)?;
        println!("  out   {} so far", self.taken.fetch_add(1, Ordering::Relaxed) + 1);
        Some(session)
    }

    fn retain(&self, key: &SessionKey, keep: &mut dyn FnMut(&StoredSession) -> bool) {
        self.sessions.retain(key, keep);
    }
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["localhost"])?;
    let listener = Listener::bind("127.0.0.1:0".parse()?, authority.identify(ListenOptions::new())).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve::each(listener, greet));

    let store = Counting {
        sessions: MemorySessionStore::new(50),
        put: AtomicUsize::new(0),
        taken: AtomicUsize::new(0),
    };
    let connector = Connector::new(ConnectOptions::new().ca(authority.ca_pem()).session_store(store))?;
    for number in 1..=3 {
        println!("connection {number}");
        let mut socket = connector.connect(Target::tls("localhost").port(port)).await?;
        println!("  {}", if socket.is_session_reused() { "resumed" } else { "in full" });
        // The server's tickets come with what it says.
        socket.read_to_string(&mut String::new()).await?;
        if socket.is_session_reused() != (number > 1) {
            return Err("the store forgot".into());
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
