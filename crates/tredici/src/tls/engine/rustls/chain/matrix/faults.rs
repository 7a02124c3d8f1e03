//! Everything that can be wrong with a chain, or looks as if it were.

use std::time::{Duration, SystemTime};

use openssl::nid::Nid;
use tredici_test::draft::{
    Draft, DraftKey, Extension, SignatureAlgorithm, attribute, extension, name, pss_sha256, sequence, tlv,
    utc_time,
};

use super::keys;
use super::scenario::{
    ANY, CLIENT, DAY, LEAF, LOWER, ROOT, SERVER, Scenario, Source, UPPER, identified_by, purposes,
};

/// One of them, with its name.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) inflict: fn(&mut Scenario),
}

const fn fault(name: &'static str, inflict: fn(&mut Scenario)) -> Fault {
    Fault { name, inflict }
}

pub(super) const FAULTS: &[Fault] = &[
    // Dates.
    fault("expired leaf", |s| expire(s, LEAF)),
    fault("expired intermediate", |s| expire(s, LOWER)),
    fault("expired root", |s| expire(s, ROOT)),
    fault("leaf not yet valid", |s| postpone(s, LEAF)),
    fault("intermediate not yet valid", |s| postpone(s, UPPER)),
    fault("root not yet valid", |s| postpone(s, ROOT)),
    fault("leaf whose date is no date", |s| s.chain[LEAF].not_before.1 = b"not a date at".to_vec()),
    fault("intermediate whose end is no date", |s| {
        s.chain[LOWER].not_after = (0x18, b"20301301000000Z".to_vec());
    }),
    fault("leaf with a date in local time", |s| s.chain[LEAF].not_after.1 = b"4912312359+0100".to_vec()),
    fault("leaf until 9999", |s| s.chain[LEAF].not_after = (0x18, b"99991231235959Z".to_vec())),
    // Signatures.
    fault("forged leaf", |s| s.chain[LEAF].is_forged = true),
    fault("forged intermediate", |s| s.chain[LOWER].is_forged = true),
    fault("forged root", |s| s.chain[ROOT].is_forged = true),
    fault("leaf with two algorithms", |s| {
        s.chain[LEAF].inner_algorithm = Some(SignatureAlgorithm::EcdsaSha384.identifier());
    }),
    fault("leaf said to be signed by RSA", |s| {
        s.chain[LEAF].inner_algorithm = Some(SignatureAlgorithm::RsaSha256.identifier());
    }),
    fault("leaf signed by something unknown", |s| {
        s.chain[LEAF].inner_algorithm = Some(sequence(&[tlv(6, &[0x2a, 3, 4])]));
    }),
    // Keys and digests.
    fault("weak key of the leaf", |s| s.chain[LEAF].key = keys::weak_rsa()),
    fault("weak key of an intermediate", |s| s.chain[LOWER].key = keys::weak_rsa()),
    fault("weak key of the root", |s| s.chain[ROOT].key = keys::weak_rsa()),
    fault("P-192 key of the leaf", |s| s.chain[LEAF].key = keys::on_curve(Nid::X9_62_PRIME192V1)),
    fault("leaf signed with SHA-1", |s| sign(s, LEAF, SignatureAlgorithm::EcdsaSha1)),
    fault("intermediate signed with SHA-1 by RSA", |s| {
        s.chain[UPPER].key = keys::rsa();
        sign(s, LOWER, SignatureAlgorithm::RsaSha1);
    }),
    fault("root signed with SHA-1", |s| sign(s, ROOT, SignatureAlgorithm::EcdsaSha1)),
    fault("leaf with a key that nobody knows", |s| {
        let unknown = sequence(&[sequence(&[tlv(6, &[0x2a, 3, 4])]), tlv(3, &[0, 1, 2])]);
        s.chain[LEAF].public_key_info = Some(unknown);
    }),
    fault("intermediate with a key that nobody knows", |s| {
        let unknown = sequence(&[sequence(&[tlv(6, &[0x2a, 3, 4])]), tlv(3, &[0, 1, 2])]);
        s.chain[LOWER].public_key_info = Some(unknown);
    }),
    // Purposes and usages.
    fault("leaf for clients", |s| s.chain[LEAF].set(purposes(&[CLIENT]))),
    fault("leaf for servers", |s| s.chain[LEAF].set(purposes(&[SERVER]))),
    fault("leaf for any purpose", |s| s.chain[LEAF].set(purposes(&[ANY]))),
    fault("leaf for no purpose", |s| s.chain[LEAF].set(purposes(&[]))),
    fault("leaf without purposes", |s| s.chain[LEAF].remove(extension::PURPOSES)),
    fault("intermediate for clients", |s| s.chain[LOWER].set(purposes(&[CLIENT]))),
    fault("intermediate for servers", |s| s.chain[UPPER].set(purposes(&[SERVER]))),
    fault("root for clients", |s| s.chain[ROOT].set(purposes(&[CLIENT]))),
    fault("leaf that must not sign handshakes", |s| usage(s, LEAF, &[3, 2, 5, 0x20])),
    fault("leaf that must do nothing for TLS", |s| usage(s, LEAF, &[3, 2, 6, 0x40])),
    fault("leaf without a key usage", |s| s.chain[LEAF].remove(extension::KEY_USAGE)),
    fault("intermediate that must not sign", |s| usage(s, LOWER, &[3, 2, 1, 2])),
    fault("root that must not sign", |s| usage(s, ROOT, &[3, 2, 1, 2])),
    fault("intermediate without a key usage", |s| s.chain[UPPER].remove(extension::KEY_USAGE)),
    fault("Netscape's type of the leaf is client", |s| netscape(s, LEAF, 0x80)),
    fault("Netscape's type of the intermediate is mail", |s| {
        s.chain[LOWER].remove(extension::BASIC_CONSTRAINTS);
        s.chain[LOWER].remove(extension::KEY_USAGE);
        netscape(s, LOWER, 0x02);
    }),
    // Authorities.
    fault("intermediate that is no authority", |s| constrain(s, LOWER, &[0x30, 0])),
    fault("root that is no authority", |s| constrain(s, ROOT, &[0x30, 0])),
    fault("intermediate without basic constraints", |s| s.chain[UPPER].remove(extension::BASIC_CONSTRAINTS)),
    fault("root without basic constraints", |s| s.chain[ROOT].remove(extension::BASIC_CONSTRAINTS)),
    fault("root without any extension", |s| s.chain[ROOT].extensions.clear()),
    fault("path length of the upper exceeded", |s| limit(s, UPPER, 0)),
    fault("path length of the root exceeded", |s| limit(s, ROOT, 1)),
    fault("path length of the lower reached", |s| limit(s, LOWER, 0)),
    fault("path length below zero", |s| limit(s, UPPER, 0xff)),
    fault("leaf that is an authority", |s| {
        constrain(s, LEAF, &[0x30, 3, 1, 1, 0xff]);
        usage(s, LEAF, &[3, 2, 2, 0x84]);
    }),
    fault("leaf without basic constraints", |s| s.chain[LEAF].remove(extension::BASIC_CONSTRAINTS)),
    fault("leaf of version 1", |s| old(s, LEAF)),
    fault("intermediate of version 1", |s| old(s, LOWER)),
    fault("root of version 1", |s| old(s, ROOT)),
    fault("leaf of version 1 with extensions", |s| s.chain[LEAF].version = None),
    fault("leaf with unique identifiers", |s| s.chain[LEAF].unique_ids = tlv(0x81, &[0, 7])),
    // Other extensions.
    fault("leaf with an unknown critical extension", |s| unknown(s, LEAF)),
    fault("intermediate with an unknown critical extension", |s| unknown(s, UPPER)),
    fault("root with an unknown critical extension", |s| unknown(s, ROOT)),
    fault("intermediate with critical policies", |s| {
        let policy = sequence(&[sequence(&[tlv(6, &[0x55, 0x1d, 0x20, 0])])]);
        s.chain[LOWER].set(Extension::ce(extension::POLICIES, true, &policy));
    }),
    fault("leaf with two key usages", |s| {
        s.chain[LEAF].extensions.push(Extension::ce(extension::KEY_USAGE, true, &[3, 2, 7, 0x80]));
    }),
    fault("leaf with a malformed distribution point", |s| {
        s.chain[LEAF].set(Extension::ce(31, false, &[0x30, 2, 0x30, 0]));
    }),
    fault("leaf with malformed alternative names", |s| {
        s.chain[LEAF].set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &[0x30, 1, 0x82]));
    }),
    fault("intermediate with a malformed key identifier", |s| {
        s.chain[LOWER].set(Extension::ce(extension::SUBJECT_KEY_ID, false, &[5, 0]));
    }),
    fault("root with malformed constraints", |s| constrain(s, ROOT, &[0x30, 2, 5, 0])),
    // What is presented.
    fault("no intermediate presented", |s| s.presented = vec![LEAF]),
    fault("one intermediate presented", |s| s.presented = vec![LEAF, LOWER]),
    fault("root presented", |s| s.presented.push(ROOT)),
    fault("out of order", |s| s.presented[1..].reverse()),
    fault("everything twice", |s| s.presented = s.presented.repeat(2)),
    fault("a stranger in between", |s| {
        s.also_presented.push((1, Source::SelfSigned(Draft::authority("Stranger", &keys::p256()))));
    }),
    fault("self-signed leaf", |s| make_self_signed(s, &[])),
    fault("self-signed leaf that is trusted", |s| make_self_signed(s, &[LEAF])),
    fault("self-signed authority as a leaf that is trusted", |s| {
        make_self_signed(s, &[LEAF]);
        constrain(s, LEAF, &[0x30, 3, 1, 1, 0xff]);
        usage(s, LEAF, &[3, 2, 2, 0x84]);
    }),
    fault("self-signed leaf that names another key of its own", |s| {
        make_self_signed(s, &[LEAF]);
        s.chain[LEAF].set(identified_by("Other"));
    }),
    fault("self-signed leaf that is named like a trusted one", |s| {
        make_self_signed(s, &[]);
        let mut other = s.chain[LEAF].clone();
        other.key = keys::p256();
        s.also_ca.push(Source::SelfSigned(other));
    }),
    // What is trusted.
    fault("root not trusted", |s| s.ca.clear()),
    fault("intermediate trusted instead of the root", |s| s.ca = vec![LOWER]),
    fault("intermediates trusted beside the root", |s| {
        s.also_ca.extend([Source::Again(UPPER), Source::Again(LOWER)]);
    }),
    fault("leaf trusted instead of the root", |s| s.ca = vec![LEAF]),
    fault("another root of that name is trusted", |s| {
        let other = Draft::authority("Root", &keys::p256());
        (s.ca, s.also_ca) = (Vec::new(), vec![Source::SelfSigned(other)]);
    }),
    fault("another root of that name is trusted too", |s| {
        s.also_ca.push(Source::SelfSigned(Draft::authority("Root", &keys::p256())));
    }),
    fault("an expired root of the same key is trusted too", |s| {
        let mut older = s.chain[ROOT].clone();
        older.serial = vec![7];
        older.not_after = utc_time(s.now - DAY);
        s.also_ca.push(Source::SelfSigned(older));
    }),
    fault("cross-signed by another trusted root", |s| {
        let (mut cross, other) = (s.chain[UPPER].clone(), Draft::authority("Other", &keys::p256()));
        cross.set(identified_by("Other"));
        s.also_presented.push((1, Source::Beside(Box::new((cross, other.clone())))));
        s.also_ca.push(Source::SelfSigned(other));
    }),
    fault("root cross-signed by one that is not trusted", |s| {
        let (mut cross, other) = (s.chain[ROOT].clone(), Draft::authority("Other", &keys::p256()));
        cross.set(identified_by("Other"));
        s.also_presented.push((9, Source::Beside(Box::new((cross, other)))));
    }),
    fault("another intermediate of the same name", |s| {
        let mut other = s.chain[LOWER].clone();
        other.key = keys::p256();
        s.also_presented.push((1, Source::IssuedBy(UPPER, other)));
    }),
    // Names and identifiers.
    fault("leaf that names another key of its issuer", |s| s.chain[LEAF].set(identified_by("Other"))),
    fault("intermediate that names another serial number", |s| {
        let serial = sequence(&[tlv(0x82, &[9])]);
        s.chain[LOWER].set(Extension::ce(extension::AUTHORITY_KEY_ID, false, &serial));
    }),
    fault("leaf that names the issuer of its issuer", |s| {
        let names = tlv(0xa1, &tlv(0xa4, &s.chain[UPPER].subject));
        let right = sequence(&[names, tlv(0x82, &s.chain[LOWER].serial)]);
        s.chain[LEAF].set(Extension::ce(extension::AUTHORITY_KEY_ID, false, &right));
    }),
    fault("leaf without a subject", |s| s.chain[LEAF].subject = name(&[])),
    fault("intermediate without a subject", |s| s.chain[LOWER].subject = name(&[])),
    fault("issuer written in another way", |s| {
        s.chain[LEAF].issuer = Some(name(&[&[attribute(3, 0x13, b" lower  ")]]));
    }),
    fault("intermediate that has issued itself", |s| {
        s.chain[LOWER].subject = s.chain[UPPER].subject.clone();
    }),
    // Name constraints.
    fault("permitted name", |s| permit(s, UPPER, &tlv(0x82, b"localhost"))),
    fault("name that is not permitted", |s| permit(s, UPPER, &tlv(0x82, b"example.org"))),
    fault("excluded name", |s| exclude(s, LOWER, &tlv(0x82, b"localhost"))),
    fault("name excluded by the root", |s| exclude(s, ROOT, &tlv(0x82, b"localhost"))),
    fault("address that is not permitted", |s| {
        address(s);
        permit(s, LOWER, &tlv(0x87, &[10, 0, 0, 0, 255, 0, 0, 0]));
    }),
    fault("excluded address", |s| {
        address(s);
        exclude(s, UPPER, &tlv(0x87, &[127, 0, 0, 0, 255, 0, 0, 0]));
    }),
    fault("common name that is not permitted", |s| {
        call(s, &[(0x0c, b"www.example.net")]);
        permit(s, UPPER, &tlv(0x82, b"example.org"));
    }),
    fault("common name that is permitted", |s| {
        call(s, &[(0x0c, b"WWW.example.ORG")]);
        permit(s, UPPER, &tlv(0x82, b"example.org"));
    }),
    fault("common name that is excluded", |s| {
        call(s, &[(0x13, b"www.example.org")]);
        exclude(s, ROOT, &tlv(0x82, b".example.org"));
    }),
    fault("common name in two bytes a letter that is excluded", |s| {
        call(s, &[(0x1e, b"\0a\0.\0b")]);
        exclude(s, LOWER, &tlv(0x82, b"b"));
    }),
    fault("second common name that is not permitted", |s| {
        call(s, &[(0x0c, b"www.example.org"), (0x0c, b"www.example.net")]);
        permit(s, UPPER, &tlv(0x82, b"example.org"));
    }),
    fault("common name that is not permitted beside an address", |s| {
        call(s, &[(0x0c, b"www.example.net")]);
        let address = sequence(&[tlv(0x87, &[127, 0, 0, 1])]);
        s.chain[LEAF].set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &address));
        permit(s, UPPER, &tlv(0x82, b"example.org"));
    }),
    fault("common name that is not permitted beside a name that is", |s| {
        let subject = name(&[&[attribute(3, 0x0c, b"www.example.net")]]);
        s.chain[LEAF].subject = subject;
        permit(s, UPPER, &tlv(0x82, b"localhost"));
    }),
    fault("common name that is a wildcard, under constraints", |s| {
        call(s, &[(0x0c, b"*.example.net")]);
        permit(s, UPPER, &tlv(0x82, b"example.org"));
    }),
    fault("common name of one label, under constraints", |s| {
        call(s, &[(0x0c, b"localhost")]);
        permit(s, UPPER, &tlv(0x82, b"example.org"));
    }),
    fault("common name with a zero at its end, not permitted", |s| {
        call(s, &[(0x0c, b"www.example.net\0")]);
        permit(s, LOWER, &tlv(0x82, b"example.org"));
    }),
    fault("common name with a zero in it, under constraints", |s| {
        call(s, &[(0x0c, b"www.example.org\0.example.net")]);
        permit(s, LOWER, &tlv(0x82, b"example.org"));
    }),
    fault("directory name that is permitted", |s| {
        s.chain[LEAF].subject = name(&[&[attribute(10, 0x0c, b"Acme")], &[attribute(3, 0x0c, b"localhost")]]);
        permit(s, LOWER, &tlv(0xa4, &name(&[&[attribute(10, 0x13, b"ACME")]])));
    }),
    fault("directory name that is not permitted", |s| {
        permit(s, LOWER, &tlv(0xa4, &name(&[&[attribute(10, 0x13, b"ACME")]])));
    }),
    fault("mail address that is permitted", |s| {
        also_named(s, &tlv(0x81, b"me@mail.example.org"));
        permit(s, UPPER, &tlv(0x81, b".EXAMPLE.org"));
    }),
    fault("mail address that is not permitted", |s| {
        also_named(s, &tlv(0x81, b"me@example.org"));
        permit(s, LOWER, &tlv(0x81, b"you@example.org"));
    }),
    fault("URI that is permitted", |s| {
        also_named(s, &tlv(0x86, b"https://www.example.org:443/path"));
        permit(s, LOWER, &tlv(0x86, b"www.example.org"));
    }),
    fault("URI that is excluded", |s| {
        also_named(s, &tlv(0x86, b"https://www.example.org"));
        exclude(s, UPPER, &tlv(0x86, b".example.org"));
    }),
    fault("URI that is none, under constraints", |s| {
        also_named(s, &tlv(0x86, b"www.example.org"));
        exclude(s, UPPER, &tlv(0x86, b".example.org"));
    }),
    fault("registered number under constraints", |s| {
        also_named(s, &tlv(0x88, &[0x2a, 3]));
        exclude(s, UPPER, &tlv(0x88, &[0x2a, 4]));
    }),
    fault("constraint with a minimum", |s| {
        permit(s, UPPER, &[tlv(0x82, b"localhost"), tlv(0x80, &[1])].concat());
    }),
    // Kinds of keys.
    fault("P-384 and P-521", |s| {
        s.chain[LOWER].key = keys::on_curve(Nid::SECP384R1).signing(SignatureAlgorithm::EcdsaSha384);
        set_key(s, UPPER, &keys::on_curve(Nid::SECP521R1).signing(SignatureAlgorithm::EcdsaSha512));
    }),
    fault("compressed points", |s| {
        for place in [LEAF, UPPER] {
            s.chain[place].public_key_info = Some(s.chain[place].key.compressed_key_info());
        }
    }),
    fault("Ed25519", |s| set_key(s, ROOT, &keys::ed25519())),
    fault("RSA with RSASSA-PSS", |s| {
        set_key(s, UPPER, &keys::rsa().signing(SignatureAlgorithm::RsaPssSha256));
    }),
    fault("a key for RSASSA-PSS alone", |s| {
        set_key(s, UPPER, &keys::rsa().signing(SignatureAlgorithm::RsaPssSha256));
        s.chain[UPPER].public_key_info = Some(s.chain[UPPER].key.pss_key_info(&[]));
    }),
    fault("a key for RSASSA-PSS with SHA-256 alone", |s| {
        set_key(s, UPPER, &keys::rsa().signing(SignatureAlgorithm::RsaPssSha256));
        s.chain[UPPER].public_key_info = Some(s.chain[UPPER].key.pss_key_info(&pss_sha256()));
    }),
    fault("RSA with SHA-512", |s| set_key(s, ROOT, &keys::rsa().signing(SignatureAlgorithm::RsaSha512))),
    fault("key that is no point of its curve", |s| {
        let mut info = s.chain[LOWER].key.public_key_info();
        info.iter_mut().rev().take(4).for_each(|byte| *byte ^= 0x55);
        s.chain[LOWER].public_key_info = Some(info);
    }),
    // The clock.
    fault("a clock at the end of the leaf's time", |s| {
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
        s.chain.iter_mut().for_each(|draft| draft.not_after = utc_time(end + DAY));
        s.chain[LEAF].not_after = utc_time(end);
        s.now = end;
    }),
];

fn expire(s: &mut Scenario, place: usize) {
    s.chain[place].not_before = utc_time(s.now - 30 * DAY);
    s.chain[place].not_after = utc_time(s.now - DAY);
}

fn postpone(s: &mut Scenario, place: usize) {
    s.chain[place].not_before = utc_time(s.now + DAY);
}

pub(super) fn set_key(s: &mut Scenario, place: usize, key: &DraftKey) {
    s.chain[place].key = key.clone();
}

fn sign(s: &mut Scenario, place: usize, algorithm: SignatureAlgorithm) {
    s.chain[place].algorithm = Some(algorithm);
}

fn usage(s: &mut Scenario, place: usize, value: &[u8]) {
    s.chain[place].set(Extension::ce(extension::KEY_USAGE, true, value));
}

fn constrain(s: &mut Scenario, place: usize, value: &[u8]) {
    s.chain[place].set(Extension::ce(extension::BASIC_CONSTRAINTS, true, value));
}

/// So many intermediates at most.
fn limit(s: &mut Scenario, place: usize, intermediates: u8) {
    constrain(s, place, &[0x30, 6, 1, 1, 0xff, 2, 1, intermediates]);
}

fn netscape(s: &mut Scenario, place: usize, bits: u8) {
    let oid = vec![0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1];
    s.chain[place].set(Extension { oid, critical: false, value: vec![3, 2, 0, bits] });
}

fn unknown(s: &mut Scenario, place: usize) {
    s.chain[place].set(Extension { oid: vec![0x2a, 3, 4], critical: true, value: vec![5, 0] });
}

fn old(s: &mut Scenario, place: usize) {
    s.chain[place].version = None;
    s.chain[place].extensions.clear();
}

fn make_self_signed(s: &mut Scenario, ca: &[usize]) {
    s.is_self_signed = true;
    s.chain[LEAF].remove(extension::AUTHORITY_KEY_ID);
    (s.presented, s.ca) = (vec![LEAF], ca.to_vec());
}

pub(super) fn permit(s: &mut Scenario, place: usize, base: &[u8]) {
    restrict(s, place, 0xa0, base);
}

pub(super) fn exclude(s: &mut Scenario, place: usize, base: &[u8]) {
    restrict(s, place, 0xa1, base);
}

fn restrict(s: &mut Scenario, place: usize, list: u8, base: &[u8]) {
    let constraints = sequence(&[tlv(list, &sequence(&[base.to_vec()]))]);
    s.chain[place].set(Extension::ce(extension::NAME_CONSTRAINTS, true, &constraints));
}

/// The leaf has these common names, and no other.
fn call(s: &mut Scenario, names: &[(u8, &[u8])]) {
    let relative: Vec<_> = names.iter().map(|(tag, text)| [attribute(3, *tag, text)]).collect();
    let relative: Vec<&[_]> = relative.iter().map(|one| &one[..]).collect();
    s.chain[LEAF].remove(extension::ALTERNATIVE_NAMES);
    s.chain[LEAF].subject = name(&relative);
}

fn address(s: &mut Scenario) {
    also_named(s, &tlv(0x87, &[127, 0, 0, 1]));
}

fn also_named(s: &mut Scenario, general_name: &[u8]) {
    let names = sequence(&[tlv(0x82, b"localhost"), general_name.to_vec()]);
    s.chain[LEAF].set(Extension::ce(extension::ALTERNATIVE_NAMES, false, &names));
}
