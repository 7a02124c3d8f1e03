//! The other end: tokio and OpenSSL, the same for every contender.

use std::{io::Read, pin::Pin};

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

use crate::{
    Outcome,
    contender::Transport,
    policy::{self, Groups},
};

/// Many records go out in one write, so that the client is not the one that waits.
const WRITE: usize = 256 * 1024;

/// What a client asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Request {
    /// Send back so many bytes.
    Echo(u64),
    /// Send so many bytes, so many at a time.
    Send(u64, usize),
    /// Take so many bytes, and give one byte as receipt.
    Receive(u64),
}

impl Request {
    /// A letter, a number of bytes, and how many at a time.
    pub(crate) fn to_bytes(self) -> [u8; 17] {
        let (letter, count, piece) = match self {
            Self::Echo(count) => (b'e', count, 0),
            Self::Send(count, piece) => (b's', count, piece as u64),
            Self::Receive(count) => (b'r', count, 0),
        };
        let mut bytes = [letter; 17];
        bytes[1..9].copy_from_slice(&count.to_be_bytes());
        bytes[9..].copy_from_slice(&piece.to_be_bytes());
        bytes
    }

    fn from_parts(letter: u8, count: u64, piece: u64) -> Outcome<Self> {
        match letter {
            b'e' => Ok(Self::Echo(count)),
            b's' => Ok(Self::Send(count, usize::try_from(piece)?)),
            b'r' => Ok(Self::Receive(count)),
            other => Err(format!("the client asks for {other}").into()),
        }
    }
}

/// Accepts until the input ends.
pub(crate) fn serve(context: &SslContext) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    println!("{}", listener.local_addr()?);
    let context = context.clone();
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

pub(crate) fn context(chain: &str, key: &str, groups: Groups) -> Outcome<SslContext> {
    let mut context = SslContextBuilder::new(SslMethod::tls_server())?;
    policy::server(&mut context, groups)?;
    let certificates = X509::stack_from_pem(chain.as_bytes())?;
    let (leaf, intermediates) = certificates.split_first().ok_or("no certificate")?;
    context.set_certificate(leaf)?;
    for intermediate in intermediates {
        context.add_extra_chain_cert(intermediate.clone())?;
    }
    context.set_private_key(&*PKey::private_key_from_pem(key.as_bytes())?)?;
    Ok(context.build())
}

/// One connection, from its handshake to its goodbye.
pub(crate) async fn attend<T: Transport>(context: &SslContext, transport: T) -> Outcome<()> {
    let transport = BufWriter::with_capacity(WRITE, transport);
    let mut stream = SslStream::new(Ssl::new(context)?, transport)?;
    Pin::new(&mut stream).accept().await?;
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(letter) = stream.read_u8().await {
        match Request::from_parts(letter, stream.read_u64().await?, stream.read_u64().await?)? {
            Request::Echo(count) => {
                let mut message = vec![0; usize::try_from(count)?];
                stream.read_exact(&mut message).await?;
                stream.write_all(&message).await?;
            }
            Request::Send(count, piece) => {
                let piece = buffer.get(..piece).ok_or("the client asks for too much at a time")?;
                for _ in 0..count / piece.len() as u64 {
                    stream.write_all(piece).await?;
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
