//! Which options can be replaced in a connector that lives, and by what.

use sha2::{Digest, Sha256};

use super::{ConnectOptions, Pem, PemList, PrivateKey, PrivateKeys, form::Place};
use crate::error::Error;

/// All that a connection takes from the context that is its own from beginning to end, and of that whatever comes with a
/// renewal.
const REPLACEABLE: [&str; 9] =
    ["ca", "extraCa", "caStore", "crl", "pins", "pinsReportOnly", "cert", "key", "passphrase"];

impl ConnectOptions {
    /// These, but for what `new` gives.
    pub(crate) fn rotated(&self, new: &Self) -> Result<Self, Error> {
        if let Some(fixed) = new.0.given().find(|name| !REPLACEABLE.contains(name)) {
            let place = Place::option(fixed);
            let refused = place.wrong_value("cannot be replaced while the connector lives");
            let hint = format!("make another connector, or rotate only {}", REPLACEABLE.join(", "));
            return Err(refused.with_hint(hint));
        }
        Ok(Self(self.0.overlaid(&new.0)))
    }

    /// Whether any of what can be replaced comes from a file.
    pub(crate) fn names_files(&self) -> bool {
        self.files().next().is_some()
    }

    /// What these files hold, or why they cannot be read.
    pub(crate) fn digest_of_files(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (option, pem) in self.files() {
            let (mark, digest) = match pem.load(option) {
                Ok(bytes) => (0, Sha256::digest(&*bytes)),
                Err(error) => (1, Sha256::digest(error.code())),
            };
            hash.update([mark]);
            hash.update(digest);
        }
        hash.finalize().into()
    }

    /// Each with the option that names it.
    fn files(&self) -> impl Iterator<Item = (&'static str, &Pem)> {
        let values = &self.0;
        let lists =
            [("ca", &values.ca), ("extraCa", &values.extra_ca), ("crl", &values.crl), ("cert", &values.cert)];
        let pems = lists
            .into_iter()
            .flat_map(|(option, list)| list.iter().flat_map(PemList::iter).map(move |pem| (option, pem)));
        let keys = values.key.iter().flat_map(PrivateKeys::iter).map(|key: &PrivateKey| ("key", key.pem()));
        pems.chain(keys).filter(|(_, pem)| pem.is_file())
    }
}
