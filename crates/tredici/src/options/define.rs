//! The macro that turns the table of options into fields, builder methods, JSON reading and help.

/// One row is one option; a section is a heading in the command's help:
///
/// ```text
/// in "Section":
///
/// /// Documentation of the builder method; its first paragraph is the help of the command's flag.
/// client tls danger documentedName: Form = "default" (its value) rustls LIMIT => rust_name(what the builder takes);
/// ```
///
/// `client`, `server` or `both`; `tls` for an option that has no meaning without TLS, else `-`; `danger` for
/// one that weakens security, else `-`. The value of the default stands in brackets where there is one. `rustls` with
/// a [`Limit`](super::limit::Limit) stands where that engine does not honour every value; OpenSSL always does.
macro_rules! options {
    ($(in $section:literal: $(
        $(#[doc = $doc:literal])+
        $side:ident $tls:tt $danger:tt
        $name:ident: $form:ty = $default:literal $(($value:expr))? $(rustls $limit:path)? => $rust:ident($argument:ty);
    )+)+) => {
        /// What was given; `None` is the default.
        #[derive(Clone, Default)]
        pub(crate) struct Values {
            $($(pub(crate) $rust: Option<<$form as Form>::Value>,)+)+
        }

        impl Values {
            $($($(
                #[doc = concat!("`", stringify!($name), "` or its default.")]
                pub(crate) fn $rust(&self) -> <$form as Form>::Value {
                    self.$rust.clone().unwrap_or($value)
                }
            )?)+)+

            /// The options that were given and have no meaning without TLS.
            pub(crate) fn tls_terms(&self) -> impl Iterator<Item = &'static str> {
                let given = [$($((marked!($tls) && self.$rust.is_some()).then_some(stringify!($name)),)+)+];
                given.into_iter().flatten()
            }

            /// Whether there are any of those.
            pub(crate) fn names_tls(&self) -> bool {
                self.tls_terms().next().is_some()
            }

            /// The options that were given.
            pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
                let given = [$($(self.$rust.is_some().then_some(stringify!($name)),)+)+];
                given.into_iter().flatten()
            }

            /// These, but for what `over` gives.
            pub(super) fn overlaid(&self, over: &Self) -> Self {
                Self { $($($rust: over.$rust.clone().or_else(|| self.$rust.clone()),)+)+ }
            }

            /// The options that were given a value that this engine does not honour exactly.
            pub(crate) fn beyond(&self, engine: Engine) -> Vec<Beyond> {
                let mut beyond = Vec::new();
                if engine == Engine::Rustls {
                    $($($(if let Some(value) = &self.$rust && !($limit.honours)(value) {
                        beyond.push(Beyond { option: stringify!($name), honoured: $limit.words });
                    })?)+)+
                }
                beyond
            }

            /// Every value by itself, as its form judges it.
            pub(super) fn check_each(&self) -> Result<(), Error> {
                $($(if let Some(value) = &self.$rust {
                    <$form as Form>::check(value, &Place::option(stringify!($name)))?;
                })+)+
                Ok(())
            }

            #[cfg(feature = "serde")]
            pub(super) fn set_json(
                &mut self,
                name: &str,
                json: &serde_json::Value,
                place: &Place<'_>,
            ) -> Result<(), Error> {
                match name {
                    $($(stringify!($name) => self.$rust = read::<$form>(json, place)?,)+)+
                    _ => {}
                }
                Ok(())
            }

            /// The JSON value that a flag's text stands for.
            #[cfg(feature = "serde")]
            pub(super) fn flag_to_json(name: &str, text: &str) -> serde_json::Value {
                match name {
                    $($(stringify!($name) => <$form as Form>::from_flag(text),)+)+
                    _ => serde_json::Value::Null,
                }
            }

            pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut fields = f.debug_struct(name);
                $($(if let Some(value) = &self.$rust {
                    fields.field(stringify!($rust), value);
                })+)+
                fields.finish()
            }
        }

        /// Every option: what the command's flags, its help and its man page are made of.
        pub static OPTIONS: &[OptionRow] = &[$($(OptionRow {
            section: $section,
            name: stringify!($name),
            rust_name: stringify!($rust),
            kind: <$form as Form>::KIND,
            default: $default,
            side: side!($side),
            tls: marked!($tls),
            danger: marked!($danger),
            rustls: words!($($limit)?),
            doc: &[$($doc),+],
        }),+),+];

        impl ConnectOptions {
            $($(method! { [client -] [$side $danger] $(#[doc = $doc])+ ConnectOptions $rust $form, $argument })+)+
        }

        impl ConnectDanger {
            $($(method! { [client danger] [$side $danger] $(#[doc = $doc])+ ConnectOptions $rust $form, $argument })+)+
        }

        impl ListenOptions {
            $($(method! { [server -] [$side $danger] $(#[doc = $doc])+ ListenOptions $rust $form, $argument })+)+
        }

        impl ListenDanger {
            $($(method! { [server danger] [$side $danger] $(#[doc = $doc])+ ListenOptions $rust $form, $argument })+)+
        }
    };
}

/// The builder method of a row, where the row belongs on this side and behind (or not behind) `danger()`.
macro_rules! method {
    ([client -] [client -] $($method:tt)+) => { method! { define $($method)+ } };
    ([client -] [both -] $($method:tt)+) => { method! { define $($method)+ } };
    ([server -] [server -] $($method:tt)+) => { method! { define $($method)+ } };
    ([server -] [both -] $($method:tt)+) => { method! { define $($method)+ } };
    ([client danger] [client danger] $($method:tt)+) => { method! { define $($method)+ } };
    ([client danger] [both danger] $($method:tt)+) => { method! { define $($method)+ } };
    ([server danger] [server danger] $($method:tt)+) => { method! { define $($method)+ } };
    ([server danger] [both danger] $($method:tt)+) => { method! { define $($method)+ } };
    ([$($here:tt)+] [$($row:tt)+] $($method:tt)+) => {};
    (define $(#[doc = $doc:literal])+ $options:ident $rust:ident $form:ty, $argument:ty) => {
        $(#[doc = $doc])+
        #[must_use]
        pub fn $rust(self, $rust: $argument) -> $options {
            self.with(|values| values.$rust = given::<$form>($rust.into()))
        }
    };
}

macro_rules! marked {
    (-) => {
        false
    };
    ($mark:ident) => {
        true
    };
}

macro_rules! words {
    () => {
        None
    };
    ($limit:path) => {
        Some($limit.words)
    };
}

macro_rules! side {
    (client) => {
        Side::Client
    };
    (server) => {
        Side::Server
    };
    (both) => {
        Side::Both
    };
}
