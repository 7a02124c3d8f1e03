//! The dates of a certificate, in the two forms of RFC 5280, section 4.1.2.5.

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Whether what has this tag is meant to be a date.
pub(super) fn is_date(tag: u8) -> bool {
    matches!(tag, UTC_TIME | GENERALIZED_TIME)
}

/// Such a date has at least so many bytes: OpenSSL does not take a shorter one for a date at all.
pub(super) fn shortest(tag: u8) -> usize {
    if tag == UTC_TIME { 13 } else { 15 }
}

/// Seconds since 1970; `None` where it is no date in one of the two forms, down to the `Z` at the end.
pub(super) fn read(tag: u8, content: &[u8]) -> Option<i64> {
    let (digits, year_digits) = match (tag, content) {
        (UTC_TIME, [digits @ .., b'Z']) if digits.len() == 12 => (digits, 2),
        (GENERALIZED_TIME, [digits @ .., b'Z']) if digits.len() == 14 => (digits, 4),
        _ => return None,
    };
    let (year, rest) = digits.split_at(year_digits);
    let year = match (year_digits, number(year)?) {
        (2, year @ 0..50) => 2000 + year,
        (2, year) => 1900 + year,
        (_, year) => year,
    };
    let [month, day, hour, minute, second] = rest.as_chunks::<2>().0 else { return None };
    let (month, day) = (number(month)?, number(day)?);
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    if !(1..=days_in(month, year)?).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

fn days_in(month: i64, year: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => Some(if is_leap { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// Counted in years that begin in March, so that the leap day is their last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds() {
        for (tag, text, expected) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (UTC_TIME, "691231235959Z", Some(-1)),
            (UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (UTC_TIME, "500101000000Z", Some(-631_152_000)),
            (UTC_TIME, "000229000000Z", Some(951_782_400)),
            (GENERALIZED_TIME, "19700101000000Z", Some(0)),
            (GENERALIZED_TIME, "99991231235959Z", Some(253_402_300_799)),
            (GENERALIZED_TIME, "00000101000000Z", Some(-62_167_219_200)),
            (GENERALIZED_TIME, "20240229120000Z", Some(1_709_208_000)),
            (GENERALIZED_TIME, "20230229120000Z", None),
            (GENERALIZED_TIME, "20231301120000Z", None),
            (GENERALIZED_TIME, "20230001120000Z", None),
            (GENERALIZED_TIME, "20230431120000Z", None),
            (GENERALIZED_TIME, "20230101240000Z", None),
            (GENERALIZED_TIME, "20230101000060Z", None),
            (UTC_TIME, "7001010000Z", None),
            (UTC_TIME, "700101000000", None),
            (UTC_TIME, "700101000000+0000", None),
            (UTC_TIME, "70010100000aZ", None),
            (UTC_TIME, "19700101000000Z", None),
            (GENERALIZED_TIME, "700101000000Z", None),
            (4, "700101000000Z", None),
        ] {
            assert_eq!(read(tag, text.as_bytes()), expected, "{text}");
        }
    }
}
