//! What a lookup answers, at once or in parts.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream, FuturesUnordered},
};

use super::LookupError;

/// A part of the answer of a [`Lookup`](crate::Lookup), or all of it: addresses in the order in which they are to be
/// tried.
///
/// Made from a `Vec<IpAddr>`, or from socket addresses where the scope of a link-local one is to be kept.
///
/// ```
/// use std::{net::IpAddr, time::Duration};
/// use tredici::Addresses;
///
/// let loopback: IpAddr = "::1".parse()?;
/// let addresses = Addresses::from(vec![loopback]).with_ttl(Duration::from_secs(30));
/// assert!(addresses.ips().eq([loopback]));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    addresses: Vec<SocketAddr>,
    ttl: Option<Duration>,
}

impl Addresses {
    /// How many are taken, of all parts of an answer together.
    pub(crate) const MOST: usize = 256;

    /// These are known to be right for this long (RFC 1035 section 3.2.1): a cache keeps them no longer.
    #[must_use]
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// How long they are known to be right, where the lookup knows.
    pub fn ttl(&self) -> Option<Duration> {
        self.ttl
    }

    /// The IP addresses.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().map(SocketAddr::ip)
    }

    /// The same with the scopes of link-local ones; the port is 0.
    pub fn iter(&self) -> impl Iterator<Item = SocketAddr> {
        self.addresses.iter().copied()
    }
}

/// As [`iter`](Addresses::iter).
impl IntoIterator for Addresses {
    type Item = SocketAddr;
    type IntoIter = std::vec::IntoIter<SocketAddr>;

    fn into_iter(self) -> Self::IntoIter {
        self.addresses.into_iter()
    }
}

impl From<Vec<IpAddr>> for Addresses {
    fn from(addresses: Vec<IpAddr>) -> Self {
        addresses.into_iter().collect()
    }
}

impl FromIterator<IpAddr> for Addresses {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect()
    }
}

/// The scope of a link-local address is kept; the port is not looked at, since the target has one.
impl FromIterator<SocketAddr> for Addresses {
    fn from_iter<I: IntoIterator<Item = SocketAddr>>(addresses: I) -> Self {
        let without_port = |mut address: SocketAddr| {
            address.set_port(0);
            address
        };
        Self { addresses: addresses.into_iter().map(without_port).collect(), ttl: None }
    }
}

/// The answer of a [`Lookup`](crate::Lookup), in as many parts as it comes in: a `Stream`.
///
/// An error in one part, such as `ENOTFOUND` from who was asked for IPv6 addresses alone, counts only where no other part
/// has addresses.
///
/// It ends after 256 addresses or 32 parts, whatever the lookup still has: many more than are tried, and never so many that
/// a name server's answer, or a stream without an end, holds up or fills the process.
#[must_use = "nobody is asked before the answers are awaited"]
pub struct Answers<'a> {
    parts: BoxStream<'a, Result<Addresses, LookupError>>,
    /// How many of each may still come.
    parts_left: usize,
    addresses_left: usize,
}

const MAX_PARTS: usize = 32;

impl<'a> Answers<'a> {
    /// An answer that is there.
    pub fn ready(answer: Result<Addresses, LookupError>) -> Self {
        Self::stream(stream::iter([answer]))
    }

    /// One part: what this future comes to.
    pub fn once<A: Into<Addresses>>(
        answer: impl Future<Output = Result<A, LookupError>> + Send + 'a,
    ) -> Self {
        Self::stream(stream::once(async { answer.await.map(Into::into) }))
    }

    /// A part from each of these futures, which run at the same time; the first that is done comes first.
    pub fn parts<F, A>(answers: impl IntoIterator<Item = F>) -> Self
    where
        F: Future<Output = Result<A, LookupError>> + Send + 'a,
        A: Into<Addresses> + 'a,
    {
        let answers: FuturesUnordered<_> =
            answers.into_iter().map(|answer| async { answer.await.map(Into::into) }).collect();
        Self::stream(answers)
    }

    /// The parts of this stream.
    pub fn stream(parts: impl Stream<Item = Result<Addresses, LookupError>> + Send + 'a) -> Self {
        let parts = parts.fuse().boxed();
        Self { parts, parts_left: MAX_PARTS, addresses_left: Addresses::MOST }
    }

    /// The next part; `None` where all have come.
    pub async fn next(&mut self) -> Option<Result<Addresses, LookupError>> {
        StreamExt::next(self).await
    }

    /// No more of these than may still come.
    fn taken(&mut self, mut addresses: Addresses) -> Addresses {
        addresses.addresses.truncate(self.addresses_left);
        self.addresses_left -= addresses.addresses.len();
        addresses
    }
}

impl Stream for Answers<'_> {
    type Item = Result<Addresses, LookupError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.parts_left == 0 || self.addresses_left == 0 {
            return Poll::Ready(None);
        }
        let part = ready!(self.parts.as_mut().poll_next(context));
        self.parts_left -= 1;
        Poll::Ready(part.map(|part| part.map(|addresses| self.taken(addresses))))
    }
}

impl fmt::Debug for Answers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers(..)")
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect(text)
    }

    #[tokio::test]
    async fn the_part_that_is_known_first_comes_first() {
        let (slow, wait) = oneshot::channel::<Vec<IpAddr>>();
        let known = |answer: oneshot::Receiver<Vec<IpAddr>>| async {
            answer.await.map_err(|_| LookupError::not_found("nobody"))
        };
        let (quick, at_once) = oneshot::channel();
        let mut answers = Answers::parts([known(wait), known(at_once)]);
        quick.send(vec![address("[::1]:0").ip()]).expect("somebody waits");
        let first = answers.next().await.expect("a part").expect("addresses");
        assert!(first.iter().eq([address("[::1]:0")]));
        drop(slow);
        assert_eq!(answers.next().await, Some(Err(LookupError::not_found("nobody"))));
        assert_eq!(answers.next().await, None);
    }

    async fn counted(mut answers: Answers<'_>) -> (usize, usize) {
        let (mut parts, mut addresses) = (0, 0);
        while let Some(part) = answers.next().await {
            parts += 1;
            addresses += part.map_or(0, |part| part.ips().count());
        }
        (parts, addresses)
    }

    /// All of these are there at once and never end: whoever takes part after part would never come back.
    #[tokio::test]
    async fn an_answer_has_an_end() {
        let many = |count: u32| (0..count).map(|at| IpAddr::from(at.to_be_bytes())).collect::<Addresses>();
        assert_eq!(counted(Answers::ready(Ok(many(5000)))).await, (1, Addresses::MOST));
        assert_eq!(counted(Answers::stream(stream::repeat(Ok(many(100))))).await, (3, Addresses::MOST));
        assert_eq!(counted(Answers::stream(stream::repeat(Ok(many(1))))).await, (MAX_PARTS, MAX_PARTS));
        assert_eq!(counted(Answers::stream(stream::repeat(Ok(many(0))))).await, (MAX_PARTS, 0));
        let missing = Err(LookupError::not_found("name"));
        assert_eq!(counted(Answers::stream(stream::repeat(missing))).await, (MAX_PARTS, 0));
    }

    #[test]
    fn a_scope_is_kept_and_a_port_is_not() {
        let addresses = Addresses::from_iter([address("[fe80::1%7]:53"), address("127.0.0.1:53")]);
        assert!(addresses.iter().eq([address("[fe80::1%7]:0"), address("127.0.0.1:0")]));
        assert_eq!(addresses.ttl(), None);
        assert_eq!(addresses.with_ttl(Duration::from_secs(1)).ttl(), Some(Duration::from_secs(1)));
    }
}
