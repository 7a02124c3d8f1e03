//! `tredici connect`.

mod demonstration;
mod exchange;
mod once;

use std::{io, num::NonZeroUsize, pin::pin};

use futures_util::{StreamExt, stream};
use tredici::{Authority, ConnectOptions, Connector, Destination, Engine, Error, Phase, Sessions, Target};

use crate::{
    arguments::{self, Connect},
    ending::Ending,
    file::{self, PendingFile},
    human::{self, Series},
    interrupt::{Interrupt, block_on},
    outcome::{Failure, Outcome},
    output::Output,
};
use demonstration::Demonstration;
use exchange::{Exchange, Then};

/// The arguments, settled.
struct Plan {
    connector: Connector,
    whom: Whom,
    times: usize,
    concurrency: usize,
    exchange: Exchange,
    session_out: Option<PendingFile>,
    /// What has decided for the engine, where that was this command.
    engine_reason: Option<&'static str>,
}

enum Whom {
    Target(Destination),
    /// A server made for the moment, with a certificate of this authority.
    Ourselves(Authority),
}

pub(crate) fn run(arguments: Connect, output: &mut Output) -> io::Result<Ending> {
    output.call_options(arguments.terms.names());
    if arguments.pipe {
        output.report_on_stderr();
    }
    let target = arguments.target.as_deref().map(arguments::destination).transpose();
    let planned = match target {
        Ok(target) => plan(arguments, target.clone()).map_err(|error| Failure::to_reach(target, error)),
        Err(error) => Err(Failure::of(error)),
    };
    match planned {
        Ok(plan) => block_on(follow(plan, output)),
        Err(failure) => output.fail(failure),
    }
}

fn plan(arguments: Connect, target: Option<Destination>) -> Result<Plan, Error> {
    if arguments.pipe && arguments.terms.read_standard_input() {
        let message = "standard input cannot be both the options and what --pipe sends";
        return Err(Error::invalid("UND_ERR_INVALID_ARG", message));
    }
    if arguments.concurrency.is_some() && arguments.times.is_none() {
        let message = "--concurrency is for several connections";
        return Err(
            Error::invalid("ERR_MISSING_ARGS", message).with_hint("say with --times how many there are")
        );
    }
    let mut options = arguments.terms.resolve()?;
    let target = match target {
        Some(target) => Some(target),
        None => options.target()?.map(|target| target.destination().clone()),
    };
    if let Some(target) = target.as_ref().filter(|target| !target.protocol.is_tls()) {
        refuse_tls_terms(&arguments, &options, target)?;
    }
    let whom = match target {
        Some(target) => Whom::Target(target),
        None => {
            let authority = demonstration::authority()?;
            options = options.extra_ca(authority.ca_pem());
            Whom::Ourselves(authority)
        }
    };
    let mut engine_reason = None;
    if arguments.session_out.is_some() && !options.tls_terms().any(|term| term == "engine") {
        options = options.engine(Engine::OpenSsl);
        engine_reason = Some("sessionOut");
    }
    let connector = Connector::new(options)?;
    if arguments.session_out.is_some() && connector.engine() != Engine::OpenSsl.as_str() {
        let message =
            format!("--session-out: a session of the engine {} cannot be written", connector.engine());
        return Err(Error::invalid("UND_ERR_NOT_SUPPORTED", message)
            .with_hint("leave --engine out, or ask for openssl"));
    }
    let once = match whom {
        Whom::Ourselves(_) if !arguments.pipe => 2,
        _ => 1,
    };
    Ok(Plan {
        connector,
        whom,
        times: arguments.times.map_or(once, NonZeroUsize::get),
        concurrency: arguments.concurrency.map_or(1, NonZeroUsize::get),
        exchange: Exchange {
            send: arguments.send.map(|bytes| bytes.0).unwrap_or_default(),
            then: match arguments.read {
                _ if arguments.pipe => Then::Pipe,
                Some(limit) => Then::Read(limit),
                None => Then::Close,
            },
        },
        session_out: arguments
            .session_out
            .map(|path| PendingFile::create("--session-out", &path, file::SECRET))
            .transpose()?,
        engine_reason,
    })
}

/// On a plain connection a term of trust would be ignored, and whoever gave it would believe in it.
fn refuse_tls_terms(
    arguments: &Connect,
    options: &ConnectOptions,
    target: &Destination,
) -> Result<(), Error> {
    /// What promises nothing of the peer may be there, such as in a file of options for all targets.
    const HARMLESS: [&str; 8] = [
        "engine",
        "maxCachedSessions",
        "coalesceSessions",
        "rememberVerdicts",
        "allowH2",
        "preferH2",
        "ALPNProtocols",
        "rejectUnauthorized",
    ];
    let term = match options.tls_terms().find(|term| !HARMLESS.contains(term)) {
        Some(term) => format!("options.{term}"),
        None if arguments.session_out.is_some() => "--session-out".to_owned(),
        None => return Ok(()),
    };
    let message = format!("{term} has no meaning for {}, which has no TLS", target.protocol);
    Err(Error::invalid("UND_ERR_INVALID_ARG", message).with_hint("use https: or tls:, or leave it out"))
}

async fn follow(plan: Plan, output: &mut Output) -> io::Result<Ending> {
    let interrupt = Interrupt::listen();
    let mut series = Series::new(plan.times);
    let (target, _server) = match &plan.whom {
        Whom::Target(target) => (target.clone(), None),
        Whom::Ourselves(authority) => match Demonstration::start(authority).await {
            Ok(server) => {
                output.complain(&human::introduction(server.target(), output.paper(false)));
                series = series.explained();
                (server.target().clone(), Some(server))
            }
            Err(error) => return output.fail(Failure::of(error)),
        },
    };
    if !matches!(plan.exchange.then, Then::Pipe) {
        output.begin(&format!("connecting to {target}"));
    }
    if let Some(ending) = connect_all(&plan, &target, &interrupt, &mut series, output).await? {
        return Ok(ending);
    }
    output.finish();
    if let Some(file) = plan.session_out.filter(|_| series.connected() > 0)
        && let Err(error) = write_sessions(&plan.connector, &target, file)
    {
        return output.fail(Failure::to_reach(Some(target), error));
    }
    if !output.is_json() {
        output.print(&series.summary(plan.connector.session_stats(), output.paper(true)))?;
    }
    Ok(if series.failed() == 0 { Ending::Done } else { Ending::Failed })
}

/// Returns an ending where it came before all connections were made.
async fn connect_all(
    plan: &Plan,
    target: &Destination,
    interrupt: &Interrupt,
    series: &mut Series,
    output: &mut Output,
) -> io::Result<Option<Ending>> {
    let connections = stream::iter(0..plan.times).map(|index| once::connect(plan, target, index, interrupt));
    let mut connections = pin!(connections.buffered(plan.concurrency));
    while let Some(outcome) = connections.next().await {
        let Some(outcome) = outcome? else { continue };
        let mut outcome = output.called(outcome);
        outcome.is_demonstration = matches!(plan.whom, Whom::Ourselves(_));
        output.advance(outcome.index + 1, plan.times);
        tell(&outcome, series, output)?;
        if is_wrong(&outcome) {
            return Ok(Some(Ending::Wrong));
        }
    }
    Ok(interrupt.has_come().then_some(Ending::Interrupted))
}

/// Whether the call itself is wrong, as every other connection would find too.
fn is_wrong(outcome: &Outcome) -> bool {
    outcome.result.as_ref().is_err_and(|failure| failure.error.phase() == Phase::Options)
}

fn tell(outcome: &Outcome, series: &mut Series, output: &mut Output) -> io::Result<()> {
    let text = series.add(outcome, output.paper(outcome.is_ok()));
    match (output.is_json(), outcome.is_ok()) {
        (true, _) => output.document(outcome),
        (false, true) => output.print(&text),
        (false, false) => {
            output.complain(&text);
            Ok(())
        }
    }
}

/// The sessions that later connections can resume, with the server and the trust that they belong to.
fn write_sessions(connector: &Connector, target: &Destination, file: PendingFile) -> Result<(), Error> {
    let sessions = Sessions::from(connector.take_sessions(Target::from(target.clone()))?);
    let mut json = serde_json::to_vec(&sessions).map_err(io::Error::from)?;
    json.push(b'\n');
    file.write(&json)
}
