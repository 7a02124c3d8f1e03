//! Reading and writing application data.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{RECORD, RECORD_OVERHEAD, TlsStream, WRITE_MAX};
use crate::{error::Phase, tls::engine::Failure, tls::engine::Received};

impl AsyncRead for TlsStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.failure.is_some() && buffer.remaining() > 0 && this.connection.has_pending() {
            // What was decrypted before the failure is not lost to the reader.
            let unfilled = buffer.initialize_unfilled();
            if let Ok(Received::Bytes(count)) = this.connection.read(&mut this.wire, unfilled) {
                buffer.advance(count);
                return Poll::Ready(Ok(()));
            }
        }
        loop {
            this.check()?;
            if this.read_closed || buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            this.send_along(cx);
            if this.has_something_to_read() {
                let unfilled = buffer.initialize_unfilled();
                match this.receive(cx, |connection, wire| connection.read(wire, unfilled))? {
                    Received::Bytes(count) => {
                        buffer.advance(count);
                        this.phase = Phase::Transfer;
                        return Poll::Ready(Ok(()));
                    }
                    Received::Closed => {
                        this.read_closed = true;
                        return Poll::Ready(Ok(()));
                    }
                    Received::WantRead => {}
                }
            }
            match this.poll_fill_beside_writer(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(this.fail(Failure::Truncated))),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    this.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            }
        }
    }
}

impl AsyncWrite for TlsStream {
    /// Encrypts up to 64 KiB and tries to send it at once. What the transport does not take now goes out with a later
    /// write or with a flush. Small writes go on being taken until 64 KiB wait, and then go out together.
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let bytes = &bytes[..bytes.len().min(WRITE_MAX)];
        ready!(this.poll_writable(cx, bytes.len()))?;
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let written = this.encrypt(cx, bytes).map_err(|failure| this.fail(failure));
        // The bytes are taken, whether or not they can be sent now.
        let sent = this.poll_drain_beside_reader(cx);
        this.keep_error(sent);
        Poll::Ready(written.map(|()| bytes.len()))
    }

    /// Small slices go out in one record together.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        match (filled.next(), filled.next()) {
            (None, _) => self.poll_write(cx, &[]),
            (Some(only), None) => self.poll_write(cx, only),
            (Some(_), Some(_)) => {
                let mut gathered = Vec::with_capacity(total(slices));
                for slice in slices {
                    let room = gathered.capacity() - gathered.len();
                    gathered.extend_from_slice(&slice[..slice.len().min(room)]);
                }
                self.poll_write(cx, &gathered)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.transport).poll_flush(cx)
    }

    /// Sends `close_notify` and ends the transport for writing.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.write_closed && this.failure.is_none() {
            ready!(this.poll_writable(cx, WRITE_MAX))?;
            this.take_buffer();
            this.connection.close(&mut this.wire);
            this.write_closed = true;
            let sent = this.transport.try_send_with_end(&this.wire.outgoing)?;
            this.wire.outgoing.sent(sent);
        }
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.transport).poll_shutdown(cx)
    }
}

impl TlsStream {
    /// One record may go to the transport as it is, several go there together.
    fn encrypt(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Result<(), Failure> {
        self.take_buffer();
        let Self { transport, connection, wire, unsent, .. } = self;
        let may_pass = bytes.len() <= RECORD && wire.outgoing.is_empty() && connection.writes_through();
        // Asked before the engine works: the caller's waker is not for its callbacks to handle.
        if may_pass && transport.is_ready_to_send(cx) {
            return connection.write_through(wire, bytes, &mut |record| {
                transport.try_send(record).unwrap_or_else(|error| {
                    *unsent = Some(error);
                    0
                })
            });
        }
        // Room for all of it at once, so that the buffer is not moved while it grows.
        wire.outgoing.reserve(bytes.len() + bytes.len().div_ceil(RECORD) * RECORD_OVERHEAD);
        connection.write(wire, bytes)
    }

    /// Ready once the engine can write, and so much more may wait to be sent.
    fn poll_writable(&mut self, cx: &mut Context<'_>, more: usize) -> Poll<io::Result<()>> {
        self.check()?;
        if self.write_closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let sent = self.poll_send(cx)?;
        if sent.is_pending() && self.wire.outgoing.len() + more > WRITE_MAX {
            return Poll::Pending;
        }
        self.poll_able_to_write(cx)
    }
}

/// How much of the slices one write takes.
fn total(slices: &[IoSlice<'_>]) -> usize {
    slices.iter().map(|slice| slice.len()).fold(0, usize::saturating_add).min(WRITE_MAX)
}
