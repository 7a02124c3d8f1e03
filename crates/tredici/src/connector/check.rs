//! The caller's checks, on the finished socket.

use std::{pin::Pin, sync::Arc};

use tracing::{Instrument, debug_span};

use super::{Connector, journey::Journey};
use crate::{
    error::{Error, Phase},
    options::events::{CheckFinished, CheckStarted},
    socket::Socket,
};

/// The verdict of an asynchronous check, in a box.
pub type CheckFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

type Look = dyn Fn(&Socket) -> Result<(), Error> + Send + Sync;
type Talk = dyn for<'a> Fn(&'a mut Socket) -> CheckFuture<'a> + Send + Sync;

#[derive(Clone)]
pub(super) enum Check {
    /// Looks at the socket.
    Look(Arc<Look>),
    /// Waits, and may talk to the peer.
    Talk(Arc<Talk>),
}

impl Connector {
    /// The same connector with one more check: it runs on each connection, resumed ones too, once TLS has verified the
    /// peer and before the caller gets the socket; an error from it ends the connection. No session is kept of a
    /// connection that a check refused, and the new connector shares none with the old.
    ///
    /// undici's custom connect function for extra validation:
    ///
    /// ```
    /// use tredici::{ConnectOptions, Connector, Error};
    ///
    /// let connector = Connector::new(ConnectOptions::new())?.check(|socket| match socket.alpn_protocol() {
    ///     Some("h2") => Ok(()),
    ///     _ => Err(Error::check("we speak HTTP/2 alone")),
    /// });
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// Whatever error it returns comes with phase `check`, the peer's certificate and the addresses that were tried.
    #[must_use]
    pub fn check(&self, check: impl Fn(&Socket) -> Result<(), Error> + Send + Sync + 'static) -> Self {
        self.with_check(Check::Look(Arc::new(check)))
    }

    /// [`check`](Self::check) for one that has to wait: that asks somebody else, or talks to the peer over the socket. An
    /// addition of this library.
    ///
    /// The option `timeout` holds for it, too. What it reads from the socket has been read, and its failure to read
    /// or write ends the connection as its own error would. Checks run one after another, in the order they were added.
    ///
    /// ```
    /// use tokio::io::AsyncReadExt;
    /// use tredici::{ConnectOptions, Connector, Error};
    ///
    /// // A mail server greets whom it wants to serve.
    /// let connector = Connector::new(ConnectOptions::new())?.check_async(|socket| {
    ///     Box::pin(async move {
    ///         let mut code = [0; 4];
    ///         socket.read_exact(&mut code).await?;
    ///         if &code == b"220 " { Ok(()) } else { Err(Error::check("the mail server does not welcome us")) }
    ///     })
    /// });
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn check_async(
        &self,
        check: impl for<'a> Fn(&'a mut Socket) -> CheckFuture<'a> + Send + Sync + 'static,
    ) -> Self {
        self.with_check(Check::Talk(Arc::new(check)))
    }

    fn with_check(&self, check: Check) -> Self {
        Self {
            terms: self.terms.clone(),
            current: self.terms.family.derive(&self.current, &self.terms.values),
            checks: self.checks.iter().cloned().chain([check]).collect(),
            observer: self.observer.clone(),
        }
    }

    pub(super) async fn examine(&self, socket: &mut Socket, journey: &mut Journey) -> Result<(), Error> {
        journey.set_phase(Phase::Check);
        for (number, check) in self.checks.iter().enumerate() {
            let started = CheckStarted { number };
            journey.watched().tell(|to, connection| to.check_started(connection, &started));
            let began = journey.elapsed();
            let verdict = match check {
                Check::Look(check) => check(socket),
                Check::Talk(check) => {
                    // The socket has them, and goes with the walk when time is up.
                    journey.has_tried(socket.attempts());
                    check(socket).instrument(debug_span!("check", check = number)).await
                }
            };
            let verdict = verdict.map_err(|error| {
                socket.set_total(journey.elapsed());
                socket.refused(error)
            });
            let (duration, error) = (journey.elapsed() - began, verdict.as_ref().err());
            let finished = CheckFinished { number, duration, error };
            journey.watched().tell(|to, connection| to.check_finished(connection, &finished));
            verdict?;
        }
        Ok(())
    }
}
