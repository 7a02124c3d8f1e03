//! Client and server in one thread, with a pipe in memory between them: what the client does, and nothing of the system.

use std::{
    cell::Cell,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use openssl::ssl::SslContext;
use tokio::{io::duplex, task::coop::unconstrained, time::Instant};

use crate::{
    Outcome,
    contender::{Contender, Terms},
    measure::{Figures, Quantity},
    row::Row,
    server::{attend, context},
    work::{WARM_UP_CONNECTIONS, WARM_UP_MIB, expect, give, greet, take},
};

/// What fits into the pipe.
const PIPE: usize = 1024 * 1024;

pub(crate) fn carry_out<C: Contender>(
    contender: &C,
    row: Row,
    amount: u64,
    terms: &Terms,
) -> Outcome<Figures> {
    let server = context(&terms.chain, &terms.key, row.groups())?;
    let spent = match row {
        Row::Receive16 | Row::Receive1 | Row::Send16 | Row::Send1 => bulk(contender, row, amount, &server)?,
        _ => handshakes(contender, row, amount, &server)?,
    };
    Ok(vec![(Quantity::Turns, spent.as_secs_f64() * 1e6 / amount as f64)])
}

fn handshakes<C: Contender>(contender: &C, row: Row, amount: u64, server: &SslContext) -> Outcome<Duration> {
    for _ in 0..WARM_UP_CONNECTIONS {
        visit(contender, server)?;
    }
    let mut spent = Duration::ZERO;
    for _ in 0..amount {
        let (resumed, time) = visit(contender, server)?;
        expect(resumed, row == Row::Resumed)?;
        spent += time;
    }
    Ok(spent)
}

fn visit<C: Contender>(contender: &C, server: &SslContext) -> Outcome<(bool, Duration)> {
    let (near, far) = duplex(PIPE);
    let client = async { greet::<C, _>(contender.secure(near).await?).await };
    by_turns(client, attend(server, far), &Cell::new(true))
}

fn bulk<C: Contender>(contender: &C, row: Row, amount: u64, server: &SslContext) -> Outcome<Duration> {
    let (near, far) = duplex(PIPE);
    let counts = Cell::new(false);
    let client = async {
        let mut socket = contender.secure(near).await?;
        for mib in [WARM_UP_MIB, amount] {
            match row {
                Row::Receive16 | Row::Receive1 => take(&mut socket, row.piece(), mib).await?,
                _ => give(&mut socket, row.piece(), mib).await?,
            }
            // The first was to warm up.
            counts.set(!counts.get());
        }
        Ok(())
    };
    by_turns(client, attend(server, far), &counts).map(|((), spent)| spent)
}

/// Runs the two until the first is done, one at a time, each as far as it comes; tells how long the first was at it while
/// that counted.
fn by_turns<T>(
    client: impl Future<Output = Outcome<T>>,
    server: impl Future<Output = Outcome<()>>,
    counts: &Cell<bool>,
) -> Outcome<(T, Duration)> {
    // Else the runtime has them wait, so that others get their turn: there are none.
    let (mut client, mut server) = (pin!(unconstrained(client)), pin!(unconstrained(server)));
    let cx = &mut Context::from_waker(Waker::noop());
    let (mut spent, mut served) = (Duration::ZERO, false);
    loop {
        let (counted, start) = (counts.get(), Instant::now());
        let polled = client.as_mut().poll(cx);
        if counted {
            spent += start.elapsed();
        }
        if let Poll::Ready(outcome) = polled {
            return Ok((outcome?, spent));
        }
        if served {
            return Err("the server has ended before the client".into());
        }
        if let Poll::Ready(outcome) = server.as_mut().poll(cx) {
            outcome?;
            served = true;
        }
    }
}
