//! Who was revoked, from the option `crl`.

use std::time::SystemTime;

use x509_parser::{
    asn1_rs::{Any, FromDer, Sequence, Tag},
    error::PEMError,
    pem::Pem as PemBlock,
    time::ASN1Time,
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
            let read = list(&block.contents);
            lists.push(read.ok_or_else(|| unreadable(&"it is not written as RFC 5280 section 5 says"))?);
        }
    }
    match lists.is_empty() {
        true => Err(unreadable(&"there is none in it in PEM form").with_hint(pem.hint("X509 CRL"))),
        false => Ok(lists),
    }
}

/// The list that stands first, and when it is good; an engine reads the rest of it.
fn list(bytes: &[u8]) -> Option<(Der, Validity)> {
    let (behind, list) = Sequence::from_der(bytes).ok()?;
    let (_, signed) = Sequence::from_der(&list.content).ok()?;
    let skip = |fields| Any::from_der(fields).ok();
    let (behind_first, first) = skip(&*signed.content)?;
    let (fields, _algorithm) =
        if first.tag() == Tag::Integer { skip(behind_first)? } else { (behind_first, first) };
    let (dates, _issuer) = skip(fields)?;
    let (behind_date, _last_update) = skip(dates)?;
    // What is no date makes the list worthless to every engine, and nothing is remembered on the strength of it.
    let from = ASN1Time::from_der(dates).map_or(SystemTime::UNIX_EPOCH, |(_, date)| system_time(date));
    let to =
        ASN1Time::from_der(behind_date).map_or_else(|_| Validity::forever(), |(_, date)| system_time(date));
    Some((bytes[..bytes.len() - behind.len()].into(), Validity { from, to }))
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
