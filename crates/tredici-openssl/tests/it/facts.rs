//! What a handshake agreed on.

use openssl::{
    nid::Nid,
    ssl::{Ssl, SslVersion},
};
use tredici_openssl::{group_name, shared_signature_algorithms};

use crate::ends::{self, Ends, VERSIONS};

#[test]
fn the_group_has_a_name_from_openssl_3_2_on() {
    for version in VERSIONS {
        let mut client = ends::client(version);
        client.set_groups_list("P-256").unwrap();
        let ends = Ends::of(&client.build(), &ends::server(version).build()).connected();
        let known = openssl::version::number() >= 0x3020_0000;
        for side in [&ends.client, &ends.server] {
            let name = group_name(side.ssl()).map(|name| name.to_ascii_lowercase());
            assert_eq!(name.as_deref(), known.then_some("secp256r1"));
        }
    }
}

#[test]
fn before_the_handshake_there_is_none() {
    for context in [ends::client(SslVersion::TLS1_3), ends::server(SslVersion::TLS1_3)] {
        let ssl = Ssl::new(&context.build()).unwrap();
        assert_eq!(group_name(&ssl), None);
        assert!(shared_signature_algorithms(&ssl).is_empty());
    }
}

#[test]
fn a_server_knows_the_algorithms_of_both() {
    for version in VERSIONS {
        let mut client = ends::client(version);
        client.set_sigalgs_list("ed25519:ecdsa_secp256r1_sha256:rsa_pss_rsae_sha384").unwrap();
        let ends = Ends::of(&client.build(), &ends::server(version).build()).connected();
        let mut shared = shared_signature_algorithms(ends.server.ssl());
        shared.sort_by_key(|(sign, _)| sign.as_raw());
        let mut expected = [
            (Nid::from_raw(1087), Nid::UNDEF),
            (Nid::X9_62_ID_ECPUBLICKEY, Nid::SHA256),
            (Nid::RSASSAPSS, Nid::SHA384),
        ];
        expected.sort_by_key(|(sign, _)| sign.as_raw());
        assert_eq!(shared, expected);
        assert!(shared_signature_algorithms(ends.client.ssl()).is_empty());
    }
}
