//! Whatever a lookup answers and whoever connects: what the filter refuses is not dialled.

use std::{
    net::{IpAddr, Ipv4Addr},
    os::fd::BorrowedFd,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use tokio::{net::TcpListener, runtime::Builder, time::sleep};
use tredici::{Addresses, Answers, ConnectOptions, Connector, Lookup, LookupQuery, RemoteAddress, Target};

/// Addresses of this machine, among which networks of every size tell some from others.
const HOSTS: [[u8; 4]; 8] = [
    [127, 0, 0, 1],
    [127, 0, 0, 2],
    [127, 0, 1, 1],
    [127, 1, 0, 1],
    [127, 64, 0, 1],
    [127, 64, 0, 2],
    [127, 128, 0, 1],
    [127, 200, 3, 4],
];
/// So many of them are listened at; the others refuse.
const LISTENING: usize = 5;

/// An address in either spelling, by its place in `HOSTS`.
type Place = (usize, bool);

fn address((host, is_mapped): Place) -> IpAddr {
    let v4 = Ipv4Addr::from(HOSTS[host]);
    if is_mapped { v4.to_ipv6_mapped().into() } else { v4.into() }
}

/// The network of so many bits that one of them is in.
type Network = (usize, u32);

fn network((host, bits): Network) -> (u32, u32) {
    let mask = u32::MAX << (32 - bits);
    (u32::from_be_bytes(HOSTS[host]) & mask, mask)
}

fn list(networks: &[Network]) -> String {
    let texts: Vec<_> =
        networks.iter().map(|&of| format!("{}/{}", Ipv4Addr::from(network(of).0), of.1)).collect();
    texts.join(",")
}

fn is_in(networks: &[Network], address: IpAddr) -> bool {
    let IpAddr::V4(v4) = address.to_canonical() else { return false };
    networks.iter().map(|of| network(*of)).any(|(net, mask)| u32::from(v4) & mask == net)
}

/// Each part of the answer after its delay.
#[derive(Debug, Clone)]
struct Parts(Vec<(u64, Vec<Place>)>);

impl Lookup for Parts {
    fn lookup(&self, _query: LookupQuery) -> Answers<'_> {
        Answers::stream(stream::iter(self.0.clone()).then(|(delay, places)| async move {
            sleep(Duration::from_millis(delay)).await;
            Ok(Addresses::from(places.into_iter().map(address).collect::<Vec<_>>()))
        }))
    }
}

/// Listens at the same port of every address that is to answer.
async fn listeners() -> Vec<TcpListener> {
    'port: loop {
        let first = TcpListener::bind((Ipv4Addr::from(HOSTS[0]), 0)).await.expect("a port");
        let port = first.local_addr().expect("an address").port();
        let mut all = vec![first];
        for host in &HOSTS[1..LISTENING] {
            match TcpListener::bind((Ipv4Addr::from(*host), port)).await {
                Ok(listener) => all.push(listener),
                // Somebody else has it there: another will do.
                Err(_) => continue 'port,
            }
        }
        return all;
    }
}

fn networks(least: usize) -> impl Strategy<Value = Vec<Network>> {
    prop::collection::vec((0..HOSTS.len(), 8..=32_u32), least..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_is_refused_is_not_dialled_in_any_race(
        parts in prop::collection::vec(
            (0..400_u64, prop::collection::vec((0..HOSTS.len(), any::<bool>()), 0..6)),
            1..4,
        ),
        block in networks(0),
        allow in prop::option::of(networks(1)),
        delay in 10..400_u64,
        races in any::<bool>(),
    ) {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
        runtime.block_on(async {
            let listeners = listeners().await;
            let port = listeners[0].local_addr().expect("an address").port();
            let dialled = Arc::new(Mutex::new(Vec::new()));
            let notes = dialled.clone();
            let note = move |_: BorrowedFd<'_>, to: &RemoteAddress| {
                if let RemoteAddress::Ip(to) = to {
                    notes.lock().expect("notes").push(to.ip());
                }
                Ok(())
            };
            // Without a limit the clock, which stands, never gets ahead of the network by more than it matters.
            let mut options = ConnectOptions::new()
                .timeout(Duration::ZERO)
                .lookup(Parts(parts.clone()))
                .block_list(list(&block).parse().expect("networks"))
                .auto_select_family(races)
                .auto_select_family_attempt_timeout(Duration::from_millis(delay))
                .configure_socket(note);
            if let Some(allow) = &allow {
                options = options.allow_list(list(allow).parse().expect("networks"));
            }
            let connector = Connector::new(options).expect("a connector");
            let outcome = connector.connect(Target::tcp("some.test").port(port)).await;

            let is_refused = |address: IpAddr| {
                is_in(&block, address) || allow.as_ref().is_some_and(|allow| !is_in(allow, address))
            };
            let dialled = dialled.lock().expect("notes").clone();
            prop_assert!(!dialled.iter().any(|to| is_refused(*to)), "{dialled:?}");

            let known: Vec<_> = parts.iter().flat_map(|(_, places)| places).copied().collect();
            let may_be: Vec<_> = known.iter().filter(|place| !is_refused(address(**place))).collect();
            let attempts = match &outcome {
                Ok(socket) => {
                    let at = socket.remote_address().expect("TCP").ip();
                    prop_assert_eq!(dialled.last().map(|_| dialled.contains(&at)), Some(true));
                    socket.attempts()
                }
                Err(error) => {
                    let code = match (known.is_empty(), may_be.is_empty()) {
                        (true, _) => "ENOTFOUND",
                        (false, true) => "ERR_IP_BLOCKED",
                        (false, false) => "ECONNREFUSED",
                    };
                    prop_assert_eq!(error.code(), code);
                    prop_assert!(!races || !may_be.iter().any(|(host, _)| *host < LISTENING), "one answers");
                    error.attempts()
                }
            };
            for attempt in attempts {
                let RemoteAddress::Ip(to) = attempt.address() else { panic!("TCP: {attempt:?}") };
                prop_assert_eq!(attempt.is_blocked(), is_refused(to.ip()));
            }
            Ok(())
        })?;
    }
}
