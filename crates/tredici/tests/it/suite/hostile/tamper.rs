//! What is done to bytes on their way.

use std::net::Ipv4Addr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};
use tredici::Listener;

use super::super::ends;

/// Numbers at random, the same ones in every run (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        usize::try_from(number).expect("32 bits") % bound
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}

/// The same bytes with one to four alterations.
pub(super) fn alter(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut altered = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let offset = random.below(altered.len());
        Action::any(random).apply(&mut altered, offset);
        if altered.is_empty() {
            altered.push(22);
        }
    }
    altered
}

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    ToClient,
    ToServer,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    /// Flips these bits.
    Flip(u8),
    /// Puts a byte in.
    Insert(u8),
    /// Takes so many out.
    Remove(usize),
    /// Says so many twice.
    Repeat(usize),
}

impl Action {
    fn any(random: &mut Random) -> Self {
        match random.below(8) {
            0..4 => Self::Flip(random.byte().max(1)),
            4 => Self::Insert(random.byte()),
            5 | 6 => Self::Remove(1 + random.below(40)),
            _ => Self::Repeat(1 + random.below(40)),
        }
    }

    fn apply(self, bytes: &mut Vec<u8>, offset: usize) {
        let rest = bytes.len() - offset;
        match self {
            Self::Flip(bits) => bytes[offset] ^= bits,
            Self::Insert(byte) => bytes.insert(offset, byte),
            Self::Remove(count) => drop(bytes.drain(offset..offset + count.min(rest))),
            Self::Repeat(count) => {
                let again = bytes[offset..offset + count.min(rest)].to_vec();
                bytes.splice(offset..offset, again);
            }
        }
    }
}

/// One alteration of what is said on a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tampering {
    direction: Direction,
    offset: usize,
    action: Action,
}

impl Tampering {
    /// Flips one bit.
    pub(super) fn flip(direction: Direction, offset: usize) -> Self {
        Self { direction, offset, action: Action::Flip(1) }
    }

    pub(super) fn at(direction: Direction, offset: usize, random: &mut Random) -> Self {
        Self { direction, offset, action: Action::any(random) }
    }
}

/// Stands between one client and a server, and tampers; gone when it is dropped.
pub(super) struct Middleman {
    port: u16,
    task: JoinHandle<()>,
}

impl Middleman {
    pub(super) async fn between(server: &Listener, tampering: Tampering) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = ends::port(server);
        let task = tokio::spawn(async move {
            let (client, _) = listener.accept().await.expect("a client");
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await.expect("a server");
            for stream in [&client, &server] {
                stream.set_nodelay(true).expect("an option");
            }
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let of = |direction| (tampering.direction == direction).then_some(tampering);
            tokio::join!(
                pass(from_client, to_server, of(Direction::ToServer)),
                pass(from_server, to_client, of(Direction::ToClient))
            );
        });
        Self { port, task }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Middleman {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes on until either side has gone.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, tampering: Option<Tampering>) {
    let (mut passed, mut buffer) = (0, vec![0; 64 * 1024]);
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let mut bytes = buffer[..count].to_vec();
        if let Some(Tampering { offset, action, .. }) = tampering
            && (passed..passed + count).contains(&offset)
        {
            action.apply(&mut bytes, offset - passed);
        }
        passed += count;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ended = to.shutdown().await;
}
