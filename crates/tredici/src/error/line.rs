//! One line, whatever a caller or a peer has put into it.

use std::fmt::{self, Write};

/// Writes on, with control characters escaped: what a peer writes into its certificate must not move the cursor of
/// the terminal on which an error is read.
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split_inclusive(char::is_control).try_for_each(|part| {
            let control = part.chars().next_back().filter(|last| last.is_control());
            let plain = &part[..part.len() - control.map_or(0, char::len_utf8)];
            self.0.write_str(plain)?;
            control.map_or(Ok(()), |control| write!(self.0, "{}", control.escape_debug()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_nothing_else() {
        let mut line = OneLine(String::new());
        for part in ["a\nb", "\u{1b}[2J'\"ü", "", "\r\nc\u{85}"] {
            line.write_str(part).expect("a string takes all");
        }
        assert_eq!(line.0, r#"a\nb\u{1b}[2J'"ü\r\nc\u{85}"#);
    }
}
