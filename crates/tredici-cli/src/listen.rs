//! `tredici listen`.

mod http;
mod serve;

use std::{io, pin::pin, time::Duration};

use serde::Serialize;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use tredici::{Authority, Error, Incoming, ListenAddress, ListenOptions, Listener};

pub(crate) use serve::serve;

use crate::{
    arguments::{Listen, Mode},
    ending::Ending,
    file::{self, PendingFile},
    human,
    interrupt::{Interrupt, block_on},
    outcome::{Connected, End, Facts, Failure, Outcome},
    output::{Output, reader_gone},
};

/// The arguments, settled.
struct Plan {
    address: ListenAddress,
    options: ListenOptions,
    mode: Mode,
    /// After how many connections it ends; none is never.
    count: Option<usize>,
    duration: Option<Duration>,
    /// The throw-away authority's certificate, and where it goes.
    ca_out: Option<(PendingFile, String)>,
}

pub(crate) fn run(arguments: Listen, output: &mut Output) -> io::Result<Ending> {
    output.call_options(arguments.terms.names());
    match plan(arguments) {
        Ok(plan) => block_on(follow(plan, output)),
        Err(error) => output.fail(Failure::of(error)),
    }
}

fn plan(arguments: Listen) -> Result<Plan, Error> {
    let address = arguments.address.parse()?;
    let mut options = arguments.terms.resolve()?;
    let mut ca_out = None;
    if !arguments.self_signed.is_empty() {
        let authority = Authority::new(arguments.self_signed)
            .map_err(|error| Error::invalid("ERR_INVALID_ARG_VALUE", format!("--self-signed: {error}")))?;
        options = authority.identify(options);
        let pending =
            arguments.ca_out.map(|path| PendingFile::create("--ca-out", &path, file::PUBLIC)).transpose()?;
        ca_out = pending.map(|file| (file, authority.ca_pem().to_owned()));
    }
    Ok(Plan {
        address,
        options,
        mode: arguments.mode,
        count: Some(arguments.count).filter(|&count| count > 0),
        duration: arguments.duration,
        ca_out,
    })
}

async fn follow(plan: Plan, output: &mut Output) -> io::Result<Ending> {
    let interrupt = Interrupt::listen();
    let listener = match Listener::bind(plan.address, plan.options).await {
        Ok(listener) => listener,
        Err(error) => return output.fail(Failure::of(error)),
    };
    if let Some((file, certificate)) = plan.ca_out
        && let Err(error) = file.write(certificate.as_bytes())
    {
        return output.fail(Failure::of(error));
    }
    match output.is_json() {
        true => output.document(&Document { listening: Listening::of(&listener) })?,
        false => output.print(&human::listening(&listener, plan.mode))?,
    }

    let (over, stop) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut accepted = 0;
    let deadline = plan.duration.map(|duration| Instant::now() + duration);
    let is_complete = |accepted| plan.count.is_some_and(|count| accepted >= count);
    let mut reader_gone = pin!(reader_gone());
    let ending = loop {
        tokio::select! {
            incoming = listener.accept(), if !is_complete(accepted) => match incoming {
                Ok(incoming) => {
                    connections.spawn(attend(incoming, plan.mode, accepted, stop.clone()));
                    accepted += 1;
                }
                Err(error) => pause(&error, output).await,
            },
            Some(outcome) = connections.join_next() => tell(outcome, output)?,
            () = interrupt.wait() => break Ending::Interrupted,
            () = &mut reader_gone => break Ending::Done,
            () = elapse(deadline) => break Ending::Done,
            else => break Ending::Done,
        }
        if is_complete(accepted) && connections.is_empty() {
            break Ending::Done;
        }
    };

    drop(listener);
    let _nobody_waits = over.send(true);
    while let Some(outcome) = connections.join_next().await {
        tell(outcome, output)?;
    }
    Ok(ending)
}

/// One connection, from its handshake to its end. None where it was told to stop before the handshake was done.
async fn attend(
    incoming: Incoming,
    mode: Mode,
    index: usize,
    mut stop: watch::Receiver<bool>,
) -> Option<Outcome> {
    let secured = tokio::select! {
        secured = incoming.secure() => secured,
        _ = stop.wait_for(|&over| over) => return None,
    };
    let mut socket = match secured {
        Ok(socket) => socket,
        Err(error) => return Some(Outcome::failed(index, Failure::of(error))),
    };
    let connected = Instant::now();
    let served = tokio::select! {
        served = serve(&mut socket, mode, index) => served,
        _ = stop.wait_for(|&over| over) => Ok(()),
    };
    let facts = Facts::of(&socket);
    let now = facts.journey.timings.total + connected.elapsed();
    let end = End { clean: socket.close().await.is_ok() };
    Some(match served {
        Ok(()) => Outcome::connected(index, Connected { facts, received: None, end: Some(end) }),
        Err(error) => Outcome::failed(index, Failure::after(facts, error, None, now)),
    })
}

fn tell(outcome: Result<Option<Outcome>, tokio::task::JoinError>, output: &mut Output) -> io::Result<()> {
    match outcome.map_err(io::Error::other)? {
        None => Ok(()),
        Some(outcome) if output.is_json() => {
            let outcome = output.called(outcome);
            output.document(&outcome)
        }
        Some(outcome) => output.print(&human::served(&outcome)),
    }
}

/// No connection could be taken, for want of descriptors mostly: those that end make room.
async fn pause(error: &Error, output: &mut Output) {
    const MOMENT: Duration = Duration::from_millis(100);
    output.complain(&human::problem(error));
    sleep(MOMENT).await;
}

async fn elapse(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[derive(Serialize)]
struct Document {
    listening: Listening,
}

/// Where connections are accepted; a Unix socket has neither family nor port.
#[derive(Serialize)]
struct Listening {
    address: String,
    family: Option<&'static str>,
    port: Option<u16>,
}

impl Listening {
    fn of(listener: &Listener) -> Self {
        match listener.local_address() {
            Some(address) => Self {
                address: address.ip().to_string(),
                family: Some(if address.is_ipv4() { "IPv4" } else { "IPv6" }),
                port: Some(address.port()),
            },
            None => Self {
                address: listener.socket_path().map(ToString::to_string).unwrap_or_default(),
                family: None,
                port: None,
            },
        }
    }
}
