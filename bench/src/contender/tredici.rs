//! tredici with its defaults, but for the probes of idle connections: nobody else sets the four options that these need.

use tredici::{ConnectOptions, Connector, Engine, Socket, Target, TlsVersion};

use super::{Contender, Name, Terms, Transport};
use crate::{Outcome, policy::HOSTNAME};

pub(crate) struct Tredici {
    connector: Connector,
    host: String,
    port: u16,
}

impl Contender for Tredici {
    type Socket<T: Transport> = Socket;

    fn new(name: Name, terms: &Terms) -> Outcome<Self> {
        let mut options = ConnectOptions::new()
            .engine(engine(name))
            .ca(&*terms.ca)
            .min_version(TlsVersion::Tls1_3)
            .keep_alive(false)
            .remember_verdicts(terms.remember);
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

    async fn secure<T: Transport>(&self, transport: T) -> Outcome<Socket> {
        Ok(self.connector.connect(Target::tls(HOSTNAME).over(transport)).await?)
    }

    fn is_resumed<T: Transport>(socket: &Socket) -> bool {
        socket.is_session_reused()
    }
}

fn engine(name: Name) -> Engine {
    if name == Name::TrediciRustls { Engine::Rustls } else { Engine::OpenSsl }
}

/// What `Connector::new` makes of no options.
pub(crate) fn connector_with_default_roots(name: Name) -> Outcome<Connector> {
    Ok(Connector::new(ConnectOptions::new().engine(engine(name)))?)
}
