//! Two identities in one context, each with a chain of its own.

use openssl::{
    ssl::{SslContext, SslMethod, SslVersion},
    x509::{X509, store::X509StoreBuilder},
};
use tredici_openssl::{SharedStore, add_chain_certificate};
use tredici_test::{Authority, CertificateSpec, KeyKind, Pki};

use crate::ends::{self, Ends};

#[test]
fn each_identity_sends_its_own_chain() {
    let (ecdsa, rsa) = (Pki::shared(), Pki::of(KeyKind::Rsa2048));
    for version in ends::VERSIONS {
        let mut server = ends::server(version);
        ends::show(&mut server, rsa.localhost());
        let server = server.build();
        let ciphers = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"];
        // The first for the identity, and as the certificates are signed.
        let algorithms = ["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256:rsa_pkcs1_sha256"];
        for (index, pki) in [ecdsa, rsa].into_iter().enumerate() {
            let mut store = X509StoreBuilder::new().unwrap();
            store.add_cert(X509::from_der(pki.root().der()).unwrap()).unwrap();
            let mut client = ends::client(version);
            SharedStore::new(store).attach(&mut client).unwrap();
            client.set_sigalgs_list(algorithms[index]).unwrap();
            if version == SslVersion::TLS1_2 {
                client.set_cipher_list(ciphers[index]).unwrap();
            }
            let ends = Ends::of(&client.build(), &server).connected();
            let sent = ends.client.ssl().peer_cert_chain().unwrap();
            let sent: Vec<_> = sent.iter().map(|certificate| certificate.to_der().unwrap()).collect();
            assert_eq!(sent, pki.localhost().chain_der());
        }
    }
}

#[test]
fn the_certificate_may_be_freed_by_its_giver() {
    let pki = Pki::shared();
    let mut context = SslContext::builder(SslMethod::tls_server()).unwrap();
    ends::show(&mut context, pki.localhost());
    let extra = X509::from_der(Authority::new("Another").der()).unwrap();
    for _ in 0..100 {
        add_chain_certificate(&mut context, &extra).unwrap();
    }
    drop(extra);
    let ends = Ends::of(&ends::client(SslVersion::TLS1_3).build(), &context.build()).connected();
    assert_eq!(ends.client.ssl().peer_cert_chain().unwrap().len(), 102);
}

#[test]
fn one_that_is_too_weak_is_refused() {
    let mut context = SslContext::builder(SslMethod::tls_server()).unwrap();
    ends::show(&mut context, Pki::shared().localhost());
    // From 192 bits of security on, P-256 is too little.
    context.set_security_level(4);
    let weak = Authority::root(CertificateSpec::authority("Weak"));
    let refused = add_chain_certificate(&mut context, &X509::from_der(weak.der()).unwrap()).unwrap_err();
    assert!(!refused.errors().is_empty());
}
