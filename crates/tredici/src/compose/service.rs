//! Every connector of this crate as hyper-util and tonic take one.

use std::task::{Context, Poll};

use http::Uri;
use tower_service::Service;

use super::{AndThen, BoxConnector, Checked, ConcurrencyLimit, MapTarget, Or, Routed, Timeout, Traced};
use crate::{
    connector::{Connect, ConnectFuture, Connector},
    error::Error,
    socket::Socket,
    target::Target,
};

macro_rules! service {
    ($($name:ident $(<$($parameter:ident),+>)?)+) => {$(
        /// Connects to the origin of a URI, whose scheme decides between plain and TLS (feature `hyper`).
        impl $(<$($parameter),+>)? Service<Uri> for $name $(<$($parameter),+>)?
        where
            Self: Connect + Clone + 'static,
        {
            type Response = Socket;
            type Error = Error;
            type Future = ConnectFuture<'static>;

            fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, uri: Uri) -> Self::Future {
                connect(self.clone(), uri)
            }
        }
    )+};
}

service! {
    Connector
    AndThen<C, F>
    BoxConnector
    Checked<C, F>
    ConcurrencyLimit<C>
    MapTarget<C, F>
    Or<C, D, P>
    Routed<C>
    Timeout<C>
    Traced<C, F>
}

fn connect(connector: impl Connect + 'static, uri: Uri) -> ConnectFuture<'static> {
    Box::pin(async move { Connect::connect(&connector, Target::try_from(uri)?).await })
}
