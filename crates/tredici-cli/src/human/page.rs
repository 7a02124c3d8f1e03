//! Lines with a margin, labels in a column, and the colours.

use anstyle::{AnsiColor, Color, Style};

pub(super) const STRONG: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const GOOD: Style = coloured(AnsiColor::Green).bold();
pub(super) const BAD: Style = coloured(AnsiColor::Red).bold();
pub(super) const WARNING: Style = coloured(AnsiColor::Yellow).bold();
pub(super) const BAR: Style = coloured(AnsiColor::Cyan);

const fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

const LABEL: usize = 15;
/// How wide the column of values is that remarks follow: with remarks of up to 29 letters a line has 80.
pub(super) const VALUE: usize = 32;

/// Text that is made line by line.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    is_explained: bool,
}

impl Page {
    /// A page that may have remarks, for somebody who sees it for the first time.
    pub(super) fn new(is_explained: bool) -> Self {
        Self { text: String::new(), is_explained }
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
        self.line(&format!("{FAINT}{words}{FAINT:#}"));
    }

    pub(super) fn row(&mut self, label: &str, value: &str) {
        self.remark(label, value, "");
    }

    /// A row with a remark, which only an explained page shows.
    pub(super) fn remark(&mut self, label: &str, value: &str, remark: &str) {
        let value = printable(value);
        let gap = VALUE.saturating_sub(value.chars().count());
        self.styled(label, &value, gap, remark);
    }

    /// The same for a value that has colours, with the room that is left behind it.
    pub(super) fn styled(&mut self, label: &str, value: &str, gap: usize, remark: &str) {
        self.text += &format!("  {FAINT}{label:<LABEL$}{FAINT:#}{value}");
        if self.is_explained && !remark.is_empty() {
            self.text += &format!("{:gap$}  {FAINT}{remark}{FAINT:#}", "");
        }
        self.text.push('\n');
    }
}

impl From<Page> for String {
    fn from(page: Page) -> Self {
        page.text
    }
}

/// A stranger's words, without anything that a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_control() {
            true => printable.extend(letter.escape_default()),
            false => printable.push(letter),
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nobody_else() {
        assert_eq!(printable("a\x1b[2Jb\r\u{9b}c é"), r"a\u{1b}[2Jb\r\u{9b}c é");
    }

    #[test]
    fn remarks_are_for_those_who_want_them() {
        for is_explained in [true, false] {
            let mut page = Page::new(is_explained);
            page.remark("label", "value", "why");
            assert_eq!(String::from(page).contains("why"), is_explained);
        }
    }
}
