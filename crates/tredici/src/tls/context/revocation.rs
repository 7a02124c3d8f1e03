//! Who was revoked, from the option `crl`.

use std::{fmt::Display, time::SystemTime};

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
            let read = list(&block.contents);
            lists.push(read.ok_or_else(|| unreadable("it is not written as RFC 5280 section 5 says"))?);
        }
    }
    match lists.is_empty() {
        true => Err(unreadable("it must hold a block that begins with -----BEGIN X509 CRL-----")),
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

fn unreadable(why: impl Display) -> Error {
    Revocation::unreadable(why)
}
