//! A name server on loopback that says what a test has it say (RFC 1035 section 4).

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use tokio::{
    net::UdpSocket,
    sync::Notify,
    task::{AbortHandle, JoinSet},
};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    A,
    Aaaa,
}

#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// These addresses, right for so many seconds.
    Addresses(Vec<IpAddr>, u32),
    /// The same, not before it is told to.
    Later(Vec<IpAddr>, Arc<Notify>),
    /// There is no such name, for so many seconds.
    NoName(u32),
    /// It cannot tell.
    ServerFailure,
    /// It will not tell.
    Refused,
    /// Nothing at all.
    Silence,
}

/// Gone when it is dropped.
#[derive(Debug)]
pub(super) struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, Record)>>>,
    task: AbortHandle,
}

impl NameServer {
    pub(super) async fn start(script: impl Fn(&str, Record) -> Answer + Send + 'static) -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a port"));
        let address = socket.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let serve = async move {
            let mut answers = JoinSet::new();
            let mut packet = [0; 1500];
            while let Ok((length, client)) = socket.recv_from(&mut packet).await {
                let Some(question) = Question::read(&packet[..length]) else { continue };
                log.lock().expect("a lock").push((question.name.clone(), question.record));
                let answer = script(&question.name, question.record);
                let socket = socket.clone();
                answers.spawn(async move {
                    if let Some(response) = question.answer(answer).await {
                        // The client may have gone.
                        let _sent = socket.send_to(&response, client).await;
                    }
                });
            }
        };
        Self { address, asked, task: tokio::spawn(serve).abort_handle() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The names that it was asked for so far, with the record.
    pub(super) fn asked(&self) -> Vec<(String, Record)> {
        self.asked.lock().expect("a lock").clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Question {
    id: [u8; 2],
    /// As it came: name, type and class.
    bytes: Vec<u8>,
    name: String,
    record: Record,
}

const HEADER: usize = 12;

impl Question {
    fn read(packet: &[u8]) -> Option<Self> {
        let mut labels = Vec::new();
        let mut at = HEADER;
        loop {
            let length = usize::from(*packet.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            labels.push(std::str::from_utf8(packet.get(at..at + length)?).ok()?);
            at += length;
        }
        let record = match packet.get(at..at + 2)? {
            [0, 1] => Record::A,
            [0, 28] => Record::Aaaa,
            _ => return None,
        };
        let bytes = packet.get(HEADER..at + 4)?.to_vec();
        Some(Self { id: [packet[0], packet[1]], bytes, name: labels.join("."), record })
    }

    async fn answer(&self, answer: Answer) -> Option<Vec<u8>> {
        match answer {
            Answer::Addresses(addresses, ttl) => Some(self.found(&addresses, ttl)),
            Answer::Later(addresses, told) => {
                told.notified().await;
                Some(self.found(&addresses, 60))
            }
            Answer::NoName(ttl) => {
                let mut response = self.response(3, 0, 1);
                // A zone's start of authority, whose last number is the time for which there is no such name.
                let numbers = [1, 60, 60, 60, ttl].map(u32::to_be_bytes).concat();
                resource(&mut response, 6, ttl, &[&[0, 0], &*numbers].concat());
                Some(response)
            }
            Answer::ServerFailure => Some(self.response(2, 0, 0)),
            Answer::Refused => Some(self.response(5, 0, 0)),
            Answer::Silence => None,
        }
    }

    fn found(&self, addresses: &[IpAddr], ttl: u32) -> Vec<u8> {
        let mut response = self.response(0, addresses.len(), 0);
        for address in addresses {
            match address {
                IpAddr::V4(address) => resource(&mut response, 1, ttl, &address.octets()),
                IpAddr::V6(address) => resource(&mut response, 28, ttl, &address.octets()),
            }
        }
        response
    }

    /// Header and question of a response with this code and so many answers and authorities.
    fn response(&self, code: u8, answers: usize, authorities: u8) -> Vec<u8> {
        let answers = u8::try_from(answers).expect("a few answers");
        let header = [self.id[0], self.id[1], 0x81, 0x80 | code, 0, 1, 0, answers, 0, authorities, 0, 0];
        [&header[..], &self.bytes].concat()
    }
}

/// A resource record for the name in the question.
fn resource(response: &mut Vec<u8>, kind: u8, ttl: u32, data: &[u8]) {
    let length = u8::try_from(data.len()).expect("short data");
    response.extend([0xc0, HEADER as u8, 0, kind, 0, 1]);
    response.extend(ttl.to_be_bytes());
    response.extend([0, length]);
    response.extend(data);
}
