//! One connection: made, used, told about, closed.

use std::{io, time::Duration};

use tokio::time::Instant;
use tredici::{Destination, Target};

use super::{Plan, exchange::Stop};
use crate::{
    interrupt::Interrupt,
    outcome::{Connected, End, Facts, Failure, Outcome},
    waterfall::Recorder,
};

/// How long the server's session tickets, or its refusal, are waited for where they matter.
const TICKETS: Duration = Duration::from_millis(100);

/// None where Ctrl-C came first. An error is one of the command's own output.
pub(super) async fn connect(
    plan: &Plan,
    target: &Destination,
    index: usize,
    interrupt: &Interrupt,
) -> io::Result<Option<Outcome>> {
    if interrupt.has_come() {
        return Ok(None);
    }
    let recorder = Recorder::default();
    let connector = plan.connector.observe(recorder.clone());
    let connecting = connector.connect(Target::from(target.clone()));
    let connected = tokio::select! {
        connected = connecting => connected,
        () = interrupt.wait() => return Ok(None),
    };
    let mut socket = match connected {
        Ok(socket) => socket,
        Err(error) => {
            let failure = Failure::to_reach(Some(target.clone()), error).by(recorder.waterfall());
            return Ok(Some(Outcome::failed(index, failure)));
        }
    };

    let connected = Instant::now();
    let mut received = plan.exchange.received();
    let is_followed = index + 1 < plan.times || plan.session_out.is_some();
    let using = async {
        plan.exchange.perform(&mut socket, &mut received).await?;
        if is_followed {
            socket.wait_for_sessions(TICKETS).await.map_err(Stop::Failed)?;
        }
        Ok(())
    };
    let used = tokio::select! {
        used = using => Some(used),
        () = interrupt.wait() => None,
    };
    let used_for = connected.elapsed();

    let mut facts = Facts::of(&socket);
    facts.journey.waterfall = recorder.waterfall();
    if let (Some(ours), Some(reason)) = (plan.engine_reason, facts.socket.get_mut("engineReason")) {
        *reason = ours.into();
    }
    let end = End { clean: socket.close().await.is_ok() };
    let outcome = match used {
        None => return Ok(None),
        Some(Ok(())) => Outcome::connected(index, Connected { facts, received, end: Some(end) }),
        Some(Err(Stop::Failed(error))) => {
            let now = facts.journey.timings.total + used_for;
            Outcome::failed(index, Failure::after(facts, error, received, now))
        }
        Some(Err(Stop::Output(error))) => return Err(error),
    };
    Ok(Some(outcome))
}
