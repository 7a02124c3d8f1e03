//! The members of a report, in their order.

use serde_json::Value;

use crate::command::keys;

pub(crate) const CONNECTED: &[&str] =
    &["ok", "index", "target", "timings", "attempts", "socket", "received", "closed", "waterfall"];
pub(crate) const FAILED: &[&str] =
    &["ok", "index", "target", "timings", "attempts", "error", "peerCertificate"];
pub(crate) const STEP: &[&str] = &["name", "start", "elapsed", "error"];
pub(crate) const TARGET: &[&str] =
    &["protocol", "hostname", "port", "servername", "socketPath", "localAddress"];
pub(crate) const TIMINGS: &[&str] = &["lookup", "connect", "secureConnect", "total"];
pub(crate) const ATTEMPT: &[&str] = &["address", "port", "family", "start", "elapsed", "error"];
const ERROR: &[&str] = &[
    "code",
    "name",
    "phase",
    "message",
    "errno",
    "syscall",
    "reason",
    "host",
    "retryable",
    "hint",
    "causes",
];

/// All that every report of a failure has.
pub(crate) fn assert_failed(document: &Value, code: &str, phase: &str) {
    assert_eq!(document["ok"], false);
    assert_eq!(
        (&document["error"]["code"], &document["error"]["phase"]),
        (&code.into(), &phase.into()),
        "{document}"
    );
    assert_eq!(keys(&document["error"]), ERROR);
    assert_eq!(keys(document)[..FAILED.len()], *FAILED);
    assert_eq!(keys(&document["target"]), TARGET);
    assert_eq!(keys(&document["timings"]), TIMINGS);
    assert_eq!(keys(document).last(), Some(&"waterfall"));
    let steps = document["waterfall"].as_array().expect("steps");
    let is_blamed = steps.iter().any(|step| !step["error"].is_null());
    assert_eq!(is_blamed, phase != "options", "a step tells of it: {document}");
    let message = document["error"]["message"].as_str().expect("a message");
    assert!(!message.is_empty() && !message.contains('\n'), "{message}");
}
