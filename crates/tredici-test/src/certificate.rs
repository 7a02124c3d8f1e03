//! A certificate that was made, with its key and with what leads from it to the root.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::Key;

/// A certificate, its key, and the intermediates between it and its root.
#[derive(Clone, Debug)]
pub struct Certificate {
    issued: rcgen::Certificate,
    intermediates: Vec<rcgen::Certificate>,
    key: Key,
    serial: Vec<u8>,
}

impl Certificate {
    pub(crate) fn new(
        issued: rcgen::Certificate,
        intermediates: Vec<rcgen::Certificate>,
        key: Key,
        serial: Vec<u8>,
    ) -> Self {
        Self { issued, intermediates, key, serial }
    }

    /// The number that its issuer gave it.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The certificate alone, in DER.
    pub fn der(&self) -> &[u8] {
        self.issued.der()
    }

    /// The certificate alone, in PEM: what a server sends that forgets its intermediate.
    pub fn pem(&self) -> String {
        self.issued.pem()
    }

    /// The certificate and its intermediates, nearest first, without the root; each in DER.
    pub fn chain_der(&self) -> Vec<Vec<u8>> {
        self.chain().map(|certificate| certificate.der().to_vec()).collect()
    }

    /// The certificate and its intermediates, nearest first, without the root; in PEM. What a server sends.
    pub fn chain_pem(&self) -> String {
        self.chain().map(rcgen::Certificate::pem).collect()
    }

    /// The intermediates alone, nearest first, in PEM; empty where there is none.
    pub fn intermediates_pem(&self) -> String {
        self.intermediates.iter().map(rcgen::Certificate::pem).collect()
    }

    /// The key that belongs to the certificate.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The key as PKCS#8 in PEM.
    pub fn key_pem(&self) -> String {
        self.key.pem()
    }

    /// Writes `cert.pem`, `chain.pem` (the certificate with its intermediates) and `key.pem`.
    ///
    /// # Panics
    /// Where the directory cannot be written to.
    pub fn write_to(&self, directory: &Path) -> Files {
        let write = |name: &str, contents: String| {
            let path = directory.join(name);
            fs::write(&path, contents)
                .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
            path
        };
        Files {
            certificate: write("cert.pem", self.pem()),
            chain: write("chain.pem", self.chain_pem()),
            key: write("key.pem", self.key_pem()),
        }
    }

    pub(crate) fn chain(&self) -> impl Iterator<Item = &rcgen::Certificate> {
        iter::once(&self.issued).chain(&self.intermediates)
    }
}

/// Where [`Certificate::write_to`] has put it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate alone.
    pub certificate: PathBuf,
    /// The certificate and its intermediates.
    pub chain: PathBuf,
    /// The key, not encrypted.
    pub key: PathBuf,
}

#[cfg(test)]
mod tests {
    use openssl::pkey::PKey;
    use openssl::x509::X509;

    use crate::{Authority, CertificateSpec};

    #[test]
    fn pem_and_der_say_the_same() {
        let leaf =
            Authority::new("Root").intermediate("Between").leaf(CertificateSpec::server(&["localhost"]));
        assert_eq!(X509::from_pem(leaf.pem().as_bytes()).unwrap().to_der().unwrap(), leaf.der());

        let chain = X509::stack_from_pem(leaf.chain_pem().as_bytes()).unwrap();
        let chain: Vec<_> = chain.iter().map(|certificate| certificate.to_der().unwrap()).collect();
        assert_eq!(chain, leaf.chain_der());
        assert_eq!(chain[0], leaf.der());
        assert_eq!(chain.len(), 2);
        assert_eq!(leaf.chain_pem(), leaf.pem() + &leaf.intermediates_pem());
    }

    #[test]
    fn the_key_belongs_to_the_certificate() {
        let leaf = CertificateSpec::server(&["localhost"]).self_signed();
        let certificate = X509::from_der(leaf.der()).unwrap();
        let key = PKey::private_key_from_pem(leaf.key_pem().as_bytes()).unwrap();
        assert!(certificate.public_key().unwrap().public_eq(&key));
        assert_eq!(leaf.chain_der(), [leaf.der()]);
    }

    #[test]
    fn the_files_hold_what_the_methods_return() {
        let directory = tempfile::tempdir().unwrap();
        let leaf =
            Authority::new("Root").intermediate("Between").leaf(CertificateSpec::server(&["localhost"]));
        let files = leaf.write_to(directory.path());
        let read = |path| std::fs::read_to_string(path).unwrap();
        assert_eq!(read(files.certificate), leaf.pem());
        assert_eq!(read(files.chain), leaf.chain_pem());
        assert_eq!(read(files.key), leaf.key_pem());
    }
}
