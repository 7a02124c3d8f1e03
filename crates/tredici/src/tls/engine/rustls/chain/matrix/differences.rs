//! Where ours says something else than OpenSSL, and why.

use openssl::nid::Nid;
use tredici_test::draft::{Edit, Extension, SignatureAlgorithm, attribute, extension, name, sequence, tlv};

use super::{
    faults::{Fault, exclude, permit, set_key},
    keys,
    lists::{OF_LEAF, older},
    scenario::{GATED, LEAF, LOWER, Scenario, UPPER, purposes},
};

/// A fault, or what is none for one of the two.
pub(super) struct Difference {
    pub(super) fault: Fault,
    pub(super) ours: &'static str,
    pub(super) openssls: &'static str,
    pub(super) reason: &'static str,
}

const fn difference(
    name: &'static str,
    inflict: fn(&mut Scenario),
    [ours, openssls]: [&'static str; 2],
    reason: &'static str,
) -> Difference {
    Difference { fault: Fault { name, inflict }, ours, openssls, reason }
}

const NO_ALGORITHM: &str =
    "neither webpki nor aws-lc-rs verify such signatures, and nobody issues such certificates for TLS";
const NOT_DER: &str = "RFC 5280 demands DER; OpenSSL also reads what is near to it";

pub(super) const DIFFERENCES: &[Difference] = &[
    difference(
        "leaf signed with SHA-224",
        |s| s.chain[LEAF].algorithm = Some(SignatureAlgorithm::EcdsaSha224),
        ["UNSUPPORTED_SIGNATURE_ALGORITHM", "OK"],
        NO_ALGORITHM,
    ),
    difference(
        "Ed448",
        |s| set_key(s, LOWER, &keys::ed448()),
        ["UNSUPPORTED_SIGNATURE_ALGORITHM", "OK"],
        NO_ALGORITHM,
    ),
    difference(
        "P-224",
        |s| set_key(s, UPPER, &keys::on_curve(Nid::SECP224R1)),
        ["UNSUPPORTED_SIGNATURE_ALGORITHM", "OK"],
        NO_ALGORITHM,
    ),
    difference(
        "hybrid point",
        |s| {
            let mut info = s.chain[LOWER].key.public_key_info();
            let (start, last) = (info.len() - 65, info.len() - 1);
            info[start] = 6 | info[last] & 1;
            s.chain[LOWER].public_key_info = Some(info);
        },
        ["UNSUPPORTED_SIGNATURE_ALGORITHM", "OK"],
        "RFC 5480 forbids points that are both compressed and not",
    ),
    difference(
        "forged leaf, by RSASSA-PSS over SHA-1",
        |s| {
            set_key(s, LOWER, &keys::rsa().signing(SignatureAlgorithm::RsaPssSha1));
            s.chain[LEAF].is_forged = true;
        },
        ["CA_MD_TOO_WEAK", "CERT_SIGNATURE_FAILURE"],
        "too weak it is in any case, and neither webpki nor aws-lc-rs can tell that it is forged on top of it",
    ),
    difference(
        "RSA with 2000 bits",
        |s| set_key(s, LEAF, &keys::new_rsa(2000)),
        ["EE_KEY_TOO_SMALL", "OK"],
        "OpenSSL takes RSA from 1962 bits for as strong as RSA with 2048; our policy begins there",
    ),
    difference(
        "purpose of servers with strong cryptography",
        |s| s.chain[UPPER].set(purposes(&[GATED])),
        ["INVALID_PURPOSE", "OK"],
        "webpki does not know the purposes of the time when strong cryptography could not be exported",
    ),
    difference(
        "proxy certificate",
        |s| {
            let policy = sequence(&[tlv(6, &[0x2b, 6, 1, 5, 5, 7, 0x15, 1])]);
            let oid = vec![0x2b, 6, 1, 5, 5, 7, 1, 14];
            s.chain[LEAF].remove(extension::ALTERNATIVE_NAMES);
            s.chain[LEAF].set(Extension { oid, critical: true, value: sequence(&[policy]) });
        },
        ["PROXY_CERTIFICATES_NOT_ALLOWED", "PROXY_SUBJECT_NAME_VIOLATION"],
        "they are refused by both; what else is wrong with one (RFC 3820) is not looked at",
    ),
    difference(
        "delegated network resources",
        |s| {
            let numbers = sequence(&[tlv(0xa0, &sequence(&[tlv(2, &[7])]))]);
            let oid = vec![0x2b, 6, 1, 5, 5, 7, 1, 8];
            for draft in &mut s.chain {
                draft.set(Extension { oid: oid.clone(), critical: true, value: numbers.clone() });
            }
        },
        ["UNNESTED_RESOURCE", "OK"],
        "certificates for routing (RFC 3779) are not for TLS, and whether the resources nest is not looked at",
    ),
    difference(
        "wildcard that an excluded name falls under",
        |s| {
            name_it(s, &tlv(0x82, b"*.example.org"));
            exclude(s, UPPER, &tlv(0x82, b"www.example.org"));
        },
        ["EXCLUDED_VIOLATION", "OK"],
        "OpenSSL compares the wildcard as it is written; webpki asks what it may stand for",
    ),
    difference(
        "DNS name that is none, under constraints",
        |s| {
            name_it(s, &tlv(0x82, b"not a name"));
            exclude(s, UPPER, &tlv(0x82, b"example.org"));
        },
        ["UNSUPPORTED_NAME_SYNTAX", "OK"],
        "webpki does not compare what it cannot read",
    ),
    difference(
        "international mailbox under constraints",
        |s| {
            let mailbox = tlv(0xa0, &tlv(0x0c, "é@example.org".as_bytes()));
            name_it(s, &tlv(0xa0, &[tlv(6, &[0x2b, 6, 1, 5, 5, 7, 8, 9]), mailbox].concat()));
            permit(s, UPPER, &tlv(0x81, b"example.org"));
        },
        ["UNSUPPORTED_NAME_SYNTAX", "OK"],
        "mailboxes beyond ASCII (RFC 9598) are not for TLS, and are not compared",
    ),
    difference(
        "list signed with SHA-224",
        |s| {
            s.lists = Scenario::with_lists(s.purpose).lists;
            s.lists[OF_LEAF].draft.algorithm = Some(SignatureAlgorithm::EcdsaSha224);
        },
        ["CRL_SIGNATURE_FAILURE", "OK"],
        NO_ALGORITHM,
    ),
    difference(
        "list by P-384 with SHA-1",
        |s| {
            s.lists = Scenario::with_lists(s.purpose).lists;
            set_key(s, LOWER, &keys::on_curve(Nid::SECP384R1));
            s.lists[OF_LEAF].draft.algorithm = Some(SignatureAlgorithm::EcdsaSha1);
        },
        ["CRL_SIGNATURE_FAILURE", "OK"],
        NO_ALGORITHM,
    ),
    difference(
        "two lists with dates in local time",
        |s| {
            s.lists = Scenario::with_lists(s.purpose).lists;
            let mut newer = older(s);
            newer.draft.last_update.1 = b"2401010100+0100".to_vec();
            s.lists[OF_LEAF].draft.last_update.1 = b"2401010000+0100".to_vec();
            s.lists.push(newer);
        },
        ["ERROR_IN_CRL_LAST_UPDATE_FIELD", "CERT_REVOKED"],
        "RFC 5280 forbids such dates, and OpenSSL refuses the lists, too, but knows which of them is newer",
    ),
    difference(
        "BOOLEAN that is neither 0 nor ff",
        |s| s.chain[LOWER].edit = Edit::Replace(&[1, 1, 0xff], &[1, 1, 0x01]),
        ["UNSPECIFIED", "OK"],
        NOT_DER,
    ),
    difference(
        "SEQUENCE that says that it is primitive",
        |s| {
            s.chain[LEAF].subject = name(&[&[attribute(3, 0x0c, b"localhost")]]);
            s.chain[LEAF].edit = Edit::Replace(b"Z\x30\x14\x31", b"Z\x10\x14\x31");
        },
        ["unreadable", "OK"],
        NOT_DER,
    ),
];

fn name_it(s: &mut Scenario, general_name: &[u8]) {
    let names = Extension::ce(extension::ALTERNATIVE_NAMES, false, &sequence(&[general_name.to_vec()]));
    s.chain[LEAF].set(names);
}
