//! Lines with a margin, labels in a column, and the colours.

use std::time::Duration;

use anstyle::{AnsiColor, Color, Style};

use super::paper::Paper;

pub(super) const STRONG: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const GOOD: Style = coloured(AnsiColor::Green).bold();
pub(super) const BAD: Style = coloured(AnsiColor::Red).bold();
pub(super) const WARNING: Style = coloured(AnsiColor::Yellow).bold();
pub(super) const BAR: Style = coloured(AnsiColor::Cyan);

const fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

const MARGIN: usize = 2;
const LABEL: usize = 15;
const GAP: usize = 2;
/// The labels of details.
const DETAIL: usize = 9;
/// Less than this has no room for all of that beside a date.
const NARROW: usize = 52;
/// How wide the column of values is that remarks follow: with remarks of up to 29 letters a line has 80.
const VALUE: usize = 32;

/// Text that is made line by line.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    paper: Paper,
    is_explained: bool,
}

impl Page {
    /// A page that may have remarks, for somebody who sees it for the first time.
    pub(super) fn new(paper: Paper, is_explained: bool) -> Self {
        Self { text: String::new(), paper, is_explained }
    }

    pub(super) fn paper(&self) -> Paper {
        self.paper
    }

    pub(super) fn is_explained(&self) -> bool {
        self.is_explained
    }

    /// A line that has its margin.
    pub(super) fn raw(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line as it is, but for the margin.
    pub(super) fn line(&mut self, line: &str) {
        self.text += &format!("  {line}\n");
    }

    /// Words aside.
    pub(super) fn note(&mut self, words: &str) {
        for line in self.paper.broken(words, MARGIN) {
            self.line(&format!("{FAINT}{line}{FAINT:#}"));
        }
    }

    /// A row, of several lines where one would be too long.
    pub(super) fn row(&mut self, label: &str, value: &str) {
        let lines = self.paper.wrapped(&printable(value), MARGIN + LABEL);
        for (number, line) in lines.iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            self.text += &format!("  {FAINT}{label:<LABEL$}{FAINT:#}{line}\n");
        }
    }

    /// A row about the one above it.
    pub(super) fn detail(&mut self, label: &str, value: &str) {
        let indent = self.inset();
        let lines = self.paper.wrapped(&printable(value), indent + DETAIL);
        for (number, line) in lines.iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            self.text += &format!("{:indent$}{label:<DETAIL$}{line}\n", "");
        }
    }

    /// The same with words behind it that one should see, or beneath it.
    pub(super) fn marked(&mut self, label: &str, value: &str, style: Style, words: &str) {
        self.detail(label, value);
        let has_room = value.chars().count() + GAP + words.chars().count() <= self.room();
        let words = format!("{style}{words}{style:#}");
        if has_room {
            self.text.pop();
            self.text += &format!("{:GAP$}{words}\n", "");
        } else {
            self.text += &format!("{:1$}{words}\n", "", self.inset() + DETAIL);
        }
    }

    /// How wide such a row can be behind its label.
    pub(super) fn room(&self) -> usize {
        self.paper.width().saturating_sub(self.inset() + DETAIL)
    }

    /// Under the value of the row above, where there is room for that.
    fn inset(&self) -> usize {
        if self.paper.width() < NARROW { 2 * MARGIN } else { MARGIN + LABEL }
    }

    /// A row with a remark, which only an explained page shows that has room for it.
    pub(super) fn remark(&mut self, label: &str, value: &str, remark: &str) {
        let has_room = MARGIN + LABEL + VALUE + GAP + remark.chars().count() <= self.paper.width();
        if !self.is_explained || !has_room {
            return self.row(label, value);
        }
        let value = printable(value);
        let gap = VALUE.saturating_sub(value.chars().count()) + GAP;
        self.text +=
            &format!("  {FAINT}{label:<LABEL$}{FAINT:#}{value}{:gap$}{FAINT}{remark}{FAINT:#}\n", "");
    }
}

impl From<Page> for String {
    fn from(page: Page) -> Self {
        page.text
    }
}

/// A stranger's words, without anything that a terminal would obey or a reader would not see: neither controls, nor
/// what turns the direction of writing, nor spaces that are none.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' '..='~' => printable.push(letter),
            _ if is_seen(letter) => printable.push(letter),
            _ => printable.extend(letter.escape_default()),
        }
    }
    printable
}

/// Whether it is a mark on paper. The standard library knows, and says so in how it escapes a text; an accent has to stand
/// behind a letter for that.
fn is_seen(letter: char) -> bool {
    let mut pair = [b'a', 0, 0, 0, 0];
    let length = 1 + letter.encode_utf8(&mut pair[1..]).len();
    std::str::from_utf8(&pair[..length]).is_ok_and(|pair| pair.escape_debug().eq(pair.chars()))
}

/// In milliseconds, or seconds where there are many.
pub(super) fn duration(duration: Duration) -> String {
    match duration.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.2} ms", seconds * 1000.0),
        seconds => format!("{seconds:.2} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nobody_else() {
        assert_eq!(printable("a\x1b[2Jb\r\u{9b}c é"), r"a\u{1b}[2Jb\r\u{9b}c é");
        assert_eq!(printable("a'\"\\ e\u{301} 名 ✔"), "a'\"\\ e\u{301} 名 ✔");
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        for (hidden, shown) in [
            ("moc.elpmaxe\u{202e}", r"moc.elpmaxe\u{202e}"),
            ("a\u{200b}b\u{2066}c\u{feff}", r"a\u{200b}b\u{2066}c\u{feff}"),
            ("a\u{a0}b\u{2028}c", r"a\u{a0}b\u{2028}c"),
            ("\u{e0041}", r"\u{e0041}"),
        ] {
            assert_eq!(printable(hidden), shown);
        }
    }

    #[test]
    fn remarks_are_for_those_who_want_them() {
        for is_explained in [true, false] {
            let mut page = Page::new(Paper::pipe(), is_explained);
            page.remark("label", "value", "why");
            assert_eq!(String::from(page).contains("why"), is_explained);
        }
    }
}
