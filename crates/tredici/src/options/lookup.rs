//! How a host name becomes addresses.

mod answers;
mod cache;
mod error;
mod fixed;
mod hints;
mod option;
mod query;

use std::{net::IpAddr, sync::Arc};

pub use answers::{Addresses, Answers};
pub use cache::LookupCache;
pub use error::LookupError;
pub use fixed::FixedLookup;
pub use hints::LookupHints;
pub(crate) use option::SharedLookup;
pub use query::{AddressFamily, LookupQuery};

/// Turns a host name into addresses, instead of the system's resolver: Node's `lookup`.
///
/// Asked for names only, never for an IP address. The order of the addresses is the order in which they are to be
/// tried. No address is the same as `ENOTFOUND`. Its answer is dropped, wherever it stands, when the time for
/// connecting is up or the caller has given up. No more than 256 addresses of a name are taken ([`Answers`]).
///
/// An async closure that takes the name is one:
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
///
/// A type that implements the trait sees the whole question, and may answer in parts, each as soon as it is known: then
/// connecting begins with the first of them (RFC 8305 section 3).
///
/// ```
/// use std::net::IpAddr;
/// use tredici::{Answers, ConnectOptions, Lookup, LookupError, LookupQuery};
///
/// struct Zone;
///
/// impl Zone {
///     async fn ask(&self, name: &str, record: &str) -> Result<Vec<IpAddr>, LookupError> {
///         # let (_, _) = (name, record);
///         Ok(vec!["127.0.0.1".parse().expect("an address")])
///     }
/// }
///
/// impl Lookup for Zone {
///     fn lookup(&self, query: LookupQuery) -> Answers<'_> {
///         let records = ["AAAA", "A"];
///         Answers::parts(records.map(|record| {
///             let name = query.hostname.clone();
///             async move { self.ask(&name, record).await }
///         }))
///     }
/// }
///
/// let options = ConnectOptions::new().lookup(Zone);
/// ```
pub trait Lookup: Send + Sync {
    /// The addresses of the name that is asked for.
    fn lookup(&self, query: LookupQuery) -> Answers<'_>;
}

impl<F, Answer> Lookup for F
where
    F: Fn(String) -> Answer + Send + Sync,
    Answer: Future<Output = Result<Vec<IpAddr>, LookupError>> + Send + 'static,
{
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        Answers::once(self(query.hostname))
    }
}

impl<L: Lookup + ?Sized> Lookup for Arc<L> {
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        (**self).lookup(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(lookup: &dyn Lookup, name: &str) -> Result<Addresses, LookupError> {
        lookup.lookup(LookupQuery::new(name)).next().await.expect("an answer")
    }

    #[tokio::test]
    async fn closures_and_shared_lookups_are_lookups() {
        let address: IpAddr = "::1".parse().expect("an address");
        let closure = move |hostname: String| async move {
            match hostname.as_str() {
                "a" => Ok(vec![address]),
                _ => Err(LookupError::new("EAI_AGAIN", "the resolver is asleep")),
            }
        };
        let shared = SharedLookup::from(Arc::new(closure));
        assert_eq!(ask(&*shared.0, "a").await, Ok(vec![address].into()));
        let error = ask(&*shared.0, "b").await.expect_err("unknown");
        assert_eq!((error.code(), error.to_string().as_str()), ("EAI_AGAIN", "the resolver is asleep"));
        let again: Arc<dyn Lookup> = Arc::new(FixedLookup::new().with("a", [address]));
        assert_eq!(ask(&*SharedLookup::from(again).0, "a").await, Ok(vec![address].into()));
    }
}
