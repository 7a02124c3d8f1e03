//! Much data, in both directions at once, and proof that it is all there.

use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tredici_test::within;

/// Numbers that look random and are the same each time (xorshift).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let words = count.div_ceil(8);
        let bytes: Vec<u8> = (0..words).flat_map(|_| self.next().to_le_bytes()).collect();
        bytes[..count].to_vec()
    }

    /// Mostly small, sometimes several records at once.
    fn size(&mut self) -> usize {
        let most = [1, 100, 5_000, 16_384, 16_385, 200_000][(self.next() % 6) as usize];
        1 + (self.next() % most) as usize
    }
}

pub(crate) type Sum = [u8; 32];

/// Sends so many bytes in pieces of all sizes, and ends.
pub(crate) async fn send<S: AsyncWrite>(mut stream: WriteHalf<S>, seed: u64, amount: usize) -> Sum {
    let (mut noise, mut sum, mut left) = (Noise(seed), Sha256::new(), amount);
    while left > 0 {
        let size = noise.size().min(left);
        let bytes = noise.bytes(size);
        stream.write_all(&bytes).await.expect("writes");
        sum.update(&bytes);
        left -= size;
    }
    stream.shutdown().await.expect("ends");
    sum.finalize().into()
}

/// Receives so many bytes in pieces of all sizes, to the end.
pub(crate) async fn receive<S: AsyncRead>(mut stream: ReadHalf<S>, seed: u64, amount: usize) -> Sum {
    let (mut noise, mut sum, mut count) = (Noise(seed), Sha256::new(), 0);
    loop {
        let mut buffer = vec![0; noise.size()];
        match stream.read(&mut buffer).await.expect("reads, to a clean end") {
            0 => break,
            read => {
                sum.update(&buffer[..read]);
                count += read;
            }
        }
    }
    assert_eq!(count, amount);
    sum.finalize().into()
}

/// Sends so many bytes each way at once, in pieces of all sizes, and sees that they arrive, and that both ends end.
pub(crate) async fn exchange_much<A, B>(one: A, other: B, amount: usize)
where
    A: AsyncRead + AsyncWrite + Send + 'static,
    B: AsyncRead + AsyncWrite + Send + 'static,
{
    let ((one_reads, one_writes), (other_reads, other_writes)) = (split(one), split(other));
    let spawned = (
        tokio::spawn(send(one_writes, 11, amount)),
        tokio::spawn(receive(other_reads, 12, amount)),
        tokio::spawn(send(other_writes, 13, amount)),
        tokio::spawn(receive(one_reads, 14, amount)),
    );
    let all = async { tokio::try_join!(spawned.0, spawned.1, spawned.2, spawned.3).expect("no panic") };
    let (sent, received, sent_back, received_back) = within("all data in both directions", all).await;
    assert!(sent == received && sent_back == received_back, "what arrived is not what was sent");
}
