//! hyper-util's client on a connector: HTTP/1.1 or HTTP/2 as ALPN says, plain or TLS as the URI says, and one host behind
//! a Unix socket.

#[path = "server/serve.rs"]
mod serve;

use http_body_util::{BodyExt, Empty};
use hyper::{Request, Response, Uri, body::Bytes, body::Incoming as Body, service::service_fn};
use hyper_util::{client::legacy::Client, rt::TokioExecutor, server::conn::auto};
use tredici::{
    Authority, ConnectExt, ConnectOptions, Connector, Error, Incoming, ListenAddress, ListenOptions,
    Listener, Routes,
};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("docker.sock");
    let authority = Authority::new(["localhost"])?;
    let tls = || authority.identify(ListenOptions::new());
    let at = |options| async { Listener::bind("127.0.0.1:0".parse()?, options).await };
    let new = at(tls().alpn_protocols(["h2", "http/1.1"])).await?;
    let old = at(tls().alpn_protocols(["http/1.1"])).await?;
    let plain = at(ListenOptions::new()).await?;
    let local = Listener::bind(ListenAddress::Unix(path.as_path().into()), ListenOptions::new()).await?;
    let port = |listener: &Listener| listener.local_address().map_or(0, |address| address.port());
    let uris = [
        format!("https://localhost:{}/new", port(&new)),
        format!("https://localhost:{}/old", port(&old)),
        format!("http://localhost:{}/plain", port(&plain)),
        "http://docker/containers".to_owned(),
    ];
    let servers: Vec<_> = [new, old, plain, local]
        .into_iter()
        .map(|listener| tokio::spawn(serve::each(listener, answer)))
        .collect();

    let connector = Connector::new(ConnectOptions::new().ca(authority.ca_pem()))?
        .routed(Routes::new().socket_path("docker", path.as_path())?);
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    for uri in uris {
        let response = client.get(uri.parse::<Uri>()?).await?;
        let version = response.version();
        let body = response.into_body().collect().await?.to_bytes();
        println!("{version:?}  {uri:<32} {}", String::from_utf8_lossy(&body));
    }
    servers.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

/// Answers on whatever is accepted: hyper takes our sockets as they are.
async fn answer(incoming: Incoming) -> Result<(), Error> {
    let answer = service_fn(|request: Request<Body>| async move {
        Ok::<_, Error>(Response::new(format!("you asked for {}", request.uri().path())))
    });
    let server = auto::Builder::new(TokioExecutor::new());
    // A client ends its connection as it likes.
    let _ended = server.serve_connection(incoming.secure().await?, answer).await;
    Ok(())
}
