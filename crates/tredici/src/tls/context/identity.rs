//! Who this side is, from the options `cert`, `key` and `passphrase`.

use zeroize::Zeroizing;

use super::{
    super::engine::{Chain, Identities, PrivateKey},
    kind, trust,
};
use crate::{error::Error, options::Values};

pub(super) fn load(values: &Values) -> Result<Identities, Error> {
    let mut identities = Identities::default();
    for pem in values.cert.iter().flat_map(|list| list.placed("cert")) {
        let chain = Chain { certificates: trust::read(&pem)?, place: pem.to_string() };
        kind::check(&chain)?;
        identities.chains.push(chain);
    }
    for (key, pem) in values.key.iter().flat_map(|keys| keys.placed("key")) {
        let passphrase = key.own_passphrase().or(values.passphrase.as_ref());
        let text = pem.load()?;
        if !holds_key(&text) {
            return Err(pem.without("ERR_OSSL_UNSUPPORTED", "private key", "PRIVATE KEY"));
        }
        identities.keys.push(PrivateKey {
            place: pem.to_string(),
            pem: text,
            passphrase: passphrase.map(|secret| Zeroizing::new(secret.reveal().as_bytes().to_vec())),
        });
    }
    Ok(identities)
}

/// Looked for in the bytes: a text made of them would be one more copy of the key.
fn holds_key(pem: &[u8]) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    pem.windows(MARK.len()).any(|window| window == MARK)
}
