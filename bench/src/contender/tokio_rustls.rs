//! What one writes by hand on rustls: its configuration with aws-lc-rs, `tokio-rustls`'s stream.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, HandshakeKind, NamedGroup, RootCertStore,
    client::{
        ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue,
        Tls13ClientSessionValue,
    },
    crypto::{
        CryptoProvider,
        aws_lc_rs::{cipher_suite, default_provider, kx_group},
    },
    pki_types::{CertificateDer, ServerName, pem::PemObject},
    version::TLS13,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Contender, Name, Terms, Transport};
use crate::{Outcome, policy::HOSTNAME};

/// tredici's default for connecting.
const TIMEOUT: Duration = Duration::from_secs(10);
/// rustls's own default.
const SERVERS: usize = 256;

pub(crate) struct TokioRustls {
    connector: TlsConnector,
    address: SocketAddr,
    name: ServerName<'static>,
}

impl Contender for TokioRustls {
    type Socket<T: Transport> = TlsStream<T>;

    fn new(_name: Name, terms: &Terms) -> Outcome<Self> {
        Ok(Self {
            connector: Arc::new(config(terms)?).into(),
            address: terms.address,
            name: ServerName::try_from(HOSTNAME)?,
        })
    }

    async fn connect(&self) -> Outcome<TlsStream<TcpStream>> {
        timeout(TIMEOUT, async {
            let transport = TcpStream::connect(self.address).await?;
            transport.set_nodelay(true)?;
            Ok(self.connector.connect(self.name.clone(), transport).await?)
        })
        .await?
    }

    async fn secure<T: Transport>(&self, transport: T) -> Outcome<TlsStream<T>> {
        Ok(timeout(TIMEOUT, self.connector.connect(self.name.clone(), transport)).await??)
    }

    fn is_resumed<T: Transport>(stream: &TlsStream<T>) -> bool {
        stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
    }
}

/// What everybody on rustls has.
pub(crate) fn config(terms: &Terms) -> Outcome<ClientConfig> {
    let provider = CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1],
        ..default_provider()
    };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(terms.ca.as_bytes())?)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    if !terms.resume {
        let groups = GroupsAlone(ClientSessionMemoryCache::new(SERVERS));
        config.resumption = Resumption::store(Arc::new(groups));
    }
    Ok(config)
}

/// Remembers which group a server has chosen, as rustls does, and no session: `Resumption::disabled` forgets both, and
/// has each connection make a key of ML-KEM for nobody.
struct GroupsAlone(ClientSessionMemoryCache);

impl ClientSessionStore for GroupsAlone {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(name, group);
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.0.kx_hint(name)
    }

    fn set_tls12_session(&self, _name: ServerName<'static>, _session: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _name: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _name: ServerName<'static>, _ticket: Tls13ClientSessionValue) {}

    fn take_tls13_ticket(&self, _name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

impl fmt::Debug for GroupsAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupsAlone")
    }
}
