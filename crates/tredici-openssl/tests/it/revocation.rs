//! Lists of revoked certificates, in a store that many connections ask at once.

use std::{sync::Barrier, thread};

use openssl::x509::{X509, X509Crl, store::X509StoreBuilder, verify::X509VerifyFlags};
use tredici_openssl::{SharedStore, add_crl};
use tredici_test::{Authority, Certificate, CertificateSpec};

use crate::ends::{self, Ends, VERSIONS};

fn store(root: &Authority, lists: &[String]) -> SharedStore {
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(X509::from_der(root.der()).unwrap()).unwrap();
    for list in lists {
        // The list may be freed by its giver.
        add_crl(&mut store, &X509Crl::from_pem(list.as_bytes()).unwrap()).unwrap();
    }
    store.set_flags(X509VerifyFlags::CRL_CHECK | X509VerifyFlags::CRL_CHECK_ALL).unwrap();
    SharedStore::new(store)
}

fn is_trusted(store: &SharedStore, server: &Certificate) -> bool {
    let mut client = ends::client(VERSIONS[1]);
    store.attach(&mut client).unwrap();
    let mut context = ends::server(VERSIONS[1]);
    ends::show(&mut context, server);
    Ends::of(&client.build(), &context.build()).handshake().0.is_ok()
}

#[test]
fn one_store_in_many_connections_at_once() {
    const THREADS: usize = 8;
    let root = Authority::new("Root");
    let server = || root.leaf(CertificateSpec::server(&["localhost"]));
    let (good, revoked) = (server(), server());
    let many: Vec<_> = (0..100).map(|_| server()).chain([revoked.clone()]).collect();
    let lists = [root.crl(&many.iter().collect::<Vec<_>>())];
    for _ in 0..4 {
        // Unsorted each time: it is sorted by whoever asks first.
        let store = store(&root, &lists);
        let together = Barrier::new(THREADS);
        let ask = |thread: usize| {
            together.wait();
            for turn in 0..8 {
                let is_good = (thread + turn).is_multiple_of(2);
                assert_eq!(is_trusted(&store, if is_good { &good } else { &revoked }), is_good);
            }
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || ask(thread))).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }
}

#[test]
fn without_a_list_nobody_is_trusted() {
    let root = Authority::new("Root");
    let server = root.leaf(CertificateSpec::server(&["localhost"]));
    assert!(!is_trusted(&store(&root, &[]), &server));
    assert!(is_trusted(&store(&root, &[root.crl(&[])]), &server));
}

/// Which of two lists is asked OpenSSL decides; adding the same twice is no error.
#[test]
fn the_same_list_may_come_twice() {
    let root = Authority::new("Root");
    let server = root.leaf(CertificateSpec::server(&["localhost"]));
    let list = root.crl(&[&server]);
    assert!(!is_trusted(&store(&root, &[list.clone(), list]), &server));
}
