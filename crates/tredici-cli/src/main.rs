//! The command `tredici`.
#![forbid(unsafe_code)]

fn main() {}
