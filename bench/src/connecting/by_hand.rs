//! What one writes by hand: tokio's sockets alone, or with `tokio-rustls` or `tokio-openssl` over them.

use std::time::Duration;

use tokio::{
    net::{TcpStream, UnixStream},
    time::timeout,
};

use super::{
    Errand, Kind,
    client::{Client, part},
};
use crate::{
    Outcome,
    contender::{Contender, Name, Terms, TokioOpenssl, TokioRustls},
};

/// tredici's default for connecting.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Tcp(Errand);

impl Tcp {
    pub(super) fn new(errand: &Errand) -> Self {
        Self(errand.clone())
    }
}

impl Client for Tcp {
    async fn visit(&self) -> Outcome<bool> {
        let stream = timeout(TIMEOUT, TcpStream::connect((self.0.address, self.0.port))).await??;
        stream.set_nodelay(true)?;
        part(stream, &self.0).await?;
        Ok(false)
    }
}

pub(super) struct Unix(Errand);

impl Unix {
    pub(super) fn new(errand: &Errand) -> Self {
        Self(errand.clone())
    }
}

impl Client for Unix {
    async fn visit(&self) -> Outcome<bool> {
        let stream = timeout(TIMEOUT, UnixStream::connect(&self.0.path)).await??;
        part(stream, &self.0).await?;
        Ok(false)
    }
}

/// A contender of the other comparison.
pub(super) struct Secured<C>(C, Errand);

pub(super) type Rustls = Secured<TokioRustls>;
pub(super) type Openssl = Secured<TokioOpenssl>;

impl Rustls {
    pub(super) fn new(errand: &Errand) -> Outcome<Self> {
        Ok(Self(TokioRustls::new(Name::TokioRustls, &terms(errand))?, errand.clone()))
    }
}

impl Openssl {
    pub(super) fn new(errand: &Errand) -> Outcome<Self> {
        Ok(Self(TokioOpenssl::new(Name::TokioOpenssl, &terms(errand))?, errand.clone()))
    }
}

impl Client for Rustls {
    async fn visit(&self) -> Outcome<bool> {
        let stream = self.0.connect().await?;
        let resumed = TokioRustls::is_resumed(&stream);
        part(stream, &self.1).await?;
        Ok(resumed)
    }
}

impl Client for Openssl {
    async fn visit(&self) -> Outcome<bool> {
        let stream = self.0.connect().await?;
        let resumed = TokioOpenssl::is_resumed(&stream);
        part(stream, &self.1).await?;
        Ok(resumed)
    }
}

pub(super) fn terms(errand: &Errand) -> Terms {
    Terms {
        address: (errand.address, errand.port).into(),
        ca: errand.ca.clone(),
        chain: String::new(),
        key: String::new(),
        resume: errand.kind == Kind::Resumed,
        remember: false,
    }
}
