//! What to remember.

macro_rules! memory {
    ($($before:tt)*) => { next! { $($before)*

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

    }};
}
