//! The certificates to compare.

use rcgen::{CertificateParams, KeyPair};

use super::sample::*;

pub(crate) struct Case {
    pub(crate) label: String,
    pub(crate) der: Vec<u8>,
    pub(crate) difference: Difference,
}

/// Where tredici and a version of Node differ on purpose. It follows Node 26, but for what is fail-safe.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    None,
    /// Before 26, Node cuts long exponents and converts compressed points.
    KeyBefore26,
    /// Before 26, Node says nothing of RSA-PSS keys; 26 says in `pubkey` that they are for any use of RSA.
    RsaPss,
    /// Names of the subject that cannot be decoded are `null` in Node 20, absent in Node 26, and `null` here,
    /// so that nobody takes the certificate for one without names.
    UndecodableNames,
    /// Locations that cannot be decoded are `null` in Node 20, absent in Node 26 and here.
    UndecodableAccess,
    /// A name that is not text is absent in Node 20 and here; Node 26 says `{"": ""}`.
    SubjectNotText,
    /// A curve without a NIST name makes Node 26 crash.
    FatalAfter20,
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (label, sample) in names().into_iter().chain(alternative()).chain(usages()).chain(numbers()) {
        cases.push(Case { label: label.to_owned(), der: sample.der(), difference: Difference::None });
    }
    for (label, sample, difference) in differing() {
        cases.push(Case { label: label.to_owned(), der: sample.der(), difference });
    }
    cases.extend(signed());
    cases
}

type Labelled = Vec<(&'static str, Sample)>;

fn plain() -> Sample {
    Sample::new("localhost", "localhost")
}

fn with_subject(subject: Vec<u8>) -> Sample {
    Sample { subject, ..plain() }
}

fn names() -> Labelled {
    let one = |kind: &str, tag: u8, value: &[u8]| with_subject(name(&[&[attribute(kind, tag, value)]]));
    let organisation = |tag, value: &[u8]| one("2.5.4.10", tag, value);
    let all_of = |arc: &str, numbers: std::ops::RangeInclusive<u8>| {
        let attributes: Vec<Vec<Vec<u8>>> =
            numbers.map(|number| vec![attribute(&format!("{arc}.{number}"), UTF8, "value")]).collect();
        with_subject(name(&attributes.iter().map(Vec::as_slice).collect::<Vec<_>>()))
    };
    vec![
        ("no attribute", with_subject(name(&[]))),
        ("all of X.520", all_of("2.5.4", 0..=110)),
        ("all of COSINE", all_of("0.9.2342.19200300.100.1", 0..=60)),
        ("all of PKCS #9", all_of("1.2.840.113549.1.9", 1..=30)),
        ("jurisdiction", all_of("1.3.6.1.4.1.311.60.2.1", 1..=5)),
        ("Russian registers", all_of("1.2.643.100", 1..=10)),
        ("INN", one("1.2.643.3.131.1.1", 18, b"007814148471")),
        ("user principal name", one("1.3.6.1.4.1.311.20.2.3", UTF8, b"user@example.org")),
        ("an unknown attribute", one("2.999.1.2", UTF8, b"value")),
        ("UTF8String", organisation(UTF8, "é€😀\u{ffff}".as_bytes())),
        ("PrintableString", organisation(PRINTABLE, b"Acme, Inc.")),
        ("PrintableString with Latin-1", organisation(PRINTABLE, b"Caf\xe9")),
        ("IA5String", organisation(22, b"a@b\x7f\xe9")),
        ("T61String", organisation(20, b"Caf\xe9\x80")),
        ("BMPString", organisation(30, b"\0a\x20\xac")),
        ("UniversalString", organisation(28, b"\0\x01\xf6\0")),
        ("NumericString", organisation(18, b"12 34")),
        ("an empty value", organisation(UTF8, b"")),
        ("a control character", organisation(UTF8, b"a\0b\n")),
        (
            "repeated and multi-valued",
            with_subject(name(&[
                &[attribute("2.5.4.6", PRINTABLE, "DE")],
                &[attribute("2.5.4.11", UTF8, "one")],
                &[attribute("2.5.4.3", UTF8, "localhost"), attribute("2.5.4.5", PRINTABLE, "7")],
                &[attribute("2.5.4.11", PRINTABLE, "two")],
                &[attribute("2.5.4.3", UTF8, "second.test"), attribute("2.5.4.11", UTF8, "three")],
            ])),
        ),
        ("another issuer", Sample::new("localhost", "Some CA")),
        ("the same issuer in other words", Sample::new("Some  CA ", "SOME ca")),
        ("nearly the same issuer", Sample::new("Some CA", "SomeCA")),
    ]
}

fn alternative() -> Labelled {
    let san = |names: Vec<Vec<u8>>| plain().with([alternative_names(names)]);
    let directory = |attributes: &[Vec<u8>]| tlv(0xa4, name(&[attributes]));
    let organisation = |value: &str| directory(&[attribute("2.5.4.10", UTF8, value)]);
    let other = |kind: &str, tag, value: &str| other_name(kind, tag, value);
    let special = b"\"\\,'\0\x1f\x7f\x80\xff <>;~";
    vec![
        ("no alternative name", san(vec![])),
        ("a plain one", san(vec![dns("localhost")])),
        (
            "one of each kind",
            san(vec![
                dns("*.example.org"),
                tlv(0x81, "me@example.org"),
                tlv(0x86, "https://example.org/?a=b&c;d"),
                tlv(0x87, [127, 0, 0, 1]),
                tlv(0x87, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
                tlv(0x87, [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd]),
                tlv(0x88, arcs("1.2.3.4")),
                tlv(0x88, arcs("2.5.4.3")),
                tlv(0x88, arcs("2.999.3")),
                tlv(0x88, arcs("2.25.340282366920938463463374607431768211455")),
                tlv(0xa3, sequence([[]; 0])),
                tlv(0xa5, tlv(0xa1, tlv(UTF8, "party"))),
                organisation("Acme"),
            ]),
        ),
        ("addresses of odd lengths", san(vec![tlv(0x87, []), tlv(0x87, [1; 8]), tlv(0x87, [1; 17])])),
        ("a name that poses as two", san(vec![dns("a,DNS:evil.test"), dns("a, DNS:evil.test")])),
        ("special characters", san(special.iter().map(|byte| dns([b'a', *byte, b'b'])).collect())),
        (
            "special characters elsewhere",
            san(vec![
                tlv(0x81, b"\xe9,@x"),
                tlv(0x86, b"u'\n"),
                other("1.3.6.1.4.1.311.20.2.3", UTF8, "u,'é\"\\\u{1}"),
                other("1.3.6.1.5.5.7.8.7", 22, "_s,x"),
            ]),
        ),
        (
            "other names",
            san([5, 7, 8, 9, 1]
                .into_iter()
                .flat_map(|number| [(number, UTF8), (number, 22), (number, PRINTABLE)])
                .map(|(number, tag)| other(&format!("1.3.6.1.5.5.7.8.{number}"), tag, "x"))
                .chain([other("1.3.6.1.4.1.311.20.2.3", UTF8, "user@é.example")])
                .chain([other("1.3.6.1.4.1.311.20.2.3", 22, "user")])
                .chain([other_name("1.3.6.1.4.1.311.20.2.3", UTF8, b"\xe2\x82,\xf0\x9f\x98,\xed\xa0\x80")])
                .chain([other("1.2.3.4", UTF8, "unknown")])
                .collect()),
        ),
        (
            "directory names",
            san([
                " lead",
                "trail ",
                "  ",
                " ",
                "#h#",
                "a\"<>;+=\\b",
                "\u{1}",
                "a\0b",
                "é",
                "it's",
                "",
                "a, b",
            ]
            .into_iter()
            .map(organisation)
            .collect()),
        ),
        (
            "directory names of several attributes",
            san(vec![
                tlv(0xa4, name(&[])),
                tlv(
                    0xa4,
                    name(&[
                        &[attribute("2.5.4.6", PRINTABLE, "DE")],
                        &[attribute("2.5.4.10", UTF8, "Org, Inc")],
                        &[attribute("2.5.4.3", 20, b"\xe9"), attribute("2.5.4.4", 30, b"\0b")],
                    ]),
                ),
                directory(&[attribute("1.2.3.4", UTF8, "unknown"), attribute("2.5.4.3", UTF8, "known")]),
                directory(&[attribute("2.5.4.10", 3, b"\0bits")]),
                directory(&[attribute("2.5.4.10", 0x30, [])]),
            ]),
        ),
    ]
}

fn usages() -> Labelled {
    let access = |kind: &str, location| sequence([oid(kind), location]);
    let info =
        |descriptions: Vec<Vec<u8>>| plain().with([extension("1.3.6.1.5.5.7.1.1", sequence(descriptions))]);
    let ca_with = |extensions: Vec<Vec<u8>>| {
        let mut sample = plain().with([basic_constraints_ca()]);
        sample.extensions.extend(extensions);
        sample
    };
    let version = |number: u8| Sample { version: tlv(0xa0, tlv(2, [number])), ..ca_with(vec![]) };
    let ocsp = || access("1.3.6.1.5.5.7.48.1", tlv(0x86, "http://ocsp/"));
    let invalid = [5, 0];
    vec![
        (
            "access",
            info(vec![ocsp(), access("1.3.6.1.5.5.7.48.2", tlv(0x86, "http://ca/a,\"b\"\n: c")), ocsp()]),
        ),
        (
            "access by every method",
            info(
                (1..=14)
                    .map(|number| access(&format!("1.3.6.1.5.5.7.48.{number}"), tlv(0x86, "u")))
                    .collect(),
            ),
        ),
        (
            "access at odd places",
            info(vec![
                access("1.3.6.1.5.5.7.48.1", dns("host")),
                access("1.3.6.1.5.5.7.48.1", tlv(0x87, [0; 16])),
                access("1.3.6.1.5.5.7.48.1", tlv(0xa4, common_name("a:b, c"))),
                access("1.3.6.1.5.5.7.48.1", tlv(0x88, arcs("1.2.3"))),
                access("1.2.3.4", other_name("1.3.6.1.4.1.311.20.2.3", UTF8, "u,é")),
                access("1.2.3.4", other_name("1.3.6.1.4.1.311.20.2.3", UTF8, "ué")),
            ]),
        ),
        ("access nowhere", info(vec![])),
        ("access twice", info(vec![ocsp()]).with([extension("1.3.6.1.5.5.7.1.1", sequence([dns("no")]))])),
        (
            "extended key usage",
            plain().with([extension(
                "2.5.29.37",
                sequence(
                    ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.2.3.4", "2.999.1", "2.5.29.37.0"].map(oid),
                ),
            )]),
        ),
        ("no extended key usage", plain().with([extension("2.5.29.37", sequence([[]; 0]))])),
        ("invalid extended key usage", ca_with(vec![extension("2.5.29.37", invalid)])),
        (
            "extended key usage twice",
            ca_with(vec![
                extension("2.5.29.37", sequence([oid("1.2.3")])),
                extension("2.5.29.37", sequence([oid("1.2.4")])),
            ]),
        ),
        ("a CA", ca_with(vec![])),
        ("a CA that may sign", ca_with(vec![key_usage(4)])),
        ("a CA that may not", ca_with(vec![key_usage(0x80)])),
        ("a CA that may nothing", ca_with(vec![key_usage(0)])),
        ("a CA with a bit that is unused", ca_with(vec![extension("2.5.29.15", tlv(3, [3, 4]))])),
        ("a CA with nine bits", ca_with(vec![extension("2.5.29.15", tlv(3, [7, 4, 0x80]))])),
        ("a CA with an invalid usage", ca_with(vec![extension("2.5.29.15", invalid)])),
        ("a CA with two usages", ca_with(vec![key_usage(4), key_usage(4)])),
        ("a CA twice", ca_with(vec![basic_constraints_ca()])),
        ("a CA with an invalid key id", ca_with(vec![extension("2.5.29.14", invalid)])),
        ("a CA with an invalid authority", ca_with(vec![extension("2.5.29.35", invalid)])),
        (
            "a CA with an unknown extension twice",
            ca_with(vec![extension("1.2.3", invalid), extension("1.2.3", invalid)]),
        ),
        ("a signer that is no CA", plain().with([key_usage(4)])),
        ("no CA", plain().with([extension("2.5.29.19", sequence([[]; 0]))])),
        ("no CA in so many words", plain().with([extension("2.5.29.19", sequence([tlv(1, [0])]))])),
        ("a length without a CA", plain().with([extension("2.5.29.19", sequence([tlv(2, [0])]))])),
        ("a CA with a length", plain().with([extension("2.5.29.19", sequence([tlv(1, [1]), tlv(2, [0])]))])),
        (
            "a CA with a negative length",
            plain().with([extension("2.5.29.19", sequence([tlv(1, [0xff]), tlv(2, [0xff])]))]),
        ),
        ("a CA with an invalid constraint", plain().with([extension("2.5.29.19", invalid)])),
        ("version 1", Sample { version: vec![], ..plain() }),
        ("version 1 with extensions", Sample { version: vec![], ..ca_with(vec![]) }),
        ("version 2 with extensions", version(1)),
        ("version 4", version(3)),
        ("the right authority", plain().with([subject_key_id(b"id"), authority_key_id([tlv(0x80, "id")])])),
        ("the wrong authority", plain().with([subject_key_id(b"id"), authority_key_id([tlv(0x80, "no")])])),
        ("an authority of no id", plain().with([authority_key_id([tlv(0x80, "no")])])),
        ("the authority's serial", plain().with([authority_key_id([tlv(0x82, [1])])])),
        ("the authority's wrong serial", plain().with([authority_key_id([tlv(0x82, [2])])])),
        (
            "the authority's issuer",
            plain().with([authority_key_id([tlv(0xa1, tlv(0xa4, common_name("LOCALHOST")))])]),
        ),
        (
            "the authority's wrong issuer",
            plain().with([authority_key_id([tlv(0xa1, tlv(0xa4, common_name("other")))])]),
        ),
        (
            "the authority's second issuer",
            plain().with([authority_key_id([tlv(
                0xa1,
                joined([dns("host"), tlv(0xa4, common_name("localhost")), tlv(0xa4, common_name("other"))]),
            )])]),
        ),
        ("signed with another kind of key", Sample { signature_algorithm: SHA256_WITH_RSA, ..plain() }),
    ]
}

fn numbers() -> Labelled {
    let serial = |bytes: &[u8]| Sample { serial: bytes.to_vec(), ..plain() };
    let times = |tag, text: &str| Sample { not_before: tlv(tag, text), not_after: tlv(tag, text), ..plain() };
    let public_key = |public_key| Sample { public_key, ..plain() };
    let p384 = "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7\
        3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f";
    let p521 = "0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ff\
        a8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e66\
        2c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650";
    let rsa_2048 = joined([&[0][..], &[0xa1; 256]]);
    vec![
        ("serial 0", serial(&[0])),
        ("serial 2", serial(&[2])),
        ("serial F1", serial(&[0, 0xf1])),
        ("serial of 20 bytes", serial(&[0x7f; 20])),
        ("serial of 24 bytes", serial(&joined([&[0][..], &[0xf1; 24]]))),
        ("serial -1", serial(&[0xff])),
        ("serial -128", serial(&[0x80])),
        ("serial -256", serial(&[0xff, 0])),
        ("a long negative serial", serial(&joined([&[0x80][..], &[0; 19]]))),
        ("1950", times(UTC_TIME, "500101000000Z")),
        ("1999", times(UTC_TIME, "990228010203Z")),
        ("2000", times(UTC_TIME, "000229000000Z")),
        ("2035", times(GENERALIZED_TIME, "20350206230714Z")),
        ("2049", times(UTC_TIME, "491231235959Z")),
        ("2060", times(GENERALIZED_TIME, "20600206230714Z")),
        ("9999", times(GENERALIZED_TIME, "99991231235959Z")),
        ("1899", times(GENERALIZED_TIME, "18991231235959Z")),
        ("year 0", times(GENERALIZED_TIME, "00000101000000Z")),
        ("east of Greenwich", times(UTC_TIME, "250101000000+0130")),
        ("west of Greenwich", times(UTC_TIME, "250101000000-0130")),
        ("P-384", public_key(curve_key("1.3.132.0.34", p384))),
        ("P-521", public_key(curve_key("1.3.132.0.35", p521))),
        ("Ed25519", public_key(key("1.3.101.112", &[], &[1; 32]))),
        ("an unknown algorithm", public_key(key("1.3.101.999", &[], &[1; 32]))),
        ("RSA 2048", public_key(rsa_key(&rsa_2048, &[1, 0, 1]))),
        ("RSA of an odd length", public_key(rsa_key(&joined([&[0x0a][..], &[0xa1; 101]]), &[3]))),
        ("a broken RSA key", public_key(key("1.2.840.113549.1.1.1", &[5, 0], &[0x30, 0]))),
    ]
}

fn differing() -> Vec<(&'static str, Sample, Difference)> {
    let public_key = |public_key| Sample { public_key, ..plain() };
    let rsa_2048 = joined([&[0][..], &[0xa1; 256]]);
    let rsa_bits = sequence([tlv(2, &rsa_2048), tlv(2, [3])]);
    let compressed = joined([&[3][..], &from_hex(P256_POINT)[1..33]]);
    let secp256k1 = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798\
        483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    let san = |value: &[u8]| plain().with([basic_constraints_ca(), extension("2.5.29.17", value)]);
    let not_text = |tag| with_subject(name(&[&[attribute("2.5.4.10", tag, b"\0abc")]]));
    vec![
        ("RSA-PSS", public_key(key("1.2.840.113549.1.1.10", &[], &rsa_bits)), Difference::RsaPss),
        (
            "a long exponent",
            public_key(rsa_key(&rsa_2048, &[1, 0, 0, 0, 0, 0, 0, 0, 1])),
            Difference::KeyBefore26,
        ),
        (
            "a compressed point",
            public_key(key("1.2.840.10045.2.1", &oid("1.2.840.10045.3.1.7"), &compressed)),
            Difference::KeyBefore26,
        ),
        ("secp256k1", public_key(curve_key("1.3.132.0.10", secp256k1)), Difference::FatalAfter20),
        ("names that are no list", san(&[5, 0]), Difference::UndecodableNames),
        ("a name of kind 9", san(&sequence([dns("a"), tlv(0x89, "b")])), Difference::UndecodableNames),
        ("a broken identifier", san(&sequence([tlv(0x88, [0x80, 1])])), Difference::UndecodableNames),
        (
            "another name without value",
            san(&sequence([tlv(0xa0, oid("1.2.3"))])),
            Difference::UndecodableNames,
        ),
        (
            "locations that are no list",
            plain().with([extension("1.3.6.1.5.5.7.1.1", [5, 0])]),
            Difference::UndecodableAccess,
        ),
        ("bits for a name", not_text(3), Difference::SubjectNotText),
        ("an object descriptor for a name", not_text(7), Difference::SubjectNotText),
    ]
}

/// Certificates as they are made in earnest.
fn signed() -> Vec<Case> {
    [
        ("signed, RSA", &rcgen::PKCS_RSA_SHA256),
        ("signed, P-256", &rcgen::PKCS_ECDSA_P256_SHA256),
        ("signed, P-384", &rcgen::PKCS_ECDSA_P384_SHA384),
        ("signed, P-521", &rcgen::PKCS_ECDSA_P521_SHA512),
        ("signed, Ed25519", &rcgen::PKCS_ED25519),
    ]
    .into_iter()
    .map(|(label, algorithm)| {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(1));
        params.key_usages =
            vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        params.distinguished_name.push(rcgen::DnType::OrganizationName, "Acme");
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Case { label: label.to_owned(), der, difference: Difference::None }
    })
    .collect()
}
