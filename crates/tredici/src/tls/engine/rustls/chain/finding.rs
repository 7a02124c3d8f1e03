//! What can be found wrong with a chain, under OpenSSL's numbers.

use crate::verify::VerifyCode;

/// The number of an `X509_V_ERR_…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finding(i32);

pub(super) const UNSPECIFIED: Finding = Finding(1);
pub(super) const UNABLE_TO_GET_ISSUER_CERT: Finding = Finding(2);
pub(super) const UNABLE_TO_GET_CRL: Finding = Finding(3);
pub(super) const UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: Finding = Finding(6);
pub(super) const CERT_SIGNATURE_FAILURE: Finding = Finding(7);
pub(super) const CRL_SIGNATURE_FAILURE: Finding = Finding(8);
pub(super) const CERT_NOT_YET_VALID: Finding = Finding(9);
pub(super) const CERT_HAS_EXPIRED: Finding = Finding(10);
pub(super) const CRL_NOT_YET_VALID: Finding = Finding(11);
pub(super) const CRL_HAS_EXPIRED: Finding = Finding(12);
pub(super) const ERROR_IN_CERT_NOT_BEFORE_FIELD: Finding = Finding(13);
pub(super) const ERROR_IN_CERT_NOT_AFTER_FIELD: Finding = Finding(14);
pub(super) const ERROR_IN_CRL_LAST_UPDATE_FIELD: Finding = Finding(15);
pub(super) const ERROR_IN_CRL_NEXT_UPDATE_FIELD: Finding = Finding(16);
pub(super) const DEPTH_ZERO_SELF_SIGNED_CERT: Finding = Finding(18);
pub(super) const SELF_SIGNED_CERT_IN_CHAIN: Finding = Finding(19);
pub(super) const UNABLE_TO_GET_ISSUER_CERT_LOCALLY: Finding = Finding(20);
pub(super) const UNABLE_TO_VERIFY_LEAF_SIGNATURE: Finding = Finding(21);
pub(super) const CERT_CHAIN_TOO_LONG: Finding = Finding(22);
pub(super) const CERT_REVOKED: Finding = Finding(23);
pub(super) const PATH_LENGTH_EXCEEDED: Finding = Finding(25);
pub(super) const INVALID_PURPOSE: Finding = Finding(26);
pub(super) const CERT_REJECTED: Finding = Finding(28);
pub(super) const KEYUSAGE_NO_CERTSIGN: Finding = Finding(32);
pub(super) const UNHANDLED_CRITICAL_EXTENSION: Finding = Finding(34);
pub(super) const KEYUSAGE_NO_CRL_SIGN: Finding = Finding(35);
pub(super) const UNHANDLED_CRITICAL_CRL_EXTENSION: Finding = Finding(36);
pub(super) const PROXY_CERTIFICATES_NOT_ALLOWED: Finding = Finding(40);
pub(super) const DIFFERENT_CRL_SCOPE: Finding = Finding(44);
pub(super) const UNNESTED_RESOURCE: Finding = Finding(46);
pub(super) const PERMITTED_VIOLATION: Finding = Finding(47);
pub(super) const EXCLUDED_VIOLATION: Finding = Finding(48);
pub(super) const SUBTREE_MINMAX: Finding = Finding(49);
pub(super) const UNSUPPORTED_CONSTRAINT_TYPE: Finding = Finding(51);
pub(super) const UNSUPPORTED_NAME_SYNTAX: Finding = Finding(53);
pub(super) const EE_KEY_TOO_SMALL: Finding = Finding(66);
pub(super) const CA_KEY_TOO_SMALL: Finding = Finding(67);
pub(super) const CA_MD_TOO_WEAK: Finding = Finding(68);
pub(super) const UNSUPPORTED_SIGNATURE_ALGORITHM: Finding = Finding(76);
pub(super) const INVALID_CA: Finding = Finding(79);
pub(super) const EC_KEY_EXPLICIT_PARAMS: Finding = Finding(94);

/// What was found so far. Examining goes on whatever is found, and the last finding is the verdict, as in Node.
#[derive(Clone, Copy, Default)]
pub(super) struct Findings {
    last: Option<Finding>,
    /// What nobody could find out: the verdict where nothing was found.
    doubt: Option<Finding>,
}

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        self.last = Some(finding);
    }

    /// What else was found is nearer to the truth.
    pub(super) fn doubt(&mut self, finding: Finding) {
        self.doubt.get_or_insert(finding);
    }

    /// Adds all that was found since.
    pub(super) fn append(&mut self, later: Self) {
        self.last = later.last.or(self.last);
        self.doubt = self.doubt.or(later.doubt);
    }

    pub(super) fn add_if(&mut self, is_wrong: bool, finding: Finding) {
        if is_wrong {
            self.add(finding);
        }
    }

    pub(super) fn are_none(&self) -> bool {
        self.last.is_none()
    }

    /// The last of them, else what is in doubt.
    pub(super) fn verdict(&self) -> Result<(), Finding> {
        self.last.or(self.doubt).map_or(Ok(()), Err)
    }
}

impl From<Finding> for VerifyCode {
    fn from(finding: Finding) -> Self {
        finding.0.into()
    }
}
