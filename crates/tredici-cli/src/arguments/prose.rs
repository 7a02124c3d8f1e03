//! The documentation of an option, which is Markdown, as the plain text of help.

use tredici::{Engine, OPTIONS, OptionKind, OptionRow};

/// For `-h`: what it does, in one line.
pub(super) fn short(row: &OptionRow) -> String {
    let text = plain(&row.summary());
    let text = text.strip_suffix('.').unwrap_or(&text);
    match row.default {
        "none" => text.to_owned(),
        default => format!("{text} [default: {}]", default_in_flags(default)),
    }
}

/// For `--help`: also what holds where it is not given, what to beware of, and what not every engine honours.
pub(super) fn long(row: &OptionRow) -> String {
    let documentation = row.documentation();
    let mut paragraphs: Vec<String> = documentation.split("\n\n").take(2).map(plain).collect();
    if row.kind == OptionKind::Duration {
        paragraphs.push("A number without a unit is in milliseconds, as in JSON.".to_owned());
    }
    paragraphs.extend(row.limit(Engine::Rustls).map(|limit| format!("The engine rustls honours: {limit}.")));
    paragraphs.join("\n\n")
}

/// The names of options in it are known by their letters.
fn default_in_flags(default: &str) -> String {
    let is_name = |word: &&str| word.contains(|letter: char| letter.is_ascii_uppercase());
    let words = default
        .split(' ')
        .map(|word| flag(word).filter(|_| is_name(&word)).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ")
}

/// The flag of an option.
fn flag(name: &str) -> Option<String> {
    let row = OPTIONS.iter().find(|row| row.name == name && row.kind != OptionKind::Callback)?;
    Some(format!("--{}", row.flag()))
}

/// An option is called by its flag, but for what somebody else calls it.
fn called(code: &str, before: &str) -> String {
    let is_anothers = ["'s ", " calls "].iter().any(|end| before.ends_with(end));
    flag(code).filter(|_| !is_anothers).unwrap_or_else(|| code.to_owned())
}

/// Without marks, links and line ends. What stands between backticks is as it is.
fn plain(markdown: &str) -> String {
    let markdown = markdown.replace("**", "").replace('\n', " ");
    let mut text = String::new();
    let mut rest = &*markdown;
    while let Some(start) = rest.find(['[', '`']) {
        text.push_str(&rest[..start]);
        let (mark, after) = rest[start..].split_at(1);
        let code = after.split_once('`').filter(|_| mark == "`");
        let link = link(after).filter(|_| mark == "[");
        rest = match (code, link) {
            (Some((code, after)), _) => {
                let code = called(code, &text);
                text.push_str(&code);
                after
            }
            (_, Some((label, after))) => {
                text.push_str(&plain(label));
                after
            }
            _ => {
                text.push_str(mark);
                after
            }
        };
    }
    text.push_str(rest);
    text
}

/// The label of a link, and what follows: `label](place)`, or the name of an item, `` `Name`] ``.
fn link(after: &str) -> Option<(&str, &str)> {
    let (label, behind) = after.split_once(']')?;
    match behind.strip_prefix('(') {
        Some(place) => Some((label, place.split_once(')')?.1)),
        None => (label.starts_with('`') && label.ends_with('`')).then_some((label, behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_links_are_gone_and_the_words_are_there() {
        assert_eq!(plain("The `a` of [`b`](crate::OPTIONS)\nis **bold** [c]."), "The a of b is bold [c].");
        assert_eq!(
            plain("[`Names::all`], in JSON `[\"a\"]`, [is](b) `c"),
            "Names::all, in JSON [\"a\"], is `c"
        );
    }

    #[test]
    fn options_are_called_by_their_flags() {
        assert_eq!(
            plain("As `caStore` and `ca` say; Node's `ca`, what undici calls `socketPath`, and `true`."),
            "As --ca-store and --ca say; Node's ca, what undici calls socketPath, and true."
        );
        let default = |name: &str| short(OPTIONS.iter().find(|row| row.name == name).expect(name));
        assert!(default("ca").ends_with("[default: those of --ca-store]"));
        assert!(default("ALPNProtocols").ends_with("[default: for https: what --allow-h2 says]"));
        assert!(default("lookup").ends_with("[default: getaddrinfo]"));
    }

    #[test]
    fn what_an_engine_does_not_honour_is_told() {
        let told = |name: &str| long(OPTIONS.iter().find(|row| row.name == name).expect(name));
        assert!(told("minVersion").ends_with("The engine rustls honours: TLSv1.2 and TLSv1.3."));
        assert!(!told("ca").contains("The engine rustls"), "both honour all of it");
    }

    #[test]
    fn every_option_has_a_line_and_a_paragraph() {
        for row in OPTIONS {
            let (short, long) = (short(row), long(row));
            assert!(!short.contains(['`', '\n']) && short.len() > 10, "{}: {short}", row.name);
            assert!(long.starts_with(&plain(&row.summary())) && !long.contains("]("), "{}: {long}", row.name);
        }
    }
}
