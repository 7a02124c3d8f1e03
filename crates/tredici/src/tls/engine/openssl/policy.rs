//! Versions, cipher suites, groups and signature algorithms: set in full, so that neither the version of the
//! library nor the machine's configuration decides.

use openssl::{
    error::ErrorStack,
    ssl::{SslContextBuilder, SslOptions, SslVersion},
};

use super::{
    super::{ContextTerms, policy::SIGNATURES},
    failure::{internal, option_error, reason},
    groups,
};
use crate::{
    error::Error,
    options::{Suites, TlsVersion},
};

/// RSA from 2048 bits, elliptic curves from 224.
const SECURITY_LEVEL: u32 = 2;

pub(super) fn apply(context: &mut SslContextBuilder, terms: &ContextTerms) -> Result<(), Error> {
    context.set_security_level(SECURITY_LEVEL);
    context.set_options(SslOptions::NO_COMPRESSION | SslOptions::NO_RENEGOTIATION);
    context.set_groups_list(&groups::default()).map_err(|stack| internal(&stack))?;
    context
        .set_sigalgs_list(&list(SIGNATURES.iter().map(|signature| signature.name)))
        .map_err(|stack| internal(&stack))?;

    let Suites { tls13, below, .. } = &terms.suites;
    let (below, tls13) = (below.join(":"), tls13.join(":"));
    context.set_cipher_list(&below).map_err(|stack| no_suite(&below, &stack))?;
    context.set_ciphersuites(&tls13).map_err(|stack| no_suite(&tls13, &stack))?;

    context
        .set_min_proto_version(Some(of(terms.min_version)))
        .map_err(|stack| option_error("minVersion", &stack))?;
    context
        .set_max_proto_version(Some(of(terms.max_version)))
        .map_err(|stack| option_error("maxVersion", &stack))
}

/// What `ciphers` says stands for nothing that OpenSSL has.
fn no_suite(ciphers: &str, stack: &ErrorStack) -> Error {
    let error = option_error("options.ciphers", stack);
    let message =
        format!("options.ciphers: '{}' stands for no cipher suite of OpenSSL's", ciphers.escape_debug());
    Error::invalid(error.code().to_owned(), message)
        .with_reason(reason(stack))
        .with_hint("`openssl ciphers` lists the names, which are in capitals")
}

fn of(version: TlsVersion) -> SslVersion {
    match version {
        TlsVersion::Tls1_0 => SslVersion::TLS1,
        TlsVersion::Tls1_1 => SslVersion::TLS1_1,
        TlsVersion::Tls1_2 => SslVersion::TLS1_2,
        TlsVersion::Tls1_3 => SslVersion::TLS1_3,
    }
}

fn list(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(":")
}
