//! Name constraints (RFC 5280, section 4.2.1.10), in OpenSSL's reading of them.

use x509_parser::asn1_rs::oid;

use super::{
    certificate::Certificate,
    finding::{
        EXCLUDED_VIOLATION, Finding, PERMITTED_VIOLATION, SUBTREE_MINMAX, UNSPECIFIED,
        UNSUPPORTED_CONSTRAINT_TYPE, UNSUPPORTED_NAME_SYNTAX,
    },
    general_name::{GeneralName, Subtree, Subtrees},
    name,
};

const EMAIL_ADDRESS: &[u8] = &oid!(raw 1.2.840.113549.1.9.1);
const COMMON_NAME: &[u8] = &oid!(raw 2.5.4.3);
const SMTP_UTF8_MAILBOX: &[u8] = &oid!(raw 1.3.6.1.5.5.7.8.9);
const IA5_STRING: u8 = 0x16;

/// So many bytes of names and constraints may be read in one verification: comparing every name with every constraint
/// would else take a peer's 64 KiB seconds.
pub(super) const MOST_READ: usize = 8_000_000;

/// What is wrong with the names of `certificate` under the constraints of `issuer`; a leaf's common name counts where
/// it has no DNS name. `left` is what may still be read.
pub(super) fn check(
    certificate: &Certificate,
    is_leaf: bool,
    issuer: &Certificate,
    left: &mut usize,
) -> Result<(), Finding> {
    let Some(constraints) = constraints(issuer) else { return Ok(()) };
    let names = Names::of(certificate);
    let needed = names.count() * constraints.length() + constraints.all().count() * names.length();
    *left = left.checked_sub(needed).ok_or(UNSPECIFIED)?;
    names.check(constraints)?;
    if is_leaf && !names.has_dns() { names.check_common_names(constraints) } else { Ok(()) }
}

/// The name constraints that a certificate imposes on those beneath it.
pub(super) fn constraints(certificate: &Certificate) -> Option<Subtrees<'_>> {
    Subtrees::read(certificate.extensions.name_constraints?.within(&certificate.der))
}

struct Names<'a> {
    /// All of the name.
    subject: &'a [u8],
    alternative: &'a [u8],
}

impl<'a> Names<'a> {
    fn of(certificate: &'a Certificate) -> Self {
        let alternative = certificate.extensions.alternative_names.map(|span| span.within(&certificate.der));
        Self { subject: certificate.subject(), alternative: alternative.unwrap_or_default() }
    }

    fn alternative(&self) -> impl Iterator<Item = GeneralName<'a>> {
        GeneralName::each(self.alternative).flatten()
    }

    fn has_dns(&self) -> bool {
        self.alternative().any(|name| matches!(name, GeneralName::Dns(_)))
    }

    fn count(&self) -> usize {
        name::attribute_count(self.subject) + self.alternative().count()
    }

    fn length(&self) -> usize {
        self.subject.len() + self.alternative.len()
    }

    fn check(&self, constraints: Subtrees<'_>) -> Result<(), Finding> {
        if !name::is_empty(self.subject) {
            check_one(GeneralName::Directory(self.subject), constraints)?;
        }
        for address in name::values(self.subject, EMAIL_ADDRESS) {
            if address.tag != IA5_STRING {
                return Err(UNSUPPORTED_NAME_SYNTAX);
            }
            check_one(GeneralName::Email(address.content), constraints)?;
        }
        self.alternative().try_for_each(|name| check_one(name, constraints))
    }

    fn check_common_names(&self, constraints: Subtrees<'_>) -> Result<(), Finding> {
        for value in name::values(self.subject, COMMON_NAME) {
            let Some(text) = value.text() else { return Err(UNSPECIFIED) };
            let text = text.trim_end_matches('\0');
            if text.contains('\0') {
                return Err(UNSUPPORTED_NAME_SYNTAX);
            }
            if is_host(text.as_bytes()) {
                check_one(GeneralName::Dns(text.as_bytes()), constraints)?;
            }
        }
        Ok(())
    }
}

/// Whether a common name looks like that of a host: labels of letters, digits, hyphens and underscores, at least two.
fn is_host(text: &[u8]) -> bool {
    let is_sound = |index: usize, byte: u8| {
        let is_inner = index > 0 && index + 1 < text.len();
        match byte {
            b'-' => is_inner,
            b'.' => is_inner && !matches!(text[index + 1], b'.' | b'-') && text[index - 1] != b'-',
            _ => byte.is_ascii_alphanumeric() || byte == b'_',
        }
    };
    text.contains(&b'.') && text.iter().enumerate().all(|(index, byte)| is_sound(index, *byte))
}

/// One of the permitted subtrees of its kind, if there are any, must hold the name, and none of the excluded ones.
fn check_one(name: GeneralName<'_>, constraints: Subtrees<'_>) -> Result<(), Finding> {
    let mut is_permitted = None;
    for subtree in constraints.permitted().filter(|subtree| is_about(*subtree, name)) {
        let holds = is_permitted == Some(true) && !subtree.is_limited || holds(subtree, name)?;
        is_permitted = Some(holds);
    }
    if is_permitted == Some(false) {
        return Err(PERMITTED_VIOLATION);
    }
    for subtree in constraints.excluded().filter(|subtree| is_about(*subtree, name)) {
        if holds(subtree, name)? {
            return Err(EXCLUDED_VIOLATION);
        }
    }
    Ok(())
}

fn is_about(subtree: Subtree<'_>, name: GeneralName<'_>) -> bool {
    use GeneralName as N;
    match (subtree.base, name) {
        (N::Email(_), N::Other { oid }) => oid == SMTP_UTF8_MAILBOX,
        (N::Other { oid: base }, N::Other { oid }) => oid == base && oid != SMTP_UTF8_MAILBOX,
        (base, name) => std::mem::discriminant(&base) == std::mem::discriminant(&name),
    }
}

/// Whether the subtree holds a name of its kind.
fn holds(subtree: Subtree<'_>, name: GeneralName<'_>) -> Result<bool, Finding> {
    use GeneralName as N;
    if subtree.is_limited {
        return Err(SUBTREE_MINMAX);
    }
    match (name, subtree.base) {
        (N::Directory(name), N::Directory(base)) => name::is_beneath(name, base).ok_or(UNSPECIFIED),
        (N::Dns(name), N::Dns(base)) => Ok(holds_dns(base, name)),
        (N::Email(name), N::Email(base)) => holds_email(base, name),
        (N::Uri(name), N::Uri(base)) => holds_uri(base, name),
        (N::Address(name), N::Address(base)) => holds_address(base, name),
        // A mailbox with letters beyond ASCII (RFC 9598).
        (N::Other { .. }, N::Email(_)) => Err(UNSUPPORTED_NAME_SYNTAX),
        _ => Err(UNSUPPORTED_CONSTRAINT_TYPE),
    }
}

/// Labels may stand before it.
fn holds_dns(base: &[u8], name: &[u8]) -> bool {
    let Some(start) = name.len().checked_sub(base.len()) else { return false };
    let (front, end) = name.split_at(start);
    let is_cut_at_label = front.is_empty() || base.first() == Some(&b'.') || front.last() == Some(&b'.');
    base.is_empty() || is_cut_at_label && end.eq_ignore_ascii_case(base)
}

/// A whole address, all of a host, or all of a domain, which begins with a dot.
fn holds_email(base: &[u8], name: &[u8]) -> Result<bool, Finding> {
    let (local, host) = split_address(name).ok_or(UNSUPPORTED_NAME_SYNTAX)?;
    match split_address(base) {
        None if base.first() == Some(&b'.') => Ok(is_within(base, name)),
        None => Ok(host.eq_ignore_ascii_case(base)),
        Some((base_local, base_host)) => {
            if !base_local.is_empty()
                && base_local.len() == local.len()
                && (base_local.contains(&0) || local.contains(&0))
            {
                return Err(UNSUPPORTED_NAME_SYNTAX);
            }
            Ok((base_local.is_empty() || base_local == local) && host.eq_ignore_ascii_case(base_host))
        }
    }
}

fn split_address(address: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = address.iter().rposition(|byte| *byte == b'@')?;
    Some((&address[..at], &address[at + 1..]))
}

/// The end of a name that is longer.
fn is_within(domain: &[u8], name: &[u8]) -> bool {
    match name.len().checked_sub(domain.len()) {
        None | Some(0) => false,
        Some(start) => name[start..].eq_ignore_ascii_case(domain),
    }
}

fn holds_uri(base: &[u8], uri: &[u8]) -> Result<bool, Finding> {
    let host = host(uri).ok_or(UNSUPPORTED_NAME_SYNTAX)?;
    match base.first() {
        Some(b'.') => Ok(is_within(base, host)),
        _ => Ok(host.eq_ignore_ascii_case(base)),
    }
}

/// The host in `scheme://user@host:port/path`.
fn host(uri: &[u8]) -> Option<&[u8]> {
    let uri = uri.split(|byte| *byte == 0).next()?;
    let start = uri.windows(3).position(|window| window == b"://").filter(|length| *length > 0)?;
    let rest = &uri[start + 3..];
    let authority = rest.split(|byte| b"/?#".contains(byte)).next()?;
    let rest = match authority.iter().position(|byte| *byte == b'@') {
        Some(at) => &rest[at + 1..],
        None => rest,
    };
    let end = match rest.first() {
        Some(b'[') => rest.iter().position(|byte| *byte == b']')? + 1,
        _ => rest.iter().position(|byte| b":/?#".contains(byte)).unwrap_or(rest.len()),
    };
    let (host, rest) = rest.split_at(end);
    let rest = match rest {
        [b':', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let _port: u16 = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
            &rest[digits..]
        }
        rest => rest,
    };
    matches!(rest.first(), None | Some(b'/' | b'?' | b'#')).then_some(host)
}

/// A network and its mask.
fn holds_address(base: &[u8], address: &[u8]) -> Result<bool, Finding> {
    if !matches!(address.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return Err(UNSUPPORTED_NAME_SYNTAX);
    }
    let (network, mask) = base.split_at(base.len() / 2);
    let masked =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().zip(mask).map(|(byte, mask)| byte & mask).collect() };
    Ok(network.len() == address.len() && masked(network) == masked(address))
}

/// Whether these constraints are about names of a kind that webpki does not compare, or of a form that it does not read.
pub(super) fn are_beyond_webpki(constraints: Subtrees<'_>) -> bool {
    let is_compared = |base| matches!(base, GeneralName::Dns(_) | GeneralName::Address(_));
    constraints.all().any(|subtree| subtree.is_limited || !is_compared(subtree.base))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of a base, a name and whether the base holds it.
    fn check(holds: impl Fn(&[u8], &[u8]) -> Option<bool>, lines: &[(&str, &str, Option<bool>)]) {
        for (base, name, expected) in lines {
            assert_eq!(holds(base.as_bytes(), name.as_bytes()), *expected, "{base:?} {name:?}");
        }
    }

    #[test]
    fn a_domain_holds_what_is_beneath_it() {
        check(
            |base, name| Some(holds_dns(base, name)),
            &[
                ("example.org", "example.org", Some(true)),
                ("example.org", "WWW.Example.org", Some(true)),
                ("example.org", "badexample.org", Some(false)),
                ("example.org", "org", Some(false)),
                (".example.org", "example.org", Some(false)),
                (".example.org", "www.example.org", Some(true)),
                ("", "anything", Some(true)),
            ],
        );
    }

    #[test]
    fn mail_is_for_an_address_a_host_or_a_domain() {
        check(
            |base, name| holds_email(base, name).ok(),
            &[
                ("me@example.org", "me@EXAMPLE.org", Some(true)),
                ("me@example.org", "ME@example.org", Some(false)),
                ("example.org", "me@example.org", Some(true)),
                ("@example.org", "me@example.org", Some(true)),
                ("example.org", "me@mail.example.org", Some(false)),
                (".example.org", "me@mail.example.org", Some(true)),
                (".example.org", "me@example.org", Some(false)),
                ("example.org", "example.org", None),
                ("m\0@example.org", "me@example.org", None),
            ],
        );
    }

    #[test]
    fn a_uri_has_a_host() {
        check(
            |base, name| holds_uri(base, name).ok(),
            &[
                ("www.example.org", "https://www.example.org", Some(true)),
                ("www.example.org", "https://me:secret@WWW.example.org:443/path?query#part", Some(true)),
                ("[::1]", "https://[::1]:443/", Some(true)),
                (".example.org", "https://www.example.org", Some(true)),
                (".example.org", "https://example.org", Some(false)),
                ("example.org", "https://www.example.org", Some(false)),
                ("example.org", "https://other.test/@example.org", Some(false)),
                ("", "mailto:me@example.org", None),
                ("", "://example.org", None),
                ("", "https://[::1", None),
                ("", "https://example.org:port", None),
                ("", "https://example.org:65536", None),
                ("", "https://example.org:1a", None),
            ],
        );
    }

    #[test]
    fn addresses_lie_in_networks() {
        let network = [10, 1, 0, 0, 255, 255, 0, 0];
        assert_eq!(holds_address(&network, &[10, 1, 2, 3]), Ok(true));
        assert_eq!(holds_address(&network, &[10, 2, 2, 3]), Ok(false));
        assert_eq!(holds_address(&[0; 32], &[10, 1, 2, 3]), Ok(false));
        assert_eq!(holds_address(&[0; 8], &[10, 1, 2, 3]), Ok(true));
        assert_eq!(holds_address(&network[..7], &[10, 1, 2, 3]), Err(UNSUPPORTED_NAME_SYNTAX));
        assert_eq!(holds_address(&network, &[10, 1, 2]), Err(UNSUPPORTED_NAME_SYNTAX));
    }

    #[test]
    fn some_common_names_are_hosts() {
        for (name, expected) in [
            ("www.example.org", true),
            ("a_b.example-c.org", true),
            ("localhost", false),
            ("Some Company.", false),
            ("www..example.org", false),
            ("-www.example.org", false),
            ("www-.example.org", false),
            (".example.org", false),
            ("example.org.", false),
            ("*.example.org", false),
            ("", false),
        ] {
            assert_eq!(is_host(name.as_bytes()), expected, "{name}");
        }
    }
}
