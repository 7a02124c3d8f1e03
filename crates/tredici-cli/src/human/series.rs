//! Connections that are told one after another.

use std::time::Duration;

use tredici::{Destination, PeerCertificate, Phase, SessionStats};

use super::{
    certificate,
    facts::{self, verdict},
    failure,
    page::{BAD, FAINT, Page, STRONG, WARNING, duration},
    paper::Paper,
    spread::Spread,
    waterfall,
};
use crate::outcome::{Connected, Facts, Failure, Outcome};

/// What has been told so far.
#[derive(Default)]
pub(crate) struct Series {
    times: usize,
    /// Whether it is for somebody who sees it for the first time.
    is_explained: bool,
    first: Option<First>,
    connected: usize,
    failed: usize,
    resumed: usize,
    spread: Spread,
    /// The failures that were told in full, by code and phase: another one of a kind has nothing new to say.
    kinds: Vec<(String, Phase)>,
}

/// What later connections are held against.
struct First {
    index: usize,
    total: Duration,
    peer_certificate: Option<PeerCertificate>,
}

impl Series {
    pub(crate) fn new(times: usize) -> Self {
        Self { times, ..Self::default() }
    }

    /// The same with remarks, for somebody who sees it for the first time.
    pub(crate) fn explained(self) -> Self {
        Self { is_explained: true, ..self }
    }

    pub(crate) fn connected(&self) -> usize {
        self.connected
    }

    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    /// Counts one more, and tells it: the first, and the first failure of a kind, in full, the others by what is
    /// different.
    pub(crate) fn add(&mut self, outcome: &Outcome, paper: Paper) -> String {
        match &outcome.result {
            Ok(connected) => self.add_connected(outcome.index, connected, paper),
            Err(failure) => self.add_failed(outcome.index, failure, paper),
        }
    }

    fn add_connected(&mut self, index: usize, connected: &Connected, paper: Paper) -> String {
        let mut page = Page::new(paper, self.is_explained);
        match &self.first {
            None => {
                page.gap();
                full(&mut page, self.number(index), connected);
                page.gap();
            }
            Some(first) if self.is_explained => {
                resumed(&mut page, index + 1, connected, first);
                page.gap();
            }
            Some(_) => page.line(&self.brief(index, connected)),
        }
        self.count(index, connected);
        page.into()
    }

    fn count(&mut self, index: usize, connected: &Connected) {
        self.connected += 1;
        self.resumed += usize::from(connected.facts.is("/isSessionReused"));
        self.spread.add(index, &connected.facts.journey);
        self.first.get_or_insert_with(|| First {
            index,
            total: connected.facts.journey.timings.total,
            peer_certificate: connected.facts.peer_certificate.clone(),
        });
    }

    fn add_failed(&mut self, index: usize, failure: &Failure, paper: Paper) -> String {
        self.failed += 1;
        let kind = (failure.error.code().to_owned(), failure.error.phase());
        if self.kinds.contains(&kind) {
            let mut page = Page::new(paper, false);
            failure::title(&mut page, &self.padded(index), &failure.error);
            return page.into();
        }
        self.kinds.push(kind);
        failure::page(self.number(index), failure, paper)
    }

    fn number(&self, index: usize) -> Option<usize> {
        (self.times > 1).then_some(index + 1)
    }

    /// The numbers of those in a line stand in a column.
    fn padded(&self, index: usize) -> String {
        format!("{:>1$}  ", index + 1, self.times.to_string().len())
    }

    /// One of many.
    fn brief(&self, index: usize, connected: &Connected) -> String {
        let facts = &connected.facts;
        let session = match (facts.is("/encrypted"), facts.is("/isSessionReused")) {
            (false, _) => "",
            (true, false) => "new",
            (true, true) => "resumed",
        };
        let version = facts.text("/tlsVersion").unwrap_or_default();
        let (number, total) = (self.padded(index), duration(facts.journey.timings.total));
        let verdict = verdict(facts);
        format!("{STRONG}{number}{STRONG:#}{total:>10}  {version:<8} {session:<8} {verdict}")
    }

    /// What they come to, where there were several.
    pub(crate) fn summary(&self, sessions: SessionStats, paper: Paper) -> String {
        let mut page = Page::new(paper, false);
        if self.is_explained {
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
            if let Some((fastest, slowest)) = self.spread.range() {
                parts.push(format!("{} to {}", duration(fastest), duration(slowest)));
            }
            self.tell_outlier(&mut page);
            page.gap();
            page.line(&format!("{STRONG}{}{STRONG:#}", parts.join(" · ")));
            page.gap();
        }
        page.into()
    }

    /// Where the time of the slowest went, if that was in a line so far and it clearly took longer than the others.
    fn tell_outlier(&self, page: &mut Page) {
        let is_in_full = |index| self.first.as_ref().is_some_and(|first| first.index == index);
        let outlier = self.spread.outlier().filter(|(slowest, _)| !is_in_full(slowest.index));
        let Some((slowest, average)) = outlier else { return };
        let number = self.padded(slowest.index);
        let (total, average) = (duration(slowest.total), duration(average));
        page.gap();
        page.line(&format!(
            "{STRONG}{number}the slowest{STRONG:#}  {WARNING}{total}{WARNING:#}  \
             {FAINT}the others {average} on average{FAINT:#}"
        ));
        page.gap();
        waterfall::rows(page, &slowest.waterfall, slowest.total, slowest.total);
    }
}

/// What is told before everything else where there was nobody to connect to.
pub(crate) fn introduction(server: &Destination, paper: Paper) -> String {
    let (host, port) = (server.hostname.as_deref().unwrap_or_default(), server.port.unwrap_or_default());
    let mut page = Page::new(paper, false);
    page.gap();
    page.note(&format!(
        "No target was given: here is a demonstration. A certificate authority was made, and with it a TLS server \
         at {host}:{port}. This is what connecting to that server looks like."
    ));
    page.into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_that_were_of_no_use_are_in_the_sum() {
        let sum = |refused, evicted| {
            let mut stats = SessionStats::default();
            (stats.refused, stats.evicted) = (refused, evicted);
            anstream::adapter::strip_str(&Series::new(3).summary(stats, Paper::pipe())).to_string()
        };
        assert_eq!(sum(0, 0).trim(), "0 connected");
        assert_eq!(sum(1, 0).trim(), "0 connected · 1 session refused");
        assert_eq!(sum(0, 2).trim(), "0 connected · 2 sessions dropped for want of room");
    }
}
