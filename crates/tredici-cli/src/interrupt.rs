//! Ctrl-C: what is open is closed, then the command ends.

use std::io;

use tokio::{runtime::Runtime, signal, sync::watch};

/// Tells everybody who waits that the command is to end.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens for Ctrl-C from now on, on the current runtime.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            // Where the signal cannot be had, its default ends the process.
            if signal::ctrl_c().await.is_ok() {
                let _nobody_waits = sender.send(true);
            }
            sender.closed().await;
        });
        Self(receiver)
    }

    pub(crate) fn has_come(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the command is to end.
    pub(crate) async fn wait(&self) {
        if self.0.clone().wait_for(|&come| come).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Runs to the end on a runtime that does not wait for a read of standard input that nobody needs any more.
pub(crate) fn block_on<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let runtime = Runtime::new()?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    result
}
