//! The two ends of a certificate's validity.

use std::fmt;
use std::time::{Duration, SystemTime};

use x509_parser::time::ASN1Time;

/// A moment as the certificate states it, in whole seconds.
#[derive(Clone, Copy)]
pub(super) struct Moment(ASN1Time);

impl From<ASN1Time> for Moment {
    /// Old certificates state local times with their distance from UTC; all that follows is UTC.
    fn from(time: ASN1Time) -> Self {
        Self(ASN1Time::from_timestamp(time.timestamp()).unwrap_or(time))
    }
}

impl Moment {
    pub(super) fn to_system_time(self) -> SystemTime {
        since_1970(self.0.timestamp())
    }

    /// As logs have it (RFC 3339): `2035-02-06T23:07:14Z`.
    pub(super) fn rfc3339(self) -> String {
        let time = self.0.to_datetime();
        let (hour, minute, second) = time.to_hms();
        let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The moment so many seconds after 1970 began. Where the system's clock does not reach so far back (Windows counts from
/// 1601), 1970 stands in.
pub(crate) fn since_1970(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The moment by the system's clock.
pub(crate) fn system_time(time: ASN1Time) -> SystemTime {
    Moment::from(time).to_system_time()
}

/// OpenSSL's form: `Feb  6 23:07:14 2035 GMT`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let time = self.0.to_datetime();
        let month = MONTHS[usize::from(u8::from(time.month()) - 1)];
        let (hour, minute, second) = time.to_hms();
        write!(f, "{month} {:2} {hour:02}:{minute:02}:{second:02} {} GMT", time.day(), time.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: i64) -> Moment {
        ASN1Time::from_timestamp(seconds).unwrap().into()
    }

    #[test]
    fn moments_read_as_openssl_prints_them_and_as_logs_do() {
        for (seconds, text, in_rfc3339) in [
            (0, "Jan  1 00:00:00 1970 GMT", "1970-01-01T00:00:00Z"),
            (-1, "Dec 31 23:59:59 1969 GMT", "1969-12-31T23:59:59Z"),
            (951_782_400, "Feb 29 00:00:00 2000 GMT", "2000-02-29T00:00:00Z"),
            (253_402_300_799, "Dec 31 23:59:59 9999 GMT", "9999-12-31T23:59:59Z"),
            (-62_167_219_200, "Jan  1 00:00:00 0 GMT", "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(moment(seconds).to_string(), text, "{seconds}");
            assert_eq!(moment(seconds).rfc3339(), in_rfc3339, "{seconds}");
        }
    }

    #[test]
    fn moments_before_1970_are_system_times_too() {
        let second = Duration::from_secs(1);
        assert_eq!(moment(-1).to_system_time() + second, SystemTime::UNIX_EPOCH);
        assert_eq!(moment(1).to_system_time() - second, SystemTime::UNIX_EPOCH);
        assert!(moment(-62_167_219_200).to_system_time() < SystemTime::UNIX_EPOCH);
    }
}
