//! Whom to trust, read once.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use rustls::DistinguishedName;

use super::{
    super::super::{Anchors, Der, Revocation, Trust},
    certificate::Certificate,
    der::Elements,
    revocation::Lists,
};
use crate::error::Error;

/// The certificates of a context: self-signed ones are roots, the others are intermediates that nobody has to send.
pub(in super::super) struct Store {
    certificates: Vec<Arc<Certificate>>,
    /// Their places by the digest of the subject, in the order in which they were given.
    by_subject: HashMap<u64, Vec<usize>>,
    /// Whom their issuers have revoked; `None` where nobody is asked.
    pub(super) lists: Option<Lists>,
}

impl Store {
    /// Mozilla's authorities alone are read once for the process and shared.
    ///
    /// # Errors
    ///
    /// Where a certificate cannot be read, under the code that OpenSSL's reason makes.
    pub(in super::super) fn new(trust: &Trust) -> Result<Arc<Self>, Error> {
        let mut certificates = match &trust.anchors {
            Anchors::Bundled if trust.extra.is_empty() => return Ok(bundled().clone()),
            Anchors::Bundled => bundled().certificates.clone(),
            Anchors::Given(given) => read("ca", given)?,
        };
        certificates.append(&mut read("extraCa", &trust.extra)?);
        Ok(Arc::new(Self::of(certificates)))
    }

    /// The same less whom the lists name, of which one is needed for each issuer, if there are any at all.
    ///
    /// # Errors
    ///
    /// Where a list cannot be read.
    pub(in super::super) fn less(self: Arc<Self>, revocation: &Revocation) -> Result<Arc<Self>, Error> {
        if revocation.lists.is_empty() {
            return Ok(self);
        }
        Ok(Arc::new(Self {
            certificates: self.certificates.clone(),
            by_subject: self.by_subject.clone(),
            lists: Some(Lists::read(&revocation.lists)?),
        }))
    }

    /// One that is given twice counts once.
    fn of(given: Vec<Arc<Certificate>>) -> Self {
        let certificates = Vec::with_capacity(given.len());
        let mut store = Self { certificates, by_subject: HashMap::new(), lists: None };
        for certificate in given {
            let places = store.by_subject.entry(certificate.subject_digest()).or_default();
            if places.iter().all(|place| store.certificates[*place].der != certificate.der) {
                places.push(store.certificates.len());
                store.certificates.push(certificate);
            }
        }
        store
    }

    /// The names of those who are trusted, in the order in which they were given.
    pub(in super::super) fn subjects(&self) -> Vec<DistinguishedName> {
        self.certificates.iter().map(|certificate| certificate.subject().to_vec().into()).collect()
    }

    /// Those whose subject may be the issuer of this one.
    pub(super) fn issuers(&self, subject: &Certificate) -> impl Iterator<Item = &Certificate> {
        let places = self.by_subject.get(&subject.issuer_digest()).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|place| &*self.certificates[*place])
    }
}

fn read(option: &str, certificates: &[Der]) -> Result<Vec<Arc<Certificate>>, Error> {
    certificates.iter().map(|der| read_one(der).ok_or_else(|| unreadable(option, der))).collect()
}

fn read_one(der: &Der) -> Option<Arc<Certificate>> {
    let mut certificate = Certificate::read(der)?;
    certificate.check_key();
    Some(Arc::new(certificate))
}

/// Mozilla's certificate authorities.
fn bundled() -> &'static Arc<Store> {
    static BUNDLED: OnceLock<Arc<Store>> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        Arc::new(Store::of(roots.filter_map(|der| read_one(&der.as_ref().into())).collect()))
    })
}

/// With the word that OpenSSL has for what is wrong at the outermost.
fn unreadable(option: &str, der: &[u8]) -> Error {
    let (code, reason) = match Elements::of(der).next() {
        _ if der.len() < 2 => ("ERR_OSSL_TOO_SMALL", "too small"),
        None => ("ERR_OSSL_TOO_LONG", "too long"),
        Some(_) => ("ERR_OSSL_WRONG_TAG", "wrong tag"),
    };
    Error::invalid(code, format!("{option} cannot be used: {reason}")).with_reason(reason)
}
