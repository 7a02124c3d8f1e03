//! The other end of the examples: a server that goes on, whatever becomes of one client.

use std::time::Duration;

use tokio::{task::JoinSet, time::sleep};
use tredici::{Error, Incoming, Listener};

/// How long to wait where there is no descriptor for one client more: others end meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves each client on a task of its own, so that a slow one holds up nobody, from its handshake on. With this future
/// end all of them.
pub(crate) async fn each<Served>(listener: Listener, serve: impl Fn(Incoming) -> Served)
where
    Served: Future<Output = Result<(), Error>> + Send + 'static,
{
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(incoming) => drop(clients.spawn(serve(incoming))),
                Err(error) => {
                    eprintln!("server  {error}");
                    if matches!(error.code(), "EMFILE" | "ENFILE" | "ENOBUFS" | "ENOMEM") {
                        sleep(PAUSE).await;
                    }
                }
            },
            Some(ended) = clients.join_next() => match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => eprintln!("server  {error}"),
                Err(panic) => eprintln!("server  {panic}"),
            },
        }
    }
}
