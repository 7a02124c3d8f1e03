//! The way of one connection: dial, handshake, check.

use super::{
    Connector,
    journey::Journey,
    secure::{HandshakeFailure, Second},
    settle::Route,
    snapshot::Snapshot,
};
use crate::{
    dial::Transport,
    error::{Error, Phase},
    options::SessionKey,
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
            Some(given) => {
                self.terms.socket.apply_to_given(&given)?;
                given
            }
            None => self.dial(route, journey).await?,
        };
        match &route.server {
            // In a box: who does not go it would have its size moved about with all the others.
            Some(key) => Box::pin(self.walk_on(snapshot, route, key, transport, journey)).await,
            None => {
                let mut socket = Socket::plain(transport, journey.origin(&route.destination));
                socket.set_prior_knowledge(self.terms.values.use_h2c());
                self.examine(&mut socket, journey).await?;
                Ok(socket)
            }
        }
    }

    /// The way that TLS adds.
    async fn walk_on(
        &self,
        snapshot: &Snapshot,
        route: &Route,
        key: &SessionKey,
        transport: Transport,
        journey: &mut Journey,
    ) -> Result<Socket, Error> {
        // Taken only now that the transport stands, so that none is lost to a failed dial.
        journey.set_phase(Phase::SecureConnect);
        let left = || journey.left(self.terms.values.timeout());
        let (session, lead) = snapshot.cache.obtain(key, &snapshot.context, left).await;
        let secured = match self.secure_in_time(snapshot, route, key, transport, session, journey).await? {
            Err(HandshakeFailure { second: second @ (Second::MayHelp | Second::Tells(_)), .. })
                if route.is_dialled =>
            {
                // Nothing was written yet: once more, in full.
                let transport = self.dial(route, journey).await?;
                let secured = self.secure_in_time(snapshot, route, key, transport, None, journey).await?;
                if let (Ok(_), Second::Tells(offered)) = (&secured, &second) {
                    snapshot.declined(key, offered, journey);
                }
                secured
            }
            result => result,
        };
        let secured = secured.map_err(|failure| failure.error)?;
        let choice = snapshot.context.choice().clone();
        let origin = journey.origin(&route.destination);
        let mut socket = Socket::secured(secured, choice, origin);
        let ours = socket.tls_identity();
        self.examine(&mut socket, journey).await?;
        if socket.tls_identity() != ours {
            // A check has put another connection in its place, whose sessions are not ours to keep.
            return Ok(socket);
        }
        let sink = snapshot.sink(&socket, key);
        let keeps = sink.is_some();
        socket.release_sessions(sink);
        if let Some(lead) = lead {
            lead.land(&mut socket, keeps, journey.left(self.terms.values.timeout())).await;
        }
        Ok(socket)
    }
}
