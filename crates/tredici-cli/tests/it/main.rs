//! The integration tests of the command, in one binary: the real executable, real sockets.
#![forbid(unsafe_code)]

mod call;
mod command;
mod demonstration;
mod ends;
mod engines;
mod failures;
mod listen;
mod options;
mod pages;
mod peers;
mod pin;
mod report;
mod sessions;
mod talk;
mod verify;
