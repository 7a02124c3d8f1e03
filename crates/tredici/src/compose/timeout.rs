use std::{pin::pin, time::Duration};

use tokio::time::{Instant, timeout};

use super::waiting;
use crate::{
    connector::{
        Connect,
        progress::{self, Remains},
    },
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
            let stage = {
                let mut connecting = pin!(self.connector.connect(target));
                match timeout(self.limit, &mut connecting).await {
                    Ok(outcome) => return outcome,
                    // Still there when it is asked what it has waited for, and gone when it is asked what it has done.
                    Err(_elapsed) => Stage::at_present(),
                }
            };
            Err(stage.timed_out(self.limit, destination, start.elapsed()))
        }))
        .await
    }
}

/// What was being waited for when time was up.
struct Stage {
    farthest: Option<Phase>,
    is_waiting: bool,
}

impl Stage {
    fn at_present() -> Self {
        let stage = Self { farthest: progress::farthest(), is_waiting: waiting::is_waiting() };
        progress::cut_off();
        stage
    }

    /// Worded as undici words it.
    fn timed_out(self, limit: Duration, destination: Destination, total: Duration) -> Error {
        let Remains { attempts, timings } = progress::remains();
        let during = match self.farthest {
            _ if self.is_waiting => format!("{} ", waiting::FOR_A_PLACE),
            Some(phase) => format!("during {phase} "),
            // Made by something else than a connector of this library.
            None => String::new(),
        };
        let said = match self.farthest {
            Some(phase) if !self.is_waiting => progress::said(phase, &attempts),
            _ => String::new(),
        };
        let message = format!(
            "Connect Timeout Error ({}, timeout: {}ms) {during}after {}ms{said}",
            progress::attempted(&attempts, &destination),
            limit.as_millis(),
            total.as_millis()
        );
        let hint = match self.farthest {
            _ if self.is_waiting => waiting::HINT.into(),
            Some(phase) => format!("{}; .timeout(...) allows more time", progress::hint(phase, &attempts)),
            None => {
                "allow more time with .timeout(...); options.timeout of a connector tells the phase and the \
                     addresses"
                    .to_owned()
            }
        };
        let phase = self.farthest.unwrap_or(Phase::Connect);
        Error::new(ErrorKind::Timeout, phase, "UND_ERR_CONNECT_TIMEOUT", message)
            .with_hint(hint)
            .with_target(destination)
            .with_attempts(attempts)
            .with_timings(Timings { total, ..timings })
    }
}
