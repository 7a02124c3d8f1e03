//! A connection that was not made, or that broke: a line to act on, then all that is known.

use tredici::{Error, Phase};

use super::{
    certificate, facts,
    page::{BAD, FAINT, Page, STRONG, printable},
    timings,
};
use crate::outcome::Failure;

pub(super) fn page(failure: &Failure) -> String {
    let (error, journey) = (&failure.error, &failure.journey);
    let target = match &journey.target {
        Some(target) if error.phase() != Phase::Options => target,
        _ => return problem(error),
    };
    let mut page = Page::default();
    page.gap();
    let phase = error.phase();
    page.line(&format!("{BAD}✘{BAD:#} {STRONG}{}{STRONG:#}  {FAINT}in {phase}{FAINT:#}", headline(error)));
    if let Some(hint) = error.hint() {
        page.line(&format!("  {}", printable(hint)));
    }
    page.gap();
    page.row("target", &target.to_string());
    facts::attempts(&mut page, &journey.attempts);
    timings::rows(&mut page, &journey.timings, journey.timings.total);
    if let Some(leaf) = &failure.peer_certificate {
        certificate::chain(&mut page, leaf);
    }
    if let Some(received) = &failure.received {
        facts::text(&mut page, received);
    }
    page.gap();
    page.into()
}

/// A call that cannot work, in a line or two.
pub(super) fn problem(error: &Error) -> String {
    let mut text = format!("{BAD}error:{BAD:#} {}\n", headline(error));
    if let Some(hint) = error.hint() {
        text += &format!("\n  tip: {}\n", printable(hint));
    }
    text
}

/// What happened, with its code, in one line.
pub(super) fn headline(error: &Error) -> String {
    let message = printable(error.message());
    match message.contains(error.code()) {
        true => message,
        false => format!("{message} [{}]", error.code()),
    }
}
