//! Which options can be replaced in a connector that lives, and by what.

use super::{ConnectOptions, form::Place};
use crate::error::Error;

/// All that a connection takes from the context that is its own from beginning to end, and of that whatever comes with a
/// renewal.
const REPLACEABLE: [&str; 8] =
    ["ca", "extraCa", "caStore", "pins", "pinsReportOnly", "cert", "key", "passphrase"];

impl ConnectOptions {
    /// These, but for what `new` gives.
    pub(crate) fn rotated(&self, new: &Self) -> Result<Self, Error> {
        if let Some(fixed) = new.0.given().find(|name| !REPLACEABLE.contains(name)) {
            let place = Place::option(fixed);
            let refused = place.wrong_value("cannot be replaced while the connector lives");
            let hint = format!("make another connector, or rotate only {}", REPLACEABLE.join(", "));
            return Err(refused.with_hint(hint));
        }
        Ok(Self(self.0.overlaid(&new.0)))
    }
}
