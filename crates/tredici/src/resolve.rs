//! A name becomes addresses.

mod cached;
mod filter;
mod flights;
#[cfg(feature = "hickory")]
mod hickory;
mod literal;
mod name;
pub(crate) mod order;
mod permits;
mod resolving;
mod system;
mod threads;

use std::{net::SocketAddr, sync::Arc};

pub use cached::{CachedLookup, LookupStats};
use filter::Filter;
#[cfg(feature = "hickory")]
pub use hickory::HickoryLookup;
pub(crate) use literal::is_address;
use resolving::Asked;
pub(crate) use resolving::Resolving;
pub use system::SystemLookup;

use crate::options::{AddressFamily, Lookup, LookupError, LookupHints, LookupQuery, Values};

/// Who is asked for addresses, and which of them may be dialled.
pub(crate) struct Resolver {
    lookup: Arc<dyn Lookup>,
    /// The same, where it remembers.
    cache: Option<CachedLookup>,
    hints: Option<LookupHints>,
    filter: Filter,
}

impl Resolver {
    pub(crate) fn new(values: &Values) -> Self {
        let chosen: Arc<dyn Lookup> = match &values.lookup {
            Some(shared) => shared.0.clone(),
            None => Arc::new(SystemLookup),
        };
        let (hints, filter) = (values.hints, Filter::new(values));
        match values.lookup_cache {
            None => Self { lookup: chosen, cache: None, hints, filter },
            Some(terms) => {
                let cache = CachedLookup::of(chosen, terms);
                Self { lookup: Arc::new(cache.clone()), cache: Some(cache), hints, filter }
            }
        }
    }

    /// The system's resolver, and all that it says: for who listens.
    pub(crate) fn system() -> Self {
        let (hints, filter) = (Some(LookupHints::none()), Filter::default());
        Self { lookup: Arc::new(SystemLookup), cache: None, hints, filter }
    }

    /// What remembers the answers, where that is wanted.
    pub(crate) fn cache(&self) -> Option<&CachedLookup> {
        self.cache.as_ref()
    }

    /// The address that `hostname` is, where it is one and may be dialled: there is nobody to be asked.
    pub(crate) fn literal(&self, hostname: &str, port: u16) -> Option<SocketAddr> {
        let address = hostname.parse().ok()?;
        self.filter.refusal(address).is_none().then(|| SocketAddr::new(address, port))
    }

    /// The addresses of `hostname`, which may be one itself: then nobody is asked, and `family` is not looked at.
    pub(crate) fn resolve<'a>(
        &'a self,
        hostname: &'a str,
        port: u16,
        family: AddressFamily,
    ) -> Resolving<'a> {
        let (asked, family) = match literal::address(hostname) {
            Some(known) => (Asked::Nobody(Some(known)), AddressFamily::Any),
            None => (self.ask(hostname, family), family),
        };
        Resolving::new(hostname, port, family, asked, &self.filter)
    }

    fn ask(&self, hostname: &str, family: AddressFamily) -> Asked<'_> {
        match name::to_ascii(hostname) {
            Ok(name) => {
                let query = LookupQuery::new(name).family(family).hints(self.hints(family));
                Asked::Lookup(self.lookup.lookup(query))
            }
            Err(problem) => Asked::Nobody(Some(Err(LookupError::new("ENOTFOUND", problem)))),
        }
    }

    /// Node's default.
    fn hints(&self, family: AddressFamily) -> LookupHints {
        self.hints.unwrap_or(match family {
            AddressFamily::Any => LookupHints::ADDRCONFIG,
            AddressFamily::V4 | AddressFamily::V6 => LookupHints::none(),
        })
    }
}

#[cfg(test)]
mod tests;
