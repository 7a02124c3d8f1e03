//! Every option: one row each. To add one is to add a row, and a form where its kind of value is new.

use std::{
    fmt, io,
    net::IpAddr,
    os::fd::BorrowedFd,
    path::PathBuf,
    time::{Duration, SystemTime},
};

#[cfg(feature = "serde")]
use super::form::read;
use super::{
    AddressFamily, AlpnProtocols, CaStore, ConnectDanger, ConnectOptions, DnsResultOrder, Engine,
    ListenDanger, ListenOptions, Lookup, Networks, Observer, OptionRow, PemList, PrivateKeys, Secret,
    Sessions, Side, TlsVersion,
    callback::{CheckServerIdentity, Clock, ConfigureSocket, KeyLog},
    duration::{Delay, Milliseconds, PartTimeout, Timeout},
    form::{Form, Place, given},
    limit::{self, Beyond},
    lookup::{LookupCache, LookupHints, SharedLookup},
    networks::AllowedNetworks,
    observer::SharedObserver,
    path::FileName,
    pins::PinList,
    revocation::RevocationLists,
    scalar::{Address, Boolean, CacheSize, Device, Port, ServiceType, Text, UndiciBoolean, Whole},
    servername::Servername,
    session_store::{SessionStore, SharedSessionStore},
    version::{MaxVersion, MinVersion},
};
use crate::{
    certificate::PeerCertificate,
    error::Error,
    target::{RemoteAddress, SocketPath},
    verify::Pins,
};

options! {
    in "Whom to dial":

    /// The host to connect to where the call names no target: a name or an IP address.
    ///
    /// Default: `localhost`, where there is a `port`; the empty string is the same as none. The server name for SNI and the identity check is
    /// `servername` where that is given, else this.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for a NUL in it; `ERR_MISSING_ARGS` where there is no `port` with it.
    /// Node's `host`; ignored where there is a `path`.
    client - - host: Text = "localhost" => host(impl Into<String>);

    /// The port to connect to, where neither the call nor its target names one.
    ///
    /// Default: that of the target's protocol, 443 for `https:` and 80 for `http:`. 0 is the same as none.
    ///
    /// Errors, from JSON: `ERR_SOCKET_BAD_PORT` for what is not from 0 to 65535; `ERR_INVALID_ARG_TYPE` for
    /// what is neither a number nor a string of digits. Node's and undici's `port`.
    client - - port: Port = "the protocol's" => port(u16);

    /// The Unix socket to connect to: Node's name for what undici calls `socketPath`.
    ///
    /// Default: none. Where the call names no target, `host` and `port` are ignored, and with TLS the name to
    /// verify is `servername` or `localhost`. A leading NUL or `@` makes it a name in Linux's abstract namespace.
    ///
    /// Errors: those of `socketPath`, and `ERR_INVALID_ARG_VALUE` where that names another socket. Node's `path`.
    client - - path: SocketPath = "none" => path(impl Into<SocketPath>);

    /// The Unix socket to connect to instead of any host and port, which then only name the peer.
    ///
    /// Default: none. Works for plain and for TLS targets. A leading NUL or `@` makes it a name in Linux's
    /// abstract namespace; a target's own socket path takes precedence.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for a NUL further on; when connecting `ENOENT` for a file that is not
    /// there and `ECONNREFUSED` for one that nobody listens on. undici's `socketPath`.
    client - - socketPath: SocketPath = "none" => socket_path(impl Into<SocketPath>);

    in "How to dial":

    /// The longest time that connecting may take, from the lookup to the end of the TLS handshake and of the checks, with
    /// all that is waited for between.
    ///
    /// Default: 10 seconds. Zero: no limit. In JSON in milliseconds. It is exact, not rounded to a slow clock.
    ///
    /// Errors: `UND_ERR_CONNECT_TIMEOUT` when it has passed; from JSON `UND_ERR_INVALID_ARG` for what is not a
    /// finite number from 0. undici's `timeout` (and `connectTimeout`), not Node's, which is about idleness.
    client - - timeout: Timeout = "10s" (Duration::from_secs(10)) => timeout(Duration);

    /// The longest time until the lookup has the first addresses.
    ///
    /// Default: none but `timeout`; 0 is the same. In JSON in milliseconds. Where there are addresses, those that a
    /// slow lookup has not found by then are not waited for. An addition of this library.
    ///
    /// Errors: `UND_ERR_CONNECT_TIMEOUT`, phase `lookup`; from JSON those of `timeout`.
    client - - lookupTimeout: PartTimeout = "none" => lookup_timeout(Duration);

    /// The longest time that all attempts to connect may take together, from the first address to a byte stream.
    ///
    /// Default: none but `timeout`; 0 is the same. In JSON in milliseconds. Without the lookup before and the
    /// handshake after it. It begins anew where a server breaks off over a session and is dialled again without it. An
    /// addition of this library: undici's `connectTimeout` is `timeout` here.
    ///
    /// Errors: `UND_ERR_CONNECT_TIMEOUT`, phase `connect`; from JSON those of `timeout`.
    client - - dialTimeout: PartTimeout = "none" => dial_timeout(Duration);

    /// The longest time that the attempt to connect to one address may take.
    ///
    /// Default: none but `timeout`; 0 is the same. In JSON in milliseconds. The attempt ends with `ETIMEDOUT`, and
    /// the others go on. It is not needed for the next address to be tried: that is what
    /// `autoSelectFamilyAttemptTimeout` says. An addition of this library.
    ///
    /// Errors: `UND_ERR_CONNECT_TIMEOUT`, phase `connect`, where no attempt has succeeded and one has taken that long; from
    /// JSON those of `timeout`.
    client - - attemptTimeout: PartTimeout = "none" => attempt_timeout(Duration);

    /// The longest time that the TLS handshake may take.
    ///
    /// Default: for a listener 120 seconds, as in Node; for who connects, none but `timeout`. 0 is the default. In JSON
    /// in milliseconds. It begins anew where a server breaks off over a session and the handshake is made again without it.
    /// Node's `handshakeTimeout`, which only its servers have.
    ///
    /// Errors: `UND_ERR_CONNECT_TIMEOUT`, phase `secureConnect`, for who connects; `ERR_TLS_HANDSHAKE_TIMEOUT` for a
    /// listener; from JSON those of `timeout`.
    both tls - handshakeTimeout: PartTimeout = "120s for a listener" => handshake_timeout(Duration);

    /// Turns a host name into addresses instead of the system's resolver.
    ///
    /// Default: `getaddrinfo`. Not asked for IP addresses. In JSON a fixed list:
    /// `{"db.internal": ["10.0.0.7"]}`, where a name that is not listed is `ENOTFOUND`.
    ///
    /// Errors, from JSON: `ERR_INVALID_IP_ADDRESS` for what is no IP address. Node's `lookup`.
    client - - lookup: SharedLookup = "getaddrinfo" => lookup(impl Lookup + 'static);

    /// Remembers the addresses of names, so that a name is not looked up for every connection.
    ///
    /// Default: off, since the system does not tell how long its answers are right. `true` remembers addresses for
    /// 10 seconds (`maxTTL`), that a name has none for 1 second (`negativeTTL`), and 1000 answers (`maxItems`). In JSON
    /// `{"maxTTL": 5000}` and so on, in milliseconds; as a flag `maxTTL=5s,maxItems=100`. The connector's clones share
    /// it; a `CachedLookup` that is given as `lookup` can be shared between connectors. Of a lookup that answers in parts what
    /// came before the connection was made is remembered, and the rest is asked for again by who waits for it. An addition
    /// of this library; `maxTTL` and `maxItems` are those of undici's `dns` interceptor.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_VALUE` for an unknown field, `ERR_INVALID_ARG_TYPE`, and
    /// `UND_ERR_INVALID_ARG` for what is no number from 0.
    client - - lookupCache: LookupCache = "off" => lookup_cache(LookupCache);

    /// What the system's resolver is told beside the name, as a sum of the numbers in Node's `dns` module.
    ///
    /// Default: `ADDRCONFIG` (on Linux 32), as in Node, unless one family is asked for: only addresses of families that
    /// this machine has an address of; never for `localhost`. 0 is the same as not given. The caller's own `lookup` is
    /// told too; `HickoryLookup` does not look at it.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_VALUE` for another number; `ERR_INVALID_ARG_TYPE`. Node's `hints`.
    client - - hints: LookupHints = "ADDRCONFIG" => hints(LookupHints);

    /// The networks that are not to be connected to: addresses, ranges, subnets and the names of groups.
    ///
    /// Default: none. `special-purpose` is all that is internal; other groups are `loopback`, `private`, `link-local` and
    /// `multicast`; `10.0.0.0/8`, `192.0.2.1-192.0.2.9` and `::1` are networks too. The addresses of a name, and an
    /// address that is given as such, are held against it before they are dialled, and not looked up again. An IPv6
    /// address that carries an IPv4 address (IPv4-mapped, NAT64, 6to4, Teredo, ISATAP) is refused where that one is, and
    /// `0.0.0.0` and `::` where loopback is. Unix sockets and given streams have no address and are not concerned.
    ///
    /// Errors: `ERR_IP_BLOCKED`, for each such address among the attempts and for the connection where there is no other;
    /// from JSON, a string or an array of strings, `ERR_INVALID_ADDRESS`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
    /// and `ERR_INVALID_ARG_TYPE`. Node's `blockList`, which Node does not apply to TLS.
    client - - blockList: Networks = "none" => block_list(Networks);

    /// The only networks that may be connected to.
    ///
    /// Default: all. What `blockList` names is refused even so. Of IPv6 addresses that carry an IPv4 address, the
    /// IPv4-mapped ones and those behind NAT64's `64:ff9b::/96` may be connected to where that one may; others have to
    /// be named themselves. An addition of this library.
    ///
    /// Errors: those of `blockList`; `ERR_INVALID_ARG_VALUE` for an empty list.
    client - - allowList: AllowedNetworks = "all" => allow_list(Networks);

    /// The family of the addresses to connect to: 4 or `IPv4`, 6 or `IPv6`, 0 for either.
    ///
    /// Default: either. No effect on a target that is an IP address. Node's `family`.
    ///
    /// Errors: `ENOTFOUND` where the name has no address of the family; `ERR_INVALID_ARG_VALUE` where `localAddress` is of
    /// the other, and from JSON for anything else, which Node takes for 0.
    client - - family: AddressFamily = "0" (AddressFamily::Any) => family(AddressFamily);

    /// Which family leads where a name has addresses of both: `ipv4first`, `ipv6first`, or `verbatim` for that of the
    /// first address that the lookup tells. The other follows: `family` leaves one out.
    ///
    /// Default: `verbatim`. Of a lookup that answers in parts the leading family is awaited for 50 ms, IPv6 by default
    /// (RFC 8305 section 3). Node's `--dns-result-order`, and the `order` of its `dns.lookup()`.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_VALUE` for anything else.
    client - - dnsResultOrder: DnsResultOrder = "verbatim" (DnsResultOrder::Verbatim) => dns_result_order(DnsResultOrder);

    /// Whether the addresses of a name race, so that one that does not answer holds up nobody (RFC 8305).
    ///
    /// Default: true. The families take turns, beginning with the one that `dnsResultOrder` says; the next attempt begins
    /// `autoSelectFamilyAttemptTimeout` after the one before it, or at once where one fails. Those that run go on, unlike
    /// in Node, and the first that succeeds wins; then the others are closed. At most 32 addresses of a name are tried, and at
    /// most 16 attempts run at once. With false only the first address is tried. Node's `autoSelectFamily`.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_TYPE`.
    client - - autoSelectFamily: Boolean = "true" (true) => auto_select_family(bool);

    /// The time from the beginning of one attempt to connect to that of the next.
    ///
    /// Default: 250 ms, as RFC 8305 recommends it. Less than 10 ms is taken for 10 ms, as in Node. In JSON in
    /// milliseconds. No attempt ends by it. Node's and undici's `autoSelectFamilyAttemptTimeout`.
    ///
    /// Errors: `ERR_OUT_OF_RANGE` for what is not a whole number of milliseconds from 1 to 2147483647; from JSON
    /// `ERR_INVALID_ARG_TYPE`.
    client - - autoSelectFamilyAttemptTimeout: Milliseconds<1, { i32::MAX as u32 }> =
        "250ms" (Duration::from_millis(250)) => auto_select_family_attempt_timeout(Duration);

    /// The local IP address to connect from.
    ///
    /// Default: the system chooses. A target's own local address takes precedence. Only addresses of its family are
    /// connected to.
    ///
    /// Errors: `EADDRNOTAVAIL` when connecting from an address that is not this machine's; from JSON
    /// `ERR_INVALID_IP_ADDRESS` for what is no IP address. Node's and undici's `localAddress`.
    client - - localAddress: Address = "any" => local_address(IpAddr);

    /// The local port to connect from.
    ///
    /// Default: the system chooses; 0 is the same. One port can hold connections to several addresses, but no two to the
    /// same one. Node's `localPort`.
    ///
    /// Errors: `EADDRINUSE` where another socket has it; from JSON those of `port`.
    client - - localPort: Port = "any" => local_port(u16);

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

    in "Whom to trust":

    /// The certificate authorities to trust, in PEM, instead of the default ones.
    ///
    /// Default: those of `caStore`. One PEM may hold several certificates. A listener trusts the clients that
    /// they vouch for, and tells clients their names. `extraCa` adds instead of replacing.
    ///
    /// Errors: `ERR_OSSL_PEM_NO_START_LINE` where nothing in it is a certificate, an empty text too, so that a typo never
    /// means trust in nobody or in everybody; the system's code for a file that cannot be read. In JSON, as in Node,
    /// the empty string is the same as none. Node's `ca`.
    both tls - ca: PemList = "those of caStore" => ca(impl Into<PemList>);

    /// Certificate authorities to trust, in PEM, beside those of `ca` or the default ones.
    ///
    /// Default: none. An addition of this library; Node has it for the whole process, as the environment's
    /// `NODE_EXTRA_CA_CERTS`.
    ///
    /// Errors: those of `ca`.
    client tls - extraCa: PemList = "none" => extra_ca(impl Into<PemList>);

    /// Whose certificate authorities are trusted where `ca` is not given.
    ///
    /// Default: `bundled`, Mozilla's; `system` takes the operating system's. An addition of this library, in
    /// the terms of Node's `tls.getCACertificates()`.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_VALUE` for another word.
    client tls - caStore: CaStore = "bundled" (CaStore::Bundled) => ca_store(CaStore);

    /// Whether a peer that is not trusted is refused.
    ///
    /// Default: true. With false, **anybody can be the peer**: the verdict is only reported, as `authorized` and
    /// `authorizationError` of the socket. Pins and the caller's checks are enforced all the same. A listener
    /// with `requestCert` refuses clients without a trusted certificate.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_TYPE` for anything but `true` and `false`, of which Node takes
    /// everything but `false` for true. The environment is not asked. Node's `rejectUnauthorized`.
    both tls danger rejectUnauthorized: Boolean = "true" (true) => reject_unauthorized(bool);

    /// Certificates that their issuers have revoked: certificate revocation lists (RFC 5280 section 5), in PEM.
    ///
    /// Default: none, and nobody is asked. With it, a list of **every** issuer of the peer's chain is needed, the root
    /// among them, and has to be within its time; of several lists of one issuer the best counts. A list that is for some
    /// reasons or for other issuers' certificates only is as good as none. One PEM may hold several lists, of which Node
    /// reads the first alone.
    ///
    /// Errors: `ERR_CRYPTO_OPERATION_FAILED` for what is no list, an empty text too; when connecting `CERT_REVOKED`,
    /// `UNABLE_TO_GET_CRL` where the list of an issuer is missing, `CRL_HAS_EXPIRED`, `CRL_NOT_YET_VALID`,
    /// `CRL_SIGNATURE_FAILURE`. Node's `crl`.
    both tls - crl: RevocationLists = "none" => crl(impl Into<PemList>);

    /// The keys or certificates of which the server's verified chain must have one.
    ///
    /// Default: none, whatever `ca` vouches for will do. `sha256/<base64>` is the key of any certificate of the chain,
    /// `cert-sha256:<hex>` the leaf, `ca-sha256:<hex>` any of its issuers (see [`Pin`](crate::Pin)); give a spare key,
    /// too, so that the first can be replaced. They are asked within the handshake, before the server has seen a
    /// certificate of this side, and again when a session is resumed; they come on top of `ca` and the name, and hold
    /// whatever `rejectUnauthorized` says. Plain connections have no certificate, and are not asked. An addition of
    /// this library.
    ///
    /// In JSON an array of them, or one alone as a string.
    ///
    /// Errors: `ERR_TLS_PIN_MISMATCH` when connecting, with the pins that the server has; from JSON
    /// `ERR_INVALID_ARG_VALUE` for what is no pin, and for an empty list.
    client tls - pins: PinList = "none" => pins(Pins);

    /// Whether a server without a matching pin is only reported, and connected to all the same.
    ///
    /// Default: false. With it, `pinFailure` of the socket tells of it, and a warning of `tracing`: for finding out what
    /// `pins` would refuse before they do (RFC 7469 section 2.1 has the like). An addition of this library.
    ///
    /// Errors: `ERR_MISSING_ARGS` without `pins`; from JSON `ERR_INVALID_ARG_TYPE`.
    client tls - pinsReportOnly: Boolean = "false" (false) => pins_report_only(bool);

    /// Asks clients for a certificate.
    ///
    /// Default: false. With it, a client without a certificate that `ca` vouches for is refused, unless
    /// `rejectUnauthorized` is false. Node's `requestCert`.
    server tls - requestCert: Boolean = "false" (false) => request_cert(bool);

    /// The name for SNI and for the identity check, instead of the host's.
    ///
    /// Default: the host's name; where that is an IP address no SNI is sent and the address is verified. Put
    /// on the wire in lower case, IDNA-encoded, without a final dot. A target's own server name takes
    /// precedence. The empty string is the same as none.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for an IP address (RFC 6066 section 3), for more than 255 bytes, and for
    /// what is no name. Node's and undici's `servername`.
    client tls - servername: Servername = "the host's name" => servername(impl Into<String>);

    /// Decides instead of the built-in rules whether a certificate is for a name.
    ///
    /// Default: [RFC 6125's rules as Node applies them](https://www.rfc-editor.org/rfc/rfc6125). Given the name
    /// to verify and the peer's certificate with its chain, once the chain itself is trusted, on resumed
    /// connections too. The error that it returns refuses the peer. **What it does not check, nobody does.**
    ///
    /// Not in JSON. Node's `checkServerIdentity`.
    client tls danger checkServerIdentity: CheckServerIdentity = "RFC 6125" => check_server_identity(
        impl Fn(&str, &PeerCertificate) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + Send + Sync + 'static
    );

    in "Who you are":

    /// The certificate to show, in PEM: the leaf first, then the intermediates up to the root.
    ///
    /// Default: none. Several are several identities (RSA and ECDSA, say), each with the key at the same place
    /// in `key`. In JSON the empty string is the same as none.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` where there are more or fewer of them than of `key`;
    /// `ERR_OSSL_PEM_NO_START_LINE` for what is no certificate; `ERR_SSL_UNKNOWN_CERTIFICATE_TYPE` for one whose key
    /// is neither RSA, ECDSA on P-256, P-384 or P-521, nor Ed25519; the system's code for a file that cannot be
    /// read. Node's `cert`.
    both tls - cert: PemList = "none" => cert(impl Into<PemList>);

    /// The private key of `cert`, in PEM.
    ///
    /// Default: none. In JSON also `{"pem": ..., "passphrase": "..."}`, or an array of either; the empty string is the same
    /// as none. Zeroed when dropped.
    ///
    /// A key with a passphrase takes the engine openssl, as does an RSA key of less than 2048 or more than 8192 bits; one
    /// that is much smaller is refused.
    ///
    /// Errors: `ERR_OSSL_X509_KEY_VALUES_MISMATCH` where it is not the certificate's; `ERR_OSSL_BAD_DECRYPT`
    /// where it is encrypted and the passphrase is wrong or missing. Node's `key`.
    both tls - key: PrivateKeys = "none" rustls limit::CLEAR_KEYS => key(impl Into<PrivateKeys>);

    /// The passphrase of an encrypted `key` that has none of its own.
    ///
    /// Default: none. Zeroed when dropped, never shown. It takes the engine openssl. Node's `passphrase`.
    both tls - passphrase: Secret = "none" rustls limit::NO_SECRET => passphrase(impl Into<Secret>);

    in "What to speak":

    /// The protocols to offer by ALPN, in order of preference; a listener's order decides.
    ///
    /// Default: for an `https:` target `http/1.1` and `h2`, as `allowH2` and `preferH2` say; else none. A list
    /// that is given is offered as it is, an empty one offers nothing. In JSON an array of names, or the list
    /// in wire format as bytes.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for an empty name or a wire format that does not add up,
    /// `ERR_OUT_OF_RANGE` for a name of more than 255 bytes or a list of more than 65535. Node's
    /// `ALPNProtocols` (RFC 7301).
    both tls - ALPNProtocols: AlpnProtocols = "for https: what allowH2 says"
        => alpn_protocols(impl Into<AlpnProtocols>);

    /// Whether HTTP/2 is offered to an `https:` target.
    ///
    /// Default: true: ALPN offers `http/1.1` and `h2`, with false only `http/1.1`. No effect where
    /// `ALPNProtocols` is given.
    ///
    /// Errors, from JSON: `UND_ERR_INVALID_ARG`. undici's `allowH2`.
    client tls - allowH2: UndiciBoolean = "true" (true) => allow_h2(bool);

    /// Whether HTTP/2 is offered before HTTP/1.1.
    ///
    /// Default: false. Only with `allowH2`; no effect where `ALPNProtocols` is given.
    ///
    /// Errors, from JSON: `UND_ERR_INVALID_ARG`. undici's `preferH2`.
    client tls - preferH2: UndiciBoolean = "false" (false) => prefer_h2(bool);

    /// Takes it for known that a plain `http:` target speaks HTTP/2 (RFC 9113 section 3.3).
    ///
    /// Default: false. The socket's `alpnProtocol` is then `h2`, although nothing was negotiated.
    ///
    /// Errors, from JSON: `UND_ERR_INVALID_ARG`. undici's `useH2c`.
    client - - useH2c: UndiciBoolean = "false" (false) => use_h2c(bool);

    /// The oldest version of TLS to speak.
    ///
    /// Default: TLSv1.2. TLSv1 and TLSv1.1 (deprecated by RFC 8996) take the engine openssl, and also need
    /// `@SECLEVEL=0` in `ciphers`.
    ///
    /// Errors: `ERR_TLS_PROTOCOL_VERSION_CONFLICT` where it is newer than `maxVersion`; from JSON
    /// `ERR_TLS_INVALID_PROTOCOL_VERSION` for another word. Node's `minVersion`.
    both tls - minVersion: MinVersion = "TLSv1.2" (TlsVersion::Tls1_2) rustls limit::FROM_TLS_1_2 => min_version(TlsVersion);

    /// The newest version of TLS to speak.
    ///
    /// Default: TLSv1.3. TLSv1 and TLSv1.1 take the engine openssl.
    ///
    /// Errors: those of `minVersion`. Node's `maxVersion`.
    both tls - maxVersion: MaxVersion = "TLSv1.3" (TlsVersion::Tls1_3) rustls limit::FROM_TLS_1_2 => max_version(TlsVersion);

    /// The cipher suites to speak, as a list with colons in OpenSSL's syntax.
    ///
    /// Default: the suites of TLS 1.3 and, for TLS 1.2, those with ECDHE and AEAD. Names that begin with `TLS_`
    /// choose among TLS 1.3's, the others among those of older versions; `DEFAULT` is OpenSSL's own list. Anything
    /// but names of suites of the default, such as `HIGH:!aNULL`, takes the engine openssl.
    ///
    /// Errors: `ERR_SSL_NO_CIPHER_MATCH` where nothing in it is known. Node's `ciphers`.
    both tls - ciphers: Text = "ECDHE with AEAD" rustls limit::NAMES_OF_SUITES => ciphers(impl Into<String>);

    /// Which TLS engine does the work.
    ///
    /// Default: `auto`: rustls where it is built in and honours every given option exactly, else openssl, which
    /// honours them all. That is decided once, from the options alone; what is not given means the same on both.
    /// An addition of this library.
    ///
    /// Errors: `UND_ERR_NOT_SUPPORTED` for an engine that is not built in, or that cannot honour an option, which
    /// is named; from JSON `ERR_INVALID_ARG_VALUE` for another word.
    both tls - engine: Engine = "auto" (Engine::Auto) => engine(Engine);

    in "What to remember":

    /// How many TLS sessions are kept for resumption; 0 keeps none and offers none.
    ///
    /// Default: 100, the least recently used going first. A `sessionStore` has a bound of its own.
    ///
    /// Errors, from JSON: `UND_ERR_INVALID_ARG` for what is not an integer from 0. undici's
    /// `maxCachedSessions`.
    client tls - maxCachedSessions: CacheSize = "100" (100) => max_cached_sessions(usize);

    /// TLS sessions from an earlier connection or process, to be resumed.
    ///
    /// Default: none but those of the cache. Offered to the server that they belong to, each TLS 1.3 session
    /// once. They take the engine openssl. In JSON bytes (a session in DER, or what Node's `session` event gives), or the JSON that
    /// [`Sessions`] are written as, or an array of these.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for what is no session (Node ignores it); `ERR_INVALID_ARG_TYPE`. Node's
    /// `session`.
    client tls - session: Sessions = "those of the cache" rustls limit::NO_SESSIONS => session(impl Into<Sessions>);

    /// Keeps the TLS sessions instead of the connector's own memory.
    ///
    /// Default: a [`MemorySessionStore`](crate::MemorySessionStore) of `maxCachedSessions` that belongs to the connector
    /// and its clones. Whatever a store hands back, a session is offered only where it belongs, and a ticket of TLS 1.3
    /// once: see [`SessionStore`]. No effect where `maxCachedSessions` is 0. Connectors of the same terms share their
    /// sessions in it.
    ///
    /// Not in JSON. An addition of this library.
    client tls - sessionStore: SharedSessionStore = "in memory" => session_store(impl SessionStore + 'static);

    /// The longest time that a connection waits for the session of one to the same server that began before it.
    ///
    /// Default: zero, which waits for none: connections that begin at once each make a full handshake. Otherwise the
    /// first makes one, stays for the server's tickets as long as somebody waits, and then as many as there are
    /// sessions resume them; the others go on in full at once. A ticket of TLS 1.3 is shared by none, a session of TLS
    /// 1.2 by all. Where the first fails, the next takes its place. In JSON in milliseconds.
    ///
    /// Never more than half of what is left of `timeout`. A server that gives no tickets costs the first and the waiting
    /// this time: leave it at zero there. Where `maxCachedSessions` is 0 there is nothing to wait for.
    ///
    /// Errors, from JSON: `UND_ERR_INVALID_ARG` for what is not a finite number from 0. An addition of this library.
    client tls - coalesceSessions: Timeout = "0" (Duration::ZERO) => coalesce_sessions(Duration);

    /// Whether the verdict over a peer's chain is remembered, so that the same chain need not be verified again.
    ///
    /// Default: true. It spares a client a third of a full handshake. Remembered are the last 64 chains that were
    /// found good, byte for byte, for this connector or listener alone and until the first certificate of the path
    /// ends; the name, the caller's checks and the handshake's own signature are asked each time. An addition of this
    /// library.
    ///
    /// Errors, from JSON: `ERR_INVALID_ARG_TYPE`.
    both tls - rememberVerdicts: Boolean = "true" (true) => remember_verdicts(bool);

    in "What to look into":

    /// Is told what happens while a connection comes about, event by event.
    ///
    /// Default: none. It runs on the task that connects. Several can be given as a `Vec` or a pair. Not in JSON. An
    /// addition of this library: undici's diagnostics channels, for one connector.
    client - - observer: SharedObserver = "none" => observer(impl Observer + 'static);

    /// Is given the secrets of every TLS connection, a line of the NSS key log format each time.
    ///
    /// Default: none. **Who has these lines can read the connection.** For tools that decrypt a capture, such
    /// as Wireshark. The line has no line end. Not in JSON, which has `keylogFile`. Node's event `keylog`.
    both tls danger keylog: KeyLog = "none" => keylog(impl Fn(&str) + Send + Sync + 'static);

    /// Appends the secrets of every TLS connection to a file, a line of the NSS key log format each time.
    ///
    /// Default: none; **the environment's `SSLKEYLOGFILE` is not asked**, and a program that wants it to be names the file
    /// here. **Who has this file can read the connections.** Where it is not there it is made, readable by its owner
    /// alone. In JSON a string or `{"file": "..."}`. A line that cannot be written is lost, and `tracing` is warned. An
    /// addition of this library: Node's `--tls-keylog`, for one connector or listener.
    ///
    /// Errors: the system's code for a file that cannot be opened; from JSON `ERR_INVALID_ARG_TYPE`.
    both tls danger keylogFile: FileName = "none" => keylog_file(impl Into<PathBuf>);

    /// Tells the time by which certificates and sessions are judged.
    ///
    /// Default: the system's clock. **A wrong time makes an expired certificate valid.** Not in JSON. An
    /// addition of this library.
    both tls danger clock: Clock = "the system's" => clock(impl Fn() -> SystemTime + Send + Sync + 'static);
}

#[cfg(all(test, feature = "serde"))]
mod tests;
