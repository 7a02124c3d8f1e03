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
mod system;
mod threads;

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

pub use cached::{CachedLookup, LookupStats};
use filter::Filter;
#[cfg(feature = "hickory")]
pub use hickory::HickoryLookup;
pub(crate) use literal::is_address;
pub use system::SystemLookup;

use crate::{
    error::{AttemptError, Error, ErrorKind, Phase},
    options::{AddressFamily, Answers, Lookup, LookupError, LookupHints, LookupQuery, Values},
};

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
        let (answers, family) = match literal::address(hostname) {
            Some(address) => (Answers::ready(address), AddressFamily::Any),
            None => (self.ask(hostname, family), family),
        };
        Resolving {
            hostname,
            port,
            family,
            answers,
            filter: &self.filter,
            found: Vec::new(),
            refused: Vec::new(),
            failure: None,
            over: false,
        }
    }

    fn ask(&self, hostname: &str, family: AddressFamily) -> Answers<'_> {
        match name::to_ascii(hostname) {
            Ok(name) => {
                let query = LookupQuery::new(name).family(family).hints(self.hints(family));
                self.lookup.lookup(query)
            }
            Err(problem) => Answers::ready(Err(LookupError::new("ENOTFOUND", problem))),
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

/// A name on its way to becoming addresses, which may come in parts.
pub(crate) struct Resolving<'a> {
    hostname: &'a str,
    port: u16,
    family: AddressFamily,
    answers: Answers<'a>,
    filter: &'a Filter,
    /// All that was given out.
    found: Vec<SocketAddr>,
    /// What the filter refused.
    refused: Vec<(SocketAddr, AttemptError)>,
    failure: Option<LookupError>,
    over: bool,
}

impl Resolving<'_> {
    /// The next addresses, none of which came before; never an empty list. `None` where all have come.
    ///
    /// There is an error only where there was no address at all, and then it is the last word.
    pub(crate) async fn next(&mut self) -> Option<Result<Vec<SocketAddr>, Error>> {
        while let Some(part) = self.answers.next().await {
            match part {
                Ok(addresses) => {
                    let new = self.keep(addresses.iter());
                    if !new.is_empty() {
                        return Some(Ok(new));
                    }
                }
                Err(error) => self.note(error),
            }
        }
        let nothing = self.found.is_empty() && !std::mem::replace(&mut self.over, true);
        nothing.then(|| Err(self.all_refused().unwrap_or_else(|| self.failed())))
    }

    /// All addresses, once the last part has come. The order is that of the lookup, or where it has answered in parts
    /// that of RFC 6724.
    pub(crate) async fn all(&mut self) -> Result<Vec<SocketAddr>, Error> {
        let mut parts = 0;
        while let Some(part) = self.next().await {
            part?;
            parts += 1;
        }
        let mut all = self.found.clone();
        if parts > 1 {
            order::sort(&mut all);
        }
        Ok(all)
    }

    /// The addresses that must not be dialled, of all parts that have come, each with the reason.
    pub(crate) fn refused(&self) -> &[(SocketAddr, AttemptError)] {
        &self.refused
    }

    /// Of these the wanted ones that are new.
    fn keep(&mut self, addresses: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
        let before = self.found.len();
        for mut address in addresses.filter(|address| self.family.includes(address)) {
            address.set_port(self.port);
            if self.found.contains(&address) || self.refused.iter().any(|(known, _)| *known == address) {
                continue;
            }
            match self.filter.refusal(address.ip()) {
                None => self.found.push(address),
                Some(refusal) => {
                    self.refused.push((address, AttemptError::new("ERR_IP_BLOCKED", refusal)));
                }
            }
        }
        self.found[before..].to_vec()
    }

    /// Of two failures the one that may pass is told: a family that does not exist says little about the other.
    fn note(&mut self, error: LookupError) {
        if self.failure.as_ref().is_none_or(|known| known.code() == "ENOTFOUND") {
            self.failure = Some(error);
        }
    }

    fn all_refused(&self) -> Option<Error> {
        let refusals: Vec<_> = self.refused.iter().map(|(_, error)| error.message()).collect();
        let message = match &refusals[..] {
            [] => return None,
            [only] => (*only).to_owned(),
            several => format!(
                "no address of {} may be dialled: {}",
                self.hostname.escape_debug(),
                several.join(", ")
            ),
        };
        let error = Error::new(ErrorKind::Blocked, Phase::Connect, "ERR_IP_BLOCKED", message);
        Some(error.with_host(self.hostname))
    }

    fn failed(&mut self) -> Error {
        let none = || LookupError::new("ENOTFOUND", format!("the name has no {} address", self.family));
        let error = self.failure.take().unwrap_or_else(none);
        let code = error.code().to_owned();
        let nobody_was_asked = is_address(self.hostname) || name::to_ascii(self.hostname).is_err();
        let hint: Option<Cow<'static, str>> = match code.as_str() {
            _ if nobody_was_asked => Some(error.to_string().into()),
            "ENOTFOUND" => Some("check the spelling of the name, or give the addresses with `lookup`".into()),
            "EAI_AGAIN" => Some("the name server does not answer; try again".into()),
            _ => None,
        };
        let message = format!("getaddrinfo {code} {}", self.hostname.escape_debug());
        let failure = Error::new(ErrorKind::Lookup, Phase::Lookup, code, message)
            .with_reason(error.to_string())
            .with_host(self.hostname)
            .with_source(error);
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests;
