//! Names with their addresses, written down.

use std::{collections::HashMap, net::IpAddr};

use super::{Answers, Lookup, LookupError, LookupQuery};

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
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        let known = self.0.get(&plain(&query.hostname)).filter(|addresses| !addresses.is_empty());
        Answers::ready(match known {
            Some(addresses) => Ok(addresses.clone().into()),
            None => Err(LookupError::unlisted(&query.hostname)),
        })
    }
}

/// The form in which names are compared: the one that targets have too.
fn plain(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    idna::domain_to_ascii(name).unwrap_or_else(|_| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<IpAddr> {
        text.split(',').map(|address| address.parse().expect(address)).collect()
    }

    async fn ask(lookup: &FixedLookup, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let answer = lookup.lookup(LookupQuery::new(name)).next().await.expect("an answer");
        answer.map(|addresses| addresses.ips().collect())
    }

    #[tokio::test]
    async fn a_fixed_list_compares_names_as_names() {
        let lookup = FixedLookup::new()
            .with("DB.internal.", addresses("127.0.0.1,::1"))
            .with("bücher.example", addresses("127.0.0.2"))
            .with("empty", []);
        for name in ["db.internal", "DB.INTERNAL", "db.internal."] {
            assert_eq!(ask(&lookup, name).await, Ok(addresses("127.0.0.1,::1")), "{name}");
        }
        assert_eq!(ask(&lookup, "xn--bcher-kva.example").await, Ok(addresses("127.0.0.2")));
        for name in ["other", "empty", ""] {
            assert_eq!(ask(&lookup, name).await.expect_err(name).code(), "ENOTFOUND");
        }
    }
}
