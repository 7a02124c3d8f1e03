//! A stream whose two directions the test opens and shuts.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Waker},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// What becomes of what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    Through,
    Stuck,
    Broken,
}

/// Opens and shuts a [`Gated`] stream that somebody else owns.
#[derive(Clone)]
pub(super) struct Gate(Arc<Mutex<State>>);

struct State {
    writing: Writing,
    /// How many more records pass to the reader; `None` is all, and what is no record too.
    records: Option<usize>,
    is_cut: bool,
    held_back: usize,
    came: usize,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Takes whatever comes out of the stream within, and gives its reader what the gate lets through.
pub(super) struct Gated {
    within: TcpStream,
    gate: Gate,
    held_back: Vec<u8>,
}

impl Gate {
    /// From now on the reader gets nothing.
    pub(super) fn shut(&self) {
        self.lock().records = Some(0);
    }

    /// The reader gets one more record.
    pub(super) fn let_one_pass(&self) {
        let mut state = self.lock();
        *state.records.get_or_insert_default() += 1;
        state.wake();
    }

    /// The reader gets everything.
    pub(super) fn open(&self) {
        let mut state = self.lock();
        state.records = None;
        state.wake();
    }

    /// For the reader the stream has ended; what is held back is lost.
    pub(super) fn cut(&self) {
        let mut state = self.lock();
        state.is_cut = true;
        state.wake();
    }

    /// How many bytes have come and not passed.
    pub(super) fn held_back(&self) -> usize {
        self.lock().held_back
    }

    /// How many bytes have come, by when the stream was last read.
    pub(super) fn came(&self) -> usize {
        self.lock().came
    }

    /// How many more records may pass.
    pub(super) fn may_pass(&self) -> Option<usize> {
        self.lock().records
    }

    pub(super) fn write(&self, writing: Writing) {
        let mut state = self.lock();
        state.writing = writing;
        state.wake();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics at the gate")
    }
}

impl State {
    fn wake(&mut self) {
        [self.reader.take(), self.writer.take()].into_iter().flatten().for_each(Waker::wake);
    }

    /// How much of what is held back passes now.
    fn admit(&mut self, held_back: &[u8]) -> usize {
        let Some(records) = &mut self.records else { return held_back.len() };
        match whole_record(held_back) {
            Some(length) if *records > 0 => {
                *records -= 1;
                length
            }
            _ => 0,
        }
    }
}

/// The length of the first record, where all of it is there (RFC 8446 section 5.1).
fn whole_record(bytes: &[u8]) -> Option<usize> {
    let header: &[u8; 5] = bytes.first_chunk()?;
    let length = 5 + usize::from(u16::from_be_bytes([header[3], header[4]]));
    (bytes.len() >= length).then_some(length)
}

impl Gated {
    pub(super) fn new(within: TcpStream) -> (Self, Gate) {
        let state = State {
            writing: Writing::Through,
            records: None,
            is_cut: false,
            held_back: 0,
            came: 0,
            reader: None,
            writer: None,
        };
        let gate = Gate(Arc::new(Mutex::new(state)));
        (Self { within, gate: gate.clone(), held_back: Vec::new() }, gate)
    }

    /// Over TCP to this port of `127.0.0.1`.
    pub(super) async fn to(port: u16) -> (Self, Gate) {
        Self::new(TcpStream::connect(("127.0.0.1", port)).await.expect("a connection"))
    }

    /// Takes all that is there; true at the end of the stream.
    fn take_in(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        loop {
            let mut bytes = [0; 16 * 1024];
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.within).poll_read(cx, &mut buffer)? {
                Poll::Pending => return Ok(false),
                Poll::Ready(()) if buffer.filled().is_empty() => return Ok(true),
                Poll::Ready(()) => {
                    self.held_back.extend_from_slice(buffer.filled());
                    self.gate.lock().came += buffer.filled().len();
                }
            }
        }
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let ended = this.take_in(cx)?;
        let mut state = this.gate.lock();
        if state.is_cut {
            return Poll::Ready(Ok(()));
        }
        let passes = state.admit(&this.held_back).min(buffer.remaining());
        buffer.put_slice(&this.held_back[..passes]);
        this.held_back.drain(..passes);
        state.held_back = this.held_back.len();
        if passes > 0 || (ended && this.held_back.is_empty()) {
            return Poll::Ready(Ok(()));
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl AsyncWrite for Gated {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let mut state = this.gate.lock();
        match state.writing {
            Writing::Broken => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Writing::Stuck => {
                state.writer = Some(cx.waker().clone());
                Poll::Pending
            }
            Writing::Through => Pin::new(&mut this.within).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().within).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().within).poll_shutdown(cx)
    }
}
