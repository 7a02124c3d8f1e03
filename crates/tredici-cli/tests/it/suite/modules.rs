//! All that holds on every engine: each engine's tests begin with these modules, the same ones.

use serde_json::Value;

use super::ENGINE;

pub(crate) mod command;
mod demonstration;
mod ends;
mod failures;
mod listen;
mod options;
mod peers;
mod pin;
mod report;
mod series;
pub(crate) mod sessions;
mod talk;

/// What OpenSSL alone tells: null on rustls.
fn of_openssl(value: Value) -> Value {
    if ENGINE == "openssl" { value } else { Value::Null }
}
