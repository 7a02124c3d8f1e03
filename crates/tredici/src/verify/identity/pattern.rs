//! One name of a certificate against the name of the host.

use super::{IdentityRules, without_trailing_dot};

/// Whether `domain`, which is ASCII, is one of the names that `pattern` stands for.
pub(super) fn matches(domain: &str, pattern: &str, rules: IdentityRules) -> bool {
    let strict = rules == IdentityRules::Strict;
    if strict && (domain.contains('*') || domain.split('.').any(str::is_empty)) {
        return false;
    }
    let domain = without_trailing_dot(domain);
    let pattern = without_trailing_dot(pattern);
    let (domain_label, domain_parent) = split_first_label(domain);
    let (pattern_label, pattern_parent) = split_first_label(pattern);
    if !same(domain_parent, pattern_parent) || !is_plausible(pattern) {
        return false;
    }
    let Some((prefix, suffix)) = pattern_label.split_once('*').filter(|_| !contains_a_label(pattern_label))
    else {
        return domain_label.eq_ignore_ascii_case(pattern_label);
    };
    let two_labels_follow = pattern_parent.is_some_and(|parent| parent.contains('.'));
    if suffix.contains('*') || !two_labels_follow {
        return false;
    }
    if strict && (pattern_label != "*" || contains_a_label(domain_label)) {
        return false;
    }
    fits(domain_label.as_bytes(), prefix.as_bytes(), suffix.as_bytes())
}

/// No empty label, and nothing outside of ASCII, no blank and no control character (but DEL, as in Node): a
/// Unicode name in a certificate has no encoding that could be relied upon.
fn is_plausible(pattern: &str) -> bool {
    pattern.bytes().all(|byte| (0x21..=0x7f).contains(&byte)) && !pattern.split('.').any(str::is_empty)
}

fn split_first_label(name: &str) -> (&str, Option<&str>) {
    name.split_once('.').map_or((name, None), |(label, parent)| (label, Some(parent)))
}

fn same(domain: Option<&str>, pattern: Option<&str>) -> bool {
    match (domain, pattern) {
        (Some(domain), Some(pattern)) => domain.eq_ignore_ascii_case(pattern),
        (None, None) => true,
        _ => false,
    }
}

/// RFC 6125 section 6.4.3: a wildcard within an A-label stands for nothing that could be read off it.
fn contains_a_label(label: &str) -> bool {
    label.as_bytes().windows(4).any(|part| part.eq_ignore_ascii_case(b"xn--"))
}

fn fits(label: &[u8], prefix: &[u8], suffix: &[u8]) -> bool {
    label.len() >= prefix.len() + suffix.len()
        && label[..prefix.len()].eq_ignore_ascii_case(prefix)
        && label[label.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}
