//! The way of one connection: dial, handshake, check.

use super::{
    Connector,
    journey::Journey,
    secure::{HandshakeFailure, Second},
    settle::Route,
};
use crate::{
    dial::Transport,
    error::{Error, Phase},
    socket::Socket,
};

impl Connector {
    pub(super) async fn walk(
        &self,
        route: &Route,
        over: Option<Transport>,
        journey: &mut Journey,
    ) -> Result<Socket, Error> {
        let transport = match over {
            Some(transport) => transport,
            None => self.dial(route, journey).await?,
        };
        let Some(tls) = &route.tls else {
            let socket = Socket::plain(transport, journey.origin(&route.destination));
            return self.examine(socket.with_prior_knowledge(self.terms.values.use_h2c()), journey);
        };
        // Taken only now that the transport stands, so that none is lost to a failed dial.
        journey.set_phase(Phase::SecureConnect);
        let (session, lead) = self.cache.obtain(&tls.key, &self.terms.context).await;
        let secured = match self.secure(tls, transport, session, journey).await {
            Err(HandshakeFailure { second: second @ (Second::MayHelp | Second::Tells(_)), .. })
                if route.is_dialled =>
            {
                // Nothing was written yet: once more, in full.
                let transport = self.dial(route, journey).await?;
                let secured = self.secure(tls, transport, None, journey).await;
                if let (Ok(_), Second::Tells(offered)) = (&secured, &second) {
                    self.cache.declined(&tls.key, offered);
                }
                secured
            }
            result => result,
        };
        let secured = secured.map_err(|failure| failure.error)?;
        let context = &self.terms.context;
        let origin = journey.origin(&route.destination);
        let socket = Socket::secured(secured, context.choice().clone(), origin);
        let mut socket = self.examine(socket, journey)?;
        let sink = self.sink(&socket, &tls.key);
        let keeps = sink.is_some();
        socket.release_sessions(sink);
        if let Some(lead) = lead {
            lead.land(&mut socket, keeps).await;
        }
        Ok(socket)
    }

    /// The caller's checks, on the finished socket.
    fn examine(&self, socket: Socket, journey: &mut Journey) -> Result<Socket, Error> {
        journey.set_phase(Phase::Check);
        for check in self.checks.iter() {
            if let Err(error) = check(&socket) {
                let error = error.with_attempts(socket.attempts().to_vec());
                return Err(match error.peer_certificate() {
                    Some(_) => error,
                    None => error.with_peer_certificate(socket.peer_certificate().cloned()),
                });
            }
        }
        Ok(socket)
    }
}
