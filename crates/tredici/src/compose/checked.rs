use crate::{connector::Connect, error::Error, socket::Socket, target::Target};

/// See [`ConnectExt::checked`](crate::ConnectExt::checked).
#[derive(Debug, Clone)]
pub struct Checked<C, F> {
    connector: C,
    check: F,
}

impl<C, F> Checked<C, F> {
    pub(super) fn new(connector: C, check: F) -> Self {
        Self { connector, check }
    }
}

impl<C, F> Connect for Checked<C, F>
where
    C: Connect,
    F: Fn(&Socket) -> Result<(), Error> + Send + Sync,
{
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let socket = self.connector.connect(target).await?;
        match (self.check)(&socket) {
            Ok(()) => Ok(socket),
            Err(error) => Err(socket.refused(error)),
        }
    }
}
