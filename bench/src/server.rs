//! The other end: tokio and OpenSSL, in a process of its own, the same for every contender.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    pin::Pin,
    process::{Child, Stdio},
};

use openssl::{
    pkey::PKey,
    ssl::{Ssl, SslContext, SslContextBuilder, SslMethod},
    x509::X509,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufWriter},
    net::TcpListener,
};
use tokio_openssl::SslStream;
use tredici_test::Pki;

use crate::{Outcome, contender::Transport, order::Order, policy};

/// The most that a TLS record holds.
const RECORD: usize = 16 * 1024;
/// Many records go out in one write, so that the client is not the one that waits.
const WRITE: usize = 256 * 1024;

/// What a client asks for: a letter and a number of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Request {
    /// Send back so many bytes.
    Echo(u64),
    /// Send so many bytes.
    Send(u64),
    /// Take so many bytes, and give one byte as receipt.
    Receive(u64),
}

impl Request {
    pub(crate) fn to_bytes(self) -> [u8; 9] {
        let (letter, count) = match self {
            Self::Echo(count) => (b'e', count),
            Self::Send(count) => (b's', count),
            Self::Receive(count) => (b'r', count),
        };
        let mut bytes = [letter; 9];
        bytes[1..].copy_from_slice(&count.to_be_bytes());
        bytes
    }

    fn from_parts(letter: u8, count: u64) -> Outcome<Self> {
        match letter {
            b'e' => Ok(Self::Echo(count)),
            b's' => Ok(Self::Send(count)),
            b'r' => Ok(Self::Receive(count)),
            other => Err(format!("the client asks for {other}").into()),
        }
    }
}

/// The server's process; it ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    chain: String,
    key: String,
    ca: String,
}

impl Server {
    pub(crate) fn start() -> Outcome<Self> {
        let pki = Pki::shared();
        let (chain, key) = (pki.localhost().chain_pem(), pki.localhost().key_pem());
        let order = Order::Serve { chain: chain.clone(), key: key.clone() };
        let mut process = order.command(&[])?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("the server has no output")?).read_line(&mut line)?;
        Ok(Self { process, address: line.trim().parse()?, chain, key, ca: pki.root().pem() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn chain(&self) -> &str {
        &self.chain
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn ca(&self) -> &str {
        &self.ca
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // With its input closed it ends by itself.
        drop(self.process.stdin.take());
        let _ended = self.process.wait();
    }
}

/// Accepts until the input ends.
pub(crate) fn serve(chain: &str, key: &str) -> Outcome<()> {
    let context = context(chain, key)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    println!("{}", listener.local_addr()?);
    runtime.spawn(async move {
        while let Ok((transport, _)) = listener.accept().await {
            let context = context.clone();
            tokio::spawn(async move {
                let outcome = match transport.set_nodelay(true) {
                    Ok(()) => attend(&context, transport).await,
                    Err(error) => Err(error.into()),
                };
                if let Err(error) = outcome {
                    eprintln!("server: {error}");
                }
            });
        }
    });
    std::io::stdin().read_to_end(&mut Vec::new())?;
    runtime.shutdown_background();
    Ok(())
}

pub(crate) fn context(chain: &str, key: &str) -> Outcome<SslContext> {
    let mut context = SslContextBuilder::new(SslMethod::tls_server())?;
    policy::apply(&mut context)?;
    let certificates = X509::stack_from_pem(chain.as_bytes())?;
    let (leaf, intermediates) = certificates.split_first().ok_or("no certificate")?;
    context.set_certificate(leaf)?;
    for intermediate in intermediates {
        context.add_extra_chain_cert(intermediate.clone())?;
    }
    context.set_private_key(&*PKey::private_key_from_pem(key.as_bytes())?)?;
    Ok(context.build())
}

pub(crate) async fn attend<T: Transport>(context: &SslContext, transport: T) -> Outcome<()> {
    let transport = BufWriter::with_capacity(WRITE, transport);
    let mut stream = SslStream::new(Ssl::new(context)?, transport)?;
    Pin::new(&mut stream).accept().await?;
    let mut buffer = vec![0; RECORD];
    while let Ok(letter) = stream.read_u8().await {
        match Request::from_parts(letter, stream.read_u64().await?)? {
            Request::Echo(count) => {
                let mut message = vec![0; usize::try_from(count)?];
                stream.read_exact(&mut message).await?;
                stream.write_all(&message).await?;
            }
            Request::Send(count) => {
                for _ in 0..count / RECORD as u64 {
                    stream.write_all(&buffer).await?;
                }
            }
            Request::Receive(mut missing) => {
                while missing > 0 {
                    let most = buffer.len().min(usize::try_from(missing)?);
                    missing -= stream.read_exact(&mut buffer[..most]).await? as u64;
                }
                stream.write_all(b"!").await?;
            }
        }
        stream.flush().await?;
    }
    // The client has said goodbye; its answer is a courtesy.
    let _answered = stream.shutdown().await;
    Ok(())
}
