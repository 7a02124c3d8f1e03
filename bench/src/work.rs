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

#[cfg(feature = "comparison")]
use crate::contender::{TokioRustls, Tredici, connector_with_default_roots};
use crate::{
    Outcome,
    contender::{Contender, Name, Terms, TokioOpenssl, Transport},
    measure::{Figures, Meter, Quantity, resident_bytes},
    memory,
    row::{Place, Row},
    server::Request,
};

const MIB: u64 = 1024 * 1024;
/// What a caller reads into at a time.
const BUFFER: usize = 64 * 1024;
/// What is exchanged before the measurement begins.
pub(crate) const WARM_UP_CONNECTIONS: u64 = 10;
pub(crate) const WARM_UP_MIB: u64 = 8;
/// What a server needs to see the last connection off.
const REST: Duration = Duration::from_micros(300);
/// Longer than any turn: one that hangs is a failure, not a long wait.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn carry_out(name: Name, row: Row, place: Place, amount: u64, terms: &Terms) -> Outcome<Figures> {
    match name {
        Name::TokioOpensslSystem | Name::TokioOpenssl => {
            work::<TokioOpenssl>(name, row, place, amount, terms)
        }
        #[cfg(feature = "comparison")]
        Name::TrediciOpenssl | Name::TrediciRustls if place == Place::Nowhere => {
            connectors(name, row, amount)
        }
        #[cfg(feature = "comparison")]
        Name::TrediciOpenssl | Name::TrediciRustls => work::<Tredici>(name, row, place, amount, terms),
        #[cfg(feature = "comparison")]
        Name::TokioRustls => work::<TokioRustls>(name, row, place, amount, terms),
        #[cfg(not(feature = "comparison"))]
        _ => Err("this program knows tokio-openssl alone".into()),
    }
}

fn work<C: Contender>(name: Name, row: Row, place: Place, amount: u64, terms: &Terms) -> Outcome<Figures> {
    let contender = C::new(name, terms)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if place == Place::Memory {
        let _entered = runtime.enter();
        return memory::carry_out(&contender, row, amount, terms);
    }
    let figures = async {
        match row {
            Row::Full | Row::Remembered | Row::Hybrid => handshakes(&contender, amount, false).await,
            Row::Resumed => handshakes(&contender, amount, true).await,
            Row::Receive16 | Row::Receive1 => receive(&contender, row.piece(), amount).await,
            Row::Send16 | Row::Send1 => send(&contender, row.piece(), amount).await,
            Row::Idle => idle(&contender, amount).await,
            Row::FirstConnector | Row::NextConnector => Err("has none with default roots".into()),
        }
    };
    runtime.block_on(async { timeout(PATIENCE, figures).await? })
}

/// Connectors with the default roots, the first of which is counted in or is not.
#[cfg(feature = "comparison")]
fn connectors(name: Name, row: Row, amount: u64) -> Outcome<Figures> {
    if row == Row::NextConnector {
        drop(connector_with_default_roots(name)?);
    }
    let mut meter = Meter::new();
    let running = meter.start()?;
    let connectors = (0..amount).map(|_| connector_with_default_roots(name)).collect::<Outcome<Vec<_>>>()?;
    meter.stop(&running)?;
    drop(connectors);
    Ok(meter.per(amount).into_iter().filter(|(quantity, _)| *quantity == Quantity::Wall).collect())
}

/// Connections one after another.
async fn handshakes<C: Contender>(contender: &C, amount: u64, resume: bool) -> Outcome<Figures> {
    for _ in 0..WARM_UP_CONNECTIONS {
        greet::<C, _>(contender.connect().await?).await?;
    }
    let mut meter = Meter::new();
    for _ in 0..amount {
        // Once the server has come to rest: waking it is part of each then, and what else it does is part of none.
        let before = Instant::now();
        while before.elapsed() < REST {
            hint::spin_loop();
        }
        let running = meter.start()?;
        let resumed = greet::<C, _>(contender.connect().await?).await?;
        meter.stop(&running)?;
        expect(resumed, resume)?;
    }
    Ok(meter.per(amount))
}

pub(crate) fn expect(resumed: bool, resume: bool) -> Outcome<()> {
    if resumed == resume {
        return Ok(());
    }
    Err(format!("resumed: {resumed}, and it should have been {resume}").into())
}

/// A byte there and back, with which the tickets come, and goodbye there and back; tells whether the connection was
/// resumed.
pub(crate) async fn greet<C: Contender, T: Transport>(mut socket: C::Socket<T>) -> Outcome<bool> {
    let resumed = C::is_resumed(&socket);
    let mut message = Request::Echo(1).to_bytes().to_vec();
    message.push(b'!');
    socket.write_all(&message).await?;
    socket.flush().await?;
    socket.read_exact(&mut [0]).await?;
    socket.shutdown().await?;
    match socket.read(&mut [0]).await? {
        0 => Ok(resumed),
        _ => Err("the server has sent what nobody asked for".into()),
    }
}

async fn receive<C: Contender>(contender: &C, piece: usize, amount: u64) -> Outcome<Figures> {
    let mut socket = contender.connect().await?;
    take(&mut socket, piece, WARM_UP_MIB).await?;
    let mut meter = Meter::new();
    let running = meter.start()?;
    take(&mut socket, piece, amount).await?;
    meter.stop(&running)?;
    Ok(meter.per(amount))
}

/// Receives what the server writes piece by piece.
pub(crate) async fn take<S: AsyncReadExt + AsyncWriteExt + Unpin>(
    socket: &mut S,
    piece: usize,
    mib: u64,
) -> Outcome<()> {
    let mut buffer = vec![0; BUFFER];
    socket.write_all(&Request::Send(mib * MIB, piece).to_bytes()).await?;
    socket.flush().await?;
    let mut missing = mib * MIB;
    while missing > 0 {
        match socket.read(&mut buffer).await? {
            0 => return Err("the server has ended".into()),
            count => missing -= count as u64,
        }
    }
    Ok(())
}

async fn send<C: Contender>(contender: &C, piece: usize, amount: u64) -> Outcome<Figures> {
    let mut socket = contender.connect().await?;
    give(&mut socket, piece, WARM_UP_MIB).await?;
    let mut meter = Meter::new();
    let running = meter.start()?;
    give(&mut socket, piece, amount).await?;
    meter.stop(&running)?;
    Ok(meter.per(amount))
}

/// Writes piece by piece.
pub(crate) async fn give<S: AsyncReadExt + AsyncWriteExt + Unpin>(
    socket: &mut S,
    piece: usize,
    mib: u64,
) -> Outcome<()> {
    let piece = vec![b'x'; piece];
    socket.write_all(&Request::Receive(mib * MIB).to_bytes()).await?;
    for _ in 0..mib * MIB / piece.len() as u64 {
        socket.write_all(&piece).await?;
    }
    socket.flush().await?;
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
    socket.flush().await?;
    socket.read_exact(&mut vec![0; MESSAGE]).await?;
    let came = pin!(socket.read(&mut [0])).poll(&mut Context::from_waker(Waker::noop())).is_ready();
    if came { Err("the server has sent what nobody asked for".into()) } else { Ok(socket) }
}
