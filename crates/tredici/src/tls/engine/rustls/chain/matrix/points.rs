//! What lists and certificates say of where lists are and whom they are about.

use tredici_test::draft::{Extension, attribute, name, sequence, tlv};

use super::{
    faults::Fault,
    lists::{OF_LEAF, OF_LOWER, OF_UPPER, common_name, entry, fault, issuing_point, list, revoke},
    scenario::{LEAF, LOWER, Scenario, UPPER},
};

const TRUE: &[u8] = &[0xff];

pub(super) const POINT_FAULTS: &[Fault] = &[
    // Whom a list is about.
    fault("list about others than authorities", |s| point(s, OF_LEAF, &[tlv(0x81, TRUE)])),
    fault("list about authorities", |s| point(s, OF_LOWER, &[tlv(0x82, TRUE)])),
    fault("list about authorities, of the leaf", |s| point(s, OF_LEAF, &[tlv(0x82, TRUE)])),
    fault("list about others than authorities, of the intermediate", |s| {
        point(s, OF_LOWER, &[tlv(0x81, TRUE)]);
    }),
    fault("list about authorities in which the leaf stands", |s| {
        point(s, OF_LEAF, &[tlv(0x82, TRUE)]);
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("list about attributes", |s| point(s, OF_LEAF, &[tlv(0x85, TRUE)])),
    fault("list about authorities and about others", |s| {
        point(s, OF_LEAF, &[tlv(0x81, TRUE), tlv(0x82, TRUE)]);
    }),
    fault("list that is not only about anybody", |s| {
        point(s, OF_LEAF, &[place(&uri(b"http://a/")), tlv(0x81, &[0]), tlv(0x82, &[0])]);
        points(s, LEAF, &[sequence(&[place(&uri(b"http://a/"))])]);
    }),
    fault("list about nothing in particular", |s| point(s, OF_LEAF, &[])),
    fault("list in the name of others", |s| point(s, OF_LEAF, &[tlv(0x84, TRUE)])),
    fault("list about some reasons", |s| point(s, OF_LEAF, &[tlv(0x83, &[1, 0x60])])),
    fault("list about no reasons", |s| point(s, OF_UPPER, &[tlv(0x83, &[0])])),
    fault("list about reasons that are none", |s| point(s, OF_LEAF, &[tlv(0x83, &[9, 0x60])])),
    fault("list with a malformed point", |s| list(s, OF_LEAF).set(Extension::ce(28, true, &[5, 0]))),
    fault("list with something behind its point", |s| point(s, OF_LEAF, &[tlv(0x81, TRUE), vec![5, 0]])),
    fault("list with two points", |s| {
        let points = [issuing_point(&[tlv(0x82, TRUE)]), issuing_point(&[tlv(0x84, TRUE)])];
        list(s, OF_LEAF).extensions.extend(points);
    }),
    fault("list about authorities, not critical", |s| {
        list(s, OF_LEAF).set(Extension { critical: false, ..issuing_point(&[tlv(0x82, TRUE)]) });
    }),
    fault("list about others beside one about authorities", |s| {
        let mut other = s.lists[OF_LEAF].clone();
        other.draft.set(issuing_point(&[tlv(0x82, TRUE)]));
        s.lists.insert(0, other);
    }),
    // Where a list is.
    fault("list at a place of which nobody knows", |s| point(s, OF_LEAF, &[place(&uri(b"http://a/"))])),
    fault("leaf that says where its list is", |s| points(s, LEAF, &[sequence(&[place(&uri(b"http://a/"))])])),
    fault("list where the leaf says", |s| {
        point(s, OF_LEAF, &[place(&uri(b"http://a/"))]);
        points(s, LEAF, &[sequence(&[place(&[uri(b"http://b/"), uri(b"http://a/")].concat())])]);
    }),
    fault("list elsewhere than the leaf says", |s| {
        point(s, OF_LEAF, &[place(&uri(b"http://a/"))]);
        points(s, LEAF, &[sequence(&[place(&uri(b"http://A/"))])]);
    }),
    fault("list of the intermediate where that says", |s| {
        point(s, OF_LOWER, &[place(&[tlv(0x82, b"a"), uri(b"a")].concat()), tlv(0x82, TRUE)]);
        points(s, LOWER, &[sequence(&[place(&tlv(0x81, b"a"))]), sequence(&[place(&uri(b"a"))])]);
    }),
    fault("list in a directory, written in another way", |s| {
        point(s, OF_LEAF, &[place(&directory(&common_name("List")))]);
        points(s, LEAF, &[sequence(&[place(&directory(&name(&[&[attribute(3, 0x13, b" LIST ")]])))])]);
    }),
    fault("list in another directory", |s| {
        point(s, OF_LEAF, &[place(&directory(&common_name("List")))]);
        points(s, LEAF, &[sequence(&[place(&directory(&common_name("Other")))])]);
    }),
    fault("list beneath its issuer, where the leaf says", |s| {
        point(s, OF_LEAF, &[beneath(&[attribute(3, 0x0c, b"List")])]);
        points(s, LEAF, &[sequence(&[beneath(&[attribute(3, 0x13, b"list")])])]);
    }),
    fault("list beneath its issuer, elsewhere", |s| {
        point(s, OF_LEAF, &[beneath(&[attribute(3, 0x0c, b"List")])]);
        points(s, LEAF, &[sequence(&[beneath(&[attribute(3, 0x0c, b"Other")])])]);
    }),
    fault("list beneath its issuer, the leaf says where in full", |s| {
        let whole = name(&[&[attribute(3, 0x0c, b"Lower")], &[attribute(10, 0x0c, b"List")]]);
        point(s, OF_LEAF, &[beneath(&[attribute(10, 0x0c, b"List")])]);
        points(s, LEAF, &[sequence(&[place(&[uri(b"a"), directory(&whole)].concat())])]);
    }),
    fault("list in a directory, the leaf says where beneath its issuer", |s| {
        let whole = name(&[&[attribute(3, 0x0c, b"Lower")], &[attribute(10, 0x0c, b"List")]]);
        point(s, OF_LEAF, &[place(&directory(&whole))]);
        points(s, LEAF, &[sequence(&[beneath(&[attribute(10, 0x0c, b"List")])])]);
    }),
    fault("list beneath its issuer by two attributes", |s| {
        let two = [attribute(3, 0x0c, b"List"), attribute(10, 0x0c, b"Acme")];
        let apart = name(&[&[attribute(3, 0x0c, b"Lower")], &[two[0].clone()], &[two[1].clone()]]);
        point(s, OF_LEAF, &[beneath(&two)]);
        points(s, LEAF, &[sequence(&[place(&directory(&apart))])]);
    }),
    fault("list beneath its issuer by two attributes as one", |s| {
        let two = [attribute(3, 0x0c, b"List"), attribute(10, 0x0c, b"Acme")];
        let together = name(&[&[attribute(3, 0x0c, b"Lower")], &two]);
        point(s, OF_LEAF, &[beneath(&two)]);
        points(s, LEAF, &[sequence(&[place(&directory(&together))])]);
    }),
    fault("list beneath its issuer by nothing", |s| {
        point(s, OF_LEAF, &[beneath(&[])]);
        points(s, LEAF, &[sequence(&[place(&directory(&common_name("Lower")))])]);
    }),
    fault("list beneath its issuer, nobody can read where", |s| {
        point(s, OF_LEAF, &[beneath(&[attribute(3, 0x0c, b"List\xff")])]);
        points(s, LEAF, &[sequence(&[beneath(&[attribute(3, 0x0c, b"List\xff")])])]);
    }),
    fault("leaf that says where its lists are, nobody can read it", |s| {
        let illegible = sequence(&[beneath(&[attribute(3, 0x0c, b"List\xff")])]);
        points(s, LEAF, &[illegible, sequence(&[place(&uri(b"a"))])]);
    }),
    fault("leaf that says where its list is, and then what nobody can read", |s| {
        let illegible = sequence(&[beneath(&[attribute(3, 0x0c, b"List\xff")])]);
        point(s, OF_LEAF, &[place(&uri(b"a"))]);
        points(s, LEAF, &[sequence(&[place(&uri(b"a"))]), illegible]);
    }),
    fault("list at a number", |s| {
        point(s, OF_LEAF, &[place(&tlv(0x88, &[0x2a, 3]))]);
        points(s, LEAF, &[sequence(&[place(&tlv(0x88, &[0x2a, 3]))])]);
    }),
    fault("list at something else", |s| {
        let other = |value: &[u8]| tlv(0xa0, &[tlv(6, &[0x2a, 3]), tlv(0xa0, &tlv(0x0c, value))].concat());
        point(s, OF_LEAF, &[place(&other(b"a"))]);
        points(s, LEAF, &[sequence(&[place(&other(b"b"))]), sequence(&[place(&other(b"a"))])]);
    }),
    fault("list at something else of another kind", |s| {
        let other = |value: &[u8]| tlv(0xa0, &[tlv(6, &[0x2a, 3]), tlv(0xa0, value)].concat());
        point(s, OF_LEAF, &[place(&other(&tlv(0x0c, b"a")))]);
        points(s, LEAF, &[sequence(&[place(&other(&tlv(0x13, b"a")))])]);
    }),
    fault("list at a place that is none", |s| point(s, OF_LEAF, &[place(&tlv(0x89, b"a"))])),
    fault("list at a place of another form", |s| point(s, OF_LEAF, &[tlv(0xa0, &tlv(0xa2, b""))])),
    // By whom the list is, and why.
    fault("leaf that says who issues its list", |s| {
        let issuer = common_name("Lower");
        points(s, LEAF, &[sequence(&[tlv(0xa2, &directory(&issuer))])]);
        point(s, OF_LEAF, &[place(&uri(b"a"))]);
    }),
    fault("leaf that says that somebody else issues its list", |s| {
        points(s, LEAF, &[sequence(&[tlv(0xa2, &directory(&common_name("Other")))])]);
    }),
    fault("leaf that says that somebody else issues its list, which is there", |s| {
        points(s, LEAF, &[sequence(&[place(&uri(b"a")), tlv(0xa2, &directory(&common_name("Other")))])]);
        point(s, OF_LEAF, &[place(&uri(b"a"))]);
    }),
    fault("leaf that says who issues its list, beneath whom it is", |s| {
        let issuers =
            [uri(b"a"), directory(&common_name("LOWER")), directory(&common_name("Other"))].concat();
        points(s, LEAF, &[sequence(&[beneath(&[attribute(10, 0x0c, b"List")]), tlv(0xa2, &issuers)])]);
        point(s, OF_LEAF, &[beneath(&[attribute(10, 0x0c, b"List")])]);
    }),
    fault("leaf with a list for some reasons", |s| {
        points(s, LEAF, &[sequence(&[place(&uri(b"a")), tlv(0x81, &[1, 0x60])])]);
    }),
    fault("leaf with a list for some reasons in which it stands", |s| {
        points(s, LEAF, &[sequence(&[place(&uri(b"a")), tlv(0x81, &[1, 0x60])])]);
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("leaf with a list for no reasons", |s| {
        points(s, LEAF, &[sequence(&[place(&uri(b"a")), tlv(0x81, &[0])])]);
    }),
    fault("leaf with a list for a reason that is none", |s| {
        points(s, LEAF, &[sequence(&[place(&uri(b"a")), tlv(0x81, &[7, 0x80])])]);
    }),
    fault("leaf with a list for all reasons, one by one", |s| {
        points(s, LEAF, &[sequence(&[place(&uri(b"a")), tlv(0x81, &[7, 0x7f, 0x80])])]);
    }),
    fault("leaf with two lists for some reasons each", |s| share(s, &[7, 0x0f, 0x80], &[0, 0x70])),
    fault("leaf with two lists for some reasons each, in the second of which it stands", |s| {
        share(s, &[7, 0x0f, 0x80], &[0, 0x70]);
        revoke(s, OF_LEAF, entry(s, LEAF));
    }),
    fault("leaf with two lists for some reasons each, not all of them", |s| share(s, &[0, 0x0f], &[0, 0x70])),
    fault("leaf with a list for some reasons and another for all", |s| {
        share(s, &[0, 0x0f], &[7, 0xff, 0x80]);
    }),
    fault("intermediate with a malformed distribution point", |s| {
        points(s, UPPER, &[sequence(&[place(&uri(b"a")), tlv(0x81, &[8, 1])])]);
    }),
    fault("leaf with two lists of distribution points", |s| {
        let point = Extension::ce(31, false, &sequence(&[sequence(&[place(&uri(b"a"))])]));
        s.chain[LEAF].extensions.extend([point.clone(), point]);
    }),
];

/// The list has this issuing distribution point.
fn point(s: &mut Scenario, which: usize, parts: &[Vec<u8>]) {
    list(s, which).set(issuing_point(parts));
}

/// The certificate has these distribution points.
fn points(s: &mut Scenario, which: usize, points: &[Vec<u8>]) {
    s.chain[which].set(Extension::ce(31, false, &sequence(points)));
}

/// The leaf has a list at each of two places, each for some reasons.
fn share(s: &mut Scenario, reasons: &[u8], others: &[u8]) {
    let at = |name: &[u8], reasons| sequence(&[place(&uri(name)), tlv(0x81, reasons)]);
    points(s, LEAF, &[at(b"a", reasons), at(b"b", others)]);
    point(s, OF_LEAF, &[place(&uri(b"b"))]);
    let mut other = s.lists[OF_LEAF].clone();
    other.draft.set(issuing_point(&[place(&uri(b"a"))]));
    other.draft.entries = None;
    s.lists.push(other);
}

/// By general names.
fn place(names: &[u8]) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, names))
}

/// By attributes beneath the issuer's name.
fn beneath(attributes: &[Vec<u8>]) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa1, &attributes.concat()))
}

fn uri(text: &[u8]) -> Vec<u8> {
    tlv(0x86, text)
}

fn directory(name: &[u8]) -> Vec<u8> {
    tlv(0xa4, name)
}
