//! OpenSSL asks; the judge decides.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use openssl::{
    error::ErrorStack,
    ex_data::Index,
    ssl::{Ssl, SslContextBuilder, SslRef},
    stack::StackRef,
    x509::X509,
};
use tredici_openssl::Verification;

use super::{
    super::{Der, Judge, NewSession, PeerChain},
    failure::internal,
};
use crate::{error::Error, verify::VerifyCode};

/// What the callbacks of one connection need and leave behind.
pub(super) struct Companion {
    /// Until the handshake is over.
    judge: Mutex<Option<Arc<dyn Judge>>>,
    sessions: Mutex<Vec<NewSession>>,
}

/// A server that sends tickets without end is not kept up with.
const MAX_WAITING_SESSIONS: usize = 8;

impl Companion {
    pub(super) fn new(judge: Arc<dyn Judge>) -> Arc<Self> {
        Arc::new(Self { judge: Mutex::new(Some(judge)), sessions: Mutex::default() })
    }

    fn judge(&self) -> Option<Arc<dyn Judge>> {
        self.judge.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// There is nothing left to decide: whoever asks from now on is refused.
    pub(super) fn dismiss_judge(&self) {
        *self.judge.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn add_session(&self, session: NewSession) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() == MAX_WAITING_SESSIONS {
            sessions.remove(0);
        }
        sessions.push(session);
    }

    pub(super) fn take_sessions(&self) -> Vec<NewSession> {
        std::mem::take(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where a connection keeps its companion.
pub(super) fn index() -> Result<Index<Ssl, Arc<Companion>>, ErrorStack> {
    static INDEX: OnceLock<Index<Ssl, Arc<Companion>>> = OnceLock::new();
    match INDEX.get() {
        Some(index) => Ok(*index),
        None => {
            let index = Ssl::new_ex_index()?;
            Ok(*INDEX.get_or_init(|| index))
        }
    }
}

pub(super) fn companion(ssl: &SslRef) -> Option<&Arc<Companion>> {
    ssl.ex_data(index().ok()?)
}

/// Has every connection of the context ask its judge.
pub(super) fn install(context: &mut SslContextBuilder) -> Result<(), Error> {
    tredici_openssl::set_cert_verify_callback(context, |verification| match decide(verification) {
        Ok(()) => true,
        Err(code) => {
            verification.set_error(code.number());
            false
        }
    })
    .map_err(|stack| internal(&stack))
}

fn decide(verification: &mut Verification<'_>) -> Result<(), VerifyCode> {
    let judge = verification.connection().and_then(companion).and_then(|companion| companion.judge());
    let judge = judge.ok_or(VerifyCode::APPLICATION_VERIFICATION)?;
    let presented = verification.presented().map(|stack| ders(stack, &[])).unwrap_or_default();
    if let Some(verdict) = judge.judge_verified(&presented) {
        return verdict;
    }
    // The context's own callback lets verification go on after an error, so that the code is that of the last one.
    let verified = verification.verify();
    let code = match VerifyCode::from(verification.error()) {
        VerifyCode::OK if !verified => VerifyCode::UNSPECIFIED,
        code => code,
    };
    let path = verification.path().map(|stack| ders(stack, &presented)).unwrap_or_default();
    judge.judge(PeerChain { presented, path, code })
}

/// The certificates as bytes, those that are known already shared with them.
fn ders(stack: &StackRef<X509>, known: &[Der]) -> Vec<Der> {
    stack
        .iter()
        .filter_map(|certificate| certificate.to_der().ok())
        .map(|der| known.iter().find(|known| ***known == *der).cloned().unwrap_or_else(|| der.into()))
        .collect()
}
