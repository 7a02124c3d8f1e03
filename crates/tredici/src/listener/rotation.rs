//! Another identity, other authorities for clients, other revocation lists, while the listener listens.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::Listener;
use crate::{
    error::Error,
    options::ListenOptions,
    tls::context::{Choice, ServerContext},
};

/// What TLS connections are accepted under, and what it was made from.
pub(super) struct Terms {
    context: ArcSwap<ServerContext>,
    pub(super) choice: Arc<Choice>,
    options: Mutex<ListenOptions>,
}

impl Terms {
    pub(super) fn new(options: ListenOptions) -> Result<Self, Error> {
        let context = ServerContext::new(options.values())?;
        let choice = context.choice().clone();
        Ok(Self { context: ArcSwap::from_pointee(context), choice, options: Mutex::new(options) })
    }

    /// The present context: a connection keeps the one that it was accepted under.
    pub(super) fn context(&self) -> Arc<ServerContext> {
        self.context.load_full()
    }
}

impl Listener {
    /// Reads the files anew that the options name, such as [`Pem::file`](crate::Pem::file) in `cert` and `key`: what was
    /// renewed in place is used from now on. An addition. It reads files and blocks for as long.
    ///
    /// # Errors
    ///
    /// Those of [`rotate`](Self::rotate).
    pub fn reload(&self) -> Result<(), Error> {
        self.rotate(ListenOptions::new())
    }

    /// Replaces who this listener is and whose clients it trusts: those of `cert`, `key`, `passphrase`, `ca` and `crl` that
    /// are given here, at once and as a whole. What is not given stays as it was; files are read anew all the same. An
    /// addition.
    ///
    /// Connections that were accepted before go on under the terms that they began with. Session tickets of the old terms
    /// are not taken any more. The engine stays what it was. It reads files and blocks for as long.
    ///
    /// ```no_run
    /// use tredici::{ListenOptions, Listener, Pem};
    ///
    /// # fn example(listener: Listener) -> Result<(), tredici::Error> {
    /// listener.rotate(ListenOptions::new().cert(Pem::file("server.2.pem")).key(Pem::file("server.2.key")))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Phase `options`: those of [`Listener::bind`]; `ERR_INVALID_ARG_VALUE` for an option that cannot be replaced;
    /// `UND_ERR_NOT_SUPPORTED` for a value that the listener's engine does not honour; `UND_ERR_INVALID_ARG` where the
    /// listener is plain. The old terms are then still in force.
    #[expect(clippy::needless_pass_by_value, reason = "options are given away: later changes have no effect")]
    pub fn rotate(&self, options: ListenOptions) -> Result<(), Error> {
        let Some(terms) = &self.terms else {
            let message = "the listener is plain: there is no identity to replace";
            return Err(Error::invalid("UND_ERR_INVALID_ARG", message)
                .with_hint("bind it with options.cert and options.key"));
        };
        // One after another: who comes second builds on what the first has made.
        let mut present = terms.options.lock().unwrap_or_else(PoisonError::into_inner);
        let rotated = present.rotated(&options)?;
        rotated.validate()?;
        terms.context.store(Arc::new(ServerContext::on(terms.choice.clone(), rotated.values())?));
        *present = rotated;
        Ok(())
    }
}
