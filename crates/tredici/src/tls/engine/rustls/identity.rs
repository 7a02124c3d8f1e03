//! Who this side is.

use std::{fmt, sync::Arc};

use rustls::{
    SignatureAlgorithm, SignatureScheme,
    client::ResolvesClientCert,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::{CertifiedKey, SigningKey},
};
use zeroize::Zeroizing;

use super::{
    super::{Chain, Der, Identities, PrivateKey},
    companion,
    failure::{option_error, unsupported},
};
use crate::error::Error;

/// Certificate chains with their keys: what is shown to a peer that can read it.
pub(super) struct Identity {
    shown: Vec<(Arc<CertifiedKey>, Der)>,
}

impl Identity {
    /// Gives each chain its key.
    pub(super) fn new(identities: &Identities) -> Result<Self, Error> {
        let keys: Vec<_> = identities.keys.iter().map(read_key).collect::<Result<_, _>>()?;
        let mut shown = Vec::new();
        for chain in &identities.chains {
            shown.push(pair(chain, &keys)?);
        }
        let mut kinds: Vec<_> = shown.iter().map(|(certified, _)| certified.key.algorithm()).collect();
        kinds.sort_by_key(|kind| u8::from(*kind));
        if kinds.windows(2).any(|two| two[0] == two[1]) {
            let message = "options.cert names two certificates with the same kind of key, of which only one could be shown";
            return Err(Error::invalid("ERR_INVALID_ARG_VALUE", message)
                .with_hint("give one of each kind, such as RSA and ECDSA"));
        }
        // The order of preference of the signature algorithms, which is also the other engine's.
        shown.sort_by_key(|(certified, _)| match certified.key.algorithm() {
            SignatureAlgorithm::ECDSA => 0,
            SignatureAlgorithm::ED25519 => 1,
            _ => 2,
        });
        Ok(Self { shown })
    }

    /// What is shown where the peer does not ask for anything else.
    pub(super) fn first(&self) -> Option<&Der> {
        self.shown.first().map(|(_, leaf)| leaf)
    }

    fn show(&self, schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let able =
            |(certified, _): &&(Arc<CertifiedKey>, Der)| certified.key.choose_scheme(schemes).is_some();
        let (certified, leaf) = self.shown.iter().find(able)?;
        let _ = companion::with(|companion| companion.shown = Some(leaf.clone()));
        Some(certified.clone())
    }
}

impl ResolvesClientCert for Identity {
    /// The authorities that a server names are a hint; OpenSSL heeds it no more than this.
    fn resolve(&self, _hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.show(schemes)
    }

    fn has_certs(&self) -> bool {
        !self.shown.is_empty()
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let servername = hello.server_name().map(str::to_owned);
        let _ = companion::with(|companion| companion.servername = servername);
        // One that the client cannot read makes the handshake fail with the right alert.
        self.show(hello.signature_schemes()).or_else(|| Some(self.shown.first()?.0.clone()))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

fn pair(chain: &Chain, keys: &[Arc<dyn SigningKey>]) -> Result<(Arc<CertifiedKey>, Der), Error> {
    let Chain { place, certificates } = chain;
    let Some(leaf) = certificates.first() else {
        return Err(Error::invalid("ERR_OSSL_PEM_NO_START_LINE", format!("{place} holds no certificate")));
    };
    let (_, parsed) = x509_parser::parse_x509_certificate(leaf).map_err(|error| {
        Error::invalid("ERR_OSSL_ASN1_PARSE_ERROR", format!("{place} cannot be read: {error}"))
    })?;
    let belongs = |key: &&Arc<dyn SigningKey>| {
        key.public_key().is_some_and(|public| *public == *parsed.public_key().raw)
    };
    let key = keys.iter().find(belongs).ok_or_else(|| chain.without_key())?;
    let certificates = certificates.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
    Ok((Arc::new(CertifiedKey::new(certificates, key.clone())), leaf.clone()))
}

fn read_key(key: &PrivateKey) -> Result<Arc<dyn SigningKey>, Error> {
    if is_encrypted(&key.pem) {
        return Err(match key.passphrase {
            Some(_) => unsupported("an encrypted key"),
            None => Error::invalid(
                "ERR_OSSL_BAD_DECRYPT",
                format!("{} is encrypted, and there is no passphrase", key.place),
            )
            .with_hint("give options.passphrase, which only the engine openssl honours, or decrypt the key"),
        });
    }
    let der = PrivateKeyDer::from_pem_slice(&key.pem).map(Zeroizing::new).map_err(|error| {
        Error::invalid(
            "ERR_OSSL_UNSUPPORTED",
            format!("{} holds no private key that can be read: {error}", key.place),
        )
        .with_reason(error.to_string())
    })?;
    any_supported_type(&der).map_err(|error| {
        option_error(&key.place, &error).with_hint(
            "give an RSA key of 2048 to 8192 bits, an ECDSA or an Ed25519 key; the engine openssl has other sizes of RSA",
        )
    })
}

/// Looked for in the bytes: a text made of them would be one more copy of the key.
fn is_encrypted(pem: &[u8]) -> bool {
    let has = |mark: &[u8]| pem.windows(mark.len()).any(|window| window == mark);
    has(b"BEGIN ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED")
}
