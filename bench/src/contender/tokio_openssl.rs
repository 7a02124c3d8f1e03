//! What one writes by hand today: tokio's socket, the `openssl` crate's connector, `tokio-openssl`'s stream.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use openssl::{
    ssl::{SslConnector, SslConnectorBuilder, SslMethod, SslSessionCacheMode},
    x509::{X509, store::X509StoreBuilder},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_openssl::SslStream;
use tredici_openssl::{Session, set_new_session_callback};

use super::{Contender, Name, Terms, Transport};
use crate::{
    Outcome,
    policy::{self, HOSTNAME},
};

/// tredici's default for connecting.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct TokioOpenssl {
    connector: SslConnector,
    address: SocketAddr,
    /// The tickets that came and were not used yet.
    sessions: Arc<Mutex<Vec<Session>>>,
}

impl Contender for TokioOpenssl {
    type Socket<T: Transport> = SslStream<T>;

    fn new(_name: Name, terms: &Terms) -> Outcome<Self> {
        let mut context = context(terms)?;
        let sessions = Arc::new(Mutex::new(Vec::new()));
        if terms.resume {
            context.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
            let kept = Arc::downgrade(&sessions);
            set_new_session_callback(&mut context, move |_, session| {
                if let Some(kept) = kept.upgrade() {
                    kept.lock().expect("nobody panics with the lock").push(session);
                }
            });
        }
        Ok(Self { connector: context.build(), address: terms.address, sessions })
    }

    async fn connect(&self) -> Outcome<SslStream<TcpStream>> {
        timeout(TIMEOUT, async {
            let transport = TcpStream::connect(self.address).await?;
            transport.set_nodelay(true)?;
            self.shake_hands(transport).await
        })
        .await?
    }

    async fn secure<T: Transport>(&self, transport: T) -> Outcome<SslStream<T>> {
        timeout(TIMEOUT, self.shake_hands(transport)).await?
    }

    fn is_resumed<T: Transport>(stream: &SslStream<T>) -> bool {
        stream.ssl().session_reused()
    }
}

/// What everybody on the `openssl` crate has.
pub(crate) fn context(terms: &Terms) -> Outcome<SslConnectorBuilder> {
    let mut context = SslConnector::builder(SslMethod::tls_client())?;
    policy::client(&mut context)?;
    let mut store = X509StoreBuilder::new()?;
    store.add_cert(X509::from_pem(terms.ca.as_bytes())?)?;
    context.set_cert_store(store.build());
    Ok(context)
}

impl TokioOpenssl {
    async fn shake_hands<T: Transport>(&self, transport: T) -> Outcome<SslStream<T>> {
        let mut ssl = self.connector.configure()?.into_ssl(HOSTNAME)?;
        let session = self.sessions.lock().expect("nobody panics with the lock").pop();
        if let Some(session) = session {
            session.offer(&mut ssl)?;
        }
        let mut stream = SslStream::new(ssl, transport)?;
        Pin::new(&mut stream).connect().await?;
        Ok(stream)
    }
}
