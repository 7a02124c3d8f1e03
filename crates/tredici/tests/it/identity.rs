//! The identity check against a table of cases, and both of them against Node.

mod cases;
mod oracle;
mod random;

use cases::{CASES, Case, Node, STRICT, Verdict};
use oracle::{Answer, Oracle, Question};
use random::Random;
use tredici::{CertificateNames, IdentityRules, check_names};

fn names(case: &Case) -> CertificateNames<'_> {
    CertificateNames {
        common_names: case.common_names,
        subjectaltname: case.subjectaltname,
        subjectaltname_undecodable: false,
    }
}

fn check(case: &Case, rules: IdentityRules) {
    let found = check_names(case.host, &names(case), rules);
    match case.verdict {
        Verdict::Match => assert_eq!(found, Ok(()), "{case:?}"),
        Verdict::Mismatch(reason) => {
            let error = found.expect_err(&format!("{case:?}"));
            assert_eq!((error.code(), error.reason()), ("ERR_TLS_CERT_ALTNAME_INVALID", reason), "{case:?}");
            assert_eq!(error.host(), case.host.strip_suffix('.').unwrap_or(case.host), "{case:?}");
            assert_eq!(
                error.to_string(),
                format!("Hostname/IP does not match certificate's altnames: {reason}"),
                "{case:?}"
            );
        }
        Verdict::Malformed => {
            let error = found.expect_err(&format!("{case:?}"));
            assert_eq!(error.code(), "ERR_TLS_CERT_ALTNAME_FORMAT", "{case:?}");
        }
    }
}

#[test]
fn every_case_has_its_verdict() {
    CASES.iter().for_each(|case| check(case, IdentityRules::Default));
}

#[test]
fn every_strict_case_has_its_verdict() {
    STRICT.iter().for_each(|case| check(case, IdentityRules::Strict));
}

#[test]
fn strict_rules_accept_nothing_that_the_default_ones_refuse() {
    let by_default = |case: &Case| check_names(case.host, &names(case), IdentityRules::Default);
    for case in CASES.iter().chain(STRICT) {
        if check_names(case.host, &names(case), IdentityRules::Strict).is_ok() {
            assert_eq!(by_default(case), Ok(()), "{case:?}");
        }
    }
}

#[test]
fn names_that_cannot_be_decoded_are_for_no_host() {
    for (host, without_dot) in [("a.com.", "a.com"), ("1.2.3.4", "1.2.3.4")] {
        for rules in [IdentityRules::Default, IdentityRules::Strict] {
            let names = CertificateNames {
                common_names: &["a.com"],
                subjectaltname: None,
                subjectaltname_undecodable: true,
            };
            let error = check_names(host, &names, rules).unwrap_err();
            assert_eq!((error.code(), error.host()), ("ERR_TLS_CERT_ALTNAME_FORMAT", without_dot));
            assert!(error.reason().contains("cannot be decoded"), "{error}");
        }
    }
}

#[test]
fn node_says_the_same_of_every_case() {
    let questions: Vec<_> = CASES.iter().map(Question::from).collect();
    let Some(oracle) = Oracle::ask(&questions) else { return };
    for ((case, question), theirs) in CASES.iter().zip(&questions).zip(&oracle.answers) {
        let agrees = match case.node {
            Node::Every => true,
            Node::Normalising => oracle.normalises,
            Node::Recent => !oracle.normalises || oracle.leaves_a_labels_alone,
            Node::Lax if oracle.normalises => false,
            Node::Lax => continue,
        };
        let ours = ours(question);
        if agrees {
            assert_eq!(&ours, theirs, "Node {} of {case:?}", oracle.version);
        } else {
            assert_ne!(&ours, theirs, "Node {} agrees after all: {case:?}", oracle.version);
        }
    }
}

#[test]
fn node_says_the_same_of_random_certificates() {
    agree(&Random::new(0x7dec1).certificates(6_000), 300);
}

#[test]
fn node_says_the_same_of_random_strings_of_alternative_names() {
    agree(&Random::new(0x5a4).strings_of_alternative_names(6_000), 100);
}

/// Compares the answers to all questions that this Node can be asked, of which at least `fewest` of each kind
/// (match, mismatch) have to be among them for the comparison to say anything.
fn agree(questions: &[Question], fewest: usize) {
    let Some(oracle) = Oracle::ask(questions) else { return };
    let mut matches = 0;
    let mut mismatches = 0;
    for (question, theirs) in questions.iter().zip(&oracle.answers) {
        if !oracle.normalises && question.host_needs_normalising() {
            continue;
        }
        assert_eq!(&ours(question), theirs, "Node {} of {question:?}", oracle.version);
        *(if theirs.is_none() { &mut matches } else { &mut mismatches }) += 1;
    }
    assert!(matches >= fewest && mismatches >= fewest, "{matches} matches, {mismatches} mismatches");
}

fn ours(question: &Question) -> Option<Answer> {
    let common_names: Vec<_> = question.common_names.iter().map(String::as_str).collect();
    let names = CertificateNames {
        common_names: &common_names,
        subjectaltname: question.subjectaltname.as_deref(),
        subjectaltname_undecodable: false,
    };
    let error = check_names(&question.host, &names, IdentityRules::Default).err()?;
    let is_mismatch = error.code() == "ERR_TLS_CERT_ALTNAME_INVALID";
    Some(Answer {
        code: error.code().to_owned(),
        message: error.to_string(),
        reason: is_mismatch.then(|| error.reason().to_owned()),
        host: is_mismatch.then(|| error.host().to_owned()),
    })
}
