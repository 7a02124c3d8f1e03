//! Options compiled into a configuration of rustls's, once.

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs::Ticketer},
    pki_types::{IpAddr, Ipv4Addr, ServerName, UnixTime},
    server::NoServerSessionStorage,
    time_provider::TimeProvider,
};

use super::{
    super::{self as engine, Anchors, ConnectTerms, ContextTerms, Der, Judge, Session, Side},
    chain::{Purpose, Store},
    companion::{self, Companion},
    connection::RustlsConnection,
    failure::{option_error, unsupported},
    identity::Identity,
    key_log::ContextKeyLog,
    party::{Party, PartyAtWork},
    policy,
    sessions::Sessions,
    unbuffered::Unbuffered,
    verifier::PeerVerifier,
};
use crate::{error::Error, options::Clock};

/// A configuration with everything that its connections share.
pub(crate) struct RustlsContext {
    config: Config,
    /// What a client shows where a server does not ask.
    shown: Option<Der>,
}

enum Config {
    Client(Arc<ClientConfig>, Arc<Party>),
    Server(Arc<ServerConfig>),
}

impl RustlsContext {
    pub(crate) fn new(terms: &ContextTerms) -> Result<Self, Error> {
        let provider = policy::provider(terms)?;
        let identity = Arc::new(Identity::new(&terms.identities)?);
        let shown = identity.first().cloned();
        let config = match &terms.side {
            Side::Client => {
                let verifier = Arc::new(verifier_of_servers(terms, &provider)?);
                Config::Client(Arc::new(client(terms, provider)?), Arc::new(Party { verifier, identity }))
            }
            Side::Server { .. } => Config::Server(Arc::new(server(terms, provider, identity)?)),
        };
        Ok(Self { config, shown })
    }
}

fn verifier_of_servers(terms: &ContextTerms, provider: &CryptoProvider) -> Result<PeerVerifier, Error> {
    Ok(PeerVerifier {
        store: Store::new(&terms.trust)?.less(&terms.revocation)?,
        purpose: Purpose::Server,
        algorithms: provider.signature_verification_algorithms,
        require: false,
        hints: Vec::new(),
    })
}

fn client(terms: &ContextTerms, provider: Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_details(provider, Arc::new(ContextClock(terms.clock.clone())));
    let mut config = builder
        .with_protocol_versions(&policy::versions(terms))
        .map_err(|error| option_error("minVersion", &error))?
        .dangerous()
        .with_custom_certificate_verifier(PartyAtWork::shared())
        .with_client_cert_resolver(PartyAtWork::shared());
    config.resumption = Resumption::store(Arc::new(Sessions::new(terms.keeps_sessions)));
    config.key_log = Arc::new(ContextKeyLog(terms.keylog.clone()));
    // Whoever connects looks at the protocol himself, so that the error is the same on every engine.
    config.check_selected_alpn = false;
    Ok(config)
}

fn server(
    terms: &ContextTerms,
    provider: Arc<CryptoProvider>,
    identity: Arc<Identity>,
) -> Result<ServerConfig, Error> {
    let Side::Server { request_certificate, require_certificate, alpn } = &terms.side else {
        return Err(unsupported("a server's context for a client"));
    };
    let algorithms = provider.signature_verification_algorithms;
    let builder = ServerConfig::builder_with_details(provider, Arc::new(ContextClock(terms.clock.clone())))
        .with_protocol_versions(&policy::versions(terms))
        .map_err(|error| option_error("minVersion", &error))?;
    let mut config = if *request_certificate {
        let store = Store::new(&terms.trust)?.less(&terms.revocation)?;
        let hints = match terms.trust.anchors {
            Anchors::Given(_) => store.subjects(),
            Anchors::Bundled => Vec::new(),
        };
        let purpose = Purpose::Client;
        let require = *require_certificate;
        let verifier = PeerVerifier { store, purpose, algorithms, require, hints };
        let mut config = builder.with_client_cert_verifier(Arc::new(verifier)).with_cert_resolver(identity);
        // A ticket does not carry what a decision over the client was made from: each connection is verified in full.
        config.send_tls13_tickets = 0;
        config
    } else {
        let mut config = builder.with_no_client_auth().with_cert_resolver(identity);
        config.ticketer = Ticketer::new().map_err(|error| option_error("the TLS context", &error))?;
        config
    };
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ignore_client_order = true;
    config.key_log = Arc::new(ContextKeyLog(terms.keylog.clone()));
    config.alpn_protocols = protocols(alpn);
    Ok(config)
}

/// The entries of a list of protocols in wire form.
fn protocols(mut wire: &[u8]) -> Vec<Vec<u8>> {
    let mut protocols = Vec::new();
    while let Some((entry, rest)) =
        wire.split_first().and_then(|(length, rest)| rest.split_at_checked((*length).into()))
    {
        protocols.push(entry.to_vec());
        wire = rest;
    }
    protocols
}

impl engine::Context for RustlsContext {
    fn connect(&self, terms: ConnectTerms<'_>) -> Result<Box<dyn engine::Connection>, Error> {
        let Config::Client(config, party) = &self.config else {
            return Err(unsupported("connecting from a server's context"));
        };
        let name = match terms.servername {
            Some(name) => ServerName::try_from(name).map_err(|_| {
                let message = format!("servername '{name}' is not a host name that can be sent");
                Error::invalid("ERR_INVALID_ARG_VALUE", message)
            })?,
            // With an address, rustls sends no name.
            None => ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([0, 0, 0, 0]))),
        };
        let mut companion = Box::new(Companion {
            judge: Some(terms.judge),
            party: Some(party.clone()),
            offered: terms.session,
            shown: self.shown.clone(),
            ..Companion::default()
        });
        let tls = companion::lend(&mut companion, || {
            Unbuffered::client(config, name.to_owned(), protocols(terms.alpn))
        })
        .map_err(|error| option_error("the TLS connection", &error))?;
        companion.offered = None;
        Ok(Box::new(RustlsConnection::new(tls, companion)))
    }

    fn accept(&self, judge: Arc<dyn Judge>) -> Result<Box<dyn engine::Connection>, Error> {
        let Config::Server(config) = &self.config else {
            return Err(unsupported("accepting with a client's context"));
        };
        let companion =
            Box::new(Companion { judge: Some(judge), shown: self.shown.clone(), ..Companion::default() });
        let tls = Unbuffered::server(config).map_err(|error| option_error("the TLS connection", &error))?;
        Ok(Box::new(RustlsConnection::new(tls, companion)))
    }

    fn read_session(&self, _der: &[u8]) -> Result<Box<dyn Session>, Error> {
        Err(unsupported("session"))
    }
}

/// The time by which tickets age.
struct ContextClock(Clock);

impl TimeProvider for ContextClock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = (self.0.0)();
        now.duration_since(std::time::UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}

impl fmt::Debug for ContextClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContextClock")
    }
}
