//! Who was revoked, from the option `crl`.

use x509_parser::{
    error::PEMError,
    pem::Pem as PemBlock,
    prelude::{CertificateRevocationList, FromDer},
};

use super::super::{
    engine::{Der, Revocation},
    validity::Validity,
};
use crate::{
    certificate::system_time,
    error::Error,
    options::{PlacedPem, Values},
};

pub(super) fn load(values: &Values) -> Result<Revocation, Error> {
    let mut revocation = Revocation::default();
    for pem in values.crl.iter().flat_map(|list| list.placed("crl")) {
        for (list, validity) in read(&pem)? {
            revocation.lists.push(list);
            revocation.validity = Some(validity.within(revocation.validity));
        }
    }
    Ok(revocation)
}

/// The lists of a PEM file, at least one.
fn read(pem: &PlacedPem<'_>) -> Result<Vec<(Der, Validity)>, Error> {
    const CODE: &str = "ERR_CRYPTO_OPERATION_FAILED";
    let unreadable =
        |why: &dyn std::fmt::Display| Error::invalid(CODE, format!("Failed to parse CRL: {pem}: {why}"));
    let mut lists = Vec::new();
    for block in PemBlock::iter_from_buffer(&pem.load()?) {
        let block = match block {
            Ok(block) => block,
            // Text around the lists is no harm; without any list it is all there is.
            Err(PEMError::MissingHeader) => break,
            Err(error) => return Err(unreadable(&error)),
        };
        if block.label == "X509 CRL" {
            let (rest, list) =
                CertificateRevocationList::from_der(&block.contents).map_err(|error| unreadable(&error))?;
            let whole = &block.contents[..block.contents.len() - rest.len()];
            let to = list.next_update().map_or_else(Validity::forever, system_time);
            lists.push((whole.into(), Validity { from: system_time(list.last_update()), to }));
        }
    }
    match lists.is_empty() {
        true => Err(unreadable(&"there is none in it in PEM form").with_hint(pem.hint("X509 CRL"))),
        false => Ok(lists),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ConnectOptions, Pem};

    #[test]
    fn what_is_no_list_is_named() {
        let told = |list: Pem| {
            let options =
                ConnectOptions::new().crl([Pem::from(tredici_test::Pki::shared().root().crl(&[])), list]);
            load(options.values()).map(drop).expect_err("no list")
        };
        let file = Pem::file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let error = told(file);
        assert!(error.message().starts_with("Failed to parse CRL: options.crl (file /"), "{error}");
        let error = told("crl.pem".into());
        assert!(error.message().starts_with("Failed to parse CRL: options.crl[1]: "), "{error}");
        assert!(error.hint().expect("a hint").contains("Pem::file"), "{error}");
    }
}
