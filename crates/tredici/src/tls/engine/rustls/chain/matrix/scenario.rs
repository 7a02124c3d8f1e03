//! A root, two authorities beneath it and a leaf, before anything is wrong with them.

use std::time::{Duration, SystemTime};

use tredici_test::draft::{Draft, Extension, ListDraft, extension, sequence, tlv};

use super::{super::Purpose, keys};

/// The places in a chain.
pub(super) const LEAF: usize = 0;
pub(super) const LOWER: usize = 1;
pub(super) const UPPER: usize = 2;
pub(super) const ROOT: usize = 3;

pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a peer presents to somebody who trusts others, and for which purpose.
#[derive(Clone)]
pub(super) struct Scenario {
    /// Each is issued by the one behind it, the last by itself.
    pub(super) chain: [Draft; 4],
    /// The leaf has issued itself.
    pub(super) is_self_signed: bool,
    /// The places in the chain of what the peer presents.
    pub(super) presented: Vec<usize>,
    /// The places in the chain of what is given as `ca`.
    pub(super) ca: Vec<usize>,
    /// What else is presented, after that and the place where it stands.
    pub(super) also_presented: Vec<(usize, Source)>,
    /// What else is given as `ca`, before that.
    pub(super) also_ca: Vec<Source>,
    /// What is given as `crl`.
    pub(super) lists: Vec<List>,
    pub(super) purpose: Purpose,
    pub(super) now: SystemTime,
}

/// Where a certificate beside the chain comes from.
#[derive(Clone)]
pub(super) enum Source {
    /// This one, by its own key.
    SelfSigned(Draft),
    /// This one, by that in the chain.
    IssuedBy(usize, Draft),
    /// This one, by another one beside the chain.
    Beside(Box<(Draft, Draft)>),
    /// That in the chain once more.
    Again(usize),
}

/// A list of revoked certificates, and who has signed it.
#[derive(Clone)]
pub(super) struct List {
    pub(super) draft: ListDraft,
    pub(super) signer: Signer,
}

/// Who signs a list.
#[derive(Clone)]
pub(super) enum Signer {
    /// That in the chain.
    Place(usize),
    /// Somebody else.
    Beside(Box<Draft>),
}

/// The certificates of a scenario.
pub(super) struct Certificates {
    pub(super) presented: Vec<Vec<u8>>,
    pub(super) ca: Vec<Vec<u8>>,
    pub(super) lists: Vec<Vec<u8>>,
}

impl Scenario {
    /// Nothing is wrong.
    pub(super) fn new(purpose: Purpose) -> Self {
        let mut chain = [
            Draft::new("localhost", &keys::p256()),
            Draft::authority("Lower", &keys::p256()),
            Draft::authority("Upper", &keys::p256()),
            Draft::authority("Root", &keys::p256()),
        ];
        for (draft, issuer) in chain.iter_mut().zip(["Lower", "Upper", "Root", "Root"]) {
            draft.set(identified_by(issuer));
        }
        let leaf = &mut chain[LEAF];
        leaf.set(Extension::ce(extension::KEY_USAGE, true, &[3, 2, 7, 0x80]));
        leaf.set(purposes(&[SERVER, CLIENT]));
        leaf.set(Extension::ce(extension::BASIC_CONSTRAINTS, true, &[0x30, 0]));
        leaf.set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &sequence(&[tlv(0x82, b"localhost")])));
        Self {
            chain,
            is_self_signed: false,
            presented: vec![LEAF, LOWER, UPPER],
            ca: vec![ROOT],
            also_presented: Vec::new(),
            also_ca: Vec::new(),
            lists: Vec::new(),
            purpose,
            now: now(),
        }
    }

    /// Nothing is wrong, and each authority has issued a list.
    pub(super) fn with_lists(purpose: Purpose) -> Self {
        let list = |place| List { draft: ListDraft::new(), signer: Signer::Place(place) };
        Self { lists: [LOWER, UPPER, ROOT].map(list).to_vec(), ..Self::new(purpose) }
    }

    pub(super) fn certificates(&self) -> Certificates {
        let issuers = [if self.is_self_signed { LEAF } else { LOWER }, UPPER, ROOT, ROOT];
        let issued = |(draft, issuer): (&Draft, usize)| draft.issued_by(&self.chain[issuer]);
        let chain: Vec<_> = self.chain.iter().zip(issuers).map(issued).collect();
        let make = |source: &Source| match source {
            Source::SelfSigned(draft) => draft.self_signed(),
            Source::IssuedBy(place, draft) => draft.issued_by(&self.chain[*place]),
            Source::Beside(pair) => pair.0.issued_by(&pair.1),
            Source::Again(place) => chain[*place].clone(),
        };
        let mut presented: Vec<_> = self.presented.iter().map(|place| chain[*place].clone()).collect();
        for (place, source) in &self.also_presented {
            presented.insert((*place).min(presented.len()), make(source));
        }
        let also = self.also_ca.iter().map(make);
        let ca = also.chain(self.ca.iter().map(|place| chain[*place].clone())).collect();
        let issue = |list: &List| match &list.signer {
            Signer::Place(place) => list.draft.issued_by(&self.chain[*place]),
            Signer::Beside(draft) => list.draft.issued_by(draft),
        };
        let lists = self.lists.iter().map(issue).collect();
        Certificates { presented, ca, lists }
    }
}

pub(super) const SERVER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
pub(super) const CLIENT: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
pub(super) const ANY: &[u8] = &[0x55, 0x1d, 0x25, 0];
pub(super) const GATED: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 3];

#[expect(clippy::disallowed_methods, reason = "the certificates of a test are good by the real time")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// extKeyUsage with these.
pub(super) fn purposes(oids: &[&[u8]]) -> Extension {
    let oids: Vec<_> = oids.iter().map(|oid| tlv(6, oid)).collect();
    Extension::ce(extension::PURPOSES, false, &sequence(&oids))
}

/// authorityKeyIdentifier with this key identifier.
pub(super) fn identified_by(key_id: &str) -> Extension {
    Extension::ce(extension::AUTHORITY_KEY_ID, false, &sequence(&[tlv(0x80, key_id.as_bytes())]))
}
