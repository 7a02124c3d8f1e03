//! The rows of a connection that was made.

use serde_json::Value;
use tredici::Attempt;

use super::page::{GOOD, Page, STRONG, WARNING, printable};
use crate::outcome::{Connected, Facts};

pub(super) fn title(page: &mut Page, number: Option<usize>, facts: &Facts) {
    let verdict = verdict(facts);
    let resumed = if facts.is("/isSessionReused") { ", resumed" } else { "" };
    let number = number.map(|number| format!("{number}  ")).unwrap_or_default();
    let target = facts.journey.target.as_ref().map(ToString::to_string).unwrap_or_default();
    page.line(&format!("{STRONG}{number}{}{STRONG:#}  {verdict}{resumed}", printable(&target)));
}

/// Whether the peer is who it should be.
pub(super) fn verdict(facts: &Facts) -> String {
    if !facts.is("/encrypted") {
        return "plain".to_owned();
    }
    if facts.is("/authorized") {
        return match facts.text("/pinFailure/code") {
            Some(_reported) => format!("{GOOD}✔ verified{GOOD:#}  {WARNING}! no pin matches{WARNING:#}"),
            None => format!("{GOOD}✔ verified{GOOD:#}"),
        };
    }
    let why = facts.text("/authorizationError").unwrap_or("no certificate");
    format!("{WARNING}! not verified: {why}{WARNING:#}")
}

/// The address that was connected to, or the only one that was tried: several stand in the picture of the way.
pub(super) fn addresses(page: &mut Page, attempts: &[Attempt]) {
    let answered = attempts.iter().find(|attempt| attempt.error().is_none());
    let only = attempts.first().filter(|_| attempts.len() == 1);
    if let Some(only) = answered.or(only) {
        let place = at(&only.address().address(), only.address().port().map(u64::from));
        page.remark("address", &place, "that of the other side");
    }
}

pub(super) fn local(page: &mut Page, facts: &Facts) {
    if let Some(address) = facts.text("/localAddress") {
        page.remark("from", &at(address, Some(facts.number("/localPort"))), "this side of the connection");
    }
}

/// With brackets where the port would be lost in it.
pub(super) fn at(address: &str, port: Option<u64>) -> String {
    match port {
        Some(port) if address.contains(':') => format!("[{address}]:{port}"),
        Some(port) => format!("{address}:{port}"),
        None => address.to_owned(),
    }
}

pub(super) fn tls(page: &mut Page, facts: &Facts) {
    let text = |pointer: &str| facts.text(pointer).unwrap_or("none");
    page.remark("version", text("/tlsVersion"), "the newest both sides speak");
    page.remark("cipher", text("/cipher/standardName"), "keeps what is sent private");
    page.remark("key exchange", &group(facts), "made fresh keys for this one");
    page.remark("ALPN", text("/alpnProtocol"), "agreed to be spoken inside");
    page.remark("server name", text("/servername"), "asked for, and verified");
    let (session, remark) = match facts.is("/isSessionReused") {
        true => ("resumed", "taken up from an earlier one"),
        false => ("new", "kept, for the next connection"),
    };
    page.remark("session", session, remark);
    page.remark("engine", &engine(text("/engine"), text("/engineReason")), "the TLS library at work");
}

/// The engine, and why it is that one.
pub(super) fn engine(name: &str, reason: &str) -> String {
    match reason {
        "default" => format!("{name} (by default)"),
        "engine" => format!("{name} (asked for)"),
        "sessionOut" => format!("{name} (for --session-out)"),
        options => format!("{name} (for {options})"),
    }
}

fn group(facts: &Facts) -> String {
    let key = facts.socket.get("ephemeralKeyInfo");
    let field = |name: &str| key.and_then(|key| key.get(name));
    let Some(name) = field("name").or(field("type")).and_then(Value::as_str) else {
        return "none".to_owned();
    };
    match field("size").and_then(Value::as_u64) {
        Some(bits) => format!("{name} ({bits} bits)"),
        None => name.to_owned(),
    }
}

/// What was said and heard.
pub(super) fn exchange(page: &mut Page, connected: &Connected) {
    let (read, written) = (connected.facts.number("/bytesRead"), connected.facts.number("/bytesWritten"));
    if read + written > 0 {
        page.gap();
        page.row("written", &format!("{written} B"));
        page.row("read", &format!("{read} B"));
    }
    if let Some(received) = &connected.received {
        text(page, received);
    }
}

/// What was heard, line by line.
pub(super) fn text(page: &mut Page, received: &[u8]) {
    if !received.is_empty() {
        page.gap();
    }
    for line in String::from_utf8_lossy(received).lines() {
        page.line(&printable(line));
    }
}
