//! Clients that connect to a server of ours.

pub(crate) mod curl;
pub(crate) mod openssl;
