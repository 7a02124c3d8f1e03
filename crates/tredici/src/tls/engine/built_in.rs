//! The engines that are built in.

use std::sync::Arc;

use super::{Context, ContextTerms};
use crate::{error::Error, options::Engine};

/// One of them.
#[derive(Debug)]
pub(crate) struct BuiltIn {
    pub(crate) engine: Engine,
    /// Compiles the options of one side.
    pub(crate) compile: fn(&ContextTerms) -> Result<Arc<dyn Context>, Error>,
}

/// All of them, the preferred first.
pub(crate) static BUILT_IN: &[BuiltIn] = &[
    #[cfg(feature = "rustls")]
    BuiltIn {
        engine: Engine::Rustls,
        compile: |terms| Ok(Arc::new(super::rustls::RustlsContext::new(terms)?)),
    },
    #[cfg(feature = "openssl")]
    BuiltIn {
        engine: Engine::OpenSsl,
        compile: |terms| Ok(Arc::new(super::openssl::OpensslContext::new(terms)?)),
    },
];
