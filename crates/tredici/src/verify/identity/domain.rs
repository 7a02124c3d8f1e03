//! The form of a host name that a resolver looks up and a certificate bears.

use std::borrow::Cow;

use idna::AsciiDenyList;

/// The name in ASCII, as domain-to-ASCII of UTS #46 gives it; `None` for what is no domain name.
///
/// A name of nothing but ASCII stays as it is, in any case and with A-labels unchecked. One that ends in a
/// number is none: resolvers and URL parsers take it for an address (`127.1` is 127.0.0.1).
pub(super) fn ascii_form(host: &str) -> Option<Cow<'_, str>> {
    let ascii = if host.is_ascii() {
        host.bytes().all(is_domain_byte).then_some(Cow::Borrowed(host))?
    } else {
        idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL).ok()?
    };
    (!ends_in_number(&ascii)).then_some(ascii)
}

/// Whether the byte is none of the forbidden domain code points of the URL standard.
fn is_domain_byte(byte: u8) -> bool {
    let is_forbidden = matches!(
        byte,
        b'%' | b'#' | b'/' | b':' | b'<' | b'>' | b'?' | b'@' | b'[' | b'\\' | b']' | b'^' | b'|'
    );
    byte.is_ascii_graphic() && !is_forbidden
}

/// The "ends in a number" of the URL standard: decimal digits, or hexadecimal ones after `0x`.
fn ends_in_number(name: &str) -> bool {
    let Some(last) = name.rsplit('.').find(|label| !label.is_empty()) else {
        return false;
    };
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    last.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
