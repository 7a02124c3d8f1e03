//! Who watches connections come about.

pub mod events;
mod trace;
mod watch;

use std::{fmt, sync::Arc};

#[cfg(feature = "serde")]
use serde_json::Value;

pub(crate) use watch::{Watched, tell_rotation};

use super::{OptionKind, form::Form};
#[cfg(feature = "serde")]
use super::{callback::no_json_form, form::Place};
#[cfg(feature = "serde")]
use crate::error::Error;
use events::{
    Abandoned, AttemptEnded, AttemptStarted, CheckFinished, CheckStarted, Connected, Connection, Failed,
    HandshakeFinished, HandshakeStarted, LookupContinued, LookupFinished, LookupStarted, Rotated,
    RotationFailed, SessionOffered, Started, Verified,
};

/// The trait, and what passes every event on to several.
macro_rules! observer {
    (
        $(#[$intro:meta])+ trait;
        $($(#[doc = $doc:literal])+ $method:ident($event:ty);)+
        connector: $($(#[doc = $own_doc:literal])+ $own_method:ident($own_event:ty);)+
    ) => {
        $(#[$intro])+
        #[expect(unused_variables, reason = "who watches one event leaves the others alone")]
        pub trait Observer: Send + Sync {
            $(
                $(#[doc = $doc])+
                fn $method(&self, connection: &Connection<'_>, event: &$event) {}
            )+
            $(
                $(#[doc = $own_doc])+
                fn $own_method(&self, event: &$own_event) {}
            )+
        }

        impl<O: Observer + ?Sized> Observer for Arc<O> {
            $(fn $method(&self, connection: &Connection<'_>, event: &$event) {
                (**self).$method(connection, event);
            })+
            $(fn $own_method(&self, event: &$own_event) {
                (**self).$own_method(event);
            })+
        }

        /// Each is told, in order.
        impl<O: Observer> Observer for Vec<O> {
            $(fn $method(&self, connection: &Connection<'_>, event: &$event) {
                self.iter().for_each(|observer| observer.$method(connection, event));
            })+
            $(fn $own_method(&self, event: &$own_event) {
                self.iter().for_each(|observer| observer.$own_method(event));
            })+
        }

        /// Both are told, the first one first.
        impl<A: Observer, B: Observer> Observer for (A, B) {
            $(fn $method(&self, connection: &Connection<'_>, event: &$event) {
                self.0.$method(connection, event);
                self.1.$method(connection, event);
            })+
            $(fn $own_method(&self, event: &$own_event) {
                self.0.$own_method(event);
                self.1.$own_method(event);
            })+
        }
    };
}

observer! {
    /// Is told what happens while a connection comes about: undici's diagnostics channels, and what lies between them.
    ///
    /// Each method is one event, and does nothing unless it is written. It is given the connection, which events of
    /// connections that come about at the same time are told apart by, and what happened; but for [`rotated`](Self::rotated)
    /// and [`rotation_failed`](Self::rotation_failed), which are about the connector. What has started is ended by
    /// its own event, or with the whole: by [`failed`](Self::failed) where the time was up, by
    /// [`abandoned`](Self::abandoned) where the caller no longer waits.
    ///
    /// It is set by the option [`observer`](crate::ConnectOptions::observer), or for some calls alone by
    /// [`Connector::observe`](crate::Connector::observe). An [`Arc`] of an observer is one, and so are a pair of them and
    /// a `Vec`, such as `Vec<Arc<dyn Observer>>`. Where there is none, and nobody listens to `tracing`, a connection
    /// pays a branch for each event.
    ///
    /// The methods run on the task that connects, which waits for them: leave what takes long to somebody else. One that
    /// panics ends the connection, and the panic reaches whoever awaits it. No secret is told.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering::Relaxed}};
    /// use tredici::{ConnectOptions, Connector, Observer, events};
    ///
    /// #[derive(Default)]
    /// struct Refusals(AtomicUsize);
    ///
    /// impl Observer for Refusals {
    ///     fn attempt_failed(&self, connection: &events::Connection<'_>, event: &events::AttemptEnded<'_>) {
    ///         self.0.fetch_add(1, Relaxed);
    ///         eprintln!("{}: {} after {:?}", connection.destination, event.attempt.address(), connection.elapsed);
    ///     }
    /// }
    ///
    /// let refusals = Arc::new(Refusals::default());
    /// let connector = Connector::new(ConnectOptions::new().observer(refusals.clone()))?;
    /// # Ok::<(), tredici::Error>(())
    /// ```
    ///
    /// # What `tracing` is told
    ///
    /// The same events go to the crate `tracing`, within the spans listed here; an observer is not needed for it.
    ///
    #[doc = include_str!("observer/trace.md")]
    trait;

    /// A call for a connection begins; every term is settled. undici's `undici:client:beforeConnect`.
    started(Started);
    /// A name is to become addresses.
    lookup_started(LookupStarted<'_>);
    /// It has its first addresses, with which dialling begins, or could not be looked up: the phase `lookup` is over.
    lookup_finished(LookupFinished<'_>);
    /// More of its addresses have come, while the first ones are dialled. What has not come by the time one of them answers is
    /// not waited for.
    lookup_continued(LookupContinued<'_>);
    /// An address is not dialled, since `blockList` or `allowList` says so. It stands among the attempts all the same, as one
    /// that took no time.
    address_blocked(AttemptEnded<'_>);
    /// An address is tried.
    attempt_started(AttemptStarted<'_>);
    /// The address could not be connected to.
    attempt_failed(AttemptEnded<'_>);
    /// The address answered, and is the one that is used.
    attempt_won(AttemptEnded<'_>);
    /// The attempt was given up, because another one won or the caller's signal came.
    attempt_cancelled(AttemptEnded<'_>);
    /// The TLS handshake begins. It can do so a second time, after a server that choked on a session.
    handshake_started(HandshakeStarted<'_>);
    /// A session goes along with the handshake, to be resumed.
    session_offered(SessionOffered);
    /// The server has taken up the session.
    session_resumed(SessionOffered);
    /// The server would not have the session: it is not offered again.
    session_refused(SessionOffered);
    /// The peer's certificate was judged: chain, dates and name.
    verified(Verified<'_>);
    /// The TLS handshake is over.
    handshake_finished(HandshakeFinished<'_>);
    /// One of the caller's checks is to look at the socket.
    check_started(CheckStarted);
    /// It has.
    check_finished(CheckFinished<'_>);
    /// The caller gets the socket. undici's `undici:client:connected`.
    connected(Connected<'_>);
    /// The caller gets an error. undici's `undici:client:connectError`.
    failed(Failed<'_>);
    /// The caller has dropped the future: everything is closed.
    abandoned(Abandoned);

    connector:
    /// Identity, trust or revocation lists were replaced, by [`rotate`](crate::Connector::rotate),
    /// [`reload`](crate::Connector::reload), or because a file has changed that
    /// [`watch_files`](crate::Connector::watch_files) looks at. It is about the connector, not about a connection: whoever
    /// watches the connector by which it was done is told, on the thread that did it.
    rotated(Rotated);
    /// They could not be replaced: the old ones stay in force.
    rotation_failed(RotationFailed<'_>);
}

#[derive(Clone)]
pub(crate) struct SharedObserver(pub(crate) Arc<dyn Observer>);

impl<O: Observer + 'static> From<O> for SharedObserver {
    fn from(observer: O) -> Self {
        Self(Arc::new(observer))
    }
}

impl fmt::Debug for SharedObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer(..)")
    }
}

impl Form for SharedObserver {
    type Value = Self;
    const KIND: OptionKind = OptionKind::Callback;

    #[cfg(feature = "serde")]
    fn from_json(_json: &Value, place: &Place<'_>) -> Result<Self, Error> {
        Err(no_json_form(place, "give it in Rust"))
    }
}
