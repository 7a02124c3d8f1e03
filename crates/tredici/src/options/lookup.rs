//! How a host name becomes addresses.

use std::{borrow::Cow, collections::HashMap, fmt, net::IpAddr, pin::Pin, sync::Arc};

#[cfg(feature = "serde")]
use serde_json::Value;

use super::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use super::{form::Place, scalar::Address};
#[cfg(feature = "serde")]
use crate::error::Error;

/// What a [`Lookup`] returns: the addresses in the order in which they are to be tried.
pub type LookupFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, LookupError>> + Send + 'a>>;

/// Turns a host name into addresses, instead of the system's resolver: Node's `lookup`.
///
/// Asked for names only, never for an IP address. No address is the same as `ENOTFOUND`. It is dropped when the
/// time for connecting is up.
///
/// An async closure is one:
///
/// ```
/// use tredici::{ConnectOptions, LookupError};
///
/// let options = ConnectOptions::new().lookup(|hostname: String| async move {
///     match hostname.as_str() {
///         "db.internal" => Ok(vec!["127.0.0.1".parse().expect("an address")]),
///         _ => Err(LookupError::not_found(&hostname)),
///     }
/// });
/// ```
pub trait Lookup: Send + Sync {
    /// The addresses of this name.
    fn lookup<'a>(&'a self, hostname: &'a str) -> LookupFuture<'a>;
}

impl<F, Answer> Lookup for F
where
    F: Fn(String) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Vec<IpAddr>, LookupError>> + Send + 'static,
{
    fn lookup<'a>(&'a self, hostname: &'a str) -> LookupFuture<'a> {
        Box::pin(self(hostname.to_owned()))
    }
}

impl<L: Lookup + ?Sized> Lookup for Arc<L> {
    fn lookup<'a>(&'a self, hostname: &'a str) -> LookupFuture<'a> {
        (**self).lookup(hostname)
    }
}

/// Why a name has no addresses, in the terms of `getaddrinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupError {
    code: Cow<'static, str>,
    message: String,
}

impl LookupError {
    /// An error with this code, such as `EAI_AGAIN` (trying again may help) or `ENOTFOUND` (it will not).
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// There is no such name: code `ENOTFOUND`.
    pub fn not_found(hostname: &str) -> Self {
        Self::new("ENOTFOUND", format!("lookup ENOTFOUND {}", hostname.escape_debug()))
    }

    /// The code, such as `ENOTFOUND`.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LookupError {}

/// Names with their addresses, written down: what `lookup` is in JSON, `{"db.internal": ["127.0.0.1"]}`.
///
/// Names are compared without regard to case or to a final dot. A name that is not there is `ENOTFOUND`.
///
/// ```
/// use tredici::{ConnectOptions, FixedLookup};
///
/// let options = ConnectOptions::new().lookup(FixedLookup::new().with("db.internal", ["127.0.0.1".parse()?]));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixedLookup(HashMap<String, Vec<IpAddr>>);

impl FixedLookup {
    /// Knows no name yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name with its addresses, in the order in which they are to be tried.
    #[must_use]
    pub fn with(mut self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.0.entry(plain(name)).or_default().extend(addresses);
        self
    }
}

impl Lookup for FixedLookup {
    fn lookup<'a>(&'a self, hostname: &'a str) -> LookupFuture<'a> {
        let known = self.0.get(&plain(hostname)).filter(|addresses| !addresses.is_empty());
        let answer = known.cloned().ok_or_else(|| LookupError::not_found(hostname));
        Box::pin(std::future::ready(answer))
    }
}

/// The form in which names are compared: the one that targets have too.
fn plain(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    idna::domain_to_ascii(name).unwrap_or_else(|_| name.to_lowercase())
}

/// The option `lookup`.
#[derive(Clone)]
pub(crate) struct SharedLookup(pub(crate) Arc<dyn Lookup>);

impl<L: Lookup + 'static> From<L> for SharedLookup {
    fn from(lookup: L) -> Self {
        Self(Arc::new(lookup))
    }
}

impl fmt::Debug for SharedLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookup(..)")
    }
}

impl Form for SharedLookup {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Addresses;

    #[cfg(feature = "serde")]
    fn from_json(json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        let wanted = "an object with an array of IP addresses for each name";
        let names = json.as_object().ok_or_else(|| place.wrong_type(json, wanted))?;
        let mut lookup = FixedLookup::new();
        for (name, addresses) in names {
            let place = place.key(name);
            let list = addresses
                .as_array()
                .ok_or_else(|| place.wrong_type(addresses, "an array of IP addresses"))?;
            let address = |(at, json)| Address::from_json(json, &place.index(at));
            lookup = lookup.with(name, list.iter().enumerate().map(address).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(lookup.into())
    }

    /// `name=address,address;name=address`
    #[cfg(feature = "serde")]
    fn from_flag(text: &str) -> Value {
        let name = |entry: &str| {
            let (name, addresses) = entry.split_once('=')?;
            let addresses: Value = addresses.split(',').map(|address| Value::from(address.trim())).collect();
            Some((name.trim().to_owned(), addresses))
        };
        let names: Option<serde_json::Map<_, _>> = text.split(';').map(name).collect();
        names.map_or_else(|| text.into(), Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<IpAddr> {
        text.split(',').map(|address| address.parse().expect(address)).collect()
    }

    #[tokio::test]
    async fn a_fixed_list_compares_names_as_names() {
        let lookup = FixedLookup::new()
            .with("DB.internal.", addresses("127.0.0.1,::1"))
            .with("bücher.example", addresses("127.0.0.2"))
            .with("empty", []);
        for name in ["db.internal", "DB.INTERNAL", "db.internal."] {
            assert_eq!(lookup.lookup(name).await, Ok(addresses("127.0.0.1,::1")), "{name}");
        }
        assert_eq!(lookup.lookup("xn--bcher-kva.example").await, Ok(addresses("127.0.0.2")));
        for name in ["other", "empty", ""] {
            assert_eq!(lookup.lookup(name).await.expect_err(name).code(), "ENOTFOUND");
        }
    }

    #[tokio::test]
    async fn closures_and_shared_lookups_are_lookups() {
        let closure = |hostname: String| async move {
            match hostname.as_str() {
                "a" => Ok(addresses("::1")),
                _ => Err(LookupError::new("EAI_AGAIN", "the resolver is asleep")),
            }
        };
        let shared = SharedLookup::from(Arc::new(closure));
        assert_eq!(shared.0.lookup("a").await, Ok(addresses("::1")));
        let error = shared.0.lookup("b").await.expect_err("unknown");
        assert_eq!((error.code(), error.to_string().as_str()), ("EAI_AGAIN", "the resolver is asleep"));
        let again: Arc<dyn Lookup> = Arc::new(FixedLookup::new().with("a", addresses("::1")));
        assert_eq!(SharedLookup::from(again).0.lookup("a").await, Ok(addresses("::1")));
    }
}
