//! Where a PEM was given, for who has to mend it.

use std::fmt;

use zeroize::Zeroizing;

use super::Pem;
use crate::error::Error;

/// A PEM of an option. Its text is the place that a person looks for: `options.ca`, `options.ca[1]`,
/// `options.ca (file ca.pem)`.
pub(crate) struct PlacedPem<'a> {
    option: &'static str,
    /// Its index, where there are several.
    index: Option<usize>,
    pem: &'a Pem,
}

impl<'a> PlacedPem<'a> {
    /// Each at its place.
    pub(in crate::options) fn all(
        option: &'static str,
        pems: impl ExactSizeIterator<Item = &'a Pem>,
    ) -> impl Iterator<Item = Self> {
        let are_several = pems.len() > 1;
        let placed = move |(index, pem)| Self { option, index: are_several.then_some(index), pem };
        pems.enumerate().map(placed)
    }

    /// The text.
    pub(crate) fn load(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.pem.load(self.option)
    }

    /// There is no block in it of which one is wanted: `what` it is, and how it begins.
    pub(crate) fn without(&self, code: &'static str, what: &str, label: &str) -> Error {
        Error::invalid(code, format!("{self} holds no {what} in PEM form")).with_hint(self.hint(label))
    }

    /// What to give instead.
    pub(crate) fn hint(&self, label: &str) -> String {
        match self.pem.is_like_a_path() {
            true => {
                r#"for a file write Pem::file("..."), in JSON {"file": "..."}: a string is the PEM itself"#
                    .into()
            }
            false => format!("it must hold a block that begins with -----BEGIN {label}-----"),
        }
    }
}

impl fmt::Display for PlacedPem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "options.{}", self.option)?;
        match self.index {
            _ if self.pem.is_file() => write!(f, " ({})", self.pem),
            Some(index) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}

impl Pem {
    /// Whether what was given as the text is more likely the name of a file.
    fn is_like_a_path(&self) -> bool {
        const LONGEST_NAME: usize = 255;
        let Some(text) = self.0.in_memory().and_then(|bytes| str::from_utf8(bytes).ok()) else {
            return false;
        };
        let has_ending = || text.rsplit_once('.').is_some_and(|(_, ending)| (1..=5).contains(&ending.len()));
        text.len() <= LONGEST_NAME
            && !text.contains(char::is_control)
            && !text.contains("-----")
            && (text.contains('/') || has_ending())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::PemList, *};

    #[test]
    fn a_place_says_where_to_look() {
        let places = |list: PemList| list.placed("ca").map(|pem| pem.to_string()).collect::<Vec<_>>();
        assert_eq!(places("text".into()), ["options.ca"]);
        assert_eq!(places(Pem::file("a.pem").into()), ["options.ca (file a.pem)"]);
        let both = PemList::from([Pem::file("a.pem"), Pem::from("text")]);
        assert_eq!(places(both), ["options.ca (file a.pem)", "options.ca[1]"]);
    }

    #[test]
    fn what_looks_like_a_path() {
        for (text, is_path) in [
            ("ca.pem", true),
            ("/etc/ssl/ca", true),
            ("no certificate", false),
            ("", false),
            ("-----BEGIN CERTIFICATE-----", false),
            ("MIIB/x==\nMIIC/y.", false),
            (&"a/".repeat(200), false),
        ] {
            assert_eq!(Pem::from(text).is_like_a_path(), is_path, "{text}");
        }
        assert!(!Pem::file("ca.pem").is_like_a_path(), "it is one");
    }
}
