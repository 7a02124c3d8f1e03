//! One store of trust, many contexts.

use std::{sync::Barrier, thread};

use openssl::x509::{X509, store::X509StoreBuilder};
use tredici_openssl::SharedStore;
use tredici_test::{Authority, CertificateSpec, Pki};

use crate::ends::{self, Ends, VERSIONS};

#[test]
fn contexts_share_one_and_go_in_any_order() {
    const THREADS: usize = 8;
    let store = ends::trust(Pki::shared().root().der());
    let server = ends::server(VERSIONS[1]).build();
    let together = Barrier::new(THREADS);
    let connect = |thread: usize| {
        together.wait();
        let mut contexts: Vec<_> = (0..8)
            .map(|_| {
                let mut context = ends::client(VERSIONS[1]);
                store.attach(&mut context).unwrap();
                context.build()
            })
            .collect();
        while !contexts.is_empty() {
            let context = contexts.swap_remove(thread % contexts.len());
            Ends::of(&context, &server).connected().exchange();
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || connect(thread))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let mut last = ends::client(VERSIONS[1]);
    store.attach(&mut last).unwrap();
    drop(store);
    Ends::of(&last.build(), &server).connected();
}

#[test]
fn the_store_attached_last_is_the_one() {
    let server = ends::server(VERSIONS[1]).build();
    let mut client = ends::client(VERSIONS[1]);
    ends::trust(Authority::new("Another").der()).attach(&mut client).unwrap();
    assert!(Ends::of(&client.build(), &server).handshake().0.is_err());
}

#[test]
fn a_contexts_own_store_is_another() {
    let mut client = ends::client(VERSIONS[1]);
    // What is put in there changes nobody else's trust, nor this context's.
    let another = Authority::new("Another");
    client.cert_store_mut().add_cert(X509::from_der(another.der()).unwrap()).unwrap();
    let mut server = ends::server(VERSIONS[1]);
    ends::show(&mut server, &another.leaf(CertificateSpec::server(&["localhost"])));
    let client = client.build();
    assert_eq!(client.cert_store().all_certificates().len(), 1);
    assert!(Ends::of(&client, &server.build()).handshake().0.is_err());
}

#[test]
fn it_completes_a_chain_that_was_not_given() {
    let pki = Pki::shared();
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(X509::from_der(pki.intermediate().der()).unwrap()).unwrap();
    let leaf_alone = pki.intermediate().leaf(CertificateSpec::server(&["localhost"]));
    let mut server = ends::server(VERSIONS[1]);
    server.set_certificate(&X509::from_der(leaf_alone.der()).unwrap()).unwrap();
    let key = openssl::pkey::PKey::private_key_from_pem(leaf_alone.key_pem().as_bytes()).unwrap();
    server.set_private_key(&key).unwrap();
    SharedStore::new(store).attach(&mut server).unwrap();
    let ends = Ends::of(&ends::client(VERSIONS[1]).build(), &server.build()).connected();
    assert_eq!(ends.client.ssl().peer_cert_chain().unwrap().len(), 2);
}
