//! From addresses to a byte stream: carries out what the race decides, with sockets and a clock.

use std::{
    future::poll_fn,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    task::Poll,
};

use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::{
    Attempts, SocketTerms, Transport,
    failure::{self, Failure},
    opening,
    race::{Action, Event, Race, Rules},
};
use crate::{error::Error, target::RemoteAddress};

/// Addresses that come while others are being tried already.
type Part = Result<Vec<SocketAddr>, Error>;

/// From which end TCP connections are made, and on which terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialling<'a> {
    pub(crate) terms: &'a SocketTerms,
    pub(crate) local: Option<IpAddr>,
    /// How many attempts there were before it was begun to dial.
    pub(crate) before: usize,
    /// Whether the other end is to be waited for in any case, once the connection stands.
    pub(crate) is_for_tls: bool,
}

impl Dialling<'_> {
    /// Connects to the address that answers first.
    pub(crate) async fn race(
        self,
        first: Vec<SocketAddr>,
        rest: impl Stream<Item = Part>,
        rules: Rules,
        attempts: &mut Attempts,
    ) -> Result<Transport, Error> {
        let connect = |address| self.attempt(address);
        let connected = first_to_answer(first, pin!(rest), rules, attempts, connect).await;
        connected.map_err(|failure| match failure {
            Some(failure) => failure::none_answered(failure, &attempts.all()[self.before..]),
            None => failure::no_address(),
        })
    }

    /// Connects to this address.
    pub(crate) async fn alone(
        self,
        address: SocketAddr,
        attempts: &mut Attempts,
    ) -> Result<Transport, Error> {
        let connected = alone(address, attempts, |address| self.attempt(address)).await;
        connected.map_err(|failure| failure::none_answered(failure, &attempts.all()[self.before..]))
    }

    async fn attempt(self, address: SocketAddr) -> Result<Transport, Failure> {
        let place = RemoteAddress::Ip(address);
        let socket = self.terms.tcp_socket(address, self.local)?;
        let connecting = opening::tcp(socket, address, self.is_for_tls);
        let connected = match self.terms.attempt_timeout {
            None => connecting.await,
            Some(limit) => match timeout(limit, connecting).await {
                Ok(connected) => connected,
                Err(_elapsed) => return Err(Failure::timed_out(&place, limit)),
            },
        };
        let stream = connected.map_err(Failure::of("connect", &place))?;
        Ok(Transport::tcp(stream, address))
    }
}

/// One address needs neither a race nor a timer.
async fn alone<S, Connecting>(
    address: SocketAddr,
    attempts: &mut Attempts,
    connect: impl FnOnce(SocketAddr) -> Connecting,
) -> Result<S, Failure>
where
    Connecting: Future<Output = Result<S, Failure>>,
{
    let number = attempts.begin(RemoteAddress::Ip(address));
    let connected = connect(address).await;
    attempts.end(number, connected.as_ref().err().map(Failure::attempt_error));
    connected
}

/// What ends a wait.
enum Happened<S> {
    Attempt(usize, Result<S, Failure>),
    Part(Option<Part>),
    Time,
}

/// The race, whatever it is to connect. The error is that of the first attempt to fail, where there was one.
async fn first_to_answer<S, Connecting>(
    first: Vec<SocketAddr>,
    mut rest: Pin<&mut impl Stream<Item = Part>>,
    rules: Rules,
    attempts: &mut Attempts,
    connect: impl Fn(SocketAddr) -> Connecting,
) -> Result<S, Option<Failure>>
where
    Connecting: Future<Output = Result<S, Failure>>,
{
    let second = match first[..] {
        [_] => rest.next().now_or_never(),
        _ => None,
    };
    if let ([address], Some(None)) = (&first[..], &second) {
        return alone(*address, attempts, connect).await.map_err(Some);
    }
    let mut race = Race::new(rules);
    race.handle(Event::Arrived(first), Instant::now());
    if let Some(part) = second {
        race.handle(arrived(part), Instant::now());
    }
    let mut running = Vec::new();
    let mut alarm = pin!(None::<Sleep>);
    let mut first_failure = None;
    loop {
        match race.next(Instant::now()) {
            Action::Start(address) => {
                let number = attempts.begin(RemoteAddress::Ip(address));
                running.push((number, Box::pin(connect(address))));
                continue;
            }
            Action::WaitUntil(then) => alarm.set(Some(sleep_until(then))),
            Action::Wait => alarm.set(None),
            Action::Lost => return Err(first_failure),
        }
        let happened = poll_fn(|cx| {
            // What an attempt has come to counts before the clock. They are few, and all are asked: a set that knows
            // which of them was woken wakes the task once more itself, at the price of a system call.
            for at in 0..running.len() {
                if let Poll::Ready(connected) = running[at].1.as_mut().poll(cx) {
                    return Poll::Ready(Happened::Attempt(running.remove(at).0, connected));
                }
            }
            if race.awaits_addresses()
                && let Poll::Ready(part) = rest.as_mut().poll_next(cx)
            {
                return Poll::Ready(Happened::Part(part));
            }
            match alarm.as_mut().as_pin_mut() {
                Some(alarm) => alarm.poll(cx).map(|()| Happened::Time),
                None => Poll::Pending,
            }
        });
        match happened.await {
            Happened::Attempt(number, Ok(stream)) => {
                attempts.end(number, None);
                drop(running);
                attempts.end_running("ECANCELED");
                return Ok(stream);
            }
            Happened::Attempt(number, Err(failure)) => {
                attempts.end(number, Some(failure.attempt_error()));
                first_failure.get_or_insert(failure);
                race.handle(Event::Failed, Instant::now());
            }
            Happened::Part(part) => race.handle(arrived(part), Instant::now()),
            Happened::Time => {}
        }
    }
}

/// A lookup that fails after it had addresses has no more of them.
fn arrived(part: Option<Part>) -> Event {
    match part {
        Some(Ok(addresses)) => Event::Arrived(addresses),
        Some(Err(_)) | None => Event::AllArrived,
    }
}

#[cfg(test)]
mod tests;
