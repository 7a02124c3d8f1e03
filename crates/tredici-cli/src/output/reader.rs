//! Whether anybody still reads what is printed.

use std::{future::pending, io, os::fd::AsFd};

use tokio::{io::Interest, net::unix::pipe::Sender};

/// Returns once the reader of standard output has closed its end of the pipe.
pub(crate) async fn reader_gone() {
    let watched = io::stdout().as_fd().try_clone_to_owned();
    // It is watched and not written, so that it may stay a blocking one.
    match watched.and_then(Sender::from_owned_fd_unchecked) {
        Ok(pipe) if pipe.ready(Interest::ERROR).await.is_ok() => {}
        // A file, say: nobody can close that.
        _ => pending().await,
    }
}
