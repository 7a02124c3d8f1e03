//! hyper-util's connector with `hyper-rustls` or `hyper-openssl` over it, called as a client of hyper's calls them.

use std::{future::poll_fn, time::Duration};

use http::Uri;
use hyper_openssl::client::legacy::HttpsConnector as OverOpenssl;
use hyper_rustls::{
    FixedServerNameResolver, HttpsConnector as OverRustls, HttpsConnectorBuilder, MaybeHttpsStream,
};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use openssl::x509::verify::X509CheckFlags;
use rustls::HandshakeKind;
use tower_service::Service;

use super::{
    Errand, Kind,
    by_hand::terms,
    client::{Client, part},
};
use crate::{
    Outcome,
    contender::{tokio_openssl, tokio_rustls},
};

/// tredici's default for connecting.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Rustls {
    connector: OverRustls<HttpConnector>,
    uri: Uri,
    errand: Errand,
}

impl Rustls {
    pub(super) fn new(errand: &Errand) -> Outcome<Self> {
        let name = errand.servername.clone().try_into()?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tokio_rustls::config(&terms(errand))?)
            .https_or_http()
            .with_server_name_resolver(FixedServerNameResolver::new(name))
            .enable_http1()
            .wrap_connector(http_connector());
        Ok(Self { connector, uri: uri(errand)?, errand: errand.clone() })
    }
}

impl Client for Rustls {
    async fn visit(&self) -> Outcome<bool> {
        let mut connector = self.connector.clone();
        poll_fn(|cx| connector.poll_ready(cx)).await?;
        let stream = connector.call(self.uri.clone()).await?;
        let resumed = match &stream {
            MaybeHttpsStream::Http(_) => false,
            MaybeHttpsStream::Https(stream) => {
                stream.inner().get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
            }
        };
        part(TokioIo::new(stream), &self.errand).await?;
        Ok(resumed)
    }
}

pub(super) struct Openssl {
    connector: OverOpenssl<HttpConnector>,
    uri: Uri,
    errand: Errand,
}

impl Openssl {
    pub(super) fn new(errand: &Errand) -> Outcome<Self> {
        let context = tokio_openssl::context(&terms(errand))?;
        let mut connector = OverOpenssl::with_connector(http_connector(), context)?;
        let name = errand.servername.clone();
        // The address is connected to, and the name verified.
        connector.set_callback(move |ssl, _| {
            ssl.set_verify_hostname(false);
            ssl.set_hostname(&name)?;
            ssl.param_mut().set_hostflags(X509CheckFlags::NO_PARTIAL_WILDCARDS);
            ssl.param_mut().set_host(&name)
        });
        Ok(Self { connector, uri: uri(errand)?, errand: errand.clone() })
    }
}

impl Client for Openssl {
    async fn visit(&self) -> Outcome<bool> {
        use hyper_openssl::client::legacy::MaybeHttpsStream;

        let mut connector = self.connector.clone();
        poll_fn(|cx| connector.poll_ready(cx)).await?;
        let stream = connector.call(self.uri.clone()).await?;
        let resumed = match &stream {
            MaybeHttpsStream::Http(_) => false,
            MaybeHttpsStream::Https(stream) => stream.ssl().session_reused(),
        };
        part(TokioIo::new(stream), &self.errand).await?;
        Ok(resumed)
    }
}

fn http_connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(TIMEOUT));
    connector
}

fn uri(errand: &Errand) -> Outcome<Uri> {
    let scheme = if errand.kind == Kind::Tcp { "http" } else { "https" };
    Ok(format!("{scheme}://{}:{}/", errand.address, errand.port).parse()?)
}
