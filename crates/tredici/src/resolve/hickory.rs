//! Name servers, asked without the system's resolver.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hickory_resolver::{
    Hosts, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    lookup::Lookup as Found,
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        op::{Query, ResponseCode},
        rr::{Name, RecordType},
    },
};

use super::{order, system::is_localhost};
use crate::{
    error::Error,
    options::{AddressFamily, Addresses, Answers, Lookup, LookupError, LookupQuery},
};

/// Asks name servers by itself, with [hickory](https://docs.rs/hickory-resolver), instead of the system's resolver.
///
/// It asks for IPv6 and IPv4 addresses at the same time, and connecting begins with the first answer; dropping a lookup
/// ends it; and no thread is needed. Answers are remembered for as long as their name servers allow, so that
/// [`CachedLookup`](crate::CachedLookup) adds nothing to it. Each answer is in the order of RFC 6724. It sees nothing of
/// what the system knows beside `/etc/resolv.conf` and `/etc/hosts`, such as mDNS or an `nsswitch.conf`. `localhost` and
/// the names below it are this machine (RFC 6761 section 6.3). The option `hints` is not looked at: IPv6 addresses are
/// asked for, and tried where they race, on a machine that has none itself, too.
///
/// Needs the feature `hickory`, and a tokio runtime, which it is not to outlive: it keeps its connections to name servers
/// on the runtime that it was first used on. Clones share all.
///
/// ```
/// use tredici::{ConnectOptions, HickoryLookup};
///
/// let options = ConnectOptions::new().lookup(HickoryLookup::servers(["192.0.2.53:53".parse()?])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct HickoryLookup {
    resolver: TokioResolver,
    hosts: Arc<Hosts>,
}

impl HickoryLookup {
    /// Asks the name servers of `/etc/resolv.conf`, with its search list, for what is not in `/etc/hosts`. Both files are
    /// read now, and never again.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` where `/etc/resolv.conf` cannot be read.
    pub fn system() -> Result<Self, Error> {
        let mut builder =
            TokioResolver::builder_tokio().map_err(|error| invalid("/etc/resolv.conf", error))?;
        // They are asked first and for both families: a name that is there is asked nobody for.
        builder.options_mut().use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build().map_err(|error| invalid("/etc/resolv.conf", error))?;
        Ok(Self { resolver, hosts: Arc::new(Hosts::from_system().unwrap_or_default()) })
    }

    /// Asks these name servers, over UDP, and over TCP where an answer is too long for that.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARG_VALUE` where there is none.
    pub fn servers(servers: impl IntoIterator<Item = SocketAddr>) -> Result<Self, Error> {
        let server = |address: SocketAddr| {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = address.port();
                connection
            });
            NameServerConfig::new(address.ip(), true, connections.into())
        };
        let servers: Vec<_> = servers.into_iter().map(server).collect();
        if servers.is_empty() {
            return Err(invalid("the list of name servers", "there is none in it"));
        }
        let config = ResolverConfig::from_parts(None, Vec::new(), servers);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        builder.options_mut().use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build().map_err(|error| invalid("the list of name servers", error))?;
        Ok(resolver.into())
    }

    async fn ask(&self, name: Name, record: RecordType) -> Result<Addresses, LookupError> {
        self.resolver
            .lookup(name, record)
            .await
            .map(|found| addresses(&found))
            .map_err(|error| failed(&error))
    }

    /// What `/etc/hosts` says.
    fn known(&self, name: &Name, records: &[RecordType]) -> Option<Addresses> {
        let found = records
            .iter()
            .filter_map(|record| self.hosts.lookup_static_host(&Query::query(name.clone(), *record)));
        let addresses: Vec<_> = found.flat_map(|found| ips(&found).collect::<Vec<_>>()).collect();
        (!addresses.is_empty()).then(|| sorted(addresses))
    }
}

/// A resolver that was made with all that hickory offers, such as other transports.
impl From<TokioResolver> for HickoryLookup {
    fn from(resolver: TokioResolver) -> Self {
        Self { resolver, hosts: Arc::default() }
    }
}

impl Lookup for HickoryLookup {
    fn lookup(&self, query: LookupQuery) -> Answers<'_> {
        if is_localhost(&query.hostname) {
            return Answers::ready(Ok(sorted([Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()])));
        }
        let records: &[RecordType] = match query.family {
            AddressFamily::Any => &[RecordType::AAAA, RecordType::A],
            AddressFamily::V4 => &[RecordType::A],
            AddressFamily::V6 => &[RecordType::AAAA],
        };
        let name = match Name::from_ascii(&query.hostname) {
            Ok(name) => name,
            Err(error) => return Answers::ready(Err(LookupError::new("ENOTFOUND", error.to_string()))),
        };
        match self.known(&name, records) {
            Some(addresses) => Answers::ready(Ok(addresses)),
            None => Answers::parts(records.iter().map(|record| self.ask(name.clone(), *record))),
        }
    }
}

impl fmt::Debug for HickoryLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HickoryLookup(..)")
    }
}

fn addresses(found: &Found) -> Addresses {
    let addresses = sorted(ips(found));
    // An alias on the way may change sooner than where it leads.
    match found.answers().iter().map(|record| record.ttl).min() {
        Some(ttl) => addresses.with_ttl(Duration::from_secs(ttl.into())),
        None => addresses,
    }
}

fn ips(found: &Found) -> impl Iterator<Item = IpAddr> {
    found.answers().iter().filter_map(|record| record.data.ip_addr())
}

fn sorted(addresses: impl IntoIterator<Item = IpAddr>) -> Addresses {
    // The system is asked about each, and a long answer has thousands.
    let taken = addresses.into_iter().take(Addresses::MOST);
    let mut addresses: Vec<_> = taken.map(|address| SocketAddr::new(address, 0)).collect();
    order::sort(&mut addresses);
    addresses.into_iter().collect()
}

/// In the terms of `getaddrinfo`.
fn failed(error: &NetError) -> LookupError {
    let message = error.to_string();
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => {
            let missing = LookupError::new("ENOTFOUND", message);
            match none.negative_ttl {
                Some(ttl) => missing.with_ttl(Duration::from_secs(ttl.into())),
                None => missing,
            }
        }
        NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail)) => {
            LookupError::new("EAI_AGAIN", message)
        }
        NetError::Dns(_) | NetError::Proto(_) => LookupError::new("EAI_FAIL", message),
        // Nobody has answered, or nobody could be asked.
        _ => LookupError::new("EAI_AGAIN", message),
    }
}

fn invalid(what: &str, problem: impl fmt::Display) -> Error {
    Error::invalid("ERR_INVALID_ARG_VALUE", format!("{what} names no name server to ask: {problem}"))
}
