//! Client and server in one thread, with a pipe in memory between them: what the client does, and nothing of the system.

use std::{
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
    server::{attend, context},
    work::{WARM_UP_CONNECTIONS, greet},
};

/// What fits into the pipe.
const PIPE: usize = 1024 * 1024;

pub(crate) fn handshakes<C: Contender>(
    contender: &C,
    terms: &Terms,
    amount: u64,
    resume: bool,
) -> Outcome<Figures> {
    let server = context(&terms.chain, &terms.key)?;
    for _ in 0..WARM_UP_CONNECTIONS {
        visit(contender, &server)?;
    }
    let mut spent = Duration::ZERO;
    for _ in 0..amount {
        let (resumed, time) = visit(contender, &server)?;
        if resumed != resume {
            return Err(format!("resumed: {resumed}, and it should have been {resume}").into());
        }
        spent += time;
    }
    Ok(figures(spent, amount))
}

pub(crate) fn first_handshakes<C: Contender>(terms: &Terms, amount: u64) -> Outcome<Figures> {
    let server = context(&terms.chain, &terms.key)?;
    for _ in 0..WARM_UP_CONNECTIONS {
        visit(&C::new(terms)?, &server)?;
    }
    let contenders = (0..amount).map(|_| C::new(terms)).collect::<Outcome<Vec<_>>>()?;
    let mut spent = Duration::ZERO;
    for contender in &contenders {
        spent += visit(contender, &server)?.1;
    }
    Ok(figures(spent, amount))
}

fn figures(spent: Duration, amount: u64) -> Figures {
    vec![(Quantity::Client, spent.as_secs_f64() * 1e6 / amount as f64)]
}

fn visit<C: Contender>(contender: &C, server: &SslContext) -> Outcome<(bool, Duration)> {
    let (near, far) = duplex(PIPE);
    let client = async { greet::<C, _>(contender.secure(near).await?).await };
    by_turns(client, attend(server, far))
}

/// Runs the two until both are done, one at a time, each as far as it comes, and tells how long the first was at it.
fn by_turns<T>(
    client: impl Future<Output = Outcome<T>>,
    server: impl Future<Output = Outcome<()>>,
) -> Outcome<(T, Duration)> {
    // Else the runtime has them wait, so that others get their turn: there are none.
    let (mut client, mut server) = (pin!(unconstrained(client)), pin!(unconstrained(server)));
    let cx = &mut Context::from_waker(Waker::noop());
    let (mut spent, mut outcome, mut served) = (Duration::ZERO, None, false);
    while outcome.is_none() || !served {
        if outcome.is_none() {
            let start = Instant::now();
            let polled = client.as_mut().poll(cx);
            spent += start.elapsed();
            if let Poll::Ready(done) = polled {
                outcome = Some(done?);
            }
        }
        if !served && let Poll::Ready(done) = server.as_mut().poll(cx) {
            done?;
            served = true;
        }
    }
    outcome.map(|outcome| (outcome, spent)).ok_or_else(|| "the client came to no end".into())
}
