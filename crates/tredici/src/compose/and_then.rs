use super::signal::Signal;
use crate::{
    connector::Connect,
    error::{Error, Phase},
    socket::Socket,
    target::Target,
};

/// See [`ConnectExt::and_then`](crate::ConnectExt::and_then).
#[derive(Debug, Clone)]
pub struct AndThen<C, F> {
    connector: C,
    then: F,
}

impl<C, F> AndThen<C, F> {
    pub(super) fn new(connector: C, then: F) -> Self {
        Self { connector, then }
    }
}

impl<C, F, Fut> Connect for AndThen<C, F>
where
    C: Connect,
    F: Fn(Socket) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Socket, Error>> + Send,
{
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let signal = Signal::of(&target);
        let socket = self.connector.connect(target).await?;
        signal.unless_given(Phase::Check, "", (self.then)(socket)).await?
    }
}
