use std::{fmt, sync::Arc};

use crate::{
    connector::{Connect, ConnectFuture},
    error::Error,
    socket::Socket,
    target::Target,
};

/// Any connector behind one type: see [`ConnectExt::boxed`](crate::ConnectExt::boxed). Clones are the same connector.
#[derive(Clone)]
pub struct BoxConnector(Arc<dyn Boxed>);

/// [`Connect`], as far as a trait object can have it.
trait Boxed: Send + Sync {
    fn connect(&self, target: Target) -> ConnectFuture<'_>;
}

impl<C: Connect> Boxed for C {
    fn connect(&self, target: Target) -> ConnectFuture<'_> {
        Box::pin(Connect::connect(self, target))
    }
}

impl BoxConnector {
    /// This connector in a box.
    pub fn new(connector: impl Connect + 'static) -> Self {
        Self(Arc::new(connector))
    }
}

impl Connect for BoxConnector {
    fn connect(&self, target: Target) -> impl Future<Output = Result<Socket, Error>> + Send {
        Boxed::connect(&*self.0, target)
    }
}

impl fmt::Debug for BoxConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxConnector(..)")
    }
}
