//! What to speak.

macro_rules! speech {
    ($($before:tt)*) => { next! { $($before)*

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

    }};
}
