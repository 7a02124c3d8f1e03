//! Whom to trust, and who this side is.

macro_rules! trust {
    ($($before:tt)*) => { next! { $($before)*

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
    /// `rejectUnauthorized` is false. Node's `requestCert`; other than there such a listener gives out no sessions, since a
    /// ticket does not hold what a client was authorized by: each connection of a client is verified in full.
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

    }};
}
