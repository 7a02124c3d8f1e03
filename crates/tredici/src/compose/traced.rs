use tracing::{Instrument, Span, debug};

use crate::{
    connector::Connect,
    error::Error,
    socket::Socket,
    target::{Destination, Target},
};

/// See [`ConnectExt::traced`](crate::ConnectExt::traced).
#[derive(Debug, Clone)]
pub struct Traced<C, F> {
    connector: C,
    span: F,
}

impl<C, F> Traced<C, F> {
    pub(super) fn new(connector: C, span: F) -> Self {
        Self { connector, span }
    }
}

impl<C, F> Connect for Traced<C, F>
where
    C: Connect,
    F: Fn(&Destination) -> Span + Send + Sync,
{
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let span = (self.span)(target.destination());
        let connecting = self.connector.connect(target).instrument(span.clone());
        let outcome = connecting.await;
        span.in_scope(|| match &outcome {
            Ok(socket) => debug!(total = ?socket.timings().total, "connected"),
            Err(error) => debug!(code = error.code(), phase = %error.phase(), %error, "not connected"),
        });
        outcome
    }
}
