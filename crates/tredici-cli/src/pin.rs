//! `tredici pin`.

use std::io;

use serde::Serialize;
use serde_json::Value;
use tredici::{Connector, Destination, Error, PeerCertificate, Phase, Pin as Digest, Target};

use crate::{
    arguments::{self, Pin},
    ending::Ending,
    human,
    interrupt::{Interrupt, block_on},
    outcome::{Facts, Failure},
    output::Output,
    waterfall::Recorder,
};

struct Plan {
    connector: Connector,
    target: Destination,
    /// Whether an unverified server was asked for by its own flag, and the verdict is told whatever it is.
    is_insecure: bool,
}

/// The pins of a server's chain.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pins {
    ok: bool,
    pub(crate) pins: Vec<PinnedCertificate>,
    #[serde(flatten)]
    verdict: Option<Verdict>,
    /// Which pins the options ask for and the chain has not, where that is only reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pin_failure: Option<Value>,
}

/// Whether the server was verified.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    authorized: bool,
    authorization_error: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PinnedCertificate {
    pub(crate) position: &'static str,
    pub(crate) subject: Option<String>,
    pub(crate) valid_to: String,
    pub(crate) spki: String,
    pub(crate) certificate: String,
}

pub(crate) fn run(arguments: &Pin, output: &mut Output) -> io::Result<Ending> {
    output.call_options(arguments.terms.names());
    match plan(arguments) {
        Ok(plan) => block_on(follow(plan, output)),
        Err(error) => output.fail(Failure::of(error)),
    }
}

fn plan(arguments: &Pin) -> Result<Plan, Error> {
    let target = arguments::destination(&arguments.target)?;
    if !target.protocol.is_tls() {
        let message = format!("{target} has no certificates: it is plain");
        return Err(Error::invalid("UND_ERR_INVALID_ARG", message).with_hint("use https: or tls:"));
    }
    let mut options = arguments.terms.resolve()?;
    if arguments.insecure_read {
        options = options.danger().reject_unauthorized(false);
    }
    Ok(Plan { connector: Connector::new(options)?, target, is_insecure: arguments.insecure_read })
}

async fn follow(plan: Plan, output: &mut Output) -> io::Result<Ending> {
    let interrupt = Interrupt::listen();
    output.begin(&format!("connecting to {}", plan.target));
    let recorder = Recorder::default();
    let connector = plan.connector.observe(recorder.clone());
    let connected = tokio::select! {
        connected = connector.connect(Target::from(plan.target.clone())) => connected,
        () = interrupt.wait() => return Ok(Ending::Interrupted),
    };
    let socket = match connected {
        Ok(socket) => socket,
        Err(error) => {
            let failure = Failure::to_reach(Some(plan.target), telling_insecure_read(error));
            return output.fail(failure.by(recorder.waterfall()));
        }
    };
    let facts = Facts::of(&socket);
    let pins = Pins {
        ok: true,
        pins: socket.peer_certificate().map(of_chain).unwrap_or_default(),
        verdict: (plan.is_insecure || !socket.authorized()).then(|| Verdict {
            authorized: socket.authorized(),
            authorization_error: socket.authorization_error().map(|error| error.code().to_owned()),
        }),
        pin_failure: facts.socket.get("pinFailure").cloned(),
    };
    // What was to be seen has been seen, however the connection ends.
    let _closed = socket.close().await;
    output.finish();
    match output.is_json() {
        true => output.document(&pins)?,
        false => output.print(&human::pins(&pins, &facts, output.paper(true)))?,
    }
    Ok(Ending::Done)
}

/// A server that is not verified can be read all the same; one that is refused for another reason cannot.
fn telling_insecure_read(error: Error) -> Error {
    const WAY: &str = "to read its pins unverified, and compare them another way, give --insecure-read";
    if error.phase() != Phase::Verify {
        return error;
    }
    let hint = match error.hint() {
        Some(hint) => format!("{hint}; {WAY}"),
        None => WAY.to_owned(),
    };
    error.with_hint(hint)
}

/// From the leaf to the last issuer that is known.
fn of_chain(leaf: &PeerCertificate) -> Vec<PinnedCertificate> {
    leaf.chain().enumerate().map(|(depth, certificate)| of_certificate(depth, certificate)).collect()
}

fn of_certificate(depth: usize, certificate: &PeerCertificate) -> PinnedCertificate {
    let (position, pin) = match depth {
        0 => ("leaf", Digest::leaf_of(certificate)),
        _ if certificate.is_own_issuer() => ("root", Digest::issuer_of(certificate)),
        _ => ("intermediate", Digest::issuer_of(certificate)),
    };
    PinnedCertificate {
        position,
        subject: certificate.subject().map(ToString::to_string),
        valid_to: certificate.valid_to(),
        spki: Digest::key_of(certificate).to_string(),
        certificate: pin.to_string(),
    }
}
