//! What is judged about options together: the one place for Rust and JSON.

use std::{cmp::Ordering, net::IpAddr};

use super::{AddressFamily, ConnectOptions, ListenOptions, form::Place, table::Values};
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
        self.local_family(self.local_address)?;
        self.check_versions()?;
        self.check_identities()?;
        self.check_pins()
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

    /// The family of the addresses that can be connected to from this local address.
    pub(crate) fn local_family(&self, local: Option<IpAddr>) -> Result<AddressFamily, Error> {
        let Some(local) = local else { return Ok(self.family()) };
        let own = if local.is_ipv4() { AddressFamily::V4 } else { AddressFamily::V6 };
        match self.family() {
            AddressFamily::Any => Ok(own),
            family if family == own => Ok(own),
            _ => {
                Err(Place::option("family").wrong_value(format!("is not that of the local address {local}")))
            }
        }
    }

    /// What nobody is to enforce must be there to be reported.
    fn check_pins(&self) -> Result<(), Error> {
        match (self.pins_report_only(), &self.pins) {
            (true, None) => {
                let message = "options.pinsReportOnly needs options.pins: there is nothing to report";
                Err(Error::invalid("ERR_MISSING_ARGS", message)
                    .with_hint("give options.pins, or leave it out"))
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
        let missing = match certificates.cmp(&keys) {
            Ordering::Equal => return Ok(()),
            Ordering::Greater => "give the private key of each certificate with options.key",
            Ordering::Less => "give the certificate of each private key with options.cert",
        };
        let problem =
            format!("and options.key go in pairs: there are {certificates} certificates and {keys} keys");
        Err(Place::option("cert").wrong_value(problem).with_hint(missing))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        options::{AddressFamily, AlpnProtocols, ConnectOptions, ListenOptions, Pem, PrivateKey, TlsVersion},
        verify::Pins,
    };

    fn code(options: &ConnectOptions) -> String {
        options.validate().map_or_else(|error| error.code().to_owned(), |()| String::new())
    }

    #[test]
    fn versions_the_wrong_way_round() {
        let options = ConnectOptions::new;
        assert_eq!(code(&options().min_version(TlsVersion::Tls1_3)), "");
        assert_eq!(code(&options().min_version(TlsVersion::Tls1_0).max_version(TlsVersion::Tls1_1)), "");
        let wrong = options().min_version(TlsVersion::Tls1_3).max_version(TlsVersion::Tls1_2);
        assert_eq!(code(&wrong), "ERR_TLS_PROTOCOL_VERSION_CONFLICT");
        let error = options().max_version(TlsVersion::Tls1_1).validate().expect_err("older than the default");
        assert_eq!(
            error.message(),
            "options.minVersion TLSv1.2 (the default) is newer than options.maxVersion TLSv1.1"
        );
    }

    #[test]
    fn certificates_and_keys_go_in_pairs() {
        let (pem, key) = (|| Pem::file("a.pem"), || PrivateKey::new(Pem::file("a.key")));
        assert_eq!(code(&ConnectOptions::new().cert(pem()).key(key())), "");
        assert_eq!(code(&ConnectOptions::new().cert([pem(), pem()]).key([key(), key()])), "");
        assert_eq!(code(&ConnectOptions::new().cert(pem())), "ERR_INVALID_ARG_VALUE");
        assert_eq!(code(&ConnectOptions::new().cert([pem(), pem()]).key(key())), "ERR_INVALID_ARG_VALUE");
        assert_eq!(code(&ConnectOptions::new().cert("").key("")), "");
        let error = ListenOptions::new().key(key()).validate().expect_err("no certificate");
        assert!(error.message().contains("0 certificates and 1 keys"), "{error}");
        assert_eq!(error.hint(), Some("give the certificate of each private key with options.cert"));
    }

    #[test]
    fn two_sockets_are_one_too_many() {
        let same = ConnectOptions::new().path("/run/a").socket_path("/run/a");
        assert_eq!(code(&same), "");
        let other = ConnectOptions::new().path("/run/a").socket_path("/run/b");
        assert_eq!(code(&other), "ERR_INVALID_ARG_VALUE");
        assert_eq!(other.target().expect_err("two").code(), "ERR_INVALID_ARG_VALUE");
    }

    #[test]
    fn the_local_address_is_of_the_family() {
        let from = |family, local: &str| {
            let local = local.parse().expect(local);
            code(&ConnectOptions::new().family(family).local_address(local))
        };
        assert_eq!(from(AddressFamily::Any, "::1"), "");
        assert_eq!(from(AddressFamily::V4, "127.0.0.1"), "");
        assert_eq!(from(AddressFamily::V6, "127.0.0.1"), "ERR_INVALID_ARG_VALUE");
        assert_eq!(from(AddressFamily::V4, "::1"), "ERR_INVALID_ARG_VALUE");
    }

    #[test]
    fn what_is_to_be_reported_must_be_there() {
        let pins = || Pins::new(["sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]).expect("a pin");
        assert_eq!(code(&ConnectOptions::new().pins(pins())), "");
        assert_eq!(code(&ConnectOptions::new().pins(pins()).pins_report_only(true)), "");
        assert_eq!(code(&ConnectOptions::new().pins_report_only(false)), "");
        assert_eq!(code(&ConnectOptions::new().pins_report_only(true)), "ERR_MISSING_ARGS");
    }

    fn target(options: &ConnectOptions) -> String {
        match options.target() {
            Ok(None) => "none".to_owned(),
            Ok(Some(target)) => {
                let socket = target.destination().socket_path.as_ref().map(|path| format!(" over {path}"));
                format!("{}{}", target.destination(), socket.unwrap_or_default())
            }
            Err(error) => error.code().to_owned(),
        }
    }

    #[test]
    fn a_target_from_the_options() {
        let options = ConnectOptions::new;
        assert_eq!(target(&options()), "none");
        assert_eq!(target(&options().timeout(std::time::Duration::ZERO)), "none");
        assert_eq!(target(&options().port(5432)), "tcp://localhost:5432");
        assert_eq!(target(&options().port(5432).host("")), "tcp://localhost:5432");
        assert_eq!(target(&options().port(5432).host("::1")), "tcp://[::1]:5432");
        assert_eq!(target(&options().port(443).host("a").servername("b")), "tls://a:443");
        assert_eq!(target(&options().port(443).danger().reject_unauthorized(true)), "tls://localhost:443");
        assert_eq!(target(&options().host("a")), "ERR_MISSING_ARGS");
        assert_eq!(target(&options().host("a").port(0)), "ERR_MISSING_ARGS");
        assert_eq!(target(&options().host("a\0").port(1)), "ERR_INVALID_ARG_VALUE");
        assert_eq!(target(&options().path("/run/a").host("b").port(1)), "unix:/run/a over /run/a");
        assert_eq!(
            target(&options().path("/run/a").host("b").port(1).ca("x")),
            "tls://localhost over /run/a"
        );
        assert_eq!(target(&options().socket_path("/run/a")), "unix:/run/a over /run/a");
        assert_eq!(target(&options().socket_path("/run/a").ca("x")), "tls://localhost over /run/a");
        assert_eq!(target(&options().socket_path("/run/a").host("b").ca("x")), "tls://b over /run/a");
        assert_eq!(
            target(&options().socket_path("/run/a").host("b").port(1).ca("x")),
            "tls://b:1 over /run/a"
        );
        assert_eq!(target(&options().path("@a")), "unix:@a over @a");
    }

    #[test]
    fn what_only_tls_has_means_tls() {
        for options in [
            ConnectOptions::new().alpn_protocols(AlpnProtocols::none()),
            ConnectOptions::new().max_cached_sessions(0),
            ConnectOptions::new().danger().keylog(|_| {}),
            ConnectOptions::new().ca(""),
        ] {
            assert!(options.values().names_tls(), "{options:?}");
        }
        for options in [
            ConnectOptions::new(),
            ConnectOptions::new().host("a").port(1).no_delay(true).use_h2c(true),
            ConnectOptions::new().servername("").ciphers(""),
        ] {
            assert!(!options.values().names_tls(), "{options:?}");
        }
        assert!(ListenOptions::new().request_cert(true).values().names_tls());
    }
}
