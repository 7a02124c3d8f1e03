//! What a listener does with a connection.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tredici::{Error, Socket};

use super::http;
use crate::{
    arguments::Mode,
    outcome::{Connected, Facts, Outcome},
};

const CHUNK: usize = 64 << 10;

/// Returns when the client has ended, or all is said.
pub(crate) async fn serve(socket: &mut Socket, mode: Mode, index: usize) -> Result<(), Error> {
    match mode {
        Mode::Echo => echo(socket).await?,
        Mode::Discard => discard(socket).await?,
        Mode::Http => http::answer(socket, index).await?,
        Mode::Report => socket.write_all(&report(socket, index)?).await?,
    }
    Ok(socket.flush().await?)
}

/// The connection's report as it is now, a line of JSON.
pub(super) fn report(socket: &Socket, index: usize) -> io::Result<Vec<u8>> {
    let connected = Connected { facts: Facts::of(socket), received: None, end: None };
    let mut line = serde_json::to_vec(&Outcome::connected(index, connected))?;
    line.push(b'\n');
    Ok(line)
}

async fn echo(socket: &mut Socket) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = socket.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        socket.write_all(&buffer[..count]).await?;
        socket.flush().await?;
    }
}

async fn discard(socket: &mut Socket) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while socket.read(&mut buffer).await? > 0 {}
    Ok(())
}
