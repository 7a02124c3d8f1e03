//! What letters the reader's terminal knows.

use std::{borrow::Cow, env, ffi::OsString, fmt::Write};

/// The letters of the locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Unicode,
    Ascii,
}

impl Charset {
    /// Where no locale says anything, nothing speaks against Unicode.
    pub(super) fn of_locale() -> Self {
        Self::named(["LC_ALL", "LC_CTYPE", "LANG"].map(env::var_os))
    }

    /// The first that is given decides (POSIX, 8.2).
    fn named(locale: [Option<OsString>; 3]) -> Self {
        let Some(name) = locale.into_iter().flatten().find(|name| !name.is_empty()) else {
            return Self::Unicode;
        };
        let name = name.to_string_lossy().to_ascii_lowercase();
        match name.contains("utf-8") || name.contains("utf8") {
            true => Self::Unicode,
            false => Self::Ascii,
        }
    }

    /// The text in these letters: our own marks by others, what is not ours by its number.
    pub(super) fn write(self, text: &str) -> Cow<'_, str> {
        if self == Self::Unicode || text.is_ascii() {
            return text.into();
        }
        let mut plain = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '━' => plain.push('='),
                '╌' | '·' => plain.push('-'),
                '✔' => plain.push('+'),
                '✘' => plain.push('x'),
                '…' => plain.push('~'),
                letter if letter.is_ascii() => plain.push(letter),
                letter => {
                    let _infallible = write!(plain, "{}", letter.escape_unicode());
                }
            }
        }
        plain.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides() {
        let named = |names: [&str; 3]| Charset::named(names.map(|name| Some(name.into())));
        assert_eq!(named(["", "", "en_US.UTF-8"]), Charset::Unicode);
        assert_eq!(named(["C", "", "en_US.UTF-8"]), Charset::Ascii);
        assert_eq!(named(["", "C.utf8", "C"]), Charset::Unicode);
        assert_eq!(named(["", "", "de_DE.ISO-8859-1"]), Charset::Ascii);
        assert_eq!(named(["", "", ""]), Charset::Unicode);
        assert_eq!(Charset::named([None, None, None]), Charset::Unicode);
    }

    #[test]
    fn every_mark_has_another_of_the_same_width() {
        assert_eq!(Charset::Ascii.write("✔ ✘ ━╌ · … é"), r"+ x =- - ~ \u{e9}");
        assert_eq!(Charset::Unicode.write("✔ é"), "✔ é");
    }
}
