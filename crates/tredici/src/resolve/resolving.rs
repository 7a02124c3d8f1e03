//! A name on its way to becoming addresses.

use std::{borrow::Cow, net::SocketAddr};

use super::{filter::Filter, is_address, name, order};
use crate::{
    error::{AttemptError, BLOCKED, Error, ErrorKind, Phase},
    options::{AddressFamily, Answers, LookupError},
};

const WHO_DECIDES: &str = "options.blockList and options.allowList say which addresses may be dialled";

/// Addresses as they come, in parts: each once, of the wanted family, and such that may be dialled.
pub(crate) struct Resolving<'a> {
    hostname: &'a str,
    port: u16,
    family: AddressFamily,
    asked: Asked<'a>,
    filter: &'a Filter,
    /// What earlier parts brought.
    found: Vec<SocketAddr>,
    /// What the filter refused.
    refused: Vec<(SocketAddr, AttemptError)>,
    failure: Option<LookupError>,
    /// Whether an address or the last word was told.
    told: bool,
}

/// Who knows the addresses.
pub(super) enum Asked<'a> {
    /// The name is an address, or can be no name.
    Nobody(Option<Result<SocketAddr, LookupError>>),
    Lookup(Answers<'a>),
}

impl<'a> Resolving<'a> {
    pub(super) fn new(
        hostname: &'a str,
        port: u16,
        family: AddressFamily,
        asked: Asked<'a>,
        filter: &'a Filter,
    ) -> Self {
        let (found, refused) = (Vec::new(), Vec::new());
        Self { hostname, port, family, asked, filter, found, refused, failure: None, told: false }
    }

    /// The next addresses, none of which came before; never an empty list. `None` where all have come.
    ///
    /// There is an error only where there was no address at all, and then it is the last word.
    pub(crate) async fn next(&mut self) -> Option<Result<Vec<SocketAddr>, Error>> {
        let new = match &mut self.asked {
            Asked::Nobody(known) => {
                let known = known.take();
                known.and_then(|known| self.keep(known.map(|address| [address])))
            }
            Asked::Lookup(_) => self.next_part().await,
        };
        let told = std::mem::replace(&mut self.told, true);
        match new {
            Some(new) => Some(Ok(new)),
            None if told => None,
            None => Some(Err(self.all_refused().unwrap_or_else(|| self.failed()))),
        }
    }

    async fn next_part(&mut self) -> Option<Vec<SocketAddr>> {
        while let Asked::Lookup(answers) = &mut self.asked {
            let part = answers.next().await?;
            if let Some(new) = self.keep(part) {
                self.found.extend_from_slice(&new);
                return Some(new);
            }
        }
        None
    }

    /// All addresses, once the last part has come. The order is that of the lookup, or where it has answered in parts
    /// that of RFC 6724.
    pub(crate) async fn all(&mut self) -> Result<Vec<SocketAddr>, Error> {
        let mut all = Vec::new();
        let mut parts = 0;
        while let Some(part) = self.next().await {
            all.extend(part?);
            parts += 1;
        }
        if parts > 1 {
            order::sort(&mut all);
        }
        Ok(all)
    }

    /// The addresses that must not be dialled, of all parts that have come, each with the reason.
    pub(crate) fn refused(&self) -> &[(SocketAddr, AttemptError)] {
        &self.refused
    }

    /// Of a part the addresses that are wanted, new, and may be dialled; an error is noted.
    fn keep(
        &mut self,
        part: Result<impl IntoIterator<Item = SocketAddr>, LookupError>,
    ) -> Option<Vec<SocketAddr>> {
        let mut new = Vec::new();
        for mut address in part.map_err(|error| self.note(error)).ok()? {
            address.set_port(self.port);
            let is_known = new.contains(&address)
                || self.found.contains(&address)
                || self.refused.iter().any(|(known, _)| *known == address);
            if is_known || !self.family.includes(&address) {
                continue;
            }
            match self.filter.refusal(address.ip()) {
                None => new.push(address),
                Some(refusal) => {
                    self.refused.push((address, AttemptError::new(BLOCKED, refusal).of_terms()));
                }
            }
        }
        (!new.is_empty()).then_some(new)
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
        let error = Error::new(ErrorKind::Blocked, Phase::Connect, BLOCKED, message);
        Some(error.with_host(self.hostname).with_hint(WHO_DECIDES))
    }

    fn failed(&mut self) -> Error {
        let none = || LookupError::new("ENOTFOUND", format!("the name has no {} address", self.family));
        let error = self.failure.take().unwrap_or_else(none);
        let code = error.code().to_owned();
        let nobody_was_asked = is_address(self.hostname) || name::to_ascii(self.hostname).is_err();
        let hint: Option<Cow<'static, str>> = match code.as_str() {
            _ if nobody_was_asked => Some(error.to_string().into()),
            _ if error.is_unlisted() => {
                let name = self.hostname.escape_debug();
                Some(format!("the given list lacks {name}: add its addresses with options.lookup").into())
            }
            "ENOTFOUND" => {
                Some("check the spelling of the name, or give its addresses with options.lookup".into())
            }
            "EAI_AGAIN" => Some("the name server does not answer; try again".into()),
            // The code alone says little, and a lookup of the caller's has its own words.
            _ => Some(error.to_string().into()),
        };
        let message = format!("getaddrinfo {code} {}", self.hostname.escape_debug());
        let failure = Error::new(ErrorKind::Lookup, Phase::Lookup, code, message)
            .with_syscall("getaddrinfo")
            .with_reason(error.to_string())
            .with_host(self.hostname)
            .with_source(error);
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}
