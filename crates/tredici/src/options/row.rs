//! What there is to say about an option: its row in the table.

use super::Engine;

/// Who has an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// Only who connects.
    Client,
    /// Only who listens.
    Server,
    /// Both.
    Both,
}

impl Side {
    /// Whether who connects has it.
    pub fn is_client(self) -> bool {
        matches!(self, Self::Client | Self::Both)
    }

    /// Whether who listens has it.
    pub fn is_server(self) -> bool {
        matches!(self, Self::Server | Self::Both)
    }
}

/// What kind of value an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Milliseconds; a flag also takes a unit: `400ms`, `2s`, `5m`, `1h`.
    Duration,
    /// A text.
    Text,
    /// A text that must not be shown.
    Secret,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several texts; a flag separates them with commas.
    List,
    /// The content of a file; a flag names the file.
    File,
    /// The content of several files; a flag names them, separated with commas.
    Files,
    /// An IP address.
    Address,
    /// The path of a Unix socket.
    SocketPath,
    /// Names with their addresses; a flag writes `name=address,address;name=address`.
    Addresses,
    /// Networks: addresses, ranges, subnets and groups; a flag separates them with commas.
    Networks,
    /// These fields, each with a value; a flag writes `field=value,field=value`, or `true` for their defaults.
    Fields(&'static [&'static str]),
    /// A function: given in Rust only, with no form in JSON and no flag.
    Callback,
}

impl OptionKind {
    /// The word that stands for the value in a flag's help, such as `FILE`.
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::Integer => "NUMBER",
            Self::Duration => "DURATION",
            Self::Text => "TEXT",
            Self::Secret => "SECRET",
            Self::Choice(_) => "NAME",
            Self::List => "TEXT,...",
            Self::File => "FILE",
            Self::Files => "FILE,...",
            Self::Address => "ADDRESS",
            Self::SocketPath => "PATH",
            Self::Addresses => "NAME=ADDRESS,...",
            Self::Networks => "NETWORK,...",
            Self::Fields(_) => "FIELD=VALUE,...",
            Self::Callback => "FUNCTION",
        }
    }
}

/// One option as the table [`OPTIONS`](crate::OPTIONS) has it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OptionRow {
    /// What it is about, such as `Whom to trust`: the heading under which help shows it.
    pub section: &'static str,
    /// The name in JSON: that of Node's or undici's documentation, such as `maxCachedSessions`.
    pub name: &'static str,
    /// The name of the builder method, such as `max_cached_sessions`.
    pub rust_name: &'static str,
    /// What kind of value it takes.
    pub kind: OptionKind,
    /// What holds where it is not given, in words.
    pub default: &'static str,
    /// Who has it.
    pub side: Side,
    /// Whether it has no meaning without TLS.
    pub tls: bool,
    /// Whether it weakens security; in Rust it is behind `danger()`.
    pub danger: bool,
    pub(super) rustls: Option<&'static str>,
    pub(super) doc: &'static [&'static str],
}

impl OptionRow {
    /// What this engine honours of it, in words such as `TLSv1.2 and TLSv1.3`, where that is not every value.
    ///
    /// `None` where it honours all: so does [`Engine::OpenSsl`] with every option. A value beyond it is another
    /// engine's: under [`Engine::Auto`] that one is chosen, and an engine that was named says that it cannot.
    pub fn limit(&self, engine: Engine) -> Option<&'static str> {
        self.rustls.filter(|_| engine == Engine::Rustls)
    }

    /// The name of the command's flag, without its dashes: `maxCachedSessions` is `max-cached-sessions`.
    pub fn flag(&self) -> String {
        let letters: Vec<char> = self.name.chars().collect();
        let mut flag = String::new();
        for (at, &letter) in letters.iter().enumerate() {
            let after_small = at > 0 && !letters[at - 1].is_ascii_uppercase();
            let before_small = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
            if letter.is_ascii_uppercase() && at > 0 && (after_small || before_small) {
                flag.push('-');
            }
            flag.push(letter.to_ascii_lowercase());
        }
        flag
    }

    /// What it does, in a sentence or two: the first paragraph of its documentation.
    pub fn summary(&self) -> String {
        let lines: Vec<_> =
            self.doc.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
        lines.join(" ")
    }

    /// All of its documentation, as Markdown.
    pub fn documentation(&self) -> String {
        let lines: Vec<_> = self.doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use crate::options::OPTIONS;

    #[test]
    fn flags_are_kebab_case() {
        for (name, flag) in [
            ("rejectUnauthorized", "reject-unauthorized"),
            ("ALPNProtocols", "alpn-protocols"),
            ("ca", "ca"),
            ("allowH2", "allow-h2"),
            ("useH2c", "use-h2c"),
            ("maxCachedSessions", "max-cached-sessions"),
            ("keepAliveInitialDelay", "keep-alive-initial-delay"),
        ] {
            let row = OPTIONS.iter().find(|row| row.name == name).expect(name);
            assert_eq!(row.flag(), flag);
        }
    }

    #[test]
    fn a_rust_name_is_the_flag_in_snake_case() {
        for row in OPTIONS {
            assert_eq!(row.rust_name, row.flag().replace('-', "_"), "{}", row.name);
        }
    }

    #[test]
    fn every_summary_is_a_sentence() {
        for row in OPTIONS {
            assert!(row.summary().ends_with('.'), "{}: {}", row.name, row.summary());
            assert!(row.documentation().starts_with(&row.summary()[..10]), "{}", row.name);
        }
    }
}
