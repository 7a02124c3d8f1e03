//! OpenSSL asks; the judge decides.

use std::{cell::Cell, sync::Arc};

use openssl::{
    ssl::{SslContextBuilder, SslRef},
    stack::StackRef,
    x509::{X509, X509Ref},
};
use tredici_openssl::{Session, Verification};

use super::{
    super::{Der, Judge, NewSession, PeerChain},
    failure::internal,
    groups::ChosenGroups,
    trust::{Authorities, Authority},
};
use crate::{error::Error, verify::VerifyCode};

/// What the callbacks of one connection need and leave behind.
#[derive(Default)]
pub(super) struct Companion {
    /// Until the handshake is over.
    handshake: Option<Box<Handshake>>,
    sessions: Vec<NewSession>,
}

struct Handshake {
    judge: Arc<dyn Judge>,
    offered: Option<Session>,
    server: Option<(ChosenGroups, String)>,
}

/// A server that sends tickets without end is not kept up with.
const MAX_WAITING_SESSIONS: usize = 8;

impl Companion {
    pub(super) fn new(judge: Arc<dyn Judge>) -> Self {
        let handshake = Some(Box::new(Handshake { judge, offered: None, server: None }));
        Self { handshake, sessions: Vec::new() }
    }

    pub(super) fn note_offered(&mut self, session: Session) {
        if let Some(handshake) = &mut self.handshake {
            handshake.offered = Some(session);
        }
    }

    /// Who is connected to, and what its like have chosen.
    pub(super) fn note_server(&mut self, chosen: ChosenGroups, servername: String) {
        if let Some(handshake) = &mut self.handshake {
            handshake.server = Some((chosen, servername));
        }
    }

    /// The handshake is over: there is nothing left to decide, and whoever asks from now on is refused. Returns the
    /// session that was offered.
    pub(super) fn finish(&mut self, ssl: &SslRef) -> Option<Session> {
        let Handshake { offered, server, .. } = *self.handshake.take()?;
        if let Some((chosen, servername)) = server {
            chosen.note(ssl, &servername);
        }
        offered
    }

    pub(super) fn add_session(&mut self, session: NewSession) {
        if self.sessions.len() == MAX_WAITING_SESSIONS {
            self.sessions.remove(0);
        }
        self.sessions.push(session);
    }

    pub(super) fn take_sessions(&mut self) -> Vec<NewSession> {
        std::mem::take(&mut self.sessions)
    }
}

/// A session has come for the connection at work.
pub(super) fn add_session(session: NewSession) {
    with(|companion| companion.add_session(session));
}

thread_local! {
    /// The companion of the connection at work. OpenSSL calls back on the thread on which it was called.
    static PRESENT: Cell<Option<Companion>> = const { Cell::new(None) };
}

/// Makes the companion the present one for the length of a call.
pub(super) fn lend<T>(companion: &mut Companion, call: impl FnOnce() -> T) -> T {
    // A caller's check may connect, too, while its own connection is at work.
    let outer = PRESENT.replace(Some(std::mem::take(companion)));
    let result = call();
    *companion = PRESENT.replace(outer).unwrap_or_default();
    result
}

/// Asks the present companion; `None` where there is none.
fn with<T>(ask: impl FnOnce(&mut Companion) -> T) -> Option<T> {
    let mut companion = PRESENT.take()?;
    let answer = ask(&mut companion);
    PRESENT.set(Some(companion));
    Some(answer)
}

/// Has every connection of the context ask its judge.
pub(super) fn install(context: &mut SslContextBuilder, authorities: Authorities) -> Result<(), Error> {
    tredici_openssl::set_cert_verify_callback(context, move |verification| {
        match decide(verification, &authorities) {
            Ok(()) => true,
            Err(code) => {
                verification.set_error(code.number());
                false
            }
        }
    })
    .map_err(|stack| internal(&stack))
}

fn decide(verification: &mut Verification<'_>, authorities: &[Authority]) -> Result<(), VerifyCode> {
    let judge = with(|companion| Some(companion.handshake.as_ref()?.judge.clone())).flatten();
    let judge = judge.ok_or(VerifyCode::APPLICATION_VERIFICATION)?;
    let presented: Vec<_> = certificates(verification.presented()).map(der).collect();
    if let Some(verdict) = judge.judge_verified(&presented) {
        return verdict;
    }
    // The context's own callback lets verification go on after an error, so that the code is that of the last one.
    let verified = verification.verify();
    let code = match VerifyCode::from(verification.error()) {
        VerifyCode::OK if !verified => VerifyCode::UNSPECIFIED,
        code => code,
    };
    // OpenSSL builds the path from the very objects that were presented and that are trusted.
    let known = |certificate: &X509Ref| {
        let mut presented = certificates(verification.presented()).zip(&presented);
        presented.find(|(other, _)| std::ptr::eq(*other, certificate)).map(|(_, der)| der.clone())
    };
    let trusted = |certificate: &X509Ref| authorities.iter().find(|trusted| trusted.is(certificate));
    let share = |certificate| known(certificate).or_else(|| trusted(certificate).map(Authority::der));
    let path = certificates(verification.path())
        .map(|certificate| share(certificate).unwrap_or_else(|| der(certificate)))
        .collect();
    judge.judge(PeerChain { presented, path, code, facts: None })
}

fn certificates(stack: Option<&StackRef<X509>>) -> impl Iterator<Item = &X509Ref> {
    stack.into_iter().flatten()
}

/// A certificate's bytes; of one that cannot be encoded none, which nobody can read.
pub(super) fn der(certificate: &X509Ref) -> Der {
    certificate.to_der().unwrap_or_default().into()
}
