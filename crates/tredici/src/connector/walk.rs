//! The way of one connection: dial, handshake, check.

use super::{Connector, journey::Journey, settle::Route, snapshot::Snapshot};
use crate::{
    dial::Transport,
    error::{Error, Phase},
    options::events::{CheckFinished, CheckStarted},
    socket::Socket,
};

impl Connector {
    pub(super) async fn walk(
        &self,
        snapshot: &Snapshot,
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
        let session = snapshot.session(&tls.key);
        let secured = match snapshot.secure(tls, transport, session, journey).await {
            Err(failure) if failure.may_be_retried && route.is_dialled => {
                // The server choked on the session that it was offered. Nothing was written yet: once more, in full.
                let transport = self.dial(route, journey).await?;
                snapshot.secure(tls, transport, None, journey).await
            }
            result => result,
        };
        let secured = secured.map_err(|failure| failure.error)?;
        let choice = snapshot.context.choice().clone();
        let origin = journey.origin(&route.destination);
        let socket = Socket::secured(secured, choice, origin);
        let mut socket = self.examine(socket, journey)?;
        let sink = snapshot.sink(&socket, &tls.key);
        socket.release_sessions(sink);
        Ok(socket)
    }

    /// The caller's checks, on the finished socket.
    fn examine(&self, socket: Socket, journey: &mut Journey) -> Result<Socket, Error> {
        journey.set_phase(Phase::Check);
        for (number, check) in self.checks.iter().enumerate() {
            let started = CheckStarted { number };
            journey.watched().tell(|to, connection| to.check_started(connection, &started));
            let began = journey.elapsed();
            let verdict = check(&socket);
            let (duration, error) = (journey.elapsed() - began, verdict.as_ref().err());
            let finished = CheckFinished { number, duration, error };
            journey.watched().tell(|to, connection| to.check_finished(connection, &finished));
            if let Err(error) = verdict {
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
