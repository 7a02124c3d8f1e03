//! What a listener tells.

use tredici::Listener;

use super::{
    facts,
    failure::headline,
    page::{BAD, FAINT, Page, STRONG, printable},
};
use crate::{
    arguments::Mode,
    outcome::{Journey, Outcome},
};

/// The first thing that it says.
pub(crate) fn listening(listener: &Listener, mode: Mode) -> String {
    let address = match (listener.local_address(), listener.socket_path()) {
        (Some(address), _) => address.to_string(),
        (None, Some(path)) => format!("unix:{path}"),
        (None, None) => String::new(),
    };
    let kind = match (listener.engine(), listener.engine_reason()) {
        (Some(engine), Some(reason)) => format!("TLS by {}", facts::engine(engine, reason)),
        _ => "plain".to_owned(),
    };
    let doing = match mode {
        Mode::Echo => "sends back what comes",
        Mode::Discard => "reads and drops what comes",
        Mode::Http => "answers each request with the connection's report",
        Mode::Report => "sends the connection's report and closes",
    };
    let mut page = Page::default();
    page.gap();
    page.line(&format!("{STRONG}listening at {}{STRONG:#}  {kind}", printable(&address)));
    page.note(&format!("It {doing}. Ctrl-C ends it."));
    page.gap();
    page.into()
}

/// A connection that has ended, in a line.
pub(crate) fn served(outcome: &Outcome) -> String {
    let mut page = Page::default();
    let number = format!("{STRONG}{:>4}{STRONG:#}", outcome.index + 1);
    match &outcome.result {
        Ok(connected) => {
            let facts = &connected.facts;
            let tls = ["/tlsVersion", "/cipher/standardName", "/alpnProtocol", "/servername"];
            let mut tls: Vec<String> =
                tls.iter().filter_map(|fact| facts.text(fact)).map(printable).collect();
            if !facts.is("/encrypted") {
                tls.push("plain".to_owned());
            }
            if facts.is("/isSessionReused") {
                tls.push("resumed".to_owned());
            }
            let (read, written) = (facts.number("/bytesRead"), facts.number("/bytesWritten"));
            let client = client(&facts.journey);
            let tls = tls.join("  ");
            page.line(&format!("{number}  {client:<22}{tls}  {FAINT}{read} B in, {written} B out{FAINT:#}"));
        }
        Err(failure) => {
            let client = client(&failure.journey);
            page.line(&format!("{number}  {client:<22}{BAD}✘{BAD:#} {}", headline(&failure.error)));
        }
    }
    page.into()
}

fn client(journey: &Journey) -> String {
    let target = journey.target.as_ref();
    match target.and_then(|target| Some((target.hostname.as_deref()?, target.port?))) {
        Some((host, port)) if host.contains(':') => format!("[{host}]:{port}"),
        Some((host, port)) => format!("{host}:{port}"),
        None => "unix".to_owned(),
    }
}
