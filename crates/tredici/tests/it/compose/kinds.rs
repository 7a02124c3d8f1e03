//! What is a connector.

use std::sync::Arc;

use tredici::{BoxConnector, Connect, ConnectExt, ConnectFuture, Connector, Error, Socket, Target};

use super::{Greeter, connector, heard};

struct Own(Connector);

impl Connect for Own {
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        self.0.connect(target).await
    }
}

async fn greets(connector: impl Connect, greeter: &Greeter) {
    assert_eq!(heard(connector.connect(greeter.target()).await.expect("a connection")).await, "hi");
}

#[tokio::test]
async fn connectors_closures_types_and_what_holds_them() {
    let greeter = Greeter::tcp("hi").await;
    greets(connector(), &greeter).await;
    greets(Own(connector()), &greeter).await;
    greets(Arc::new(Own(connector())), &greeter).await;
    let shared = connector();
    let closure = |target: Target| shared.connect(target);
    greets(closure, &greeter).await;
    greets(&closure, &greeter).await;
    let owning = connector();
    let owning = move |target: Target| {
        let connector = owning.clone();
        async move { connector.connect(target).await }
    };
    let cloned = owning.clone();
    let erased = move |target: Target| -> ConnectFuture<'static> { Box::pin(cloned(target)) };
    let shared: Arc<dyn Fn(Target) -> ConnectFuture<'static> + Send + Sync> = Arc::new(erased.clone());
    greets(shared, &greeter).await;
    let boxed: Box<dyn Fn(Target) -> ConnectFuture<'static> + Send + Sync> = Box::new(erased);
    greets(boxed, &greeter).await;
    let boxed: [BoxConnector; 4] = [
        connector().boxed(),
        owning.boxed(),
        Arc::new(Own(connector())).boxed(),
        BoxConnector::new(Own(connector())).clone().boxed(),
    ];
    for connector in boxed {
        greets(connector, &greeter).await;
    }
}

#[test]
fn a_box_tells_nothing_of_what_is_in_it() {
    assert_eq!(format!("{:?}", connector().boxed()), "BoxConnector(..)");
}
