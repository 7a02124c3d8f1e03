//! What happened when, as bars on one axis of time.

use std::time::Duration;

use anstyle::Style;
use tredici::RemoteAddress;

use super::{
    facts::at,
    page::{BAD, BAR, FAINT, Page, WARNING, duration, printable},
    paper::Paper,
};
use crate::waterfall::{End, Kind, Step, Waterfall};

const MARGIN: usize = 2;
/// The narrowest column of labels, and that in front of an address.
const LABEL: usize = 15;
const CONNECT: usize = 9;
const NUMBER: usize = 10;
const GAP: usize = 2;
/// Less than this says nothing.
const NARROWEST_BAR: usize = 8;

/// A row for each step. `total` is how long the whole took, `scale` what the whole width stands for.
pub(super) fn rows(page: &mut Page, waterfall: &Waterfall, total: Duration, scale: Duration) {
    let rows = || Rows::new(waterfall).chain([Row::total(total)]);
    let explained: Vec<Row> = rows().map(Row::explained).collect();
    let has_room = Columns::of(&explained, page.paper()).bar.is_some();
    let rows = if page.is_explained() && has_room { explained } else { rows().collect() };
    let columns = Columns::of(&rows, page.paper());
    for row in rows {
        page.raw(&columns.line(&row, scale));
    }
}

/// A line of the picture.
struct Row {
    label: String,
    start: Duration,
    elapsed: Duration,
    note: String,
    look: Look,
    remark: &'static str,
}

/// How a bar is drawn, and its note written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Good,
    Bad,
    Doubtful,
    /// An attempt that another one was faster than.
    Slower,
    /// No bar at all.
    Sum,
}

impl Look {
    fn glyph(self) -> char {
        if self == Self::Slower { '╌' } else { '━' }
    }

    fn bar(self) -> Style {
        match self {
            Self::Good => BAR,
            Self::Bad => BAD,
            Self::Doubtful => WARNING,
            Self::Slower | Self::Sum => FAINT,
        }
    }

    fn note(self) -> Style {
        if self == Self::Good { FAINT } else { self.bar() }
    }
}

struct Rows<'a> {
    steps: std::slice::Iter<'a, Step>,
    has_addresses: bool,
    attempts: usize,
}

impl<'a> Rows<'a> {
    fn new(waterfall: &'a Waterfall) -> Self {
        // One address alone stands beneath, among the facts.
        Self { steps: waterfall.steps().iter(), has_addresses: waterfall.attempts() > 1, attempts: 0 }
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let Step { kind, start, elapsed, end } = self.steps.next()?;
        let (label, remark) = match kind {
            Kind::Lookup => ("lookup".to_owned(), "the name became addresses"),
            Kind::Attempt(_, address) => {
                let word = if self.attempts == 0 { "connect" } else { "" };
                self.attempts += 1;
                let address = if self.has_addresses { place(address) } else { String::new() };
                (format!("{word:<CONNECT$}{address}"), "the address answered")
            }
            Kind::SecureConnect => ("secureConnect".to_owned(), "the handshake of TLS"),
            Kind::Verify => ("  verify".to_owned(), "a part of it"),
            Kind::Pins => ("  check".to_owned(), "a part of it"),
            Kind::Check(_) => ("check".to_owned(), "what was asked for besides"),
            Kind::Part(phase) => (phase.as_str().to_owned(), ""),
        };
        let (look, note) = judge(kind, end);
        Some(Row { label: label.trim_end().to_owned(), start: *start, elapsed: *elapsed, note, look, remark })
    }
}

impl Row {
    fn total(total: Duration) -> Self {
        let label = "total".to_owned();
        let (start, note) = (Duration::ZERO, String::new());
        Self { label, start, elapsed: total, note, look: Look::Sum, remark: "" }
    }

    /// For somebody who sees it for the first time.
    fn explained(self) -> Self {
        match self.look {
            Look::Good => Self { note: self.remark.to_owned(), ..self },
            _ => self,
        }
    }
}

/// The code of an attempt is told here alone; the others' stands above, with the error.
fn judge(kind: &Kind, end: &End) -> (Look, String) {
    match (kind, end) {
        (_, End::Well | End::Open) => (Look::Good, String::new()),
        (Kind::Attempt(..), End::Badly(code)) if code == "ECANCELED" => (Look::Slower, "slower".to_owned()),
        (_, End::Badly(code)) if code == "UND_ERR_CONNECT_TIMEOUT" || code == "ETIMEDOUT" => {
            (Look::Bad, "✘ timed out".to_owned())
        }
        (Kind::Lookup | Kind::Attempt(..), End::Badly(code)) => (Look::Bad, format!("✘ {}", printable(code))),
        (Kind::Pins, End::Badly(_)) => (Look::Bad, "✘ no pin".to_owned()),
        (Kind::Verify | Kind::Check(_), End::Badly(_)) => (Look::Bad, "✘ refused".to_owned()),
        (Kind::SecureConnect | Kind::Part(_), End::Badly(_)) => (Look::Bad, "✘ failed".to_owned()),
        (_, End::Tolerated(_)) => (Look::Doubtful, "! let through".to_owned()),
    }
}

fn place(address: &RemoteAddress) -> String {
    printable(&at(&address.address(), address.port().map(u64::from)))
}

/// How wide each column is.
struct Columns {
    label: usize,
    /// None where there is no room for bars.
    bar: Option<usize>,
    note: usize,
    width: usize,
}

impl Columns {
    fn of(rows: &[Row], paper: Paper) -> Self {
        let longest = |text: fn(&Row) -> &str| rows.iter().map(|row| count(text(row))).max().unwrap_or(0);
        let width = paper.width();
        let label = (longest(|row| &row.label) + 1).clamp(LABEL, (width * 2 / 5).max(LABEL));
        let left = width.saturating_sub(MARGIN + label + NUMBER + GAP);
        let note = longest(|row| &row.note);
        let beside = if note > 0 { note + GAP } else { 0 };
        let bar = left.checked_sub(beside).filter(|&bar| bar >= NARROWEST_BAR);
        Self { label, bar, note, width }
    }

    fn line(&self, row: &Row, scale: Duration) -> String {
        let label = shortened(&row.label, self.label - 1);
        let number = format!("{:>NUMBER$}", duration(row.elapsed));
        let gap = self.label - count(&label);
        let mut line = format!("{:MARGIN$}{FAINT}{label}{FAINT:#}{:gap$}{number}", "", "");
        let used = MARGIN + self.label + NUMBER;
        let (from, to) = match self.bar {
            Some(width) if row.look != Look::Sum => bar(row.start, row.elapsed, scale, width),
            _ => (0, 0),
        };
        if to > 0 {
            let (style, glyphs) = (row.look.bar(), row.look.glyph().to_string().repeat(to - from));
            line += &format!("{:1$}{style}{glyphs}{style:#}", "", GAP + from);
        }
        if !row.note.is_empty() {
            let (before, room) = match self.bar {
                Some(width) => (if to > 0 { width - to + GAP } else { width + 2 * GAP }, self.note),
                None => (GAP, self.width.saturating_sub(used + GAP)),
            };
            let (style, note) = (row.look.note(), shortened(&row.note, room));
            line += &format!("{:before$}{style}{note}{style:#}", "");
        }
        line
    }
}

/// At least one mark, at the place where the step began.
fn bar(start: Duration, elapsed: Duration, scale: Duration, width: usize) -> (usize, usize) {
    let share = |time: Duration| time.as_secs_f64() / scale.as_secs_f64().max(1e-9);
    let column = |time: Duration| (share(time) * width as f64).round() as usize;
    let from = column(start).min(width - 1);
    (from, column(start + elapsed).clamp(from + 1, width))
}

fn count(text: &str) -> usize {
    text.chars().count()
}

/// With an ellipsis where something is left out.
fn shortened(text: &str, width: usize) -> String {
    match count(text) > width {
        true => text.chars().take(width.saturating_sub(1)).chain(['…']).take(width).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(time: u64) -> Duration {
        Duration::from_millis(time)
    }

    fn step(kind: Kind, start: u64, elapsed: u64, code: Option<&str>) -> Step {
        let end = code.map_or(End::Well, |code| End::Badly(code.to_owned()));
        Step { kind, start: ms(start), elapsed: ms(elapsed), end }
    }

    fn attempt(number: usize, address: &str, start: u64, elapsed: u64, code: Option<&str>) -> Step {
        let address = RemoteAddress::Ip(address.parse().expect("an address"));
        step(Kind::Attempt(number, address), start, elapsed, code)
    }

    /// A race, and a certificate that is for another name.
    fn story() -> Waterfall {
        Waterfall::from_iter([
            step(Kind::Lookup, 0, 20, None),
            attempt(0, "[2001:db8::1]:443", 20, 260, Some("ECANCELED")),
            attempt(1, "127.0.0.1:443", 22, 3, Some("ECONNREFUSED")),
            attempt(2, "127.0.0.2:443", 270, 10, None),
            step(Kind::SecureConnect, 280, 120, Some("ERR_TLS_CERT_ALTNAME_INVALID")),
            step(Kind::Verify, 390, 9, Some("ERR_TLS_CERT_ALTNAME_INVALID")),
        ])
    }

    fn drawn(waterfall: &Waterfall, paper: Paper, is_explained: bool) -> String {
        let mut page = Page::new(paper, is_explained);
        rows(&mut page, waterfall, ms(400), ms(400));
        anstream::adapter::strip_str(&String::from(page)).to_string()
    }

    #[test]
    fn one_sees_at_a_glance_where_the_time_went() {
        let picture = "  lookup                       20.00 ms  ━
  connect  [2001:db8::1]:443  260.00 ms   ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌         slower
           127.0.0.1:443        3.00 ms   ━                       ✘ ECONNREFUSED
           127.0.0.2:443       10.00 ms                  ━
  secureConnect               120.00 ms                  ━━━━━━━  ✘ failed
    verify                      9.00 ms                        ━  ✘ refused
  total                       400.00 ms
";
        assert_eq!(drawn(&story(), Paper::pipe(), false), picture);
    }

    #[test]
    fn no_line_is_wider_than_what_it_is_drawn_on() {
        for is_explained in [false, true] {
            for width in 30..130 {
                let drawn = drawn(&story(), Paper::terminal(width), is_explained);
                let widest = drawn.lines().map(count).max().expect("lines");
                assert!(widest <= width.min(100), "{width}:\n{drawn}");
                assert_eq!(drawn.lines().count(), 7);
            }
        }
    }

    #[test]
    fn where_there_is_no_room_for_bars_the_numbers_are_there() {
        let drawn = drawn(&story(), Paper::terminal(40), false);
        assert!(!drawn.contains('━') && drawn.contains("260.00 ms"), "{drawn}");
        assert!(drawn.contains("slower"), "{drawn}");
    }

    #[test]
    fn bars_follow_each_other_and_stay_on_the_axis() {
        assert_eq!(bar(ms(0), ms(10), ms(40), 20), (0, 5));
        assert_eq!(bar(ms(10), ms(30), ms(40), 20), (5, 20));
        assert_eq!(bar(ms(0), ms(0), ms(30), 20), (0, 1));
        assert_eq!(bar(ms(60), ms(60), ms(30), 20), (19, 20));
        assert_eq!(bar(ms(0), ms(0), ms(0), 20), (0, 1));
    }
}
