//! The ways a certificate names a host, a person or a place (RFC 5280, section 4.2.1.6), in Node's words.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

use x509_parser::asn1_rs::{Any, FromDer, Tag, oid};

use super::charset::{Charset, latin1};
use super::der::{context, dotted, element, elements, primitive};
use super::distinguished_name::one_line;

/// One name: what kind it is of, and its text as it is, with nothing escaped.
pub(super) struct GeneralName<'a> {
    pub(super) kind: &'static str,
    pub(super) text: Cow<'a, str>,
    /// Of this kind only ASCII is expected: what lies beyond is written escaped.
    ascii: bool,
}

/// The names of a sequence's content; `None` where one of them cannot be decoded.
pub(super) fn general_names(content: &[u8]) -> Option<Vec<GeneralName<'_>>> {
    elements(content).map(|name| GeneralName::decode(&name?)).collect()
}

impl<'a> GeneralName<'a> {
    /// `None` for what is not a general name.
    pub(super) fn decode(name: &Any<'a>) -> Option<Self> {
        let (number, constructed, content) = context(name)?;
        let ascii = |kind, text| Some(Self { kind, text, ascii: true });
        match (number, constructed) {
            (0, true) => Self::decode_other(content),
            (1, false) => ascii("email", latin1(content)),
            (2, false) => ascii("DNS", latin1(content)),
            (3, true) => ascii("X400Name", UNSUPPORTED),
            (4, true) => Some(Self { kind: "DirName", text: one_line(content)?.into(), ascii: false }),
            (5, true) if is_edi_party(content) => ascii("EdiPartyName", UNSUPPORTED),
            (6, false) => ascii("URI", latin1(content)),
            (7, false) => ascii("IP Address", ip_address(content).into()),
            (8, false) => ascii("Registered ID", dotted(content)?.into()),
            _ => None,
        }
    }

    /// A name of a type that others have defined, told by an object identifier.
    ///
    /// Only types that OpenSSL knows are shown, and only with a value of the right string type.
    fn decode_other(content: &'a [u8]) -> Option<Self> {
        let (value, kind) = Any::from_der(content).ok()?;
        let kind = primitive(&kind, Tag::Oid)?;
        dotted(kind)?;
        let (0, true, value) = context(&element(value)?)? else { return None };
        let value = element(value)?;
        let unsupported = Self { kind: "othername", text: UNSUPPORTED, ascii: true };
        let Some((_, label, tag)) = OTHER_NAMES.iter().find(|(id, ..)| *id == kind) else {
            return Some(unsupported);
        };
        let text = match Charset::of(&value) {
            Some(Charset::Utf8) if *tag == Tag::Utf8String => String::from_utf8_lossy(value.data),
            Some(Charset::Latin1) if *tag == Tag::Ia5String && value.tag() == *tag => latin1(value.data),
            _ => return Some(unsupported),
        };
        let text = format!("{label}:{text}").into();
        Some(Self { kind: "othername", text, ascii: *tag == Tag::Ia5String })
    }

    /// Appends the name as Node writes it: `DNS:example.org`.
    ///
    /// A text with a character that could end the name early or look like the beginning of another one is
    /// written as a JSON string, in which a comma is escaped too: `DNS:"a\u002cDNS:evil.example"`. So the list
    /// of names can be taken apart again without doubt.
    pub(super) fn write(&self, line: &mut String) {
        line.push_str(self.kind);
        line.push(':');
        let quote = self.text.chars().any(|character| self.is_special(character) || character == '\'');
        if !quote {
            line.push_str(&self.text);
            return;
        }
        line.push('"');
        for character in self.text.chars() {
            match character {
                '"' | '\\' => line.extend(['\\', character]),
                _ if self.is_special(character) => {
                    let _ = write!(line, "\\u{:04x}", u32::from(character));
                }
                _ => line.push(character),
            }
        }
        line.push('"');
    }

    fn is_special(&self, character: char) -> bool {
        matches!(character, '"' | '\\' | ',' | '\0'..='\x1f' | '\x7f') || self.ascii && !character.is_ascii()
    }
}

/// Types of other names (Microsoft's user principal name; RFC 6120, 4985, 7585, 8398): object identifier, label
/// and string type.
const OTHER_NAMES: [(&[u8], &str, Tag); 5] = [
    (&oid!(raw 1.3.6.1.4.1.311.20.2.3), "UPN", Tag::Utf8String),
    (&oid!(raw 1.3.6.1.5.5.7.8.5), "XmppAddr", Tag::Utf8String),
    (&oid!(raw 1.3.6.1.5.5.7.8.7), "SRVName", Tag::Ia5String),
    (&oid!(raw 1.3.6.1.5.5.7.8.8), "NAIRealm", Tag::Utf8String),
    (&oid!(raw 1.3.6.1.5.5.7.8.9), "SmtpUTF8Mailbox", Tag::Utf8String),
];

const UNSUPPORTED: Cow<'static, str> = Cow::Borrowed("<unsupported>");

/// `[0]` the one who assigns names, optional, and `[1]` the party's name.
fn is_edi_party(content: &[u8]) -> bool {
    let numbers: Option<Vec<u32>> =
        elements(content).map(|element| context(&element?).map(|(number, ..)| number)).collect();
    matches!(numbers.as_deref(), Some([1] | [0, 1]))
}

/// IPv6 in eight groups without leading zeros, none left out.
fn ip_address(octets: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return Ipv4Addr::from(v4).to_string();
    }
    if octets.len() != 16 {
        return format!("<invalid length={}>", octets.len());
    }
    let (pairs, _) = octets.as_chunks::<2>();
    let groups: Vec<String> = pairs.iter().map(|pair| format!("{:X}", u16::from_be_bytes(*pair))).collect();
    groups.join(":")
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;

    fn written(name: &[u8]) -> Option<String> {
        let mut line = String::new();
        GeneralName::decode(&element(name)?)?.write(&mut line);
        Some(line)
    }

    fn directory(attributes: &[Vec<u8>]) -> Vec<u8> {
        tlv(0xa4, name(&[attributes]))
    }

    #[test]
    fn each_kind_has_its_form() {
        let in_dn = |value: &str| directory(&[attribute("2.5.4.10", UTF8, value)]);
        for (name, expected) in [
            (dns("*.example.org"), "DNS:*.example.org"),
            (tlv(0x81, "me@example.org"), "email:me@example.org"),
            (tlv(0x86, "http://x/?a=<b>;c"), "URI:http://x/?a=<b>;c"),
            (tlv(0x87, [127, 0, 0, 1]), "IP Address:127.0.0.1"),
            (
                tlv(0x87, [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 1]),
                "IP Address:FE80:0:0:0:0:0:0:AB01",
            ),
            (tlv(0x87, [1; 8]), "IP Address:<invalid length=8>"),
            (tlv(0x88, arcs("2.5.4.3")), "Registered ID:2.5.4.3"),
            (tlv(0xa3, sequence([[]; 0])), "X400Name:<unsupported>"),
            (tlv(0xa5, tlv(0xa1, tlv(UTF8, "party"))), "EdiPartyName:<unsupported>"),
            (in_dn("Acme"), "DirName:O=Acme"),
            (in_dn("Org, Inc"), r#"DirName:"O=Org\\\u002c Inc""#),
            (in_dn("it's"), r#"DirName:"O=it's""#),
            (in_dn("é"), "DirName:O=é"),
            (in_dn("\u{1}"), r#"DirName:"O=\u0001""#),
            (directory(&[attribute("2.5.4.10", 3, "\0abc")]), "DirName:O=#030400616263"),
            (directory(&[attribute("1.2.3.4", UTF8, "abc")]), "DirName:1.2.3.4=#0C03616263"),
            (
                directory(&[attribute("1.2.3.4", UTF8, "abc"), attribute("2.5.4.3", 20, b"\xe9")]),
                "DirName:CN=é+1.2.3.4=#0C03616263",
            ),
            (other_name("1.3.6.1.4.1.311.20.2.3", UTF8, "user@é"), "othername:UPN:user@é"),
            (other_name("1.3.6.1.4.1.311.20.2.3", UTF8, "u,\""), r#"othername:"UPN:u\u002c\"""#),
            (other_name("1.3.6.1.4.1.311.20.2.3", UTF8, b"u\xff"), "othername:UPN:u\u{fffd}"),
            (other_name("1.3.6.1.4.1.311.20.2.3", 22, "user"), "othername:<unsupported>"),
            (other_name("1.3.6.1.5.5.7.8.5", UTF8, "x"), "othername:XmppAddr:x"),
            (other_name("1.3.6.1.5.5.7.8.7", 22, "_s.x"), "othername:SRVName:_s.x"),
            (other_name("1.3.6.1.5.5.7.8.7", 22, b"\xe9"), r#"othername:"SRVName:\u00e9""#),
            (other_name("1.3.6.1.5.5.7.8.7", PRINTABLE, "x"), "othername:<unsupported>"),
            (other_name("1.3.6.1.5.5.7.8.8", UTF8, "x"), "othername:NAIRealm:x"),
            (other_name("1.3.6.1.5.5.7.8.9", UTF8, "x"), "othername:SmtpUTF8Mailbox:x"),
            (other_name("1.2.3.4", UTF8, "x"), "othername:<unsupported>"),
        ] {
            assert_eq!(written(&name).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_could_be_misread_is_a_json_string() {
        for (value, expected) in [
            (&b"a,DNS:evil"[..], r#"DNS:"a\u002cDNS:evil""#),
            (b"a\"b", r#"DNS:"a\"b""#),
            (b"a\\b", r#"DNS:"a\\b""#),
            (b"a'b", r#"DNS:"a'b""#),
            (b"a\0b", r#"DNS:"a\u0000b""#),
            (b"a\x1f\x7f", r#"DNS:"a\u001f\u007f""#),
            (b"a\xff", r#"DNS:"a\u00ff""#),
            ("é".as_bytes(), r#"DNS:"\u00c3\u00a9""#),
            (b"a b~", "DNS:a b~"),
        ] {
            assert_eq!(written(&dns(value)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_general_name_is_undecodable() {
        let upn = oid("1.3.6.1.4.1.311.20.2.3");
        let text = || tlv(UTF8, "a");
        for name in [
            tlv(0x80, joined([&upn, &tlv(0xa0, text())])),
            tlv(0xa0, &upn),
            tlv(0xa0, joined([&upn, &text()])),
            tlv(0xa0, joined([&upn, &tlv(0xa1, text())])),
            tlv(0xa0, joined([&upn, &tlv(0xa0, joined([text(), text()]))])),
            tlv(0xa0, joined([&upn, &tlv(0xa0, text()), &tlv(5, [])])),
            tlv(0xa2, tlv(22, "a")),
            tlv(0x83, []),
            tlv(0xa4, text()),
            tlv(0xa4, joined([sequence([[]; 0]), sequence([[]; 0])])),
            tlv(0xa5, []),
            tlv(0xa5, tlv(0xa0, text())),
            tlv(0x88, []),
            tlv(0x88, [0x2a, 0x81]),
            tlv(0x89, "a"),
            text(),
        ] {
            assert_eq!(written(&name), None, "{name:x?}");
        }
    }
}
