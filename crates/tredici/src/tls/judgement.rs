//! The decision over a peer, taken inside the handshake, or on what was kept of an earlier one.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    slice::from_ref,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use tokio::time::Instant;

use super::{
    engine::{Der, Judge, PeerChain},
    provenance::Provenance,
    validity::Validity,
    verified::VerifiedPeers,
};
use crate::{
    certificate::PeerCertificate,
    error::Error,
    options::{CheckServerIdentity, Clock},
    verify::{
        AuthorizationError, CertificateDigests, PinFailure, Pins, Untimely, VerifyCode,
        check_server_identity, is_dns_name_among,
    },
};

/// A peer's certificates, read when somebody asks, and no more of them than is asked for: reading takes longer than
/// most of what else is ours in a handshake.
#[derive(Debug)]
pub(crate) struct Peer {
    chain: PeerChain,
    leaf: OnceLock<Option<PeerCertificate>>,
    certificate: OnceLock<Option<PeerCertificate>>,
    validity: OnceLock<Option<Validity>>,
    digests: OnceLock<Box<[CertificateDigests]>>,
    /// When the lists are good by which nobody of the path was revoked.
    revocation: Option<Validity>,
    /// The first name that the leaf was found to be for: that never changes.
    name: OnceLock<Box<str>>,
}

impl Peer {
    pub(crate) fn new(chain: PeerChain) -> Self {
        Self::within(chain, None)
    }

    pub(super) fn within(chain: PeerChain, revocation: Option<Validity>) -> Self {
        Self {
            chain,
            revocation,
            leaf: OnceLock::new(),
            certificate: OnceLock::new(),
            validity: OnceLock::new(),
            digests: OnceLock::new(),
            name: OnceLock::new(),
        }
    }

    pub(crate) fn chain(&self) -> &PeerChain {
        &self.chain
    }

    /// The leaf, without its issuers.
    fn leaf(&self) -> Option<&PeerCertificate> {
        self.leaf.get_or_init(|| read(self.chain.presented.first()?)).as_ref()
    }

    /// The leaf, linked to its issuers as far as they are known.
    ///
    /// Where the path holds, the links are the path: what else the peer has sent was not verified, and a check that walks
    /// from issuer to issuer must not be led astray by it.
    pub(crate) fn certificate(&self) -> Option<&PeerCertificate> {
        let PeerChain { presented, path, code, .. } = &self.chain;
        let read = || match path.split_first() {
            Some((leaf, issuers)) if *code == VerifyCode::OK => {
                PeerCertificate::with_chain(from_ref(leaf), issuers).ok()
            }
            _ => PeerCertificate::with_chain(presented, path).ok(),
        };
        self.certificate.get_or_init(read).as_ref()
    }

    /// Whether the leaf is for this name, by the usual rules.
    fn is_named(&self, hostname: &str) -> Result<(), AuthorizationError> {
        if self.name.get().is_some_and(|name| **name == *hostname) {
            return Ok(());
        }
        if !self.lists(hostname) {
            let leaf = self.leaf().ok_or_else(AuthorizationError::unreadable)?;
            check_server_identity(hostname, leaf).map_err(AuthorizationError::identity)?;
        }
        let _known = self.name.set(hostname.into());
        Ok(())
    }

    /// Whether a DNS name that the engine has read in the leaf says so already.
    fn lists(&self, hostname: &str) -> bool {
        let (Some(facts), Some(leaf)) = (&self.chain.facts, self.chain.path.first()) else { return false };
        is_dns_name_among(hostname, facts.dns_names.iter().filter_map(|name| leaf.get(name.clone())))
    }

    /// The end of the first certificate of the path that ends, or of the lists of the revoked; `None` where one cannot
    /// be read.
    pub(crate) fn valid_to(&self) -> Option<SystemTime> {
        self.validity().map(|validity| validity.within(self.revocation).to)
    }

    /// Whether all certificates of the path are within their time, and the lists of the revoked. At its last second
    /// OpenSSL holds one for expired.
    pub(super) fn is_valid_at(&self, now: SystemTime) -> bool {
        self.validity().is_some_and(|validity| validity.within(self.revocation).holds_at(now))
    }

    /// Whether the lists of the revoked are within their time, where there are any.
    pub(super) fn is_covered_at(&self, now: SystemTime) -> bool {
        self.revocation.is_none_or(|lists| lists.holds_at(now))
    }

    /// The certificate that this verdict over dates is about.
    fn untimely(&self, code: VerifyCode, now: SystemTime, provenance: &Provenance) -> Option<Untimely> {
        let read = |der| PeerCertificate::with_chain(from_ref(der), &[]).ok();
        let untimely = Untimely::find(code, self.chain.path.iter().map_while(read), now)?;
        let remedy = provenance.remedy(untimely.certificate().raw());
        Some(untimely.with_remedy(remedy))
    }

    /// Of the path; none where one of it cannot be read.
    fn digests(&self) -> &[CertificateDigests] {
        let digest = |der| read(der).as_ref().map(CertificateDigests::from);
        self.digests
            .get_or_init(|| self.chain.path.iter().map(digest).collect::<Option<_>>().unwrap_or_default())
    }

    /// When all certificates of the path are good.
    fn validity(&self) -> Option<Validity> {
        let intersect = |so_far: Option<Validity>, certificate: PeerCertificate| {
            Some(Validity { from: certificate.not_before(), to: certificate.not_after() }.within(so_far))
        };
        let of_path = || {
            if let Some(facts) = &self.chain.facts {
                return Some(facts.validity);
            }
            let certificates: Option<Vec<_>> = self.chain.path.iter().map(read).collect();
            certificates?.into_iter().fold(None, intersect)
        };
        *self.validity.get_or_init(of_path)
    }
}

fn read(der: &Der) -> Option<PeerCertificate> {
    PeerCertificate::alone(der).ok()
}

/// What was decided over a peer.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    pub(crate) peer: Arc<Peer>,
    /// Why the peer is not to be trusted; `None` where it is.
    pub(crate) error: Option<Box<AuthorizationError>>,
    /// That it matches no pin.
    pub(crate) pin_failure: Option<Box<PinFailure>>,
}

impl Judgement {
    /// Nobody asked for a certificate: the peer is not authorized, and that is no error.
    pub(crate) fn unasked(self) -> Self {
        Self { error: None, ..self }
    }

    /// Why no pin matches; a peer that is not authorized matches none.
    pub(crate) fn held_against(&self, pins: &Pins) -> Option<PinFailure> {
        match self.is_authorized() {
            true => pins.failure(self.peer.digests()),
            false => Some(PinFailure::not_authorized()),
        }
    }

    /// Whether the peer showed a certificate and it was found good.
    pub(crate) fn is_authorized(&self) -> bool {
        self.error.is_none() && !self.peer.chain.presented.is_empty()
    }
}

/// Why a connection ends.
#[derive(Debug)]
pub(crate) enum Refusal<'a> {
    /// The peer is not authorized.
    Peer(&'a AuthorizationError),
    /// It is not the one that is expected.
    Pins(&'a PinFailure),
}

impl Refusal<'_> {
    /// The code that chooses the alert which the peer gets.
    fn verify_code(&self) -> VerifyCode {
        match self {
            Self::Peer(error) => error.verify_code(),
            Self::Pins(_) => VerifyCode::CERT_REJECTED,
        }
    }
}

/// The pins of a context, and whether a failure is only told.
#[derive(Debug)]
pub(crate) struct PinTerms {
    pub(crate) pins: Pins,
    pub(crate) report_only: bool,
}

/// What a peer is judged by.
#[derive(Clone)]
pub(crate) struct Criteria {
    /// The name that a server's certificate must be for; a client's is for any.
    pub(crate) hostname: Option<Arc<str>>,
    /// The caller's own check of the name, in place of the usual one.
    pub(crate) check_server_identity: Option<CheckServerIdentity>,
    pub(crate) reject_unauthorized: bool,
    pub(crate) pins: Option<Arc<PinTerms>>,
    /// When the lists of the revoked are good, where there are any.
    pub(super) revocation: Option<Validity>,
    pub(crate) clock: Clock,
    /// Whose chain the engine has found good before; `None` where that is not to be remembered.
    pub(crate) verified: Option<Arc<VerifiedPeers>>,
}

/// Decides, and remembers what was decided until the handshake is over.
pub(crate) struct PeerJudge {
    criteria: Criteria,
    judgement: OnceLock<Judgement>,
    is_timed: bool,
    began: OnceLock<Instant>,
    ended: OnceLock<Instant>,
}

impl PeerJudge {
    pub(crate) fn new(criteria: Criteria) -> Arc<Self> {
        Self::timed(criteria, false)
    }

    /// One that takes its own time, where somebody asks for that.
    pub(crate) fn timed(criteria: Criteria, is_timed: bool) -> Arc<Self> {
        let (began, ended) = (OnceLock::new(), OnceLock::new());
        Arc::new(Self { criteria, judgement: OnceLock::new(), is_timed, began, ended })
    }

    /// When it was asked and when it had decided: building the path included.
    pub(crate) fn time(&self) -> Option<(Instant, Instant)> {
        self.began.get().copied().zip(self.ended.get().copied())
    }

    fn note(&self, moment: &OnceLock<Instant>) {
        if self.is_timed {
            moment.get_or_init(Instant::now);
        }
    }

    /// The name that the certificate must be for.
    pub(crate) fn hostname(&self) -> &str {
        self.criteria.hostname.as_deref().unwrap_or_default()
    }

    /// What was decided in this handshake; `None` where no certificate came.
    pub(crate) fn judgement(&self) -> Option<&Judgement> {
        self.judgement.get()
    }

    /// Whether a peer that matches no pin is refused.
    pub(crate) fn enforces_pins(&self) -> bool {
        self.criteria.pins.as_ref().is_some_and(|terms| !terms.report_only)
    }

    /// Whether a peer that is not authorized is refused.
    pub(crate) fn rejects(&self) -> bool {
        self.criteria.reject_unauthorized
    }

    /// The peer showed nothing to judge it by.
    pub(crate) fn judge_nobody(&self) -> Judgement {
        let chain =
            PeerChain { presented: Vec::new(), path: Vec::new(), code: VerifyCode::UNSPECIFIED, facts: None };
        self.conclude(Arc::new(Peer::new(chain)), Some(AuthorizationError::no_certificate()))
    }

    /// Why the connection must end; `None` where it may be used.
    pub(crate) fn refusal<'a>(&self, judgement: &'a Judgement) -> Option<Refusal<'a>> {
        let error = judgement.error.as_deref().filter(|_| self.rejects());
        let pin_failure = judgement.pin_failure.as_deref().filter(|_| self.enforces_pins());
        error.map(Refusal::Peer).or(pin_failure.map(Refusal::Pins))
    }

    /// The same as an error, which names the peer.
    pub(crate) fn error(&self, judgement: &Judgement, provenance: &Provenance) -> Option<Error> {
        let peer = &*judgement.peer;
        let error = match self.refusal(judgement)? {
            Refusal::Peer(error) => {
                let untimely = peer.untimely(error.verify_code(), self.now(), provenance);
                error.to_error(peer.certificate(), untimely.as_ref())
            }
            Refusal::Pins(failure) => failure.to_error(),
        };
        Some(error.with_peer_certificate(peer.certificate().cloned()))
    }

    /// The same decision over certificates that were kept with a session, by the present time.
    pub(crate) fn judge_again(&self, peer: Arc<Peer>) -> Judgement {
        self.note(&self.began);
        let error = if peer.chain.presented.is_empty() {
            Some(AuthorizationError::not_kept())
        } else {
            let code = match peer.chain.code {
                VerifyCode::OK => self.validity_of(&peer),
                code => code,
            };
            self.verdict(code, &peer).err()
        };
        let judgement = self.conclude(peer, error);
        self.note(&self.ended);
        judgement
    }

    fn conclude(&self, peer: Arc<Peer>, error: Option<AuthorizationError>) -> Judgement {
        let mut judgement = Judgement { peer, error: error.map(Box::new), pin_failure: None };
        if let Some(terms) = &self.criteria.pins {
            judgement.pin_failure = judgement.held_against(&terms.pins).map(Box::new);
        }
        judgement
    }

    fn verdict(&self, code: VerifyCode, peer: &Peer) -> Result<(), AuthorizationError> {
        if code != VerifyCode::OK {
            return Err(AuthorizationError::chain(code));
        }
        let Some(hostname) = &self.criteria.hostname else {
            return peer.leaf().map(drop).ok_or_else(AuthorizationError::unreadable);
        };
        let Some(check) = &self.criteria.check_server_identity else { return peer.is_named(hostname) };
        let certificate = peer.certificate().ok_or_else(AuthorizationError::unreadable)?;
        match catch_unwind(AssertUnwindSafe(|| (check.0)(hostname, certificate))) {
            Ok(verdict) => verdict.map_err(AuthorizationError::custom),
            Err(_panic) => Err(AuthorizationError::panicked()),
        }
    }

    /// The engine judged the dates in the full handshake; time has passed since, for the certificates and for the lists
    /// of the revoked. Those are the lists of this context, wherever the peer was met.
    fn validity_of(&self, peer: &Peer) -> VerifyCode {
        let now = self.now();
        match (peer.validity(), self.criteria.revocation) {
            (None, _) => VerifyCode::UNSPECIFIED,
            (Some(path), _) if now < path.from => VerifyCode::CERT_NOT_YET_VALID,
            (Some(path), _) if now >= path.to => VerifyCode::CERT_HAS_EXPIRED,
            (_, Some(lists)) if now < lists.from => VerifyCode::CRL_NOT_YET_VALID,
            (_, Some(lists)) if now >= lists.to => VerifyCode::CRL_HAS_EXPIRED,
            _ => VerifyCode::OK,
        }
    }

    /// Decides over the peer of this handshake.
    fn decide(&self, peer: Arc<Peer>) -> Result<(), VerifyCode> {
        let error = self.verdict(peer.chain.code, &peer).err();
        let judgement = self.conclude(peer, error);
        self.note(&self.ended);
        let answer = self.refusal(&judgement).map_or(Ok(()), |refusal| Err(refusal.verify_code()));
        match self.judgement.set(judgement) {
            Ok(()) => answer,
            // One handshake, one peer: a second decision can only be an attempt to change the first.
            Err(_second) => Err(VerifyCode::APPLICATION_VERIFICATION),
        }
    }
}

impl Judge for PeerJudge {
    fn judge_verified(&self, presented: &[Der]) -> Option<Result<(), VerifyCode>> {
        self.note(&self.began);
        let peer = self.criteria.verified.as_ref()?.find(presented, self.now())?;
        Some(self.decide(peer))
    }

    fn judge(&self, chain: PeerChain) -> Result<(), VerifyCode> {
        let peer = Arc::new(Peer::within(chain, self.criteria.revocation));
        if let Some(verified) = self.criteria.verified.as_ref().filter(|_| peer.chain.code == VerifyCode::OK)
        {
            verified.add(&peer);
        }
        self.decide(peer)
    }

    fn now(&self) -> SystemTime {
        (self.criteria.clock.0)()
    }
}
