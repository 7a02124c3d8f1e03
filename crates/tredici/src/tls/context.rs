//! The options of one side compiled into what its connections share.

mod choice;
mod identity;
mod key_log;
mod kind;
mod revocation;
mod scope;
mod trust;

use std::{sync::Arc, time::SystemTime};

use super::{
    engine::{self, BUILT_IN, ContextTerms, PeerChain, Session, Side},
    judgement::{Criteria, Peer, PinTerms},
    provenance::Provenance,
    validity::Validity,
    verified::VerifiedPeers,
};
use crate::{
    error::Error,
    options::{AlpnProtocols, CheckServerIdentity, Clock, Suites, Values},
};

pub(crate) use choice::Choice;
pub(crate) use scope::Scope;

/// What a client's TLS connections share. Making it is dear; it is made once for a connector.
pub(crate) struct ClientContext {
    engine: Arc<dyn engine::Context>,
    choice: Arc<Choice>,
    reject_unauthorized: bool,
    check_server_identity: Option<CheckServerIdentity>,
    pins: Option<Arc<PinTerms>>,
    revocation: Option<Validity>,
    clock: Clock,
    scope: Scope,
    provenance: Provenance,
    verified: Option<Arc<VerifiedPeers>>,
}

impl ClientContext {
    pub(crate) fn new(values: &Values) -> Result<Self, Error> {
        choice::choose(values, None, BUILT_IN)?;
        let (terms, provenance) = common_terms(values)?;
        Self::compile(
            choice::choose(values, Some(&terms.identities), BUILT_IN)?.into(),
            &terms,
            provenance,
            values,
        )
    }

    /// On an engine that was chosen before.
    pub(crate) fn on(choice: Arc<Choice>, values: &Values) -> Result<Self, Error> {
        choice.confirm(values, None)?;
        let (terms, provenance) = common_terms(values)?;
        choice.confirm(values, Some(&terms.identities))?;
        Self::compile(choice, &terms, provenance, values)
    }

    fn compile(
        choice: Arc<Choice>,
        terms: &ContextTerms,
        provenance: Provenance,
        values: &Values,
    ) -> Result<Self, Error> {
        let report_only = values.pins_report_only();
        let pins = values.pins.clone().map(|pins| PinTerms { pins, report_only });
        Ok(Self {
            scope: Scope::of(terms, pins.as_ref(), values, choice.built_in.engine),
            engine: (choice.built_in.compile)(terms)?,
            choice,
            reject_unauthorized: values.reject_unauthorized(),
            check_server_identity: values.check_server_identity.clone(),
            pins: pins.map(Arc::new),
            revocation: terms.revocation.validity,
            clock: clock(values),
            provenance,
            verified: verified(values),
        })
    }

    pub(crate) fn engine(&self) -> &dyn engine::Context {
        &*self.engine
    }

    /// Which engine that is, and why.
    pub(crate) fn choice(&self) -> &Arc<Choice> {
        &self.choice
    }

    /// All that the decision to trust a server depends on, but for the server's name.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Where those come from who are trusted.
    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    pub(crate) fn rejects_unauthorized(&self) -> bool {
        self.reject_unauthorized
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.clock.0)()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn read_session(&self, der: &[u8]) -> Result<Arc<dyn Session>, Error> {
        self.engine.read_session(der).map(Arc::from)
    }

    /// A peer that was verified under equal terms elsewhere: by the same lists of the revoked.
    pub(crate) fn peer(&self, chain: PeerChain) -> Peer {
        Peer::within(chain, self.revocation)
    }

    pub(crate) fn criteria(&self, hostname: Arc<str>) -> Criteria {
        Criteria {
            hostname: Some(hostname),
            check_server_identity: self.check_server_identity.clone(),
            reject_unauthorized: self.reject_unauthorized,
            pins: self.pins.clone(),
            revocation: self.revocation,
            clock: self.clock.clone(),
            verified: self.verified.clone(),
        }
    }
}

/// What a server's TLS connections share.
pub(crate) struct ServerContext {
    engine: Arc<dyn engine::Context>,
    choice: Arc<Choice>,
    requests_certificate: bool,
    reject_unauthorized: bool,
    revocation: Option<Validity>,
    clock: Clock,
    provenance: Provenance,
    verified: Option<Arc<VerifiedPeers>>,
}

impl ServerContext {
    pub(crate) fn new(values: &Values) -> Result<Self, Error> {
        choice::choose(values, None, BUILT_IN)?;
        let (terms, provenance) = common_terms(values)?;
        Self::compile(
            choice::choose(values, Some(&terms.identities), BUILT_IN)?.into(),
            terms,
            provenance,
            values,
        )
    }

    /// On an engine that was chosen before.
    pub(crate) fn on(choice: Arc<Choice>, values: &Values) -> Result<Self, Error> {
        choice.confirm(values, None)?;
        let (terms, provenance) = common_terms(values)?;
        choice.confirm(values, Some(&terms.identities))?;
        Self::compile(choice, terms, provenance, values)
    }

    fn compile(
        choice: Arc<Choice>,
        terms: ContextTerms,
        provenance: Provenance,
        values: &Values,
    ) -> Result<Self, Error> {
        let requests_certificate = values.request_cert();
        let reject_unauthorized = values.reject_unauthorized();
        let terms = ContextTerms {
            side: Side::Server {
                request_certificate: requests_certificate,
                require_certificate: requests_certificate && reject_unauthorized,
                alpn: values.alpn_protocols.as_ref().map_or(Ok(Vec::new()), AlpnProtocols::to_wire)?,
            },
            ..terms
        };
        if requests_certificate && reject_unauthorized && values.ca.is_none() {
            let message = "options.requestCert needs options.ca: whose clients are to be let in?";
            return Err(Error::invalid("ERR_MISSING_ARGS", message).with_hint(
                "without it, whoever has a certificate of a public authority would be authorized",
            ));
        }
        if terms.identities.chains.is_empty() {
            let message = "a TLS listener needs options.cert and options.key";
            return Err(Error::invalid("ERR_MISSING_ARGS", message).with_hint(
                "for a test, Authority makes them (the command's --self-signed NAME); without any option of TLS it is plain",
            ));
        }
        Ok(Self {
            engine: (choice.built_in.compile)(&terms)?,
            choice,
            requests_certificate,
            reject_unauthorized,
            revocation: terms.revocation.validity,
            clock: clock(values),
            provenance,
            verified: verified(values),
        })
    }

    pub(crate) fn engine(&self) -> &dyn engine::Context {
        &*self.engine
    }

    /// Which engine that is, and why.
    pub(crate) fn choice(&self) -> &Arc<Choice> {
        &self.choice
    }

    /// Where those come from who are trusted.
    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    pub(crate) fn requests_certificate(&self) -> bool {
        self.requests_certificate
    }

    pub(crate) fn criteria(&self) -> Criteria {
        Criteria {
            hostname: None,
            check_server_identity: None,
            reject_unauthorized: self.reject_unauthorized,
            pins: None,
            revocation: self.revocation,
            clock: self.clock.clone(),
            verified: self.verified.clone(),
        }
    }
}

/// What both sides have in common; the side is put in by the caller.
fn common_terms(values: &Values) -> Result<(ContextTerms, Provenance), Error> {
    let suites = Suites::read(values.ciphers.as_deref())?;
    let (min_version, max_version) = suites.versions(values.min_version(), values.max_version())?;
    let (trust, provenance) = trust::load(values)?;
    let terms = ContextTerms {
        side: Side::Client,
        trust,
        revocation: revocation::load(values)?,
        identities: identity::load(values)?,
        min_version,
        max_version,
        suites,
        keylog: key_log::open(values)?,
        clock: clock(values),
        keeps_sessions: values.max_cached_sessions() > 0,
    };
    Ok((terms, provenance))
}

fn verified(values: &Values) -> Option<Arc<VerifiedPeers>> {
    values.remember_verdicts().then(|| Arc::new(VerifiedPeers::new()))
}

fn clock(values: &Values) -> Clock {
    values.clock.clone().unwrap_or_else(|| Clock::from(system_time))
}

#[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
fn system_time() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tredici_test::Pki;

    use super::{
        super::{
            engine::{Der, Judge},
            judgement::PeerJudge,
        },
        *,
    };
    use crate::{
        options::{ConnectOptions, ListenOptions},
        verify::{AuthorizationError, Pins, VerifyCode},
    };

    fn client(options: ConnectOptions) -> ClientContext {
        let options = options.ca(Pki::shared().root().pem());
        ClientContext::new(options.values()).expect("a client's context")
    }

    fn server(options: ListenOptions) -> ServerContext {
        let own = Pki::shared().localhost();
        let options = options.cert(own.chain_pem()).key(own.key_pem());
        let options = options.ca(Pki::shared().root().pem()).request_cert(true);
        ServerContext::new(options.values()).expect("a server's context")
    }

    /// What is known of a chain that was found to be this before, in one connection after another.
    fn known_again(code: VerifyCode, criteria: impl Fn() -> Criteria) -> bool {
        let presented: Vec<Der> = Pki::shared().localhost().chain_der().into_iter().map(Der::from).collect();
        let chain = PeerChain { presented: presented.clone(), path: presented.clone(), code, facts: None };
        assert!(PeerJudge::new(criteria()).judge_verified(&presented).is_none(), "nobody was met yet");
        assert_eq!(PeerJudge::new(criteria()).judge(chain).is_ok(), code == VerifyCode::OK);
        PeerJudge::new(criteria()).judge_verified(&presented).is_some()
    }

    /// The kit's certificate for localhost, and a pin of one that it is not.
    fn pinned(report_only: bool) -> (ClientContext, Vec<Der>) {
        let wrong = Pins::new([format!("cert-sha256:{}", "00".repeat(32))]).expect("a pin");
        let options = ConnectOptions::new().pins(wrong).pins_report_only(report_only);
        let presented = Pki::shared().localhost().chain_der().into_iter().map(Der::from).collect();
        (client(options.danger().reject_unauthorized(false)), presented)
    }

    /// Whatever way a peer comes to be judged, pins are asked, and asked even where nobody rejects.
    #[test]
    fn no_way_leads_around_the_pins() {
        for report_only in [false, true] {
            let (context, presented) = pinned(report_only);
            let judge = || PeerJudge::new(context.criteria("localhost".into()));
            let chain = PeerChain {
                presented: presented.clone(),
                path: presented.clone(),
                code: VerifyCode::OK,
                facts: None,
            };
            assert_eq!(judge().judge(chain.clone()).is_ok(), report_only, "in full");
            let remembered = judge().judge_verified(&presented).expect("it was met before");
            assert_eq!(remembered.is_ok(), report_only, "remembered");
            for judgement in [judge().judge_again(Arc::new(Peer::new(chain))), judge().judge_nobody()] {
                assert_eq!(
                    judge().refusal(&judgement).is_none(),
                    report_only,
                    "resumed, or without a certificate"
                );
                assert!(judgement.pin_failure.is_some());
            }
        }
    }

    /// Nor around the lists: a resumed connection is held against those of its own context, whatever is kept with the peer.
    #[test]
    fn no_way_leads_around_the_lists() {
        let context = client(ConnectOptions::new());
        let presented: Vec<Der> = Pki::shared().localhost().chain_der().into_iter().map(Der::from).collect();
        let chain =
            PeerChain { presented: presented.clone(), path: presented, code: VerifyCode::OK, facts: None };
        let (now, hour) = (context.now(), Duration::from_secs(3600));
        for (from, to, expected) in [
            (now - hour, now + hour, None),
            (now - 2 * hour, now - hour, Some("CRL_HAS_EXPIRED")),
            (now + hour, now + 2 * hour, Some("CRL_NOT_YET_VALID")),
        ] {
            let lists = Some(Validity { from, to });
            let criteria = Criteria { revocation: lists, ..context.criteria("localhost".into()) };
            let judgement = PeerJudge::new(criteria).judge_again(Arc::new(Peer::new(chain.clone())));
            assert_eq!(judgement.error.as_deref().map(AuthorizationError::code), expected);
            assert_eq!(Peer::within(chain.clone(), lists).is_covered_at(now), expected.is_none());
        }
    }

    /// Another set of pins is another trust; the same in another order is the same.
    #[test]
    fn pins_are_part_of_the_scope() {
        let pin = |byte: &str| format!("cert-sha256:{}", byte.repeat(32));
        let digest = |pins: &[&str], report_only| {
            let pins = Pins::new(pins.iter().map(|byte| pin(byte))).expect("pins");
            client(ConnectOptions::new().pins(pins).pins_report_only(report_only)).scope().digest()
        };
        let none = client(ConnectOptions::new()).scope().digest();
        let (one, two) = (digest(&["01"], false), digest(&["01", "02"], false));
        assert!(none != one && none != two && one != two);
        assert_ne!(digest(&["01"], true), one);
        assert_eq!(digest(&["02", "01"], false), two);
    }

    #[test]
    fn chains_that_were_found_good_are_remembered_unless_that_is_turned_off() {
        let of_client = |options, code| {
            let context = client(options);
            known_again(code, || context.criteria("localhost".into()))
        };
        let of_server = |options, code| {
            let context = server(options);
            known_again(code, || context.criteria())
        };
        assert!(of_client(ConnectOptions::new(), VerifyCode::OK));
        assert!(of_server(ListenOptions::new(), VerifyCode::OK));
        assert!(!of_client(ConnectOptions::new(), VerifyCode::CERT_HAS_EXPIRED));
        assert!(!of_server(ListenOptions::new(), VerifyCode::CERT_HAS_EXPIRED));
        assert!(!of_client(ConnectOptions::new().remember_verdicts(false), VerifyCode::OK));
        assert!(!of_server(ListenOptions::new().remember_verdicts(false), VerifyCode::OK));
    }
}
