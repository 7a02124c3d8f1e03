//! Connections that are told one after another.

use std::time::Duration;

use tredici::{Destination, PeerCertificate, SessionStats};

use super::{
    certificate,
    facts::{self, verdict},
    failure::{self, headline},
    page::{BAD, FAINT, Page, STRONG, WARNING, duration},
    paper::Paper,
    waterfall,
};
use crate::outcome::{Connected, Facts, Failure, Outcome};

/// What has been told so far.
#[derive(Default)]
pub(crate) struct Series {
    times: usize,
    /// Where the server listens that was made to be shown.
    demonstration: Option<Destination>,
    first: Option<First>,
    connected: usize,
    failed: usize,
    resumed: usize,
    /// From the fastest to the slowest.
    range: Option<(Duration, Duration)>,
}

/// The margin, a number and a mark.
const NUMBERED: usize = 10;

/// What later connections are held against.
struct First {
    total: Duration,
    peer_certificate: Option<PeerCertificate>,
}

impl Series {
    pub(crate) fn new(times: usize) -> Self {
        Self { times, ..Self::default() }
    }

    /// The same with remarks, for somebody who sees it for the first time.
    pub(crate) fn explained(self, server: &Destination) -> Self {
        Self { demonstration: Some(server.clone()), ..self }
    }

    pub(crate) fn connected(&self) -> usize {
        self.connected
    }

    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    /// Counts one more, and tells it: the first in full, the others by what is different.
    pub(crate) fn add(&mut self, outcome: &Outcome, paper: Paper) -> String {
        match &outcome.result {
            Ok(connected) => self.add_connected(outcome.index, connected, paper),
            Err(failure) => self.add_failed(outcome.index, failure, paper),
        }
    }

    fn add_connected(&mut self, index: usize, connected: &Connected, paper: Paper) -> String {
        let mut page = Page::new(paper, self.demonstration.is_some());
        match &self.first {
            None => {
                if let Some(server) = &self.demonstration {
                    introduction(&mut page, server);
                }
                page.gap();
                full(&mut page, self.number(index), connected);
                page.gap();
            }
            Some(first) if self.demonstration.is_some() => {
                resumed(&mut page, index + 1, connected, first);
                page.gap();
            }
            Some(_) => brief(&mut page, index + 1, connected),
        }
        self.count(connected);
        page.into()
    }

    fn count(&mut self, connected: &Connected) {
        let total = connected.facts.journey.timings.total;
        self.connected += 1;
        self.resumed += usize::from(connected.facts.is("/isSessionReused"));
        let (fastest, slowest) = self.range.unwrap_or((total, total));
        self.range = Some((fastest.min(total), slowest.max(total)));
        self.first.get_or_insert_with(|| First {
            total,
            peer_certificate: connected.facts.peer_certificate.clone(),
        });
    }

    fn add_failed(&mut self, index: usize, failure: &Failure, paper: Paper) -> String {
        self.failed += 1;
        match self.failed {
            1 => failure::page(self.number(index), failure, paper),
            _ => {
                let mut page = Page::default();
                let lines =
                    paper.wrapped(&headline(&failure.error), NUMBERED).join(&format!("\n{:NUMBERED$}", ""));
                page.line(&format!(
                    "{STRONG}{:>4}{STRONG:#}  {BAD}✘{BAD:#} {lines}  {FAINT}in {}{FAINT:#}",
                    index + 1,
                    failure.error.phase()
                ));
                page.into()
            }
        }
    }

    fn number(&self, index: usize) -> Option<usize> {
        (self.times > 1).then_some(index + 1)
    }

    /// What they come to, where there were several.
    pub(crate) fn summary(&self, sessions: SessionStats) -> String {
        let mut page = Page::default();
        if self.demonstration.is_some() {
            page.note("Next: tredici connect https://HOST, and tredici connect --help for the rest.");
            page.gap();
        } else if self.times > 1 {
            let mut parts = vec![format!("{} connected", self.connected)];
            if self.resumed > 0 {
                parts.push(format!("{} resumed", self.resumed));
            }
            for (count, what) in
                [(sessions.refused, "refused"), (sessions.evicted, "dropped for want of room")]
            {
                if count > 0 {
                    let plural = if count == 1 { "" } else { "s" };
                    parts.push(format!("{WARNING}{count} session{plural} {what}{WARNING:#}"));
                }
            }
            if self.failed > 0 {
                parts.push(format!("{BAD}{} failed{BAD:#}", self.failed));
            }
            if let Some((fastest, slowest)) = self.range {
                parts.push(format!("{} to {}", duration(fastest), duration(slowest)));
            }
            page.gap();
            page.line(&format!("{STRONG}{}{STRONG:#}", parts.join(" · ")));
            page.gap();
        }
        page.into()
    }
}

fn introduction(page: &mut Page, server: &Destination) {
    let (host, port) = (server.hostname.as_deref().unwrap_or_default(), server.port.unwrap_or_default());
    page.gap();
    page.note("No target was given: here is a demonstration. A certificate authority was");
    page.note(&format!("made, and with it a TLS server at {host}:{port}. This is what connecting"));
    page.note("to that server twice looks like.");
}

/// Everything about a connection.
fn full(page: &mut Page, number: Option<usize>, connected: &Connected) {
    let facts = &connected.facts;
    facts::title(page, number, facts);
    page.gap();
    way(page, facts, facts.journey.timings.total);
    page.gap();
    facts::addresses(page, &facts.journey.attempts);
    facts::local(page, facts);
    if facts.is("/encrypted") {
        facts::tls(page, facts);
    }
    if let Some(leaf) = &facts.peer_certificate {
        certificate::chain(page, leaf);
    }
    facts::exchange(page, connected);
}

/// What happened when; `scale` is what the whole width stands for.
fn way(page: &mut Page, facts: &Facts, scale: Duration) {
    waterfall::rows(page, &facts.journey.waterfall, facts.journey.timings.total, scale);
}

/// What is different about a connection after the first, on the time axis of that.
fn resumed(page: &mut Page, number: usize, connected: &Connected, first: &First) {
    let facts = &connected.facts;
    facts::title(page, Some(number), facts);
    page.gap();
    way(page, facts, first.total);
    page.gap();
    match (facts.is("/isSessionReused"), &facts.peer_certificate) {
        (true, Some(leaf)) if Some(leaf) == first.peer_certificate.as_ref() => {
            page.remark("session", "resumed", "no certificate, no signature");
            let subject = leaf.subject().map(ToString::to_string).unwrap_or_default();
            page.remark("certificate", &subject, "the same, verified once more");
        }
        (_, leaf) => {
            facts::tls(page, facts);
            if let Some(leaf) = leaf {
                certificate::chain(page, leaf);
            }
        }
    }
    facts::exchange(page, connected);
}

/// One of many.
fn brief(page: &mut Page, number: usize, connected: &Connected) {
    let facts = &connected.facts;
    let session = match (facts.is("/encrypted"), facts.is("/isSessionReused")) {
        (false, _) => "",
        (true, false) => "new",
        (true, true) => "resumed",
    };
    let version = facts.text("/tlsVersion").unwrap_or_default();
    let total = duration(facts.journey.timings.total);
    page.line(&format!(
        "{STRONG}{number:>4}{STRONG:#}  {total:>10}  {version:<8} {session:<8} {}",
        verdict(facts)
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_were_of_no_use_are_in_the_sum() {
        let sum = |refused, evicted| {
            let mut stats = SessionStats::default();
            (stats.refused, stats.evicted) = (refused, evicted);
            anstream::adapter::strip_str(&Series::new(3).summary(stats)).to_string()
        };
        assert_eq!(sum(0, 0).trim(), "0 connected");
        assert_eq!(sum(1, 0).trim(), "0 connected · 1 session refused");
        assert_eq!(sum(0, 2).trim(), "0 connected · 2 sessions dropped for want of room");
    }
}
