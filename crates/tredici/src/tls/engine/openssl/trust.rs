//! Trust stores, the default one built once for the process.

use std::sync::OnceLock;

use openssl::{
    ssl::SslContextBuilder,
    x509::{X509, store::X509StoreBuilder},
};
use tredici_openssl::SharedStore;

use super::{
    super::{Anchors, Der, Trust},
    failure::{internal, option_error},
};
use crate::error::Error;

/// Has the context verify peers by these authorities.
pub(super) fn apply(context: &mut SslContextBuilder, trust: &Trust) -> Result<(), Error> {
    let attached = match trust.anchors {
        Anchors::Bundled if trust.extra.is_empty() => bundled()?.store.attach(context),
        _ => store(trust)?.attach(context),
    };
    attached.map_err(|stack| internal(&stack))
}

fn store(trust: &Trust) -> Result<SharedStore, Error> {
    let mut builder = X509StoreBuilder::new().map_err(|stack| internal(&stack))?;
    match &trust.anchors {
        Anchors::Bundled => add_all(&mut builder, bundled()?.certificates.iter().cloned())?,
        Anchors::Given(given) => add_all(&mut builder, read("ca", given)?)?,
    }
    add_all(&mut builder, read("extraCa", &trust.extra)?)?;
    Ok(SharedStore::new(builder))
}

fn read(option: &str, certificates: &[Der]) -> Result<Vec<X509>, Error> {
    certificates.iter().map(|der| X509::from_der(der).map_err(|stack| option_error(option, &stack))).collect()
}

fn add_all(
    builder: &mut X509StoreBuilder,
    certificates: impl IntoIterator<Item = X509>,
) -> Result<(), Error> {
    certificates
        .into_iter()
        .try_for_each(|certificate| builder.add_cert(certificate))
        .map_err(|stack| option_error("ca", &stack))
}

/// Mozilla's certificate authorities, parsed once.
struct Bundled {
    certificates: Vec<X509>,
    store: SharedStore,
}

fn bundled() -> Result<&'static Bundled, Error> {
    static BUNDLED: OnceLock<Bundled> = OnceLock::new();
    if let Some(bundled) = BUNDLED.get() {
        return Ok(bundled);
    }
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let certificates: Vec<_> =
        roots.map(|der| X509::from_der(der)).collect::<Result<_, _>>().map_err(|stack| internal(&stack))?;
    let mut builder = X509StoreBuilder::new().map_err(|stack| internal(&stack))?;
    add_all(&mut builder, certificates.iter().cloned())?;
    Ok(BUNDLED.get_or_init(|| Bundled { certificates, store: SharedStore::new(builder) }))
}
