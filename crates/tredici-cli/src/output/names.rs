//! How the options are called that a message is about: as the reader has given them.

use std::borrow::Cow;

use tredici::{OPTIONS, OptionKind, OptionRow};

/// Which options are known to the reader as flags.
#[derive(Debug, Clone, Default)]
pub(crate) enum Names {
    /// All of them: there is no file of options.
    #[default]
    Flags,
    /// These; the others stand in a file.
    FlagsFor(Vec<&'static str>),
}

const PREFIX: &str = "options.";

/// What the library says of its own types, and what does the same here.
const IN_RUST: [(&str, &str); 2] = [
    (r#"Pem::file("..."), in JSON {"file": "..."}"#, r#"{"file": "..."}"#),
    ("Authority makes them (the command's --self-signed NAME)", "--self-signed NAME makes them"),
];

impl Names {
    /// `options.caStore` as `--ca-store` where that is how it was given.
    pub(crate) fn tell<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match IN_RUST.iter().find(|(rust, _)| text.contains(rust)) {
            Some((rust, here)) => self.call_options(&text.replace(rust, here)).into_owned().into(),
            None => self.call_options(text),
        }
    }

    fn call_options<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains(PREFIX) {
            return text.into();
        }
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(PREFIX) {
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(after.len());
            let (name, behind) = after.split_at(end);
            told.push_str(before);
            match self.flag(name) {
                Some(row) => told.push_str(&format!("--{}", row.flag())),
                None => told.push_str(&format!("{PREFIX}{name}")),
            }
            rest = behind;
        }
        told.push_str(rest);
        told.into()
    }

    fn flag(&self, name: &str) -> Option<&'static OptionRow> {
        let is_flag = match self {
            Self::Flags => true,
            Self::FlagsFor(flags) => flags.contains(&name),
        };
        OPTIONS.iter().find(|row| is_flag && row.name == name && row.kind != OptionKind::Callback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_called_what_its_giver_called_it() {
        let message =
            "options.caStore and options.ca[0]: options.nothing, options.clock, myoptions.ca of options.";
        let told = "--ca-store and --ca[0]: options.nothing, options.clock, my--ca of options.";
        assert_eq!(Names::Flags.tell(message), told);
        let mixed = Names::FlagsFor(vec!["ca"]);
        assert_eq!(mixed.tell("options.ca and options.caStore"), "--ca and options.caStore");
    }
}
