//! What is done before and after.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tracing::{Subscriber, debug_span, instrument::WithSubscriber, span};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};
use tredici::{Connect, ConnectExt, Error, ErrorKind, ListenOptions, Listener, Socket, Target};
use tredici_test::{RefusedPort, run_alone, within};

use super::{Greeter, connector, heard};

#[tokio::test]
async fn and_then_has_the_socket_to_itself() {
    let listener = Listener::bind("127.0.0.1:0".parse().expect("an address"), ListenOptions::new()).await;
    let listener = listener.expect("a listener");
    let target = || Target::tcp("127.0.0.1").port(listener.local_address().expect("TCP").port());
    let announced = connector().and_then(|mut socket: Socket| async move {
        socket.write_all(b"PROXY UNKNOWN\r\n").await?;
        Ok(socket)
    });
    let accepted = async { listener.accept().await.expect("a client").secure().await.expect("plain") };
    let (client, mut server) = tokio::join!(announced.connect(target()), accepted);
    client.expect("a connection").write_all(b"hello").await.expect("writes");
    let mut said = String::new();
    within("all that was said", server.read_to_string(&mut said)).await.expect("reads");
    assert_eq!(said, "PROXY UNKNOWN\r\nhello");

    let refusing = connector().and_then(|_: Socket| async { Err(Error::invalid("E_MINE", "not this one")) });
    let accepted = async { listener.accept().await.expect("a client").secure().await.expect("plain") };
    let (refused, mut server) = tokio::join!(refusing.connect(target()), accepted);
    let error = refused.expect_err("refused");
    assert_eq!((error.code(), error.phase().as_str()), ("E_MINE", "options"));
    assert_eq!(within("the end", server.read(&mut [0])).await.expect("a clean end"), 0);
}

#[tokio::test]
async fn a_signal_ends_what_comes_after_connecting_too() {
    let greeter = Greeter::tcp("hi").await;
    let signal = CancellationToken::new();
    let giving_up = signal.clone();
    let stuck = connector().and_then(move |socket: Socket| {
        giving_up.cancel();
        async move {
            std::future::pending::<()>().await;
            Ok(socket)
        }
    });
    let connecting = stuck.connect(greeter.target().signal(signal));
    let error = within("the end", connecting).await.expect_err("it was given up");
    assert_eq!((error.code(), error.phase().as_str()), ("ABORT_ERR", "check"));
}

#[tokio::test]
async fn a_signal_goes_along_with_a_target_that_is_made_anew() {
    let greeter = Greeter::tcp("hi").await;
    let port = greeter.target().destination().port.expect("TCP");
    let mapped = connector().map_target(move |_| Ok(Target::tcp("127.0.0.1").port(port)));
    let signal = CancellationToken::new();
    let target = || Target::tcp("elsewhere.invalid").port(1).signal(signal.clone());
    within("a connection", mapped.connect(target())).await.expect("nobody has given up");
    signal.cancel();
    let error = within("the end", mapped.connect(target())).await.expect_err("it was given up");
    assert_eq!(error.code(), "ABORT_ERR");
}

#[tokio::test]
async fn checked_refuses_with_all_that_is_known() {
    let greeter = Greeter::tcp("hi").await;
    let checked = |verdict: fn(&Socket) -> Result<(), Error>| {
        let connector = connector().checked(verdict);
        let target = greeter.target();
        async move { connector.connect(target).await }
    };
    assert_eq!(heard(checked(|_| Ok(())).await.expect("a connection")).await, "hi");
    let error = checked(|socket| {
        assert_eq!(socket.destination().hostname.as_deref(), Some("127.0.0.1"));
        Err(Error::invalid("E_MINE", "not this one"))
    });
    let error = error.await.expect_err("refused");
    assert_eq!((error.code(), error.phase().as_str(), error.attempts().len()), ("E_MINE", "check", 1));
    assert_eq!(error.target().and_then(|target| target.port), Some(greeter.port()));
    assert!(error.timings().connect.is_some());
}

#[tokio::test]
async fn map_target_goes_elsewhere_or_nowhere() {
    let greeter = Greeter::tcp("hi").await;
    let port = greeter.port();
    let mapped =
        connector().map_target(move |target: Target| match target.destination().hostname.as_deref() {
            Some("db.internal") => Ok(Target::tcp("127.0.0.1").port(port)),
            _ => Err(Error::invalid("UND_ERR_INVALID_ARG", "we go to .internal alone")),
        });
    let socket = mapped.connect(Target::tcp("db.internal").port(1)).await.expect("a connection");
    assert_eq!(socket.remote_address().map(|address| address.port()), Some(port));
    let error = mapped.connect(Target::tcp("elsewhere.test").port(1)).await.expect_err("nowhere");
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidOption, "we go to .internal alone"));
}

/// Notes spans and events of this test, each in the spans that it stands in.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl tracing::field::Visit for Text {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0 += &match field.name() {
            "message" => format!("{value:?}"),
            "to" | "code" | "phase" => format!(" {}={value:?}", field.name()),
            _ => String::new(),
        };
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut text = Text(String::new());
        attributes.record(&mut text);
        let span = context.span(id).expect("the span");
        let path: Vec<_> = span.scope().from_root().map(|span| span.name()).collect();
        self.0.lock().expect("notes").push(path.join(" > ") + &text.0);
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if event.metadata().target().starts_with("tredici::compose") {
            let mut text = Text(String::new());
            event.record(&mut text);
            let within = context.event_span(event).map_or("", |span| span.name());
            self.0.lock().expect("notes").push(format!("{within}: {}", text.0));
        }
    }
}

/// Alone, since what is traced is decided for a whole process, which tests on other threads are part of.
#[test]
fn traced_stands_around_all_of_it() {
    run_alone(concat!(module_path!(), "::traced_stands_around_all_of_it"), async {
        let (greeter, nobody) = (Greeter::tcp("hi").await, RefusedPort::new());
        let traced = connector().traced(|to| debug_span!("database", %to));
        let notes = Notes::default();
        let subscriber = Arc::new(tracing_subscriber::registry().with(notes.clone()));
        for port in [greeter.port(), nobody.port()] {
            let connecting = traced.connect(Target::tcp("127.0.0.1").port(port));
            let made = connecting
                .with_subscriber(Arc::clone(&subscriber) as Arc<dyn Subscriber + Send + Sync>)
                .await;
            assert_eq!(made.is_ok(), port == greeter.port());
        }
        let mut notes = notes.0.lock().expect("notes").clone();
        notes.retain(|note| !note.starts_with("database > connect > "));
        let to = |port| format!("tcp://127.0.0.1:{port}");
        assert_eq!(
            notes,
            [
                format!("database to={}", to(greeter.port())),
                "database > connect".to_owned(),
                "database: connected".to_owned(),
                format!("database to={}", to(nobody.port())),
                "database > connect".to_owned(),
                "database: not connected code=\"ECONNREFUSED\" phase=connect".to_owned(),
            ]
        );
    });
}
