//! Whom to trust, by webpki alone.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use rustls::{
    DistinguishedName,
    pki_types::{CertificateDer, TrustAnchor, UnixTime},
};

use super::super::{Anchors, Der, PeerChain, Trust};
use crate::{error::Error, verify::VerifyCode};

/// Whose certificate is verified.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Server,
    Client,
}

/// Whom to trust.
pub(super) struct Store {
    anchors: Vec<TrustAnchor<'static>>,
}

impl Store {
    pub(super) fn new(trust: &Trust) -> Result<Arc<Self>, Error> {
        let bundled =
            || webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| Der::from(&**der)).collect();
        let given = match &trust.anchors {
            Anchors::Bundled => bundled(),
            Anchors::Given(given) => given.clone(),
        };
        let read = |der: &Der| {
            let certificate = CertificateDer::from(der.to_vec());
            webpki::anchor_from_trusted_cert(&certificate).map(|anchor| anchor.to_owned())
        };
        let anchors = given.iter().chain(&trust.extra).map(read).collect::<Result<_, _>>();
        let unreadable =
            |error| Error::invalid("ERR_OSSL_ASN1_PARSE_ERROR", format!("ca cannot be used: {error}"));
        Ok(Arc::new(Self { anchors: anchors.map_err(unreadable)? }))
    }

    /// The names of those who are trusted.
    pub(super) fn subjects(&self) -> Vec<DistinguishedName> {
        self.anchors.iter().map(|anchor| DistinguishedName::in_sequence(&anchor.subject)).collect()
    }

    pub(super) fn verify(&self, presented: &[Der], purpose: Purpose, now: SystemTime) -> PeerChain {
        let holds = self.holds(presented, purpose, now).is_some();
        let code = if holds { VerifyCode::OK } else { VerifyCode::UNSPECIFIED };
        PeerChain { presented: presented.to_vec(), path: presented.to_vec(), code }
    }

    fn holds(&self, presented: &[Der], purpose: Purpose, now: SystemTime) -> Option<()> {
        let certificates: Vec<_> = presented.iter().map(|der| CertificateDer::from(&**der)).collect();
        let (leaf, intermediates) = certificates.split_first()?;
        let usage = match purpose {
            Purpose::Server => webpki::KeyUsage::server_auth(),
            Purpose::Client => webpki::KeyUsage::client_auth(),
        };
        let now = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).ok()?);
        let leaf = webpki::EndEntityCert::try_from(leaf).ok()?;
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        leaf.verify_for_usage(algorithms, &self.anchors, intermediates, now, usage, None, None).ok()?;
        Some(())
    }
}
