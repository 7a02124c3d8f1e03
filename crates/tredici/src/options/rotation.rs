//! Which options can be replaced in a connector or listener that lives, and by what.

use sha2::{Digest, Sha256};

use super::{ConnectOptions, ListenOptions, Pem, PemList, PrivateKey, PrivateKeys, Values, form::Place};
use crate::error::Error;

/// All that a connection takes from the context that is its own from beginning to end, and of that whatever comes with a
/// renewal.
const REPLACEABLE: [&str; 9] =
    ["ca", "extraCa", "caStore", "crl", "pins", "pinsReportOnly", "cert", "key", "passphrase"];
/// What a listener has of that.
const REPLACEABLE_IN_LISTENER: [&str; 5] = ["ca", "crl", "cert", "key", "passphrase"];

impl ConnectOptions {
    /// These, but for what `new` gives.
    pub(crate) fn rotated(&self, new: &Self) -> Result<Self, Error> {
        self.0.rotated(&new.0, &REPLACEABLE).map(Self)
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

impl ListenOptions {
    /// These, but for what `new` gives.
    pub(crate) fn rotated(&self, new: &Self) -> Result<Self, Error> {
        self.0.rotated(&new.0, &REPLACEABLE_IN_LISTENER).map(Self)
    }
}

impl Values {
    fn rotated(&self, new: &Self, replaceable: &[&str]) -> Result<Self, Error> {
        if let Some(fixed) = new.given().find(|name| !replaceable.contains(name)) {
            let refused = Place::option(fixed).wrong_value("cannot be replaced while it is in use");
            let hint = format!("begin anew, or rotate only {}", replaceable.join(", "));
            return Err(refused.with_hint(hint));
        }
        Ok(self.overlaid(new))
    }
}
