//! What a client does for each row.

use std::{
    hint,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::{
    Outcome,
    contender::{Contender, Name, Terms, TokioOpenssl, Transport, Tredici},
    measure::{Figures, Meter, Quantity, resident_bytes},
    memory,
    row::Row,
    server::Request,
};

const MIB: u64 = 1024 * 1024;
/// What a caller reads into, and writes from, at a time.
const BUFFER: usize = 64 * 1024;
/// What is exchanged before the measurement begins.
pub(crate) const WARM_UP_CONNECTIONS: u64 = 10;
const WARM_UP_MIB: u64 = 8;
/// What a server needs to see the last connection off.
const REST: Duration = Duration::from_micros(300);
/// Longer than any turn: one that hangs is a failure, not a long wait.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn carry_out(name: Name, row: Row, amount: u64, terms: &Terms) -> Outcome<Figures> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let figures = async {
        match name {
            Name::TokioOpenssl => work::<TokioOpenssl>(terms, row, amount).await,
            Name::Tredici | Name::TrediciWithoutKeepAlive => work::<Tredici>(terms, row, amount).await,
        }
    };
    runtime.block_on(async { timeout(PATIENCE, figures).await? })
}

async fn work<C: Contender>(terms: &Terms, row: Row, amount: u64) -> Outcome<Figures> {
    let contender = C::new(terms)?;
    match row {
        Row::FirstHandshake | Row::FullHandshake => handshakes(&contender, amount, false).await,
        Row::ResumedHandshake => handshakes(&contender, amount, true).await,
        Row::Receive => receive(&contender, amount).await,
        Row::Send => send(&contender, amount).await,
        Row::Idle => idle(&contender, amount).await,
        Row::FirstInMemory | Row::FullInMemory => memory::handshakes(&contender, terms, amount, false),
        Row::ResumedInMemory => memory::handshakes(&contender, terms, amount, true),
    }
}

/// Connections one after another: connect, shake hands, a byte there and back (with which the tickets come), goodbye there
/// and back.
async fn handshakes<C: Contender>(contender: &C, amount: u64, resume: bool) -> Outcome<Figures> {
    for _ in 0..WARM_UP_CONNECTIONS {
        visit(contender).await?;
    }
    let mut meter = Meter::new();
    for _ in 0..amount {
        let resumed = measured_visit(contender, &mut meter).await?;
        if resumed != resume {
            return Err(format!("resumed: {resumed}, and it should have been {resume}").into());
        }
    }
    Ok(meter.per(amount))
}

/// The same, each by a contender that has met nobody yet; making the contenders is not counted.
async fn first_handshakes<C: Contender>(terms: &Terms, amount: u64) -> Outcome<Figures> {
    for _ in 0..WARM_UP_CONNECTIONS {
        visit(&C::new(terms)?).await?;
    }
    let contenders = (0..amount).map(|_| C::new(terms)).collect::<Outcome<Vec<_>>>()?;
    let mut meter = Meter::new();
    for contender in &contenders {
        measured_visit(contender, &mut meter).await?;
    }
    Ok(meter.per(amount))
}

/// One more, once the server has come to rest: waking it is part of each then, and what it does is part of none.
async fn measured_visit<C: Contender>(contender: &C, meter: &mut Meter) -> Outcome<bool> {
    let before = Instant::now();
    while before.elapsed() < REST {
        hint::spin_loop();
    }
    let running = meter.start()?;
    let resumed = visit(contender).await?;
    meter.stop(&running)?;
    Ok(resumed)
}

async fn visit<C: Contender>(contender: &C) -> Outcome<bool> {
    greet::<C, _>(contender.connect().await?).await
}

/// A byte there and back, with which the tickets come, and goodbye; tells whether the connection was resumed.
pub(crate) async fn greet<C: Contender, T: Transport>(mut socket: C::Socket<T>) -> Outcome<bool> {
    let resumed = C::is_resumed(&socket);
    let mut message = Request::Echo(1).to_bytes().to_vec();
    message.push(b'!');
    socket.write_all(&message).await?;
    socket.read_exact(&mut [0]).await?;
    socket.shutdown().await?;
    match socket.read(&mut [0]).await? {
        0 => Ok(resumed),
        _ => Err("the server has sent what nobody asked for".into()),
    }
}

async fn receive<C: Contender>(contender: &C, amount: u64) -> Outcome<Figures> {
    let mut socket = contender.connect().await?;
    let mut buffer = vec![0; BUFFER];
    take(&mut socket, &mut buffer, WARM_UP_MIB).await?;
    let mut meter = Meter::new();
    let running = meter.start()?;
    take(&mut socket, &mut buffer, amount).await?;
    meter.stop(&running)?;
    Ok(meter.per(amount))
}

async fn take<S: AsyncReadExt + AsyncWriteExt + Unpin>(
    socket: &mut S,
    buffer: &mut [u8],
    mib: u64,
) -> Outcome<()> {
    socket.write_all(&Request::Send(mib * MIB).to_bytes()).await?;
    let mut missing = mib * MIB;
    while missing > 0 {
        match socket.read(buffer).await? {
            0 => return Err("the server has ended".into()),
            count => missing -= count as u64,
        }
    }
    Ok(())
}

async fn send<C: Contender>(contender: &C, amount: u64) -> Outcome<Figures> {
    let mut socket = contender.connect().await?;
    let buffer = vec![b'x'; BUFFER];
    give(&mut socket, &buffer, WARM_UP_MIB).await?;
    let mut meter = Meter::new();
    let running = meter.start()?;
    give(&mut socket, &buffer, amount).await?;
    meter.stop(&running)?;
    Ok(meter.per(amount))
}

async fn give<S: AsyncReadExt + AsyncWriteExt + Unpin>(
    socket: &mut S,
    buffer: &[u8],
    mib: u64,
) -> Outcome<()> {
    socket.write_all(&Request::Receive(mib * MIB).to_bytes()).await?;
    for _ in 0..mib * MIB / buffer.len() as u64 {
        socket.write_all(buffer).await?;
    }
    // The server's receipt.
    socket.read_exact(&mut [0]).await?;
    Ok(())
}

/// Connections that have exchanged something, and now wait for the next that comes.
async fn idle<C: Contender>(contender: &C, amount: u64) -> Outcome<Figures> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    let mut sockets = Vec::with_capacity(usize::try_from(WARM_UP_CONNECTIONS + amount)?);
    for _ in 0..WARM_UP_CONNECTIONS {
        sockets.push(waiting(contender).await?);
    }
    let before = resident_bytes()?;
    for _ in 0..amount {
        sockets.push(waiting(contender).await?);
    }
    let grown = resident_bytes()?.saturating_sub(before);
    Ok(vec![(Quantity::Resident, grown as f64 / amount as f64)])
}

async fn waiting<C: Contender>(contender: &C) -> Outcome<C::Socket<TcpStream>> {
    const MESSAGE: usize = 16 * 1024;
    let mut socket = contender.connect().await?;
    socket.write_all(&Request::Echo(MESSAGE as u64).to_bytes()).await?;
    socket.write_all(&vec![b'x'; MESSAGE]).await?;
    socket.read_exact(&mut vec![0; MESSAGE]).await?;
    let came = pin!(socket.read(&mut [0])).poll(&mut Context::from_waker(Waker::noop())).is_ready();
    if came { Err("the server has sent what nobody asked for".into()) } else { Ok(socket) }
}
