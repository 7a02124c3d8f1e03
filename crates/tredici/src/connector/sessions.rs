//! The sessions of a connector, seen from outside.

use std::sync::Arc;

use super::{Connector, cache::SessionKey, settle, snapshot::Snapshot, supplied};
use crate::{error::Error, options::Session, socket::Socket, target::Target, tls::session::SessionSink};

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
        let target = target.try_into().map_err(Into::into)?;
        let (route, _) = settle::settle(&self.terms.values, target)?;
        let Snapshot { context, cache, .. } = &*self.current.load();
        Ok(route.tls.map_or(0, |tls| cache.count(&tls.key, context.now())))
    }

    /// Takes the sessions for this target out of the cache, and those of the option `session` that were not used, to
    /// offer them in another process through that option. They are secrets. None are left here: a ticket of TLS 1.3 is
    /// used once.
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
        let target = target.try_into().map_err(Into::into)?;
        let (route, _) = settle::settle(&self.terms.values, target)?;
        let Some(tls) = &route.tls else { return Ok(Vec::new()) };
        let Snapshot { context, supplied, cache } = &*self.current.load();
        let now = context.now();
        let mut kept = supplied.take_all(&tls.key, now);
        kept.extend(cache.take_all(&tls.key, now));
        let export = |kept| supplied::export(kept, &tls.key, context);
        let exported: Result<Vec<_>, Error> = kept.iter().map(export).collect();
        if exported.is_err() {
            cache.give_back(&tls.key, kept);
        }
        exported
    }
}

impl Snapshot {
    /// Where the sessions of this connection go; nowhere where its peer is not authorized.
    pub(super) fn sink(&self, socket: &Socket, key: &Arc<SessionKey>) -> Option<Arc<dyn SessionSink>> {
        let judgement = socket.judgement().filter(|judgement| judgement.is_authorized())?;
        let clock = self.context.clock().clone();
        self.cache.sink(key, judgement.peer.clone(), clock)
    }
}
