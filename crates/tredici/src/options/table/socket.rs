//! How a socket behaves.

macro_rules! socket {
    ($($before:tt)*) => { next! { $($before)*

    in "How the socket behaves":

    /// Sends small writes at once instead of collecting them (`TCP_NODELAY`).
    ///
    /// Default: true, as undici has it; false is honoured. No effect on Unix sockets. Node's `noDelay`.
    client - - noDelay: Boolean = "true" (true) => no_delay(bool);

    /// Probes an idle TCP connection, so that a peer that has gone is noticed (`SO_KEEPALIVE`).
    ///
    /// Default: true, as undici has it. False leaves the system's setting alone. No effect on Unix sockets.
    /// Node's and undici's `keepAlive`.
    client - - keepAlive: Boolean = "true" (true) => keep_alive(bool);

    /// How long a TCP connection is idle before the first keep-alive probe (`TCP_KEEPIDLE`).
    ///
    /// Default: 60 seconds. In JSON in milliseconds, a negative number being 0; the system counts in whole
    /// seconds. Less than one leaves the system's own delay, as in Node.
    ///
    /// Errors: `ERR_OUT_OF_RANGE` for more than 32767 s; from JSON `ERR_INVALID_ARG_TYPE`. Node's and undici's
    /// `keepAliveInitialDelay`.
    client - - keepAliveInitialDelay: Delay = "60s" (Duration::from_secs(60))
        => keep_alive_initial_delay(Duration);

    /// The time from one unanswered keep-alive probe to the next (`TCP_KEEPINTVL`).
    ///
    /// Default: 1 second, as in Node. In JSON in milliseconds; the system counts in whole seconds. Only with
    /// `keepAlive`. An addition of this library.
    ///
    /// Errors: `ERR_OUT_OF_RANGE` for what is not from 1 s to 32767 s; from JSON `ERR_INVALID_ARG_TYPE`.
    client - - keepAliveInterval: Milliseconds<1000, 32_767_000> = "1s" (Duration::from_secs(1))
        => keep_alive_interval(Duration);

    /// How many keep-alive probes without an answer end a TCP connection (`TCP_KEEPCNT`).
    ///
    /// Default: 10, as in Node. Only with `keepAlive`. An addition of this library.
    ///
    /// Errors: `ERR_OUT_OF_RANGE` for what is not from 1 to 127; from JSON `ERR_INVALID_ARG_TYPE`.
    client - - keepAliveCount: Whole<1, 127> = "10" (10) => keep_alive_count(u32);

    /// The type of service in the header of every IP packet (`IP_TOS`, `IPV6_TCLASS`).
    ///
    /// Default: the system's, which is 0. On TLS connections as well as on plain ones. No effect on Unix
    /// sockets.
    ///
    /// Errors, from JSON: `ERR_OUT_OF_RANGE` for what is not an integer from 0 to 255; `ERR_INVALID_ARG_TYPE`
    /// for what is no number. Node's and undici's `typeOfService`.
    client - - typeOfService: ServiceType = "the system's" => type_of_service(u8);

    /// How long what was written may go unacknowledged before a TCP connection ends (`TCP_USER_TIMEOUT`, RFC 5482).
    ///
    /// Default: the system's, which is minutes. In JSON in milliseconds. Linux only. An addition of this library.
    ///
    /// Errors: `ERR_OUT_OF_RANGE` for what is not a whole number of milliseconds from 1 to 2147483647; from JSON
    /// `ERR_INVALID_ARG_TYPE`; `UND_ERR_NOT_SUPPORTED` on other systems.
    client - - tcpUserTimeout: Milliseconds<1, { i32::MAX as u32 }> = "the system's" => tcp_user_timeout(Duration);

    /// The network device that TCP connections go through, such as `eth0` (`SO_BINDTODEVICE`; curl's `interface`).
    ///
    /// Default: any. Linux only. An addition of this library.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for a name of more than 15 bytes; when connecting `ENODEV` where there is no such
    /// device and `EPERM` where the system does not let this program choose; `UND_ERR_NOT_SUPPORTED` on other systems.
    client - - bindDevice: Device = "any" => bind_device(impl Into<String>);

    /// The mark on every packet of a TCP connection, by which the system routes and filters (`SO_MARK`).
    ///
    /// Default: none, which is 0. Linux only. An addition of this library.
    ///
    /// Errors: when connecting `EPERM` without the capability `CAP_NET_ADMIN`; from JSON `ERR_OUT_OF_RANGE` for what is not
    /// an integer from 0 to 4294967295; `UND_ERR_NOT_SUPPORTED` on other systems.
    client - - mark: Whole<0, { u32::MAX }> = "none" => mark(u32);

    /// Sends what is written first along with the packet that opens the connection (TCP Fast Open, RFC 7413).
    ///
    /// Default: false. To a server that has given this machine a cookie before, connecting succeeds **before anything
    /// was sent**: the first address wins the race untried, that nobody answers is told by the first read or write, and
    /// a server that is to speak first does not hear of the connection before something is written. What is written
    /// first may reach the server twice; with TLS that is harmless. Linux only (`TCP_FASTOPEN_CONNECT`). An addition of this library.
    ///
    /// Errors: `UND_ERR_NOT_SUPPORTED` on other systems; from JSON `ERR_INVALID_ARG_TYPE`.
    client - - fastOpen: Boolean = "false" (false) => fast_open(bool);

    /// Connects by Multipath TCP, so that a connection may use several ways at once (RFC 8684).
    ///
    /// Default: false. With a peer that does not speak it the connection is one of plain TCP. Linux only. An addition of
    /// this library.
    ///
    /// Errors: `UND_ERR_NOT_SUPPORTED` where this system has it not, or has it turned off, or has it without another option
    /// for sockets that is given or on by default (`keepAlive` before Linux 6.10 or so, `tcpUserTimeout` on many); from JSON
    /// `ERR_INVALID_ARG_TYPE`.
    client - - multipathTcp: Boolean = "false" (false) => multipath_tcp(bool);

    /// How many bytes the system buffers that were written and are not acknowledged (`SO_SNDBUF`).
    ///
    /// Default: the system's, which grows as it is needed. Linux doubles the number for its own use, and takes no more
    /// than `net.core.wmem_max`. On Unix sockets too. An addition of this library.
    ///
    /// Errors: `ERR_OUT_OF_RANGE` for what is not an integer from 1 to 2147483647; from JSON `ERR_INVALID_ARG_TYPE`.
    client - - sendBufferSize: Whole<1, { i32::MAX as u32 }> = "the system's" => send_buffer_size(u32);

    /// How many bytes the system buffers that have come and were not read (`SO_RCVBUF`).
    ///
    /// Default: the system's, which grows as it is needed. Set before the connection is opened, since it bounds the window
    /// that TCP offers. Linux doubles the number for its own use, and takes no more than `net.core.rmem_max`. On Unix
    /// sockets too. An addition of this library.
    ///
    /// Errors: those of `sendBufferSize`.
    client - - receiveBufferSize: Whole<1, { i32::MAX as u32 }> = "the system's" => receive_buffer_size(u32);

    /// Is shown every TCP and Unix socket before it connects, with the address that it is to connect to.
    ///
    /// Default: none. For what no option here does. The socket has what the other options ask for, and is not bound yet.
    /// It does not block, and is not to be closed. Called on the task that connects, for each attempt. Not in JSON. An
    /// addition of this library, like curl's `CURLOPT_SOCKOPTFUNCTION`.
    ///
    /// Errors: the error that it returns fails the attempt.
    client - - configureSocket: ConfigureSocket = "none" => configure_socket(
        impl Fn(BorrowedFd<'_>, &RemoteAddress) -> io::Result<()> + Send + Sync + 'static
    );

    }};
}
