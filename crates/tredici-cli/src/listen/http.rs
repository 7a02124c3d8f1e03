//! Each request of HTTP/1.1 answered with the connection's report.

use std::{
    convert::Infallible,
    error::Error as _,
    io,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tredici::Socket;

use super::serve::report;

pub(super) async fn answer(socket: &mut Socket, index: usize) -> io::Result<()> {
    let shared = Mutex::new(socket);
    let service = service_fn(async |mut request: Request<Incoming>| {
        // What follows it on this connection begins where its body ends; one that breaks off ends the connection.
        while let Some(Ok(_read)) = request.body_mut().frame().await {}
        let body = report(&lock(&shared), index).unwrap_or_default();
        let mut response = Response::new(Full::new(Bytes::from(body)));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
        Ok::<_, Infallible>(response)
    });
    match http1::Builder::new().serve_connection(TokioIo::new(Shared(&shared)), service).await {
        Ok(()) => Ok(()),
        Err(error) => match io_error(error) {
            Some(error) => Err(error),
            // What came was not HTTP, and was answered so.
            None => Ok(()),
        },
    }
}

/// What the stream failed with, where it did.
fn io_error(error: hyper::Error) -> Option<io::Error> {
    let cause = error.source()?.downcast_ref::<io::Error>()?;
    Some(io::Error::new(cause.kind(), error))
}

/// The socket, which the server reads and writes and the reports look at, one at a time.
struct Shared<'a>(&'a Mutex<&'a mut Socket>);

fn lock<'a, 's>(shared: &'a Mutex<&'s mut Socket>) -> MutexGuard<'a, &'s mut Socket> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AsyncRead for Shared<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut **lock(self.0)).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Shared<'_> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut **lock(self.0)).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut **lock(self.0)).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut **lock(self.0)).poll_shutdown(cx)
    }
}
