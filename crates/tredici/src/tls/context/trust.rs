//! Whom to trust, from the options `ca`, `extraCa` and `caStore`.

use x509_parser::pem::Pem as PemBlock;

use super::super::engine::{Anchors, Der, Trust};
use crate::{
    error::Error,
    options::{CaStore, PemList, PlacedPem, Values},
};

pub(super) fn load(values: &Values) -> Result<Trust, Error> {
    let anchors = match (&values.ca, values.ca_store()) {
        (Some(ca), _) => Anchors::Given(certificates("ca", ca)?),
        (None, CaStore::Bundled) => Anchors::Bundled,
        (None, CaStore::System) => Anchors::Given(system()?),
    };
    let extra = values.extra_ca.as_ref().map_or(Ok(Vec::new()), |extra| certificates("extraCa", extra))?;
    Ok(Trust { anchors, extra })
}

fn certificates(option: &'static str, list: &PemList) -> Result<Vec<Der>, Error> {
    let mut all = Vec::new();
    for pem in list.placed(option) {
        all.extend(read(&pem)?);
    }
    Ok(all)
}

/// The certificates of a PEM file, at least one.
pub(super) fn read(pem: &PlacedPem<'_>) -> Result<Vec<Der>, Error> {
    let mut certificates = Vec::new();
    for block in PemBlock::iter_from_buffer(&pem.load()?) {
        let unreadable = |why: &dyn std::fmt::Display| {
            let nth = certificates.len() + 1;
            Error::invalid(
                "ERR_OSSL_PEM_BAD_BASE64_DECODE",
                format!("{pem}: certificate {nth} in it cannot be read: {why}"),
            )
        };
        let block = match block {
            Ok(block) => block,
            // Text around the certificates is no harm; without any certificate it is all there is.
            Err(x509_parser::error::PEMError::MissingHeader) => break,
            Err(error) => return Err(unreadable(&error)),
        };
        // A trusted certificate of OpenSSL's is one with its terms of trust behind it.
        if matches!(block.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE") {
            let (terms, _) =
                x509_parser::parse_x509_certificate(&block.contents).map_err(|error| unreadable(&error))?;
            certificates.push(block.contents[..block.contents.len() - terms.len()].into());
        }
    }
    if certificates.is_empty() {
        return Err(pem.without("ERR_OSSL_PEM_NO_START_LINE", "certificate", "CERTIFICATE"));
    }
    Ok(certificates)
}

/// The operating system's certificate authorities.
fn system() -> Result<Vec<Der>, Error> {
    let found = rustls_native_certs::load_native_certs();
    let certificates: Vec<Der> = found.certs.iter().map(|certificate| certificate.as_ref().into()).collect();
    if certificates.is_empty() {
        let causes: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        let message = format!("options.caStore: the system has no certificate authorities {causes:?}");
        return Err(Error::invalid("ERR_TLS_NO_SYSTEM_CA", message)
            .with_hint("install the package ca-certificates, or give options.ca"));
    }
    Ok(certificates)
}
