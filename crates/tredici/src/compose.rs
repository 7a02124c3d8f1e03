//! What connectors are put together to: the types that the methods of [`ConnectExt`](crate::ConnectExt) return.
//!
//! A chain of methods is read from its beginning; what stands last in it is asked first. Hardly anybody has to name these
//! types: `impl Connect` says it, and [`BoxConnector`] is one type for all of them. They are named
//! where a struct keeps a connector without a box.
//!
//! ```
//! use std::time::Duration;
//! use tredici::{
//!     ConnectExt, ConnectOptions, Connector, Error,
//!     compose::{ConcurrencyLimit, Timeout},
//! };
//!
//! /// The connector of a database's driver: patient for two seconds, and with at most eight connections in the making.
//! struct Driver {
//!     connector: ConcurrencyLimit<Timeout<Connector>>,
//! }
//!
//! impl Driver {
//!     fn new(options: ConnectOptions) -> Result<Self, Error> {
//!         let connector = Connector::new(options)?.timeout(Duration::from_secs(2)).concurrency_limit(8)?;
//!         Ok(Self { connector })
//!     }
//! }
//! # let _ = Driver::new(ConnectOptions::new())?;
//! # Ok::<(), Error>(())
//! ```
//!
//! | method | type | |
//! |---|---|---|
//! | [`and_then`](crate::ConnectExt::and_then) | [`AndThen`] | does something with each socket |
//! | [`checked`](crate::ConnectExt::checked) | [`Checked`] | looks at each socket, and may refuse it |
//! | [`map_target`](crate::ConnectExt::map_target) | [`MapTarget`] | connects to another target |
//! | [`timeout`](crate::ConnectExt::timeout) | [`Timeout`] | gives up after a time |
//! | [`traced`](crate::ConnectExt::traced) | [`Traced`] | connects within a span of `tracing` |
//! | [`concurrency_limit`](crate::ConnectExt::concurrency_limit) | [`ConcurrencyLimit`] | makes at most so many at once |
//! | [`or`](crate::ConnectExt::or) | [`Or`] | goes another way where nobody was reached |
//! | [`routed`](crate::ConnectExt::routed) | [`Routed`] | sends some names elsewhere, by its [`Routes`] |
//! | [`boxed`](crate::ConnectExt::boxed) | [`BoxConnector`] | any of them behind one type |

mod and_then;
mod boxed;
mod checked;
mod concurrency_limit;
mod connect_ext;
mod map_target;
mod or;
mod routes;
#[cfg(feature = "hyper")]
mod service;
mod signal;
mod timeout;
mod traced;
mod waiting;

pub use and_then::AndThen;
pub use checked::Checked;
pub use concurrency_limit::ConcurrencyLimit;
pub use map_target::MapTarget;
pub use or::Or;
pub use routes::Routed;
pub use timeout::Timeout;
pub use traced::Traced;

/// What stands at the crate's root.
pub(crate) mod root {
    pub use super::{boxed::BoxConnector, connect_ext::ConnectExt, routes::Routes};
}

use root::{BoxConnector, Routes};
