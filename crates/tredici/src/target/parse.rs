//! A target from a string.

use super::{Protocol, SocketPath, Target, TargetError};

const FORMS: &str =
    "write https://host[:port], tls://host:port, http://host[:port], tcp://host:port or unix:/path";

impl TryFrom<&str> for Target {
    type Error = TargetError;

    fn try_from(text: &str) -> Result<Self, TargetError> {
        let invalid = |what: &str| TargetError {
            code: "UND_ERR_INVALID_ARG",
            message: format!("invalid target '{}': {what}; {FORMS}", without_credentials(text)),
        };
        if let Some(path) = text.strip_prefix("unix:") {
            return unix(path).ok_or_else(|| invalid("it names no socket"));
        }
        let no_scheme = || match with_scheme(text) {
            Some(target) => invalid(&format!("it has no scheme, as in {target}")),
            None => invalid("it has no scheme"),
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(no_scheme)?;
        let protocol = protocol(scheme).ok_or_else(|| invalid("its scheme is not known"))?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if let Some(extra) = authority.find(['/', '?', '#', '@']) {
            return Err(invalid(match authority.as_bytes()[extra] {
                b'@' => "credentials have no place in it",
                _ => "it is an origin and has no path, query or fragment",
            }));
        }
        let (host, port) =
            split_port(authority).ok_or_else(|| invalid("its host and port cannot be told apart"))?;
        let hostname = host_name(host).ok_or_else(|| invalid("its host is not a name or an address"))?;
        let port = match port {
            None | Some("") => 0,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| TargetError {
                    code: "ERR_SOCKET_BAD_PORT",
                    message: format!(
                        "invalid target '{text}': the port must be from 0 to 65535, not {digits}"
                    ),
                })?
            }
            Some(_) => return Err(invalid("its port is not a number")),
        };
        if port == 0 && protocol.default_port().is_none() {
            return Err(invalid("tls: and tcp: need a port"));
        }
        Ok(Self::new(protocol, Some(hostname)).port(port))
    }
}

/// What somebody has most likely meant who left the scheme out.
fn with_scheme(text: &str) -> Option<String> {
    let target = ["tls", "https"].map(|scheme| format!("{scheme}://{text}"));
    target.into_iter().find(|target| Target::try_from(&**target).is_ok())
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.as_str().try_into()
    }
}

impl TryFrom<&String> for Target {
    type Error = TargetError;

    fn try_from(text: &String) -> Result<Self, TargetError> {
        text.as_str().try_into()
    }
}

impl std::str::FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        text.try_into()
    }
}

/// What may be shown of a target that was not understood.
fn without_credentials(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_credentials, rest)) if !text.starts_with("unix:") => format!("...@{}", rest.escape_debug()),
        _ => text.escape_debug().to_string(),
    }
}

fn protocol(scheme: &str) -> Option<Protocol> {
    [Protocol::Https, Protocol::Tls, Protocol::Http, Protocol::Tcp]
        .into_iter()
        .find(|protocol| protocol.as_str().trim_end_matches(':').eq_ignore_ascii_case(scheme))
}

fn unix(path: &str) -> Option<Target> {
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty()).then(|| Target::unix(SocketPath::from(path)))
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let end = authority.find(']')? + 1;
        let (host, rest) = authority.split_at(end);
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => None,
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

/// The host as the URL standard reads it: names in their ASCII form, addresses in their canonical one.
/// An IPv6 zone (`fe80::1%eth0`), which that standard does not know, is kept as it is.
fn host_name(host: &str) -> Option<String> {
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some((address, zone)) = bracketed.and_then(|host| host.split_once('%')) {
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        return (!zone.is_empty()).then(|| format!("{address}%{zone}"));
    }
    match url::Host::parse(host).ok()? {
        url::Host::Domain(name) => (!name.is_empty()).then_some(name),
        url::Host::Ipv4(address) => Some(address.to_string()),
        url::Host::Ipv6(address) => Some(address.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Target::try_from(text) {
            Ok(target) => target.destination().to_string(),
            Err(error) => format!("{} {error}", error.code()),
        }
    }

    #[test]
    fn every_form() {
        for (text, want) in [
            ("https://localhost", "https://localhost"),
            ("HTTPS://LocalHost:8443/", "https://localhost:8443"),
            ("https://localhost:0", "https://localhost"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("tls://db.internal:443", "tls://db.internal:443"),
            ("tcp://[::1]:5432", "tcp://[::1]:5432"),
            ("http://127.0.0.1", "http://127.0.0.1"),
            ("http://[fe80::1%lo]:80", "http://[fe80::1%lo]:80"),
            ("unix:/run/app.sock", "unix:/run/app.sock"),
            ("unix:///run/app.sock", "unix:/run/app.sock"),
            ("unix:@app", "unix:@app"),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }

    #[test]
    fn what_is_refused_says_why() {
        for (text, want) in [
            ("localhost:8443", "no scheme, as in tls://localhost:8443"),
            ("localhost", "no scheme, as in https://localhost"),
            ("user:secret@localhost:80", "no scheme; "),
            ("wss://localhost", "scheme is not known"),
            ("https://", "not a name or an address"),
            ("https://user:secret@localhost", "credentials"),
            ("https://localhost/path", "no path"),
            ("https://localhost?query", "no path"),
            ("tls://localhost", "need a port"),
            ("tcp://localhost:0", "need a port"),
            ("https://localhost:70000", "ERR_SOCKET_BAD_PORT"),
            ("https://localhost:+80", "not a number"),
            ("https://::1", "told apart"),
            ("https://[::1", "told apart"),
            ("https://[::1]x", "told apart"),
            ("https://a\0b", "not a name or an address"),
            ("unix:", "names no socket"),
        ] {
            let got = read(text);
            assert!(got.contains(want), "{text}: {got}");
            assert!(!got.contains('\0') && !got.contains("secret"));
        }
    }
}
