//! Connectors made of connectors.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tredici::{Connect, Connector, Error, Socket, Target};
use tredici_test::RefusedPort;

use super::ends::{Echo, client_options, connector, exchange, listen_unix, target};

/// What an HTTP client does with whatever connects for it.
async fn talk(connect: &impl Connect, target: Target) -> Result<Socket, Error> {
    let mut socket = connect.connect(target).await?;
    exchange(&mut socket).await;
    Ok(socket)
}

#[tokio::test]
async fn a_connector_is_one() {
    let server = Echo::tls().await;
    assert!(talk(&connector(), target(server.port())).await.expect("a connection").authorized());
}

#[tokio::test]
async fn a_closure_may_change_the_target() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let _server = Echo::on(listen_unix(&path, super::ends::localhost()).await);
    let local = {
        let (connector, path) = (connector(), path.clone());
        move |target: Target| {
            let (connector, target) = (connector.clone(), target.socket_path(&path));
            async move { connector.connect(target).await }
        }
    };
    let socket = talk(&local, Target::https("localhost")).await.expect("a connection");
    assert_eq!(
        socket.destination().socket_path.as_ref().map(ToString::to_string),
        path.to_str().map(str::to_owned)
    );
}

/// Asks the second where the first does not answer.
struct Fallback<First, Second>(First, Second);

impl<First: Connect, Second: Connect> Connect for Fallback<First, Second> {
    async fn connect(&self, target: Target) -> Result<Socket, Error> {
        let again = Target::from(target.destination().clone());
        match self.0.connect(target).await {
            Err(error) if error.retryable() => self.1.connect(again).await,
            outcome => outcome,
        }
    }
}

#[tokio::test]
async fn connectors_are_composed() {
    let server = Echo::tls().await;
    let nobody = RefusedPort::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let redirected = |port: u16| {
        let (connector, asked) = (connector(), asked.clone());
        move |target: Target| {
            asked.fetch_add(1, Ordering::SeqCst);
            let connector = connector.clone();
            async move { connector.connect(target.port(port)).await }
        }
    };
    let composed = Fallback(redirected(nobody.port()), redirected(server.port()));
    let socket = talk(&composed, target(1)).await.expect("the second answers");
    assert_eq!(socket.destination().port, Some(server.port()));
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    let shared = Arc::new(composed);
    let spawned = tokio::spawn({
        let shared = shared.clone();
        async move { talk(&*shared, target(1)).await.map(drop) }
    });
    spawned.await.expect("it can be sent to another task").expect("a connection");
}

#[tokio::test]
async fn errors_of_a_closure_are_passed_on_as_they_are() {
    let refusing = |_: Target| async { Err(Error::check("kaboom")) };
    assert_eq!(talk(&refusing, target(1)).await.expect_err("kaboom").message(), "kaboom");
}

#[tokio::test]
async fn tls_through_what_another_connector_has_connected() {
    let server = Echo::tls().await;
    let plain = Connector::new(client_options()).expect("a connector");
    let upgrade = move |target: Target| {
        let (plain, secure) = (plain.clone(), connector());
        async move {
            let port = target.destination().port.unwrap_or_default();
            let stream = plain.connect(Target::tcp("127.0.0.1").port(port)).await?;
            secure.connect(target.over(stream)).await
        }
    };
    assert!(talk(&upgrade, target(server.port())).await.expect("a connection").authorized());
}
