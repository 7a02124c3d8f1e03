//! Which engine does the work: decided once, from the options alone.

use std::borrow::Cow;

use super::{
    super::engine::{BuiltIn, Identities},
    kind,
};
use crate::{
    error::{Error, ErrorKind, Phase},
    options::{Beyond, Engine, Values, sizes_of_rsa},
};

/// The engine, and what decided for it.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) built_in: &'static BuiltIn,
    /// `default`, `engine` where it was named, else the options that the engines before it do not honour.
    pub(crate) reason: Cow<'static, str>,
}

impl Choice {
    /// The engine's name.
    pub(crate) fn name(&self) -> &'static str {
        self.built_in.engine.as_str()
    }

    /// Whether the engine honours these options as well: it stays what it is.
    pub(super) fn confirm(&self, values: &Values, identities: Option<&Identities>) -> Result<(), Error> {
        match &*beyond(self.built_in.engine, values, identities) {
            [] => Ok(()),
            beyond => {
                let message = format!(
                    "the engine is {} and stays it, which cannot honour {}",
                    self.name(),
                    list(beyond)
                );
                let hint = "begin with another connector or listener: openssl honours it";
                Err(unsupported(message).with_hint(hint))
            }
        }
    }
}

/// The engine that was named, or the first that honours every option exactly. Before anything is read the options are
/// asked alone, and once they have been read the certificates and keys too that they name.
pub(super) fn choose(
    values: &Values,
    identities: Option<&Identities>,
    built_in: &'static [BuiltIn],
) -> Result<Choice, Error> {
    let beyond = |engine| beyond(engine, values, identities);
    match values.engine() {
        Engine::Auto => first_to_honour(beyond, built_in),
        named => by_name(named, &beyond(named), built_in),
    }
}

/// What the engine does not honour of all that was given.
fn beyond(engine: Engine, values: &Values, identities: Option<&Identities>) -> Vec<Beyond> {
    let mut beyond = values.beyond(engine);
    let mut leaves = identities
        .iter()
        .flat_map(|identities| &identities.chains)
        .filter_map(|chain| chain.certificates.first());
    if let Some(sizes) = sizes_of_rsa(engine)
        && !beyond.contains(&Beyond::KEY)
        && leaves.any(|leaf| kind::rsa_bits(leaf).is_some_and(|bits| !sizes.contains(&bits)))
    {
        beyond.push(Beyond::KEY);
    }
    beyond
}

fn first_to_honour(
    asked: impl Fn(Engine) -> Vec<Beyond>,
    built_in: &'static [BuiltIn],
) -> Result<Choice, Error> {
    let mut beyond = Vec::new();
    for built_in in built_in {
        let more = asked(built_in.engine);
        if more.is_empty() {
            return Ok(Choice { built_in, reason: reason(&beyond) });
        }
        beyond.extend(more);
    }
    let engines = list(built_in.iter().map(|built_in| built_in.engine));
    let message = format!("{engines} cannot honour {}, and no other engine is built in", list(beyond));
    Err(unsupported(message).with_hint("build with the feature openssl, or leave the option out"))
}

fn by_name(named: Engine, beyond: &[Beyond], built_in: &'static [BuiltIn]) -> Result<Choice, Error> {
    let Some(chosen) = built_in.iter().find(|built_in| built_in.engine == named) else {
        let message = format!("options.engine asks for {named}, which is not built in");
        return Err(
            unsupported(message).with_hint(format!("leave it out, or build with the feature {named}"))
        );
    };
    match beyond {
        [] => Ok(Choice { built_in: chosen, reason: "engine".into() }),
        beyond => {
            let message = format!("options.engine asks for {named}, which cannot honour {}", list(beyond));
            Err(unsupported(message).with_hint(match built_in.iter().any(|other| other.engine != named) {
                true => "leave options.engine out, or ask for openssl",
                false => {
                    "build with the feature openssl and leave options.engine out, or leave the option out"
                }
            }))
        }
    }
}

fn reason(beyond: &[Beyond]) -> Cow<'static, str> {
    match beyond {
        [] => "default".into(),
        beyond => list(beyond.iter().map(|beyond| beyond.option)).into(),
    }
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, Phase::Options, "UND_ERR_NOT_SUPPORTED", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ConnectOptions, PrivateKey, Session, TlsVersion};

    const fn engine(engine: Engine) -> BuiltIn {
        BuiltIn { engine, compile: |_| Err(unsupported(String::new())) }
    }

    static RUSTLS: [BuiltIn; 1] = [engine(Engine::Rustls)];
    static OPENSSL: [BuiltIn; 1] = [engine(Engine::OpenSsl)];
    static BOTH: [BuiltIn; 2] = [engine(Engine::Rustls), engine(Engine::OpenSsl)];

    /// The engine and the reason, or the message and the hint.
    fn chosen(
        options: &ConnectOptions,
        built_in: &'static [BuiltIn],
    ) -> Result<(&'static str, String), (String, String)> {
        match choose(options.values(), None, built_in) {
            Ok(choice) => Ok((choice.name(), choice.reason.into_owned())),
            Err(error) => {
                assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, "UND_ERR_NOT_SUPPORTED"));
                assert_eq!(error.phase(), Phase::Options);
                Err((error.message().to_owned(), error.hint().expect("a hint").to_owned()))
            }
        }
    }

    fn is(engine: &'static str, reason: &str) -> Result<(&'static str, String), (String, String)> {
        Ok((engine, reason.to_owned()))
    }

    #[test]
    fn the_preferred_engine_where_it_honours_every_option() {
        let options = ConnectOptions::new().min_version(TlsVersion::Tls1_2).ciphers("TLS_AES_128_GCM_SHA256");
        for options in [ConnectOptions::new(), options.clone(), options.engine(Engine::Auto)] {
            assert_eq!(chosen(&options, &BOTH), is("rustls", "default"));
            assert_eq!(chosen(&options, &RUSTLS), is("rustls", "default"));
            assert_eq!(chosen(&options, &OPENSSL), is("openssl", "default"));
        }
    }

    #[test]
    fn the_options_that_it_does_not_honour_choose_the_next() {
        let session = Session::from_der([0x30, 0]).expect("a session");
        let options = ConnectOptions::new;
        for (options, reason) in [
            (options().ciphers("HIGH:!aNULL"), "ciphers"),
            (options().ciphers("BOGUS"), "ciphers"),
            (options().min_version(TlsVersion::Tls1_1), "minVersion"),
            (options().passphrase("secret"), "passphrase"),
            (options().key(PrivateKey::new("key").passphrase("secret")), "key"),
            (options().session(session), "session"),
            (
                options().min_version(TlsVersion::Tls1_0).max_version(TlsVersion::Tls1_1).ciphers("DEFAULT"),
                "minVersion, maxVersion, ciphers",
            ),
        ] {
            assert_eq!(chosen(&options, &BOTH), is("openssl", reason));
            assert_eq!(chosen(&options, &OPENSSL), is("openssl", "default"));
            let (message, hint) = chosen(&options, &RUSTLS).expect_err("nobody honours it");
            for name in reason.split(", ") {
                assert!(message.contains(&format!("options.{name}")), "{message}");
            }
            assert!(message.starts_with("rustls cannot honour options.") && hint.contains("openssl"));
            let (message, hint) = chosen(&options.engine(Engine::Rustls), &BOTH).expect_err("it says no");
            assert!(message.starts_with("options.engine asks for rustls, which cannot honour options."));
            assert!(hint.contains("openssl"), "{hint}");
        }
    }

    #[test]
    fn what_is_honoured_stands_beside_the_name() {
        let options = ConnectOptions::new().min_version(TlsVersion::Tls1_0).passphrase("secret");
        let (message, _) = chosen(&options, &RUSTLS).expect_err("nobody honours it");
        let honoured = "rustls cannot honour options.passphrase, options.minVersion (only TLSv1.2 and TLSv1.3), \
            and no other engine is built in";
        assert_eq!(message, honoured);
    }

    #[test]
    fn an_engine_is_named() {
        let options = |engine| ConnectOptions::new().engine(engine);
        assert_eq!(chosen(&options(Engine::Rustls), &BOTH), is("rustls", "engine"));
        assert_eq!(chosen(&options(Engine::OpenSsl), &BOTH), is("openssl", "engine"));
        assert_eq!(chosen(&options(Engine::OpenSsl).passphrase("secret"), &BOTH), is("openssl", "engine"));
        for (wanted, built_in) in [(Engine::Rustls, &OPENSSL), (Engine::OpenSsl, &RUSTLS)] {
            let (message, hint) = chosen(&options(wanted), built_in).expect_err("not built in");
            assert_eq!(message, format!("options.engine asks for {wanted}, which is not built in"));
            assert_eq!(hint, format!("leave it out, or build with the feature {wanted}"));
        }
    }
}
