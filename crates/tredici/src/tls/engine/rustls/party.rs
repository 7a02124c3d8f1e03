//! The one verifier and the one credential resolver of all clients, which ask those of the connection at work.
//!
//! rustls resumes a session only where both are the very objects that were there when it was made. Here connectors of
//! equal terms may share sessions, and the key that a session is kept under says what it may be resumed under: the
//! terms of trust themselves. So every client's configuration names the same two.

use std::sync::{Arc, LazyLock};

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    sign::CertifiedKey,
};

use super::{
    companion,
    identity::Identity,
    verifier::{PeerVerifier, schemes},
};

/// Who verifies the server for a client, and who the client is.
pub(super) struct Party {
    pub(super) verifier: Arc<PeerVerifier>,
    pub(super) identity: Arc<Identity>,
}

/// Whichever party the connection at work belongs to.
#[derive(Debug)]
pub(super) struct PartyAtWork(());

impl PartyAtWork {
    /// The same for the whole process.
    pub(super) fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<PartyAtWork>> = LazyLock::new(|| Arc::new(PartyAtWork(())));
        SHARED.clone()
    }
}

fn present() -> Option<Arc<Party>> {
    companion::with(|companion| companion.party.clone()).flatten()
}

/// Without a party nobody is trusted.
fn required() -> Result<Arc<Party>, Error> {
    present().ok_or_else(|| Error::General("there is no handshake to verify for".to_owned()))
}

impl ServerCertVerifier for PartyAtWork {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        required()?.verifier.judge(leaf, intermediates).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        required()?.verifier.verify_12(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        required()?.verifier.verify_13(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        schemes()
    }
}

impl ResolvesClientCert for PartyAtWork {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        present()?.identity.resolve(hints, schemes)
    }

    fn has_certs(&self) -> bool {
        present().is_some_and(|party| party.identity.has_certs())
    }
}
