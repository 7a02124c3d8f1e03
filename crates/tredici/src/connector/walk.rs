//! The way of one connection: dial, handshake, check.

use super::{Connector, journey::Journey, settle::Route, snapshot::Snapshot};
use crate::{dial::Transport, error::Error, socket::Socket};

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
            let mut socket = socket.with_prior_knowledge(self.terms.values.use_h2c());
            self.examine(&mut socket, journey).await?;
            return Ok(socket);
        };
        // Taken only now that the transport stands, so that none is lost to a failed dial.
        let session = snapshot.session(&tls.key);
        let secured = match self.secure_in_time(snapshot, route, tls, transport, session, journey).await? {
            Err(failure) if failure.may_be_retried && route.is_dialled => {
                // The server choked on the session that it was offered. Nothing was written yet: once more, in full.
                let transport = self.dial(route, journey).await?;
                self.secure_in_time(snapshot, route, tls, transport, None, journey).await?
            }
            result => result,
        };
        let secured = secured.map_err(|failure| failure.error)?;
        let choice = snapshot.context.choice().clone();
        let origin = journey.origin(&route.destination);
        let mut socket = Socket::secured(secured, choice, origin);
        self.examine(&mut socket, journey).await?;
        let sink = snapshot.sink(&socket, &tls.key);
        socket.release_sessions(sink);
        Ok(socket)
    }
}
