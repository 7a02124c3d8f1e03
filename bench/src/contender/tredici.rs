//! tredici with its defaults.

use tredici::{ConnectOptions, Connector, Socket, Target, TlsVersion};

use super::{Contender, Terms};
use crate::{Outcome, policy::HOSTNAME};

pub(crate) struct Tredici {
    connector: Connector,
    host: String,
    port: u16,
}

impl Contender for Tredici {
    type Socket = Socket;

    fn new(terms: &Terms) -> Outcome<Self> {
        let mut options =
            ConnectOptions::new().ca(&*terms.ca).min_version(TlsVersion::Tls1_3).keep_alive(terms.keep_alive);
        if !terms.resume {
            options = options.max_cached_sessions(0);
        }
        let (host, port) = (terms.address.ip().to_string(), terms.address.port());
        Ok(Self { connector: Connector::new(options)?, host, port })
    }

    async fn connect(&self) -> Outcome<Socket> {
        let target = Target::tls(&*self.host).port(self.port).servername(HOSTNAME);
        Ok(self.connector.connect(target).await?)
    }

    fn is_resumed(socket: &Socket) -> bool {
        socket.is_session_reused()
    }
}
