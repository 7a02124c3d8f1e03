//! Options compiled into an `SSL_CTX`, once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use openssl::{
    ssl::{
        AlpnError, Ssl, SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions, SslSessionCacheMode,
        SslVerifyMode, SslVersion, select_next_proto,
    },
    x509::X509,
};
use tredici_openssl::{Session, SessionError, set_new_session_callback};
use zeroize::Zeroizing;

use super::{
    super::{self as engine, Anchors, ConnectTerms, ContextTerms, Der, Judge, NewSession, Side, Trust},
    connection::OpensslConnection,
    failure::{internal, option_error},
    groups::ChosenGroups,
    identity, policy, trust,
    verification::{self, Companion},
};
use crate::error::Error;

/// An `SSL_CTX` with everything that its connections share.
pub(crate) struct OpensslContext {
    context: SslContext,
    chosen: ChosenGroups,
    leaves: Arc<[(X509, Der)]>,
}

impl OpensslContext {
    pub(crate) fn new(terms: &ContextTerms) -> Result<Self, Error> {
        let method = match terms.side {
            Side::Client => SslMethod::tls_client(),
            Side::Server { .. } => SslMethod::tls_server(),
        };
        let mut context = SslContext::builder(method).map_err(|stack| internal(&stack))?;
        policy::apply(&mut context, terms)?;
        let authorities = trust::apply(&mut context, &terms.trust, &terms.revocation)?;
        let leaves = identity::apply(&mut context, &terms.identities)?.into();
        context.set_mode(SslMode::RELEASE_BUFFERS);
        if let Some(keylog) = terms.keylog.clone() {
            context.set_keylog_callback(move |_, line| {
                // A panic must not run into OpenSSL; a line that is not logged harms nobody.
                let _panic = catch_unwind(AssertUnwindSafe(|| (keylog.0)(line)));
            });
        }
        match &terms.side {
            Side::Client => verify(&mut context, terms.keeps_sessions),
            Side::Server { request_certificate, require_certificate, alpn } => {
                ask(&mut context, *request_certificate, *require_certificate, &terms.trust)?;
                serve(&mut context, alpn);
            }
        }
        verification::install(&mut context, authorities)?;
        Ok(Self { context: context.build(), chosen: ChosenGroups::new(), leaves })
    }

    fn connection(&self, judge: Arc<dyn Judge>) -> Result<(Ssl, Companion), Error> {
        let mut ssl = Ssl::new(&self.context).map_err(|stack| internal(&stack))?;
        if let Ok(now) = judge.now().duration_since(std::time::UNIX_EPOCH) {
            ssl.param_mut().set_time(now.as_secs().try_into().unwrap_or(libc::time_t::MAX));
        }
        Ok((ssl, Companion::new(judge)))
    }

    /// Has `ssl` offer the session. One of another context is read anew, since OpenSSL's belong to that.
    fn offer(&self, session: &dyn engine::Session, ssl: &mut Ssl) -> Option<Session> {
        let any: &dyn std::any::Any = session;
        let OpensslSession(session) = any.downcast_ref()?;
        match session.offer(ssl) {
            Err(SessionError::OtherContext) => {
                let der = Zeroizing::new(session.to_der().ok()?);
                let own = Session::from_der(&self.context, &der).ok()?;
                own.offer(ssl).is_ok().then_some(own)
            }
            result => result.is_ok().then(|| session.clone()),
        }
    }
}

/// A client: every certificate of the server goes to the judge, new sessions to the connection's companion.
fn verify(context: &mut SslContextBuilder, keeps_sessions: bool) {
    context.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
    if !keeps_sessions {
        context.set_session_cache_mode(SslSessionCacheMode::OFF);
        return;
    }
    context.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
    set_new_session_callback(context, |_, session| {
        if let Some(session) = new_session(session) {
            verification::add_session(session);
        }
    });
}

/// Whether a server asks its clients for a certificate, and whether it insists.
fn ask(context: &mut SslContextBuilder, request: bool, require: bool, trust: &Trust) -> Result<(), Error> {
    if !request {
        return Ok(());
    }
    let insist = if require { SslVerifyMode::FAIL_IF_NO_PEER_CERT } else { SslVerifyMode::empty() };
    context.set_verify_callback(SslVerifyMode::PEER | insist, |_, _| true);
    if let Anchors::Given(welcome) = &trust.anchors {
        for authority in welcome {
            let authority = X509::from_der(authority).map_err(|stack| option_error("ca", &stack))?;
            context.add_client_ca(&authority).map_err(|stack| option_error("ca", &stack))?;
        }
    }
    // A ticket does not carry what a decision over the client was made from: each connection is verified in full.
    context.set_options(SslOptions::NO_TICKET);
    context.set_num_tickets(0).map_err(|stack| internal(&stack))
}

fn serve(context: &mut SslContextBuilder, alpn: &[u8]) {
    context.set_options(SslOptions::CIPHER_SERVER_PREFERENCE);
    context.set_session_cache_mode(SslSessionCacheMode::OFF);
    // Acknowledged (RFC 6066 section 3), the name becomes part of the session, and is known when that is resumed.
    context.set_servername_callback(|_, _| Ok(()));
    if !alpn.is_empty() {
        let protocols: Arc<[u8]> = alpn.into();
        context.set_alpn_select_callback(move |_, offered| {
            let chosen = select_next_proto(&protocols, offered).ok_or(AlpnError::ALERT_FATAL)?;
            // `chosen` may lie in the server's list; what is returned must lie in the client's.
            find(offered, chosen).ok_or(AlpnError::ALERT_FATAL)
        });
    }
}

/// The same protocol as it stands in the wire form `list`.
fn find<'a>(mut list: &'a [u8], protocol: &[u8]) -> Option<&'a [u8]> {
    while let Some((length, rest)) = list.split_first() {
        let (entry, rest) = rest.split_at_checked(usize::from(*length))?;
        if entry == protocol {
            return Some(entry);
        }
        list = rest;
    }
    None
}

impl engine::Context for OpensslContext {
    fn connect(&self, terms: ConnectTerms<'_>) -> Result<Box<dyn engine::Connection>, Error> {
        let (mut ssl, mut companion) = self.connection(terms.judge)?;
        ssl.set_connect_state();
        if let Some(servername) = terms.servername {
            ssl.set_hostname(servername).map_err(|stack| option_error("servername", &stack))?;
            self.chosen.apply(&mut ssl, servername);
            companion.note_server(self.chosen.clone(), servername.to_owned());
        }
        if !terms.alpn.is_empty() {
            ssl.set_alpn_protos(terms.alpn).map_err(|stack| option_error("ALPNProtocols", &stack))?;
        }
        if let Some(session) = terms.session {
            // Where that cannot be, the handshake is a full one.
            if let Some(offered) = self.offer(&*session, &mut ssl) {
                companion.note_offered(offered);
            }
        }
        Ok(Box::new(OpensslConnection::new(ssl, companion, self.leaves.clone())?))
    }

    fn accept(&self, judge: Arc<dyn Judge>) -> Result<Box<dyn engine::Connection>, Error> {
        let (mut ssl, companion) = self.connection(judge)?;
        ssl.set_accept_state();
        Ok(Box::new(OpensslConnection::new(ssl, companion, self.leaves.clone())?))
    }

    fn read_session(&self, der: &[u8]) -> Result<Box<dyn engine::Session>, Error> {
        let session = Session::from_der(&self.context, der).map_err(|stack| {
            Error::invalid("ERR_INVALID_ARG_VALUE", "session is not one that this engine can read")
                .with_source(stack)
        })?;
        Ok(Box::new(OpensslSession(session)))
    }
}

/// A session as OpenSSL holds it.
struct OpensslSession(Session);

impl engine::Session for OpensslSession {
    fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.0.to_der().map(Zeroizing::new).map_err(|stack| internal(&stack))
    }
}

/// A session that is worth keeping.
pub(super) fn new_session(session: Session) -> Option<NewSession> {
    if !session.is_resumable() {
        return None;
    }
    let hint = session.lifetime_hint();
    let (version, lifetime) = match session.version() {
        // RFC 8446 section 4.6.1: a lifetime of zero means that the ticket is to be discarded at once.
        SslVersion::TLS1_3 if hint == 0 => return None,
        SslVersion::TLS1_3 => ("TLSv1.3", Some(hint)),
        _ => ("TLSv1.2", (hint != 0).then_some(hint)),
    };
    Some(NewSession { session: Arc::new(OpensslSession(session)), version, lifetime })
}
