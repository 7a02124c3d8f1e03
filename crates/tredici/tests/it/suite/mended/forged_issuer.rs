//! A server that has a certificate of one authority, and sends forged ones along that lead to another.

use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose,
};
use tredici::{Connector, Error, PeerCertificate, Pins, Socket};

use super::super::ends::{Echo, client_options, exchange, server_options, target};

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// Everything that is public of an authority of this name: whoever likes can make a certificate that says so.
fn authority(name: &str, key_id: u8) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.key_identifier_method = KeyIdMethod::PreSpecified(vec![key_id; 20]);
    params.use_authority_key_identifier_extension = true;
    params
}

fn root(name: &str, key_id: u8) -> Issuer {
    CertifiedIssuer::self_signed(authority(name, key_id), key()).expect("a root")
}

/// Two authorities that are trusted, and a server that only the modest one knows.
struct Scene {
    modest: Issuer,
    noble: Issuer,
    server: Echo,
}

impl Scene {
    async fn set() -> Self {
        let (modest, noble) = (root("Modest", 1), root("Noble", 2));
        let own = key();
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&own, &modest).expect("a leaf");
        // By its looks the modest one was issued by the noble one, who has signed nothing of the kind.
        let forged = authority("Modest", 1).signed_by(&key(), &root("Noble", 2)).expect("a forgery");
        let sent = leaf.pem() + &forged.pem() + &noble.pem();
        let server = Echo::with(server_options().cert(sent).key(own.serialize_pem())).await;
        Self { modest, noble, server }
    }

    fn connector(&self) -> Connector {
        let options = client_options().ca([self.modest.pem(), self.noble.pem()]);
        Connector::new(options).expect("a connector")
    }
}

fn fingerprint(authority: &Issuer) -> String {
    PeerCertificate::from_pem(authority.pem()).expect("a certificate").fingerprint256()
}

/// The end of the walk from issuer to issuer.
fn end_of_the_walk(socket: &Socket) -> String {
    let mut certificate = socket.peer_certificate().expect("a certificate").clone();
    while let Some(issuer) = certificate.issuer_certificate().filter(|issuer| **issuer != certificate) {
        certificate = issuer.clone();
    }
    certificate.fingerprint256()
}

#[tokio::test]
async fn the_walk_from_issuer_to_issuer_is_the_verified_one() {
    let scene = Scene::set().await;
    let walks = Arc::<Mutex<Vec<String>>>::default();
    let noted = walks.clone();
    let connector = scene.connector().check(move |socket| {
        noted.lock().expect("nobody panics here").push(end_of_the_walk(socket));
        Ok(())
    });
    for resumed in [false, true] {
        let mut socket = connector.connect(target(scene.server.port())).await.expect("a connection");
        exchange(&mut socket).await;
        assert_eq!(socket.is_session_reused(), resumed);
        let chain: Vec<_> = socket.peer_certificate().expect("one").chain().collect();
        assert_eq!(chain.len(), 2, "the leaf and the one who issued it");
    }
    let modest = fingerprint(&scene.modest);
    assert_eq!(*walks.lock().expect("nobody panics here"), [modest.clone(), modest]);
}

#[tokio::test]
async fn a_pin_of_the_other_authority_does_not_match() {
    let scene = Scene::set().await;
    let pin =
        |authority: &Issuer| Pins::new([format!("ca-sha256:{}", fingerprint(authority))]).expect("pins");
    let modest = pin(&scene.modest);
    let connector = scene.connector().check(move |socket| modest.verify(socket));
    for resumed in [false, true] {
        let mut socket = connector.connect(target(scene.server.port())).await.expect("a connection");
        exchange(&mut socket).await;
        assert_eq!(socket.is_session_reused(), resumed);
    }

    // What was kept of a resumed connection is judged as well.
    let noble = pin(&scene.noble);
    let met = Arc::<Mutex<Vec<(bool, Option<String>)>>>::default();
    let noted = met.clone();
    let connector = scene.connector().check(move |socket| {
        let refused = noble.verify(socket).err().map(|error: Error| error.code().to_owned());
        noted.lock().expect("nobody panics here").push((socket.is_session_reused(), refused));
        Ok(())
    });
    for _ in 0..2 {
        let mut socket = connector.connect(target(scene.server.port())).await.expect("a connection");
        exchange(&mut socket).await;
    }
    let mismatch = Some("ERR_TLS_PIN_MISMATCH".to_owned());
    assert_eq!(*met.lock().expect("nobody panics here"), [(false, mismatch.clone()), (true, mismatch)]);
}
