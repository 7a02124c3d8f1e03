//! Everything that can be wrong with lists of revoked certificates, or looks as if it were.

use std::time::SystemTime;

use openssl::nid::Nid;
use tredici_test::draft::{
    Draft, Extension, ListDraft, RevokedDraft, SignatureAlgorithm, attribute, extension, name, sequence, tlv,
    utc_time,
};

use super::{
    faults::{Fault, set_key},
    keys,
    scenario::{DAY, LEAF, LOWER, List, ROOT, Scenario, Signer, UPPER, identified_by},
};

pub(super) const fn fault(name: &'static str, inflict: fn(&mut Scenario)) -> Fault {
    Fault { name, inflict }
}

/// The places among the lists: whose certificates they name.
pub(super) const OF_LEAF: usize = 0;
pub(super) const OF_LOWER: usize = 1;
pub(super) const OF_UPPER: usize = 2;

pub(super) const LIST_FAULTS: &[Fault] = &[
    // Who stands in them.
    fault("revoked leaf", |s| revoke(s, OF_LEAF, entry(s, LEAF))),
    fault("revoked intermediate", |s| revoke(s, OF_LOWER, entry(s, LOWER))),
    fault("revoked upper intermediate", |s| revoke(s, OF_UPPER, entry(s, UPPER))),
    fault("leaf in the list of another issuer", |s| {
        s.chain[LEAF].serial = vec![0x77];
        revoke(s, OF_LOWER, entry(s, LEAF));
    }),
    fault("others revoked, out of order", |s| {
        for number in (0..100).rev().chain(100..120) {
            revoke(s, OF_LEAF, RevokedDraft::new(&[0x11, number]));
        }
    }),
    fault("leaf revoked among others, out of order", |s| {
        for number in (0..60).rev().chain(60..90) {
            revoke(s, OF_LEAF, RevokedDraft::new(&[0x11, 0x22, number]));
        }
    }),
    fault("leaf in force again", |s| revoke(s, OF_LEAF, entry(s, LEAF).with(reason(8)))),
    fault("leaf on hold", |s| revoke(s, OF_LEAF, entry(s, LEAF).with(reason(6)))),
    fault("leaf in force again and then revoked", |s| {
        revoke(s, OF_LEAF, entry(s, LEAF).with(reason(8)));
        revoke(s, OF_LEAF, entry(s, LEAF).with(reason(1)));
    }),
    fault("leaf revoked and then in force again", |s| {
        revoke(s, OF_LEAF, entry(s, LEAF));
        revoke(s, OF_LEAF, entry(s, LEAF).with(reason(8)));
    }),
    fault("leaf in force again, said twice in one entry", |s| {
        revoke(s, OF_LEAF, entry(s, LEAF).with(reason(8)).with(reason(8)));
    }),
    fault("leaf in force again, in other words", |s| {
        revoke(s, OF_LEAF, entry(s, LEAF).with(Extension::ce(21, false, &[2, 1, 8])));
    }),
    fault("leaf in force again by a number that is longer", |s| {
        revoke(s, OF_LEAF, entry(s, LEAF).with(Extension::ce(21, false, &[10, 2, 1, 8])));
    }),
    fault("leaf without a number", |s| {
        s.chain[LEAF].serial = vec![0];
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("leaf with a number below zero", |s| {
        s.chain[LEAF].serial = vec![0x80];
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("leaf with a number below zero, and the one above revoked", |s| {
        s.chain[LEAF].serial = vec![0x80];
        revoke(s, OF_LEAF, RevokedDraft::new(&[0, 0x80]));
        revoke(s, OF_LEAF, RevokedDraft::new(&[0x80, 0]));
    }),
    fault("leaf with a number of 21 bytes", |s| {
        s.chain[LEAF].serial = vec![0x70; 21];
        revoke(s, OF_LEAF, RevokedDraft::new(&[0x70; 20]));
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("number with a byte too many in a list", |s| revoke(s, OF_LEAF, RevokedDraft::new(&[0, 1]))),
    // Entries.
    fault("leaf revoked in the name of its issuer", |s| {
        let issuer = by(&s.chain[LOWER].subject);
        revoke(s, OF_LEAF, entry(s, LEAF).with(issuer));
    }),
    fault("leaf revoked in the name of somebody else", |s| {
        revoke(s, OF_LEAF, entry(s, LEAF).with(by(&common_name("Else"))));
    }),
    fault("leaf revoked behind an entry of somebody else", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(by(&common_name("Else"))));
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("leaf revoked behind an entry of nobody", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(Extension::ce(29, true, &[0x30, 0])));
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("leaf revoked for somebody else and for its issuer", |s| {
        let issuer = by(&s.chain[LOWER].subject);
        revoke(s, OF_LEAF, entry(s, LEAF).with(by(&common_name("Else"))));
        revoke(s, OF_LEAF, entry(s, LEAF).with(issuer).with(reason(4)));
    }),
    fault("leaf in force again behind a malformed entry", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(Extension::ce(29, true, &[5, 0])));
        revoke(s, OF_LEAF, entry(s, LEAF).with(reason(8)));
    }),
    fault("leaf of somebody else behind a malformed reason", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(Extension::ce(21, true, &[5, 0])));
        revoke(s, OF_LEAF, entry(s, LEAF).with(by(&common_name("Else"))));
    }),
    fault("malformed reason of somebody else's leaf", |s| {
        let malformed = Extension::ce(21, false, &[10, 0]);
        revoke(s, OF_LEAF, entry(s, LEAF).with(by(&common_name("Else"))).with(malformed));
    }),
    fault("entry with an unknown critical extension", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(unknown(true)));
    }),
    fault("entry with an unknown extension", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(unknown(false)));
    }),
    fault("entry with a critical reason", |s| {
        revoke(s, OF_LOWER, RevokedDraft::new(&[1]).with(Extension::ce(21, true, &[10, 1, 1])));
    }),
    fault("unknown critical extension behind a malformed entry", |s| {
        revoke(s, OF_LEAF, RevokedDraft::new(&[1]).with(Extension::ce(29, true, &[5, 0])));
        revoke(s, OF_LEAF, RevokedDraft::new(&[2]).with(unknown(true)));
    }),
    fault("no entries, but a list of them", |s| list(s, OF_LEAF).entries = Some(Vec::new())),
    fault("entry with a date of this century", |s| {
        let date = (0x18, b"20240101000000Z".to_vec());
        revoke(s, OF_LEAF, RevokedDraft { date, ..entry(s, LEAF) });
    }),
    fault("entry whose date is no date", |s| {
        let date = (0x17, b"not a date at".to_vec());
        revoke(s, OF_LEAF, RevokedDraft { date, ..entry(s, LEAF) });
    }),
    fault("entry whose date is too short", |s| {
        let date = (0x17, b"2401010000Z".to_vec());
        revoke(s, OF_LEAF, RevokedDraft { date, ..entry(s, LEAF) });
    }),
    fault("entry with something behind it", |s| {
        revoke(s, OF_LEAF, RevokedDraft { rest: vec![5, 0], ..entry(s, LEAF) });
    }),
    // Which lists there are.
    fault("no list for the leaf", |s| drop(s.lists.remove(OF_LEAF))),
    fault("no list for the intermediate", |s| s.lists.retain(|list| !is_by(list, UPPER))),
    fault("no list of the root", |s| s.lists.retain(|list| !is_by(list, ROOT))),
    fault("only somebody else's list", |s| {
        let stranger = Draft::authority("Stranger", &keys::p256());
        s.lists = vec![List { draft: ListDraft::new(), signer: Signer::Beside(Box::new(stranger)) }];
    }),
    fault("every list twice", |s| s.lists.extend_from_within(..)),
    fault("lists in another order", |s| s.lists.reverse()),
    fault("older list in which the leaf stands, behind", |s| {
        let older = older(s);
        s.lists.push(older);
    }),
    fault("older list in which the leaf stands, before", |s| {
        let older = older(s);
        s.lists.insert(0, older);
    }),
    fault("newer list in which the leaf stands, behind", |s| {
        let mut newer = older(s);
        newer.draft.last_update = utc_time(s.now - DAY / 2);
        s.lists.push(newer);
    }),
    fault("newer list in which the leaf stands, before", |s| {
        let mut newer = older(s);
        newer.draft.last_update = utc_time(s.now - DAY / 2);
        s.lists.insert(0, newer);
    }),
    fault("list of the same age in which the leaf stands, behind", |s| {
        let mut other = older(s);
        other.draft.last_update = list(s, OF_LEAF).last_update.clone();
        s.lists.push(other);
    }),
    fault("list of the same age in which the leaf stands, before", |s| {
        let mut other = older(s);
        other.draft.last_update = list(s, OF_LEAF).last_update.clone();
        s.lists.insert(0, other);
    }),
    fault("expired list in which the leaf stands", |s| {
        let mut other = older(s);
        other.draft.next_update = Some(utc_time(s.now - DAY / 2));
        s.lists.push(other);
    }),
    fault("list of tomorrow in which the leaf stands", |s| {
        let mut other = older(s);
        other.draft.last_update = utc_time(s.now + DAY);
        s.lists.push(other);
    }),
    fault("newer list with an unknown critical extension", |s| {
        let mut newer = older(s);
        newer.draft.last_update = utc_time(s.now);
        newer.draft.set(unknown(true));
        s.lists.push(newer);
    }),
    fault("newer list for authorities", |s| {
        let mut newer = older(s);
        newer.draft.last_update = utc_time(s.now);
        newer.draft.set(issuing_point(&[tlv(0x82, &[0xff])]));
        s.lists.push(newer);
    }),
    fault("newer list that is forged", |s| {
        let mut newer = older(s);
        newer.draft.last_update = utc_time(s.now);
        newer.draft.is_forged = true;
        s.lists.push(newer);
    }),
    fault("newer list with a date that is no date", |s| {
        let mut newer = older(s);
        newer.draft.last_update = (0x17, b"not a date at".to_vec());
        s.lists.push(newer);
    }),
    // Dates.
    fault("expired list of the leaf's issuer", |s| {
        list(s, OF_LEAF).next_update = Some(utc_time(s.now - DAY / 2));
    }),
    fault("expired list of the root", |s| list(s, OF_UPPER).next_update = Some(utc_time(s.now - DAY / 2))),
    fault("list of tomorrow", |s| list(s, OF_LOWER).last_update = utc_time(s.now + DAY)),
    fault("list that expired before it was made", |s| {
        let now = s.now;
        let list = list(s, OF_LEAF);
        (list.last_update, list.next_update) = (utc_time(now + DAY), Some(utc_time(now - DAY)));
    }),
    fault("list without an end", |s| list(s, OF_LEAF).next_update = None),
    fault("list from year 0 to 9999", |s| {
        let list = list(s, OF_LOWER);
        list.last_update = (0x18, b"00000101000000Z".to_vec());
        list.next_update = Some((0x18, b"99991231235959Z".to_vec()));
    }),
    fault("list whose date is no date", |s| list(s, OF_LEAF).last_update.1 = b"not a date at".to_vec()),
    fault("list whose end is no date", |s| {
        list(s, OF_LOWER).next_update = Some((0x18, b"20301301000000Z".to_vec()));
    }),
    fault("list whose end is too short", |s| {
        list(s, OF_LEAF).next_update = Some((0x17, b"4901010000Z".to_vec()));
    }),
    fault("list that ends now", |s| {
        s.now = whole_seconds(s.now);
        list(s, OF_LEAF).next_update = Some(utc_time(s.now));
    }),
    fault("list that begins now", |s| {
        s.now = whole_seconds(s.now);
        list(s, OF_LEAF).last_update = utc_time(s.now);
    }),
    // Signatures.
    fault("forged list of the leaf's issuer", |s| list(s, OF_LEAF).is_forged = true),
    fault("forged list of the root", |s| list(s, OF_UPPER).is_forged = true),
    fault("list by another key of the same name", |s| {
        s.lists[OF_LEAF].signer = Signer::Beside(Box::new(Draft::authority("Lower", &keys::p256())));
    }),
    fault("list by the root in the issuer's name", |s| {
        let subject = s.chain[LOWER].subject.clone();
        s.lists[OF_LEAF].signer = Signer::Place(ROOT);
        list(s, OF_LEAF).issuer = Some(subject);
    }),
    fault("list with two algorithms", |s| {
        list(s, OF_LEAF).inner_algorithm = Some(SignatureAlgorithm::EcdsaSha384.identifier());
    }),
    fault("list said to be signed by RSA", |s| {
        list(s, OF_LEAF).outer_algorithm = Some(SignatureAlgorithm::RsaSha256.identifier());
    }),
    fault("list signed by something unknown", |s| {
        list(s, OF_LEAF).outer_algorithm = Some(sequence(&[tlv(6, &[0x2a, 3, 4])]));
    }),
    fault("list with an algorithm that is none", |s| {
        list(s, OF_LEAF).outer_algorithm = Some(sequence(&[tlv(4, &[0x2a, 3, 4])]));
    }),
    fault("list whose signature is not of whole bytes", |s| list(s, OF_LEAF).unused_bits = 1),
    fault("list whose signature ends nowhere", |s| list(s, OF_LEAF).unused_bits = 9),
    fault("list of the root signed with SHA-1", |s| {
        list(s, OF_UPPER).algorithm = Some(SignatureAlgorithm::EcdsaSha1);
    }),
    fault("list signed with SHA-384", |s| list(s, OF_LEAF).algorithm = Some(SignatureAlgorithm::EcdsaSha384)),
    fault("lists by RSA", |s| set_key(s, LOWER, &keys::rsa())),
    fault("lists by RSA with SHA-1", |s| {
        set_key(s, UPPER, &keys::rsa());
        list(s, OF_LOWER).algorithm = Some(SignatureAlgorithm::RsaSha1);
    }),
    fault("lists by RSASSA-PSS", |s| {
        set_key(s, LOWER, &keys::rsa().signing(SignatureAlgorithm::RsaPssSha256));
    }),
    fault("lists by Ed25519", |s| set_key(s, UPPER, &keys::ed25519())),
    fault("lists by P-384", |s| {
        set_key(s, LOWER, &keys::on_curve(Nid::SECP384R1).signing(SignatureAlgorithm::EcdsaSha384));
    }),
    fault("lists by a weak key", |s| set_key(s, LOWER, &keys::weak_rsa())),
    // Who may sign.
    fault("intermediate that must not sign lists", |s| usage(s, LOWER, &[3, 2, 2, 4])),
    fault("root that must not sign lists", |s| usage(s, ROOT, &[3, 2, 2, 4])),
    fault("intermediate that must sign lists alone", |s| usage(s, LOWER, &[3, 2, 1, 2])),
    fault("intermediate that may sign anything", |s| s.chain[LOWER].remove(extension::KEY_USAGE)),
    fault("list that names its issuer's key", |s| list(s, OF_LEAF).set(identified_by("Lower"))),
    fault("list that names another key", |s| list(s, OF_LEAF).set(identified_by("Other"))),
    fault("list that names its issuer's issuer", |s| {
        let names = tlv(0xa1, &tlv(0xa4, &s.chain[UPPER].subject));
        let value = sequence(&[names, tlv(0x82, &s.chain[LOWER].serial)]);
        list(s, OF_LEAF).set(Extension::ce(extension::AUTHORITY_KEY_ID, false, &value));
    }),
    fault("list that names another serial number", |s| {
        let value = sequence(&[tlv(0x82, &[9])]);
        list(s, OF_LEAF).set(Extension::ce(extension::AUTHORITY_KEY_ID, true, &value));
    }),
    fault("list that names no key rightly", |s| {
        list(s, OF_LEAF).set(Extension::ce(extension::AUTHORITY_KEY_ID, true, &[5, 0]));
    }),
    fault("list that names two keys", |s| {
        list(s, OF_LEAF).extensions.extend([identified_by("Lower"), identified_by("Other")]);
    }),
    fault("list by a namesake higher on the path", |s| {
        s.chain[ROOT].subject = s.chain[LOWER].subject.clone();
        s.lists[OF_LEAF].signer = Signer::Place(ROOT);
        list(s, OF_LEAF).set(identified_by("Root"));
    }),
    fault("older list by the issuer beside one by its namesake", |s| {
        s.chain[ROOT].subject = s.chain[LOWER].subject.clone();
        let mut other = s.lists[OF_LEAF].clone();
        other.signer = Signer::Place(ROOT);
        other.draft.set(identified_by("Root"));
        other.draft.last_update = utc_time(s.now);
        s.lists[OF_LEAF].draft.set(identified_by("Lower"));
        s.lists.push(other);
    }),
    fault("list whose issuer is written in another way", |s| {
        list(s, OF_LEAF).issuer = Some(name(&[&[attribute(3, 0x13, b" lower  ")]]));
    }),
    fault("list without an issuer", |s| list(s, OF_LEAF).issuer = Some(name(&[]))),
    // Forms.
    fault("list of version 1", |s| list(s, OF_LEAF).version = None),
    fault("list of version 1 with extensions", |s| {
        list(s, OF_LEAF).version = None;
        list(s, OF_LEAF).set(number());
    }),
    fault("list of version 6", |s| list(s, OF_LEAF).version = Some(5)),
    fault("list with something behind it", |s| list(s, OF_LEAF).rest = vec![5, 0]),
    fault("list with a number", |s| list(s, OF_LEAF).set(number())),
    fault("list with a critical number", |s| list(s, OF_LEAF).set(Extension { critical: true, ..number() })),
    fault("list with an unknown extension", |s| list(s, OF_LEAF).set(unknown(false))),
    fault("list with an unknown critical extension", |s| list(s, OF_LEAF).set(unknown(true))),
    fault("list of the root with an unknown critical extension", |s| list(s, OF_UPPER).set(unknown(true))),
    fault("list with an unknown critical extension in which the leaf stands", |s| {
        list(s, OF_LEAF).set(unknown(true));
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("extensions that are none", |s| list(s, OF_LEAF).rest = tlv(0xa0, &[5, 0])),
    fault("extension of a list that is none", |s| {
        list(s, OF_LEAF).rest = tlv(0xa0, &sequence(&[sequence(&[tlv(6, &[0x2a, 3])])]));
    }),
    fault("list of what has changed", |s| list(s, OF_LEAF).extensions.extend([number(), delta()])),
    fault("list of what has changed, without a number", |s| list(s, OF_LEAF).set(delta())),
    fault("list of what has changed, by nobody who may sign it", |s| {
        usage(s, LOWER, &[3, 2, 2, 4]);
        list(s, OF_LEAF).extensions.extend([number(), delta()]);
        list(s, OF_LEAF).set(issuing_point(&[tlv(0x82, &[0xff])]));
    }),
    fault("list of what has changed since nothing", |s| {
        usage(s, LOWER, &[3, 2, 2, 4]);
        list(s, OF_LEAF).set(Extension::ce(27, true, &[5, 0]));
    }),
    fault("revoked leaf in a list of what has changed", |s| {
        let mut changes = older(s);
        changes.draft.last_update = utc_time(s.now);
        changes.draft.extensions.extend([number(), delta()]);
        s.lists.push(changes);
    }),
];

pub(super) fn list(s: &mut Scenario, place: usize) -> &mut ListDraft {
    // Another fault may have taken it away.
    if s.lists.len() <= place {
        s.lists.resize(place + 1, List { draft: ListDraft::new(), signer: Signer::Place(ROOT) });
    }
    &mut s.lists[place].draft
}

fn is_by(list: &List, place: usize) -> bool {
    matches!(list.signer, Signer::Place(signer) if signer == place)
}

pub(super) fn revoke(s: &mut Scenario, place: usize, entry: RevokedDraft) {
    list(s, place).revoke(entry);
}

/// An entry that names this certificate.
pub(super) fn entry(s: &Scenario, place: usize) -> RevokedDraft {
    RevokedDraft::new(&s.chain[place].serial)
}

/// A list of the leaf's issuer in which the leaf stands, and that is an hour older than another.
pub(super) fn older(s: &Scenario) -> List {
    let mut draft = ListDraft::new();
    draft.last_update = utc_time(s.now - DAY - DAY / 24);
    draft.revoke(entry(s, LEAF));
    List { draft, signer: Signer::Place(LOWER) }
}

fn usage(s: &mut Scenario, place: usize, value: &[u8]) {
    s.chain[place].set(Extension::ce(extension::KEY_USAGE, true, value));
}

/// Why a certificate was revoked.
fn reason(number: u8) -> Extension {
    Extension::ce(21, false, &[10, 1, number])
}

/// Who has issued a certificate that stands in the list of another.
fn by(issuer: &[u8]) -> Extension {
    Extension::ce(29, true, &sequence(&[tlv(0xa4, issuer)]))
}

pub(super) fn common_name(text: &str) -> Vec<u8> {
    name(&[&[attribute(3, 0x0c, text.as_bytes())]])
}

fn unknown(critical: bool) -> Extension {
    Extension { oid: vec![0x2a, 3, 4], critical, value: vec![5, 0] }
}

/// The list's number.
fn number() -> Extension {
    Extension::ce(20, false, &[2, 1, 9])
}

/// That a list says what has changed since that of this number.
fn delta() -> Extension {
    Extension::ce(27, true, &[2, 1, 7])
}

/// issuingDistributionPoint
pub(super) fn issuing_point(parts: &[Vec<u8>]) -> Extension {
    Extension::ce(28, true, &sequence(parts))
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}
