//! All of it at once, on many threads.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use openssl::ssl::{Ssl, SslVersion};
use tredici_openssl::{
    Session, current_ticket, group_name, set_cert_verify_callback, shared_signature_algorithms,
};

use crate::{
    ends::{self, Ends, VERSIONS},
    session::{keeping, resumes},
};

const THREADS: usize = 8;
const CONNECTIONS: usize = 40;

fn in_parallel(work: impl Fn(usize) + Sync) {
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        let run = |thread: usize| {
            together.wait();
            work(thread);
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || run(thread))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn connections_of_one_context_good_and_bad() {
    for version in VERSIONS {
        let (asked, alive) = (Arc::new(AtomicUsize::new(0)), Arc::new(()));
        let index = Ssl::new_ex_index::<bool>().unwrap();
        let mut client = ends::client(version);
        let (count, held) = (asked.clone(), alive.clone());
        set_cert_verify_callback(&mut client, move |verification| {
            count.fetch_add(Arc::strong_count(&held).min(1), Ordering::Relaxed);
            let welcome = verification.connection().and_then(|ssl| ssl.ex_data(index)).copied();
            let whole = verification.presented().is_some_and(|presented| presented.len() == 2);
            assert!(welcome.is_some() && whole, "the callback is asked of a connection of ours");
            verification.verify() && welcome == Some(true)
        })
        .unwrap();
        let (client, sessions) = keeping(client);
        let server = ends::server(version).build();
        in_parallel(|thread| {
            for number in 0..CONNECTIONS {
                let mut ssl = Ssl::new(&client).unwrap();
                let welcome = (thread + number) % 3 > 0;
                ssl.set_ex_data(index, welcome);
                let mut ends = Ends::new(ssl, &server);
                let (connected, _) = ends.handshake();
                assert_eq!(connected.is_ok(), welcome);
                if welcome {
                    ends.exchange();
                    assert!(current_ticket(ends.client.ssl()).is_some());
                    assert_eq!(group_name(ends.client.ssl()), group_name(ends.server.ssl()));
                    assert!(!shared_signature_algorithms(ends.server.ssl()).is_empty());
                }
            }
        });
        assert_eq!(asked.load(Ordering::Relaxed), THREADS * CONNECTIONS);
        drop((client, server));
        assert_eq!(Arc::strong_count(&alive), 2, "sessions hold their context");
        sessions.lock().unwrap().clear();
        assert_eq!(Arc::strong_count(&alive), 1, "nothing else does");
    }
}

#[test]
fn one_session_in_many_connections_at_once() {
    // In TLS 1.3 OpenSSL marks a session that was resumed as used up; there each thread reads its own.
    for version in VERSIONS {
        let (client, sessions) = keeping(ends::client(version));
        let server = ends::server(version).build();
        Ends::of(&client, &server).connected();
        let session = sessions.lock().unwrap().pop().unwrap();
        let der = session.to_der().unwrap();
        in_parallel(|_| {
            for _ in 0..CONNECTIONS {
                let read = Session::from_der(&client, &der).unwrap();
                let offered = if version == SslVersion::TLS1_3 { &read } else { &session };
                assert!(resumes(offered, &client, &server));
                assert_eq!(read.ticket(), session.ticket());
                assert!(session.clone().to_der().unwrap().len() > 100);
                assert!(session.lifetime_hint() > 0);
            }
        });
    }
}
