//! The documentation of an option, which is Markdown, as the plain text of help.

use tredici::{Engine, OptionKind, OptionRow};

/// For `-h`: what it does, in one line.
pub(super) fn short(row: &OptionRow) -> String {
    let text = plain(&row.summary());
    let text = text.strip_suffix('.').unwrap_or(&text);
    match row.default {
        "none" => text.to_owned(),
        default => format!("{text} [default: {default}]"),
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
                text.push_str(code);
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
    use tredici::OPTIONS;

    #[test]
    fn marks_and_links_are_gone_and_the_words_are_there() {
        assert_eq!(plain("The `a` of [`b`](crate::OPTIONS)\nis **bold** [c]."), "The a of b is bold [c].");
        assert_eq!(
            plain("[`Names::all`], in JSON `[\"a\"]`, [is](b) `c"),
            "Names::all, in JSON [\"a\"], is `c"
        );
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
            assert!(
                long.len() >= plain(&row.summary()).len() && !long.contains("]("),
                "{}: {long}",
                row.name
            );
        }
    }
}
