//! The object that Node makes of a certificate.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::path::Issuer;
use super::{InfoAccess, Name, PeerCertificate};

/// A certificate without its issuer's, for serialising; made by [`PeerCertificate::short_form`].
#[derive(Clone, Copy, Debug)]
pub struct ShortCertificate<'a>(pub(super) &'a PeerCertificate);

impl Serialize for PeerCertificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_facts(self, &mut map)?;
        match &self.0.issuer {
            Issuer::Unknown => {}
            Issuer::Itself => map.serialize_entry("issuerCertificate", "self")?,
            Issuer::Known(issuer) => map.serialize_entry("issuerCertificate", issuer)?,
        }
        map.end()
    }
}

impl Serialize for ShortCertificate<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_facts(self.0, &mut map)?;
        map.end()
    }
}

fn serialize_facts<M: SerializeMap>(certificate: &PeerCertificate, map: &mut M) -> Result<(), M::Error> {
    let key = certificate.key();
    let curve = key.curve();
    entry(map, "subject", certificate.subject())?;
    entry(map, "issuer", certificate.issuer())?;
    if certificate.subjectaltname_undecodable() {
        map.serialize_entry("subjectaltname", &())?;
    }
    entry(map, "subjectaltname", certificate.subjectaltname())?;
    entry(map, "infoAccess", certificate.info_access())?;
    entry(map, "ca", Some(certificate.ca()))?;
    entry(map, "modulus", key.modulus())?;
    entry(map, "exponent", key.exponent())?;
    entry(map, "pubkey", certificate.pubkey().map(|bytes| BASE64.encode(bytes)))?;
    entry(map, "bits", key.bits())?;
    entry(map, "valid_from", Some(certificate.valid_from()))?;
    entry(map, "valid_to", Some(certificate.valid_to()))?;
    entry(map, "fingerprint", Some(certificate.fingerprint()))?;
    entry(map, "fingerprint256", Some(certificate.fingerprint256()))?;
    entry(map, "fingerprint512", Some(certificate.fingerprint512()))?;
    entry(map, "ext_key_usage", certificate.ext_key_usage())?;
    entry(map, "serialNumber", Some(certificate.serial_number()))?;
    entry(map, "raw", Some(BASE64.encode(certificate.raw())))?;
    entry(map, "asn1Curve", curve.map(|curve| curve.asn1_name))?;
    entry(map, "nistCurve", curve.and_then(|curve| curve.nist_name))
}

fn entry<M: SerializeMap>(map: &mut M, key: &str, value: Option<impl Serialize>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, &value))
}

/// A text, or an array where an attribute is repeated.
impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, values) in grouped(self.iter()) {
            match values[..] {
                [value] => map.serialize_entry(key, value)?,
                _ => map.serialize_entry(key, &values)?,
            }
        }
        map.end()
    }
}

/// An array for each key.
impl Serialize for InfoAccess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(grouped(self.iter()))
    }
}

/// All values of a key together, keys in the order in which they first come.
fn grouped<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (key, value) in entries {
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(value);
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sample::*;
    use super::*;

    #[test]
    fn a_chain_serialises_to_nested_objects() {
        let leaf: Arc<[u8]> = Sample::new("leaf", "root").der().into();
        let root = Sample::new("root", "root").with([basic_constraints_ca()]).der().into();
        let certificate = PeerCertificate::with_chain(&[leaf.clone(), root], &[]).unwrap();
        let json = serde_json::to_value(&certificate).unwrap();
        assert_eq!(json["subject"]["CN"], "leaf");
        assert_eq!(json["ca"], false);
        assert_eq!(json["issuerCertificate"]["ca"], true);
        assert_eq!(json["issuerCertificate"]["issuerCertificate"], "self");
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "subject",
                "issuer",
                "ca",
                "pubkey",
                "bits",
                "valid_from",
                "valid_to",
                "fingerprint",
                "fingerprint256",
                "fingerprint512",
                "serialNumber",
                "raw",
                "asn1Curve",
                "nistCurve",
                "issuerCertificate",
            ]
        );
        let short = serde_json::to_value(certificate.short_form()).unwrap();
        assert!(short.get("issuerCertificate").is_none());
        let alone = serde_json::to_value(PeerCertificate::with_chain(&[leaf], &[]).unwrap()).unwrap();
        assert_eq!(short, alone);
    }
}
