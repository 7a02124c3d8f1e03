//! What the system's resolver is told beside the name.

use std::{fmt, ops::BitOr};

#[cfg(feature = "serde")]
use serde_json::Value;

use crate::options::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use crate::{
    error::Error,
    options::{
        form::{Place, shown},
        scalar::{integer, number},
    },
};

/// What `getaddrinfo` is told beside the name (RFC 3493 section 6.1): the flags of Node's `dns` module.
///
/// ```
/// use tredici::{ConnectOptions, LookupHints};
///
/// let options = ConnectOptions::new().hints(LookupHints::V4MAPPED | LookupHints::ALL);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LookupHints(i32);

impl LookupHints {
    /// Only addresses of families that this machine has an address of, loopback not counted: `dns.ADDRCONFIG`.
    pub const ADDRCONFIG: Self = Self(libc::AI_ADDRCONFIG);
    /// Where IPv6 addresses are wanted and there is none, IPv4-mapped ones: `dns.V4MAPPED`.
    pub const V4MAPPED: Self = Self(libc::AI_V4MAPPED);
    /// With [`V4MAPPED`](Self::V4MAPPED), IPv4-mapped addresses beside the IPv6 ones: `dns.ALL`.
    pub const ALL: Self = Self(libc::AI_ALL);

    /// No hint.
    pub const fn none() -> Self {
        Self(0)
    }

    /// The numbers of this system, combined: those of Node's constants.
    pub const fn bits(self) -> i32 {
        self.0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The hints without these.
    #[must_use]
    pub const fn without(self, hints: Self) -> Self {
        Self(self.0 & !hints.0)
    }
}

impl BitOr for LookupHints {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for LookupHints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [(Self::ADDRCONFIG, "ADDRCONFIG"), (Self::V4MAPPED, "V4MAPPED"), (Self::ALL, "ALL")];
        let given = named.iter().filter(|(hint, _)| self.0 & hint.0 != 0).map(|(_, name)| *name);
        f.write_str(&given.collect::<Vec<_>>().join(" | "))
    }
}

impl Form for LookupHints {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Integer;

    fn is_absent(hints: &Self) -> bool {
        hints.is_empty()
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        const KNOWN: LookupHints =
            LookupHints(LookupHints::ADDRCONFIG.0 | LookupHints::V4MAPPED.0 | LookupHints::ALL.0);
        if !json.is_number() {
            return Err(place.wrong_type(json, "a number"));
        }
        let bits = integer(json).and_then(|number| i32::try_from(number).ok());
        bits.map(Self).filter(|hints| hints.without(KNOWN).is_empty()).ok_or_else(|| {
            let named = [Self::ADDRCONFIG, Self::V4MAPPED, Self::ALL].map(Self::bits);
            let [addrconfig, v4mapped, all] = named;
            place.wrong_value(format_args!(
                "must be a sum of {addrconfig} (ADDRCONFIG), {v4mapped} (V4MAPPED) and {all} (ALL), not {}",
                shown(json)
            ))
        })
    }

    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        number(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_combined() {
        let both = LookupHints::V4MAPPED | LookupHints::ALL;
        assert_eq!(format!("{both:?}"), "V4MAPPED | ALL");
        assert_eq!(both.without(LookupHints::ALL), LookupHints::V4MAPPED);
        assert!(both.without(both).is_empty() && LookupHints::default() == LookupHints::none());
    }
}
