//! tonic, over TLS and over a Unix socket.

use tokio::task::JoinHandle;
use tonic::transport::Endpoint;
use tredici::{ConnectExt, Connector, ListenOptions, Listener, Routes};
use tredici_test::{Pki, within};

use super::super::ends::{client_options, connector, listen, listen_unix, localhost, port, trusting};
use crate::examples::grpc as example;

struct Server(JoinHandle<()>);

impl Server {
    fn on(listener: Listener) -> Self {
        Self(tokio::spawn(example::serve(listener)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn endpoint(uri: String) -> Endpoint {
    Endpoint::from_shared(uri).expect("a URI")
}

#[tokio::test]
async fn tonic_takes_a_connector_as_it_is() {
    let listener = listen(localhost().alpn_protocols(["h2"])).await;
    let endpoint = endpoint(format!("https://localhost:{}", port(&listener)));
    let _server = Server::on(listener);
    let connector = Connector::new(trusting().alpn_protocols(["h2"])).expect("a connector");
    let channel = within("a channel", endpoint.connect_with_connector(connector)).await.expect("a channel");
    for name in ["Ada", "Grace"] {
        let said = within("an answer", example::hello(&channel, name)).await.expect("an answer");
        assert_eq!(said, format!("hello, {name}"));
    }
}

/// Which tonic leaves to us where it has TLS of its own, too.
#[tokio::test]
async fn an_endpoint_that_is_tls_and_no_https() {
    let listener = listen(localhost().alpn_protocols(["h2"])).await;
    let authority = format!("localhost:{}", port(&listener));
    let _server = Server::on(listener);
    let origin = format!("https://{authority}").parse().expect("a URI");
    let endpoint = endpoint(format!("tls://{authority}")).origin(origin);
    let connector = Connector::new(trusting().alpn_protocols(["h2"])).expect("a connector");
    let channel = within("a channel", endpoint.connect_with_connector(connector)).await.expect("a channel");
    assert_eq!(within("an answer", example::hello(&channel, "Ada")).await.expect("an answer"), "hello, Ada");
}

#[tokio::test]
async fn a_unix_socket_by_a_route() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("grpc");
    let _server = Server::on(listen_unix(&path, ListenOptions::new()).await);
    let connector = connector().routed(Routes::new().socket_path("greeter.internal", &path).expect("a name"));
    let channel = endpoint("http://greeter.internal".to_owned()).connect_with_connector_lazy(connector);
    let said = within("an answer", example::hello(&channel, "Ada")).await.expect("an answer");
    assert_eq!(said, "hello, Ada");
}

#[tokio::test]
async fn the_server_is_verified() {
    let listener = listen(localhost().alpn_protocols(["h2"])).await;
    let endpoint = endpoint(format!("https://localhost:{}", port(&listener)));
    let _server = Server::on(listener);
    let stranger = tredici_test::Authority::new("Stranger");
    assert_ne!(stranger.der(), Pki::shared().root().der());
    let connector = Connector::new(client_options().ca(stranger.pem())).expect("a connector");
    let error =
        within("a refusal", endpoint.connect_with_connector(connector)).await.expect_err("a stranger's");
    let sources = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let ours = sources.filter_map(|error| error.downcast_ref::<tredici::Error>()).next();
    assert_eq!(ours.expect("one of ours").phase().as_str(), "verify");
}
