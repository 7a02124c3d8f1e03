//! Every fault of a chain and every pair of faults, judged by OpenSSL and by ours.

mod differences;
mod faults;
mod oracle;
mod scenario;

use std::{collections::BTreeMap, thread};

use self::{
    faults::{FAULTS, Fault},
    scenario::Scenario,
};
use super::{Purpose, Store};
use crate::verify::VerifyCode;

/// What came of a scenario: the code, and the path as places in all that there is.
type Outcome = (VerifyCode, Vec<Vec<u8>>);

struct Case {
    name: String,
    purpose: Purpose,
    ours: Outcome,
    openssls: Outcome,
}

/// The scenario with these faults, judged by both.
fn judge(faults: &[Fault], purpose: Purpose) -> Case {
    let mut scenario = Scenario::new(purpose);
    faults.iter().for_each(|fault| (fault.inflict)(&mut scenario));
    let certificates = scenario.certificates();
    let store = Store::new(&oracle::trust(&certificates.ca, &[])).expect("a store");
    let presented = oracle::ders(&certificates.presented);
    let outcome = |chain: super::PeerChain| (chain.code, chain.path.iter().map(|der| der.to_vec()).collect());
    let ours = store.verify(&presented, purpose, scenario.now).map(outcome).expect("certificates");
    let name = faults.iter().map(|fault| fault.name).collect::<Vec<_>>().join(" + ");
    let openssls =
        oracle::chain(&certificates.ca, &[], &certificates.presented, purpose, scenario.now).map(outcome);
    let openssls = openssls.unwrap_or_else(|| panic!("{name}: OpenSSL did not verify"));
    Case { name, purpose, ours, openssls }
}

#[test]
fn experiment() {
    let mut sets: Vec<Vec<Fault>> = vec![vec![]];
    sets.extend(FAULTS.iter().map(|fault| vec![*fault]));
    if std::env::var("PAIRS").is_ok() {
        for (index, one) in FAULTS.iter().enumerate() {
            sets.extend(FAULTS[index + 1..].iter().map(|other| vec![*one, *other]));
        }
    }
    println!("{} {} sets", openssl::version::version(), sets.len());
    let chunk = sets.len().div_ceil(4);
    let cases: Vec<Case> = thread::scope(|scope| {
        let threads: Vec<_> = sets
            .chunks(chunk)
            .map(|sets| {
                scope.spawn(move || {
                    let mut cases = Vec::new();
                    for set in sets {
                        for purpose in [Purpose::Server, Purpose::Client] {
                            cases.push(judge(set, purpose));
                        }
                    }
                    cases
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut different = 0;
    for case in &cases {
        *codes.entry(case.openssls.0.to_string()).or_default() += 1;
        if case.ours != case.openssls {
            different += 1;
            println!(
                "{:?} {}: ours {} ({}) openssl {} ({})",
                case.purpose,
                case.name,
                case.ours.0,
                case.ours.1.len(),
                case.openssls.0,
                case.openssls.1.len()
            );
        }
    }
    println!("{codes:#?} {different} of {} differ", cases.len());
    assert_eq!(different, 0);
}
