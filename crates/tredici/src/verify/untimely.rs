//! Which certificate of a path is out of its time, and what to do about it.

use std::{fmt, time::SystemTime};

use super::VerifyCode;
use crate::certificate::PeerCertificate;

/// The certificate that a verdict over dates is about.
pub(crate) struct Untimely {
    certificate: PeerCertificate,
    is_leaf: bool,
    has_expired: bool,
    /// How the caller comes by a valid one, where it is among those that the caller trusts.
    remedy: Option<String>,
}

impl Untimely {
    /// Of a path with the leaf first; `None` where the verdict is about something else. Of several it is the one nearest
    /// to the leaf, for a path is examined from its root on, and what is found last gives the code.
    pub(crate) fn find(
        code: VerifyCode,
        path: impl IntoIterator<Item = PeerCertificate>,
        now: SystemTime,
    ) -> Option<Self> {
        let has_expired = match code {
            VerifyCode::CERT_HAS_EXPIRED => true,
            VerifyCode::CERT_NOT_YET_VALID => false,
            _ => return None,
        };
        let is_untimely = |certificate: &PeerCertificate| match has_expired {
            true => now >= certificate.not_after(),
            false => now < certificate.not_before(),
        };
        let mut path = path.into_iter().enumerate();
        let (depth, certificate) = path.find(|(_, certificate)| is_untimely(certificate))?;
        Some(Self { certificate, is_leaf: depth == 0, has_expired, remedy: None })
    }

    pub(crate) fn certificate(&self) -> &PeerCertificate {
        &self.certificate
    }

    /// The same, of which the caller is told how to come by a valid one.
    pub(crate) fn with_remedy(self, remedy: Option<String>) -> Self {
        Self { remedy, ..self }
    }

    pub(super) fn hint(&self) -> Option<String> {
        let remedy = self.remedy.as_deref()?;
        let operator =
            if self.is_leaf { "ask the server's operator for a valid certificate, and " } else { "" };
        Some(format!("check the date and time of this machine, then {operator}{remedy}"))
    }

    fn role(&self) -> &'static str {
        match self.certificate.is_own_issuer() {
            _ if self.is_leaf => "leaf",
            true if self.remedy.is_some() => "trust anchor",
            true => "root",
            false => "intermediate",
        }
    }
}

/// `intermediate CN=My intermediate, until 2025-02-01T00:00:00Z`
impl fmt::Display for Untimely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role())?;
        let subject = self.certificate.subject().map(ToString::to_string);
        if let Some(subject) = subject.filter(|subject| !subject.is_empty()) {
            write!(f, " {subject}")?;
        }
        match self.has_expired {
            true => write!(f, ", until {}", self.certificate.not_after_rfc3339()),
            false => write!(f, ", from {}", self.certificate.not_before_rfc3339()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tredici_test::{Authority, CertificateSpec};

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn day(number: u32) -> SystemTime {
        SystemTime::UNIX_EPOCH + number * DAY
    }

    /// Leaf, intermediate and root, each good from a day on and before another.
    fn path(days: [(u32, u32); 3]) -> Vec<PeerCertificate> {
        let within = |spec: CertificateSpec, (from, to)| spec.valid(day(from), day(to));
        let root = Authority::root(within(CertificateSpec::authority("Root"), days[2]));
        let between = root.beneath(within(CertificateSpec::authority("Between"), days[1]));
        let leaf = between.leaf(within(CertificateSpec::server(&["leaf.test"]), days[0]));
        let all = [leaf.der(), between.der(), root.der()];
        all.map(|der| PeerCertificate::from_der(der).expect("a certificate")).into()
    }

    fn told(code: VerifyCode, days: [(u32, u32); 3], now: SystemTime) -> Option<String> {
        Untimely::find(code, path(days), now).map(|untimely| untimely.to_string())
    }

    #[test]
    fn it_is_the_one_nearest_to_the_leaf_that_the_verdict_is_about() {
        use VerifyCode as Code;
        let leaf = Some("leaf CN=leaf.test, until 1970-01-06T00:00:00Z".to_owned());
        let between = Some("intermediate CN=Between, until 1970-01-06T00:00:00Z".to_owned());
        let root = Some("root CN=Root, from 1970-01-09T00:00:00Z".to_owned());
        for (code, days, expected) in [
            (Code::CERT_HAS_EXPIRED, [(1, 5), (1, 5), (1, 5)], leaf),
            (Code::CERT_HAS_EXPIRED, [(1, 9), (1, 5), (8, 9)], between.clone()),
            (Code::CERT_NOT_YET_VALID, [(1, 9), (1, 5), (8, 9)], root),
            (Code::CERT_HAS_EXPIRED, [(1, 9), (1, 9), (8, 9)], None),
            (Code::CERT_REVOKED, [(1, 5), (1, 5), (1, 5)], None),
            (Code::OK, [(1, 5), (1, 5), (1, 5)], None),
        ] {
            assert_eq!(told(code, days, day(7)), expected, "{code} {days:?}");
        }
        // At its last second one has expired, at its first it is good.
        let days = [(1, 9), (1, 5), (5, 9)];
        assert_eq!(told(Code::CERT_HAS_EXPIRED, days, day(5)), between);
        assert_eq!(told(Code::CERT_NOT_YET_VALID, days, day(5)), None);
        assert!(Untimely::find(Code::CERT_HAS_EXPIRED, [], day(5)).is_none());
    }

    #[test]
    fn what_the_caller_trusts_is_an_anchor_and_the_hint_is_about_that() {
        let find = |days, remedy: Option<&str>| {
            let found =
                Untimely::find(VerifyCode::CERT_HAS_EXPIRED, path(days), day(7)).expect("one of them");
            found.with_remedy(remedy.map(str::to_owned))
        };
        let anchor = find([(1, 9), (1, 9), (1, 5)], Some("replace it"));
        assert!(anchor.to_string().starts_with("trust anchor CN=Root, until "), "{anchor}");
        assert_eq!(anchor.hint().expect("one"), "check the date and time of this machine, then replace it");
        let leaf = find([(1, 5), (1, 9), (1, 9)], Some("replace it"));
        assert!(leaf.hint().expect("one").ends_with("for a valid certificate, and replace it"));
        assert!(find([(1, 9), (1, 5), (1, 9)], None).hint().is_none(), "that of the code is right");
    }
}
