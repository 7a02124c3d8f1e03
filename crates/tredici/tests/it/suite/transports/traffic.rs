//! Much data, in both directions at once, and proof that it is all there.

use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
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
pub(crate) async fn send(mut stream: impl AsyncWrite + Unpin, seed: u64, amount: usize) -> Sum {
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
pub(crate) async fn receive(mut stream: impl AsyncRead + Unpin, seed: u64, amount: usize) -> Sum {
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
    let ((mut one_reads, mut one_writes), (mut other_reads, mut other_writes)) = (split(one), split(other));
    // Each keeps its end until all is over: where a tunnel is still passing on what one of them has sent, a close on that side
    // meets the tunnel's own goodbye, which the system answers with a reset.
    let spawned = (
        tokio::spawn(async move { (send(&mut one_writes, 11, amount).await, one_writes) }),
        tokio::spawn(async move { (receive(&mut other_reads, 12, amount).await, other_reads) }),
        tokio::spawn(async move { (send(&mut other_writes, 13, amount).await, other_writes) }),
        tokio::spawn(async move { (receive(&mut one_reads, 14, amount).await, one_reads) }),
    );
    let all = async { tokio::try_join!(spawned.0, spawned.1, spawned.2, spawned.3).expect("no panic") };
    let ((sent, _), (received, _), (sent_back, _), (received_back, _)) =
        within("all data in both directions", all).await;
    assert!(sent == received && sent_back == received_back, "what arrived is not what was sent");
}
