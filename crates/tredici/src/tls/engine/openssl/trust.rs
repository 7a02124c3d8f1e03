//! Trust stores, the default one built once for the process.

use std::sync::{Arc, OnceLock};

use openssl::{
    ssl::SslContextBuilder,
    x509::{X509, X509Crl, X509Ref, store::X509StoreBuilder, verify::X509VerifyFlags},
};
use tredici_openssl::{SharedStore, add_crl};

use super::{
    super::{Anchors, Der, Revocation, Trust},
    failure::{internal, option_error, reason},
    verification,
};
use crate::error::Error;

/// Has the context verify peers by these authorities, less whom they have revoked, and returns them.
pub(super) fn apply(
    context: &mut SslContextBuilder,
    trust: &Trust,
    revocation: &Revocation,
) -> Result<Authorities, Error> {
    let lists = &revocation.lists;
    let trusted = match &trust.anchors {
        Anchors::Bundled if trust.extra.is_empty() && lists.is_empty() => bundled()?,
        Anchors::Bundled => &Trusted::new(bundled()?.authorities.iter().cloned(), &trust.extra, lists)?,
        Anchors::Given(given) => &Trusted::new(read("ca", given)?, &trust.extra, lists)?,
    };
    trusted.store.attach(context).map_err(|stack| internal(&stack))?;
    Ok(trusted.authorities.clone())
}

/// The authorities of a context.
pub(super) type Authorities = Arc<[Authority]>;

/// A certificate that is trusted, and its bytes once somebody has asked.
#[derive(Clone)]
pub(super) struct Authority {
    certificate: X509,
    der: OnceLock<Der>,
}

impl Authority {
    /// Whether OpenSSL means this very object, as it does where a path ends in the store.
    pub(super) fn is(&self, certificate: &X509Ref) -> bool {
        std::ptr::eq(&*self.certificate, certificate)
    }

    /// The bytes, shared by all paths that end here.
    pub(super) fn der(&self) -> Der {
        self.der.get_or_init(|| verification::der(&self.certificate)).clone()
    }
}

impl From<X509> for Authority {
    fn from(certificate: X509) -> Self {
        Self { certificate, der: OnceLock::new() }
    }
}

/// A store with what is in it.
struct Trusted {
    authorities: Authorities,
    store: SharedStore,
}

impl Trusted {
    fn new(
        anchors: impl IntoIterator<Item = Authority>,
        extra: &[Der],
        lists: &[Der],
    ) -> Result<Self, Error> {
        let authorities: Authorities = anchors.into_iter().chain(read("extraCa", extra)?).collect();
        let mut builder = X509StoreBuilder::new().map_err(|stack| internal(&stack))?;
        for authority in &*authorities {
            builder.add_cert(authority.certificate.clone()).map_err(|stack| option_error("ca", &stack))?;
        }
        revoke(&mut builder, lists)?;
        Ok(Self { authorities, store: SharedStore::new(builder) })
    }
}

/// Has every certificate of a path looked up in the list of its issuer, which must be there.
fn revoke(builder: &mut X509StoreBuilder, lists: &[Der]) -> Result<(), Error> {
    if lists.is_empty() {
        return Ok(());
    }
    for list in lists {
        let list = X509Crl::from_der(list).map_err(|stack| Revocation::unreadable(reason(&stack)))?;
        add_crl(builder, &list).map_err(|stack| option_error("crl", &stack))?;
    }
    let flags = X509VerifyFlags::CRL_CHECK | X509VerifyFlags::CRL_CHECK_ALL;
    builder.set_flags(flags).map_err(|stack| option_error("crl", &stack))
}

fn read(option: &str, certificates: &[Der]) -> Result<Vec<Authority>, Error> {
    let read = |der: &Der| match X509::from_der(der) {
        Ok(certificate) => Ok(Authority { certificate, der: OnceLock::from(der.clone()) }),
        Err(stack) => Err(option_error(option, &stack)),
    };
    certificates.iter().map(read).collect()
}

/// Mozilla's certificate authorities, parsed once.
fn bundled() -> Result<&'static Trusted, Error> {
    static BUNDLED: OnceLock<Trusted> = OnceLock::new();
    if let Some(bundled) = BUNDLED.get() {
        return Ok(bundled);
    }
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| X509::from_der(der));
    let roots: Vec<_> = roots.collect::<Result<_, _>>().map_err(|stack| internal(&stack))?;
    let trusted = Trusted::new(roots.into_iter().map(Authority::from), &[], &[])?;
    Ok(BUNDLED.get_or_init(|| trusted))
}
