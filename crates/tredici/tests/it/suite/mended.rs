//! What was wrong once: each test fails without the mending.

mod answers;
mod buffered;
mod callers_errors;
mod close;
mod forged_issuer;
mod gate;
mod half_a_message;
mod kept_sessions;
mod key_updates;
mod listener;
mod records;
mod terms;
mod told_again;

use tredici::Error;

/// The error of ours within one of reading or writing.
fn ours(error: &std::io::Error) -> &Error {
    error.get_ref().and_then(|error| error.downcast_ref()).expect("one of ours")
}
