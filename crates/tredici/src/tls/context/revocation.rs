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
    options::{PemList, Values},
};

pub(super) fn load(values: &Values) -> Result<Revocation, Error> {
    let mut revocation = Revocation::default();
    for pem in values.crl.iter().flat_map(PemList::iter) {
        for (list, validity) in read(&pem.load("crl")?)? {
            revocation.lists.push(list);
            revocation.validity = Some(validity.within(revocation.validity));
        }
    }
    Ok(revocation)
}

/// The lists of a PEM file, at least one.
fn read(pem: &[u8]) -> Result<Vec<(Der, Validity)>, Error> {
    let mut lists = Vec::new();
    for block in PemBlock::iter_from_buffer(pem) {
        let block = match block {
            Ok(block) => block,
            // Text around the lists is no harm; without any list it is all there is.
            Err(PEMError::MissingHeader) => break,
            Err(error) => return Err(unreadable(error)),
        };
        if block.label == "X509 CRL" {
            let (rest, list) = CertificateRevocationList::from_der(&block.contents).map_err(unreadable)?;
            let whole = &block.contents[..block.contents.len() - rest.len()];
            let to = list.next_update().map_or_else(Validity::forever, system_time);
            lists.push((whole.into(), Validity { from: system_time(list.last_update()), to }));
        }
    }
    match lists.is_empty() {
        true => Err(unreadable("it must hold a block that begins with -----BEGIN X509 CRL-----")),
        false => Ok(lists),
    }
}

fn unreadable(why: impl std::fmt::Display) -> Error {
    Error::invalid("ERR_CRYPTO_OPERATION_FAILED", format!("Failed to parse CRL: options.crl: {why}"))
}
