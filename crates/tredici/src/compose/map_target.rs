use crate::{connector::Connect, error::Error, socket::Socket, target::Target};

/// See [`ConnectExt::map_target`](crate::ConnectExt::map_target).
#[derive(Debug, Clone)]
pub struct MapTarget<C, F> {
    connector: C,
    map: F,
}

impl<C, F> MapTarget<C, F> {
    pub(super) fn new(connector: C, map: F) -> Self {
        Self { connector, map }
    }
}

impl<C, F> Connect for MapTarget<C, F>
where
    C: Connect,
    F: Fn(Target) -> Result<Target, Error> + Send + Sync,
{
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let signal = target.given_signal();
        let mapped = (self.map)(target)?;
        // A target made anew has none; who gave one still wants to be heard.
        let mapped = match signal.filter(|_| mapped.given_signal().is_none()) {
            Some(signal) => mapped.signal(signal),
            None => mapped,
        };
        self.connector.connect(mapped).await
    }
}
