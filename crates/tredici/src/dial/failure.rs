//! Why an address could not be connected to, and why none of them could.

use std::{fmt, io, net::SocketAddr, time::Duration};

use super::silence::unanswered;
use crate::{
    error::{Attempt, AttemptError, Error, ErrorKind, Phase, system_code},
    target::RemoteAddress,
};

/// Why one attempt failed.
#[derive(Debug)]
pub(super) struct Failure {
    syscall: &'static str,
    place: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    System(io::Error),
    /// While this option was applied.
    Option(&'static str, io::Error),
    /// The caller's `configureSocket` said so.
    Caller(io::Error),
    /// `attemptTimeout` has passed.
    TimedOut(Duration),
}

const UNANSWERED: &str = "nobody answers there; check address and firewall, or allow more time";

impl Failure {
    pub(super) fn of(syscall: &'static str, place: impl fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self { syscall, place: place.to_string(), cause: Cause::System(error) }
    }

    pub(super) fn of_option(option: &'static str, place: impl fmt::Display, error: io::Error) -> Self {
        Self { syscall: "setsockopt", place: place.to_string(), cause: Cause::Option(option, error) }
    }

    pub(super) fn of_caller(place: &RemoteAddress, error: io::Error) -> Self {
        Self { syscall: "configureSocket", place: place.to_string(), cause: Cause::Caller(error) }
    }

    pub(super) fn timed_out(place: impl fmt::Display, limit: Duration) -> Self {
        Self { syscall: "connect", place: place.to_string(), cause: Cause::TimedOut(limit) }
    }

    fn code(&self) -> std::borrow::Cow<'static, str> {
        match &self.cause {
            Cause::System(error) | Cause::Option(_, error) | Cause::Caller(error) => system_code(error),
            Cause::TimedOut(_) => "ETIMEDOUT".into(),
        }
    }

    fn system_call(&self) -> Option<&'static str> {
        matches!(self.cause, Cause::System(_) | Cause::Option(..)).then_some(self.syscall)
    }

    fn errno(&self) -> Option<i32> {
        match &self.cause {
            Cause::System(error) | Cause::Option(_, error) | Cause::Caller(error) => error.raw_os_error(),
            Cause::TimedOut(_) => None,
        }
    }

    fn message(&self) -> String {
        let Self { syscall, place, .. } = self;
        let code = self.code();
        match &self.cause {
            Cause::System(_) => format!("{syscall} {code} {place}"),
            Cause::Option(option, _) => format!("{syscall} {code} {place} (options.{option})"),
            Cause::Caller(error) => format!("{syscall} {code} {place}: {error}"),
            Cause::TimedOut(limit) => {
                format!("{syscall} {code} {place} (attemptTimeout: {}ms)", limit.as_millis())
            }
        }
    }

    pub(super) fn attempt_error(&self) -> AttemptError {
        let error =
            AttemptError::new(self.code(), self.message()).of_system(self.system_call(), self.errno());
        if self.is_of_terms() { error.of_terms() } else { error }
    }

    /// Whether what the caller has asked of the socket is what cannot be done, or the caller's `configureSocket` said no.
    fn is_of_terms(&self) -> bool {
        matches!(self.cause, Cause::Option(..) | Cause::Caller(_)) || self.syscall == "bind"
    }

    fn hint(&self, is_unix: bool) -> Option<&'static str> {
        let code = self.code();
        Some(match (&*code, is_unix) {
            ("ECONNREFUSED", true) => "nobody listens on this socket; is the server running?",
            ("ECONNREFUSED", false) => "nothing listens there; check the port, and that the server runs",
            ("ENOENT", true) => "there is no such socket; check the path, and that the server runs",
            ("EACCES", true) => "you may not use this socket; check its permissions",
            ("ETIMEDOUT", _) => UNANSWERED,
            ("EINVAL", true) => "a socket's path has at most 107 bytes and no NUL",
            _ => return self.hint_on_terms(&code),
        })
    }

    fn hint_on_terms(&self, code: &str) -> Option<&'static str> {
        Some(match (&self.cause, self.syscall, code) {
            (Cause::Option("mark", _), _, "EPERM") => "to mark packets takes the capability CAP_NET_ADMIN",
            (Cause::Option("bindDevice", _), _, "EPERM") => {
                "to bind to a device takes the capability CAP_NET_RAW on this system"
            }
            (Cause::Option("bindDevice", _), _, "ENODEV") => "this machine has no such network device",
            (_, "bind", "EADDRNOTAVAIL") => "options.localAddress is not an address of this machine",
            (_, "bind", "EADDRINUSE") => "options.localPort is taken; another socket has it",
            (_, "bind", "EACCES") => "options.localPort below 1024 takes the capability CAP_NET_BIND_SERVICE",
            (_, "bind", "EINVAL" | "EAFNOSUPPORT") => {
                "options.localAddress is of the other family than this address"
            }
            _ => return None,
        })
    }
}

/// No address could be connected to: the first failure gives the code, as in Node, and all are listed. Where one of
/// several had no answer in time it is a matter of time, as in undici, whichever failed first.
pub(super) fn none_answered(first: Failure, attempts: &[Attempt]) -> Error {
    let is_unix = matches!(attempts.first().map(Attempt::address), Some(RemoteAddress::Unix(_)));
    let (hint, syscall) = (first.hint(is_unix), first.system_call());
    let error = match attempts {
        [] => alone(first, Duration::ZERO),
        [attempt] => alone(first, attempt.elapsed()),
        several => together(first, several),
    };
    let error = match syscall {
        Some(syscall) if error.kind() == ErrorKind::System => error.with_syscall(syscall),
        _ => error,
    };
    match hint {
        _ if error.kind() == ErrorKind::Timeout => {
            error.with_hint(format!("{}, or allow more time", unanswered(attempts)))
        }
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn alone(failure: Failure, elapsed: Duration) -> Error {
    let (code, message) = (failure.code(), failure.message());
    match failure.cause {
        Cause::System(error) | Cause::Option(_, error) | Cause::Caller(error) => {
            Error::new(ErrorKind::System, Phase::Connect, code, message).with_source(error)
        }
        Cause::TimedOut(limit) => {
            let limit = limit.as_millis();
            timed_out(&format!("attempted address: {}, attemptTimeout: {limit}ms", failure.place), elapsed)
        }
    }
}

fn together(first: Failure, attempts: &[Attempt]) -> Error {
    let failed = || attempts.iter().filter_map(|attempt| Some((attempt.address(), attempt.error()?)));
    let tried: Vec<_> = failed().map(|(address, error)| format!("{address} {}", error.code())).collect();
    let tried = tried.join(", ");
    if failed().any(|(_, error)| error.code() == "ETIMEDOUT") {
        let begin = attempts.iter().map(Attempt::start).min().unwrap_or_default();
        let end =
            attempts.iter().map(|attempt| attempt.start() + attempt.elapsed()).max().unwrap_or_default();
        let limit = match first.cause {
            Cause::TimedOut(limit) => format!(", attemptTimeout: {}ms", limit.as_millis()),
            _ => String::new(),
        };
        return timed_out(&format!("attempted addresses: {tried}{limit}"), end.saturating_sub(begin));
    }
    let code = first.code();
    let message = format!("{} {code}: no address answered ({tried})", first.syscall);
    let error = Error::new(ErrorKind::System, Phase::Connect, code, message);
    match first.cause {
        Cause::System(source) | Cause::Option(_, source) | Cause::Caller(source) => error.with_source(source),
        Cause::TimedOut(_) => error,
    }
}

fn timed_out(tried: &str, elapsed: Duration) -> Error {
    let message = format!("Connect Timeout Error ({tried}) during connect after {}ms", elapsed.as_millis());
    Error::new(ErrorKind::Timeout, Phase::Connect, "UND_ERR_CONNECT_TIMEOUT", message)
}

/// There was nothing to connect to.
pub(super) fn no_address() -> Error {
    Error::new(ErrorKind::Lookup, Phase::Lookup, "ENOTFOUND", "there is no address to connect to")
}

/// As Node words the local end of a socket: the port only where it was asked for.
pub(super) fn local_place(local: SocketAddr) -> String {
    match local.port() {
        0 => local.ip().to_string(),
        port => format!("{}:{port}", local.ip()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn address(number: u8) -> RemoteAddress {
        RemoteAddress::Ip(([10, 0, 0, number], 80).into())
    }

    fn errno(number: i32) -> io::Error {
        io::Error::from_raw_os_error(number)
    }

    /// The error for these failures, the first of them first.
    fn error(failures: impl IntoIterator<Item = Failure>) -> Error {
        let mut failures: Vec<_> = failures.into_iter().collect();
        let ended = failures.iter().zip(1..).map(|(failure, number)| {
            let mut attempt = Attempt::begin(address(number), Duration::ZERO);
            attempt.end(Duration::from_millis(400), Some(failure.attempt_error()));
            attempt
        });
        let attempts: Vec<_> = ended.collect();
        none_answered(failures.remove(0), &attempts)
    }

    #[test]
    fn an_option_that_the_system_refuses_is_named_with_what_to_do() {
        for (option, number, message, hint) in [
            ("mark", libc::EPERM, "setsockopt EPERM 10.0.0.1:80 (options.mark)", "CAP_NET_ADMIN"),
            ("bindDevice", libc::EPERM, "setsockopt EPERM 10.0.0.1:80 (options.bindDevice)", "CAP_NET_RAW"),
            ("bindDevice", libc::ENODEV, "setsockopt ENODEV 10.0.0.1:80 (options.bindDevice)", "no such"),
        ] {
            let error = error([Failure::of_option(option, address(1), errno(number))]);
            assert_eq!((error.message(), error.kind()), (message, ErrorKind::System));
            assert!(error.hint().expect(message).contains(hint), "{error}");
        }
    }

    #[test]
    fn the_local_end_says_what_is_wrong_with_it() {
        let bind = |place: &str, number| error([Failure::of("bind", place)(errno(number))]);
        let taken = bind("0.0.0.0:5", libc::EADDRINUSE);
        assert_eq!(taken.message(), "bind EADDRINUSE 0.0.0.0:5");
        assert!(taken.hint().expect("a hint").contains("localPort"));
        assert!(bind("1.2.3.4", libc::EADDRNOTAVAIL).hint().expect("a hint").contains("localAddress"));
        assert!(bind("0.0.0.0:5", libc::EACCES).hint().expect("a hint").contains("1024"));
        assert!(bind("::1", libc::EINVAL).hint().expect("a hint").contains("family"));
    }

    /// Whichever failed first.
    #[test]
    fn where_one_had_no_answer_in_time_it_is_a_matter_of_time() {
        let limit = Duration::from_millis(400);
        let late = |number| Failure::timed_out(address(number), limit);
        let of = |code| move |number| Failure::of("connect", address(number))(errno(code));
        let (refused, unanswered) = (of(libc::ECONNREFUSED), of(libc::ETIMEDOUT));
        const TIMEOUT: &str = "UND_ERR_CONNECT_TIMEOUT";
        for (error, code, message, hint) in [
            (
                error([late(1)]),
                TIMEOUT,
                "Connect Timeout Error (attempted address: 10.0.0.1:80, attemptTimeout: 400ms) \
                 during connect after 400ms",
                "nobody answers there; ",
            ),
            (
                error([late(1), late(2)]),
                TIMEOUT,
                "Connect Timeout Error (attempted addresses: 10.0.0.1:80 ETIMEDOUT, 10.0.0.2:80 ETIMEDOUT, \
                 attemptTimeout: 400ms) during connect after 400ms",
                "nobody answers there; ",
            ),
            (
                error([late(1), refused(2)]),
                TIMEOUT,
                "Connect Timeout Error (attempted addresses: 10.0.0.1:80 ETIMEDOUT, 10.0.0.2:80 ECONNREFUSED, \
                 attemptTimeout: 400ms) during connect after 400ms",
                "nobody answers at 10.0.0.1:80; ",
            ),
            (
                error([refused(1), unanswered(2)]),
                TIMEOUT,
                "Connect Timeout Error (attempted addresses: 10.0.0.1:80 ECONNREFUSED, 10.0.0.2:80 ETIMEDOUT) \
                 during connect after 400ms",
                "nobody answers at 10.0.0.2:80; ",
            ),
            // As the system has it.
            (error([unanswered(1)]), "ETIMEDOUT", "connect ETIMEDOUT 10.0.0.1:80", "nobody answers there; "),
            (
                error([refused(1), refused(2)]),
                "ECONNREFUSED",
                "connect ECONNREFUSED: no address answered (10.0.0.1:80 ECONNREFUSED, 10.0.0.2:80 ECONNREFUSED)",
                "nothing listens there; ",
            ),
        ] {
            assert_eq!((error.code(), error.message()), (code, message));
            assert!(error.hint().expect(message).contains(hint) && error.retryable(), "{error}");
            // One of them that the system has refused is not why.
            assert_eq!(error.errno().is_none(), code == TIMEOUT, "{error}");
        }
    }
}
