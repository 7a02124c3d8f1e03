//! Servers to connect to.

pub(crate) mod absent;
pub(crate) mod bun;
pub(crate) mod early_tickets;
pub(crate) mod nginx;
pub(crate) mod node;
pub(crate) mod openssl;
pub(crate) mod scripted;
