//! Where the certificates come from that are trusted, for who has to replace one.

use super::engine::Der;

/// It is asked when a connection has failed, and not before.
#[derive(Default)]
pub(crate) struct Provenance(Vec<Source>);

enum Source {
    /// An option, as a person looks for it: `options.ca (file ca.pem)`.
    Option(String, Vec<Der>),
    System(Vec<Der>),
    Bundled,
}

impl Source {
    fn holds(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Option(_, all) | Self::System(all) => all.iter().any(|one| **one == *certificate),
            Self::Bundled => webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().any(|one| **one == *certificate),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Option(place, _) => format!("replace that certificate in {place}"),
            Self::System(_) => "update the certificate authorities of this system".to_owned(),
            Self::Bundled => "update this program, which has that certificate built in".to_owned(),
        }
    }
}

impl Provenance {
    pub(super) fn add_option(&mut self, place: String, certificates: &[Der]) {
        self.0.push(Source::Option(place, certificates.to_vec()));
    }

    pub(super) fn add_system(&mut self, certificates: &[Der]) {
        self.0.push(Source::System(certificates.to_vec()));
    }

    pub(super) fn add_bundled(&mut self) {
        self.0.push(Source::Bundled);
    }

    /// How the caller comes by a valid one in place of this certificate; `None` where it is not among the trusted.
    pub(super) fn remedy(&self, certificate: &[u8]) -> Option<String> {
        self.0.iter().find(|source| source.holds(certificate)).map(Source::remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_trusted_is_found_where_it_was_given() {
        let der = |byte: u8| Der::from([byte].as_slice());
        let mut given = Provenance::default();
        given.add_option("options.ca (file a.pem)".to_owned(), &[der(1), der(2)]);
        given.add_option("options.extraCa".to_owned(), &[der(3)]);
        let remedy = |certificate: &[u8]| given.remedy(certificate).unwrap_or_default();
        assert!(remedy(&[2]).ends_with(" options.ca (file a.pem)"));
        assert!(remedy(&[3]).ends_with(" options.extraCa"));

        let bundled: &[u8] = &webpki_root_certs::TLS_SERVER_ROOT_CERTS[0];
        assert!(given.remedy(&[4]).is_none() && given.remedy(bundled).is_none(), "nobody trusts these here");
        let mut default = Provenance::default();
        default.add_bundled();
        assert!(default.remedy(bundled).expect("one of them").contains("built in"));
        let mut system = Provenance::default();
        system.add_system(&[der(5)]);
        assert!(system.remedy(&[5]).expect("one of them").contains("this system"));
    }
}
