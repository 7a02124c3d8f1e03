//! Whom to dial, and how.

macro_rules! dialling {
    ($($before:tt)*) => { next! { $($before)*

    in "Whom to dial":

    /// The host to connect to where the call names no target: a name or an IP address.
    ///
    /// Default: `localhost`, where there is a `port`; the empty string is the same. Where the call names no
    /// target, any option of TLS makes it TLS, and without one it is plain TCP. The server name for SNI and the identity
    /// check is `servername` where that is given, else this.
    ///
    /// Errors: `ERR_INVALID_ARG_VALUE` for a NUL in it; `ERR_MISSING_ARGS` where there is no `port` with it.
    /// Node's `host`; ignored where there is a `path`.
    client - - host: Text = "localhost" => host(impl Into<String>);

    /// The port to connect to, where neither the call nor its target names one.
    ///
    /// Default: that of the target's protocol, 443 for `https:` and 80 for `http:`. 0 is the same as none. Where
    /// the call names no target, any option of TLS makes it TLS, and without one it is plain TCP.
    ///
    /// Errors, from JSON: `ERR_SOCKET_BAD_PORT` for what is not from 0 to 65535; `ERR_INVALID_ARG_TYPE` for
    /// what is neither a number nor a string of digits. Node's and undici's `port`.
    client - - port: Port = "the protocol's" => port(u16);

    /// The Unix socket to connect to: Node's name for what undici calls `socketPath`.
    ///
    /// Default: none. Where the call names no target, `host` and `port` are ignored, any option of TLS makes it TLS, where
    /// the name to verify is `servername` or `localhost`, and without one it is plain. A leading NUL or `@` makes it a
    /// name in Linux's abstract namespace.
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

    in "How long to wait":

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

    in "How to dial":

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
    /// `{"maxTTL": 5000}` and so on, in milliseconds; as a flag `maxTTL=5s,maxItems=100`.
    ///
    /// The connector's clones share it; a `CachedLookup` that is given as `lookup` can be shared between connectors. Of a
    /// lookup that answers in parts what came before the connection was made is remembered, and the rest is asked for
    /// again by who waits for it. An addition of this library; `maxTTL` and `maxItems` are those of undici's `dns` interceptor.
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

    }};
}
