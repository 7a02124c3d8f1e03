//! What is said over a connection, and what is heard.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    time::{Instant, timeout_at},
};
use tredici::{Error, Socket};

/// What happens on every connection once it stands.
pub(super) struct Exchange {
    pub(super) send: Vec<u8>,
    pub(super) then: Then,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    Close,
    /// Read until the peer ends or this time is up.
    Read(Duration),
    /// Standard input and output.
    Pipe,
}

/// Why an exchange did not come to its end.
pub(super) enum Stop {
    Failed(Error),
    /// Standard output cannot be written.
    Output(io::Error),
}

/// The most that is kept of what was read.
const LONGEST: usize = 64 << 20;
const CHUNK: usize = 64 << 10;

impl Exchange {
    /// Where what is read goes: nowhere where reading is not asked for.
    pub(super) fn received(&self) -> Option<Vec<u8>> {
        matches!(self.then, Then::Read(_)).then(Vec::new)
    }

    pub(super) async fn perform(
        &self,
        socket: &mut Socket,
        received: &mut Option<Vec<u8>>,
    ) -> Result<(), Stop> {
        let failed = |error: io::Error| Stop::Failed(error.into());
        socket.write_all(&self.send).await.map_err(failed)?;
        socket.flush().await.map_err(failed)?;
        match self.then {
            Then::Close => Ok(()),
            Then::Read(limit) => read(socket, limit, received.get_or_insert_default()).await.map_err(failed),
            Then::Pipe => pipe(socket).await,
        }
    }
}

async fn read(socket: &mut Socket, limit: Duration, received: &mut Vec<u8>) -> io::Result<()> {
    let deadline = Instant::now() + limit;
    while received.len() < LONGEST {
        received.reserve(CHUNK);
        match timeout_at(deadline, socket.read_buf(received)).await {
            Ok(Ok(0)) | Err(_) => return Ok(()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
        }
    }
    let problem = "more than 64 MiB came, which is too much for a report; use --pipe";
    Err(io::Error::new(io::ErrorKind::FileTooLarge, problem))
}

/// Copies both ways until the peer ends. The end of standard input is told to the peer, who may still answer.
async fn pipe(socket: &mut Socket) -> Result<(), Stop> {
    let (mut from_peer, mut to_peer) = split(socket);
    let up = async {
        let failed = |error: io::Error| Stop::Failed(error.into());
        copy(&mut tokio::io::stdin(), &mut to_peer, failed, failed).await?;
        to_peer.shutdown().await.map_err(failed)
    };
    let down = async {
        let failed = |error: io::Error| Stop::Failed(error.into());
        copy(&mut from_peer, &mut tokio::io::stdout(), failed, Stop::Output).await
    };
    tokio::pin!(up, down);
    tokio::select! {
        ended = &mut down => ended,
        sent = &mut up => match sent {
            Ok(()) => down.await,
            // What the peer has said before it hung up is still to be heard, and tells more.
            Err(stop) => down.await.and(Err(stop)),
        },
    }
}

async fn copy(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    cannot_read: impl Fn(io::Error) -> Stop,
    cannot_write: impl Fn(io::Error) -> Stop,
) -> Result<(), Stop> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = from.read(&mut buffer).await.map_err(&cannot_read)?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..count]).await.map_err(&cannot_write)?;
        to.flush().await.map_err(&cannot_write)?;
    }
}
