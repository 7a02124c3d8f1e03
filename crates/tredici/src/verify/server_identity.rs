//! The identity check on a certificate.

use super::identity::{CertificateNames, IdentityError, IdentityRules, check_names};
use crate::certificate::PeerCertificate;

/// Whether `certificate` is for `hostname`: Node's `tls.checkServerIdentity()`, which every TLS connection passes
/// through unless the option `checkServerIdentity` replaces it.
///
/// Says nothing of the chain. [`check_names`] is the same for names that do not come from a certificate, and knows the
/// stricter rules of RFC 9525.
///
/// # Errors
///
/// `ERR_TLS_CERT_ALTNAME_INVALID` with the reason; `ERR_TLS_CERT_ALTNAME_FORMAT` where the certificate's alternative
/// names cannot be read.
///
/// ```no_run
/// # fn example(certificate: tredici::PeerCertificate) {
/// if let Err(error) = tredici::check_server_identity("db.internal", &certificate) {
///     eprintln!("{}", error.reason());
/// }
/// # }
/// ```
pub fn check_server_identity(hostname: &str, certificate: &PeerCertificate) -> Result<(), IdentityError> {
    let check = |common_names: &[&str]| {
        let names = CertificateNames {
            common_names,
            subjectaltname: certificate.subjectaltname(),
            subjectaltname_undecodable: certificate.subjectaltname_undecodable(),
        };
        check_names(hostname, &names, IdentityRules::Default)
    };
    // An alternative name that matches is enough; the common names are read where none does.
    if certificate.subjectaltname().is_some() && check(&[]).is_ok() {
        return Ok(());
    }
    check(
        &certificate.subject().map(|subject| subject.common_names().collect::<Vec<_>>()).unwrap_or_default(),
    )
}
