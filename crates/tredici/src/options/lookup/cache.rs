//! The terms on which answers are remembered.

use std::time::Duration;

#[cfg(feature = "serde")]
use serde_json::Value;

use crate::options::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use crate::{
    error::Error,
    options::{
        duration::Timeout,
        form::{Place, shorten},
        scalar::CacheSize,
    },
};

/// How long and how many answers a [`CachedLookup`](crate::CachedLookup) remembers; the option `lookupCache`.
///
/// In JSON `{"maxTTL": 10000, "negativeTTL": 1000, "maxItems": 1000}`, each of them optional, or `true` for the defaults.
/// `maxTTL` and `maxItems` are those of undici's `dns` interceptor.
///
/// ```
/// use std::time::Duration;
/// use tredici::{ConnectOptions, LookupCache};
///
/// let options = ConnectOptions::new().lookup_cache(LookupCache::new().max_ttl(Duration::from_secs(60)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookupCache {
    max_ttl: Duration,
    negative_ttl: Duration,
    max_items: usize,
}

impl Default for LookupCache {
    fn default() -> Self {
        let (max_ttl, negative_ttl) = (Duration::from_secs(10), Duration::from_secs(1));
        Self { max_ttl, negative_ttl, max_items: 1000 }
    }
}

impl LookupCache {
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long addresses are remembered at most; shorter where the lookup knows how long they are right.
    ///
    /// Default: 10 seconds. Zero: not at all; the same question asked several times at once is still asked once.
    #[must_use]
    pub fn max_ttl(mut self, ttl: Duration) -> Self {
        self.max_ttl = ttl;
        self
    }

    /// How long it is remembered that a name has no address (`ENOTFOUND`); shorter where the lookup knows how long that
    /// is right. No other error is remembered.
    ///
    /// Default: 1 second. Zero: not at all. An addition of this library.
    #[must_use]
    pub fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.negative_ttl = ttl;
        self
    }

    /// How many answers are remembered; the one that was not asked for longest goes first.
    ///
    /// Default: 1000.
    #[must_use]
    pub fn max_items(mut self, items: usize) -> Self {
        self.max_items = items;
        self
    }

    pub(crate) fn terms(&self) -> (Duration, Duration, usize) {
        (self.max_ttl, self.negative_ttl, self.max_items)
    }

    #[cfg(feature = "serde")]
    fn set(&mut self, name: &str, json: &Value, place: &Place<'_>) -> Result<(), Error> {
        match name {
            "maxTTL" => self.max_ttl = Timeout::from_json(json, place)?,
            "negativeTTL" => self.negative_ttl = Timeout::from_json(json, place)?,
            "maxItems" => self.max_items = CacheSize::from_json(json, place)?,
            _ => return Err(place.wrong_value(format_args!("is not known; there are {}", FIELDS.join(", ")))),
        }
        Ok(())
    }
}

const FIELDS: [&str; 3] = ["maxTTL", "negativeTTL", "maxItems"];

impl Form for LookupCache {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Fields(&FIELDS);

    #[cfg(feature = "serde")]
    fn absent_in_json(json: &Value) -> bool {
        matches!(json, Value::Null | Value::Bool(false))
    }

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let mut cache = Self::default();
        match json {
            Value::Bool(_) => {}
            Value::Object(fields) => {
                for (name, json) in fields.iter().filter(|(_, json)| !json.is_null()) {
                    cache.set(name, json, &place.key(name))?;
                }
            }
            other => {
                return Err(place.wrong_type(other, "true or an object with maxTTL, negativeTTL, maxItems"));
            }
        }
        Ok(cache)
    }

    /// `true`, or `maxTTL=10s,maxItems=100`
    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        if let Ok(on) = text.parse::<bool>() {
            return on.into();
        }
        let field = |entry: &str| {
            let (name, value) = entry.split_once('=')?;
            Some((name.trim().to_owned(), Timeout::from_flag(value.trim())))
        };
        let fields: Option<serde_json::Map<_, _>> = text.split(',').map(field).collect();
        fields.map_or_else(|| shorten(text).into(), Value::Object)
    }
}
