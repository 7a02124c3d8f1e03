//! A connector as hyper-util's client and tonic take it.
#![cfg(feature = "hyper")]

mod grpc;

use std::{future::poll_fn, path::Path};

use http::Extensions;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response, StatusCode, Uri, Version,
    body::{Bytes, Incoming},
};
use hyper_util::{
    client::legacy::{Client, connect::Connection},
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use serde_json::Value;
use tokio::task::{JoinHandle, JoinSet};
use tower_service::Service;
use tredici::{ConnectExt, ConnectionInfo, Connector, Error, ListenOptions, Listener, Routes, Socket};
use tredici_test::{Behaviour, NodeServer, Pki, within};

use super::ends::{Echo, client_options, connector, listen, listen_unix, localhost, port, target, trusting};

/// A server on hyper that answers each request with the version and the path; gone when it is dropped.
struct Server(JoinHandle<()>);

impl Server {
    fn on(listener: Listener) -> Self {
        Self(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok(incoming) = listener.accept().await {
                connections.spawn(async move {
                    let socket = incoming.secure().await.expect("a handshake");
                    let service = hyper::service::service_fn(|request: Request<Incoming>| async move {
                        Ok::<_, Error>(Response::new(format!(
                            "{:?} {}",
                            request.version(),
                            request.uri().path()
                        )))
                    });
                    // Hyper takes the socket as it is. A client may go as it likes.
                    let server = auto::Builder::new(TokioExecutor::new());
                    let _ended = server.serve_connection(socket, service).await;
                });
            }
        }))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What hyper-util asks of a connector is all that it is asked for here.
fn client<C>(connector: C) -> Client<C, Empty<Bytes>>
where
    C: hyper_util::client::legacy::connect::Connect + Clone,
{
    Client::builder(TokioExecutor::new()).build(connector)
}

async fn get<C>(client: &Client<C, Empty<Bytes>>, uri: &str) -> (Version, String)
where
    C: hyper_util::client::legacy::connect::Connect + Clone + Send + Sync + 'static,
{
    let response = within("an answer", client.get(uri.parse().expect("a URI"))).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let version = response.version();
    let body = within("a body", response.into_body().collect()).await.expect("a body").to_bytes();
    (version, String::from_utf8(body.into()).expect("text"))
}

#[tokio::test]
async fn alpn_decides_between_the_versions_of_http() {
    for (offered, version) in [("http/1.1", Version::HTTP_11), ("h2", Version::HTTP_2)] {
        let listener = listen(localhost().alpn_protocols([offered])).await;
        let uri = format!("https://localhost:{}/x?y", port(&listener));
        let _server = Server::on(listener);
        let client = client(connector());
        for _ in 0..3 {
            assert_eq!(get(&client, &uri).await, (version, format!("{version:?} /x")));
        }
    }
}

#[tokio::test]
async fn a_response_tells_of_its_connection() {
    let listener = listen(localhost().alpn_protocols(["h2"])).await;
    let port = port(&listener);
    let _server = Server::on(listener);
    let client = client(connector());
    let uri = || format!("https://localhost:{port}/").parse().expect("a URI");
    let response = within("an answer", client.get(uri())).await.expect("an answer");
    let told = response.extensions().get::<ConnectionInfo>().expect("its connection").clone();
    assert_eq!((told.tls_version(), told.alpn_protocol()), (Some("TLSv1.3"), Some("h2")));
    assert!(told.authorized() && !told.is_session_reused());
    assert_eq!(told.remote_address().map(|address| address.port()), Some(port));
    assert_eq!(told.destination().to_string(), format!("https://localhost:{port}"));
    assert!(told.timings().total >= told.timings().secure_connect.expect("TLS"));
    let certificate = told.peer_certificate().expect("whom we talk to");
    assert_eq!(certificate.raw(), Pki::shared().localhost().der());
}

/// Reading certificates takes long, and hardly a response is asked for them.
#[tokio::test]
async fn a_peer_is_read_once_for_socket_and_response() {
    let server = Echo::tls().await;
    let socket = connector().connect(target(server.port())).await.expect("a connection");
    let mut extensions = Extensions::new();
    socket.connected().get_extras(&mut extensions);
    let told = extensions.get::<ConnectionInfo>().expect("its connection");
    let (told, known) = (told.peer_certificate(), socket.peer_certificate());
    assert!(std::ptr::eq(told.expect("one"), known.expect("one")));
}

#[tokio::test]
async fn http_is_plain_and_with_prior_knowledge_h2() {
    let listener = listen(ListenOptions::new()).await;
    let uri = format!("http://127.0.0.1:{}/", port(&listener));
    let _server = Server::on(listener);
    assert_eq!(get(&client(connector()), &uri).await.0, Version::HTTP_11);
    let knowing = Connector::new(client_options().use_h2c(true)).expect("a connector");
    assert_eq!(get(&client(knowing), &uri).await.0, Version::HTTP_2);
}

#[tokio::test]
async fn ipv6_in_brackets() {
    let Ok(listener) = Listener::bind("[::1]:0".parse().expect("an address"), localhost()).await else {
        return eprintln!("SKIPPED: this machine has no IPv6");
    };
    let uri = format!("https://[::1]:{}/", port(&listener));
    let _server = Server::on(listener);
    assert_eq!(get(&client(connector()), &uri).await.1, "HTTP/1.1 /");
}

async fn over_unix(path: &Path, options: ListenOptions, uri: &str) -> String {
    let _server = Server::on(listen_unix(path, options).await);
    let routes = Routes::new().socket_path("localhost", path).expect("a name");
    let client = client(connector().routed(routes));
    get(&client, uri).await.1
}

#[tokio::test]
async fn a_unix_socket_by_a_route() {
    let folder = tempfile::tempdir().expect("a folder");
    let (plain, tls) = (folder.path().join("plain"), folder.path().join("tls"));
    assert_eq!(over_unix(&plain, ListenOptions::new(), "http://localhost/a").await, "HTTP/1.1 /a");
    assert_eq!(over_unix(&tls, localhost(), "https://localhost/b").await, "HTTP/1.1 /b");
}

#[tokio::test]
async fn whatever_connectors_are_put_together_to() {
    let listener = listen(localhost()).await;
    let uri = format!("https://localhost:{}/", port(&listener));
    let _server = Server::on(listener);
    let composed = connector()
        .checked(|socket| if socket.authorized() { Ok(()) } else { Err(Error::check("who is it?")) })
        .map_target(Ok)
        .and_then(|socket: Socket| async { Ok(socket) })
        .or(connector())
        .routed(Routes::new())
        .timeout(std::time::Duration::from_secs(60))
        .concurrency_limit(1)
        .expect("a limit")
        .traced(|_| tracing::Span::none());
    assert_eq!(get(&client(composed.clone()), &uri).await.0, Version::HTTP_11);
    assert_eq!(get(&client(composed.boxed()), &uri).await.0, Version::HTTP_11);
}

#[tokio::test]
async fn nodes_servers() {
    if !NodeServer::is_available() {
        return;
    }
    for (http2, told, version) in [(false, "1.1", Version::HTTP_11), (true, "2.0", Version::HTTP_2)] {
        let server = NodeServer::with(Pki::shared().localhost()).then(Behaviour::Requests { http2 });
        let server = server.start().await;
        let client = client(Connector::new(trusting().prefer_h2(true)).expect("a connector"));
        let authority = format!("localhost:{}", server.port());
        for path in ["/a", "/b?c"] {
            let (spoken, body) = get(&client, &format!("https://{authority}{path}")).await;
            let seen: Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!((spoken, &seen["httpVersion"]), (version, &told.into()));
            assert_eq!((&seen["url"], &seen["authority"]), (&path.into(), &authority.clone().into()));
        }
    }
}

#[tokio::test]
async fn its_errors_are_ours() {
    let mut connector = connector();
    poll_fn(|cx| connector.poll_ready(cx)).await.expect("always ready");
    for (uri, code) in [
        ("ftp://localhost/", "UND_ERR_INVALID_ARG"),
        ("https://me:secret@localhost/", "UND_ERR_INVALID_ARG"),
        ("/path", "UND_ERR_INVALID_ARG"),
    ] {
        let error = connector.call(Uri::from_static(uri)).await.expect_err(uri);
        assert_eq!((error.code(), error.phase().as_str()), (code, "options"));
    }
    let nobody = tredici_test::RefusedPort::new();
    let uri: Uri = format!("https://localhost:{}/", nobody.port()).parse().expect("a URI");
    let error = client(connector).get(uri).await.expect_err("nobody is there");
    assert!(error.is_connect());
    let sources = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let ours = sources.filter_map(|error| error.downcast_ref::<Error>()).next().expect("one of ours");
    assert_eq!(ours.code(), "ECONNREFUSED");
}

/// The two sets of traits are one: what hyper's `Read` and `Write` do is what tokio's do.
#[tokio::test]
async fn a_socket_is_read_and_written_by_hyper() {
    let listener = listen(localhost()).await;
    let (client, server) = super::ends::pair(&connector(), &listener, target(port(&listener))).await;
    assert!(!client.connected().is_negotiated_h2());
    let (near, far) = (TokioIo::new(client), TokioIo::new(server));
    super::transports::traffic::exchange_much(near, far, 1 << 20).await;
}

/// A service of tower's is the same kind of thing, seen from the other side.
#[tokio::test]
async fn a_server_of_towers() {
    #[derive(Clone)]
    struct Hello;
    impl Service<Request<Incoming>> for Hello {
        type Response = Response<String>;
        type Error = Error;
        type Future = std::future::Ready<Result<Self::Response, Error>>;
        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Error>> {
            Ok(()).into()
        }
        fn call(&mut self, _: Request<Incoming>) -> Self::Future {
            std::future::ready(Ok(Response::new("hello".to_owned())))
        }
    }
    let listener = listen(localhost()).await;
    let uri = format!("https://localhost:{}/", port(&listener));
    let served = async {
        let socket = super::ends::accept(&listener).await.expect("a client");
        auto::Builder::new(TokioExecutor::new())
            .serve_connection(socket, TowerToHyperService::new(Hello))
            .await
    };
    let client = client(connector());
    tokio::select! {
        _ = served => panic!("the client is still there"),
        (_, said) = get(&client, &uri) => assert_eq!(said, "hello"),
    }
}
