//! The handshake, and the verdict over the peer that it ends with.

use std::{
    future::poll_fn,
    io,
    sync::Arc,
    task::{Context, Poll, ready},
};

use super::{
    context::{ClientContext, ServerContext},
    engine::{ConnectTerms, Facts, Failure, Progress},
    judgement::{Judgement, PeerJudge},
    session::KeptSession,
    stream::{self, TlsStream},
};
use crate::{
    dial::Transport,
    error::{Error, ErrorKind, Phase},
    verify::AuthorizationError,
};

/// What one connection adds to its context.
pub(crate) struct ClientTerms {
    /// The name that the certificate must be for.
    pub(crate) hostname: String,
    /// The name for SNI.
    pub(crate) servername: Option<String>,
    /// The protocols to offer, in wire form.
    pub(crate) alpn: Vec<u8>,
    /// The session to offer.
    pub(crate) session: Option<KeptSession>,
}

/// A connection that may be used: the peer is verified, or the caller asked not to reject.
pub(crate) struct Secured {
    pub(crate) stream: TlsStream,
    pub(crate) facts: Facts,
    pub(crate) judgement: Judgement,
}

/// The client's side of a handshake over `transport`.
pub(crate) async fn connect(
    context: &ClientContext,
    transport: Transport,
    terms: ClientTerms,
) -> Result<Secured, Error> {
    let judge = PeerJudge::new(context.criteria(terms.hostname));
    let kept = terms.session;
    let connection = context.engine().connect(ConnectTerms {
        servername: terms.servername,
        alpn: terms.alpn,
        session: kept.as_ref().map(|kept| kept.session.clone()),
        judge: judge.clone(),
    })?;
    let mut stream = TlsStream::new(transport, connection);
    drive(&mut stream).await.map_err(|failure| failure.into_error(&judge))?;
    let facts = stream.connection().facts();
    let judgement = match kept {
        // On a resumed connection TLS asks nobody: the same decision is taken on what was kept.
        Some(kept) if facts.resumed => judge.judge_again(kept.peer),
        _ => judge.judgement().cloned().unwrap_or_else(Judgement::without_certificate),
    };
    admit(stream, facts, judgement, &judge)
}

/// The server's side of a handshake over `transport`.
pub(crate) async fn accept(context: &ServerContext, transport: Transport) -> Result<Secured, Error> {
    let judge = PeerJudge::new(context.criteria());
    let mut stream = TlsStream::new(transport, context.engine().accept(judge.clone())?);
    drive(&mut stream).await.map_err(|failure| failure.into_error(&judge))?;
    let facts = stream.connection().facts();
    let judgement = judge.judgement().cloned().unwrap_or_else(Judgement::without_certificate);
    if !context.requests_certificate() {
        return Ok(Secured { stream, facts, judgement: judgement.unasked() });
    }
    admit(stream, facts, judgement, &judge)
}

/// Hands out the connection, or ends it where the verdict and the caller's terms say so.
fn admit(
    mut stream: TlsStream,
    facts: Facts,
    judgement: Judgement,
    judge: &PeerJudge,
) -> Result<Secured, Error> {
    match &judgement.error {
        Some(error) if judge.rejects() => {
            stream.abandon();
            Err(error.to_error().with_peer_certificate(judgement.peer.certificate().cloned()))
        }
        _ => Ok(Secured { stream, facts, judgement }),
    }
}

/// Why a handshake did not come to its end.
enum Interruption {
    Engine(Failure),
    System(&'static str, io::Error),
    Disconnected,
}

impl Interruption {
    fn into_error(self, judge: &Arc<PeerJudge>) -> Error {
        let judgement = judge.judgement();
        let certificate = judgement.and_then(|judgement| judgement.peer.certificate().cloned());
        let error = match self {
            Self::Engine(Failure::Refused) => match judgement {
                Some(judgement) => match &judgement.error {
                    Some(error) => error.to_error(),
                    None => AuthorizationError::panicked().to_error(),
                },
                None => AuthorizationError::unreadable().to_error(),
            },
            Self::Engine(Failure::Alert(description)) => stream::alert(Phase::SecureConnect, description),
            Self::Engine(Failure::Protocol { code, reason }) => {
                stream::protocol(Phase::SecureConnect, code, &reason)
            }
            Self::System(syscall, error) => Error::system(Phase::SecureConnect, syscall, "", error)
                .with_hint("the peer ended the connection during the TLS handshake"),
            Self::Disconnected => Error::new(
                ErrorKind::Disconnected,
                Phase::SecureConnect,
                "ECONNRESET",
                "Client network socket disconnected before secure TLS connection was established",
            )
            .with_hint(
                "the peer closed the connection during the handshake; does it speak TLS on this port?",
            ),
        };
        error.with_peer_certificate(certificate)
    }
}

async fn drive(stream: &mut TlsStream) -> Result<(), Interruption> {
    poll_fn(|cx| poll_drive(stream, cx)).await
}

fn poll_drive(stream: &mut TlsStream, cx: &mut Context<'_>) -> Poll<Result<(), Interruption>> {
    loop {
        let (connection, wire) = stream.connection_and_wire();
        let progress = match connection.handshake(wire) {
            Ok(progress) => progress,
            Err(failure) => {
                stream.abandon();
                return Poll::Ready(Err(Interruption::Engine(failure)));
            }
        };
        ready!(stream.poll_drain(cx)).map_err(|error| Interruption::System("write", error))?;
        if progress == Progress::Done {
            stream.release_buffer();
            return Poll::Ready(Ok(()));
        }
        if ready!(stream.poll_fill(cx)).map_err(|error| Interruption::System("read", error))? == 0 {
            return Poll::Ready(Err(Interruption::Disconnected));
        }
    }
}
