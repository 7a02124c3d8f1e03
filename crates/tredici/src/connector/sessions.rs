//! The sessions of a connector, seen from outside.

use std::sync::Arc;

use super::{
    Connector, SessionStats,
    settle::{self, Settled},
    snapshot::Snapshot,
};
use crate::{
    error::Error,
    options::{Session, SessionKey, Values},
    socket::Socket,
    target::Target,
    tls::session::{KeptSession, SessionSink},
};

impl Connector {
    /// How many sessions for this target are in the cache, where they wait to be resumed. An addition of this library.
    ///
    /// # Errors
    ///
    /// Where the target cannot be read.
    pub fn cached_sessions<T>(&self, target: T) -> Result<usize, Error>
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let snapshot = self.current.load();
        let (route, _) = snapshot.settle(&self.terms.values, target.try_into().map_err(Into::into)?)?;
        Ok(route.tls.map_or(0, |key| snapshot.cache.count(&key, &snapshot.context)))
    }

    /// Takes the sessions for this target out of the cache, and those of the option `session` that were not used, to
    /// offer them in another process through that option. They are secrets. None are left here, unless a
    /// [`SessionStore`](crate::SessionStore) of the caller's keeps what it hands out: a ticket of TLS 1.3 is used once.
    ///
    /// Each says whom it belongs to: the name, the port, the protocols that were offered, and a digest of all that trust
    /// depends on. A check or `checkServerIdentity` is a function, which is equal to none in another process: there,
    /// sessions of a connector that has one are not offered.
    ///
    /// ```no_run
    /// # #[cfg(feature = "serde")]
    /// # fn example(connector: &tredici::Connector) -> Result<(), Box<dyn std::error::Error>> {
    /// use tredici::{ConnectOptions, Connector, Sessions};
    ///
    /// let sessions = connector.take_sessions("tls://db.internal:5433")?;
    /// std::fs::write("sessions.json", serde_json::to_string(&sessions)?)?; // a file for nobody else to read
    ///
    /// // In the other process:
    /// let connector = Connector::new(ConnectOptions::new().session(Sessions::file("sessions.json")))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where the target cannot be read; `UND_ERR_NOT_SUPPORTED` where the engine cannot write its sessions, which rustls
    /// cannot. They are then still here.
    pub fn take_sessions<T>(&self, target: T) -> Result<Vec<Session>, Error>
    where
        T: TryInto<Target>,
        T::Error: Into<Error>,
    {
        let snapshot = self.current.load();
        let (route, _) = snapshot.settle(&self.terms.values, target.try_into().map_err(Into::into)?)?;
        let Some(key) = &route.tls else { return Ok(Vec::new()) };
        let Snapshot { context, cache } = &*snapshot;
        let scope = Some(cache.scope(context));
        let live = |kept: KeptSession| cache.live(key, kept);
        let taken: Vec<_> = cache.take_all(key, context).into_iter().map(live).collect();
        let exported: Result<Vec<_>, Error> = taken.iter().map(|live| live.export(scope)).collect();
        if exported.is_err() {
            taken.into_iter().for_each(|live| cache.keep(key, live));
        }
        exported
    }

    /// What became of the sessions of this connector and its clones. An addition of this library.
    ///
    /// ```
    /// # let connector = tredici::Connector::new(tredici::ConnectOptions::new())?;
    /// let stats = connector.session_stats();
    /// println!("{} resumed, {} in full, {} declined", stats.hits, stats.misses, stats.refused);
    /// # Ok::<(), tredici::Error>(())
    /// ```
    pub fn session_stats(&self) -> SessionStats {
        self.current.load().cache.stats()
    }
}

impl Snapshot {
    /// The call's parameters and the options in one route.
    pub(super) fn settle(&self, values: &Values, target: Target) -> Result<Settled, Error> {
        settle::settle(values, self.cache.key_scope(&self.context), target)
    }

    /// Where the sessions of this connection go; nowhere where its peer is not authorized.
    pub(super) fn sink(&self, socket: &Socket, key: &SessionKey) -> Option<Arc<dyn SessionSink>> {
        let judgement = socket.judgement().filter(|judgement| judgement.is_authorized())?;
        self.cache.sink(key, judgement.peer.clone(), &self.context)
    }
}
