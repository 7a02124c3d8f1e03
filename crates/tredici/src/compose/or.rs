use crate::{
    connector::{Connect, progress},
    error::{Attempt, AttemptError, Error, ErrorKind, Phase},
    socket::Socket,
    target::Target,
};

/// Two ways, one after the other: see [`ConnectExt::or`](crate::ConnectExt::or).
#[derive(Debug, Clone)]
pub struct Or<C, D, P = fn(&Error) -> bool> {
    first: C,
    second: D,
    may_help: P,
}

impl<C, D> Or<C, D> {
    pub(super) fn new(first: C, second: D) -> Self {
        Self { first, second, may_help: reached_nobody }
    }
}

impl<C, D, P> Or<C, D, P> {
    /// Goes the second way after those errors for which `may_help` returns true, instead of those in phase `lookup` or
    /// `connect`.
    ///
    /// An error in phase `verify` or `check` means that somebody answered who is not to be trusted; a second way that
    /// asks for less would be a way around that.
    ///
    /// ```
    /// use tredici::{Connect, ConnectExt, ErrorKind};
    ///
    /// fn patient(first: impl Connect, second: impl Connect) -> impl Connect {
    ///     first.or(second).when(|error| error.kind() == ErrorKind::Timeout)
    /// }
    /// ```
    pub fn when<Q>(self, may_help: Q) -> Or<C, D, Q>
    where
        Q: Fn(&Error) -> bool + Send + Sync,
    {
        Or { first: self.first, second: self.second, may_help }
    }
}

impl<C, D, P> Connect for Or<C, D, P>
where
    C: Connect,
    D: Connect,
    P: Fn(&Error) -> bool + Send + Sync,
{
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let again = target.try_clone();
        let failure = match self.first.connect(target).await {
            Ok(socket) => return Ok(socket),
            Err(failure) => failure,
        };
        match again.filter(|_| (self.may_help)(&failure)) {
            None => Err(failure),
            Some(again) => {
                let second = {
                    let _told = progress::Earlier(&failure);
                    self.second.connect(again).await
                };
                match second {
                    Ok(socket) => Ok(socket.after(&failure)),
                    Err(error) => Err(error.after(failure)),
                }
            }
        }
    }
}

/// Whether nobody answered, for no reason of the caller's: what a filter of addresses or `configureSocket` has refused, what
/// cannot be done on the caller's terms, or what the caller has given up, has no second way.
fn reached_nobody(error: &Error) -> bool {
    let is_of_terms = |attempt: &Attempt| attempt.error().is_some_and(AttemptError::is_of_terms);
    if !error.attempts().is_empty() && error.attempts().iter().all(is_of_terms) {
        return false;
    }
    let is_theirs = matches!(
        error.kind(),
        ErrorKind::Lookup | ErrorKind::System | ErrorKind::Timeout | ErrorKind::Disconnected
    );
    is_theirs && matches!(error.phase(), Phase::Lookup | Phase::Connect)
}
