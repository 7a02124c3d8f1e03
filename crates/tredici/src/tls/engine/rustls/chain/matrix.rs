//! Every fault of a chain and every pair of faults, judged by the engine on OpenSSL and by ours: the same code, and the
//! same path. Where they differ, `differences` says so and why.

mod differences;
mod faults;
mod keys;
mod lists;
mod oracle;
mod points;
mod scenario;

use std::{collections::BTreeSet, fmt, thread, time::SystemTime};

use tredici_test::draft::{Draft, Edit};

use self::{
    differences::DIFFERENCES,
    faults::{FAULTS, Fault},
    lists::LIST_FAULTS,
    oracle::{ders, revocation, trust},
    points::POINT_FAULTS,
    scenario::{Certificates, Scenario, identified_by, now},
};
use super::{
    super::super::{Failure, PeerChain},
    Purpose, Store,
};

/// The code and the path; `None` where something could not be read.
#[derive(PartialEq)]
struct Outcome(Option<(&'static str, Vec<Vec<u8>>)>);

impl Outcome {
    fn of(chain: Option<PeerChain>) -> Self {
        Self(chain.map(|chain| (chain.code.code(), chain.path.iter().map(|der| der.to_vec()).collect())))
    }

    fn code(&self) -> &'static str {
        self.0.as_ref().map_or("unreadable", |(code, _)| code)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.as_ref().map_or(0, |(_, path)| path.len());
        write!(f, "{} after {length}", self.code())
    }
}

struct Case {
    name: String,
    ours: Outcome,
    openssls: Outcome,
}

impl Case {
    fn judge(name: String, scenario: &Scenario) -> Self {
        let certificates = scenario.certificates();
        Self::judge_all(name, &certificates, scenario.purpose, scenario.now)
    }

    fn judge_all(name: String, certificates: &Certificates, purpose: Purpose, now: SystemTime) -> Self {
        let Certificates { presented, ca, lists } = certificates;
        let store = Store::new(&trust(ca)).and_then(|store| store.less(&revocation(lists)));
        let verified = store.ok().and_then(|store| store.verify(&ders(presented), purpose, now).ok());
        let ours = verified.map(|verified| verified.chain);
        let openssls = oracle::chain(ca, lists, presented, purpose, now);
        Self { name, ours: Outcome::of(ours), openssls: Outcome::of(openssls) }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, OpenSSL says {}", self.name, self.ours, self.openssls)
    }
}

fn inflicted(faults: &[Fault], purpose: Purpose) -> (String, Scenario) {
    inflicted_on(Scenario::new(purpose), faults)
}

fn inflicted_on(mut scenario: Scenario, faults: &[Fault]) -> (String, Scenario) {
    let purpose = scenario.purpose;
    faults.iter().for_each(|fault| (fault.inflict)(&mut scenario));
    let names: Vec<_> = faults.iter().map(|fault| fault.name).collect();
    (format!("{purpose:?}, {}", names.join(" and ")), scenario)
}

/// What `judge` makes of each of them, on all processors.
fn in_parallel<T: Sync>(all: &[T], judge: impl Fn(&T) -> Case + Sync) -> Vec<Case> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let judge = &judge;
    thread::scope(|scope| {
        let chunks = all.chunks(all.len().div_ceil(threads).max(1));
        let running: Vec<_> =
            chunks.map(|chunk| scope.spawn(move || chunk.iter().map(judge).collect::<Vec<_>>())).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no case panics")).collect()
    })
}

#[test]
fn every_fault_and_every_pair_of_faults() {
    let mut all: Vec<(Vec<Fault>, Purpose)> = Vec::new();
    for purpose in [Purpose::Server, Purpose::Client] {
        all.push((Vec::new(), purpose));
        all.extend(FAULTS.iter().map(|fault| (vec![*fault], purpose)));
    }
    let places = 0..FAULTS.len();
    for (one, other) in places.clone().flat_map(|one| places.clone().map(move |other| (one, other))) {
        if one < other {
            // Every pair of a server's, and one in four of a client's: what they are for matters to a few faults.
            let purposes = if (one + other) % 4 == 0 {
                vec![Purpose::Server, Purpose::Client]
            } else {
                vec![Purpose::Server]
            };
            all.extend(purposes.into_iter().map(|purpose| (vec![FAULTS[one], FAULTS[other]], purpose)));
        }
    }
    let cases = in_parallel(&all, |(faults, purpose)| {
        let (name, scenario) = inflicted(faults, *purpose);
        Case::judge(name, &scenario)
    });

    let codes = agreed(&cases);
    assert!(cases.iter().filter(|case| case.ours.code() == "OK").count() > 100);
    assert!(codes.len() > 20, "what was inflicted came to nothing: {codes:?}");
}

/// The codes of all cases, which must be OpenSSL's.
#[track_caller]
fn agreed(cases: &[Case]) -> BTreeSet<&'static str> {
    let different: Vec<_> =
        cases.iter().filter(|case| case.ours != case.openssls).map(Case::to_string).collect();
    assert!(different.is_empty(), "{} of {} differ:\n{}", different.len(), cases.len(), different.join("\n"));
    let codes: BTreeSet<_> = cases.iter().map(|case| case.ours.code()).collect();
    println!(
        "{} cases have the same code and path on {}: {codes:?}",
        cases.len(),
        openssl::version::version()
    );
    codes
}

/// Of each authority there is a list: every fault of one, and of pairs as many as there is time for.
#[test]
fn every_fault_of_a_list_and_some_pairs() {
    let of_lists = [LIST_FAULTS, POINT_FAULTS].concat();
    let mut all: Vec<(Vec<Fault>, Purpose)> = Vec::new();
    for purpose in [Purpose::Server, Purpose::Client] {
        all.push((Vec::new(), purpose));
        all.extend(of_lists.iter().map(|fault| (vec![*fault], purpose)));
    }
    for (one, fault) in of_lists.iter().enumerate() {
        let others = of_lists[one + 1..].iter().skip(one % 5).step_by(5);
        all.extend(others.map(|other| (vec![*fault, *other], Purpose::Server)));
        let others = FAULTS.iter().skip(one % 10).step_by(10);
        all.extend(others.map(|other| (vec![*other, *fault], Purpose::Server)));
    }
    let cases = in_parallel(&all, |(faults, purpose)| {
        let (name, scenario) = inflicted_on(Scenario::with_lists(*purpose), faults);
        Case::judge(name, &scenario)
    });
    let codes = agreed(&cases);
    assert!(cases.iter().filter(|case| case.ours.code() == "OK").count() > 100);
    for code in [
        "CERT_REVOKED",
        "CRL_HAS_EXPIRED",
        "CRL_NOT_YET_VALID",
        "CRL_SIGNATURE_FAILURE",
        "ERROR_IN_CRL_LAST_UPDATE_FIELD",
        "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
        "KEYUSAGE_NO_CRL_SIGN",
        "UNABLE_TO_GET_CRL",
        "UNHANDLED_CRITICAL_CRL_EXTENSION",
        "unreadable",
    ] {
        assert!(codes.contains(code), "nothing was {code}: {codes:?}");
    }
}

#[test]
fn differences_are_those_that_are_known() {
    for difference in DIFFERENCES {
        let (name, scenario) = inflicted(&[difference.fault], Purpose::Server);
        let case = Case::judge(name, &scenario);
        let codes = (case.ours.code(), case.openssls.code());
        assert_eq!(codes, (difference.ours, difference.openssls), "{case} ({})", difference.reason);
    }
}

/// A certificate that says something else than it should, in one byte, and is signed rightly.
#[test]
fn what_openssl_refuses_is_never_good() {
    let bases: Vec<_> = FAULTS.iter().map(|fault| inflicted(&[*fault], Purpose::Server)).collect();
    let flips: Vec<usize> = (0..1_500).collect();
    let cases = in_parallel(&flips, |index| {
        let (name, mut scenario) = bases[index % bases.len()].clone();
        // Steps that are coprime to whatever is walked through.
        let (place, byte) = ([0, 0, 1, 2, 3][index % 5], index * 7_919);
        let bits = if index % 3 == 0 { 1 << (index % 8) } else { (index * 31 % 255 + 1) as u8 };
        scenario.chain[place].edit = Edit::Flip(byte, bits);
        Case::judge(format!("{name}, {place} flipped at {byte} by {bits:#x}"), &scenario)
    });
    for case in &cases {
        let is_good = case.ours.code() == "OK";
        assert!(!is_good || matches!(case.openssls.code(), "OK" | "unreadable"), "{case}");
    }
    let same = cases.iter().filter(|case| case.ours == case.openssls).count();
    println!("{same} of {} have the same code and path", cases.len());
    assert!(same * 100 > cases.len() * 95, "{same} of {}", cases.len());
}

/// The same of a list.
#[test]
fn what_a_spoilt_list_says_openssl_says() {
    let of_lists = [LIST_FAULTS, POINT_FAULTS].concat();
    let flips: Vec<usize> = (0..1_000).collect();
    let cases = in_parallel(&flips, |index| {
        let fault = of_lists[index % of_lists.len()];
        let (name, mut scenario) = inflicted_on(Scenario::with_lists(Purpose::Server), &[fault]);
        let (byte, bits) =
            (index * 7_919, if index % 3 == 0 { 1 << (index % 8) } else { (index * 31 % 255 + 1) as u8 });
        if let Some(list) = scenario.lists.first_mut() {
            list.draft.edit = Edit::Flip(byte, bits);
        }
        Case::judge(format!("{name}, flipped at {byte} by {bits:#x}"), &scenario)
    });
    for case in &cases {
        let is_good = case.ours.code() == "OK";
        assert!(!is_good || case.openssls.code() == "OK", "{case}");
    }
    let different: Vec<_> =
        cases.iter().filter(|case| case.ours != case.openssls).map(Case::to_string).collect();
    println!("{} of {} differ:\n{}", different.len(), cases.len(), different.join("\n"));
    assert!(different.len() * 100 < cases.len() * 3, "{} of {}", different.len(), cases.len());
}

/// So many authorities between the root and the leaf, each named in the one beneath.
fn ladder(rungs: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut issuer = Draft::authority("Root", &keys::p256());
    let root = issuer.self_signed();
    let mut presented = Vec::new();
    for rung in (0..=rungs).rev() {
        let key = keys::p256();
        let name = format!("Rung {rung}");
        let mut draft = if rung == 0 { Draft::new("localhost", &key) } else { Draft::authority(&name, &key) };
        let above = if rung == rungs { "Root".to_owned() } else { format!("Rung {}", rung + 1) };
        draft.set(identified_by(&above));
        presented.insert(0, draft.issued_by(&issuer));
        issuer = draft;
    }
    (presented, root)
}

#[test]
fn long_paths_hold_up_to_a_point() {
    let judge = |rungs: usize, is_trusted: bool| {
        let (presented, root) = ladder(rungs);
        let ca = if is_trusted { vec![root] } else { Vec::new() };
        let certificates = Certificates { presented, ca, lists: Vec::new() };
        Case::judge_all(format!("{rungs} rungs"), &certificates, Purpose::Server, now())
    };
    for rungs in [0, 1, 5, 6, 7, 8, 15, 18] {
        let case = judge(rungs, true);
        assert!(case.ours == case.openssls && case.ours.code() == "OK", "{case}");
        let case = judge(rungs, false);
        assert!(case.ours == case.openssls, "{case}");
    }
    // OpenSSL climbs on, and takes its time.
    let case = judge(25, true);
    assert_eq!((case.ours.code(), case.openssls.code()), ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "OK"));
    assert_eq!(case.ours.0.expect("a path").1.len(), 20);
}

/// Such a peer is nobody to decide about.
#[test]
fn what_cannot_be_read_ends_a_handshake() {
    let (_, scenario) = inflicted(&[], Purpose::Server);
    let good = scenario.certificates();
    for (place, junk) in [(0, &b"junk"[..]), (1, &[0x30, 0]), (2, &good.presented[0][1..])] {
        let mut presented = good.presented.clone();
        presented[place] = junk.to_vec();
        for (failure, end) in oracle::ends(&good.ca, &presented, now()) {
            let Failure::Protocol { code, .. } = failure else { panic!("{failure:?}") };
            assert_eq!(code, "ERR_SSL_ASN1_LIB", "{place}");
            let alert = ::rustls::Error::AlertReceived(::rustls::AlertDescription::BadCertificate);
            assert_eq!(end, Some(alert), "{place}");
        }
    }
}
