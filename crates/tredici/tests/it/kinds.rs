//! Which keys a certificate can be shown with, and which engine that takes.

use std::process::Command;

use tredici::{
    ConnectOptions, Connector, Engine, Error, ListenOptions, Listener, PeerCertificate, Pem, Target,
};
use tredici_test::{OpensslServer, Pki, within};

const RUSTLS: bool = cfg!(feature = "rustls");
const OPENSSL: bool = cfg!(feature = "openssl");

/// A self-signed certificate for `localhost`, and its key.
struct Identity {
    directory: tempfile::TempDir,
}

impl Identity {
    /// Made as `openssl genpkey` makes such keys.
    fn new(kind: &[&str]) -> Self {
        let made = Self { directory: tempfile::tempdir().expect("a directory") };
        let run = |arguments: &[&str]| {
            let output = Command::new("openssl").current_dir(&made.directory).args(arguments).output();
            let output = output.expect("openssl");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        run(&[&["genpkey", "-out", "key.pem", "-algorithm"], kind].concat());
        let names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
        run(&[["req", "-x509", "-key", "key.pem", "-out", "cert.pem"].as_slice(), &names].concat());
        made
    }

    fn rsa(bits: u32) -> Self {
        Self::new(&["RSA", "-pkeyopt", &format!("rsa_keygen_bits:{bits}")])
    }

    fn pem(&self, name: &str) -> Pem {
        Pem::file(self.directory.path().join(name))
    }

    fn client(&self) -> ConnectOptions {
        ConnectOptions::new().cert(self.pem("cert.pem")).key(self.pem("key.pem"))
    }

    fn server(&self) -> ListenOptions {
        ListenOptions::new().cert(self.pem("cert.pem")).key(self.pem("key.pem"))
    }
}

async fn listen(options: ListenOptions) -> Result<Listener, Error> {
    Listener::bind("127.0.0.1:0".parse().expect("an address"), options).await
}

/// OpenSSL would take them, and then find no algorithm for a handshake, or leave the certificate away.
#[tokio::test]
async fn a_kind_without_a_signature_algorithm_is_refused_by_every_engine() {
    if !OpensslServer::is_available() {
        return;
    }
    let curve =
        |name: &'static str| ["EC".to_owned(), "-pkeyopt".to_owned(), format!("ec_paramgen_curve:{name}")];
    let plain = |name: &str| vec![name.to_owned()];
    for (kind, named) in [
        (curve("P-224").to_vec(), "secp224r1"),
        (curve("secp256k1").to_vec(), "secp256k1"),
        (plain("RSA-PSS"), "1.2.840.113549.1.1.10"),
        (plain("ED448"), "1.3.101.113"),
    ] {
        let kind: Vec<_> = kind.iter().map(String::as_str).collect();
        let identity = Identity::new(&kind);
        for engine in [Engine::Auto, Engine::Rustls, Engine::OpenSsl] {
            if (engine == Engine::Rustls && !RUSTLS) || (engine == Engine::OpenSsl && !OPENSSL) {
                continue;
            }
            let client = Connector::new(identity.client().engine(engine)).expect_err("never shown");
            let server = listen(identity.server().engine(engine)).await.expect_err("never shown");
            for error in [client, server] {
                assert_eq!(error.code(), "ERR_SSL_UNKNOWN_CERTIFICATE_TYPE", "{error}");
                assert_eq!(error.phase().as_str(), "options");
                assert!(error.message().contains(named), "{error}");
                assert!(error.hint().expect("what to do").contains("P-256"), "{error}");
            }
        }
    }
}

/// rustls signs with RSA keys of 2048 to 8192 bits: another takes OpenSSL, which decides how weak is too weak.
#[tokio::test]
async fn an_rsa_key_of_another_size_takes_openssl() {
    if !OpensslServer::is_available() {
        return;
    }
    let odd = Identity::rsa(2047);
    let (connector, listener) = (Connector::new(odd.client()), listen(odd.server()).await);
    let limit = "options.key (only keys without a passphrase, of RSA those of 2048 to 8192 bits)";
    if !OPENSSL {
        for error in [connector.expect_err("nobody honours it"), listener.expect_err("nobody honours it")] {
            assert_eq!(error.code(), "UND_ERR_NOT_SUPPORTED");
            assert_eq!(
                error.message(),
                format!("rustls cannot honour {limit}, and no other engine is built in")
            );
        }
        return;
    }
    let reason = if RUSTLS { "key" } else { "default" };
    let (connector, listener) = (connector.expect("a connector"), listener.expect("a listener"));
    assert_eq!((connector.engine(), connector.engine_reason()), ("openssl", reason));
    assert_eq!((listener.engine(), listener.engine_reason()), (Some("openssl"), Some(reason)));
    if RUSTLS {
        let error = Connector::new(odd.client().engine(Engine::Rustls)).expect_err("it cannot sign");
        assert_eq!(error.code(), "UND_ERR_NOT_SUPPORTED");
        assert_eq!(error.message(), format!("options.engine asks for rustls, which cannot honour {limit}"));
    }

    let options = ConnectOptions::new().ca(odd.pem("cert.pem")).engine(Engine::OpenSsl);
    let client = Connector::new(options).expect("a connector");
    let port = listener.local_address().expect("an address").port();
    let accept = async { listener.accept().await.expect("a connection").secure().await };
    let target = Target::tls("127.0.0.1").port(port).servername("localhost");
    let both = async { tokio::join!(client.connect(target), accept) };
    let (ours, _theirs) = within("both ends", both).await;
    assert_eq!(ours.expect("it is shown").peer_certificate().and_then(PeerCertificate::bits), Some(2047));

    let weak = Identity::rsa(1024);
    for error in [
        Connector::new(weak.client()).expect_err("too weak"),
        listen(weak.server()).await.expect_err("too weak"),
    ] {
        assert_eq!(error.code(), "ERR_SSL_EE_KEY_TOO_SMALL", "{error}");
    }
}

/// The engine stays what it is, and so does the identity.
#[test]
fn another_size_is_no_replacement_on_rustls() {
    if !RUSTLS || !OpensslServer::is_available() {
        return;
    }
    let own = Pki::shared().client();
    let options = ConnectOptions::new().cert(own.chain_pem()).key(own.key_pem()).engine(Engine::Rustls);
    let connector = Connector::new(options).expect("a connector");
    let error = connector.rotate(Identity::rsa(2047).client()).expect_err("it cannot sign");
    assert_eq!(error.code(), "UND_ERR_NOT_SUPPORTED");
    assert!(error.message().starts_with("the engine is rustls and stays it"), "{error}");
}
