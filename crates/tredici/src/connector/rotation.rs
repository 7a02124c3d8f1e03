//! Another identity, other authorities, other revocation lists, while the connector lives.

use std::sync::{Arc, PoisonError};

use tokio::time::Instant;

use super::{Connector, Terms};
use crate::{
    error::Error,
    options::{ConnectOptions, tell_rotation},
    tls::context::ClientContext,
};

impl Connector {
    /// Reads the files anew that the options name, such as [`Pem::file`](crate::Pem::file) in `ca`, `cert` and `key`,
    /// and the system's authorities where `caStore` names these: what was renewed in place is used from now on. An
    /// addition.
    ///
    /// As [`rotate`](Self::rotate) does with nothing but the files changed. It reads files and blocks for as long.
    ///
    /// # Errors
    ///
    /// Those of [`rotate`](Self::rotate).
    pub fn reload(&self) -> Result<(), Error> {
        self.rotate(ConnectOptions::new())
    }

    /// Replaces whom this connector trusts and who it is: those of `ca`, `extraCa`, `caStore`, `crl`, `pins`,
    /// `pinsReportOnly`, `cert`, `key` and `passphrase` that are given here. What is not given stays as it was; files are
    /// read anew all the same. An addition.
    ///
    /// It happens at once and as a whole, for this connector, its clones and all that [`check`](Self::check) derived from
    /// it. A connection that has begun goes on under the terms that it began with, as open sockets do. Sessions of the
    /// old terms are dropped, those that come later on such connections too, and so is the option `session`: under the
    /// new terms every peer is verified in full. Of a [`SessionStore`](crate::SessionStore) that others use, too, these
    /// are the sessions that this connector has put there, where the store implements
    /// [`retain_all`](crate::SessionStore::retain_all); what others have put there stays, and is resumed here where they
    /// are on the new terms, too. The engine stays what it was. It reads files and blocks for as long. Observers of this
    /// connector are told ([`Observer::rotated`](crate::Observer::rotated)), and so is `tracing`.
    ///
    /// ```no_run
    /// use tredici::{ConnectOptions, Connector, Pem};
    ///
    /// # fn example(connector: Connector) -> Result<(), tredici::Error> {
    /// let renewed = ConnectOptions::new().cert(Pem::file("client.2.pem")).key(Pem::file("client.2.key"));
    /// connector.rotate(renewed)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Phase `options`: those of [`Connector::new`]; `ERR_INVALID_ARG_VALUE` for an option that cannot be replaced;
    /// `UND_ERR_NOT_SUPPORTED` for a value that the connector's engine does not honour. The old terms are then still in
    /// force.
    #[expect(clippy::needless_pass_by_value, reason = "options are given away: later changes have no effect")]
    pub fn rotate(&self, options: ConnectOptions) -> Result<(), Error> {
        let began = Instant::now();
        let outcome = self.terms.replace(&options, |_, _| true).map(drop);
        tell_rotation(self.observer.as_deref(), self.id(), began.elapsed(), outcome.as_ref().copied());
        outcome
    }
}

impl Terms {
    /// The options with all that has been replaced since.
    pub(super) fn rotated(&self) -> Arc<ConnectOptions> {
        self.rotated.load_full()
    }

    /// Compiles the options anew, with these in the place of those that are there, and puts them in force where `wanted`
    /// says so of the present context and the new one. Tells whether it did.
    pub(super) fn replace(
        &self,
        options: &ConnectOptions,
        wanted: impl FnOnce(&ClientContext, &ClientContext) -> bool,
    ) -> Result<bool, Error> {
        // One after another: who comes second builds on what the first has made.
        let _turn = self.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        let rotated = self.rotated().rotated(options)?;
        rotated.validate()?;
        let context = ClientContext::on(self.choice.clone(), rotated.values())?;
        let is_wanted = self.family.present().is_some_and(|present| wanted(&present, &context));
        if is_wanted {
            self.family.replace(context, rotated.values());
            self.rotated.store(Arc::new(rotated));
        }
        Ok(is_wanted)
    }
}
