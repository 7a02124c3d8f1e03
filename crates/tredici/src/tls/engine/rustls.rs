//! The engine on rustls: fast and memory-safe.

#[cfg_attr(not(test), expect(dead_code, reason = "the connection that asks it comes next"))]
mod chain;
