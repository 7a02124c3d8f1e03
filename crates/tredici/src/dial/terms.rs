//! What a socket is given before it connects.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::AsFd,
    time::Duration,
};

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive};

use super::{
    Transport,
    failure::{self, Failure, local_place},
    opening,
};
use crate::{
    error::{Error, ErrorKind, Phase, system_code},
    options::{ConfigureSocket, Values},
    target::{RemoteAddress, SocketPath},
};

/// The options for sockets, read once for a connector.
#[derive(Debug, Clone)]
pub(crate) struct SocketTerms {
    no_delay: bool,
    keep_alive: Option<TcpKeepalive>,
    type_of_service: Option<u8>,
    user_timeout: Option<Duration>,
    device: Option<String>,
    mark: Option<u32>,
    fast_open: bool,
    multipath: bool,
    send_buffer: Option<u32>,
    receive_buffer: Option<u32>,
    configure: Option<ConfigureSocket>,
    local_port: u16,
    /// How long one attempt may take.
    pub(super) attempt_timeout: Option<Duration>,
}

impl SocketTerms {
    /// Says what this system does not have.
    pub(crate) fn new(values: &Values) -> Result<Self, Error> {
        let keep_alive = || {
            let probes = TcpKeepalive::new()
                .with_interval(values.keep_alive_interval())
                .with_retries(values.keep_alive_count());
            match values.keep_alive_initial_delay() {
                // The system counts in whole seconds. None at all is the system's own delay, as in Node.
                delay if delay.as_secs() == 0 => probes,
                delay => probes.with_time(delay),
            }
        };
        let terms = Self {
            no_delay: values.no_delay(),
            keep_alive: values.keep_alive().then(keep_alive),
            type_of_service: values.type_of_service,
            user_timeout: values.tcp_user_timeout,
            device: values.bind_device.clone(),
            mark: values.mark,
            fast_open: values.fast_open(),
            multipath: values.multipath_tcp(),
            send_buffer: values.send_buffer_size,
            receive_buffer: values.receive_buffer_size,
            configure: values.configure_socket.clone(),
            local_port: values.local_port.unwrap_or_default(),
            attempt_timeout: values.attempt_timeout,
        };
        terms.check_system()?;
        if terms.multipath {
            let socket = multipath(Domain::IPV4).map_err(|error| without_multipath(&error))?;
            terms.check_options(&SockRef::from(&socket))?;
        }
        Ok(terms)
    }

    /// Says which of these terms such a socket does not have: with Multipath TCP each Linux has more of them than the one
    /// before it. What else stands against an option may be another at the time of connecting.
    fn check_options(&self, socket: &SockRef<'_>) -> Result<(), Error> {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        match self.apply(socket, any) {
            Err((option, error)) if is_missing(&error) => {
                let code = system_code(&error);
                let missing = format!(
                    "options.{option} is not there with options.multipathTcp on this system (setsockopt {code})"
                );
                Err(unsupported(missing)
                    .with_hint("leave one of them out, or turn off what is on by default"))
            }
            _ => Ok(()),
        }
    }

    fn check_system(&self) -> Result<(), Error> {
        if cfg!(target_os = "linux") {
            return Ok(());
        }
        let given = [
            ("tcpUserTimeout", self.user_timeout.is_some()),
            ("bindDevice", self.device.is_some()),
            ("mark", self.mark.is_some()),
            ("fastOpen", self.fast_open),
            ("multipathTcp", self.multipath),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(unsupported(format!("options.{option} is there on Linux only"))),
            None => Ok(()),
        }
    }

    /// A TCP socket on these terms, bound where that was asked for.
    pub(super) fn tcp_socket(&self, remote: SocketAddr, local: Option<IpAddr>) -> Result<Socket, Failure> {
        let place = RemoteAddress::Ip(remote);
        let socket = self.open(remote).map_err(Failure::of("socket", &place))?;
        self.apply(&SockRef::from(&socket), remote)
            .map_err(|(option, error)| Failure::of_option(option, &place, error))?;
        self.configure(&socket, || place.clone())?;
        self.bind(&socket, remote, local)?;
        Ok(socket)
    }

    fn open(&self, remote: SocketAddr) -> io::Result<Socket> {
        let domain = Domain::for_address(remote);
        if self.multipath { multipath(domain) } else { opening::socket(domain, Some(Protocol::TCP)) }
    }

    /// Gives a connection that the caller has made what can be given to it still.
    pub(crate) fn apply_to_given(&self, transport: &Transport) -> Result<(), Error> {
        let Some(socket) = transport.fd() else { return Ok(()) };
        let (socket, remote) = (SockRef::from(&socket), transport.remote_address());
        let applied = match remote {
            Some(remote) => self.apply_any_time(&socket, remote),
            None => self.apply_buffers(&socket),
        };
        applied.map_err(|(option, error)| {
            let place = remote.map_or_else(|| "the given socket".to_owned(), |remote| remote.to_string());
            failure::none_answered(Failure::of_option(option, place, error), &[])
        })
    }

    fn apply(&self, socket: &SockRef<'_>, remote: SocketAddr) -> Result<(), Refused> {
        self.apply_any_time(socket, remote)?;
        self.apply_before_connecting(socket)
    }

    fn apply_any_time(&self, socket: &SockRef<'_>, remote: SocketAddr) -> Result<(), Refused> {
        self.apply_buffers(socket)?;
        if self.no_delay {
            of("noDelay", socket.set_tcp_nodelay(true))?;
        }
        if let Some(keep_alive) = &self.keep_alive {
            of("keepAlive", socket.set_tcp_keepalive(keep_alive))?;
        }
        if let Some(tos) = self.type_of_service {
            // What goes to an IPv4 address that is written as an IPv6 one is IPv4.
            if remote.is_ipv6() {
                of("typeOfService", socket.set_tclass_v6(tos.into()))?;
            }
            if remote.ip().to_canonical().is_ipv4() {
                of("typeOfService", socket.set_tos_v4(tos.into()))?;
            }
        }
        #[cfg(target_os = "linux")]
        if self.user_timeout.is_some() {
            of("tcpUserTimeout", socket.set_tcp_user_timeout(self.user_timeout))?;
        }
        #[cfg(target_os = "linux")]
        if let Some(mark) = self.mark {
            of("mark", socket.set_mark(mark))?;
        }
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn apply_before_connecting(&self, socket: &SockRef<'_>) -> Result<(), Refused> {
        if let Some(device) = &self.device {
            of("bindDevice", socket.bind_device(Some(device.as_bytes())))?;
        }
        if self.fast_open {
            use nix::sys::socket::{setsockopt, sockopt::TcpFastOpenConnect};
            of("fastOpen", setsockopt(&**socket, TcpFastOpenConnect, &true).map_err(io::Error::from))?;
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn apply_before_connecting(&self, _socket: &SockRef<'_>) -> Result<(), Refused> {
        Ok(())
    }

    /// Before the socket connects: the window that TCP may scale to is said with the first packet.
    fn apply_buffers(&self, socket: &SockRef<'_>) -> Result<(), Refused> {
        let size = |bytes: u32| usize::try_from(bytes).unwrap_or(usize::MAX);
        if let Some(bytes) = self.send_buffer {
            of("sendBufferSize", socket.set_send_buffer_size(size(bytes)))?;
        }
        if let Some(bytes) = self.receive_buffer {
            of("receiveBufferSize", socket.set_recv_buffer_size(size(bytes)))?;
        }
        Ok(())
    }

    fn configure(&self, socket: &impl AsFd, place: impl FnOnce() -> RemoteAddress) -> Result<(), Failure> {
        let Some(ConfigureSocket(configure)) = &self.configure else { return Ok(()) };
        let place = place();
        configure(socket.as_fd(), &place).map_err(|error| Failure::of_caller(&place, error))
    }

    fn bind(&self, socket: &Socket, remote: SocketAddr, local: Option<IpAddr>) -> Result<(), Failure> {
        if local.is_none() && self.local_port == 0 {
            return Ok(());
        }
        let any = || match remote {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let local = SocketAddr::new(local.unwrap_or_else(any), self.local_port);
        let bound = match self.local_port {
            0 => socket.bind(&local.into()),
            // Several attempts may go from one port, and the connection before has left it behind.
            _ => socket.set_reuse_address(true).and_then(|()| socket.bind(&local.into())),
        };
        bound.map_err(Failure::of("bind", local_place(local)))
    }

    /// A Unix socket on those of the terms that have a meaning there.
    pub(super) fn unix_socket(&self, path: &SocketPath) -> Result<Socket, Failure> {
        let socket = opening::socket(Domain::UNIX, None).map_err(Failure::of("socket", path))?;
        self.apply_buffers(&SockRef::from(&socket))
            .map_err(|(option, error)| Failure::of_option(option, path, error))?;
        self.configure(&socket, || RemoteAddress::Unix(path.clone()))?;
        Ok(socket)
    }
}

/// The option that the system does not take.
type Refused = (&'static str, io::Error);

fn of(option: &'static str, set: io::Result<()>) -> Result<(), Refused> {
    set.map_err(|error| (option, error))
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOPROTOOPT))
}

#[cfg(target_os = "linux")]
fn multipath(domain: Domain) -> io::Result<Socket> {
    opening::socket(domain, Some(Protocol::MPTCP))
}

#[cfg(not(target_os = "linux"))]
fn multipath(_domain: Domain) -> io::Result<Socket> {
    Err(io::ErrorKind::Unsupported.into())
}

fn without_multipath(error: &io::Error) -> Error {
    let code = system_code(error);
    unsupported(format!("options.multipathTcp: this system has no Multipath TCP (socket {code})"))
        .with_hint("it takes Linux 5.6 with net.mptcp.enabled = 1; leave the option out elsewhere")
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, Phase::Options, "UND_ERR_NOT_SUPPORTED", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::ConnectOptions;

    /// What a Unix socket has not of TCP stands for what an older Linux has not of Multipath TCP.
    #[test]
    fn the_option_is_named_that_such_a_socket_does_not_have() {
        let socket = opening::socket(Domain::UNIX, None).expect("a socket");
        let check = |options: &ConnectOptions| {
            SocketTerms::new(options.values()).expect("terms").check_options(&SockRef::from(&socket))
        };
        let none = || ConnectOptions::new().no_delay(false).keep_alive(false);
        check(&none()).expect("nothing of TCP is asked for");
        for (options, option) in [
            (none().no_delay(true), "noDelay"),
            (none().keep_alive(true), "keepAlive"),
            #[cfg(target_os = "linux")]
            (none().tcp_user_timeout(Duration::from_secs(1)), "tcpUserTimeout"),
        ] {
            let error = check(&options).expect_err(option);
            assert_eq!((error.code(), error.phase()), ("UND_ERR_NOT_SUPPORTED", Phase::Options));
            assert!(error.message().starts_with(&format!("options.{option} is not there")), "{error}");
        }
    }

    /// A device may come and go.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_may_change_is_no_reason() {
        let options = ConnectOptions::new().bind_device("nothing0");
        let socket = opening::socket(Domain::IPV4, Some(Protocol::TCP)).expect("a socket");
        let terms = SocketTerms::new(options.values()).expect("terms");
        terms.check_options(&SockRef::from(&socket)).expect("known when connecting");
    }
}
