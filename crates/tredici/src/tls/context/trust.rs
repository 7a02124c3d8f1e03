//! Whom to trust, from the options `ca`, `extraCa` and `caStore`.

use x509_parser::pem::Pem as PemBlock;

use super::super::{
    engine::{Anchors, Der, Trust},
    provenance::Provenance,
};
use crate::{
    error::Error,
    options::{CaStore, PemList, PlacedPem, Values},
};

pub(super) fn load(values: &Values) -> Result<(Trust, Provenance), Error> {
    let mut provenance = Provenance::default();
    let anchors = match (&values.ca, values.ca_store()) {
        (Some(ca), _) => Anchors::Given(certificates("ca", ca, &mut provenance)?),
        (None, CaStore::Bundled) => {
            provenance.add_bundled();
            Anchors::Bundled
        }
        (None, CaStore::System) => {
            let certificates = system()?;
            provenance.add_system(&certificates);
            Anchors::Given(certificates)
        }
    };
    let extra = match &values.extra_ca {
        Some(extra) => certificates("extraCa", extra, &mut provenance)?,
        None => Vec::new(),
    };
    Ok((Trust { anchors, extra }, provenance))
}

fn certificates(
    option: &'static str,
    list: &PemList,
    provenance: &mut Provenance,
) -> Result<Vec<Der>, Error> {
    let mut all = Vec::new();
    for pem in list.placed(option) {
        let certificates = read(&pem)?;
        provenance.add_option(pem.to_string(), &certificates);
        all.extend(certificates);
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
