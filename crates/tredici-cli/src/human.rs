//! What a person reads. The streams take the colours away where nobody would see them.

mod certificate;
mod facts;
mod failure;
mod page;
mod paper;
mod series;
mod served;
mod spread;
mod waterfall;

use tredici::{Error, IdentityError};

pub(crate) use paper::Paper;
pub(crate) use series::{Series, introduction};
pub(crate) use served::{listening, served};

use crate::{
    outcome::{Facts, Failure},
    pin::Pins,
};
use page::{BAD, FAINT, GOOD, Page, printable};

/// A connection that was not made, with its number among several, or a call that cannot work.
pub(crate) fn failure(number: Option<usize>, failure: &Failure, paper: Paper) -> String {
    failure::page(number, failure, paper)
}

/// What went wrong, in a line or two.
pub(crate) fn problem(error: &Error) -> String {
    failure::problem(error, Paper::default())
}

pub(crate) fn pins(pins: &Pins, facts: &Facts, paper: Paper) -> String {
    let mut page = Page::new(paper, false);
    page.gap();
    facts::title(&mut page, None, facts);
    if !facts.is("/authorized") {
        page.note("Anybody can show these certificates: compare the pins another way before you trust them.");
    }
    for certificate in &pins.pins {
        page.gap();
        page.row(
            certificate.position,
            certificate.subject.as_deref().unwrap_or("a name that cannot be read"),
        );
        page.row("", &format!("until {}", certificate.valid_to));
        page.row("", &certificate.spki);
        page.row("", &certificate.certificate);
    }
    page.gap();
    if let Some((leaf, issuer)) = pins.pins.first().zip(pins.pins.get(1)) {
        page.row("to paste", &format!("--pins {},{}", leaf.spki, issuer.spki));
        page.row("", &format!("\"pins\": [\"{}\", \"{}\"]", leaf.spki, issuer.spki));
        page.note("The leaf's key, and its issuer's as a backup; stricter is the key of a certificate that you keep in reserve.");
        page.gap();
    }
    page.into()
}

/// The certificate is for the name.
pub(crate) fn identified(hostname: &str, names: &str) -> String {
    format!(
        "{GOOD}✔{GOOD:#} the certificate is for {}  {FAINT}{}{FAINT:#}\n",
        printable(hostname),
        printable(names)
    )
}

/// The certificate is not for the name.
pub(crate) fn not_identified(error: &IdentityError, hint: Option<&str>, paper: Paper) -> String {
    let headline = format!("{} [{}]", printable(&error.to_string()), error.code());
    let mut lines = paper.wrapped(&headline, 2);
    lines.extend(hint.into_iter().flat_map(|hint| paper.wrapped(hint, 2)));
    format!("{BAD}✘{BAD:#} {}\n", lines.join("\n  "))
}
