//! Ctrl-C: what is open is closed, then the command ends.

use std::{io, time::Duration};

use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};

/// Tells everybody who waits that the command is to end.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens for Ctrl-C from now on, on the current runtime.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        // Registered here and not by the task, which may begin when the signal has long come.
        let interrupts = signal(SignalKind::interrupt());
        tokio::spawn(async move {
            // Where the signal cannot be had, its default ends the process.
            let Ok(mut interrupts) = interrupts else { return sender.closed().await };
            interrupts.recv().await;
            let _nobody_waits = sender.send(true);
            // What is open is being closed, which a peer can delay: a second Ctrl-C, or a second of waiting, ends that.
            let _again_or_late = timeout(Duration::from_secs(1), interrupts.recv()).await;
            std::process::exit(130);
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
