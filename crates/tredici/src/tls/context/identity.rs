//! Who this side is, from the options `cert`, `key` and `passphrase`.

use zeroize::Zeroizing;

use super::{
    super::engine::{Identities, PrivateKey},
    kind, trust,
};
use crate::{
    error::Error,
    options::{PemList, PrivateKeys, Values},
};

pub(super) fn load(values: &Values) -> Result<Identities, Error> {
    let mut identities = Identities::default();
    for pem in values.cert.iter().flat_map(PemList::iter) {
        let chain = trust::read("cert", &pem.load("cert")?)?;
        chain.first().map_or(Ok(()), |leaf| kind::check(leaf))?;
        identities.chains.push(chain);
    }
    for key in values.key.iter().flat_map(PrivateKeys::iter) {
        let passphrase = key.own_passphrase().or(values.passphrase.as_ref());
        identities.keys.push(PrivateKey {
            pem: key.pem().load("key")?,
            passphrase: passphrase.map(|secret| Zeroizing::new(secret.reveal().as_bytes().to_vec())),
        });
    }
    Ok(identities)
}
