//! One line, whatever a caller or a peer has put into it.

use std::fmt::{self, Write};

/// Writes on, with control characters escaped, and what turns the direction of writing or is not seen at all: what a peer
/// writes into its certificate must neither move the cursor of the terminal on which an error is read nor mislead the
/// reader.
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.split_inclusive(is_hidden).try_for_each(|part| {
            let hidden = part.chars().next_back().filter(|&last| is_hidden(last));
            let plain = &part[..part.len() - hidden.map_or(0, char::len_utf8)];
            self.0.write_str(plain)?;
            hidden.map_or(Ok(()), |hidden| write!(self.0, "{}", hidden.escape_debug()))
        })
    }
}

/// The standard library knows, and says so in how it escapes a text; an accent has to stand behind a letter for that.
fn is_hidden(letter: char) -> bool {
    let mut pair = [b'a', 0, 0, 0, 0];
    match letter {
        ' '..='~' => false,
        _ if letter.is_control() => true,
        _ => {
            let length = 1 + letter.encode_utf8(&mut pair[1..]).len();
            !std::str::from_utf8(&pair[..length]).is_ok_and(|pair| pair.escape_debug().eq(pair.chars()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped_and_nothing_else() {
        let mut line = OneLine(String::new());
        for part in ["a\nb", "\u{1b}[2J'\"ü", "", "\r\nc\u{85}", "\u{202e}d\u{200b}", "\\ e\u{301} 名"] {
            line.write_str(part).expect("a string takes all");
        }
        assert_eq!(line.0, "a\\nb\\u{1b}[2J'\"ü\\r\\nc\\u{85}\\u{202e}d\\u{200b}\\ e\u{301} 名");
    }
}
