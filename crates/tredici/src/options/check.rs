//! What is judged about options together: the one place for Rust and JSON.

use super::{ConnectOptions, ListenOptions, form::Place, table::Values};
use crate::{
    error::Error,
    target::{SocketPath, Target},
};

impl ConnectOptions {
    /// Every option by itself and all of them together.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.0.validate()
    }

    /// The target that `host` and `port`, `path` or `socketPath` name, for a call that names none; `None` where
    /// there is none of them either.
    ///
    /// A TLS target where any option was given that has no meaning without TLS, else a plain one.
    ///
    /// Errors: `ERR_MISSING_ARGS` where there is a `host` and neither a `port` nor a Unix socket.
    ///
    /// ```
    /// use tredici::{ConnectOptions, Pem};
    ///
    /// let options = ConnectOptions::new().port(5433);
    /// let target = options.target()?.expect("a port is given");
    /// assert_eq!(target.destination().to_string(), "tcp://localhost:5433");
    ///
    /// let target = options.ca(Pem::file("ca.pem")).target()?.expect("a port is given");
    /// assert_eq!(target.destination().to_string(), "tls://localhost:5433");
    /// # Ok::<(), tredici::Error>(())
    /// ```
    pub fn target(&self) -> Result<Option<Target>, Error> {
        let values = &self.0;
        values.check_each()?;
        values.check_socket_paths()?;
        let host = values.host.as_deref().unwrap_or(LOCALHOST);
        let port = values.port.filter(|&port| port != 0);
        if let Some(path) = &values.path {
            return Ok(Some(self.over_unix(LOCALHOST, None, path)));
        }
        if let Some(path) = &values.socket_path {
            return Ok(Some(self.over_unix(host, port, path)));
        }
        match (port, &values.host) {
            (Some(port), _) if values.names_tls() => Ok(Some(Target::tls(host).port(port))),
            (Some(port), _) => Ok(Some(Target::tcp(host).port(port))),
            (None, None) => Ok(None),
            (None, Some(_)) => {
                let message = "options.host is given without options.port";
                Err(Error::invalid("ERR_MISSING_ARGS", message).with_hint("name a port, or a path"))
            }
        }
    }

    fn over_unix(&self, host: &str, port: Option<u16>, path: &SocketPath) -> Target {
        match self.0.names_tls() {
            true => Target::tls(host).port(port.unwrap_or(0)).socket_path(path.clone()),
            false => Target::unix(path.clone()),
        }
    }
}

const LOCALHOST: &str = "localhost";

impl ListenOptions {
    /// Every option by itself and all of them together.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.0.validate()
    }
}

impl Values {
    fn validate(&self) -> Result<(), Error> {
        self.check_each()?;
        self.check_socket_paths()?;
        self.check_versions()?;
        self.check_identities()
    }

    /// One connection goes to one socket.
    fn check_socket_paths(&self) -> Result<(), Error> {
        match (&self.path, &self.socket_path) {
            (Some(path), Some(other)) if path != other => {
                Err(Place::option("socketPath").wrong_value("and options.path name different sockets"))
            }
            _ => Ok(()),
        }
    }

    fn check_versions(&self) -> Result<(), Error> {
        let (min, max) = (self.min_version(), self.max_version());
        if min <= max {
            return Ok(());
        }
        let said = |given| if given { "" } else { " (the default)" };
        let message = format!(
            "options.minVersion {min}{} is newer than options.maxVersion {max}{}",
            said(self.min_version.is_some()),
            said(self.max_version.is_some()),
        );
        Err(Error::invalid("ERR_TLS_PROTOCOL_VERSION_CONFLICT", message))
    }

    /// An identity is a certificate and its key.
    fn check_identities(&self) -> Result<(), Error> {
        let certificates = self.cert.as_ref().map_or(0, |list| list.iter().len());
        let keys = self.key.as_ref().map_or(0, |list| list.iter().len());
        match certificates == keys {
            true => Ok(()),
            false => Err(Place::option("cert").wrong_value(format!(
                "and options.key go in pairs: there are {certificates} certificates and {keys} keys"
            ))),
        }
    }
}
