//! All that a decision to trust depends on, in one value.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use super::super::{
    engine::{Anchors, ContextTerms, Der},
    judgement::PinTerms,
};
use crate::options::{Engine, Values};

/// A session may be resumed under the trust decision that it was made under, and under no other. A connector that keeps
/// its sessions itself has but one; a session in a store that others use, or that leaves the process, takes this along.
pub(crate) struct Scope {
    anchors: Option<Vec<Der>>,
    extra: Vec<Der>,
    identities: Vec<Vec<Der>>,
    revocation: Vec<Der>,
    pins: Vec<String>,
    policy: String,
    digest: OnceLock<[u8; 32]>,
}

impl Scope {
    pub(super) fn of(terms: &ContextTerms, pins: Option<&PinTerms>, values: &Values, engine: Engine) -> Self {
        let identity_check = values.check_server_identity.as_ref().map(|check| check.1.to_bytes());
        Self {
            anchors: match &terms.trust.anchors {
                Anchors::Bundled => None,
                Anchors::Given(given) => Some(given.clone()),
            },
            extra: terms.trust.extra.clone(),
            identities: terms.identities.chains.iter().map(|chain| chain.certificates.clone()).collect(),
            revocation: terms.revocation.lists.clone(),
            pins: pins.map(texts).unwrap_or_default(),
            policy: format!(
                "{engine} {} {} {:?} {} {identity_check:?}",
                terms.min_version,
                terms.max_version,
                terms.suites,
                values.reject_unauthorized()
            ),
            digest: OnceLock::new(),
        }
    }

    /// SHA-256 over all of it, each part with its length before it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| {
            let mut hash = Sha256::new();
            let bundled = || webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref).collect();
            let anchors: Vec<&[u8]> =
                self.anchors.as_ref().map_or_else(bundled, |given| given.iter().map(|der| &**der).collect());
            add(&mut hash, &anchors);
            add(&mut hash, &self.extra.iter().map(|der| &**der).collect::<Vec<_>>());
            hash.update(self.identities.len().to_be_bytes());
            for chain in &self.identities {
                add(&mut hash, &chain.iter().map(|der| &**der).collect::<Vec<_>>());
            }
            add(&mut hash, &self.revocation.iter().map(|der| &**der).collect::<Vec<_>>());
            add(&mut hash, &self.pins.iter().map(String::as_bytes).collect::<Vec<_>>());
            add(&mut hash, &[self.policy.as_bytes()]);
            hash.finalize().into()
        })
    }
}

/// In one order, whatever that of the caller's list is; at the end whether they are enforced.
fn texts(terms: &PinTerms) -> Vec<String> {
    let mut texts: Vec<_> = terms.pins.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.push(terms.report_only.to_string());
    texts
}

fn add(hash: &mut Sha256, parts: &[&[u8]]) {
    hash.update(parts.len().to_be_bytes());
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
}
