//! What is written on: how wide it is, and who holds it.

use std::env;

use terminal_size::{Width, terminal_size_of};

/// Where a report goes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Paper {
    /// None for a file or a pipe of which nobody has said how wide it is.
    terminal: Option<usize>,
}

/// Without a terminal, and at most: longer lines are harder to read.
const WIDTH: usize = 80;
const WIDEST: usize = 100;

impl Paper {
    /// `COLUMNS` says it (POSIX, 8.3), else the terminal.
    pub(crate) fn of(stream: impl std::os::fd::AsFd) -> Self {
        let given = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let given = given.filter(|&width| width > 0);
        Self { terminal: given.or_else(|| terminal_size_of(stream).map(|(Width(width), _)| width.into())) }
    }

    /// For pictures, which have to end somewhere.
    pub(super) fn width(self) -> usize {
        self.terminal.map_or(WIDTH, |width| width.min(WIDEST))
    }

    /// For sentences, which only a terminal would break, and at the wrong place.
    pub(super) fn wrapped(self, text: &str, indent: usize) -> Vec<String> {
        match self.terminal {
            Some(width) => wrap(text, width.min(WIDEST).saturating_sub(indent)),
            None => vec![text.to_owned()],
        }
    }

    /// The same for what is to be read in a file, too.
    pub(super) fn broken(self, text: &str, indent: usize) -> Vec<String> {
        wrap(text, self.width().saturating_sub(indent))
    }

    #[cfg(test)]
    pub(super) fn terminal(width: usize) -> Self {
        Self { terminal: Some(width) }
    }

    #[cfg(test)]
    pub(super) fn pipe() -> Self {
        Self { terminal: None }
    }
}

/// Breaks between words. One that is longer than a line stands alone, for who wants to copy it.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_broken_for_terminals_alone() {
        let text = "what went wrong, where, and what to do";
        assert_eq!(Paper::pipe().wrapped(text, 2), [text]);
        assert_eq!(Paper::terminal(14).wrapped(text, 2), ["what went", "wrong,", "where, and", "what to do"]);
        assert_eq!(Paper::terminal(3).wrapped("a verylongword b", 2), ["a", "verylongword", "b"]);
    }
}
