//! A session that is not offered is told of, with the reason.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};
use tredici::Connector;
use tredici_test::run_alone;

use super::super::ends::{Echo, target, trusting};
use super::{terms::Heap, visit};

/// Notes the events of ours, each with its fields.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    /// Those that come while this is at work.
    pub(crate) async fn during(work: impl Future<Output = ()>) -> Vec<String> {
        let events = Self::default();
        work.with_subscriber(tracing_subscriber::registry().with(events.clone())).await;
        events.0.lock().expect("events").clone()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target().starts_with("tredici::connector") {
            let mut line = Line::default();
            event.record(&mut line);
            self.0.lock().expect("events").push(line.0);
        }
    }
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!("{field}={value:?}; ");
    }
}

/// Alone, since what is traced is decided for a whole process, which tests on other threads are part of.
#[test]
fn a_session_that_belongs_elsewhere_is_told_of() {
    run_alone(
        concat!(module_path!(), "::a_session_that_belongs_elsewhere_is_told_of"),
        one_that_belongs_elsewhere(),
    );
}

async fn one_that_belongs_elsewhere() {
    let (one, other) = (Echo::tls().await, Echo::tls().await);
    let heap = Arc::new(Heap::default());
    let connector = Connector::new(trusting().session_store(heap.clone())).expect("a connector");
    let told = Events::during(async {
        visit(&connector, target(one.port())).await;
        visit(&connector, target(other.port())).await;
    })
    .await;
    assert_eq!(told.len(), 2, "there were two tickets: {told:?}");
    for line in told {
        assert!(line.contains("a session of the store is not offered"), "{line}");
        assert!(line.contains(&format!("key=localhost port={}", other.port())), "{line}");
        assert!(line.contains("unfit=it belongs to another port or path"), "{line}");
    }
}
