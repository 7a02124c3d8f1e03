use std::{pin::pin, time::Duration};

use tokio::time::{Instant, timeout};

use super::waiting;
use crate::{
    connector::Connect,
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
        waiting::known(async {
            // Still there when it is asked what it has waited for.
            let mut connecting = pin!(self.connector.connect(target));
            match timeout(self.limit, &mut connecting).await {
                Ok(outcome) => outcome,
                Err(_elapsed) => Err(timed_out(self.limit, destination, start.elapsed())),
            }
        })
        .await
    }
}

/// Worded as undici words it.
fn timed_out(limit: Duration, destination: Destination, total: Duration) -> Error {
    let message =
        format!("Connect Timeout Error (attempted address: {destination}, timeout: {}ms)", limit.as_millis());
    let (message, hint) = match waiting::is_waiting() {
        true => (format!("{message} {}", waiting::FOR_A_PLACE), waiting::HINT),
        false => {
            (message, "allow more time; options.timeout of a connector tells the phase and the addresses")
        }
    };
    Error::new(ErrorKind::Timeout, Phase::Connect, "UND_ERR_CONNECT_TIMEOUT", message)
        .with_hint(hint)
        .with_target(destination)
        .with_timings(Timings { total, ..Timings::default() })
}
