//! Those who sign certificates.

use rcgen::{CertificateParams, Issuer};

use crate::{Certificate, CertificateSpec};

/// A certificate authority made on the spot: a root, or an intermediate beneath one.
///
/// ```
/// use tredici_test::{Authority, CertificateSpec};
///
/// let root = Authority::new("Test Root");
/// let leaf = root.intermediate("Test Intermediate").leaf(CertificateSpec::server(&["localhost"]));
/// assert_eq!(leaf.chain_der().len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Authority {
    certificate: Certificate,
    params: CertificateParams,
    is_root: bool,
}

impl Authority {
    /// A self-signed root with a P-256 key. Two roots of the same name have different keys.
    pub fn new(name: &str) -> Self {
        Self::root(CertificateSpec::authority(name))
    }

    /// A self-signed root that says what the specification says, wise or not.
    pub fn root(spec: CertificateSpec) -> Self {
        let params = spec.clone().into_params();
        Self { params, certificate: spec.self_signed(), is_root: true }
    }

    /// An authority beneath this one, with a P-256 key.
    pub fn intermediate(&self, name: &str) -> Self {
        self.beneath(CertificateSpec::authority(name))
    }

    /// An authority beneath this one that says what the specification says, wise or not.
    pub fn beneath(&self, spec: CertificateSpec) -> Self {
        let params = spec.clone().into_params();
        Self { params, certificate: self.leaf(spec), is_root: false }
    }

    /// A certificate signed by this authority.
    pub fn leaf(&self, spec: CertificateSpec) -> Certificate {
        let (key, serial) = (spec.make_key(), spec.serial_number().to_vec());
        let issuer = Issuer::from_params(&self.params, self.certificate.key().pair());
        let issued =
            spec.into_params().signed_by(key.pair(), &issuer).expect("the authority signs the certificate");
        let between = if self.is_root { Vec::new() } else { self.certificate.chain().cloned().collect() };
        Certificate::new(issued, between, key, serial)
    }

    pub(crate) fn params(&self) -> &CertificateParams {
        &self.params
    }

    /// The authority's own certificate: what goes into `ca`.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The authority's own certificate in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The authority's own certificate in DER.
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }
}

#[cfg(test)]
mod tests {
    use openssl::stack::Stack;
    use openssl::x509::store::X509StoreBuilder;
    use openssl::x509::{X509, X509StoreContext, X509VerifyResult};

    use super::*;
    use crate::KeyKind;

    /// What OpenSSL says of `chain`, leaf first, when it trusts `root`.
    fn verify(root: &[u8], chain: &[Vec<u8>]) -> X509VerifyResult {
        let mut store = X509StoreBuilder::new().unwrap();
        store.add_cert(X509::from_der(root).unwrap()).unwrap();
        let mut sent = Stack::new().unwrap();
        for der in &chain[1..] {
            sent.push(X509::from_der(der).unwrap()).unwrap();
        }
        let mut context = X509StoreContext::new().unwrap();
        let leaf = X509::from_der(&chain[0]).unwrap();
        context
            .init(&store.build(), &leaf, &sent, |context| {
                context.verify_cert()?;
                Ok(context.error())
            })
            .unwrap()
    }

    #[test]
    fn a_chain_of_every_kind_of_key_verifies() {
        for kind in KeyKind::ALL {
            let root = Authority::root(CertificateSpec::authority("Root").key(kind));
            let between = root.beneath(CertificateSpec::authority("Between").key(kind));
            let leaf = between.leaf(CertificateSpec::server(&["localhost"]).key(kind));
            assert_eq!(verify(root.der(), &leaf.chain_der()), X509VerifyResult::OK, "{kind:?}");
            assert_eq!(leaf.key().kind(), kind);
        }
    }

    #[test]
    fn a_leaf_of_the_root_needs_nothing_between() {
        let root = Authority::new("Root");
        let leaf = root.leaf(CertificateSpec::server(&["localhost"]));
        assert_eq!(leaf.chain_der(), [leaf.der()]);
        assert_eq!(verify(root.der(), &leaf.chain_der()), X509VerifyResult::OK);
    }

    #[test]
    fn two_intermediates_stand_nearest_first() {
        let root = Authority::new("Root");
        let upper = root.intermediate("Upper");
        let lower = upper.intermediate("Lower");
        let leaf = lower.leaf(CertificateSpec::server(&["localhost"]));
        assert_eq!(leaf.chain_der(), [leaf.der(), lower.der(), upper.der()]);
        assert_eq!(verify(root.der(), &leaf.chain_der()), X509VerifyResult::OK);
    }

    #[test]
    fn what_is_wrong_is_found() {
        let root = Authority::new("Root");
        let between = root.intermediate("Between");
        let verify_leaf =
            |spec: CertificateSpec| verify(root.der(), &between.leaf(spec).chain_der()).as_raw();
        let server = || CertificateSpec::server(&["localhost"]);

        assert_eq!(verify_leaf(server()), 0);
        assert_eq!(verify_leaf(server().not_yet_valid()), 9, "CERT_NOT_YET_VALID");
        assert_eq!(verify_leaf(server().expired()), 10, "CERT_HAS_EXPIRED");
        assert_eq!(verify(root.der(), &[server().self_signed().der().to_vec()]).as_raw(), 18, "DEPTH_ZERO");
        assert_eq!(
            verify(root.der(), &between.leaf(server()).chain_der()[..1]).as_raw(),
            20,
            "no intermediate"
        );
        assert_eq!(verify(Authority::new("Other").der(), &between.leaf(server()).chain_der()).as_raw(), 20);

        let no_ca = root.beneath(CertificateSpec::authority("Between").ca(false));
        assert_eq!(verify(root.der(), &no_ca.leaf(server()).chain_der()).as_raw(), 79, "INVALID_CA");
    }
}
