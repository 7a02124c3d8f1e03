//! Distinguished names as they stand in the certificate, and their one-line form (RFC 2253).

use x509_parser::asn1_rs::{Any, FromDer, Tag};

use super::attribute_type::short_name;
use super::charset::Charset;
use super::der::{constructed, dotted, element, elements, primitive};
use super::hex;

/// One attribute of a name, still encoded.
pub(super) struct RawAttribute<'a> {
    pub(super) oid: &'a [u8],
    pub(super) value: Any<'a>,
    value_der: &'a [u8],
    /// Stands in the same relative name as the attribute before it.
    pub(super) joined: bool,
}

/// The attributes of a name in the order of the certificate; `None` for what is no name.
pub(super) fn attributes(name: &[u8]) -> Option<Vec<RawAttribute<'_>>> {
    let mut attributes = Vec::with_capacity(8);
    for relative in elements(constructed(name, Tag::Sequence)?) {
        let relative = relative?;
        if relative.header.tag() != Tag::Set || !relative.header.constructed() {
            return None;
        }
        for (index, attribute) in elements(relative.data).enumerate() {
            let attribute = attribute?;
            if attribute.header.tag() != Tag::Sequence {
                return None;
            }
            let (value_der, oid) = Any::from_der(attribute.data).ok()?;
            let (oid, value) = (primitive(&oid, Tag::Oid)?, element(value_der)?);
            attributes.push(RawAttribute { oid, value, value_der, joined: index > 0 });
        }
    }
    Some(attributes)
}

/// A name in one line, the last relative name first, in the way OpenSSL prints it for RFC 2253 without
/// escaping control characters and what is not ASCII: `CN=localhost,O=Acme\, Inc`.
pub(super) fn one_line(name: &[u8]) -> Option<String> {
    let mut line = String::new();
    let mut separator = "";
    for attribute in attributes(name)?.iter().rev() {
        line.push_str(separator);
        separator = if attribute.joined { "+" } else { "," };
        let key = short_name(attribute.oid);
        match (key, Charset::of(&attribute.value)) {
            (Some(key), Some(charset)) => {
                line.push_str(key);
                line.push('=');
                escape(&mut line, &charset.decode(attribute.value.data)?, ControlCharacters::AsTheyAre);
            }
            _ => {
                let key = key.map_or_else(|| dotted(attribute.oid), |key| Some(key.to_owned()))?;
                line.push_str(&format!("{key}=#{}", hex::upper(attribute.value_der)));
            }
        }
    }
    Some(line)
}

/// What to do with control characters: nothing, or make them visible as `\0A`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ControlCharacters {
    AsTheyAre,
    Visible,
}

/// Appends the value of an attribute with the escapes of RFC 2253, section 2.4.
pub(super) fn escape(line: &mut String, value: &str, controls: ControlCharacters) {
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        let special = match character {
            ',' | '+' | '"' | '<' | '>' | ';' | '\\' => true,
            '#' => index == 0,
            ' ' => index == 0 || index == last,
            _ => false,
        };
        if controls == ControlCharacters::Visible && character.is_control() {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                line.push_str(&format!("\\{byte:02X}"));
            }
            continue;
        }
        if special {
            line.push('\\');
        }
        line.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(value: &str, controls: ControlCharacters) -> String {
        let mut line = String::new();
        escape(&mut line, value, controls);
        line
    }

    #[test]
    fn values_are_escaped() {
        for (value, expected) in [
            ("Org, Inc", r"Org\, Inc"),
            (" lead", r"\ lead"),
            ("trail ", r"trail\ "),
            ("  ", r"\ \ "),
            (" ", r"\ "),
            ("#h#", r"\#h#"),
            (r#"a"<>;+=\b"#, r#"a\"\<\>\;\+=\\b"#),
            ("é\n", "é\n"),
            ("", ""),
        ] {
            assert_eq!(escaped(value, ControlCharacters::AsTheyAre), expected, "{value:?}");
        }
        assert_eq!(escaped("é\n\u{9b}", ControlCharacters::Visible), r"é\0A\C2\9B");
    }

    #[test]
    fn what_is_no_name_has_no_attributes() {
        for bytes in [
            &[][..],
            &[0x30, 1],
            &[0x30, 0, 0],
            &[0x30, 2, 0x30, 0],
            &[0x30, 4, 0x31, 2, 0x30, 0],
            &[0x30, 7, 0x31, 5, 0x30, 3, 6, 1, 0x55],
            &[0x30, 4, 0x31, 2, 5, 0],
        ] {
            assert!(attributes(bytes).is_none(), "{bytes:x?}");
        }
        assert!(attributes(&[0x30, 0]).is_some_and(|attributes| attributes.is_empty()));
    }
}
