use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::sample::*;
use super::*;

fn read(sample: &Sample) -> PeerCertificate {
    PeerCertificate::from_der(sample.der()).unwrap()
}

#[test]
fn a_certificate_from_rcgen_reads_as_it_was_made() {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned(), "::1".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Acme, Inc");
    params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    params.serial_number = Some(0x00f1_u64.into());
    params.not_before = rcgen::date_time_ymd(1960, 2, 29);
    params.not_after = rcgen::date_time_ymd(2060, 12, 31);
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let made = params.self_signed(&key).unwrap();

    let certificate = PeerCertificate::from_pem(made.pem()).unwrap();
    assert_eq!(certificate.raw(), &**made.der());
    assert_eq!(certificate.subject().unwrap().to_string(), r"CN=localhost,O=Acme\, Inc");
    assert_eq!(certificate.issuer(), certificate.subject());
    assert_eq!(certificate.subjectaltname(), Some("DNS:localhost, IP Address:0:0:0:0:0:0:0:1"));
    assert_eq!(certificate.serial_number(), "F1");
    assert_eq!(certificate.valid_from(), "Feb 29 00:00:00 1960 GMT");
    assert_eq!(certificate.valid_to(), "Dec 31 00:00:00 2060 GMT");
    assert!(certificate.not_before() < SystemTime::UNIX_EPOCH);
    assert_eq!(certificate.not_after(), SystemTime::UNIX_EPOCH + Duration::from_secs(2_871_676_800));
    assert_eq!(certificate.ext_key_usage().unwrap(), ["1.3.6.1.5.5.7.3.1"]);
    assert_eq!(certificate.asn1_curve(), Some("secp384r1"));
    assert_eq!(certificate.nist_curve(), Some("P-384"));
    assert_eq!(certificate.bits(), Some(384));
    assert_eq!(certificate.pubkey().unwrap(), rcgen::PublicKeyData::der_bytes(&key));
    assert_eq!(certificate.public_key_info(), rcgen::PublicKeyData::subject_public_key_info(&key));
    assert_eq!(certificate.fingerprint().len(), 59);
    assert_eq!(certificate.fingerprint256().len(), 95);
    assert_eq!(certificate.fingerprint512().len(), 191);
    assert_eq!((certificate.modulus(), certificate.exponent()), (None, None));
    assert!(!certificate.ca());
    assert!(certificate.info_access().is_none());
}

#[test]
fn it_is_shared_and_short_to_print() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<PeerCertificate>();
    shared::<CertificateError>();
    let certificate = read(&Sample::new("localhost", "An \u{1b}[31missuer"));
    assert_eq!(
        format!("{certificate:?}"),
        "PeerCertificate { subject: \"CN=localhost\", issuer: \"CN=An \\\\1B[31missuer\", \
         serial_number: \"01\", valid_to: \"Feb  6 23:07:14 2035 GMT\", .. }"
    );
    assert_eq!(certificate, certificate.clone());
    assert_ne!(certificate, read(&Sample::new("localhost", "another")));
}

#[test]
fn a_name_keeps_the_order_of_the_certificate() {
    let mut sample = Sample::new("", "issuer");
    sample.subject = name(&[
        &[attribute("2.5.4.6", PRINTABLE, "DE")],
        &[attribute("2.5.4.11", UTF8, "one")],
        &[attribute("2.5.4.3", UTF8, "localhost"), attribute("2.5.4.5", PRINTABLE, "7")],
        &[attribute("2.5.4.11", UTF8, "two")],
        &[attribute("1.2.3.4", UTF8, "odd")],
    ]);
    let certificate = read(&sample);
    let subject = certificate.subject().unwrap();
    assert_eq!(subject.to_string(), "1.2.3.4=odd,OU=two,serialNumber=7+CN=localhost,OU=one,C=DE");
    assert_eq!(subject.get("OU"), Some("one"));
    assert_eq!(subject.values("OU").collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(subject.common_names().collect::<Vec<_>>(), ["localhost"]);
    assert_eq!(subject.get("1.2.3.4"), Some("odd"));
    assert_eq!(subject.get("L"), None);
    assert!(!subject.is_empty());
    #[cfg(feature = "serde")]
    assert_eq!(
        serde_json::to_string(subject).unwrap(),
        r#"{"C":"DE","OU":["one","two"],"CN":"localhost","serialNumber":"7","1.2.3.4":"odd"}"#
    );
}

#[test]
fn an_undecodable_name_is_absent_and_the_rest_is_there() {
    let not_text = name(&[&[attribute("2.5.4.3", 0x04, "octets")]]);
    let not_utf8 = name(&[&[attribute("2.5.4.3", UTF8, b"\xff")]]);
    let no_attribute = sequence([tlv(0x31, sequence([oid("2.5.4.3")]))]);
    let empty_set_inside = sequence([tlv(0x31, []), common_name("x")[2..].to_vec()]);
    for subject in [not_text, not_utf8, no_attribute, empty_set_inside] {
        let mut sample = Sample::new("", "issuer");
        sample.subject = subject;
        let certificate = read(&sample);
        assert!(certificate.subject().is_none(), "{:?}", certificate.subject());
        assert_eq!(certificate.issuer().unwrap().get("CN"), Some("issuer"));
        assert!(format!("{certificate:?}").contains("subject: \"?\""));
    }
}

#[test]
fn alternative_names_that_cannot_be_decoded_are_told_from_none() {
    let none = read(&Sample::new("a", "b"));
    assert_eq!((none.subjectaltname(), none.subjectaltname_undecodable()), (None, false));
    let empty = read(&Sample::new("a", "b").with([alternative_names([[]; 0])]));
    assert_eq!((empty.subjectaltname(), empty.subjectaltname_undecodable()), (Some(""), false));

    let good = || dns("localhost");
    for extensions in [
        vec![extension("2.5.29.17", [5, 0])],
        vec![extension("2.5.29.17", joined([sequence([good()]), vec![0]]))],
        vec![alternative_names([good(), tlv(0x89, "number 9")])],
        vec![alternative_names([good(), tlv(0x0c, "not a general name")])],
        vec![alternative_names([good(), tlv(0xa2, tlv(0x16, "in pieces"))])],
        vec![alternative_names([good(), tlv(0x88, [0x80, 1])])],
        vec![alternative_names([good(), tlv(0xa0, oid("1.2.3"))])],
        vec![alternative_names([good(), vec![0x82, 5, 0]])],
        vec![alternative_names([tlv(0xa4, name(&[&[attribute("2.5.4.3", UTF8, [0xff])]]))])],
        vec![alternative_names([good()]), alternative_names([dns("twice")])],
    ] {
        let mut sample = Sample::new("a", "b");
        sample.extensions = extensions;
        let certificate = read(&sample);
        assert_eq!(certificate.subjectaltname(), None);
        assert!(certificate.subjectaltname_undecodable(), "{certificate:?}");
        #[cfg(feature = "serde")]
        assert!(serde_json::to_value(&certificate).unwrap()["subjectaltname"].is_null());
    }
}

#[test]
fn information_access_is_a_list_of_locations() {
    let access = |kind: &str, location| sequence([oid(kind), location]);
    let certificate = read(&Sample::new("a", "b").with([extension(
        "1.3.6.1.5.5.7.1.1",
        sequence([
            access("1.3.6.1.5.5.7.48.1", tlv(0x86, "http://one/")),
            access("1.3.6.1.5.5.7.48.2", tlv(0x86, "http://ca/,\"")),
            access("1.3.6.1.5.5.7.48.1", tlv(0x86, "http://two/")),
            access("1.2.3.4", dns("host")),
        ]),
    )]));
    let access = certificate.info_access().unwrap();
    assert_eq!(access.get("CA Issuers - URI"), Some("http://ca/,\""));
    assert_eq!(access.values("OCSP - URI").collect::<Vec<_>>(), ["http://one/", "http://two/"]);
    assert_eq!(access.get("OCSP - DNS"), None);
    assert_eq!(access.iter().last(), Some(("1.2.3.4 - DNS", "host")));
    #[cfg(feature = "serde")]
    assert_eq!(
        serde_json::to_string(&access).unwrap(),
        r#"{"OCSP - URI":["http://one/","http://two/"],"CA Issuers - URI":["http://ca/,\""],"1.2.3.4 - DNS":["host"]}"#
    );
}

#[test]
fn what_is_no_certificate_is_refused_with_a_reason() {
    let good = Sample::new("a", "b").der();
    let reason = |der: &[u8]| PeerCertificate::from_der(der).unwrap_err().to_string();
    assert_eq!(reason(&[]), "no certificate: there are no bytes");
    assert_eq!(reason(b"-----BEGIN CERTIFICATE-----"), "not a certificate in DER: this is PEM text");
    assert_eq!(
        reason(b"hello"),
        "not a certificate in DER: byte 0 is 0x68 where a SEQUENCE (0x30) should begin"
    );
    assert_eq!(
        reason(&good[..100]),
        format!("the certificate is cut short: 100 of {} bytes are there", good.len())
    );
    assert_eq!(
        reason(&joined([&good[..], b"tail"])),
        format!("4 more bytes follow the certificate, which ends at byte {}", good.len())
    );
    let mut never = Sample::new("a", "b");
    never.not_after = tlv(UTC_TIME, "251301000000Z");
    assert_eq!(reason(&never.der()), "the certificate is malformed: validity cannot be decoded");
    let pem = |text: &str| PeerCertificate::from_pem(text).unwrap_err().to_string();
    assert_eq!(pem("hello"), "no certificate: the PEM text has no section \"BEGIN CERTIFICATE\"");
    assert!(
        pem("-----BEGIN CERTIFICATE-----\n#\n-----END CERTIFICATE-----\n")
            .starts_with("not a certificate in PEM: ")
    );
}

/// Everything that can be asked of a certificate.
fn ask_everything(certificate: &PeerCertificate) {
    let _ = format!("{certificate:?} {:?}", certificate.info_access());
    let _ = (certificate.ca(), certificate.is_own_issuer(), certificate.subjectaltname());
    let _ = (certificate.modulus(), certificate.exponent(), certificate.pubkey(), certificate.bits());
    let _ = (certificate.not_before(), certificate.not_after(), certificate.valid_from());
    let _ = (certificate.asn1_curve(), certificate.nist_curve(), certificate.ext_key_usage());
    #[cfg(feature = "serde")]
    serde_json::to_string(certificate).unwrap();
}

#[test]
fn no_truncation_and_no_mutation_panics() {
    let everything = Sample::new("a", "a").with([
        basic_constraints_ca(),
        key_usage(4),
        subject_key_id(b"a"),
        authority_key_id([tlv(0x80, "a"), tlv(0xa1, tlv(0xa4, common_name("a"))), tlv(0x82, [1])]),
        extension("2.5.29.37", sequence([oid("1.3.6.1.5.5.7.3.1"), oid("2.999.1")])),
        extension("1.3.6.1.5.5.7.1.1", sequence([sequence([oid("1.3.6.1.5.5.7.48.1"), dns("o")])])),
        alternative_names([
            dns("a\"b"),
            tlv(0x87, [127, 0, 0, 1]),
            tlv(0x88, arcs("1.2.3.4")),
            tlv(0xa4, name(&[&[attribute("2.5.4.3", 30, [0, 0x61, 0x20, 0xac])]])),
            tlv(0xa5, tlv(0xa1, tlv(UTF8, "p"))),
            other_name("1.3.6.1.4.1.311.20.2.3", UTF8, "user"),
        ]),
    ]);
    let mut rsa = Sample::new("rsa", "rsa");
    rsa.public_key = rsa_key(&[0xa1; 16], &[1, 0, 1]);
    rsa.not_after = tlv(GENERALIZED_TIME, "20600206230714Z");
    for der in [everything.der(), rsa.der()] {
        ask_everything(&PeerCertificate::from_der(der.clone()).unwrap());
        for length in 0..der.len() {
            assert!(PeerCertificate::from_der(&der[..length]).is_err(), "cut to {length}");
        }
        let neighbour: Arc<[u8]> = der.clone().into();
        for place in 0..der.len() {
            let flipped = (0..8).map(|bit| der[place] ^ 1 << bit);
            for value in flipped.chain([0x00, 0x7f, 0x80, 0xff]) {
                let mut mutated = der.clone();
                mutated[place] = value;
                let mutated: Arc<[u8]> = mutated.into();
                if let Ok(certificate) = PeerCertificate::with_chain(
                    &[mutated, neighbour.clone()],
                    std::slice::from_ref(&neighbour),
                ) {
                    ask_everything(&certificate);
                }
            }
        }
    }
}
