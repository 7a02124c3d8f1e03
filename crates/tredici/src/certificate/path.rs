//! From a certificate to its issuers.

use std::sync::Arc;

use super::error::CertificateError;
use super::fields::Fields;
use super::issuing::can_have_issued;
use super::{Linked, PeerCertificate};

/// Who issued a certificate.
pub(super) enum Issuer {
    Unknown,
    Itself,
    Known(PeerCertificate),
}

/// No path is longer, as in OpenSSL, so that whoever sends certificates cannot make others recurse.
const MAX_LENGTH: usize = 100;

/// Links the first of the presented certificates with its issuers.
///
/// Every certificate is used once at most, so that two which have issued each other do no harm. One that is its
/// own issuer is asked about last: where another certificate with its name is there, that one is followed, as
/// Node does.
pub(super) fn link(presented: &[Arc<[u8]>], pool: &[Arc<[u8]>]) -> Result<PeerCertificate, CertificateError> {
    let (leaf, others) = presented.split_first().ok_or_else(CertificateError::missing)?;
    let mut candidates: Vec<Fields> = read(others).collect();
    let mut path: Vec<Fields> = Vec::new();
    let mut last = Fields::read(leaf)?;
    let mut end = Issuer::Unknown;
    while path.len() < MAX_LENGTH {
        let used = |der: &[u8]| *last.der == *der || path.iter().any(|earlier| *earlier.der == *der);
        let issues_last = |candidate: &Fields| !used(&candidate.der) && can_have_issued(candidate, &last);
        let issuer = if let Some(index) = candidates.iter().position(issues_last) {
            candidates.remove(index)
        } else if can_have_issued(&last, &last) {
            end = Issuer::Itself;
            break;
        } else if let Some(trusted) = read(pool).find(issues_last) {
            trusted
        } else {
            break;
        };
        path.push(std::mem::replace(&mut last, issuer));
    }
    let root = PeerCertificate(Arc::new(Linked { fields: last, issuer: end }));
    Ok(path.into_iter().rev().fold(root, |issuer, fields| {
        PeerCertificate(Arc::new(Linked { fields, issuer: Issuer::Known(issuer) }))
    }))
}

/// What can be read of these.
fn read(certificates: &[Arc<[u8]>]) -> impl Iterator<Item = Fields> {
    certificates.iter().filter_map(|der| Fields::read(der).ok())
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;

    fn read_one(sample: &Sample) -> PeerCertificate {
        PeerCertificate::from_der(sample.der()).unwrap()
    }

    fn chain(presented: &[&Sample], pool: &[&Sample]) -> PeerCertificate {
        let der = |samples: &[&Sample]| -> Vec<Arc<[u8]>> {
            samples.iter().map(|sample| sample.der().into()).collect()
        };
        PeerCertificate::with_chain(&der(presented), &der(pool)).unwrap()
    }

    /// Common names from the leaf on, with a `*` behind one that is its own issuer.
    fn path(certificate: &PeerCertificate) -> String {
        let mut names = Vec::new();
        for certificate in certificate.chain() {
            let name = certificate.subject().and_then(|name| name.get("CN")).unwrap_or("?").to_owned();
            names.push(if certificate.is_own_issuer() { name + "*" } else { name });
        }
        names.join(" ")
    }

    fn ca(subject: &str, issuer: &str) -> Sample {
        Sample::new(subject, issuer).with([basic_constraints_ca(), key_usage(4)])
    }

    #[test]
    fn issuers_come_from_the_presented_then_from_the_pool() {
        let (leaf, middle, root) = (Sample::new("leaf", "middle"), ca("middle", "root"), ca("root", "root"));
        assert_eq!(path(&chain(&[&leaf], &[])), "leaf");
        assert_eq!(path(&chain(&[&leaf, &middle], &[])), "leaf middle");
        assert_eq!(path(&chain(&[&leaf, &middle, &root], &[])), "leaf middle root*");
        assert_eq!(path(&chain(&[&leaf, &root, &middle], &[])), "leaf middle root*");
        assert_eq!(path(&chain(&[&leaf], &[&root, &middle])), "leaf middle root*");
        assert_eq!(path(&chain(&[&leaf, &middle], &[&leaf, &middle, &root])), "leaf middle root*");
        assert_eq!(path(&chain(&[&leaf, &root], &[&middle])), "leaf middle root*");
        assert_eq!(path(&chain(&[&root], &[])), "root*");
        assert_eq!(path(&chain(&[&root, &root, &root], &[&root])), "root*");

        let certificate = chain(&[&leaf, &middle], &[&root]);
        let root_of = |certificate: &PeerCertificate| {
            let mut certificate = certificate.clone();
            while let Some(issuer) = certificate.issuer_certificate().filter(|issuer| **issuer != certificate)
            {
                certificate = issuer.clone();
            }
            certificate
        };
        assert_eq!(root_of(&certificate), read_one(&root));
        assert!(root_of(&certificate).is_own_issuer());
        assert!(chain(&[&leaf], &[]).issuer_certificate().is_none());
    }

    #[test]
    fn presented_certificates_win_over_the_pool() {
        let leaf = Sample::new("leaf", "ca");
        let (mut sent, mut trusted) = (ca("ca", "ca"), ca("ca", "ca"));
        (sent.serial, trusted.serial) = (vec![7], vec![8]);
        let issuer =
            |certificate: &PeerCertificate| certificate.issuer_certificate().unwrap().serial_number();
        assert_eq!(issuer(&chain(&[&leaf, &sent], &[&trusted])), "07");
        assert_eq!(issuer(&chain(&[&leaf], &[&trusted, &sent])), "08");
    }

    #[test]
    fn loops_end() {
        let (a, b, c) = (ca("a", "b"), ca("b", "c"), ca("c", "a"));
        assert_eq!(path(&chain(&[&a, &b, &c], &[&c, &b, &a])), "a b c");
        let many: Vec<Sample> = (0..150).map(|n| ca(&n.to_string(), &(n + 1).to_string())).collect();
        let certificate = chain(&many.iter().collect::<Vec<_>>(), &[]);
        assert_eq!(certificate.chain().count(), 101);
        assert!(certificate.chain().last().unwrap().issuer_certificate().is_none());
    }

    #[test]
    fn unreadable_certificates_are_passed_over_but_not_the_first() {
        let (leaf, root) = (Sample::new("leaf", "root"), ca("root", "root"));
        let junk: Arc<[u8]> = (*b"junk").into();
        let presented: [Arc<[u8]>; 3] = [leaf.der().into(), junk.clone(), root.der().into()];
        let certificate = PeerCertificate::with_chain(&presented, std::slice::from_ref(&junk)).unwrap();
        assert_eq!(path(&certificate), "leaf root*");
        assert!(PeerCertificate::with_chain(&presented[1..], &[]).is_err());
        assert!(PeerCertificate::with_chain(&[], &presented).is_err());
    }

    #[test]
    fn names_agree_as_rfc_5280_says() {
        let in_printable = |value: &str| name(&[&[attribute("2.5.4.3", PRINTABLE, value)]]);
        let in_order = |values: [&str; 2]| name(&[&values.map(|value| attribute("2.5.4.3", UTF8, value))]);
        let organisation = name(&[&[attribute("2.5.4.10", UTF8, "Some CA")]]);
        let two = name(&[&[attribute("2.5.4.3", UTF8, "Some CA"), attribute("2.5.4.3", UTF8, "Some CA")]]);
        let nested =
            name(&[&[attribute("2.5.4.3", UTF8, "Some CA")], &[attribute("2.5.4.3", UTF8, "Some CA")]]);
        for (issuer, subject, agree) in [
            (common_name("Some CA"), common_name("Some CA"), true),
            (in_printable("Some CA"), common_name("Some CA"), true),
            (common_name("some ca"), common_name("SOME CA"), true),
            (common_name("  Some   CA "), common_name("Some CA"), true),
            (common_name("SomeCA"), common_name("Some CA"), false),
            (common_name("Some"), common_name("Some CA"), false),
            (common_name("É"), common_name("é"), false),
            (organisation, common_name("Some CA"), false),
            (two.clone(), common_name("Some CA"), false),
            (two, nested, false),
            (in_order(["a", "b"]), in_order(["B", "A"]), true),
            (in_order(["a", "b"]), in_order(["a", "a"]), false),
            (name(&[]), name(&[]), true),
        ] {
            let (mut child, mut parent) = (Sample::new("leaf", ""), ca("", "elsewhere"));
            (child.issuer, parent.subject) = (issuer, subject);
            let linked = chain(&[&child, &parent], &[]).issuer_certificate().is_some();
            assert_eq!(linked, agree, "{:?} {:?}", read_one(&child), read_one(&parent));
        }
    }

    #[test]
    fn key_identifiers_and_serial_numbers_agree_where_both_are_there() {
        let leaf = |fields: Vec<Vec<u8>>| Sample::new("leaf", "ca").with([authority_key_id(fields)]);
        let key_id = |id: &str| tlv(0x80, id);
        let directory = |name: Vec<u8>| tlv(0xa1, tlv(0xa4, name));
        let parent = ca("ca", "root").with([subject_key_id(b"right")]);
        for (leaf, agree) in [
            (leaf(vec![key_id("right")]), true),
            (leaf(vec![key_id("wrong")]), false),
            (leaf(vec![tlv(0x82, [1])]), true),
            (leaf(vec![tlv(0x82, [2])]), false),
            (leaf(vec![directory(common_name("root"))]), true),
            (leaf(vec![directory(common_name("ca"))]), false),
            (leaf(vec![tlv(0xa1, dns("no distinguished name"))]), true),
            (leaf(vec![key_id("right"), directory(common_name("ROOT")), tlv(0x82, [1])]), true),
            (leaf(vec![key_id("right"), directory(common_name("root")), tlv(0x82, [2])]), false),
            (leaf(vec![tlv(0x82, [1]), key_id("right")]), false),
            (leaf(vec![]), true),
            (Sample::new("leaf", "ca").with([extension("2.5.29.35", [5, 0])]), false),
        ] {
            let linked = chain(&[&leaf, &parent], &[]).issuer_certificate().is_some();
            assert_eq!(linked, agree, "{:x?}", leaf.extensions);
        }
        let anonymous = ca("ca", "root");
        assert_eq!(path(&chain(&[&leaf(vec![key_id("any")]), &anonymous], &[])), "leaf ca");
    }

    #[test]
    fn an_issuer_may_sign_and_has_the_right_kind_of_key() {
        let leaf = Sample::new("leaf", "ca");
        let linked =
            |leaf: &Sample, parent: &Sample| chain(&[leaf, parent], &[]).issuer_certificate().is_some();
        assert!(linked(&leaf, &Sample::new("ca", "root")), "without a key usage everything is allowed");
        assert!(linked(&leaf, &Sample::new("ca", "root").with([key_usage(0x84)])));
        assert!(!linked(&leaf, &Sample::new("ca", "root").with([key_usage(0x80)])));
        assert!(!linked(&leaf, &ca("ca", "root").with([key_usage(4)])), "a repeated extension");
        assert!(!linked(&leaf, &ca("ca", "root").with([extension("2.5.29.17", [5, 0])])), "an invalid one");

        let mut rsa = ca("ca", "root");
        rsa.public_key = rsa_key(&[0xa1; 128], &[3]);
        assert!(!linked(&leaf, &rsa), "no ECDSA with an RSA key");
        let by_rsa = Sample { signature_algorithm: SHA256_WITH_RSA, ..leaf };
        assert!(linked(&by_rsa, &rsa));
        assert!(!linked(&by_rsa, &ca("ca", "root")));
    }

    #[test]
    fn a_self_signed_server_is_its_own_issuer_if_it_may_sign() {
        assert!(read_one(&Sample::new("a", "a")).is_own_issuer());
        assert!(!read_one(&Sample::new("a", "a").with([key_usage(0x80)])).is_own_issuer());
        assert!(!read_one(&Sample::new("a", "b")).is_own_issuer());
    }
}
