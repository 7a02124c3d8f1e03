//! The certificates that this side shows, with their keys.

use openssl::{
    pkey::{Id, PKey, Private},
    ssl::SslContextBuilder,
    x509::X509,
};

use super::{
    super::{Chain, Der, Identities, PrivateKey},
    failure::option_error,
};
use crate::error::Error;

/// OpenSSL's limit for a passphrase.
const PASSPHRASE_MAX: usize = 1024;

/// Gives each chain its key and both to the context; returns the leaves in use.
pub(super) fn apply(
    context: &mut SslContextBuilder,
    identities: &Identities,
) -> Result<Vec<(X509, Der)>, Error> {
    let keys: Vec<_> = identities.keys.iter().map(read_key).collect::<Result<_, _>>()?;
    let mut kinds = Vec::new();
    identities.chains.iter().map(|chain| show(context, chain, &keys, &mut kinds)).collect()
}

fn show(
    context: &mut SslContextBuilder,
    chain: &Chain,
    keys: &[PKey<Private>],
    kinds: &mut Vec<Id>,
) -> Result<(X509, Der), Error> {
    let Chain { place, certificates } = chain;
    let refuse = |stack| option_error(place, &stack);
    let read: Vec<_> =
        certificates.iter().map(|der| X509::from_der(der)).collect::<Result<_, _>>().map_err(refuse)?;
    let Some((leaf, intermediates)) = read.split_first() else {
        return Err(Error::invalid("ERR_OSSL_PEM_NO_START_LINE", format!("{place} holds no certificate")));
    };
    let public = leaf.public_key().map_err(refuse)?;
    let key = keys.iter().find(|key| key.public_eq(&public)).ok_or_else(|| chain.without_key())?;
    if kinds.contains(&key.id()) {
        let message =
            "options.cert names two certificates with the same kind of key, of which only one could be shown";
        return Err(Error::invalid("ERR_INVALID_ARG_VALUE", message)
            .with_hint("give one of each kind, such as RSA and ECDSA"));
    }
    kinds.push(key.id());
    context.set_certificate(leaf).map_err(refuse)?;
    for intermediate in intermediates {
        tredici_openssl::add_chain_certificate(context, intermediate).map_err(refuse)?;
    }
    context.set_private_key(key).map_err(|stack| option_error("options.key", &stack))?;
    Ok((leaf.clone(), certificates[0].clone()))
}

fn read_key(key: &PrivateKey) -> Result<PKey<Private>, Error> {
    let passphrase = key.passphrase.as_ref().map(|secret| secret.as_slice());
    if passphrase.is_some_and(|secret| secret.len() > PASSPHRASE_MAX) {
        return Err(Error::invalid(
            "ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED",
            format!("options.passphrase is longer than {PASSPHRASE_MAX} bytes"),
        ));
    }
    // The callback stands in for OpenSSL's own, which would ask at the terminal.
    let read = PKey::private_key_from_pem_callback(&key.pem, |buffer| {
        let secret = passphrase.unwrap_or_default();
        let room = buffer.get_mut(..secret.len());
        Ok(room.map_or(0, |room| {
            room.copy_from_slice(secret);
            secret.len()
        }))
    });
    read.map_err(|stack| {
        if !is_encrypted(&key.pem) {
            let message = format!("{} holds no private key that can be read", key.place);
            return Error::invalid("ERR_OSSL_UNSUPPORTED", message).with_source(stack);
        }
        let message = match passphrase {
            None => format!("{} is encrypted, and there is no passphrase", key.place),
            Some(_) => format!("{} does not open with this passphrase", key.place),
        };
        Error::invalid("ERR_OSSL_BAD_DECRYPT", message).with_source(stack)
    })
}

fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
}
