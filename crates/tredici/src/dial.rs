//! Addresses become a byte stream.

mod attempts;
mod failure;
mod late;
mod opening;
mod race;
mod silence;
mod tcp;
mod terms;
mod transport;
mod unix;

pub(crate) use attempts::Attempts;
pub(crate) use race::Rules;
pub(crate) use silence::{failed, unanswered};
pub(crate) use tcp::Dialling;
pub(crate) use terms::SocketTerms;
pub(crate) use transport::{Addresses, Transport};
pub(crate) use unix::{unix, unix_name};
