//! tonic on a connector, without TLS of tonic's own: `Endpoint::connect_with_connector` takes it as it is. (Where tonic's own
//! TLS is compiled in, it insists on that for `https:`: name the endpoint `tls://host:port`, its `origin` `https://host:port`.)
//!
//! The service is written by hand, and its messages are text instead of protocol buffers, so that nothing stands between
//! the reader and the connection.

#[path = "server/serve.rs"]
mod serve;

use std::future::{Ready, ready};

use http::{Request, uri::PathAndQuery};
use hyper::{body::Incoming as Body, server::conn::http2, service::service_fn};
use hyper_util::rt::TokioExecutor;
use tonic::{
    Response, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::UnaryService,
    transport::{Channel, Endpoint},
};
use tredici::{Authority, ConnectOptions, Connector, Error, Incoming, ListenOptions, Listener};

/// A message is a text.
#[derive(Debug, Clone, Copy, Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(buffer, text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let mut text = vec![0; bytes::Buf::remaining(buffer)];
        bytes::Buf::copy_to_slice(buffer, &mut text);
        String::from_utf8(text).map(Some).map_err(|_| Status::invalid_argument("a message is a text"))
    }
}

/// The service `Greeter`.
struct Greeter;

impl UnaryService<String> for Greeter {
    type Response = String;
    type Future = Ready<Result<Response<String>, Status>>;

    fn call(&mut self, name: tonic::Request<String>) -> Self::Future {
        ready(Ok(Response::new(format!("hello, {}", name.get_ref()))))
    }
}

/// Serves it to all who come.
pub(crate) async fn serve(listener: Listener) {
    serve::each(listener, greet).await;
}

async fn greet(incoming: Incoming) -> Result<(), Error> {
    let greet = service_fn(|request: Request<Body>| async {
        Ok::<_, Error>(tonic::server::Grpc::new(Text).unary(Greeter, request).await)
    });
    let socket = incoming.secure().await?;
    // A client ends its connection as it likes.
    let _ended = http2::Builder::new(TokioExecutor::new()).serve_connection(socket, greet).await;
    Ok(())
}

/// Calls `Greeter.Hello`.
pub(crate) async fn hello(channel: &Channel, name: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut client = Grpc::new(channel.clone());
    client.ready().await?;
    let path = PathAndQuery::from_static("/example.Greeter/Hello");
    let answer = client.unary(tonic::Request::new(name.to_owned()), path, Text).await?;
    Ok(answer.into_inner())
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let authority = Authority::new(["localhost"])?;
    // gRPC is HTTP/2 and nothing else, on both sides.
    let options = authority.identify(ListenOptions::new()).alpn_protocols(["h2"]);
    let listener = Listener::bind("127.0.0.1:0".parse()?, options).await?;
    let port = listener.local_address().map_or(0, |address| address.port());
    let server = tokio::spawn(serve(listener));

    let options = ConnectOptions::new().ca(authority.ca_pem()).alpn_protocols(["h2"]);
    let connector = Connector::new(options)?.check(|socket| {
        let (version, protocol) = (socket.tls_version(), socket.alpn_protocol());
        println!("connected {} {}", version.unwrap_or("no TLS"), protocol.unwrap_or("nothing agreed on"));
        Ok(())
    });
    let endpoint = Endpoint::from_shared(format!("https://localhost:{port}"))?;
    let channel = endpoint.connect_with_connector(connector).await?;
    for name in ["Ada", "Grace"] {
        println!("answer    {}", hello(&channel, name).await?);
    }
    server.abort();
    Ok(())
}
