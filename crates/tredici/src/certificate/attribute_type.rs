//! What the attribute types of a name are called: the short names of OpenSSL's object table, which are the
//! keys of Node's certificate objects.

/// The short name of an attribute type, from the content bytes of its object identifier.
pub(super) fn short_name(oid: &[u8]) -> Option<&'static str> {
    match oid {
        [0x55, 0x04, number] => x500(*number),
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, number] => cosine(*number),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, number] => pkcs9(*number),
        [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x3c, 0x02, 0x01, number] => jurisdiction(*number),
        [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03] => Some("msUPN"),
        [0x2a, 0x85, 0x03, 0x64, number] => russian(*number),
        [0x2a, 0x85, 0x03, 0x03, 0x81, 0x03, 0x01, 0x01] => Some("INN"),
        _ => None,
    }
}

/// 2.5.4, attributes of X.520.
fn x500(number: u8) -> Option<&'static str> {
    Some(match number {
        3 => "CN",
        4 => "SN",
        5 => "serialNumber",
        6 => "C",
        7 => "L",
        8 => "ST",
        9 => "street",
        10 => "O",
        11 => "OU",
        12 => "title",
        13 => "description",
        14 => "searchGuide",
        15 => "businessCategory",
        16 => "postalAddress",
        17 => "postalCode",
        18 => "postOfficeBox",
        19 => "physicalDeliveryOfficeName",
        20 => "telephoneNumber",
        21 => "telexNumber",
        22 => "teletexTerminalIdentifier",
        23 => "facsimileTelephoneNumber",
        24 => "x121Address",
        25 => "internationaliSDNNumber",
        26 => "registeredAddress",
        27 => "destinationIndicator",
        28 => "preferredDeliveryMethod",
        29 => "presentationAddress",
        30 => "supportedApplicationContext",
        31 => "member",
        32 => "owner",
        33 => "roleOccupant",
        34 => "seeAlso",
        35 => "userPassword",
        36 => "userCertificate",
        37 => "cACertificate",
        38 => "authorityRevocationList",
        39 => "certificateRevocationList",
        40 => "crossCertificatePair",
        41 => "name",
        42 => "GN",
        43 => "initials",
        44 => "generationQualifier",
        45 => "x500UniqueIdentifier",
        46 => "dnQualifier",
        47 => "enhancedSearchGuide",
        48 => "protocolInformation",
        49 => "distinguishedName",
        50 => "uniqueMember",
        51 => "houseIdentifier",
        52 => "supportedAlgorithms",
        53 => "deltaRevocationList",
        54 => "dmdName",
        65 => "pseudonym",
        72 => "role",
        97 => "organizationIdentifier",
        98 => "c3",
        99 => "n3",
        100 => "dnsName",
        _ => return None,
    })
}

/// 0.9.2342.19200300.100.1, attributes of the COSINE schema (RFC 4524).
fn cosine(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "UID",
        2 => "textEncodedORAddress",
        3 => "mail",
        4 => "info",
        5 => "favouriteDrink",
        6 => "roomNumber",
        7 => "photo",
        8 => "userClass",
        9 => "host",
        10 => "manager",
        11 => "documentIdentifier",
        12 => "documentTitle",
        13 => "documentVersion",
        14 => "documentAuthor",
        15 => "documentLocation",
        20 => "homeTelephoneNumber",
        21 => "secretary",
        22 => "otherMailbox",
        23 => "lastModifiedTime",
        24 => "lastModifiedBy",
        25 => "DC",
        26 => "aRecord",
        27 => "pilotAttributeType27",
        28 => "mXRecord",
        29 => "nSRecord",
        30 => "sOARecord",
        31 => "cNAMERecord",
        37 => "associatedDomain",
        38 => "associatedName",
        39 => "homePostalAddress",
        40 => "personalTitle",
        41 => "mobileTelephoneNumber",
        42 => "pagerTelephoneNumber",
        43 => "friendlyCountryName",
        44 => "uid",
        45 => "organizationalStatus",
        46 => "janetMailbox",
        47 => "mailPreferenceOption",
        48 => "buildingName",
        49 => "dSAQuality",
        50 => "singleLevelQuality",
        51 => "subtreeMinimumQuality",
        52 => "subtreeMaximumQuality",
        53 => "personalSignature",
        54 => "dITRedirect",
        55 => "audio",
        56 => "documentPublisher",
        _ => return None,
    })
}

/// 1.2.840.113549.1.9, attributes of PKCS #9 (RFC 2985).
fn pkcs9(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "emailAddress",
        2 => "unstructuredName",
        3 => "contentType",
        4 => "messageDigest",
        5 => "signingTime",
        6 => "countersignature",
        7 => "challengePassword",
        8 => "unstructuredAddress",
        9 => "extendedCertificateAttributes",
        14 => "extReq",
        15 => "SMIME-CAPS",
        16 => "SMIME",
        20 => "friendlyName",
        21 => "localKeyID",
        _ => return None,
    })
}

/// 1.3.6.1.4.1.311.60.2.1, where an organisation of an extended-validation certificate is registered.
fn jurisdiction(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "jurisdictionL",
        2 => "jurisdictionST",
        3 => "jurisdictionC",
        _ => return None,
    })
}

/// 1.2.643.100, numbers of Russian registers.
fn russian(number: u8) -> Option<&'static str> {
    Some(match number {
        1 => "OGRN",
        3 => "SNILS",
        5 => "OGRNIP",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use x509_parser::asn1_rs::oid;

    #[test]
    fn attribute_types_have_the_names_of_openssl() {
        for (oid, name) in [
            (&oid!(raw 2.5.4.3)[..], "CN"),
            (&oid!(raw 2.5.4.97), "organizationIdentifier"),
            (&oid!(raw 0.9.2342.19200300.100.1.1), "UID"),
            (&oid!(raw 0.9.2342.19200300.100.1.25), "DC"),
            (&oid!(raw 1.2.840.113549.1.9.1), "emailAddress"),
            (&oid!(raw 1.2.840.113549.1.9.2), "unstructuredName"),
            (&oid!(raw 1.3.6.1.4.1.311.60.2.1.3), "jurisdictionC"),
            (&oid!(raw 1.3.6.1.4.1.311.20.2.3), "msUPN"),
            (&oid!(raw 1.2.643.100.5), "OGRNIP"),
            (&oid!(raw 1.2.643.3.131.1.1), "INN"),
        ] {
            assert_eq!(short_name(oid), Some(name));
        }
        assert_eq!(short_name(&oid!(raw 1.2.3.4)), None);
        assert_eq!(short_name(&oid!(raw 2.5.4.200)), None);
    }
}
