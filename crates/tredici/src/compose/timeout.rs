use std::{pin::pin, time::Duration};

use tokio::time::{Instant, timeout};

use super::waiting;
use crate::{
    connector::{Connect, progress},
    error::{Error, ErrorKind, Phase},
    socket::Socket,
    target::{Destination, Target},
    timing::Timings,
};

/// See [`ConnectExt::timeout`](crate::ConnectExt::timeout).
#[derive(Debug, Clone)]
pub struct Timeout<C> {
    connector: C,
    limit: Duration,
}

impl<C> Timeout<C> {
    pub(super) fn new(connector: C, limit: Duration) -> Self {
        Self { connector, limit }
    }
}

impl<C: Connect> Connect for Timeout<C> {
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        if self.limit.is_zero() {
            return self.connector.connect(target).await;
        }
        let destination = target.destination().clone();
        let start = Instant::now();
        waiting::known(progress::followed(async {
            // Still there when it is asked what it has waited for.
            let mut connecting = pin!(self.connector.connect(target));
            match timeout(self.limit, &mut connecting).await {
                Ok(outcome) => outcome,
                Err(_elapsed) => Err(timed_out(self.limit, destination, start.elapsed())),
            }
        }))
        .await
    }
}

/// Worded as undici words it.
fn timed_out(limit: Duration, destination: Destination, total: Duration) -> Error {
    let farthest = progress::farthest();
    let during = match farthest {
        _ if waiting::is_waiting() => format!("{} ", waiting::FOR_A_PLACE),
        Some(phase) => format!("during {phase} "),
        // Made by something else than a connector of this library.
        None => String::new(),
    };
    let message = format!(
        "Connect Timeout Error (attempted address: {destination}, timeout: {}ms) {during}after {}ms",
        limit.as_millis(),
        total.as_millis()
    );
    let hint = match farthest {
        _ if waiting::is_waiting() => waiting::HINT.into(),
        Some(phase) => format!("{}, or allow more time", progress::hint(phase)),
        None => {
            "allow more time; options.timeout of a connector tells the phase and the addresses".to_owned()
        }
    };
    let phase = farthest.unwrap_or(Phase::Connect);
    Error::new(ErrorKind::Timeout, phase, "UND_ERR_CONNECT_TIMEOUT", message)
        .with_hint(hint)
        .with_target(destination)
        .with_timings(Timings { total, ..Timings::default() })
}
