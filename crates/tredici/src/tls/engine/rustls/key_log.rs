//! Where rustls tells its secrets: to the caller who asked for them, and to the exporter.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{companion, exporter};
use crate::options::KeyLog;

pub(super) struct ContextKeyLog(pub(super) Option<KeyLog>);

impl rustls::KeyLog for ContextKeyLog {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let _ = companion::with(|companion| companion.secrets.note(label, client_random, secret));
        if let Some(keylog) = &self.0 {
            let line = format!("{label} {} {}", Hex(client_random), Hex(secret));
            // A line that is not logged harms nobody.
            let _panic = catch_unwind(AssertUnwindSafe(|| (keylog.0)(&line)));
        }
    }

    fn will_log(&self, label: &str) -> bool {
        self.0.is_some() || matches!(label, exporter::TLS13_LABEL | exporter::TLS12_LABEL)
    }
}

impl fmt::Debug for ContextKeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContextKeyLog")
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
