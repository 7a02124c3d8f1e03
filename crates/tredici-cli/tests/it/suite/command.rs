//! The command on the engine under test.

use tokio::process::Command;

use super::ENGINE;
use crate::command;
pub(crate) use crate::command::{Files, Ran, Running, keys, url};

/// The same call, on this engine where it may come to TLS: a listener does where it has a certificate.
fn on_engine<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let identity = ["--cert", "--self-signed", "--options"];
    let takes_engine = match arguments.first() {
        Some(&("connect" | "pin")) => true,
        Some(&"listen") => arguments.iter().any(|argument| identity.contains(argument)),
        _ => false,
    };
    let engine: &[&str] = if takes_engine { &["--engine", ENGINE] } else { &[] };
    [arguments, engine].concat()
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    command::command(&on_engine(arguments))
}

pub(crate) async fn tredici(arguments: &[&str]) -> Ran {
    command::tredici(&on_engine(arguments)).await
}

pub(crate) async fn tredici_with_input(arguments: &[&str], input: &str) -> Ran {
    command::tredici_with_input(&on_engine(arguments), input).await
}

pub(crate) fn start(arguments: &[&str]) -> Running {
    Running::start(&on_engine(arguments))
}

/// `tredici listen --json`, listening.
pub(crate) async fn listen(arguments: &[&str]) -> (Running, u16) {
    let mut running = start(&[&["listen", "127.0.0.1:0", "--json"], arguments].concat());
    let listening = running.document().await;
    let port = listening["listening"]["port"].as_u64().expect("a port");
    (running, port.try_into().expect("a port"))
}
