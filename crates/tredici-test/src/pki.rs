//! The certificates that most tests need, made once for a process.

use std::sync::OnceLock;

use crate::{Authority, Certificate, CertificateSpec, KeyKind};

/// One root, one intermediate, one certificate for localhost and one for a client, made when they are first
/// asked for and shared by the tests of a process.
///
/// ```
/// use tredici_test::Pki;
///
/// let pki = Pki::shared();
/// let (ca, cert, key) = (pki.root().pem(), pki.localhost().chain_pem(), pki.localhost().key_pem());
/// # assert!(ca != cert && key.contains("PRIVATE KEY"));
/// ```
#[derive(Debug)]
pub struct Pki {
    kind: KeyKind,
    root: OnceLock<Authority>,
    intermediate: OnceLock<Authority>,
    localhost: OnceLock<Certificate>,
    client: OnceLock<Certificate>,
}

impl Pki {
    /// The one with P-256 keys.
    pub fn shared() -> &'static Self {
        Self::of(KeyKind::P256)
    }

    /// The one with keys of this kind.
    pub fn of(kind: KeyKind) -> &'static Self {
        static RSA: Pki = Pki::new(KeyKind::Rsa2048);
        static P256: Pki = Pki::new(KeyKind::P256);
        static P384: Pki = Pki::new(KeyKind::P384);
        static ED25519: Pki = Pki::new(KeyKind::Ed25519);

        match kind {
            KeyKind::Rsa2048 => &RSA,
            KeyKind::P256 => &P256,
            KeyKind::P384 => &P384,
            KeyKind::Ed25519 => &ED25519,
        }
    }

    const fn new(kind: KeyKind) -> Self {
        Self {
            kind,
            root: OnceLock::new(),
            intermediate: OnceLock::new(),
            localhost: OnceLock::new(),
            client: OnceLock::new(),
        }
    }

    /// The self-signed root: what goes into `ca`.
    pub fn root(&self) -> &Authority {
        self.root.get_or_init(|| Authority::root(CertificateSpec::authority("Test Root").key(self.kind)))
    }

    /// The authority beneath the root that signs the others.
    pub fn intermediate(&self) -> &Authority {
        let spec = || CertificateSpec::authority("Test Intermediate").key(self.kind);
        self.intermediate.get_or_init(|| self.root().beneath(spec()))
    }

    /// A server's certificate for `localhost`, `127.0.0.1` and `::1`.
    pub fn localhost(&self) -> &Certificate {
        let spec = || CertificateSpec::server(&["localhost", "127.0.0.1", "::1"]).key(self.kind);
        self.localhost.get_or_init(|| self.intermediate().leaf(spec()))
    }

    /// A client's certificate, of the common name `Test Client`.
    pub fn client(&self) -> &Certificate {
        self.client
            .get_or_init(|| self.intermediate().leaf(CertificateSpec::client("Test Client").key(self.kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_made_once_and_holds_together() {
        for kind in KeyKind::ALL {
            let pki = Pki::of(kind);
            assert_eq!(pki.localhost().key().kind(), kind);
            assert_eq!(pki.localhost().der(), Pki::of(kind).localhost().der());
            assert_eq!(pki.localhost().chain_der()[1], pki.intermediate().der());
            assert_eq!(pki.client().chain_der()[1], pki.intermediate().der());
            assert_ne!(pki.client().der(), pki.localhost().der());
        }
    }
}
