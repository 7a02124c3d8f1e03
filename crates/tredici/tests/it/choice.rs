//! Which engine does the work, who says so, and what each engine honours.

use tredici::{
    ConnectOptions, Connector, Engine, Error, ErrorKind, ListenOptions, Listener, OPTIONS, Socket, Target,
    TlsVersion,
};
use tredici_test::{Pki, within};

const RUSTLS: bool = cfg!(feature = "rustls");
const OPENSSL: bool = cfg!(feature = "openssl");

/// The engine that is taken where no option says otherwise.
const PREFERRED: &str = if RUSTLS { "rustls" } else { "openssl" };

fn client() -> ConnectOptions {
    ConnectOptions::new().ca(Pki::shared().root().pem())
}

fn server() -> ListenOptions {
    let certificate = Pki::shared().localhost();
    ListenOptions::new().cert(certificate.chain_pem()).key(certificate.key_pem())
}

async fn listen(options: ListenOptions) -> Result<Listener, Error> {
    Listener::bind("127.0.0.1:0".parse().expect("an address"), options).await
}

/// Both ends of a connection between the two.
async fn ends(connector: &Connector, listener: &Listener, target: Target) -> [Socket; 2] {
    let port = listener.local_address().expect("an address").port();
    let accept = async { listener.accept().await.expect("a connection").secure().await };
    let both = async { tokio::join!(connector.connect(target.port(port).servername("localhost")), accept) };
    let (client, server) = within("both ends of a connection", both).await;
    [client.expect("the client's end"), server.expect("the server's end")]
}

fn told(socket: &Socket) -> (Option<&str>, Option<&str>) {
    (socket.engine(), socket.engine_reason())
}

#[tokio::test]
async fn both_ends_say_which_it_is() {
    let listener = listen(server()).await.expect("a listener");
    let connector = Connector::new(client()).expect("a connector");
    assert_eq!((connector.engine(), connector.engine_reason()), (PREFERRED, "default"));
    assert_eq!((listener.engine(), listener.engine_reason()), (Some(PREFERRED), Some("default")));
    for socket in ends(&connector, &listener, Target::tls("127.0.0.1")).await {
        assert_eq!(told(&socket), (Some(PREFERRED), Some("default")));
    }
}

#[tokio::test]
async fn a_plain_end_has_none() {
    let listener = listen(ListenOptions::new()).await.expect("a listener");
    assert_eq!((listener.engine(), listener.engine_reason()), (None, None));
    let port = listener.local_address().expect("an address").port();
    let connector = Connector::new(ConnectOptions::new()).expect("a connector");
    let socket = connector.connect(format!("tcp://127.0.0.1:{port}")).await.expect("a connection");
    assert_eq!(told(&socket), (None, None));
}

#[tokio::test]
async fn one_that_is_named_is_taken_or_refused() {
    for (engine, is_built_in) in [(Engine::Rustls, RUSTLS), (Engine::OpenSsl, OPENSSL)] {
        let (connector, listener) =
            (Connector::new(client().engine(engine)), listen(server().engine(engine)).await);
        if !is_built_in {
            for error in [connector.expect_err("not built in"), listener.expect_err("not built in")] {
                reads(&error, &format!("options.engine asks for {engine}, which is not built in"));
            }
            continue;
        }
        let (connector, listener) = (connector.expect("a connector"), listener.expect("a listener"));
        for socket in ends(&connector, &listener, Target::tls("127.0.0.1")).await {
            assert_eq!(told(&socket), (Some(engine.as_str()), Some("engine")));
        }
    }
}

/// On either side an option that rustls does not honour takes openssl, or says that there is none.
#[tokio::test]
async fn an_option_decides_for_the_engine_that_honours_it() {
    let (connector, listener) = (
        Connector::new(client().ciphers("HIGH:!aNULL").passphrase("secret")),
        listen(server().min_version(TlsVersion::Tls1_1)).await,
    );
    if !OPENSSL {
        reads(
            &connector.expect_err("nobody honours it"),
            "rustls cannot honour options.passphrase, options.ciphers (only names of suites of the default policy), \
             and no other engine is built in",
        );
        reads(
            &listener.expect_err("nobody honours it"),
            "rustls cannot honour options.minVersion (only TLSv1.2 and TLSv1.3), and no other engine is built in",
        );
        return;
    }
    let reason = |options: &'static str| if RUSTLS { options } else { "default" };
    let (connector, listener) = (connector.expect("a connector"), listener.expect("a listener"));
    assert_eq!((connector.engine(), connector.engine_reason()), ("openssl", reason("passphrase, ciphers")));
    assert_eq!((listener.engine(), listener.engine_reason()), (Some("openssl"), Some(reason("minVersion"))));
    let [client, server] = ends(&connector, &listener, Target::tls("127.0.0.1")).await;
    assert_eq!(told(&client), (Some("openssl"), Some(reason("passphrase, ciphers"))));
    assert_eq!(told(&server), (Some("openssl"), Some(reason("minVersion"))));
}

#[tokio::test]
async fn a_named_engine_says_what_it_cannot_honour() {
    if !RUSTLS {
        return;
    }
    let options = client().engine(Engine::Rustls).min_version(TlsVersion::Tls1_0);
    let error = Connector::new(options).expect_err("it does not speak TLS 1.0");
    reads(
        &error,
        "options.engine asks for rustls, which cannot honour options.minVersion (only TLSv1.2 and TLSv1.3)",
    );
    let error = listen(server().engine(Engine::Rustls).ciphers("DEFAULT")).await.expect_err("not a name");
    assert!(error.message().contains("options.ciphers"), "{error}");
}

#[track_caller]
fn reads(error: &Error, message: &str) {
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unsupported, "UND_ERR_NOT_SUPPORTED"));
    assert_eq!((error.name(), error.phase().as_str()), ("NotSupportedError", "options"));
    assert_eq!(error.message(), message);
    assert!(error.hint().is_some(), "{error}");
}

#[test]
fn every_option_is_in_the_changelog() {
    let text = include_str!("../../../../CHANGELOG.md");
    for row in OPTIONS {
        assert!(text.contains(&format!("`{}`", row.name)), "{}", row.name);
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
