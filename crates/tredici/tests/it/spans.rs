//! The phases of a connection as `tracing` spans.

use std::sync::{Arc, Mutex};

use tracing::{Subscriber, span};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};
use tredici::{ConnectOptions, Connector, FixedLookup, ListenOptions, Listener, Target};
use tredici_test::{Pki, run_alone};

/// Notes each new span of ours with those that it stands in, outermost first.
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
}

/// Alone, because whether a span is wanted is asked once in a process, by whichever thread comes to it first.
#[test]
fn every_phase_is_a_span_within_the_connections() {
    run_alone("spans::every_phase_is_a_span_within_the_connections", spans_of_a_connection());
}

async fn spans_of_a_connection() {
    let localhost = Pki::shared().localhost();
    let options = ListenOptions::new().cert(localhost.chain_pem()).key(localhost.key_pem());
    let listener = Listener::bind("127.0.0.1:0".parse().expect("address"), options).await.expect("listener");
    let port = listener.local_address().expect("address").port();
    let server = tokio::spawn(async move { listener.accept().await.expect("client").secure().await });

    let options = ConnectOptions::new()
        .ca(Pki::shared().root().pem())
        .lookup(FixedLookup::new().with("localhost", ["127.0.0.1".parse().expect("address")]));
    let connector = Connector::new(options).expect("connector");
    let names = Names::default();
    let subscriber = tracing_subscriber::registry().with(names.clone());
    tracing::subscriber::set_global_default(subscriber).expect("nobody else has set one");
    connector.connect(Target::https("localhost").port(port)).await.expect("socket");
    server.await.expect("server").expect("accepted");

    let names = names.0.lock().expect("names").clone();
    assert_eq!(names, ["connect", "connect > lookup", "connect > dial", "connect > secure_connect"]);
}
