//! What each number means: rows in the order of the numbers, from 0 without a gap.

/// One number of OpenSSL's.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
    pub(super) hint: Option<&'static str>,
}

const fn row(name: &'static str, reason: &'static str) -> Row {
    Row { name, reason, hint: None }
}

impl Row {
    const fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

const CLOCK: &str =
    "check the date and time of this machine, then ask the server's operator for a valid certificate";
const CRL: &str = "get a current list from the authority and give it as crl";
const REISSUE: &str = "have the certificate issued again by an authority that follows RFC 5280";
const STRONGER: &str = "have it issued again with a stronger key: RSA from 2048 bits, or ECDSA P-256";

pub(super) static ROWS: [Row; 104] = [
    // 0
    row("OK", "the chain holds"),
    row("UNSPECIFIED", "the chain was refused for a reason that has no name"),
    row(
        "UNABLE_TO_GET_ISSUER_CERT",
        "the chain does not reach a root: the issuer of its last certificate is unknown",
    )
    .hint("give the root itself with options.extraCa: trusting an intermediate alone is not enough"),
    row("UNABLE_TO_GET_CRL", "there is no revocation list for one of the issuers")
        .hint("give a list for every issuer in the chain, or check the leaf alone"),
    row(
        "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
        "the signature of a certificate cannot be read with its issuer's key",
    ),
    row(
        "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
        "the signature of a revocation list cannot be read with its issuer's key",
    ),
    row("UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", "the public key of an issuer cannot be decoded"),
    row("CERT_SIGNATURE_FAILURE", "the signature of a certificate is not that of its issuer").hint(
        "an authority of that name with another key is trusted: give the one that issued this certificate",
    ),
    row("CRL_SIGNATURE_FAILURE", "the signature of a revocation list is not that of its issuer").hint(CRL),
    row("CERT_NOT_YET_VALID", "the certificate is not valid yet").hint(CLOCK),
    // 10
    row("CERT_HAS_EXPIRED", "the certificate has expired").hint(CLOCK),
    row("CRL_NOT_YET_VALID", "a revocation list is not valid yet").hint(CRL),
    row("CRL_HAS_EXPIRED", "a revocation list is out of date").hint(CRL),
    row("ERROR_IN_CERT_NOT_BEFORE_FIELD", "the date from which the certificate is valid cannot be read")
        .hint(REISSUE),
    row("ERROR_IN_CERT_NOT_AFTER_FIELD", "the date on which the certificate expires cannot be read")
        .hint(REISSUE),
    row("ERROR_IN_CRL_LAST_UPDATE_FIELD", "the date of a revocation list cannot be read").hint(CRL),
    row("ERROR_IN_CRL_NEXT_UPDATE_FIELD", "the date on which a revocation list expires cannot be read")
        .hint(CRL),
    row("OUT_OF_MEM", "there was not enough memory to verify the chain"),
    row("DEPTH_ZERO_SELF_SIGNED_CERT", "the certificate signed itself, and it is not trusted")
        .hint("if it is the one you expect, trust it with options.ca or options.extraCa"),
    row("SELF_SIGNED_CERT_IN_CHAIN", "the chain ends in a root that is not trusted")
        .hint("if you expect that authority, its root must be among those of options.ca or options.extraCa"),
    // 20
    row(
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "the certificate was issued by an authority that is not trusted",
    )
    .hint("if you expect that authority, its root must be among those of options.ca or options.extraCa"),
    row(
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "the peer sent its certificate alone, and no trusted one issued it",
    )
    .hint(
        "if you expect that authority, it must be among those of options.ca or options.extraCa; if it is an intermediate, have \
             the server send its full chain",
    ),
    row("CERT_CHAIN_TOO_LONG", "the chain is longer than is allowed"),
    row("CERT_REVOKED", "the certificate was revoked by its issuer")
        .hint("ask the server's operator for a new certificate, and do not trust this one"),
    row("NO_ISSUER_PUBLIC_KEY", "an issuer's certificate has no public key"),
    row("PATH_LENGTH_EXCEEDED", "the chain has more intermediates than an authority in it allows")
        .hint(REISSUE),
    row("INVALID_PURPOSE", "the certificate is not for this use")
        .hint("a server needs one whose extended key usage has serverAuth, a client one with clientAuth"),
    row("CERT_UNTRUSTED", "the root is not trusted for this use")
        .hint("trust the root for this use, or give it without trust settings"),
    row("CERT_REJECTED", "the root is marked as rejected for this use"),
    row("SUBJECT_ISSUER_MISMATCH", "an issuer's name is not the one that the certificate gives"),
    // 30
    row("AKID_SKID_MISMATCH", "an issuer's key identifier is not the one that the certificate gives"),
    row("AKID_ISSUER_SERIAL_MISMATCH", "an issuer's serial number is not the one that the certificate gives"),
    row("KEYUSAGE_NO_CERTSIGN", "an issuer's key is not for signing certificates").hint(REISSUE),
    row("UNABLE_TO_GET_CRL_ISSUER", "the issuer of a revocation list is unknown")
        .hint("trust the certificate that signed the list"),
    row("UNHANDLED_CRITICAL_EXTENSION", "a certificate has a critical extension that is not understood"),
    row("KEYUSAGE_NO_CRL_SIGN", "an issuer's key is not for signing revocation lists"),
    row(
        "UNHANDLED_CRITICAL_CRL_EXTENSION",
        "a revocation list has a critical extension that is not understood",
    ),
    row("INVALID_NON_CA", "a certificate that is no authority has the marks of one").hint(REISSUE),
    row("PROXY_PATH_LENGTH_EXCEEDED", "the chain has more proxy certificates than one of them allows"),
    row("KEYUSAGE_NO_DIGITAL_SIGNATURE", "the key of a certificate is not for signatures").hint(REISSUE),
    // 40
    row(
        "PROXY_CERTIFICATES_NOT_ALLOWED",
        "the chain has a proxy certificate (RFC 3820), which is not allowed",
    ),
    row("INVALID_EXTENSION", "an extension of a certificate is malformed or contradicts another")
        .hint(REISSUE),
    row("INVALID_POLICY_EXTENSION", "a policy extension of a certificate is malformed").hint(REISSUE),
    row("NO_EXPLICIT_POLICY", "the chain is not valid under any of the policies that are required"),
    row("DIFFERENT_CRL_SCOPE", "no revocation list covers this kind of certificate").hint(CRL),
    row(
        "UNSUPPORTED_EXTENSION_FEATURE",
        "an extension of a certificate uses a feature that is not supported",
    ),
    row(
        "UNNESTED_RESOURCE",
        "a certificate claims network resources that its issuer does not have (RFC 3779)",
    ),
    row(
        "PERMITTED_VIOLATION",
        "an authority in the chain may not issue for this name: it is not among those permitted",
    )
    .hint("have the certificate issued by an authority whose name constraints permit the name"),
    row("EXCLUDED_VIOLATION", "an authority in the chain may not issue for this name: it is excluded")
        .hint("have the certificate issued by an authority whose name constraints do not exclude the name"),
    row("SUBTREE_MINMAX", "a name constraint has a minimum or maximum, which RFC 5280 does not allow")
        .hint(REISSUE),
    // 50
    row("APPLICATION_VERIFICATION", "a check of the application refused the certificate"),
    row("UNSUPPORTED_CONSTRAINT_TYPE", "a name constraint is for a kind of name that is not supported"),
    row("UNSUPPORTED_CONSTRAINT_SYNTAX", "a name constraint is malformed or in a form that is not supported"),
    row("UNSUPPORTED_NAME_SYNTAX", "a name that constraints apply to is malformed or in an unsupported form"),
    row("CRL_PATH_VALIDATION_ERROR", "the chain of a revocation list's issuer does not hold"),
    row("PATH_LOOP", "the chain runs in a circle"),
    row("SUITE_B_INVALID_VERSION", "Suite B: a certificate is not of version 3"),
    row("SUITE_B_INVALID_ALGORITHM", "Suite B: a key is not an elliptic curve's"),
    row("SUITE_B_INVALID_CURVE", "Suite B: a curve is neither P-256 nor P-384"),
    row("SUITE_B_INVALID_SIGNATURE_ALGORITHM", "Suite B: a signature is not ECDSA with SHA-256 or SHA-384"),
    // 60
    row(
        "SUITE_B_LOS_NOT_ALLOWED",
        "Suite B: a curve is too weak for the level of security that is asked for",
    ),
    row("SUITE_B_CANNOT_SIGN_P_384_WITH_P_256", "Suite B: a P-256 key signed a P-384 one"),
    row("HOSTNAME_MISMATCH", "the certificate is for another host")
        .hint("connect to a name that the certificate has, or give that name as options.servername"),
    row("EMAIL_MISMATCH", "the certificate is for another mail address"),
    row("IP_ADDRESS_MISMATCH", "the certificate is for another address")
        .hint("connect by a name that the certificate has, or have the address added to it"),
    row("DANE_NO_MATCH", "no TLSA record matches the chain (RFC 6698)"),
    row("EE_KEY_TOO_SMALL", "the key of the certificate is too weak").hint(STRONGER),
    row("CA_KEY_TOO_SMALL", "the key of an authority in the chain is too weak").hint(STRONGER),
    row("CA_MD_TOO_WEAK", "a certificate in the chain is signed over a digest that is too weak")
        .hint("have it issued again with SHA-256 or better"),
    row("INVALID_CALL", "the verification was set up wrongly"),
    // 70
    row("STORE_LOOKUP", "looking for an issuer in the trusted set failed"),
    row("NO_VALID_SCTS", "the certificate is in no certificate transparency log that is known (RFC 6962)"),
    row(
        "PROXY_SUBJECT_NAME_VIOLATION",
        "the name of a proxy certificate is not its issuer's with one part added",
    ),
    row("OCSP_VERIFY_NEEDED", "the certificate must be checked by OCSP, and was not"),
    row("OCSP_VERIFY_FAILED", "the check by OCSP failed"),
    row("OCSP_CERT_UNKNOWN", "the OCSP responder does not know the certificate"),
    row("UNSUPPORTED_SIGNATURE_ALGORITHM", "a certificate is signed by an algorithm that is not supported"),
    row("SIGNATURE_ALGORITHM_MISMATCH", "a certificate's signature algorithm does not fit its issuer's key"),
    row("SIGNATURE_ALGORITHM_INCONSISTENCY", "a certificate names two different signature algorithms")
        .hint(REISSUE),
    row("INVALID_CA", "a certificate signed another without being an authority").hint(
        "an issuer needs basic constraints with CA true: sign with, and trust, a certificate that has them",
    ),
    // 80
    row("PATHLEN_INVALID_FOR_NON_CA", "a certificate that is no authority has a path length").hint(REISSUE),
    row("PATHLEN_WITHOUT_KU_KEY_CERT_SIGN", "a path length is given without the key usage keyCertSign")
        .hint(REISSUE),
    row(
        "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA",
        "a certificate that is no authority has the key usage keyCertSign",
    )
    .hint(REISSUE),
    row("ISSUER_NAME_EMPTY", "a certificate has an empty issuer").hint(REISSUE),
    row("SUBJECT_NAME_EMPTY", "an authority has an empty subject").hint(REISSUE),
    row("MISSING_AUTHORITY_KEY_IDENTIFIER", "a certificate has no authority key identifier").hint(REISSUE),
    row("MISSING_SUBJECT_KEY_IDENTIFIER", "an authority has no subject key identifier").hint(REISSUE),
    row("EMPTY_SUBJECT_ALT_NAME", "the subject's alternative names are empty").hint(REISSUE),
    row("EMPTY_SUBJECT_SAN_NOT_CRITICAL", "the subject is empty and the alternative names are not critical")
        .hint(REISSUE),
    row("CA_BCONS_NOT_CRITICAL", "the basic constraints of an authority are not critical").hint(REISSUE),
    // 90
    row("AUTHORITY_KEY_IDENTIFIER_CRITICAL", "an authority key identifier is critical").hint(REISSUE),
    row("SUBJECT_KEY_IDENTIFIER_CRITICAL", "a subject key identifier is critical").hint(REISSUE),
    row("CA_CERT_MISSING_KEY_USAGE", "an authority has no key usage").hint(REISSUE),
    row("EXTENSIONS_REQUIRE_VERSION_3", "a certificate has extensions but is not of version 3").hint(REISSUE),
    row("EC_KEY_EXPLICIT_PARAMS", "a key spells out its elliptic curve instead of naming it")
        .hint("have it issued again for a key on a named curve, such as P-256"),
    row("RPK_UNTRUSTED", "the raw public key of the peer is not trusted (RFC 7250)"),
    row("OCSP_RESP_INVALID", "the OCSP response is malformed"),
    row("OCSP_SIGNATURE_FAILURE", "the signature of the OCSP response is wrong"),
    row("OCSP_NOT_YET_VALID", "the OCSP response is not valid yet"),
    row("OCSP_HAS_EXPIRED", "the OCSP response is out of date"),
    // 100
    row("OCSP_NO_RESPONSE", "there is no OCSP response for the certificate"),
    row("CRL_VERIFY_FAILED", "the check against the revocation lists failed"),
    row("EMPTY_AUTHORITY_KEY_IDENTIFIER", "an authority key identifier is empty").hint(REISSUE),
    row(
        "AKID_ISSUER_SERIAL_NOT_PAIRED",
        "an authority key identifier has an issuer or a serial number alone",
    )
    .hint(REISSUE),
];
