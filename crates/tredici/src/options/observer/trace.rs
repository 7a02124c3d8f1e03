//! The events as `tracing` knows them. `trace.md` beside this file lists them for those who read them.

use tracing::{Level, debug, enabled, info, trace, warn};

use super::{
    Observer,
    events::{
        Abandoned, AttemptEnded, AttemptStarted, CheckFinished, CheckStarted, Connected, Connection, Failed,
        HandshakeFinished, HandshakeStarted, LookupContinued, LookupFinished, LookupStarted, Rotated,
        RotationFailed, SessionOffered, Started, Verified,
    },
};
use crate::{
    error::{AttemptError, Error},
    verify::{AuthorizationError, PinFailure},
};

const TARGET: &str = "tredici::connect";
const ROTATION: &str = "tredici::rotation";

pub(super) fn is_wanted() -> bool {
    enabled!(target: TARGET, Level::DEBUG)
}

pub(super) struct Trace;

impl Observer for Trace {
    fn started(&self, connection: &Connection<'_>, event: &Started) {
        let Connection { id, destination, .. } = connection;
        trace!(target: TARGET, connection = id, %destination, timeout = ?event.timeout, "started");
    }

    fn lookup_started(&self, connection: &Connection<'_>, event: &LookupStarted<'_>) {
        trace!(target: TARGET, connection = connection.id, hostname = event.hostname, "lookup_started");
    }

    fn lookup_finished(&self, connection: &Connection<'_>, event: &LookupFinished<'_>) {
        let LookupFinished { hostname, duration: elapsed, result } = event;
        let (id, code) = (connection.id, result.err().map(Error::code));
        debug!(target: TARGET, connection = id, hostname, addresses = ?result.unwrap_or_default(), code, ?elapsed, "lookup_finished");
    }

    fn lookup_continued(&self, connection: &Connection<'_>, event: &LookupContinued<'_>) {
        let LookupContinued { hostname, addresses } = event;
        debug!(target: TARGET, connection = connection.id, hostname, ?addresses, "lookup_continued");
    }

    fn address_blocked(&self, connection: &Connection<'_>, event: &AttemptEnded<'_>) {
        let (attempt, address) = (event.number, event.attempt.address());
        let code = event.attempt.error().map(AttemptError::code);
        debug!(target: TARGET, connection = connection.id, attempt, %address, code, "address_blocked");
    }

    fn attempt_started(&self, connection: &Connection<'_>, event: &AttemptStarted<'_>) {
        let AttemptStarted { number: attempt, address } = event;
        trace!(target: TARGET, connection = connection.id, attempt, %address, "attempt_started");
    }

    fn attempt_failed(&self, connection: &Connection<'_>, event: &AttemptEnded<'_>) {
        let (attempt, address, elapsed) = (event.number, event.attempt.address(), event.attempt.elapsed());
        let code = event.attempt.error().map(AttemptError::code);
        debug!(target: TARGET, connection = connection.id, attempt, %address, code, ?elapsed, "attempt_failed");
    }

    fn attempt_won(&self, connection: &Connection<'_>, event: &AttemptEnded<'_>) {
        let (attempt, address, elapsed) = (event.number, event.attempt.address(), event.attempt.elapsed());
        debug!(target: TARGET, connection = connection.id, attempt, %address, ?elapsed, "attempt_won");
    }

    fn attempt_cancelled(&self, connection: &Connection<'_>, event: &AttemptEnded<'_>) {
        let (attempt, address, elapsed) = (event.number, event.attempt.address(), event.attempt.elapsed());
        debug!(target: TARGET, connection = connection.id, attempt, %address, ?elapsed, "attempt_cancelled");
    }

    fn handshake_started(&self, connection: &Connection<'_>, event: &HandshakeStarted<'_>) {
        let HandshakeStarted { hostname, servername, engine } = event;
        trace!(target: TARGET, connection = connection.id, hostname, servername, engine, "handshake_started");
    }

    fn session_offered(&self, connection: &Connection<'_>, event: &SessionOffered) {
        trace!(target: TARGET, connection = connection.id, version = event.tls_version, "session_offered");
    }

    fn session_resumed(&self, connection: &Connection<'_>, event: &SessionOffered) {
        debug!(target: TARGET, connection = connection.id, version = event.tls_version, "session_resumed");
    }

    fn session_refused(&self, connection: &Connection<'_>, event: &SessionOffered) {
        debug!(target: TARGET, connection = connection.id, version = event.tls_version, "session_refused");
    }

    fn verified(&self, connection: &Connection<'_>, event: &Verified<'_>) {
        let Verified {
            hostname, duration: elapsed, is_enforced: enforced, is_session_reused: resumed, ..
        } = event;
        let (authorized, code) = (event.error.is_none(), event.error.map(AuthorizationError::code));
        let pins = event.pin_failure.map(PinFailure::code);
        debug!(target: TARGET, connection = connection.id, hostname, authorized, code, enforced, pins, resumed, ?elapsed, "verified");
    }

    fn handshake_finished(&self, connection: &Connection<'_>, event: &HandshakeFinished<'_>) {
        let (elapsed, agreed) = (event.duration, event.result.ok());
        let (version, cipher) = (agreed.map(|it| it.tls_version), agreed.and_then(|it| it.cipher));
        let alpn = agreed.and_then(|it| it.alpn_protocol);
        let (resumed, code) = (agreed.map(|it| it.is_session_reused), event.result.err().map(Error::code));
        debug!(target: TARGET, connection = connection.id, version, cipher, alpn, resumed, code, ?elapsed, "handshake_finished");
    }

    fn check_started(&self, connection: &Connection<'_>, event: &CheckStarted) {
        trace!(target: TARGET, connection = connection.id, check = event.number, "check_started");
    }

    fn check_finished(&self, connection: &Connection<'_>, event: &CheckFinished<'_>) {
        let CheckFinished { number: check, duration: elapsed, error } = event;
        let code = error.map(Error::code);
        debug!(target: TARGET, connection = connection.id, check, code, ?elapsed, "check_finished");
    }

    fn connected(&self, connection: &Connection<'_>, event: &Connected<'_>) {
        let Connection { id, elapsed, destination, .. } = connection;
        let (engine, authorized, agreed) = (event.engine, event.authorized, event.agreed);
        let (version, cipher) = (agreed.map(|it| it.tls_version), agreed.and_then(|it| it.cipher));
        let alpn = agreed.and_then(|it| it.alpn_protocol);
        let resumed = agreed.map(|it| it.is_session_reused);
        let address = event.remote_address.map(tracing::field::display);
        debug!(target: TARGET, connection = id, %destination, address, engine, version, cipher, alpn, resumed, authorized, ?elapsed, "connected");
    }

    fn failed(&self, connection: &Connection<'_>, event: &Failed<'_>) {
        let Connection { id, elapsed, destination, .. } = connection;
        let (phase, code, error) = (event.error.phase().as_str(), event.error.code(), event.error);
        debug!(target: TARGET, connection = id, %destination, phase, code, %error, ?elapsed, "failed");
    }

    fn abandoned(&self, connection: &Connection<'_>, event: &Abandoned) {
        let Connection { id, elapsed, destination, .. } = connection;
        debug!(target: TARGET, connection = id, %destination, phase = event.phase.as_str(), ?elapsed, "abandoned");
    }

    fn rotated(&self, event: &Rotated) {
        let Rotated { connector, duration: elapsed } = event;
        info!(target: ROTATION, connector, ?elapsed, "rotated");
    }

    fn rotation_failed(&self, event: &RotationFailed<'_>) {
        let RotationFailed { connector, duration: elapsed, error } = event;
        warn!(target: ROTATION, connector, code = error.code(), %error, ?elapsed, "rotation_failed");
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use tracing::{Event, Subscriber, field};
    use tracing_subscriber::{
        Layer,
        layer::{Context, SubscriberExt},
    };

    use super::*;
    use crate::{
        error::{Attempt, Phase},
        target::{Protocol, RemoteAddress},
        timing::Timings,
    };

    /// The name of an event, with its level and its fields.
    type Events = BTreeMap<String, (String, Vec<String>)>;

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Events>>);

    struct Message(String);

    impl field::Visit for Message {
        fn record_debug(&mut self, field: &field::Field, value: &dyn std::fmt::Debug) {
            if field.name() == "message" {
                self.0 = format!("{value:?}");
            }
        }
    }

    impl<S: Subscriber> Layer<S> for Seen {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut message = Message(String::new());
            event.record(&mut message);
            let metadata = event.metadata();
            let fields = metadata.fields().iter().map(|field| field.name().to_owned());
            let fields = fields.filter(|name| name != "message" && name != "connection").collect();
            let level = metadata.level().to_string().to_lowercase();
            self.0.lock().expect("events").insert(message.0, (level, fields));
        }
    }

    #[test]
    fn the_page_lists_what_is_told() {
        let seen = Seen::default();
        let subscriber = tracing_subscriber::registry().with(seen.clone());
        tracing::subscriber::with_default(subscriber, tell_everything);
        let told = std::mem::take(&mut *seen.0.lock().expect("events"));
        assert_eq!(told, listed());
    }

    /// The table of events in `trace.md`.
    fn listed() -> Events {
        let (_, events) = include_str!("trace.md").split_once("| event |").expect("a table");
        let rows = events.lines().skip(2).filter_map(|line| {
            let mut cells = line.split('|').map(|cell| cell.trim().replace('`', "")).skip(1);
            let (name, level, fields) = (cells.next()?, cells.next()?, cells.next()?);
            Some((name, (level, fields.split(", ").map(str::to_owned).collect())))
        });
        rows.collect()
    }

    fn tell_everything() {
        let destination = Protocol::Https.into();
        let connection =
            Connection { connector: 1, id: 1, elapsed: Duration::ZERO, destination: &destination };
        let (hostname, duration) = ("name", Duration::ZERO);
        let error = Error::check("no");
        let address = RemoteAddress::Ip(([127, 0, 0, 1], 1).into());
        let mut attempt = Attempt::begin(address.clone(), duration);
        attempt.end(2 * duration, None);
        let ended = AttemptEnded { number: 0, attempt: &attempt };
        let offered = SessionOffered { tls_version: "TLSv1.3" };
        Trace.started(&connection, &Started { timeout: None });
        Trace.lookup_started(&connection, &LookupStarted { hostname });
        Trace.lookup_finished(&connection, &LookupFinished { hostname, duration, result: Err(&error) });
        Trace.lookup_continued(&connection, &LookupContinued { hostname, addresses: &[] });
        Trace.address_blocked(&connection, &ended);
        Trace.attempt_started(&connection, &AttemptStarted { number: 0, address: &address });
        Trace.attempt_failed(&connection, &ended);
        Trace.attempt_won(&connection, &ended);
        Trace.attempt_cancelled(&connection, &ended);
        let started = HandshakeStarted { hostname, servername: None, engine: "rustls" };
        Trace.handshake_started(&connection, &started);
        Trace.session_offered(&connection, &offered);
        Trace.session_resumed(&connection, &offered);
        Trace.session_refused(&connection, &offered);
        let verified = Verified {
            hostname,
            start: duration,
            duration,
            error: None,
            is_enforced: true,
            pin_failure: None,
            are_pins_enforced: false,
            is_session_reused: false,
            peer_certificate: None,
        };
        Trace.verified(&connection, &verified);
        Trace.handshake_finished(&connection, &HandshakeFinished { duration, result: Err(&error) });
        Trace.check_started(&connection, &CheckStarted { number: 0 });
        Trace.check_finished(&connection, &CheckFinished { number: 0, duration, error: Some(&error) });
        let connected = Connected {
            version: None,
            local_address: None,
            remote_address: None,
            fd: None,
            peer_certificate: None,
            timings: &Timings::default(),
            attempts: &[],
            agreed: None,
            authorized: false,
            engine: None,
        };
        Trace.connected(&connection, &connected);
        Trace.failed(&connection, &Failed { error: &error });
        Trace.abandoned(&connection, &Abandoned { phase: Phase::Lookup });
        Trace.rotated(&Rotated { connector: 1, duration });
        Trace.rotation_failed(&RotationFailed { connector: 1, duration, error: &error });
    }
}
