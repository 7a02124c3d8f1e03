//! Which engine does the work, who says so, and what each engine honours.

use tredici::{ConnectOptions, Connector, Engine, ListenOptions, OPTIONS};

use crate::ends::{listen, localhost, pair, port, target, trusting};

/// The engine that is taken where no option says otherwise.
const PREFERRED: &str = "openssl";

#[tokio::test]
async fn both_ends_say_which_it_is() {
    let listener = listen(localhost()).await;
    let connector = Connector::new(trusting()).expect("a connector");
    assert_eq!((connector.engine(), connector.engine_reason()), (PREFERRED, "default"));
    assert_eq!((listener.engine(), listener.engine_reason()), (Some(PREFERRED), Some("default")));
    let (client, server) = pair(&connector, &listener, target(port(&listener))).await;
    for socket in [client, server] {
        assert_eq!((socket.engine(), socket.engine_reason()), (Some(PREFERRED), Some("default")));
    }
}

#[tokio::test]
async fn a_plain_end_has_none() {
    let listener = listen(ListenOptions::new()).await;
    assert_eq!((listener.engine(), listener.engine_reason()), (None, None));
    let connector = Connector::new(ConnectOptions::new()).expect("a connector");
    let plain = tredici::Target::tcp("127.0.0.1").port(port(&listener));
    let (client, _server) = pair(&connector, &listener, plain).await;
    assert_eq!((client.engine(), client.engine_reason()), (None, None));
}

#[cfg(feature = "openssl")]
#[tokio::test]
async fn the_one_that_is_named() {
    let listener = listen(localhost().engine(Engine::OpenSsl)).await;
    assert_eq!((listener.engine(), listener.engine_reason()), (Some("openssl"), Some("engine")));
    let connector =
        Connector::new(trusting().engine(Engine::OpenSsl).ciphers("HIGH:!aNULL")).expect("a connector");
    let (client, server) = pair(&connector, &listener, target(port(&listener))).await;
    for socket in [client, server] {
        assert_eq!((socket.engine(), socket.engine_reason()), (Some("openssl"), Some("engine")));
    }
}

/// The table in ARCHITECTURE.md is the one that the options are made from.
#[test]
fn what_each_engine_honours_is_written_down() {
    const BEGIN: &str = "<!-- from the table of options -->\n";
    const END: &str = "<!-- to here -->\n";
    let mut table = "| option | openssl | rustls |\n|---|---|---|\n".to_owned();
    for row in OPTIONS.iter().filter(|row| row.tls) {
        let honours = |engine| row.limit(engine).unwrap_or("all");
        let (openssl, rustls) = (honours(Engine::OpenSsl), honours(Engine::Rustls));
        table += &format!("| `{}` | {openssl} | {rustls} |\n", row.name);
    }
    let text = include_str!("../../../../ARCHITECTURE.md");
    let (_, rest) = text.split_once(BEGIN).expect("where the table begins");
    let (written, _) = rest.split_once(END).expect("where the table ends");
    assert_eq!(written, table, "between {BEGIN} and {END}");
}
