//! tredici with its defaults, but for the probes of idle connections and the protocols to offer: nobody else has any.

use tredici::{AlpnProtocols, ConnectOptions, Connector, Engine, Target, TlsVersion};

use super::{
    Errand, Kind, Peer,
    client::{Client, part},
};
use crate::Outcome;

pub(super) struct Tredici {
    connector: Connector,
    host: String,
    errand: Errand,
}

impl Tredici {
    pub(super) fn new(peer: Peer, errand: &Errand) -> Outcome<Self> {
        let mut options = ConnectOptions::new().keep_alive(false);
        if errand.kind.has_tls() {
            options = options
                .engine(if peer == Peer::TrediciRustls { Engine::Rustls } else { Engine::OpenSsl })
                .ca(&*errand.ca)
                .min_version(TlsVersion::Tls1_3)
                .alpn_protocols(AlpnProtocols::none())
                .remember_verdicts(errand.kind != Kind::Anew);
            if errand.kind != Kind::Resumed {
                options = options.max_cached_sessions(0);
            }
        }
        Ok(Self {
            connector: Connector::new(options)?,
            host: errand.address.to_string(),
            errand: errand.clone(),
        })
    }

    fn target(&self) -> Target {
        let Errand { kind, port, path, servername, .. } = &self.errand;
        match kind {
            Kind::Tcp => Target::tcp(&*self.host).port(*port),
            Kind::Unix => Target::unix(path.as_path()),
            _ => Target::tls(&*self.host).port(*port).servername(servername),
        }
    }
}

impl Client for Tredici {
    async fn visit(&self) -> Outcome<bool> {
        let socket = self.connector.connect(self.target()).await?;
        let resumed = socket.is_session_reused();
        part(socket, &self.errand).await?;
        Ok(resumed)
    }
}
