//! The callback that decides over a peer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use openssl::{
    ssl::{Ssl, SslContext, SslContextBuilder, SslRef, SslVerifyMode},
    stack::StackRef,
    x509::X509,
};
use tredici_openssl::{Verification, set_cert_verify_callback};
use tredici_test::Pki;

use crate::ends::{self, Ends, VERSIONS, alert};

fn with_callback(
    mut context: SslContextBuilder,
    callback: impl Fn(&mut Verification<'_>) -> bool + Send + Sync + 'static,
) -> SslContext {
    set_cert_verify_callback(&mut context, callback).unwrap();
    context.build()
}

fn ders(stack: Option<&StackRef<X509>>) -> Vec<Vec<u8>> {
    stack.map_or(Vec::new(), |stack| stack.iter().map(|certificate| certificate.to_der().unwrap()).collect())
}

#[test]
fn its_answer_is_the_verdict() {
    for version in VERSIONS {
        let server = ends::server(version).build();
        let accept = with_callback(ends::client(version), |_| true);
        Ends::of(&accept, &server).connected().exchange();
        let refuse = with_callback(ends::client(version), |_| false);
        let (client, server) = Ends::of(&refuse, &server).handshake();
        assert!(client.is_err());
        // Without a code that says why: certificate_unknown.
        assert_eq!(alert(&server), Some(46));
    }
}

#[test]
fn the_code_chooses_the_alert() {
    // By RFC 8446, section 6.2, as OpenSSL reads it.
    let named = [(7, 51), (9, 42), (10, 45), (18, 48), (19, 48), (20, 48), (21, 48), (23, 44), (26, 43)];
    let named = [&named[..], &[(28, 42), (50, 40), (62, 42), (79, 48)]].concat();
    for version in VERSIONS {
        let server = ends::server(version).build();
        let refused_with = |code: i32| {
            let refuse = with_callback(ends::client(version), move |verification| {
                verification.set_error(code);
                assert_eq!(verification.error(), code);
                false
            });
            let mut ends = Ends::of(&refuse, &server);
            let (client, server) = ends.handshake();
            assert!(client.is_err(), "code {code}");
            assert_eq!(ends.client.ssl().verify_result().as_raw(), code);
            alert(&server).unwrap_or_else(|| panic!("no alert for code {code}"))
        };
        for &(code, alert) in &named {
            assert_eq!(refused_with(code), alert, "code {code}");
        }
        for code in (0..=100).chain([-1, i32::MIN, i32::MAX]) {
            assert!((40..=80).contains(&refused_with(code)), "code {code}");
        }
    }
}

#[test]
fn a_panic_is_a_refusal() {
    for version in VERSIONS {
        let server = ends::server(version).build();
        let panics = with_callback(ends::client(version), |_| panic!("a callback in trouble"));
        let mut ends = Ends::of(&panics, &server);
        let (client, server) = ends.handshake();
        assert!(client.is_err());
        assert_eq!(ends.client.ssl().verify_result().as_raw(), 50);
        assert_eq!(alert(&server), Some(40));
    }
}

#[test]
fn openssls_own_verification_runs_once() {
    let pki = Pki::shared();
    for version in VERSIONS {
        let server = ends::server(version).build();
        let seen = Arc::new(Mutex::new(None));
        let tell = seen.clone();
        let client = with_callback(ends::client(version), move |verification| {
            let before = ders(verification.path());
            let first = (verification.verify(), verification.error());
            let (presented, path) = (ders(verification.presented()), ders(verification.path()));
            let second = verification.verify();
            *tell.lock().unwrap() = Some((before, first, presented, path, second));
            first.0
        });
        Ends::of(&client, &server).connected();
        let (before, first, presented, path, second) = seen.lock().unwrap().take().unwrap();
        assert!(before.is_empty(), "no path before the verification");
        assert_eq!(first, (true, 0));
        assert_eq!(presented, pki.localhost().chain_der(), "as it was sent, leaf first");
        assert_eq!(
            path,
            [&presented[..], &[pki.root().der().to_vec()]].concat(),
            "the root completes the path"
        );
        assert!(!second);
    }
}

#[test]
fn an_unknown_root_is_told() {
    for version in VERSIONS {
        let server = ends::server(version).build();
        let mut client = ends::client(version);
        ends::trust(tredici_test::Authority::new("Another").der()).attach(&mut client).unwrap();
        let client = with_callback(client, |verification| {
            assert!(!verification.verify());
            assert_eq!(verification.error(), 20);
            false
        });
        assert_eq!(alert(&Ends::of(&client, &server).handshake().1), Some(48));
    }
}

#[test]
fn a_server_asks_it_about_its_clients() {
    let pki = Pki::shared();
    for version in VERSIONS {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let tell = seen.clone();
        let mut server = ends::server(version);
        ends::trust(pki.root().der()).attach(&mut server).unwrap();
        server.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        server.set_session_id_context(b"test").unwrap();
        let server = with_callback(server, move |verification| {
            *tell.lock().unwrap() = ders(verification.presented());
            verification.connection().is_some_and(SslRef::is_server) && verification.verify()
        });
        let mut client = ends::client(version);
        ends::show(&mut client, pki.client());
        Ends::of(&client.build(), &server).connected().exchange();
        assert_eq!(*seen.lock().unwrap(), pki.client().chain_der());
    }
}

#[test]
fn the_connection_is_the_one_that_is_being_made() {
    let index = Ssl::new_ex_index::<usize>().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let tell = asked.clone();
    let client = with_callback(ends::client(VERSIONS[1]), move |verification| {
        let number = verification.connection().and_then(|ssl| ssl.ex_data(index)).copied();
        tell.lock().unwrap().extend(number);
        true
    });
    let server = ends::server(VERSIONS[1]).build();
    for number in 0..3 {
        let mut ssl = Ssl::new(&client).unwrap();
        ssl.set_ex_data(index, number);
        Ends::new(ssl, &server).connected();
    }
    assert_eq!(*asked.lock().unwrap(), [0, 1, 2]);
}

#[test]
fn a_later_callback_takes_the_place_of_an_earlier_one() {
    let server = ends::server(VERSIONS[1]).build();
    let mut client = ends::client(VERSIONS[1]);
    let (earlier, asked) = (Arc::new(()), Arc::new(AtomicUsize::new(0)));
    let held = earlier.clone();
    set_cert_verify_callback(&mut client, move |_| Arc::strong_count(&held) == 0).unwrap();
    assert_eq!(Arc::strong_count(&earlier), 2);
    let count = asked.clone();
    let client = with_callback(client, move |_| count.fetch_add(1, Ordering::Relaxed) < 9);
    assert_eq!(Arc::strong_count(&earlier), 1, "the earlier one is dropped at once");
    Ends::of(&client, &server).connected();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

/// Panics when it is dropped.
struct Unwilling;

impl Drop for Unwilling {
    fn drop(&mut self) {
        panic!("a callback that does not want to go");
    }
}

#[test]
fn an_earlier_callback_that_panics_on_its_way_out_leaves_the_later_one_in_place() {
    let server = ends::server(VERSIONS[1]).build();
    let mut client = ends::client(VERSIONS[1]);
    let unwilling = Unwilling;
    set_cert_verify_callback(&mut client, move |_| size_of_val(&unwilling) > 0).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let replace =
        || set_cert_verify_callback(&mut client, move |_| count.fetch_add(1, Ordering::Relaxed) < 9);
    assert!(catch_unwind(AssertUnwindSafe(replace)).is_err());
    Ends::of(&client.build(), &server).connected();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn it_lives_as_long_as_the_context_and_its_connections() {
    for version in VERSIONS {
        let server = ends::server(version).build();
        let alive = Arc::new(());
        let held = alive.clone();
        let client = with_callback(ends::client(version), move |_| Arc::strong_count(&held) > 0);
        let connections: Vec<_> = (0..3).map(|_| Ends::of(&client, &server)).collect();
        drop((client, server));
        for connection in connections {
            assert_eq!(Arc::strong_count(&alive), 2);
            connection.connected().exchange();
        }
        assert_eq!(Arc::strong_count(&alive), 1, "nothing holds the context any more");
    }
}
