//! What the engine on OpenSSL makes of certificates: a handshake in memory with a peer that presents any of them.

use std::{
    io::Cursor,
    sync::{Arc, Mutex, OnceLock},
    time::SystemTime,
};

use ::rustls::{
    ClientConfig, ClientConnection, Connection, DigitallySignedStruct, Error, ServerConfig, ServerConnection,
    SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::aws_lc_rs,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tredici_test::{Key, KeyKind, Pki};

use super::super::{
    super::super::{
        Anchors, Chain, ConnectTerms, Context, ContextTerms, Der, Failure, Identities, Judge, PeerChain,
        PrivateKey, Revocation, Side, Trust, Wire, openssl::OpensslContext, rustls::RustlsContext,
    },
    Purpose,
};
use crate::{
    options::{Clock, Suites, TlsVersion},
    verify::VerifyCode,
};

/// The chain as OpenSSL sees it; `None` where it does not come so far as to verify it.
pub(super) fn chain(
    ca: &[Vec<u8>],
    lists: &[Vec<u8>],
    presented: &[Vec<u8>],
    purpose: Purpose,
    now: SystemTime,
) -> Option<PeerChain> {
    let witness = Arc::new(Witness { chain: Mutex::new(None), now });
    let side = match purpose {
        Purpose::Server => Side::Client,
        Purpose::Client => {
            Side::Server { request_certificate: true, require_certificate: true, alpn: Vec::new() }
        }
    };
    let terms = ContextTerms { revocation: revocation(lists), ..terms(side, trust(ca), now) };
    let context = OpensslContext::new(&terms).ok()?;
    let _refused = handshake(&context, witness.clone(), presented, purpose);
    witness.chain.lock().unwrap().take()
}

/// How a handshake with a server ends on OpenSSL, and how on rustls: with an error, and with an alert to the server.
pub(super) fn ends(ca: &[Vec<u8>], presented: &[Vec<u8>], now: SystemTime) -> [(Failure, Option<Error>); 2] {
    let terms = terms(Side::Client, trust(ca), now);
    let contexts: [Box<dyn Context>; 2] =
        [Box::new(OpensslContext::new(&terms).unwrap()), Box::new(RustlsContext::new(&terms).unwrap())];
    contexts.map(|context| {
        let witness = Arc::new(Witness { chain: Mutex::new(None), now });
        handshake(&*context, witness, presented, Purpose::Server)
    })
}

/// What a handshake ends with for the engine, and for its peer.
fn handshake(
    context: &dyn Context,
    judge: Arc<Witness>,
    presented: &[Vec<u8>],
    purpose: Purpose,
) -> (Failure, Option<Error>) {
    let mut connection = match purpose {
        Purpose::Server => {
            context.connect(ConnectTerms { servername: None, alpn: &[], session: None, judge })
        }
        Purpose::Client => context.accept(judge),
    }
    .expect("a connection");
    let mut peer = peer(presented, purpose);
    let mut wire = Wire::default();
    loop {
        let answer = connection.handshake(&mut wire);
        let sent = std::mem::take(&mut wire.outgoing);
        peer.read_tls(&mut Cursor::new(&sent[..])).expect("memory can be read");
        let end = peer.process_new_packets().err();
        if let Err(failure) = answer {
            return (failure, end);
        }
        let mut received = Vec::new();
        while peer.wants_write() {
            peer.write_tls(&mut received).expect("memory takes it");
        }
        assert!(!received.is_empty(), "the witness refuses, or the handshake fails before");
        wire.incoming.extend_from_slice(&received);
    }
}

pub(super) fn trust(ca: &[Vec<u8>]) -> Trust {
    Trust { anchors: Anchors::Given(ders(ca)), extra: Vec::new() }
}

pub(super) fn revocation(lists: &[Vec<u8>]) -> Revocation {
    Revocation { lists: ders(lists), ..Revocation::default() }
}

pub(super) fn ders(certificates: &[Vec<u8>]) -> Vec<Der> {
    certificates.iter().map(|der| der.as_slice().into()).collect()
}

fn terms(side: Side, trust: Trust, now: SystemTime) -> ContextTerms {
    let identities = match side {
        Side::Client => Identities::default(),
        Side::Server { .. } => {
            let own = Pki::shared().localhost();
            let key =
                PrivateKey { place: String::new(), pem: own.key_pem().into_bytes().into(), passphrase: None };
            let chain = Chain { place: String::new(), certificates: ders(&own.chain_der()) };
            Identities { chains: vec![chain], keys: vec![key] }
        }
    };
    ContextTerms {
        side,
        trust,
        revocation: Revocation::default(),
        identities,
        min_version: TlsVersion::Tls1_2,
        max_version: TlsVersion::Tls1_3,
        suites: Suites::read(None).unwrap(),
        keylog: None,
        clock: Clock::from(move || now),
        keeps_sessions: false,
    }
}

/// Notes the chain, and ends the handshake.
struct Witness {
    chain: Mutex<Option<PeerChain>>,
    now: SystemTime,
}

impl Judge for Witness {
    fn judge_verified(&self, _presented: &[Der]) -> Option<Result<(), VerifyCode>> {
        None
    }

    fn judge(&self, chain: PeerChain) -> Result<(), VerifyCode> {
        *self.chain.lock().unwrap() = Some(chain);
        Err(VerifyCode::APPLICATION_VERIFICATION)
    }

    fn now(&self) -> SystemTime {
        self.now
    }
}

fn peer(presented: &[Vec<u8>], purpose: Purpose) -> Connection {
    let presenter = Arc::new(Presenter(Arc::new(CertifiedKey::new(
        presented.iter().map(|der| CertificateDer::from(der.clone())).collect(),
        key(),
    ))));
    let provider = Arc::new(aws_lc_rs::default_provider());
    match purpose {
        Purpose::Server => {
            let config =
                ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
            let config = config.with_no_client_auth().with_cert_resolver(presenter);
            ServerConnection::new(Arc::new(config)).unwrap().into()
        }
        Purpose::Client => {
            let config =
                ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
            let config = config.dangerous().with_custom_certificate_verifier(Arc::new(Credulous));
            let config = config.with_client_cert_resolver(presenter);
            ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap())
                .unwrap()
                .into()
        }
    }
}

/// A key that fits no certificate: nobody looks at its signature before the chain was verified.
fn key() -> Arc<dyn ::rustls::sign::SigningKey> {
    static KEY: OnceLock<Arc<dyn ::rustls::sign::SigningKey>> = OnceLock::new();
    let make = || {
        let der = PrivateKeyDer::Pkcs8(Key::new(KeyKind::P256).der().to_vec().into());
        aws_lc_rs::sign::any_supported_type(&der).expect("a key on P-256")
    };
    KEY.get_or_init(make).clone()
}

#[derive(Debug)]
struct Presenter(Arc<CertifiedKey>);

impl ResolvesServerCert for Presenter {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

impl ResolvesClientCert for Presenter {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Takes every server for what it says.
#[derive(Debug)]
struct Credulous;

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
