//! DURATION: a number with its unit.

use std::time::Duration;

/// `400ms`, `2s`, `5m`, `1h`.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("write a number with its unit: 400ms, 2s, 5m or 1h".into()),
    };
    if digits.is_empty() || digits.contains(|letter: char| !letter.is_ascii_digit() && letter != '.') {
        return Err(format!("'{digits}' is not a number; write 400ms, 2s, 5m or 1h"));
    }
    let number: f64 = digits.parse().map_err(|_| format!("'{digits}' is not a number"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| "that is longer than a clock can count".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_its_unit() {
        for (text, milliseconds) in
            [("400ms", 400), ("2s", 2000), ("1.5s", 1500), ("5m", 300_000), ("1h", 3_600_000), ("0s", 0)]
        {
            assert_eq!(read(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "5", "s", "-1s", "+1s", "1e3s", "1 s", "1d", "ms5", "1.2.3s", "infs", "NaNs", "1é"]
        {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&format!("{}h", "9".repeat(30))).is_err());
    }
}
