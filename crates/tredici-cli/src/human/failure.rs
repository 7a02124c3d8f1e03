//! A connection that was not made, or that broke: a line to act on, then all that is known.

use tredici::{Error, Phase};

use super::{
    certificate, facts,
    page::{BAD, FAINT, Page, STRONG, printable},
    paper::Paper,
    waterfall,
};
use crate::outcome::Failure;

pub(super) fn page(number: Option<usize>, failure: &Failure, paper: Paper) -> String {
    let (error, journey) = (&failure.error, &failure.journey);
    let target = match &journey.target {
        Some(target) if error.phase() != Phase::Options => target,
        _ => return problem(error, paper),
    };
    let mut page = Page::new(paper, false);
    page.gap();
    let number = number.map(|number| format!("{number}  ")).unwrap_or_default();
    let indent = title(&mut page, &number, error);
    for line in error.hint().into_iter().flat_map(|hint| paper.wrapped(&printable(hint), indent)) {
        page.line(&format!("{:1$}{line}", "", indent - 2));
    }
    page.gap();
    page.row("target", &target.to_string());
    facts::addresses(&mut page, &journey.attempts);
    page.gap();
    let total = journey.timings.total.max(journey.waterfall.end());
    waterfall::rows(&mut page, &journey.waterfall, total, total);
    if let Some(leaf) = &failure.peer_certificate {
        certificate::chain(&mut page, leaf);
    }
    if let Some(received) = &failure.received {
        facts::text(&mut page, received);
    }
    page.gap();
    page.into()
}

/// The margin, the mark and a space.
const INDENT: usize = 4;

/// What happened, and in which phase. Returns how far its words stand from the edge.
pub(super) fn title(page: &mut Page, number: &str, error: &Error) -> usize {
    // The last two words are not to be parted.
    let phase = format!("in\u{a0}{}", error.phase());
    let indent = INDENT + number.len();
    let headline = format!("{}  {phase}", headline(error));
    for (at, line) in page.paper().wrapped(&headline, indent).iter().enumerate() {
        let mark = if at == 0 {
            format!("{STRONG}{number}{STRONG:#}{BAD}✘{BAD:#}")
        } else {
            format!("{:1$}", "", indent - 3)
        };
        let (line, phase) = match line.strip_suffix(&phase) {
            Some(line) => (line, phase.replace('\u{a0}', " ")),
            None => (&**line, String::new()),
        };
        page.line(&format!("{mark} {STRONG}{line}{STRONG:#}{FAINT}{phase}{FAINT:#}"));
    }
    indent
}

/// A call that cannot work, in a line or two.
pub(super) fn problem(error: &Error, paper: Paper) -> String {
    let mut text = format!("{BAD}error:{BAD:#} {}\n", paper.wrapped(&headline(error), 7).join("\n       "));
    if let Some(hint) = error.hint() {
        text += &format!("\n  tip: {}\n", paper.wrapped(&printable(hint), 7).join("\n       "));
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
