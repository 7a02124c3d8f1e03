//! Certificates that their authority has taken back.

use std::time::{Duration, SystemTime};

use rcgen::{CertificateRevocationListParams, Issuer, KeyIdMethod, RevokedCertParams, SerialNumber};

use crate::{Authority, Certificate};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Authority {
    /// The authority's list of revoked certificates, in PEM: made yesterday, good for thirty days.
    ///
    /// ```
    /// use tredici_test::{Authority, CertificateSpec};
    ///
    /// let root = Authority::new("Test Root");
    /// let lost = root.leaf(CertificateSpec::server(&["localhost"]));
    /// assert!(root.crl(&[&lost]).starts_with("-----BEGIN X509 CRL-----"));
    /// ```
    pub fn crl(&self, revoked: &[&Certificate]) -> String {
        let now = SystemTime::now();
        self.crl_within(revoked, now - DAY, now + 30 * DAY)
    }

    /// The same, made at one time and good until another.
    pub fn crl_within(
        &self,
        revoked: &[&Certificate],
        this_update: SystemTime,
        next_update: SystemTime,
    ) -> String {
        let entry = |certificate: &&Certificate| RevokedCertParams {
            serial_number: SerialNumber::from_slice(certificate.serial()),
            revocation_time: this_update.into(),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: this_update.into(),
            next_update: next_update.into(),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(self.params(), self.certificate().key().pair());
        params.signed_by(&issuer).expect("the authority signs the list").pem().expect("PEM")
    }
}
