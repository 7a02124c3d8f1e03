//! The phases of a connection as `tracing` spans, and what happens in them as events.

use std::sync::{Arc, Mutex};

use tracing::{Event, Subscriber, field, instrument::WithSubscriber, span};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::{LookupSpan, Scope},
};
use tredici::{Connector, FixedLookup, Target};
use tredici_test::run_alone;

use super::ends::{accept, listen, localhost, port, trusting};

/// Notes each new span and each event of ours with the spans that it stands in, outermost first.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Names {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        if attributes.metadata().target().starts_with("tredici::") {
            let span = context.span(id).expect("the span");
            let path: Vec<_> = span.scope().from_root().map(|span| span.name()).collect();
            self.0.lock().expect("names").push(path.join(" > "));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target().starts_with("tredici::") {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let spans = context.event_scope(event).into_iter().flat_map(Scope::from_root);
            let path: Vec<_> = spans.map(|span| span.name()).collect();
            self.0.lock().expect("names").push(format!("{}: {}", path.join(" > "), fields.message));
            if fields.message == "connected" {
                assert!(fields.names.contains(&"cipher"), "{:?}", fields.names);
            }
        }
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    names: Vec<&'static str>,
}

impl field::Visit for Fields {
    fn record_debug(&mut self, field: &field::Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => self.names.push(name),
        }
    }
}

/// Alone, since what is traced is decided for a whole process, which tests on other threads are part of.
#[test]
fn every_phase_is_a_span_within_the_connections() {
    run_alone(
        concat!(module_path!(), "::every_phase_is_a_span_within_the_connections"),
        names_of_the_spans(),
    );
}

async fn names_of_the_spans() {
    let listener = listen(localhost()).await;
    let port = port(&listener);
    let server = tokio::spawn(async move { accept(&listener).await });

    let options =
        trusting().lookup(FixedLookup::new().with("localhost", ["127.0.0.1".parse().expect("address")]));
    let connector = Connector::new(options).expect("connector");
    let names = Names::default();
    let subscriber = tracing_subscriber::registry().with(names.clone());
    connector
        .connect(Target::https("localhost").port(port))
        .with_subscriber(subscriber)
        .await
        .expect("socket");
    let renewing = connector.clone();
    async move { renewing.reload() }
        .with_subscriber(tracing_subscriber::registry().with(names.clone()))
        .await
        .expect("the same again");
    server.await.expect("server").expect("accepted");

    let names = names.0.lock().expect("names").clone();
    assert_eq!(
        names,
        [
            "connect",
            "connect: started",
            "connect > lookup",
            "connect > lookup: lookup_started",
            "connect > lookup: lookup_finished",
            "connect > dial",
            "connect > dial: attempt_started",
            "connect > dial: attempt_won",
            "connect > secure_connect",
            "connect > secure_connect: handshake_started",
            "connect > secure_connect: verified",
            "connect > secure_connect: handshake_finished",
            "connect: connected",
            ": rotated",
        ]
    );
}
