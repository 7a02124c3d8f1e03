//! Writing DER.

use std::time::SystemTime;

use time::OffsetDateTime;

/// Tag, length and content.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut bytes = vec![tag];
    match content.len() {
        0..0x80 => bytes.push(content.len() as u8),
        _ => {
            bytes.push(0x80 | significant.len() as u8);
            bytes.extend(significant);
        }
    }
    bytes.extend(content);
    bytes
}

/// A SEQUENCE of these.
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// A distinguished name of these relative names.
pub fn name(relative: &[&[Vec<u8>]]) -> Vec<u8> {
    let sets: Vec<_> = relative.iter().map(|attributes| tlv(0x31, &attributes.concat())).collect();
    sequence(&sets)
}

/// An attribute below 2.5.4, its value with this tag.
pub fn attribute(number: u8, tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[tlv(6, &[0x55, 4, number]), tlv(tag, value)])
}

/// UTCTime; fractions of a second are dropped.
pub fn utc_time(time: SystemTime) -> (u8, Vec<u8>) {
    let time = OffsetDateTime::from(time);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let month = u8::from(month);
    let text = format!("{:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z", year % 100);
    (0x17, text.into_bytes())
}
