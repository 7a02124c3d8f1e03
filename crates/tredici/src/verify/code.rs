//! The verdict on a chain, as a number that every OpenSSL shares and a name that no version changes.

mod table;

use std::fmt;

use table::{ROWS, Row};

/// What is wrong with a chain of certificates: one of OpenSSL's `X509_V_*` numbers.
///
/// Numbers and names are those of OpenSSL 3 and 4. (OpenSSL 1.1 had `INVALID_CA` at 24.) Node knows 28 of the
/// names and calls the rest `UNSPECIFIED`; here each has its own.
///
/// ```
/// use tredici::VerifyCode;
///
/// let code = VerifyCode::from(10);
/// assert_eq!(code, VerifyCode::CERT_HAS_EXPIRED);
/// assert_eq!(code.code(), "CERT_HAS_EXPIRED");
/// assert_eq!(code.reason(), "the certificate has expired");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyCode(i32);

impl VerifyCode {
    /// Nothing is wrong.
    pub const OK: Self = Self(0);
    /// Something is, and it has no number of its own.
    pub const UNSPECIFIED: Self = Self(1);
    /// The issuer of a trusted intermediate is missing; also the verdict on a peer that sent no certificate.
    pub const UNABLE_TO_GET_ISSUER_CERT: Self = Self(2);
    /// A signature does not fit the issuer's key.
    pub const CERT_SIGNATURE_FAILURE: Self = Self(7);
    /// A certificate is valid from a later date on.
    pub const CERT_NOT_YET_VALID: Self = Self(9);
    /// A certificate was valid up to an earlier date.
    pub const CERT_HAS_EXPIRED: Self = Self(10);
    /// A list of the revoked is valid from a later date on.
    pub const CRL_NOT_YET_VALID: Self = Self(11);
    /// A list of the revoked was valid up to an earlier date.
    pub const CRL_HAS_EXPIRED: Self = Self(12);
    /// The leaf signed itself and is not trusted.
    pub const DEPTH_ZERO_SELF_SIGNED_CERT: Self = Self(18);
    /// The chain ends in a root that is not trusted.
    pub const SELF_SIGNED_CERT_IN_CHAIN: Self = Self(19);
    /// The chain ends in a certificate whose issuer is not trusted.
    pub const UNABLE_TO_GET_ISSUER_CERT_LOCALLY: Self = Self(20);
    /// The peer sent its leaf alone, and no trusted certificate issued that.
    pub const UNABLE_TO_VERIFY_LEAF_SIGNATURE: Self = Self(21);
    /// The issuer has revoked the certificate.
    pub const CERT_REVOKED: Self = Self(23);
    /// A certificate is not for this use.
    pub const INVALID_PURPOSE: Self = Self(26);
    /// Somebody whose decision it is said no.
    pub const CERT_REJECTED: Self = Self(28);
    /// A check of the application said no.
    pub const APPLICATION_VERIFICATION: Self = Self(50);
    /// The certificate is for another host.
    pub const HOSTNAME_MISMATCH: Self = Self(62);
    /// A certificate signed another without being an authority.
    pub const INVALID_CA: Self = Self(79);

    /// OpenSSL's number.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The name without `X509_V_ERR_`, as Node has it in `authorizationError` and `error.code`; `UNSPECIFIED`
    /// for a number without a name.
    pub fn code(self) -> &'static str {
        self.row().name
    }

    /// What is wrong, for a person, without a full stop.
    pub fn reason(self) -> &'static str {
        self.row().reason
    }

    /// What to do about it, in one line, where that can be said.
    pub fn hint(self) -> Option<&'static str> {
        self.row().hint
    }

    /// Whether it is about an authority at the end of the chain that is not among the trusted.
    pub(super) fn is_of_unknown_authority(self) -> bool {
        [
            Self::UNABLE_TO_GET_ISSUER_CERT,
            Self::SELF_SIGNED_CERT_IN_CHAIN,
            Self::UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            Self::UNABLE_TO_VERIFY_LEAF_SIGNATURE,
        ]
        .contains(&self)
    }

    fn row(self) -> &'static Row {
        let row = usize::try_from(self.0).ok().and_then(|number| ROWS.get(number));
        row.unwrap_or(&ROWS[Self::UNSPECIFIED.0 as usize])
    }
}

impl From<i32> for VerifyCode {
    fn from(number: i32) -> Self {
        Self(number)
    }
}

impl fmt::Display for VerifyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes that Node has names for, with their numbers in OpenSSL 3.
    const NODE: [(&str, i32); 28] = [
        ("UNABLE_TO_GET_ISSUER_CERT", 2),
        ("UNABLE_TO_GET_CRL", 3),
        ("UNABLE_TO_DECRYPT_CERT_SIGNATURE", 4),
        ("UNABLE_TO_DECRYPT_CRL_SIGNATURE", 5),
        ("UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", 6),
        ("CERT_SIGNATURE_FAILURE", 7),
        ("CRL_SIGNATURE_FAILURE", 8),
        ("CERT_NOT_YET_VALID", 9),
        ("CERT_HAS_EXPIRED", 10),
        ("CRL_NOT_YET_VALID", 11),
        ("CRL_HAS_EXPIRED", 12),
        ("ERROR_IN_CERT_NOT_BEFORE_FIELD", 13),
        ("ERROR_IN_CERT_NOT_AFTER_FIELD", 14),
        ("ERROR_IN_CRL_LAST_UPDATE_FIELD", 15),
        ("ERROR_IN_CRL_NEXT_UPDATE_FIELD", 16),
        ("OUT_OF_MEM", 17),
        ("DEPTH_ZERO_SELF_SIGNED_CERT", 18),
        ("SELF_SIGNED_CERT_IN_CHAIN", 19),
        ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 20),
        ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", 21),
        ("CERT_CHAIN_TOO_LONG", 22),
        ("CERT_REVOKED", 23),
        ("PATH_LENGTH_EXCEEDED", 25),
        ("INVALID_PURPOSE", 26),
        ("CERT_UNTRUSTED", 27),
        ("CERT_REJECTED", 28),
        ("HOSTNAME_MISMATCH", 62),
        ("INVALID_CA", 79),
    ];

    #[test]
    fn every_name_of_node_is_known() {
        for (name, number) in NODE {
            assert_eq!(VerifyCode::from(number).code(), name);
            assert_eq!(VerifyCode::from(number).number(), number);
        }
    }

    #[test]
    fn constants_are_what_they_are_called() {
        let constants = [
            (VerifyCode::OK, "OK"),
            (VerifyCode::UNSPECIFIED, "UNSPECIFIED"),
            (VerifyCode::UNABLE_TO_GET_ISSUER_CERT, "UNABLE_TO_GET_ISSUER_CERT"),
            (VerifyCode::CERT_SIGNATURE_FAILURE, "CERT_SIGNATURE_FAILURE"),
            (VerifyCode::CERT_NOT_YET_VALID, "CERT_NOT_YET_VALID"),
            (VerifyCode::CERT_HAS_EXPIRED, "CERT_HAS_EXPIRED"),
            (VerifyCode::DEPTH_ZERO_SELF_SIGNED_CERT, "DEPTH_ZERO_SELF_SIGNED_CERT"),
            (VerifyCode::SELF_SIGNED_CERT_IN_CHAIN, "SELF_SIGNED_CERT_IN_CHAIN"),
            (VerifyCode::UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
            (VerifyCode::UNABLE_TO_VERIFY_LEAF_SIGNATURE, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
            (VerifyCode::CERT_REVOKED, "CERT_REVOKED"),
            (VerifyCode::INVALID_PURPOSE, "INVALID_PURPOSE"),
            (VerifyCode::APPLICATION_VERIFICATION, "APPLICATION_VERIFICATION"),
            (VerifyCode::HOSTNAME_MISMATCH, "HOSTNAME_MISMATCH"),
            (VerifyCode::INVALID_CA, "INVALID_CA"),
        ];
        for (code, name) in constants {
            assert_eq!(code.to_string(), name);
        }
    }

    #[test]
    fn numbers_without_a_name_are_unspecified_but_keep_their_number() {
        for number in [-1, i32::MIN, i32::MAX, ROWS.len() as i32] {
            let code = VerifyCode::from(number);
            assert_eq!((code.number(), code.code(), code.hint()), (number, "UNSPECIFIED", None));
        }
    }

    #[test]
    fn every_row_reads_as_one_line_and_none_twice() {
        let mut reasons: Vec<_> = ROWS.iter().map(|row| row.reason).collect();
        for line in ROWS.iter().flat_map(|row| [Some(row.reason), row.hint]).flatten() {
            assert!(!line.is_empty() && !line.contains('\n') && !line.ends_with('.'), "{line:?}");
        }
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), ROWS.len());
    }

    #[test]
    fn agrees_with_the_header_of_openssl() {
        let directories = ["/usr/include", "/usr/local/include", "/opt/homebrew/include"];
        let Some(header) = directories
            .iter()
            .find_map(|directory| std::fs::read_to_string(format!("{directory}/openssl/x509_vfy.h")).ok())
        else {
            eprintln!("skipped: no header of OpenSSL is installed");
            return;
        };
        let defined: Vec<(&str, i32)> = header.lines().filter_map(definition).collect();
        assert!(defined.len() > 90, "the header was read wrongly: {} names", defined.len());
        for (name, number) in defined {
            assert_eq!(VerifyCode::from(number).code(), name, "{number}");
        }
    }

    /// A line such as `#define X509_V_ERR_CERT_HAS_EXPIRED 10`, with any blanks in it.
    fn definition(line: &str) -> Option<(&str, i32)> {
        let mut words = line.trim_start().strip_prefix('#')?.split_whitespace();
        let ("define", name, number) = (words.next()?, words.next()?, words.next()?) else { return None };
        Some((name.strip_prefix("X509_V_ERR_")?, number.parse().ok()?))
    }
}
