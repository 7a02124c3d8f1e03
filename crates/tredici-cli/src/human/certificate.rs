//! A certificate and those of its issuers.

use std::time::{Duration, SystemTime};

use anstyle::Style;
use tredici::{Name, PeerCertificate};

use super::page::{BAD, Page, WARNING};

/// A block for each certificate of the chain.
pub(super) fn chain(page: &mut Page, leaf: &PeerCertificate) {
    for (depth, certificate) in leaf.chain().enumerate() {
        page.gap();
        let (position, remark) = match depth {
            0 => ("certificate", "who the server is"),
            _ if certificate.is_own_issuer() => ("root", "who vouches for it"),
            _ => ("intermediate", "who vouches for the one above"),
        };
        page.remark(position, &name(certificate.subject()), remark);
        if let Some(names) = certificate.subjectaltname() {
            alternative_names(page, names);
        }
        if !certificate.is_own_issuer() {
            page.detail("issuer", &name(certificate.issuer()));
        }
        validity(page, certificate, now());
        page.detail("key", &key(certificate));
        fingerprint(page, &certificate.fingerprint256());
    }
}

/// Sixteen bytes on a line, or fewer where it is short.
fn fingerprint(page: &mut Page, hex: &str) {
    let bytes: Vec<&str> = hex.split(':').collect();
    let on_a_line = [16, 8].into_iter().find(|count| count * 3 <= page.room()).unwrap_or(4);
    let last = bytes.len().div_ceil(on_a_line) - 1;
    for (number, line) in bytes.chunks(on_a_line).enumerate() {
        let (what, colon) = (if number == 0 { "SHA-256" } else { "" }, if number < last { ":" } else { "" });
        page.detail(what, &format!("{}{colon}", line.join(":")));
    }
}

/// More names than these nobody reads.
const NAMES: usize = 12;
/// How much of them goes on a line, where it is that long.
const LINE: usize = 54;

fn alternative_names(page: &mut Page, names: &str) {
    let names: Vec<&str> = names.split(", ").collect();
    let width = page.room().min(LINE);
    let mut lines = vec![String::new()];
    for (number, name) in names.iter().take(NAMES).enumerate() {
        let comma = if number + 1 < names.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = format!("{name}{comma}"),
            Some(line) if line.len() + name.len() + ", ".len() <= width => {
                *line += &format!(" {name}{comma}");
            }
            _ => lines.push(format!("{name}{comma}")),
        }
    }
    if names.len() > NAMES {
        lines.push(format!("and {} more", names.len() - NAMES));
    }
    for (number, line) in lines.iter().enumerate() {
        page.detail(if number == 0 { "for" } else { "" }, line);
    }
}

fn name(name: Option<&Name>) -> String {
    match name {
        Some(name) if name.is_empty() => "no name of its own".to_owned(),
        Some(name) => name.to_string(),
        None => "a name that cannot be read".to_owned(),
    }
}

fn key(certificate: &PeerCertificate) -> String {
    let bits = certificate.bits().unwrap_or_default();
    match certificate.nist_curve().or(certificate.asn1_curve()) {
        Some(curve) => format!("elliptic curve {curve}"),
        None if certificate.modulus().is_some() => format!("RSA, {bits} bits"),
        None => "of another kind".to_owned(),
    }
}

fn validity(page: &mut Page, certificate: &PeerCertificate, now: SystemTime) {
    page.detail("from", &certificate.valid_from());
    let until = certificate.valid_to();
    match left(certificate, now) {
        None => page.detail("until", &until),
        Some((style, words)) => page.marked("until", &until, style, &words),
    }
}

#[expect(clippy::disallowed_methods, reason = "shown to a person; no verdict is made of it")]
fn now() -> SystemTime {
    SystemTime::now()
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// With less than this left, a certificate should have been renewed.
const SOON: Duration = DAY.saturating_mul(14);

/// What a reader should know of a certificate's time, if anything.
fn left(certificate: &PeerCertificate, now: SystemTime) -> Option<(Style, String)> {
    if now < certificate.not_before() {
        return Some((BAD, "not valid yet".to_owned()));
    }
    match certificate.not_after().duration_since(now) {
        Err(_past) => Some((BAD, "expired".to_owned())),
        Ok(left) if left < SOON => Some((WARNING, format!("{} days left", left.as_secs() / DAY.as_secs()))),
        Ok(_left) => None,
    }
}
