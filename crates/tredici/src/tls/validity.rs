//! From when to when something is good.

use std::time::{Duration, SystemTime};

/// From the first moment on, and before the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validity {
    pub(super) from: SystemTime,
    pub(super) to: SystemTime,
}

impl Validity {
    /// The last second of the year 9999: how X.509 says that there is no end (RFC 5280 section 4.1.2.5).
    pub(super) fn forever() -> SystemTime {
        let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(253_402_300_799));
        end.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// As much of it as is within the other, where there is one.
    pub(super) fn within(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self { from: self.from.max(other.from), to: self.to.min(other.to) })
    }

    pub(super) fn holds_at(&self, now: SystemTime) -> bool {
        self.from <= now && now < self.to
    }
}
