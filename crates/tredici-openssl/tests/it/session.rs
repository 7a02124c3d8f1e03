//! Sessions: from the callback or from bytes, offered where they belong.

use std::sync::{Arc, Mutex};

use openssl::ssl::{Ssl, SslContext, SslContextBuilder, SslVersion};
use tredici_openssl::{Session, SessionError, current_ticket, set_new_session_callback};

use crate::ends::{self, Ends, VERSIONS};

pub(crate) type Sessions = Arc<Mutex<Vec<Session>>>;

/// A client that keeps the sessions that it is given.
pub(crate) fn keeping(mut context: SslContextBuilder) -> (SslContext, Sessions) {
    let kept = Sessions::default();
    // The callback belongs to the context, which the sessions hold.
    let keep = Arc::downgrade(&kept);
    set_new_session_callback(&mut context, move |_, session| {
        keep.upgrade().unwrap().lock().unwrap().push(session);
    });
    (context.build(), kept)
}

/// A connection that offers the session, and whether it was resumed.
pub(crate) fn resumes(session: &Session, client: &SslContext, server: &SslContext) -> bool {
    let mut ssl = Ssl::new(client).unwrap();
    session.offer(&mut ssl).unwrap();
    let mut ends = Ends::new(ssl, server).connected();
    ends.exchange();
    ends.client.ssl().session_reused()
}

/// What both ends share, and one session of theirs.
fn acquainted(version: SslVersion) -> (SslContext, SslContext, Session) {
    let (client, sessions) = keeping(ends::client(version));
    let server = ends::server(version).build();
    Ends::of(&client, &server).connected();
    let session = sessions.lock().unwrap().pop().expect("a session");
    (client, server, session)
}

#[test]
fn each_new_one_is_reported() {
    for version in VERSIONS {
        let (client, sessions) = keeping(ends::client(version));
        let mut ends = Ends::of(&client, &ends::server(version).build()).connected();
        let kept = std::mem::take(&mut *sessions.lock().unwrap());
        // OpenSSL's server sends one ticket in TLS 1.2, two in TLS 1.3.
        assert_eq!(kept.len(), if version == SslVersion::TLS1_3 { 2 } else { 1 });
        for session in &kept {
            assert_eq!(session.version(), version);
            assert!(session.is_resumable());
            assert!(session.ticket().is_some_and(|ticket| ticket.len() > 100));
            assert_eq!(session.lifetime_hint(), 7200);
            assert!(session.timeout() > 0);
            assert!(!format!("{session:?}").contains("key"));
        }
        ends.exchange();
        assert_eq!(current_ticket(ends.client.ssl()).as_deref(), kept.last().unwrap().ticket());
        assert_eq!(current_ticket(&Ssl::new(&client).unwrap()), None);
    }
}

#[test]
fn it_is_resumed_in_its_own_context() {
    for version in VERSIONS {
        let (client, server, session) = acquainted(version);
        assert!(resumes(&session, &client, &server));
    }
}

#[test]
fn another_context_refuses_it() {
    for version in VERSIONS {
        let (_client, _server, session) = acquainted(version);
        let mut other = Ssl::new(&ends::client(version).build()).unwrap();
        let refused = session.offer(&mut other).unwrap_err();
        assert!(matches!(refused, SessionError::OtherContext), "{refused}");
        assert!(other.session().is_none());
    }
}

#[test]
fn a_handshake_that_has_begun_takes_no_more() {
    let version = SslVersion::TLS1_3;
    let outcome = Arc::new(Mutex::new(None));
    let own = Arc::new(Mutex::new(None::<SslContext>));
    let (tell, found) = (outcome.clone(), own.clone());
    let mut client = ends::client(version);
    // Like many a callback of OpenSSL's, this one lends the connection to be changed.
    client.set_new_session_callback(move |ssl, session| {
        let context = found.lock().unwrap().clone().unwrap();
        let session = Session::from_der(&context, &session.to_der().unwrap()).unwrap();
        *tell.lock().unwrap() = Some(session.offer(ssl));
    });
    let client = client.build();
    *own.lock().unwrap() = Some(client.clone());
    Ends::of(&client, &ends::server(version).build()).connected().exchange();
    assert!(matches!(outcome.lock().unwrap().take(), Some(Err(SessionError::TooLate))));
    // Else the context would hold itself.
    own.lock().unwrap().take();
}

#[test]
fn it_outlives_every_other_handle_of_its_context() {
    for version in VERSIONS {
        let (client, server, session) = acquainted(version);
        drop(client);
        let der = session.to_der().unwrap();
        assert!(session.is_resumable() && session.ticket().is_some());
        let copy = session.clone();
        drop(session);
        assert_eq!(copy.to_der().unwrap(), der);
        // A new context may well stand where an old one stood; this one still stands.
        for _ in 0..10 {
            let other = ends::client(version).build();
            assert!(copy.offer(&mut Ssl::new(&other).unwrap()).is_err());
        }
        drop((server, copy));
    }
}

#[test]
fn its_encoded_form_is_as_good() {
    for version in VERSIONS {
        let (client, server, session) = acquainted(version);
        let der = session.to_der().unwrap();
        let read = Session::from_der(&client, &der).unwrap();
        assert_eq!((read.ticket(), read.version()), (session.ticket(), version));
        assert_eq!((read.lifetime_hint(), read.timeout()), (session.lifetime_hint(), session.timeout()));
        assert!(resumes(&read, &client, &server));
        for length in 0..der.len() {
            let refused = Session::from_der(&client, &der[..length]).unwrap_err();
            assert!(
                matches!(refused, SessionError::Refused(_)),
                "{length} bytes of {}: {refused}",
                der.len()
            );
        }
    }
}

#[test]
fn one_without_identifier_is_none() {
    for version in VERSIONS {
        let (client, _server, session) = acquainted(version);
        let refused =
            Session::from_der(&client, &without_identifier(&session.to_der().unwrap())).unwrap_err();
        assert!(matches!(refused, SessionError::Unidentified), "{refused}");
    }
}

/// The same session, its identifier emptied: SEQUENCE { INTEGER, INTEGER, OCTET STRING cipher, OCTET STRING id, … }.
fn without_identifier(der: &[u8]) -> Vec<u8> {
    let id = der.windows(2).position(|window| window == [4, 32]).expect("an identifier of 32 bytes");
    let length_width = usize::from(der[1] & 0x7f);
    assert!(der[1] & 0x80 != 0 && id < 32);
    let length =
        der[2..2 + length_width].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)) - 32;
    let mut shorter = vec![der[0], 0x82];
    shorter.extend(u16::try_from(length).unwrap().to_be_bytes());
    shorter.extend_from_slice(&der[2 + length_width..id]);
    shorter.extend([4, 0]);
    shorter.extend_from_slice(&der[id + 34..]);
    shorter
}

#[test]
fn one_whose_connection_failed_is_not_resumed() {
    // RFC 5246, section 7.2.2: a fatal alert ends the session too.
    let (client, server, session) = acquainted(SslVersion::TLS1_2);
    let mut ssl = Ssl::new(&client).unwrap();
    session.offer(&mut ssl).unwrap();
    let mut ends = Ends::new(ssl, &server).connected();
    std::io::Write::write_all(ends.server.get_mut(), &[21, 3, 3, 0, 2, 2, 20]).unwrap();
    assert!(ends.client.ssl_read(&mut [0]).is_err());
    assert!(!session.is_resumable());
    assert!(!resumes(&session, &client, &server));
}

#[test]
fn a_panic_in_the_callback_harms_nobody() {
    for version in VERSIONS {
        let mut client = ends::client(version);
        set_new_session_callback(&mut client, |_, _| panic!("a callback in trouble"));
        Ends::of(&client.build(), &ends::server(version).build()).connected().exchange();
    }
}

#[test]
fn a_connection_that_was_moved_reports_nothing() {
    for version in VERSIONS {
        let (client, sessions) = keeping(ends::client(version));
        let mut ssl = Ssl::new(&client).unwrap();
        ssl.set_ssl_context(&ends::client(version).build()).unwrap();
        Ends::new(ssl, &ends::server(version).build()).connected();
        assert!(sessions.lock().unwrap().is_empty());
    }
}

/// A server of OpenSSL's sends no new ticket for the one that it resumes.
#[test]
fn one_that_no_server_has_renewed_has_no_successor() {
    for version in VERSIONS {
        let (client, server, session) = acquainted(version);
        let (_client, _server, strange) = acquainted(version);
        let mut ssl = Ssl::new(&client).unwrap();
        session.offer(&mut ssl).unwrap();
        assert!(session.renewed(&ssl).is_none(), "before the handshake");
        let mut ends = Ends::new(ssl, &server).connected();
        ends.exchange();
        assert!(ends.client.ssl().session_reused());
        assert!(session.renewed(ends.client.ssl()).is_none());
        // A ticket of TLS 1.3 is used once.
        assert_eq!(session.is_resumable(), version == SslVersion::TLS1_2);
        assert!(strange.renewed(ends.client.ssl()).is_none(), "it has another secret");
    }
}
