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

#[test]
fn mutants() {
    let n: usize = std::env::var("MUTANTS").map_or(1000, |n| n.parse().unwrap());
    let seed: u64 = std::env::var("SEED").map_or(1, |n| n.parse().unwrap());
    let mut table: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4u64)
            .map(|t| {
                scope.spawn(move || {
                    let mut state = (seed * 7 + t).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                    let mut random = move || {
                        state ^= state << 13;
                        state ^= state >> 7;
                        state ^= state << 17;
                        state
                    };
                    let mut out = Vec::new();
                    let bases: Vec<Scenario> = (0..FAULTS.len() + 1)
                        .map(|i| {
                            let mut s = Scenario::new(Purpose::Server);
                            if i > 0 {
                                (FAULTS[i - 1].inflict)(&mut s)
                            }
                            s
                        })
                        .collect();
                    for _ in 0..n / 4 {
                        let which = random() as usize % bases.len();
                        let mut scenario = bases[which].clone();
                        let place = [0, 0, 1, 2, 3][random() as usize % 5];
                        let at = random() as usize;
                        let bits = match random() % 3 {
                            0 => 1 << (random() % 8),
                            _ => (random() as u8).max(1),
                        };
                        scenario.chain[place].edit = tredici_test::draft::Edit::Flip(at, bits);
                        let certificates = scenario.certificates();
                        let openssl = oracle::chain(
                            &certificates.ca,
                            &[],
                            &certificates.presented,
                            Purpose::Server,
                            scenario.now,
                        );
                        let store = Store::new(&oracle::trust(&certificates.ca, &[]));
                        let ours = match &store {
                            Ok(store) => store.verify(
                                &oracle::ders(&certificates.presented),
                                Purpose::Server,
                                scenario.now,
                            ),
                            Err(_) => Err(super::Unreadable),
                        };
                        let o = match &ours {
                            Ok(c) => format!("{} {}", c.code, c.path.len()),
                            Err(_) => "unreadable".into(),
                        };
                        let e = match &openssl {
                            Some(c) => format!("{} {}", c.code, c.path.len()),
                            None => "unreadable".into(),
                        };
                        if o != e {
                            if let Ok(only) = std::env::var("ONLY")
                                && format!("{o} / {e}").starts_with(&only)
                            {
                                let mut plain = scenario.clone();
                                plain.chain[place].edit = tredici_test::draft::Edit::None;
                                // the mutated certificate is re-signed: compare what is signed by length of the shorter
                                let issuer = [1, 2, 3, 3][place];
                                let issuer = if place == 0 && scenario.is_self_signed { 0 } else { issuer };
                                let x = scenario.chain[place].issued_by(&scenario.chain[issuer]);
                                let y = plain.chain[place].issued_by(&plain.chain[issuer]);
                                let at = x.iter().zip(&y).skip(4).position(|(x, y)| x != y).unwrap_or(0) + 4;
                                let hex = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<String>();
                                println!(
                                    "EXAMPLE {o} / {e}: {} place {place} at {at}: {} was {}",
                                    if which == 0 { "none" } else { FAULTS[which - 1].name },
                                    hex(&x[at.saturating_sub(14)..(at + 10).min(x.len())]),
                                    hex(&y[at.saturating_sub(14)..(at + 10).min(y.len())])
                                );
                            }
                            out.push((format!("{o} / {e}"), format!("{which} {place} {} {bits}", at)));
                        }
                    }
                    out
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    for (key, example) in results {
        let e = table.entry(key).or_default();
        e.0 += 1;
        e.1 = example;
    }
    for (key, (count, example)) in &table {
        println!("{count:6} {key}   {example}");
    }
}
