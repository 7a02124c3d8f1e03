//! A socket that stands ready becomes a stream.
//!
//! tokio's own way asks the system of every connection whether it has failed. Here it is asked where it has said so
//! already; and a connection that stands at once, as each to a Unix socket and most over loopback do, is not waited for.

use std::{future::poll_fn, io, net::SocketAddr};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::{
    io::Interest,
    net::{TcpStream, UnixStream},
    task::consume_budget,
};

use super::late::{Late, Register};

/// A stream socket for the runtime.
pub(super) fn socket(domain: Domain, protocol: Option<Protocol>) -> io::Result<Socket> {
    #[cfg(target_os = "linux")]
    return Socket::new(domain, Type::STREAM.nonblocking(), protocol);
    #[cfg(not(target_os = "linux"))]
    Socket::new(domain, Type::STREAM, protocol)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
}

pub(super) async fn tcp(
    socket: Socket,
    address: SocketAddr,
    is_waited_for: bool,
) -> io::Result<Late<TcpStream>> {
    let stands = begin(&socket, &address.into())?;
    // Over loopback the other end has answered before the call returns, which does not wait to hear it. To ask takes a
    // call, and spares one only where nobody waits afterwards.
    let has_answered = || address.ip().to_canonical().is_loopback() && has_peer(&socket);
    if stands || (!is_waited_for && has_answered()) {
        consume_budget().await;
        return Ok(Late::fresh(socket));
    }
    let stream = TcpStream::register(socket)?;
    poll_fn(|cx| stream.poll_write_ready(cx)).await?;
    if stream.ready(Interest::WRITABLE).await?.is_write_closed() {
        fail(stream.take_error()?)?;
    }
    Ok(stream.into())
}

pub(super) async fn unix(socket: Socket, address: &SockAddr) -> io::Result<Late<UnixStream>> {
    if begin(&socket, address)? {
        consume_budget().await;
        return Ok(Late::fresh(socket));
    }
    let stream = UnixStream::register(socket)?;
    poll_fn(|cx| stream.poll_write_ready(cx)).await?;
    if stream.ready(Interest::WRITABLE).await?.is_write_closed() {
        fail(stream.take_error()?)?;
    }
    Ok(stream.into())
}

/// Whether it stands already.
fn begin(socket: &Socket, address: &SockAddr) -> io::Result<bool> {
    match socket.connect(address) {
        Ok(()) => Ok(true),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A socket has one from the moment that its connection stands.
fn has_peer(socket: &Socket) -> bool {
    socket.peer_addr().is_ok()
}

fn fail(error: Option<io::Error>) -> io::Result<()> {
    error.map_or(Ok(()), Err)
}
