//! tredici beside `tokio-openssl` and `tokio-rustls`, under the same terms, over loopback TCP and in memory; and in a
//! second table connecting alone, beside everybody who connects without it, to one nginx.
//!
//! Each measurement is a fresh process, so that no contender inherits another's memory; on loopback the server is one more,
//! the same for all. They take turns for several rounds, and the best of one is compared with the best of the other: what
//! else the machine does can only make a round slower.

#[cfg(feature = "comparison")]
mod connecting;
mod contender;
mod cores;
mod measure;
mod memory;
mod order;
mod policy;
mod row;
mod server;
mod work;

#[cfg(feature = "comparison")]
mod compare;

use std::{error::Error, process::ExitCode};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Does what the process was told by the one that started it, or compares.
pub fn main() -> ExitCode {
    let outcome = match order::Order::received() {
        Ok(Some(order)) => order.carry_out(),
        #[cfg(feature = "comparison")]
        Ok(None) => compare::compare(),
        #[cfg(not(feature = "comparison"))]
        Ok(None) => Err("this program is started by the comparison".into()),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
