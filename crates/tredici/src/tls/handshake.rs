//! The handshake, and the verdict over the peer that it ends with.

mod telling;

use std::{
    future::poll_fn,
    io,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use telling::Telling;

use super::{
    context::{ClientContext, ServerContext},
    engine::{ConnectTerms, Facts, Failure, Progress},
    judgement::{Judgement, PeerJudge},
    provenance::Provenance,
    session::KeptSession,
    stream::TlsStream,
};
use crate::{
    dial::Transport,
    error::{Error, ErrorKind, Phase},
    options::Watched,
    verify::AuthorizationError,
};

/// What one connection adds to its context.
pub(crate) struct ClientTerms<'a> {
    /// The name that the certificate must be for.
    pub(crate) hostname: Arc<str>,
    /// The name for SNI.
    pub(crate) servername: Option<&'a str>,
    /// The protocols to offer, in wire form.
    pub(crate) alpn: &'a [u8],
    /// The session to offer.
    pub(crate) session: Option<KeptSession>,
    pub(crate) watched: Watched,
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
    terms: ClientTerms<'_>,
) -> Result<Secured, Error> {
    let telling = Telling::begin(&terms, context.choice().name());
    let result = shake_hands(context, transport, terms, &telling).await;
    telling.end(&result);
    result
}

async fn shake_hands(
    context: &ClientContext,
    transport: Transport,
    terms: ClientTerms<'_>,
    telling: &Telling,
) -> Result<Secured, Error> {
    let judge = PeerJudge::timed(context.criteria(terms.hostname), telling.is_watched());
    let kept = terms.session;
    let connection = context.engine().connect(ConnectTerms {
        servername: terms.servername,
        alpn: terms.alpn,
        session: kept.as_ref().map(|kept| kept.session.clone()),
        judge: judge.clone(),
    })?;
    let mut stream = TlsStream::new(transport, connection);
    let begun = begin(&mut stream);
    let offered = kept.as_ref().filter(|_| stream.connection().offers_session());
    if let Some(offered) = offered {
        telling.session_offered(offered.version);
    }
    let driven = drive(&mut stream, begun).await;
    if let Some(judgement) = judge.judgement() {
        telling.verified(&judge, judgement, false);
    }
    driven.map_err(|failure| failure.into_error(&judge, Side::Client, context.provenance()))?;
    let facts = stream.connection().facts();
    if let Some(protocol) = facts.alpn.as_deref().filter(|protocol| !offers(terms.alpn, protocol)) {
        stream.abandon();
        return Err(unoffered(protocol));
    }
    let judgement = match kept {
        // On a resumed connection TLS asks nobody: the same decision is taken on what was kept.
        Some(kept) if facts.resumed => {
            let judgement = judge.judge_again(kept.peer);
            telling.verified(&judge, &judgement, true);
            judgement
        }
        _ => judge.judgement().cloned().unwrap_or_else(|| judge.judge_nobody()),
    };
    admit(stream, facts, judgement, &judge, context.provenance())
}

/// Whether a list of protocols in wire form holds this one.
fn offers(mut list: &[u8], protocol: &[u8]) -> bool {
    while let Some((entry, rest)) =
        list.split_first().and_then(|(n, rest)| rest.split_at_checked((*n).into()))
    {
        if entry == protocol {
            return true;
        }
        list = rest;
    }
    false
}

/// RFC 7301 section 3.1: the server chooses one of the client's protocols.
fn unoffered(protocol: &[u8]) -> Error {
    let message =
        format!("the server chose the protocol '{}', which was not offered", protocol.escape_ascii());
    Error::new(ErrorKind::Tls, Phase::SecureConnect, "ERR_TLS_ALPN_NOT_OFFERED", message)
}

/// The server's side of a handshake over `transport`.
pub(crate) async fn accept(context: &ServerContext, transport: Transport) -> Result<Secured, Error> {
    let judge = PeerJudge::new(context.criteria());
    let mut stream = TlsStream::new(transport, context.engine().accept(judge.clone())?);
    let begun = begin(&mut stream);
    drive(&mut stream, begun)
        .await
        .map_err(|failure| failure.into_error(&judge, Side::Server, context.provenance()))?;
    let facts = stream.connection().facts();
    let judgement = judge.judgement().cloned().unwrap_or_else(|| judge.judge_nobody());
    if !context.requests_certificate() {
        return Ok(Secured { stream, facts, judgement: judgement.unasked() });
    }
    admit(stream, facts, judgement, &judge, context.provenance())
}

/// Hands out the connection, or ends it where the verdict and the caller's terms say so.
fn admit(
    mut stream: TlsStream,
    facts: Facts,
    judgement: Judgement,
    judge: &PeerJudge,
    provenance: &Provenance,
) -> Result<Secured, Error> {
    match judge.error(&judgement, provenance) {
        Some(error) => {
            stream.abandon();
            Err(error)
        }
        None => Ok(Secured { stream, facts, judgement }),
    }
}

/// Which end of the handshake this is.
#[derive(Debug, Clone, Copy)]
enum Side {
    Client,
    Server,
}

impl Side {
    /// What a system's error means here.
    fn broken_off(self) -> &'static str {
        match self {
            Self::Client => {
                "the peer broke off the connection during the TLS handshake; does it speak TLS on this port?"
            }
            Self::Server => "the client broke off the connection during the TLS handshake",
        }
    }

    /// Node's words for a peer that went away, and what to do about it.
    fn disconnected(self) -> (&'static str, &'static str) {
        match self {
            Self::Client => (
                "Client network socket disconnected before secure TLS connection was established",
                "the peer closed the connection during the handshake; does it speak TLS on this port?",
            ),
            Self::Server => ("socket hang up", "the client closed the connection during the handshake"),
        }
    }
}

/// Why a handshake did not come to its end.
#[derive(Debug)]
enum Interruption {
    Engine(Failure),
    System(&'static str, io::Error),
    Disconnected,
}

impl Interruption {
    /// The peer no longer takes what is sent: it may have said why before it went.
    fn of_write(stream: &mut TlsStream, error: io::Error) -> Self {
        if let Poll::Ready(Ok(1..)) = stream.poll_fill(&mut Context::from_waker(Waker::noop())) {
            let (connection, wire) = stream.connection_and_wire();
            if let Err(failure) = connection.handshake(wire) {
                return Self::Engine(failure);
            }
        }
        Self::System("write", error)
    }

    fn into_error(self, judge: &PeerJudge, side: Side, provenance: &Provenance) -> Error {
        let judgement = judge.judgement();
        let certificate = judgement.and_then(|judgement| judgement.peer.certificate());
        let error = match self {
            Self::Engine(Failure::Refused) => match judgement {
                Some(judgement) => judge
                    .error(judgement, provenance)
                    .unwrap_or_else(|| AuthorizationError::panicked().to_error(None, None)),
                None => AuthorizationError::unreadable().to_error(None, None),
            },
            Self::Engine(failure) => failure.to_error(Phase::SecureConnect),
            Self::System(syscall, error) => {
                Error::system(Phase::SecureConnect, syscall, "", error).with_hint(side.broken_off())
            }
            Self::Disconnected => {
                let (message, hint) = side.disconnected();
                Error::new(ErrorKind::Disconnected, Phase::SecureConnect, "ECONNRESET", message)
                    .with_hint(hint)
            }
        };
        error.with_peer_certificate(certificate.cloned())
    }
}

/// As far as it goes without the peer: a client's hello.
fn begin(stream: &mut TlsStream) -> Result<Progress, Failure> {
    let (connection, wire) = stream.connection_and_wire();
    connection.handshake(wire)
}

async fn drive(stream: &mut TlsStream, begun: Result<Progress, Failure>) -> Result<(), Interruption> {
    let mut step = begun;
    loop {
        let progress = match step {
            Ok(progress) => progress,
            Err(failure) => {
                stream.abandon();
                return Err(Interruption::Engine(failure));
            }
        };
        if let Err(error) = poll_fn(|cx| stream.poll_drain_and_flush(cx)).await {
            return Err(Interruption::of_write(stream, error));
        }
        match progress {
            Progress::Done => {
                stream.release_buffer();
                return Ok(());
            }
            Progress::Closed => return Err(Interruption::Disconnected),
            Progress::WantRead => {}
        }
        let filled = poll_fn(|cx| stream.poll_fill(cx)).await;
        if filled.map_err(|error| Interruption::System("read", error))? == 0 {
            return Err(Interruption::Disconnected);
        }
        let (connection, wire) = stream.connection_and_wire();
        step = connection.handshake(wire);
    }
}
