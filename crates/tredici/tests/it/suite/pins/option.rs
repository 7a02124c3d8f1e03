//! Pins as an option: decided within the handshake, enforced or only reported.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use tracing::{Event, Level, Subscriber, field, instrument::WithSubscriber};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};
use tredici::{Connector, Error, ErrorKind, Observer, PinFailure, Pins, Socket, TlsVersion, events};
use tredici_test::{CertificateSpec, Pki, run_alone};

use super::{
    super::ends::{Echo, exchange, replacements, showing, target, trusting},
    fingerprint, key_pin, stranger,
};

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls1_2, TlsVersion::Tls1_3];

fn pins<const N: usize>(pins: [String; N]) -> Pins {
    Pins::new(pins).expect("pins")
}

/// A pin that nobody here matches.
fn wrong() -> String {
    key_pin(stranger().der())
}

async fn visit(connector: &Connector, server: &Echo) -> Result<Socket, Error> {
    let mut socket = connector.connect(target(server.port())).await?;
    exchange(&mut socket).await;
    Ok(socket)
}

fn cached(connector: &Connector, server: &Echo) -> usize {
    connector.cached_sessions(target(server.port())).expect("a number")
}

fn assert_mismatch(error: &Error) {
    assert_eq!((error.code(), error.phase().as_str()), ("ERR_TLS_PIN_MISMATCH", "check"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Check);
    assert!(!error.retryable());
}

#[tokio::test]
async fn a_pin_that_holds_and_a_spare_one() {
    let server = Echo::tls().await;
    let pki = Pki::shared();
    for newest in VERSIONS {
        for pin in [
            key_pin(pki.localhost().der()),
            key_pin(pki.root().der()),
            format!("cert-sha256:{}", fingerprint(pki.localhost().der())),
            format!("ca-sha256:{}", fingerprint(pki.intermediate().der())),
        ] {
            for pins in [pins([pin.clone()]), pins([wrong(), pin.clone()]), pins([pin.clone(), wrong()])] {
                let options = trusting().max_version(newest).pins(pins);
                let connector = Connector::new(options).expect("a connector");
                for resumed in [false, true] {
                    let socket = visit(&connector, &server).await.expect("a connection");
                    assert_eq!((socket.is_session_reused(), socket.authorized()), (resumed, true));
                    assert!(socket.pin_failure().is_none());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_pin_ends_the_handshake_and_says_what_to_pin() {
    let server = Echo::tls().await;
    let pki = Pki::shared();
    for newest in VERSIONS {
        let options = trusting().max_version(newest).pins(pins([wrong()]));
        let connector = Connector::new(options).expect("a connector");
        for _ in 0..2 {
            let error = visit(&connector, &server).await.expect_err("another key");
            assert_mismatch(&error);
            assert_eq!(error.peer_certificate().expect("whom we met").raw(), pki.localhost().der());
            assert!(error.hint().expect("a hint").contains(&key_pin(pki.localhost().der())), "{error}");
            let reason = error.reason().expect("what there is");
            assert!(reason.contains(&key_pin(pki.root().der())), "{reason}");
            assert_eq!(cached(&connector, &server), 0, "{newest}");
        }
        let pasted = Pins::new(error_pins(&connector, &server).await).expect("they can be pasted");
        let options = trusting().max_version(newest).pins(pasted);
        visit(&Connector::new(options).expect("a connector"), &server).await.expect("pinned now");
    }
}

/// The pins that the reason names.
async fn error_pins(connector: &Connector, server: &Echo) -> Vec<String> {
    let error = visit(connector, server).await.expect_err("another key");
    let (_, listed) = error.reason().expect("a reason").split_once("has ").expect("a list");
    listed.split(", ").map(str::to_owned).collect()
}

/// A chain that is remembered is not verified again; its pins are.
#[tokio::test]
async fn a_server_that_is_met_again_is_asked_again() {
    let server = Echo::tls().await;
    let options = trusting().max_cached_sessions(0).pins(pins([key_pin(Pki::shared().root().der())]));
    let connector = Connector::new(options).expect("a connector");
    for _ in 0..3 {
        visit(&connector, &server).await.expect("a connection");
    }
    connector.rotate(replacements().pins(pins([wrong()]))).expect("other pins");
    for _ in 0..2 {
        assert_mismatch(&visit(&connector, &server).await.expect_err("another key"));
    }
}

#[tokio::test]
async fn other_pins_are_another_trust() {
    let server = Echo::tls().await;
    let first = key_pin(Pki::shared().root().der());
    let connector = Connector::new(trusting().pins(pins([first.clone()]))).expect("a connector");
    visit(&connector, &server).await.expect("a connection");
    assert_ne!(cached(&connector, &server), 0);
    connector.rotate(replacements().pins(pins([first, wrong()]))).expect("a spare one");
    assert_eq!(cached(&connector, &server), 0);
    assert!(!visit(&connector, &server).await.expect("a connection").is_session_reused());
}

/// What is pinned changes between a session's first connection and the one that resumes it.
#[tokio::test]
async fn a_wrong_pin_on_a_resumed_connection() {
    let server = Echo::tls().await;
    let (right, wrong) = (pins([key_pin(Pki::shared().root().der())]), pins([wrong()]));
    for newest in VERSIONS {
        let changed = Arc::new(AtomicBool::new(false));
        let resumed = Arc::new(AtomicBool::new(false));
        let connector = Connector::new(trusting().max_version(newest)).expect("a connector").check({
            let (changed, resumed) = (changed.clone(), resumed.clone());
            let (right, wrong) = (right.clone(), wrong.clone());
            move |socket| {
                resumed.store(socket.is_session_reused(), Ordering::Relaxed);
                if changed.load(Ordering::Relaxed) { &wrong } else { &right }.verify(socket)
            }
        });
        visit(&connector, &server).await.expect("a connection");
        changed.store(true, Ordering::Relaxed);
        let error = visit(&connector, &server).await.expect_err("another key");
        assert_mismatch(&error);
        assert!(resumed.load(Ordering::Relaxed), "{newest}");
        assert!(error.hint().expect("a hint").contains(&key_pin(Pki::shared().localhost().der())));
    }
}

#[tokio::test]
async fn a_peer_that_is_not_authorized_matches_nothing_whoever_rejects() {
    let leaf = stranger().leaf(CertificateSpec::server(&["localhost"]));
    let server = Echo::with(showing(&leaf)).await;
    let own = || pins([key_pin(leaf.der())]);
    for newest in VERSIONS {
        let options = trusting().max_version(newest).pins(own());
        let strict = Connector::new(options.clone()).expect("a connector");
        let error = visit(&strict, &server).await.expect_err("not trusted");
        assert_eq!((error.code(), error.phase().as_str()), ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "verify"));

        let options = options.danger().reject_unauthorized(false);
        let lenient = Connector::new(options.clone()).expect("a connector");
        let error = visit(&lenient, &server).await.expect_err("not trusted, and so not known");
        assert_mismatch(&error);
        assert!(error.reason().is_none(), "nobody knows whose key that is: {error}");
        assert_eq!(error.peer_certificate().expect("whom we met").raw(), leaf.der());

        let reporting = Connector::new(options.pins_report_only(true)).expect("a connector");
        let socket = visit(&reporting, &server).await.expect("nobody rejects");
        assert!(!socket.authorized());
        assert_eq!(socket.pin_failure().expect("told").pins().count(), 0);
    }
}

/// What an observer was told of pins.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Option<PinFailure>>>>);

impl Observer for Told {
    fn verified(&self, _: &events::Connection<'_>, event: &events::Verified<'_>) {
        self.0.lock().expect("notes").push(event.pin_failure.cloned());
    }
}

#[tokio::test]
async fn report_only_lets_pass_and_tells() {
    let server = Echo::tls().await;
    for newest in VERSIONS {
        let told = Told::default();
        let options = trusting().max_version(newest).pins(pins([wrong()])).pins_report_only(true);
        let connector = Connector::new(options.observer(told.clone())).expect("a connector");
        for resumed in [false, true] {
            let socket = visit(&connector, &server).await.expect("it is only reported");
            assert_eq!((socket.is_session_reused(), socket.authorized()), (resumed, true));
            let failure = socket.pin_failure().expect("told").clone();
            let first = failure.pins().next().expect("the leaf's").to_string();
            assert_eq!(
                (failure.code(), first),
                ("ERR_TLS_PIN_MISMATCH", key_pin(Pki::shared().localhost().der()))
            );
            assert_eq!(failure.pins().count(), 6);
            assert_eq!(told.0.lock().expect("notes").pop(), Some(Some(failure)));
        }
        connector.rotate(replacements().pins_report_only(false)).expect("in earnest");
        assert_mismatch(&visit(&connector, &server).await.expect_err("enforced"));
    }
}

#[cfg(feature = "serde")]
#[tokio::test]
async fn the_report_has_it() {
    let server = Echo::tls().await;
    let options = trusting().pins(pins([wrong()])).pins_report_only(true);
    let socket = visit(&Connector::new(options).expect("a connector"), &server).await.expect("a connection");
    let report = serde_json::to_value(socket.report()).expect("JSON");
    assert_eq!(report["pinFailure"]["code"], "ERR_TLS_PIN_MISMATCH");
    assert_eq!(report["pinFailure"]["pins"][0], key_pin(Pki::shared().localhost().der()));
    let socket =
        visit(&Connector::new(trusting()).expect("a connector"), &server).await.expect("a connection");
    assert!(serde_json::to_value(socket.report()).expect("JSON").get("pinFailure").is_none());
}

/// The warnings of ours.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::WARN && event.metadata().target().starts_with("tredici::") {
            let mut words = Words(String::new());
            event.record(&mut words);
            self.0.lock().expect("notes").push(words.0);
        }
    }
}

struct Words(String);

impl field::Visit for Words {
    fn record_debug(&mut self, field: &field::Field, value: &dyn std::fmt::Debug) {
        self.0 += &format!("{field}={value:?} ");
    }
}

/// Alone, since what is traced is decided for a whole process, which tests on other threads are part of.
#[test]
fn report_only_warns() {
    run_alone(concat!(module_path!(), "::report_only_warns"), async {
        let server = Echo::tls().await;
        let warnings = Warnings::default();
        let subscriber = || tracing_subscriber::registry().with(warnings.clone());
        for (pin, warned) in [(key_pin(Pki::shared().root().der()), 0), (wrong(), 1)] {
            let options = trusting().pins(pins([pin])).pins_report_only(true);
            let connector = Connector::new(options).expect("a connector");
            connector
                .connect(target(server.port()))
                .with_subscriber(subscriber())
                .await
                .expect("a connection");
            let warnings = warnings.0.lock().expect("notes");
            assert_eq!(warnings.len(), warned, "{warnings:?}");
        }
        let warning = warnings.0.lock().expect("notes").remove(0);
        assert!(warning.contains("ERR_TLS_PIN_MISMATCH"), "{warning}");
        assert!(warning.contains(&key_pin(Pki::shared().localhost().der())), "{warning}");
    });
}
